"""Reading a picture whose edges are still those of the marked one, whatever its size.

Its tiles lie where they were put, so that they can be added up without searching; quarter turns
and mirroring only permute what is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.detection import Transform
from colophon.labels.watermark.image_plane import luma, residual, resized
from colophon.labels.watermark.image_tile import band

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

_TILE = 96
"""Pixels of a tile's side here: enough for its highest wave."""
_MOST = 4
"""Tiles along the short side."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """``plane``: the residual of a picture of ``size`` (height, width), seldom as large as it."""

    plane: Float
    size: tuple[int, int]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8]) -> Upright:
        """What is looked at of ``pixels``; never enlarged, so that no detail is made up."""
        height, width = pixels.shape[:2]
        smaller = min(1.0, _MOST * _TILE / min(height, width))
        small = (max(1, round(height * smaller)), max(1, round(width * smaller)))
        return cls(residual(luma(pixels, *small)), (height, width))


def lattices(seen: Upright, count: int, turns: Sequence[Transform] = TURNS) -> Complex:
    """What was received at the places of ``band()`` under each of ``turns``.

    ``count``: how many tiles there are along the short side.
    """
    unit = _TILE * count / min(seen.size)
    high, wide = (max(1, round(length * unit)) for length in seen.size)
    tiles = _added_up(resized(seen.plane, high, wide))
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
