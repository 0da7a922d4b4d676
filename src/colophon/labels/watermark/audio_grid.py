"""Where a sound's mark lies: cells of time and pitch, and what the key lets each of them say.

The grid is given in seconds and hertz, so the same mark is in a sound whatever its sampling rate.
It repeats after ``PERIOD`` seconds. Every group of bands carries the whole payload by itself,
for a telephone lets through 300 to 3400 Hz only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import CODED, encode

FRAMES_PER_SECOND = 50
SLOT_FRAMES = 2
SLOTS = 64
PERIOD = SLOTS * SLOT_FRAMES / FRAMES_PER_SECOND
LOW_HZ = 287.5
BAND_HZ = 50.0
_GROUPS = (0, 31, 62, 98, 134)
BANDS = _GROUPS[-1]
_PILOT_SHARE = 6
"""One cell of so many is a pilot: known to whoever has the key."""

_FELLOWS = (0, 8, 16, 31, 46, 62, 80, 98, 116)
"""Bands that fare alike begin here."""
_FELLOWS_TRUST = np.array([0.6, 0.8, 1, 1, 1, 0.85, 0.4, 0.35, 0.35])
TRUST = np.interp(
    np.arange(BANDS) + 0.5, [4, 12, 23.5, 38.5, 54, 71, 89, 107, 125], _FELLOWS_TRUST
).astype(np.float32)
"""What each band is worth, as far as can be said beforehand: noise and codecs take the high ones,
hum and rooms the low ones.
"""

Signs = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layout:
    """Arrays of SLOTS × BANDS. ``pilots``: ±1, and 0 where payload lies. ``places``: which coded
    value a cell carries, and −1 for pilots. ``chips``: the sign it is carried with.
    """

    pilots: Signs
    places: NDArray[np.int32]
    chips: Signs


@lru_cache(maxsize=16)
def layout(key: MarkKey) -> Layout:
    """The grid under a key."""
    places = np.full((SLOTS, BANDS), -1, np.int32)
    for low, high in pairwise(_GROUPS):
        group = np.full(SLOTS * (high - low), -1, np.int32)
        order = key.order(f"audio cells {low}", group.size)
        carriers = order[group.size // _PILOT_SHARE :]
        group[carriers] = np.arange(carriers.size) % CODED
        places[:, low:high] = group.reshape(SLOTS, -1)
    chips = key.signs("audio chips", SLOTS * BANDS).reshape(SLOTS, BANDS)
    return Layout(np.where(places < 0, chips, 0).astype(np.float32), places, chips)


def signs(payload: int, key: MarkKey) -> Signs:
    """What every cell says, ±1: SLOTS × BANDS."""
    grid = layout(key)
    values = encode(payload, key).astype(np.float32)
    return np.where(grid.places < 0, grid.chips, grid.chips * values[grid.places])


def gathered(cells: Signs, grid: Layout) -> Signs:
    """The soft coded values in cells that were received: SLOTS × BANDS."""
    carried = grid.places >= 0
    weighed = (cells * grid.chips * _trust(cells, grid))[carried]
    return np.bincount(grid.places[carried], weighed, CODED).astype(np.float32)


def _trust(cells: Signs, grid: Layout) -> Signs:
    """How much each band's cells are worth, as its pilots and those of its fellows tell."""
    heard = np.add.reduceat((cells * grid.pilots).sum(axis=0), _FELLOWS)
    power = np.add.reduceat((cells**2 * np.abs(grid.pilots)).sum(axis=0), _FELLOWS)
    usual = float(power.mean()) + 1e-9
    mean = float(heard.sum()) / (float(power.sum()) + 1e-9)
    worth = (heard + mean * usual * _FELLOWS_TRUST) / (power + usual)
    middles = np.append(_FELLOWS[1:], BANDS) / 2 + np.array(_FELLOWS) / 2
    smooth = np.interp(np.arange(BANDS) + 0.5, middles, worth)
    least = 0.1 * abs(float(worth.max())) + 1e-9
    trusted: Signs = np.maximum(smooth, least).astype(np.float32)
    return trusted
