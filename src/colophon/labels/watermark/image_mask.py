"""How strong a mark may be at each place of a picture without being seen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

_DETAIL_SIGMA = 2.0
_SMOOTH = 1.0
_WINDOW = 9
_PLAIN = 0.6
"""The mark, where nothing goes on at all, beside where there is at least some grain."""
_QUIET = 2.0
"""Grey levels of detail that hide nothing yet."""
_FLAT = 0.85
"""Greatest root mean square of the mark in flat bright areas, in grey levels."""
_MOST_DETAIL = 8.0
"""Grey levels of detail beyond which more hides no more."""
_LEAST_GROWTH, _MOST_GROWTH = 0.5, 1.25
"""Exponents by which the mark grows with the detail that hides it."""
_CODED_NOISE = 16.0
"""Power of what a codec adds, in grey levels squared."""
_ENOUGH, _SHARE = 41.0, 0.45
"""Decibels of mark over noise at which the mark is as strong as is asked for; and how much of what
there is beyond is spared, within bounds in decibels."""
_LEAST_SPARED, _MOST_SPARED = -0.7, 1.3
_DARK = 25.0
_BRIGHT = 110.0
_SPARSE = 2


def amplitude(luma: Float, target: float) -> Float:
    """The mark's amplitude at each pixel of ``luma``, in grey levels (0 … 255).

    Its root mean square comes to ``target`` where the picture has detail enough to hide that much.
    Detail hides a mark only where it lies: beside an edge the quieter side counts. In the dark a
    grey level is a greater step for the eye.
    """
    height, width = luma.shape
    detail = luma - cv2.GaussianBlur(luma, (0, 0), _DETAIL_SIGMA)
    power = cv2.boxFilter(cv2.multiply(detail, detail), -1, (_WINDOW, _WINDOW))
    # What follows is smooth: half the size tells as much.
    half = (-(-width // 2), -(-height // 2))
    power, mean = (cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (power, luma))
    activity = cv2.erode(cv2.sqrt(np.maximum(power, 0)), np.ones((7, 7), np.uint8))
    activity = cv2.GaussianBlur(activity, (0, 0), _SMOOTH)
    hidden = 1 + np.minimum(activity, _MOST_DETAIL) / _QUIET
    shade = np.clip((cv2.GaussianBlur(mean, (0, 0), 1.5) + _DARK) / (_BRIGHT + _DARK), 0, 1)
    flat = _FLAT * cv2.pow(shade, 0.6) * np.minimum(_PLAIN + (1 - _PLAIN) * activity, 1)
    strong = flat * cv2.pow(hidden, _growth(flat, hidden, target))
    strong *= min(1.0, target / _rms(strong)) * _needed(strong, power)
    return np.asarray(cv2.resize(strong, (width, height), interpolation=cv2.INTER_LINEAR))


def _needed(strong: Float, power: Float) -> float:
    """What of the mark is needed, as a factor: less where it will be read the more easily."""
    told = 4 * float(np.sum(strong * strong / (power + _CODED_NOISE)))
    more = _SHARE * (10 * np.log10(told + 1e-9) - _ENOUGH)
    return float(10 ** (-min(max(more, _LEAST_SPARED), _MOST_SPARED) / 20))


def _growth(flat: Float, hidden: Float, target: float) -> float:
    """The exponent with which the mark reaches ``target``."""
    few, these = flat[::_SPARSE, ::_SPARSE], hidden[::_SPARSE, ::_SPARSE]
    low, high = _LEAST_GROWTH, _MOST_GROWTH
    for _ in range(6):
        middle = (low + high) / 2
        if _rms(few * these**middle) < target:
            low = middle
        else:
            high = middle
    return low


def _rms(values: Float) -> float:
    return float(np.sqrt(np.mean(values * values))) + 1e-9
