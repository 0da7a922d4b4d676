"""What is looked at of a picture: its luminance at a known size, the picture itself held down."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

_LARGEST = 1024
"""Pixels of the short side."""
_DETAIL_SIGMA = 2.0
_WINDOW = 5
_FLOOR = 2.0
_POWER = 1.6
_LIMIT = 1.5
_GREY = np.array([[0.299, 0.587, 0.114]])
_AGAINST = np.array([[-0.1, 1.0, -0.9]])
_COLOUR_WEIGHT = 0.5


def resized(plane: Float | NDArray[np.uint8], height: int, width: int) -> Any:
    """``plane`` at another size, averaged where it is made smaller."""
    if plane.shape[:2] == (height, width):
        return plane
    how = cv2.INTER_AREA if height < plane.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(plane, (width, height), interpolation=how)


def reduced(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``pixels`` at no more than the size at which anything is looked at here."""
    height, width = pixels.shape[:2]
    smaller = _LARGEST / min(height, width)
    if smaller >= 1:
        return pixels
    small: NDArray[np.uint8] = resized(pixels, round(height * smaller), round(width * smaller))
    return small


def luma(pixels: NDArray[np.uint8], height: int, width: int) -> Float:
    """Luminance, 0 … 255, of RGB pixels, at the size given."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(resized(grey, height, width), np.float32)


def both(pixels: NDArray[np.uint8], height: int, width: int) -> Float:
    """What ``residual`` gives of luminance and of green against blue, added up.

    Colours vary less from place to place than luminance and hide less of the mark, until a codec
    takes them away.
    """
    small = np.asarray(resized(pixels, height, width), np.float32)
    grey = residual(np.asarray(cv2.transform(small, _GREY), np.float32))
    colour = residual(np.asarray(cv2.transform(small, _AGAINST), np.float32))
    return np.asarray(cv2.scaleAdd(colour, _COLOUR_WEIGHT, grey))


def residual(plane: Float) -> Float:
    """``plane`` with what belongs to the picture held down.

    Smooth parts go; each place counts by how little goes on there, since a mark in the quiet is
    told more easily than one under detail; and no single pixel may count for many.
    """
    # In place throughout: fresh memory takes longer than the sums.
    detail = np.asarray(cv2.GaussianBlur(plane, (0, 0), _DETAIL_SIGMA), np.float32)
    np.subtract(plane, detail, out=detail)
    spread = cv2.boxFilter(cv2.multiply(detail, detail), -1, (_WINDOW, _WINDOW))
    np.sqrt(np.maximum(spread, 0, out=spread), out=spread)
    spread += _FLOOR
    np.divide(detail, cv2.pow(spread, _POWER, spread), out=detail)
    limit = _LIMIT * float(np.sqrt(np.vdot(detail, detail) / detail.size))
    return np.clip(detail, -limit, limit, out=detail)
