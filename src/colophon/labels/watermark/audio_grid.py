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
HIGH_HZ = LOW_HZ + BANDS * BAND_HZ
_PILOT_SHARE = 6
"""One cell of so many is a pilot: known to whoever has the key."""

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
    weighed = (cells * grid.chips)[carried]
    return np.bincount(grid.places[carried], weighed, CODED).astype(np.float32)
