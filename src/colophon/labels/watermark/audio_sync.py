"""Finding where in its period a marked sound begins, and how fast it plays.

The sound is folded to one period under a hypothesis about its speed; the pilots are sought at
every place of it at once. Because the pilots' signs are drawn from the key, independently of the
sound, a score of z is reached by chance with a probability of at most exp(−z²/2) a place, whatever
the sound is (W. Hoeffding, 1963, for sums of signed values).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark import audio_grid as grid
from colophon.labels.watermark.audio_spectrum import (
    FINE_BANDS,
    FINE_HZ,
    FINE_LOW_HZ,
    LOOKS_PER_SECOND,
)
from colophon.labels.watermark.key import MarkKey

PHASES = grid.SLOT_FRAMES * LOOKS_PER_SECOND // grid.FRAMES_PER_SECOND
COLUMNS = grid.SLOTS * PHASES
_LOOKS = (0.6, 1.0, 1.0, 1.0, 0.6)
"""What the looks about a slot tell of it: a look is longer than the time to the next."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Speed:
    """``tempo``: how much faster it plays than when it was marked; ``pitch``: how much higher."""

    tempo: float = 1.0
    pitch: float = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place where a period may begin. ``score``: see the head of this module."""

    score: float
    speed: Speed
    column: int


def folded(values: Array, tempo: float) -> Array:
    """What stands out in one period, all periods added, in slots that begin at each column, summed
    up over the fine bands: COLUMNS × fine edges.
    """
    columns = values if tempo == 1 else _resampled(values, tempo)
    missing = -len(columns) % COLUMNS
    period = np.pad(columns, ((0, missing), (0, 0)))
    once = period.reshape(-1, COLUMNS, FINE_BANDS).sum(axis=0)
    around = np.concatenate([once, once[: len(_LOOKS) - 1]])
    slots = around[:COLUMNS] * _LOOKS[0]
    for later, weight in enumerate(_LOOKS[1:], 1):
        slots += around[later : later + COLUMNS] * weight
    summed = np.zeros((COLUMNS, FINE_BANDS + 1), np.float32)
    np.cumsum(slots, axis=1, out=summed[:, 1:])
    return summed


def cells(period: Array, pitch: float) -> Array:
    """The cells of a folded period: bands × phases × slots, where the cell at phase p and slot s
    begins at column PHASES·s + p.
    """
    edges = (grid.LOW_HZ + grid.BAND_HZ * np.arange(grid.BANDS + 1)) * pitch
    places = np.clip((edges - FINE_LOW_HZ) / FINE_HZ, 0, FINE_BANDS - 1e-6)
    whole = places.astype(np.intp)
    part = (places - whole).astype(np.float32)
    below = period[:, whole]
    below += (period[:, whole + 1] - below) * part
    bands = np.diff(below, axis=1).reshape(grid.SLOTS, PHASES, grid.BANDS)
    return np.ascontiguousarray(bands.transpose(2, 1, 0))


def _resampled(values: Array, tempo: float) -> Array:
    times = np.arange(int((len(values) - 1) * tempo)) / tempo
    return values[np.rint(times).astype(np.intp)]


def _heard(received: Array, key: MarkKey) -> Array:
    """How loudly the pilots are heard at each column."""
    whole = cv2.dft(received.reshape(-1, grid.SLOTS), flags=cv2.DFT_ROWS | cv2.DFT_COMPLEX_OUTPUT)
    spectrum = whole.view(np.complex64).reshape(received.shape)[:, :, : grid.SLOTS // 2 + 1]
    product = (spectrum * _pilots(key)[:, np.newaxis]).sum(axis=0)
    return np.ravel(np.fft.irfft(product, grid.SLOTS, axis=1).T)


@lru_cache(maxsize=16)
def _pilots(key: MarkKey) -> NDArray[np.complex64]:
    pilots = grid.layout(key).pilots.T
    return np.conj(np.fft.rfft(pilots * grid.TRUST[:, np.newaxis], axis=1))


def _score(received: Array, key: MarkKey, column: int) -> float:
    pilots = grid.layout(key).pilots * cells_from(received, column) * grid.TRUST
    return float(pilots.sum() / np.sqrt((pilots**2).sum() + 1e-9))


def cells_from(received: Array, column: int) -> Array:
    """The cells of a period that begins at ``column``: SLOTS × BANDS."""
    slot, phase = divmod(column, PHASES)
    return np.roll(received[:, phase], -slot, axis=1).T


def best(received: Array, key: MarkKey, speed: Speed, count: int) -> list[Place]:
    """The ``count`` places where the pilots are heard best, no two beside each other."""
    found = _heard(received, key)
    higher = (found >= np.roll(found, 1)) & (found > np.roll(found, -1))
    peaks = np.flatnonzero(higher)
    chosen = peaks[np.argsort(-found[peaks])[:count]]
    return [Place(_score(received, key, int(column)), speed, int(column)) for column in chosen]


def beginning(received: Array, key: MarkKey, column: int) -> float:
    """When the period at ``column`` begins, in seconds, finer than columns lie: 0 … PERIOD."""
    before, here, after = np.take(_heard(received, key), range(column - 1, column + 2), mode="wrap")
    bend = float(2 * here - before - after)
    finer = float(after - before) / (2 * bend) if bend > 0 else 0.0
    return (column + 1 + finer) / COLUMNS % 1 * grid.PERIOD
