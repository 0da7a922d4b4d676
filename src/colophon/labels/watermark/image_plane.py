"""What is looked at of a picture: its luminance at a known size, the picture itself held down."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

_DETAIL_SIGMA = 2.0
_WINDOW = 7
_FLOOR = 2.0
_POWER = 1.4
_LIMIT = 1.5


def resized(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """``pixels`` at another size, averaged where they are made fewer."""
    if pixels.shape[:2] == (height, width):
        return pixels
    smaller = height < pixels.shape[0]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=how))


def luma(pixels: NDArray[np.uint8]) -> Float:
    """Luminance, 0 … 255, of RGB pixels."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


def residual(plane: Float) -> Float:
    """``plane`` with what belongs to the picture held down.

    Smooth parts go; each place counts by how little goes on there, since a mark in the quiet is
    told more easily than one under detail; and no single pixel may count for many.
    """
    detail = plane - cv2.GaussianBlur(plane, (0, 0), _DETAIL_SIGMA)
    power = cv2.boxFilter(detail * detail, -1, (_WINDOW, _WINDOW))
    detail /= cv2.pow(cv2.sqrt(np.maximum(power, 0)) + _FLOOR, _POWER)
    limit = _LIMIT * float(np.sqrt(np.mean(detail * detail)))
    return np.asarray(np.clip(detail, -limit, limit), np.float32)
