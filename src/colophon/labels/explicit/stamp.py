"""Words on a picture: how large, on what plate.

A picture is an array H x W x channels seen upright. One stamp serves still pictures and the
opening frames of a video.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from colophon.labels.explicit import placement
from colophon.labels.explicit.wording import shorter
from colophon.labels.face import render

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.float32]

POSITIONS = placement.POSITIONS
"""Corners, then the middle of an edge: the places on papers, drawings and in scenes."""
SIDES = ("left", "right")
"""The edges at half height."""

LEGIBLE_PIXELS, STILL_LEGIBLE = 15, 11
"""Ink of the first height is read well on any screen, lower than the second by hardly anyone."""
WIDEST, LARGEST_SHARE, LARGEST_AT_ALL = 0.6, 0.12, 0.34
"""Most of the picture's width and area that a label takes to be legible; the last for small
pictures, where nothing else can be read."""
TIGHT_MARGIN = 1
"""Pixels to the edge of a small picture."""
SPARE_PIXELS = 1
"""Added to the least ink height, so that rounding and compression cannot take it below."""

PAD_SIDE, PAD_TOP, RADIUS, MARGIN = 0.46, 0.36, 0.34, 0.55
"""Shares of the ink height: room beside and above the words, corner radius, distance to edge."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Coverage of the plate and of the words, 0 to 1, the same size; not yet placed."""

    text: str
    ink_height: float
    plate: Grey
    words: Grey
    margin: int

    @property
    def height(self) -> int:
        return int(self.plate.shape[0])

    @property
    def width(self) -> int:
        return int(self.plate.shape[1])


@lru_cache(maxsize=64)
def fit(text: str, width: int, height: int, least_ratio: float) -> Stamp:
    """The stamp for a picture of this size: ink at least ``least_ratio`` of the shortest side.

    Grows to a legible size where the picture has the room, takes shorter compliant words where
    the width does not suffice, and never goes below the ratio.
    """
    least = math.ceil(least_ratio * min(width, height)) + SPARE_PIXELS
    for candidate in shorter(text):
        for ink in range(max(least, LEGIBLE_PIXELS), max(least, STILL_LEGIBLE) - 1, -1):
            stamp = _built(candidate, ink)
            if _within(stamp, width, height, WIDEST, LARGEST_SHARE):
                return stamp
    for candidate in shorter(text):
        stamp = replace(_built(candidate, max(least, STILL_LEGIBLE)), margin=TIGHT_MARGIN)
        if _within(stamp, width, height, 1.0, LARGEST_AT_ALL):
            return stamp
    for candidate in shorter(text):
        stamp = replace(_built(candidate, least), margin=TIGHT_MARGIN)
        if _within(stamp, width, height, 1.0, 1.0):
            return stamp
    return _bare(shorter(text)[-1], max(1, math.ceil(least_ratio * min(width, height))))


@lru_cache(maxsize=64)
def asked(text: str, width: int, height: int, least_ratio: float, wanted: float | None) -> Stamp:
    """The stamp as `fit` makes it; or, where ``wanted`` asks for a larger share of the shortest
    side, with words as high as that, or as high as the picture has room for."""
    usual = fit(text, width, height, least_ratio)
    ink = math.ceil((wanted or 0.0) * min(width, height))
    if usual.ink_height >= ink:
        return usual
    least = max(math.ceil(least_ratio * min(width, height)) + SPARE_PIXELS, STILL_LEGIBLE)
    for candidate in shorter(text):
        stamp = _largest(candidate, ink, least, width, height)
        if stamp is not None:
            smaller = stamp.text == usual.text and stamp.ink_height < usual.ink_height
            return usual if smaller else stamp
    return usual


def _largest(text: str, ink: int, least: int, width: int, height: int) -> Stamp | None:
    """Words of this ink height, or of the next lower one that fits; None below the least."""
    while ink >= least:
        stamp = _built(text, ink)
        if _within(stamp, width, height, 1.0, LARGEST_AT_ALL):
            return stamp
        ink = min(ink - 1, ink * width // (stamp.width + 2 * stamp.margin))
    return None


def _within(stamp: Stamp, width: int, height: int, widest: float, share: float) -> bool:
    """The stamp fits, and takes no more than these shares of the width and the area."""
    fits = stamp.width + 2 * stamp.margin <= width and stamp.height + 2 * stamp.margin <= height
    modest = stamp.width * stamp.height <= share * width * height
    return fits and modest and stamp.width <= widest * width


def _built(text: str, ink: int) -> Stamp:
    import numpy as np

    mask = render(text, ink)
    side, top = round(ink * PAD_SIDE), round(ink * PAD_TOP)
    high, wide = mask.height + 2 * top, mask.width + 2 * side
    words = np.zeros((high, wide), np.float32)
    words[top : top + mask.height, side : side + mask.width] = mask.alpha / np.float32(255)
    plate = _rounded(high, wide, ink * RADIUS)
    return Stamp(text, mask.ink_height, plate, words, round(ink * MARGIN))


def _bare(text: str, ink: int) -> Stamp:
    """For pictures of a few pixels: words only, with no room around them."""
    import numpy as np

    mask = render(text, ink)
    words: Grey = mask.alpha.astype(np.float32) / np.float32(255)
    return Stamp(text, mask.ink_height, np.ones_like(words), words, 0)


def _rounded(high: int, wide: int, radius: float) -> Grey:
    """A plate with round corners: distance to the inner rectangle, smoothed over one pixel."""
    import numpy as np

    y = np.abs(np.arange(high) - (high - 1) / 2) - (high / 2 - radius)
    x = np.abs(np.arange(wide) - (wide - 1) / 2) - (wide / 2 - radius)
    away = np.hypot(np.maximum(y, 0)[:, None], np.maximum(x, 0)[None, :])
    cover: Grey = np.clip(radius - away + 0.5, 0, 1).astype(np.float32)
    return cover


def room(stamp: Stamp, width: int, height: int) -> placement.Room:
    """The stamp beside the picture it is for."""
    return placement.Room(width, height, stamp.width, stamp.height, stamp.margin)
