"""From the spectrum of a picture, at the places of the tile's waves, to the payload's soft values.

A lattice is what was received at every place of ``band()``, for one hypothesis of how the picture
was turned, scaled and mirrored; what is still open then is only the shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.image_tile import HIGHEST, LOWEST, TILE, Waves, band, waves
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import CODED

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

_SIDE = int(HIGHEST)
_NEAR = (9, 9)
_RINGS = 7
_LEAST_POWER = 0.15
"""Of the mark over the noise, taken for granted: what is told of a ring is told by few waves."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one hypothesis gives. ``fit``: how far its best shift stands out among all shifts, in
    standard deviations. ``power``: of the mark over the noise, about 0 where there is no mark.
    """

    soft: Float
    fit: float
    power: float


def read(lattices: Complex, key: MarkKey) -> list[Reading]:
    """A reading of each row of ``lattices``."""
    found = waves(key)
    mine: Complex = (lattices[:, _rows(key)] / np.sqrt(_floor(lattices, key))).astype(np.complex64)
    fits, shifts = _shifts(mine[:, found.pilots], found)
    powers = (np.abs(mine) ** 2).mean(axis=1) - 1
    return [
        Reading(_soft(values, shift, found), float(fit), float(power))
        for values, shift, fit, power in zip(mine, shifts, fits, powers, strict=True)
    ]


@lru_cache(maxsize=16)
def _rows(key: MarkKey) -> NDArray[np.int64]:
    """Which rows of ``band()`` are the waves of ``key``, in their order."""
    index = np.full((_SIDE + 1, 2 * _SIDE + 1), -1)
    places = band()
    index[places[:, 0], places[:, 1] + _SIDE] = np.arange(len(places))
    mine = waves(key).places
    return np.asarray(index[mine[:, 0], mine[:, 1] + _SIDE])


def _floor(lattices: Complex, key: MarkKey) -> Float:
    """The power of what is no mark at each wave: the mean of the places about it without one."""
    places, mine = band(), _rows(key)
    free = np.ones(len(places), np.float32)
    free[mine] = 0
    counted = _blurred(free)[mine]
    powers = [_blurred(power)[mine] for power in np.abs(lattices) ** 2 * free]
    # Running sums may come out a little below nothing.
    floor = np.maximum(np.stack(powers), 0) / np.maximum(counted, 1e-6)
    return np.asarray(floor + 1e-20, np.float32)


def _blurred(values: Float) -> Float:
    """Each of the band's values replaced by the mean over its neighbourhood."""
    places = band()
    plane = np.zeros((_SIDE + 1, 2 * _SIDE + 1), np.float32)
    down, across = places[:, 0], places[:, 1] + _SIDE
    plane[down, across] = values
    smooth = cv2.blur(plane, _NEAR, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(smooth[down, across], np.float32)


def _shifts(pilots: Complex, found: Waves) -> tuple[Float, Float]:
    """For each row of received pilots: how far the best shift stands out, and that shift.

    The former in standard deviations of all shifts; the latter in pixels of the tile.
    """
    down, across = found.places[found.pilots].T
    values = pilots * np.conj(found.phasors[found.pilots])
    spectrum = np.zeros((len(pilots), TILE, TILE // 2 + 1), np.complex64)
    turned = np.where(across < 0, -down, down) % TILE
    spectrum[:, turned, abs(across)] = np.where(across < 0, np.conj(values), values)
    fits = np.fft.irfft2(spectrum, (TILE, TILE)).reshape(len(pilots), -1)
    best = fits.argmax(axis=1)
    spread = fits.std(axis=1) + 1e-20
    whole = np.stack(np.divmod(best, TILE), axis=1)
    near = (
        values[:, None] * np.exp(2j * np.pi / TILE * whole @ found.places[found.pilots].T)[:, None]
    )
    finer = (near * _nudges(found)).real.sum(axis=2)
    pick = finer.argmax(axis=1)
    # The transform divides by the number of its places, and counts each wave at both of its own.
    height = finer[np.arange(len(pick)), pick] * (2 / TILE**2) / spread
    return height.astype(np.float32), (whole + _NUDGES[pick]).astype(np.float32)


_NUDGES = np.stack(np.meshgrid(*[np.arange(-0.5, 0.51, 0.25)] * 2), axis=-1).reshape(-1, 2)


def _nudges(found: Waves) -> Complex:
    turns = np.exp(2j * np.pi / TILE * _NUDGES @ found.places[found.pilots].T)
    return np.asarray(turns, np.complex64)


def _soft(values: Complex, shift: Float, found: Waves) -> Float:
    """The coded bits received: positive for +1, by how much they can be relied upon."""
    turn = found.places @ (shift * (2j * np.pi / TILE))
    straight = values * np.conj(found.phasors) * np.exp(turn) * _reliance(values, found)
    data = straight[: found.pilots.start]
    return np.stack([data.real, data.imag], axis=1).reshape(-1)[:CODED].astype(np.float32)


def _reliance(values: Complex, found: Waves) -> Float:
    """What each wave's value is to be multiplied by: the mark's amplitude in waves of its length.

    ``values``: over the noise's.
    """
    power = (np.abs(values) ** 2 - 1) / found.amplitudes**2
    cycles = np.hypot(*found.places.T)
    ring = np.minimum((_RINGS * (cycles - LOWEST) / (HIGHEST - LOWEST)).astype(int), _RINGS - 1)
    by_ring = np.bincount(ring, power, _RINGS) / (np.bincount(ring, minlength=_RINGS) + 1e-9)
    return np.asarray(np.sqrt(np.maximum(by_ring, _LEAST_POWER))[ring], np.float32)
