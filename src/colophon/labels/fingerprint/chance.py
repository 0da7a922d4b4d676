"""How likely an agreement is between things that have nothing to do with each other."""

from __future__ import annotations

import math


def false_match(share: float, usual: float, draws: float, tries: int) -> float:
    """An upper bound on the probability that one of ``tries`` strangers is off from ``usual`` (the
    share that strangers agree or differ by) as far as ``share``, out of so many independent
    ``draws``; 1 where it is not off at all.

    Source: Chernoff 1952, Hoeffding 1963.
    """
    if share == usual:
        return 1.0
    away = _part(share, usual) + _part(1 - share, 1 - usual)
    return min(1.0, math.exp(math.log(max(1, tries)) - draws * away))


def _part(share: float, usual: float) -> float:
    return share * math.log(share / usual) if share > 0 else 0.0
