"""A sound as the detector sees it: how each cell of time and pitch stands out from its neighbours.

The host's own loudness and timbre are by far the strongest part; what its neighbours foretell of
a cell is taken away, and what is left is measured in its own usual size, so that neither loud nor
lively places drown the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark import audio_grid as grid

LOOKS_PER_SECOND = 100
_WINDOW_S = 0.06
_WIDEST_PITCH = 1.08
_FLOOR = 10**-6.5
"""Power below the mean by more than this counts as none."""
_SMALLEST = 0.1
_GREATEST = 2.5
_ACROSS_TIME = 17
_ACROSS_BANDS = 3
_BATCH = 512

Array = NDArray[np.float32]


class Spectrum:
    """The power of a sound, frames × channels, every 10 ms."""

    def __init__(self, samples: Array, rate_hz: int) -> None:
        size = round(_WINDOW_S * rate_hz)
        self.looks = len(samples) * LOOKS_PER_SECOND // rate_hz
        self._bin_hz = rate_hz / size
        top = grid.HIGH_HZ * _WIDEST_PITCH / self._bin_hz + 2
        self._bins = int(min(size // 2 + 1, top))
        self._total = np.zeros((self.looks, self._bins + 1))
        window = np.hanning(size + 2)[1:-1].astype(np.float32)
        starts = np.round(np.arange(self.looks) * (rate_hz / LOOKS_PER_SECOND)).astype(np.intp)
        for channel in samples.T:
            padded = np.pad(channel, (size // 2, size))
            views = np.lib.stride_tricks.sliding_window_view(padded, size)
            for low in range(0, self.looks, _BATCH):
                some = slice(low, min(low + _BATCH, self.looks))
                spectrum = np.fft.rfft(views[starts[some]] * window, axis=1)[:, : self._bins]
                self._total[some, 1:] += spectrum.real**2 + spectrum.imag**2
        np.cumsum(self._total, axis=1, out=self._total)

    def bands(self, pitch: float = 1.0) -> Array:
        """The power in each band of the grid where every pitch was raised ``pitch``-fold."""
        hertz = grid.LOW_HZ + grid.BAND_HZ * np.arange(grid.BANDS + 1)
        edges = hertz * pitch / self._bin_hz + 0.5
        inside = int((edges <= self._bins - 1).sum())
        whole = edges[:inside].astype(np.intp)
        part = edges[:inside] - whole
        low, high = self._total[:, whole], self._total[:, whole + 1]
        power = np.zeros((self.looks, grid.BANDS), np.float32)
        power[:, : max(inside - 1, 0)] = np.diff(low + (high - low) * part, axis=1)
        return power


def outstanding(power: Array) -> Array:
    """How each cell stands out, of size about 1; 0 where there is nothing."""
    floor = _FLOOR * float(power.mean()) + 1e-20
    levels = np.log(np.maximum(power, 0) + floor)
    levels -= _local_mean(levels, _ACROSS_TIME, _ACROSS_BANDS)
    usual = np.sqrt(_local_mean(levels**2, 4 * _ACROSS_TIME + 1, 2 * _ACROSS_BANDS + 1))
    levels /= np.maximum(usual, _SMALLEST)
    np.clip(levels, -_GREATEST, _GREATEST, out=levels)
    return levels


def _local_mean(values: Array, across_time: int, across_bands: int) -> Array:
    return _box(_box(values, across_time).T, across_bands).T


def _box(values: Array, width: int) -> Array:
    """The mean of ``width`` neighbours down the first axis; edges are repeated."""
    half = width // 2
    ends = ((half + 1, half), (0, 0))
    total = np.cumsum(np.pad(values, ends, mode="edge"), axis=0, dtype=np.float64)
    return ((total[width:] - total[:-width]) / width).astype(np.float32)
