"""How probable a weighted number of wins is by chance: exact, however small."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPREADS = 12
"""Standard deviations looked at to each side: what lies beyond is less than rounding."""
_LEAST_POINTS = 64


@dataclass(frozen=True, slots=True)
class Group:
    """``count`` independent draws that each win ``weight`` (above 0) with chance ``chance``."""

    weight: int
    count: int
    chance: float


def tail(groups: Sequence[Group], score: int) -> float:
    """The probability that they win ``score`` or more together.

    The distribution is first tilted so that ``score`` is its mean, then found by a Fourier
    transform, and weighed back: so the smallest probabilities are as exact as the others.
    """
    if score <= 0:
        return 1.0
    most = sum(group.weight * group.count for group in groups)
    if score > most:
        return 0.0
    tilt = _tilt(groups, min(score, most - 0.5))
    first, chances = _tilted(groups, tilt, score)
    wins = np.arange(score, first + len(chances))
    log_scale = _log_moment(groups, tilt)
    weights = np.exp(log_scale - tilt * wins)
    return min(1.0, float(chances[score - first :] @ weights))


def _log_moment(groups: Sequence[Group], tilt: float) -> float:
    return math.fsum(
        group.count
        * np.logaddexp(math.log1p(-group.chance), math.log(group.chance) + tilt * group.weight)
        for group in groups
    )


def _chance(group: Group, tilt: float) -> float:
    odds = math.log(group.chance) - math.log1p(-group.chance) + tilt * group.weight
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


def _tilt(groups: Sequence[Group], mean: float) -> float:
    """The tilt, at least 0, under which ``mean`` is what they win on average."""
    low, high = 0.0, 1.0

    def won(tilt: float) -> float:
        return sum(group.weight * group.count * _chance(group, tilt) for group in groups)

    if won(0.0) >= mean:
        return 0.0
    while won(high) < mean:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if won(middle) < mean else (low, middle)
    return low


def _tilted(groups: Sequence[Group], tilt: float, score: int) -> tuple[int, NDArray[np.float64]]:
    """The tilted distribution around its mean and ``score``: its first point and its chances."""
    chances = [_chance(group, tilt) for group in groups]
    pairs = list(zip(groups, chances, strict=True))
    mean = sum(group.weight * group.count * chance for group, chance in pairs)
    variance = sum(group.weight**2 * group.count * chance * (1 - chance) for group, chance in pairs)
    reach = math.sqrt(variance) * _SPREADS + _LEAST_POINTS
    first = math.floor(min(mean, score) - reach)
    points = 1 << math.ceil(math.log2(max(mean, score) + reach - first))
    angles = 2 * np.pi * np.arange(points // 2 + 1) / points
    logs = np.zeros(len(angles), np.complex128)
    for group, chance in pairs:
        logs += group.count * np.log(
            1 - chance + chance * np.exp(1j * angles * group.weight) + 1e-300
        )
    found = np.fft.irfft(np.conj(np.exp(logs - 1j * angles * first)), points)
    return first, np.maximum(found, 0)
