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

_GREATEST = 0.5
"""The most by which an amplitude is scaled up or down."""
_BELOW_BAND = 0.1
"""The change's power over the critical band's."""
_SHARE = 10**-2.68
"""The change's power over the sound's, in all."""
_ECHO = 0.3
"""How much of the share rests on what was heard just before."""
_FADE = 0.9
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
        step = hertz[1]
        first = np.floor((hertz - width / 2) / step + 0.5).astype(np.intp)
        after = np.ceil((hertz + width / 2) / step + 0.5).astype(np.intp)
        return cls(np.clip(first, 0, hertz.size - 1), np.clip(after, 1, hertz.size))

    def smoothed(self, power: Array) -> Array:
        """The mean power of each bin's critical band."""
        total = np.zeros((len(power), power.shape[1] + 1))
        np.cumsum(power, axis=1, out=total[:, 1:])
        mean: Array = total[:, self.after] - total[:, self.first]
        mean /= self.after - self.first
        return mean


def faded(energy: Array, before: float) -> Array:
    """The energies as they linger in the ear; ``before``: what lingered from the past."""
    lingering = np.empty_like(energy)
    for place, value in enumerate(energy):
        before = max(value, _FADE * before + (1 - _FADE) * value)
        lingering[place] = before
    return lingering


def strengths(power: Array, marked: NDArray[np.bool_], ear: Ear, lingering: Array) -> Array:
    """By which part each bin's amplitude may change: frames × bins of ``marked``."""
    around = ear.smoothed(power)[:, marked]
    here = power[:, marked] + _TINY
    ceiling = np.minimum(_BELOW_BAND * around, _GREATEST**2 * here)
    allowed = _SHARE * ((1 - _ECHO) * power.sum(axis=1) + _ECHO * lingering)
    level = allowed / here.shape[1]
    for _ in range(_ROUNDS):
        spent = np.minimum(ceiling, level[:, np.newaxis])
        full = spent.sum(axis=1)
        free = np.maximum((ceiling > level[:, np.newaxis]).sum(axis=1), 1)
        level = np.maximum(level + (allowed - full) / free, 0)
    changed = np.minimum(ceiling, level[:, np.newaxis])
    over = allowed / np.maximum(changed.sum(axis=1), _TINY)
    changed *= np.minimum(over, 1)[:, np.newaxis]
    changed /= here
    return np.sqrt(changed, out=changed)
