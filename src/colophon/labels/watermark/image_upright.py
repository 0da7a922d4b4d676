"""Reading a picture whose edges are still those of the marked one, whatever its size.

Its tiles lie where they were put, so that they can be added up without searching; quarter turns
and mirroring only permute what is read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.detection import Transform
from colophon.labels.watermark.image_plane import luma, residual, resized
from colophon.labels.watermark.image_tile import band

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

_TILE = 96

_QUARTERS = {
    0: [[1, 0], [0, 1]],
    90: [[0, 1], [-1, 0]],
    180: [[-1, 0], [0, -1]],
    270: [[0, -1], [1, 0]],
}
TURNS = [
    Transform(rotation_deg=angle, mirrored=mirrored)
    for mirrored in (False, True)
    for angle in _QUARTERS
]
"""What is tried."""


def lattices(pixels: NDArray[np.uint8], count: int, turns: Sequence[Transform] = TURNS) -> Complex:
    """What was received at the places of ``band()`` under each of ``turns``.

    ``count``: how many tiles there are along the short side.
    """
    side = min(pixels.shape[:2]) / count
    high, wide = (max(1, round(length * _TILE / side)) for length in pixels.shape[:2])
    # A picture of fewer pixels is read at its own size, and what was read enlarged.
    size = (high, wide) if side > _TILE else pixels.shape[:2]
    tiles = _added_up(resized(residual(luma(pixels, *size)), high, wide))
    spectrum = np.fft.fft2(tiles).astype(np.complex64)
    found = []
    for turn in turns:
        flipped = band() * ([1, -1] if turn.mirrored else [1, 1])
        down, across = (flipped @ _QUARTERS[int(turn.rotation_deg or 0)]).T
        found.append(spectrum[down, across])
    return np.stack(found)


def _added_up(plane: Float) -> Float:
    """All tiles of ``plane`` on one another."""
    high, wide = (-(-length // _TILE) * _TILE for length in plane.shape)
    padded = np.zeros((high, wide), np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    stacked = padded.reshape(high // _TILE, _TILE, wide // _TILE, _TILE)
    return np.asarray(stacked.sum(axis=(0, 2)))
