"""How probable it is that content without a mark gives a payload, whatever its values are.

Bounded twice over, which rests on nothing but that the key's signs and check bits are independent
of the content:

- the word found at rank r of the list passes the check bits by chance once in 2⁴⁰, so r words in
  each of n looks pass with a probability of at most n·r·2⁻⁴⁰;
- of the 2⁶⁴ words that can be sent, each has an inner product of c or more with the received
  values s by chance with a probability of at most exp(Σ ln cosh(t·sᵢ) − t·c), for every t (H.
  Chernoff, 1952), so some one of them does in one of n looks with at most 2⁶⁴·n times that.

The smaller counts, doubled since the smaller of two is chosen.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

PAYLOAD_BITS = 64
CHECK_BITS = 40
LEAST_EVIDENCE = 1e-3
"""What the second bound must come to in one look, however well the check bits agree."""
_TILTS = np.array([0.3, 0.45, 0.6, 0.75, 0.95, 1.2, 1.7, 2.5, 4.0])
"""Values of t, times the number of values, at which the second bound is tried."""
_LN2 = math.log(2)


class Chances:
    """For values whose squares sum to one over their number."""

    def __init__(self, received: NDArray[np.float32], looks: int) -> None:
        self._looks = looks
        self._tilts = _TILTS * len(received)
        tilted = np.outer(self._tilts, np.abs(received)).astype(np.float32)
        logs = tilted + np.log(1 + np.exp(-2 * tilted))
        self._moments = logs.sum(axis=1, dtype=np.float64) + (PAYLOAD_BITS - len(received)) * _LN2

    def of(self, rank: int, correlation: float) -> float:
        """The bound for a word of this rank and inner product, at most 1."""
        resembling = self.resembling(correlation)
        if resembling > LEAST_EVIDENCE:
            return 1.0
        return min(1.0, 2 * self._looks * min(rank * 2.0**-CHECK_BITS, resembling))

    def resembling(self, correlation: float) -> float:
        """The second bound, for one look."""
        return math.exp(min(0.0, float((self._moments - self._tilts * correlation).min())))

    def correlation(self, resembling: float) -> float:
        """The inner product from which on the second bound, for one look, is at most this."""
        return float(((self._moments - math.log(resembling)) / self._tilts).min())

    def limits(self, chance: float) -> tuple[float, float, float]:
        """What words must have so that ``of`` them is at most ``chance``: an inner product of the
        first number at least, and either of the second or a rank up to the third.
        """
        each = chance / (2 * self._looks)
        least = self.correlation(LEAST_EVIDENCE)
        return least, self.correlation(each), each * 2.0**CHECK_BITS
