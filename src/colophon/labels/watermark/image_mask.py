"""How strong a mark may be at each place of a picture without being seen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

_DETAIL_SIGMA = 2.0
_WINDOW = 9
_QUIET = 3.0
"""Grey levels of detail that hide nothing yet."""
_GROWTH = 0.5
"""Exponent by which the mark grows with the detail that hides it."""
_DARK = 25.0
_BRIGHT = 110.0


def mask(luma: Float) -> Float:
    """The mark's relative amplitude at each pixel of ``luma`` (0 … 255); 1 in flat bright areas.

    Detail hides a mark, but only where it lies: beside an edge the quieter side counts. In the
    dark a grey level is a greater step for the eye.
    """
    detail = luma - cv2.GaussianBlur(luma, (0, 0), _DETAIL_SIGMA)
    power = cv2.boxFilter(detail * detail, -1, (_WINDOW, _WINDOW))
    activity = cv2.erode(np.sqrt(np.maximum(power, 0)), np.ones((5, 5), np.uint8))
    activity = cv2.GaussianBlur(activity, (0, 0), _DETAIL_SIGMA)
    shade = np.clip((cv2.GaussianBlur(luma, (0, 0), 3.0) + _DARK) / (_BRIGHT + _DARK), 0, 1)
    return np.asarray(shade**0.6 * (1 + activity / _QUIET) ** _GROWTH, np.float32)
