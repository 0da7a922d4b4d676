"""A sound as the detector sees it: how each piece of time and pitch stands out from the rest.

The host's own loudness and timbre are by far the strongest part. Its logarithm is made white: in
each block of time, what varies over time and pitch as the host usually does is weakened by as much
as it is strong (N. Wiener's filter for the mark, which varies in every way alike).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOOKS_PER_SECOND = 100
FINE_HZ = 25.0
FINE_LOW_HZ = 262.5
FINE_BANDS = 289
"""Finer bands than the grid's, and more at both ends, for sounds played slower or faster."""
_WINDOW_S = 0.06
_FLOOR = 10**-6.5
"""Power below the mean by more than this counts as none."""
_BLOCK = 64
_REST = 0.15
"""What the host is taken to hold everywhere, over its mean."""
_NEAR = 33
_USUAL = 0.6
_GREATEST = 2.5
_BATCH = 512

Array = NDArray[np.float32]


def outstanding(samples: Array, rate_hz: int) -> Array:
    """How each fine band stands out every 10 ms, of size about 1: looks × FINE_BANDS; 0 where
    nothing can be.
    """
    power = _power(samples, rate_hz)
    levels = np.log(power + (_FLOOR * float(power.mean()) + 1e-20))
    levels -= levels.mean(axis=0)
    values = _white(levels)
    size = float(values.std()) * _USUAL
    values /= np.sqrt(_box(values**2, _NEAR) + (size**2 + 1e-20))
    np.clip(values, -_GREATEST, _GREATEST, out=values)
    return np.pad(values, ((0, 0), (0, FINE_BANDS - values.shape[1])))


def _power(samples: Array, rate_hz: int) -> Array:
    """The power in each fine band below the highest frequency there is, all channels added."""
    size = round(_WINDOW_S * rate_hz)
    looks = len(samples) * LOOKS_PER_SECOND // rate_hz
    edges = (FINE_LOW_HZ + FINE_HZ * np.arange(FINE_BANDS + 1)) * size / rate_hz + 0.5
    edges = edges[edges <= 0.97 * (size / 2)]
    whole = edges.astype(np.intp)
    part = edges - whole
    starts = np.round(np.arange(looks) * (rate_hz / LOOKS_PER_SECOND)).astype(np.intp)
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    padded = np.pad(samples.T, ((0, 0), (size // 2, size)))
    views = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)
    power = np.empty((looks, edges.size - 1), np.float32)
    for low in range(0, looks, _BATCH):
        some = starts[low : low + _BATCH]
        total = np.zeros((some.size, int(whole[-1]) + 2))
        for channel in views:
            spectrum = np.fft.rfft(channel[some] * window, axis=1)[:, : total.shape[1] - 1]
            total[:, 1:] += spectrum.real**2 + spectrum.imag**2
        np.cumsum(total, axis=1, out=total)
        below = total[:, whole]
        below += (total[:, whole + 1] - below) * part
        power[low : low + _BATCH] = np.diff(below, axis=1)
    return np.maximum(power, 0, out=power)


def _white(levels: Array) -> Array:
    half = _BLOCK // 2
    looks, bands = levels.shape
    blocks = -(-looks // half) + 1
    padded = np.pad(levels, ((half, blocks * half - looks), (0, 0)))
    window = np.sin(np.pi * (np.arange(_BLOCK) + 0.5) / _BLOCK).astype(np.float32)[:, np.newaxis]
    views = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK, axis=0)[::half]
    spectrum = np.fft.rfft2(views.transpose(0, 2, 1) * window)
    usual = (spectrum.real**2 + spectrum.imag**2).mean(axis=0)
    spectrum /= (usual + _REST * float(usual.mean()) + 1e-20).astype(np.float32)
    pieces = np.fft.irfft2(spectrum, (_BLOCK, bands)).astype(np.float32, copy=False) * window
    joined = pieces[:-1, half:] + pieces[1:, :half]
    return joined.reshape(-1, bands)[:looks]


def _box(values: Array, width: int) -> Array:
    """The mean of ``width`` neighbours in time; edges are repeated."""
    half = width // 2
    ends = ((half + 1, half), (0, 0))
    total = np.cumsum(np.pad(values, ends, mode="edge"), axis=0, dtype=np.float64)
    return ((total[width:] - total[:-width]) / width).astype(np.float32)
