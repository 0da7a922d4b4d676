"""Reading a picture whose edges are still those of the marked one, whatever its size.

Its tiles lie where they were put, so that they can be added up without searching; quarter turns
and mirroring only permute what is read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.detection import Transform
from colophon.labels.watermark.image_plane import luma, residual, resized
from colophon.labels.watermark.image_tile import TILE, band

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

_QUARTERS = {
    0: [[1, 0], [0, 1]],
    90: [[0, -1], [1, 0]],
    180: [[-1, 0], [0, -1]],
    270: [[0, 1], [-1, 0]],
}
TURNS = [
    Transform(rotation_deg=angle, mirrored=mirrored)
    for mirrored in (False, True)
    for angle in _QUARTERS
]
"""What the rows of ``lattices`` suppose."""


def lattices(pixels: NDArray[np.uint8], side: float) -> Complex:
    """What was received at the places of ``band()``, were a tile ``side`` pixels: see ``TURNS``."""
    high, wide = (max(1, round(length * TILE / side)) for length in pixels.shape[:2])
    plane = residual(luma(resized(pixels, high, wide) if side > TILE else pixels))
    tiles = _added_up(resized(plane, high, wide))
    spectrum = np.fft.fft2(tiles).astype(np.complex64)
    found = []
    for turn in TURNS:
        flipped = band() * ([1, -1] if turn.mirrored else [1, 1])
        down, across = (flipped @ _QUARTERS[int(turn.rotation_deg)]).T
        found.append(spectrum[down, across])
    return np.stack(found)


def _added_up(plane: Float) -> Float:
    """All tiles of ``plane`` on one another."""
    high, wide = (-(-length // TILE) * TILE for length in plane.shape)
    padded = np.zeros((high, wide), np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    stacked = padded.reshape(high // TILE, TILE, wide // TILE, TILE)
    return np.asarray(stacked.sum(axis=(0, 2)))
