"""A sound as the detector sees it: how each piece of time and pitch stands out from the rest.

The host's own loudness and timbre are by far the strongest part. Its logarithm is made white: in
each block of time, what varies over time and pitch as the host usually does is weakened by as much
as it is strong (N. Wiener's filter for the mark, which varies in every way alike).
"""

from __future__ import annotations

import cv2
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
    usual = cv2.blur(values**2, (1, _NEAR), borderType=cv2.BORDER_REPLICATE)
    values /= np.sqrt(usual + (size**2 + 1e-20))
    np.clip(values, -_GREATEST, _GREATEST, out=values)
    return np.pad(values, ((0, 0), (0, FINE_BANDS - values.shape[1])))


def _power(samples: Array, rate_hz: int) -> Array:
    """The power in each fine band below the highest frequency there is, all channels added."""
    if samples.shape[1] > 2:
        samples = np.stack([samples[:, ::2].sum(axis=1), samples[:, 1::2].sum(axis=1)], axis=1)
    size = 2 * round(_WINDOW_S * rate_hz / 2)
    looks = len(samples) * LOOKS_PER_SECOND // rate_hz
    edges = (FINE_LOW_HZ + FINE_HZ * np.arange(FINE_BANDS + 1)) * size / rate_hz + 0.5
    edges = edges[edges <= 0.97 * (size / 2)]
    starts = np.round(np.arange(looks) * (rate_hz / LOOKS_PER_SECOND)).astype(np.intp)
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    padded = np.pad(samples.T, ((0, 0), (size // 2, size)))
    views = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)
    power = np.empty((looks, edges.size - 1), np.float32)
    for low in range(0, looks, _BATCH):
        some = starts[low : low + _BATCH]
        spectra = [cv2.dft(channel[some] * window, flags=cv2.DFT_ROWS) for channel in views]
        power[low : low + _BATCH] = _between(spectra, edges)
    return np.maximum(power, 0, out=power)


def _between(spectra: list[Array], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The power between edges, in bins. A spectrum's row is its first bin's value, then each bin's
    real and imaginary part.
    """
    whole = edges.astype(np.intp)
    used = 2 * int(whole[-1]) + 1
    squares = spectra[0][:, :used] ** 2
    for more in spectra[1:]:
        squares += more[:, :used] ** 2
    total = np.cumsum(squares, axis=1, dtype=np.float64)
    below = total[:, 2 * whole - 2]
    below += (total[:, 2 * whole] - below) * (edges - whole)
    return np.diff(below, axis=1)


def _white(levels: Array) -> Array:
    half = _BLOCK // 2
    looks, bands = levels.shape
    blocks = -(-looks // half) + 1
    room = cv2.getOptimalDFTSize(bands)
    padded = np.pad(levels, ((half, blocks * half - looks), (0, room - bands)))
    window = np.sin(np.pi * (np.arange(_BLOCK) + 0.5) / _BLOCK).astype(np.float32)[:, np.newaxis]
    spectra = [
        cv2.dft(padded[start : start + _BLOCK] * window, flags=cv2.DFT_COMPLEX_OUTPUT)
        for start in range(0, blocks * half, half)
    ]
    usual = np.zeros((_BLOCK, room), np.float32)
    for spectrum in spectra:
        usual += spectrum[..., 0] ** 2 + spectrum[..., 1] ** 2
    usual /= blocks
    weaken = (1 / (usual + _REST * float(usual.mean()) + 1e-20))[..., np.newaxis]
    joined = np.zeros_like(padded)
    for number, spectrum in enumerate(spectra):
        piece = cv2.dft(spectrum * weaken, flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT)
        joined[number * half : number * half + _BLOCK] += piece * window
    return joined[half : half + looks, :bands]
