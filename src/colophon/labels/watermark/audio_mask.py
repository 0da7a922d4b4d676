"""How strongly each part of a sound can be marked without being heard.

The mark scales what is there, so silence stays silent. Within a critical band the change stays a
fixed distance below the sound (the ear hears the louder of two neighbours), tones that stand out
are changed less than what lies between them, and the whole change stays below a share of the
sound's power.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_GREATEST = 0.45
"""The most by which an amplitude is scaled up or down."""
_BELOW_BAND = 0.12
"""The change's power over the critical band's."""
_SHARE = 10**-2.5
"""The change's power over the sound's, in all."""
_BESIDE = 7.0
"""A change counts on the frames before and after, which it reaches into, being so much weaker."""
_STEADY = 0.85
_STEADIEST = 0.97
_ON_STEADY = 0.5
"""What is left of a change on a tone that is held: nothing else there hides it."""
_ROUNDS = 5
_TINY = 1e-20


@dataclass(frozen=True, slots=True)
class Ear:
    """Critical bands over a spectrum's bins: ``first`` and ``after`` the bins of each's band."""

    first: NDArray[np.intp]
    after: NDArray[np.intp]

    @classmethod
    def at(cls, hertz: Array) -> Ear:
        """Bands one Bark wide about each bin. Source: Zwicker and Terhardt, 1980."""
        width = 25 + 75 * (1 + 1.4 * (hertz / 1000) ** 2) ** 0.69
        step = hertz[1] - hertz[0]
        first = np.floor((hertz - hertz[0] - width / 2) / step + 0.5).astype(np.intp)
        after = np.ceil((hertz - hertz[0] + width / 2) / step + 0.5).astype(np.intp)
        return cls(np.clip(first, 0, hertz.size - 1), np.clip(after, 1, hertz.size))

    def smoothed(self, power: Array) -> Array:
        """The mean power of each bin's critical band."""
        total = np.zeros((len(power), power.shape[1] + 1))
        np.cumsum(power, axis=1, out=total[:, 1:])
        mean: Array = np.take(total, self.after, axis=1) - np.take(total, self.first, axis=1)
        mean /= self.after - self.first
        return mean


def strengths(power: Array, around: Array, whole: Array, marked: slice) -> Array:
    """By which part each bin's amplitude may change: frames × bins of ``marked``. ``around``: the
    critical bands' powers, one frame more before and after. ``whole``: each frame's power.
    """
    here = power[:, marked] + _TINY
    beside = np.minimum(around[:-2], around[2:])
    ceiling = _BELOW_BAND * np.minimum(around[1:-1], _BESIDE * beside)[:, marked]
    np.minimum(ceiling, _GREATEST**2 * here, out=ceiling)
    allowed = _SHARE * whole
    level = allowed / here.shape[1]
    for _ in range(_ROUNDS):
        spent = np.minimum(ceiling, level[:, np.newaxis])
        full = spent.sum(axis=1)
        free = np.maximum((ceiling > level[:, np.newaxis]).sum(axis=1), 1)
        level = np.maximum(level + (allowed - full) / free, 0)
    changed = np.minimum(ceiling, level[:, np.newaxis])
    over = allowed / np.maximum(changed.sum(axis=1), _TINY)
    changed *= np.minimum(over, 1)[:, np.newaxis]
    changed *= _unsteadiness(around[:, marked])
    gains: Array = np.sqrt(changed / here)
    return gains


def _unsteadiness(around: Array) -> Array:
    """1 where a critical band's power moves, ``_ON_STEADY`` where it stays as it was."""
    before, here, after = around[:-2], around[1:-1], around[2:]
    least = np.minimum(np.minimum(before, after), here)
    most = np.maximum(np.maximum(before, after), here) + _TINY
    steady = (least / most - _STEADY) / (_STEADIEST - _STEADY)
    shares: Array = 1 - (1 - _ON_STEADY) * np.clip(steady, 0, 1)
    return shares
