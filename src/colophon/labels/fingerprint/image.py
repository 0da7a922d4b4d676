"""PDQ: a picture as 256 bits that stay through re-encoding, resizing, light cropping and words
drawn on it, with a quality from 0 to 100.

One recipe for every picture: luma (BT.601, 8 bits), upright, what is clear on white; brought to 512
by 512 pixels, down by area means (by whole numbers first), up linearly; then PDQ as published: two
box filters, 64 × 64 samples, the lowest 16 × 16 cosines without the constant ones, each held
against their median. On 512 by 512 pixels all of PDQ's writers agree; larger pictures come within
some 16 bits of those who filter them whole, and sizes of one picture closer to each other than there.

Source: Facebook, The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    Pixels = NDArray[Any]
    Matrix = NDArray[np.float32]

BITS = 256
WORKING_SIDE = 512
LEAST_SIDE = 5
"""Pixels below which a picture has no print."""
USABLE = 50
"""Quality below which a picture is so even that its bits are chance."""
POSSIBLE = 60
"""Up to here unrelated photos are rare still, and pictures cut by a twentieth are found: for a
person to look at."""
VARIANTS = (
    "same",
    "turned_90",
    "turned_180",
    "turned_270",
    "mirrored",
    "flipped",
    "transposed",
    "turned_90_mirrored",
)
"""What is done to a picture, anticlockwise, to get the print at the same place."""
_EDGE = 0.05
_SAMPLES, _COSINES = 64, 16
_WHITE = 255


@dataclass(frozen=True, slots=True)
class PicturePrint:
    """``variants``: the prints of the picture turned and mirrored, in the order of `VARIANTS`."""

    variants: tuple[bytes, ...]
    quality: int

    @property
    def bits(self) -> bytes:
        """32 bytes, in the order in which PDQ is exchanged as hexadecimal digits."""
        return self.variants[0]

    @property
    def usable(self) -> bool:
        """Whether there is enough in the picture for a match to mean anything."""
        return self.quality >= USABLE


def of_pixels(pixels: Pixels) -> PicturePrint | None:
    """Of upright pixels: H × W grey, H × W × 2 grey and alpha, × 3 RGB or × 4 RGBA; uint8, or
    uint16 of which the upper half counts. None for less than five pixels a side.
    """
    if min(pixels.shape[:2]) < LEAST_SIDE:
        return None
    return of_grey(_grey(pixels))


def of_grey(grey: NDArray[np.uint8]) -> PicturePrint | None:
    """Of upright luma, H × W."""
    if min(grey.shape) < LEAST_SIDE:
        return None
    waves, samples = _waves(_sized(grey).astype(np.float32))
    return PicturePrint(_prints(waves), _quality(samples))


def cuts(grey: NDArray[np.uint8]) -> tuple[bytes, ...]:
    """Further prints to keep of upright luma, so that it is found when its edges were cut off by up
    to a twentieth: of what is left when they are, at either side, both or none.
    """
    if min(grey.shape) < LEAST_SIDE:
        return ()
    sized, edge = _sized(grey), round(WORKING_SIDE * _EDGE)
    sides = ((0, 0), (0, edge), (edge // 2, edge // 2), (edge, 0))
    parts = [
        sized[top : WORKING_SIDE - bottom, left : WORKING_SIDE - right]
        for top, bottom in sides
        for left, right in sides
    ]
    prints = (of_grey(np.ascontiguousarray(part)) for part in parts[1:])
    return tuple(print_.bits for print_ in prints if print_ is not None)


def _grey(pixels: Pixels) -> NDArray[np.uint8]:
    import cv2

    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    solid = pixels[..., None] if pixels.ndim == 2 else pixels
    channels = solid.shape[2]
    if channels < 3:
        luma: NDArray[np.uint8] = np.ascontiguousarray(solid[..., 0])
    else:
        luma = cv2.cvtColor(np.ascontiguousarray(solid[..., :3]), cv2.COLOR_RGB2GRAY)
    return luma if channels in {1, 3} else on_white(luma, solid[..., -1])


def on_white(luma: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a page or a messenger shows of a picture with clear parts."""
    cover = alpha.astype(np.float32) / np.float32(_WHITE)
    shown: NDArray[np.uint8] = np.rint(luma * cover + _WHITE * (1 - cover)).astype(np.uint8)
    return shown


def _sized(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """First down by whole numbers, which is quick, then the rest of the way."""
    import cv2
    from PIL import Image

    factors = tuple(max(1, side // WORKING_SIDE) for side in grey.shape)
    if factors != (1, 1):
        grey = np.asarray(Image.fromarray(grey).reduce(factors[::-1]))
    for axis, side in enumerate(grey.shape):
        if side != WORKING_SIDE:
            wanted = list(grey.shape)
            wanted[axis] = WORKING_SIDE
            how = cv2.INTER_AREA if side > WORKING_SIDE else cv2.INTER_LINEAR
            grey = cv2.resize(grey, wanted[::-1], interpolation=how)
    return grey


def _samples(lines: Matrix) -> Matrix:
    """64 of the rows, after two passes of the box filter along the columns."""
    places, weights = _taps()
    # Not a product of matrices: it would set all of BLAS's threads spinning for so little.
    taken = np.zeros((_SAMPLES, lines.shape[1]), np.float32)
    for place, weight in zip(places, weights, strict=True):
        taken += lines[place] * weight[:, None]
    return taken


@cache
def _taps() -> tuple[NDArray[np.intp], Matrix]:
    """Which of 512 rows make each sample, and how much of each: taps × 64."""
    window = (WORKING_SIDE + 2 * _SAMPLES - 1) // (2 * _SAMPLES)
    behind, ahead = window - (window + 2) // 2, (window + 2) // 2
    place = np.arange(WORKING_SIDE)
    box = (place >= place[:, None] - behind) & (place < place[:, None] + ahead)
    mean = box / box.sum(axis=1, keepdims=True)
    rows = mean[((np.arange(_SAMPLES) + 0.5) * WORKING_SIDE / _SAMPLES).astype(np.int64)] @ mean
    places = np.argsort(-rows, axis=1, kind="stable")[:, : 2 * window - 1].T
    return places, np.take_along_axis(rows, places.T, axis=1).T.astype(np.float32)


@cache
def _cosines() -> Matrix:
    turns = np.outer(np.arange(1, _COSINES + 1), 2 * np.arange(_SAMPLES) + 1)
    waves = np.sqrt(2 / _SAMPLES) * np.cos(np.pi / 2 / _SAMPLES * turns)
    cosines: Matrix = waves.astype(np.float32)
    return cosines


def _quality(samples: Matrix) -> int:
    """How much the samples differ from their neighbours."""
    steps = [np.abs(np.trunc(np.diff(samples, axis=axis) * (100 / 255))).sum() for axis in (0, 1)]
    return min(100, int(sum(steps) // 90))


def _waves(small: Matrix) -> tuple[Matrix, Matrix]:
    """The cosines of the picture as it is, mirrored, flipped and both; and its samples.

    PDQ's samples lie a little off the middle, so signs of cosines alone would be some 20 bits
    away from the print of a picture that was truly turned.
    """
    cosines = _cosines()
    upright, flipped = _samples(small), _samples(small[::-1])
    samples = np.stack(
        [_samples(one.T[::step]).T for one in (upright, flipped) for step in (1, -1)]
    )
    waves = np.asarray(cosines @ samples @ cosines.T, np.float32)
    return waves, samples[0]


def _prints(waves: Matrix) -> tuple[bytes, ...]:
    """The eight prints of four pictures and their transposes."""
    same, mirrored, flipped, both = waves
    stack = np.stack(
        (same, mirrored.T, both, flipped.T, mirrored, flipped, same.T, both.T)
    ).reshape(len(VARIANTS), BITS)
    middle = np.partition(stack, BITS // 2 - 1, axis=1)[:, BITS // 2 - 1]
    packed = np.packbits((stack > middle[:, None])[:, ::-1], axis=1)
    return tuple(row.tobytes() for row in packed)
