"""Finding a mark in a picture whose height and width were changed each in its own measure.

With both frequencies laid out by their logarithms, each measure is a shift along one axis.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.image_sync import FARTHEST, NEAREST, TOP, Spectrum, power
from colophon.labels.watermark.image_tile import HIGHEST, LEAST_ALONG_AXIS, waves
from colophon.labels.watermark.key import MarkKey

Float = NDArray[np.float32]

_STEP = 0.004
_SCALES = int(np.log(NEAREST / FARTHEST) / _STEP)
_ROWS = int(cv2.getOptimalDFTSize(_SCALES + int(np.log(HIGHEST / LEAST_ALONG_AXIS) / _STEP) + 2))
_LAYOUTS = [(False, False), (False, True), (True, False), (True, True)]
"""Whether height and width were exchanged, and whether what fell to the right now rises."""


def stretches(seen: Spectrum, short: int, key: MarkKey, count: int) -> NDArray[np.float64]:
    """The ``count`` likeliest measures of height and width, as matrices: see ``poses``."""
    first = LEAST_ALONG_AXIS / (NEAREST * short)
    tables = [cv2.dft(table) for table in _laid_out(seen, first)]
    peaks = np.concatenate(
        [_peaks(tables, patterns, i) for i, patterns in enumerate(_patterns(key))]
    )
    best = peaks[np.argsort(-peaks[:, 3])[:count]]
    measures = first / LEAST_ALONG_AXIS * np.exp(best[:, 1:3] * _STEP)
    matrices = [
        _matrix(_LAYOUTS[int(layout)], down, across)
        for layout, (down, across) in zip(best[:, 0], measures, strict=True)
    ]
    return np.array(matrices).reshape(-1, 2, 2)


def _matrix(layout: tuple[bool, bool], down: float, across: float) -> NDArray[np.float64]:
    exchanged, flipped = layout
    across = -across if flipped else across
    return np.array([[0, across], [down, 0]] if exchanged else [[down, 0], [0, across]])


def _peaks(tables: list[Float], patterns: tuple[Float, Float], layout: int) -> NDArray[np.float64]:
    """Where ``patterns`` fit: ``layout``, row, column and how well, in standard deviations."""
    product = sum(
        cv2.mulSpectrums(table, pattern, 0, conjB=True)
        for table, pattern in zip(tables, patterns, strict=True)
    )
    fits = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE)[:_SCALES, :_SCALES]
    fits = fits - fits.mean(axis=1, keepdims=True)
    fits -= fits.mean(axis=0)
    fits /= fits.std() + 1e-9
    row, column = np.nonzero((fits == cv2.dilate(fits, np.ones((3, 3), np.uint8))) & (fits > 2))
    return np.stack([np.full(len(row), layout), row, column, fits[row, column]], axis=1)


def _laid_out(seen: Spectrum, first: float) -> list[Float]:
    """Power by logarithms of both frequencies: what falls to the right, and what rises."""
    frequency = first * np.exp(np.arange(_ROWS) * _STEP)
    frequency = frequency[frequency < TOP].astype(np.float32)
    across, down = np.meshgrid(frequency * seen.width, frequency * seen.height)
    tables = []
    for sign in (1, -1):
        table = np.zeros((_ROWS, _ROWS), np.float32)
        # Columns run from 0 up only, so that a wave that rises has a negative frequency down.
        at = sign * down + seen.height // 2
        laid = cv2.remap(power(seen), across, at, cv2.INTER_LINEAR)
        table[: len(frequency), : len(frequency)] = laid
        tables.append(table)
    return tables


@lru_cache(maxsize=4)
def _patterns(key: MarkKey) -> list[tuple[Float, Float]]:
    """Where the waves of ``key`` lie in such tables under each layout, transformed."""
    found = waves(key)
    falls = np.prod(found.places, axis=1) > 0
    cells = (np.log(np.abs(found.places) / LEAST_ALONG_AXIS) / _STEP).round().astype(int)
    strength = found.amplitudes**2
    patterns = []
    for exchanged, flipped in _LAYOUTS:
        row, column = (cells[:, ::-1] if exchanged else cells).T
        pair = []
        for these in (falls ^ flipped, ~falls ^ flipped):
            table = np.zeros((_ROWS, _ROWS), np.float32)
            np.add.at(table, (row[these], column[these]), strength[these])
            pair.append(np.asarray(cv2.dft(table)))
        patterns.append((pair[0], pair[1]))
    return patterns
