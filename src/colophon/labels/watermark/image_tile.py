"""The square of pattern that is repeated over a marked picture.

It is a sum of few waves, at places of its spectrum, with phases, that only the key tells. Pilots
are alike in every mark under one key and give the geometry away to who has it; the other waves
carry two coded bits each. Few waves rather than many, because each then stands out the more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import CODED

TILE = 128
"""Pixels of the tile's side, of which there are 512 to the short side of a picture."""
LOWEST, HIGHEST = 5.0, 31.5
"""Cycles to a tile: below, the picture itself is strongest; above, codecs spare nothing."""
LEAST_ALONG_AXIS = 2
"""Pictures are strongest along the axes, where edges of houses and of codecs' blocks lie."""
PILOTS = 24
_PILOT_AMPLITUDE = 1.5
_DATA = -(-CODED // 2)

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """``places``: cycles to a tile, down and across, a row for each wave; pilots come last.
    ``phasors``: each wave's own phase, of absolute value 1. ``amplitudes``: beside one another.
    """

    places: NDArray[np.int64]
    phasors: Complex
    amplitudes: Float

    @property
    def pilots(self) -> slice:
        """Which rows are pilots."""
        return slice(_DATA, None)


@lru_cache(maxsize=16)
def band() -> NDArray[np.int64]:
    """All places a wave can have: half the plane, as the other half mirrors it."""
    side = int(HIGHEST)
    down, across = np.mgrid[0 : side + 1, -side : side + 1]
    cycles = np.hypot(down, across)
    off_axis = np.minimum(down, abs(across)) >= LEAST_ALONG_AXIS
    usable = (cycles >= LOWEST) & (cycles <= HIGHEST) & off_axis
    return np.stack([down[usable], across[usable]], axis=1)


@lru_cache(maxsize=16)
def waves(key: MarkKey) -> Waves:
    """The waves of ``key``."""
    count = _DATA + PILOTS
    places = band()[key.order("image waves", len(band()))[:count]]
    turns = np.frombuffer(key.stream("image phases", 2 * count), "<u2") / 65536
    amplitudes = np.ones(count, np.float32)
    amplitudes[_DATA:] = _PILOT_AMPLITUDE
    return Waves(places, np.exp(2j * np.pi * turns).astype(np.complex64), amplitudes)


def pattern(coded: NDArray[np.int8], key: MarkKey) -> Float:
    """One tile with ``coded`` in it, of mean 0 and root mean square 1."""
    found = waves(key)
    symbols = np.ones(len(found.places), np.complex64)
    pairs = np.resize(coded, 2 * _DATA).astype(np.float32).reshape(-1, 2) / np.sqrt(2)
    symbols[:_DATA] = pairs[:, 0] + 1j * pairs[:, 1]
    spectrum = np.zeros((TILE, TILE), np.complex64)
    down, across = found.places.T
    spectrum[down, across] = symbols * found.phasors * found.amplitudes
    tile = np.fft.ifft2(spectrum).real
    return np.asarray(tile / tile.std(), np.float32)
