"""Finding the label among the words of an upright picture, near its borders first.

Source: GB 45438-2025 5.2, 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from colophon.labels.checking import measure, ocr
from colophon.labels.checking.elements import label_in
from colophon.labels.checking.ocr import Box, Line
from colophon.labels.explicit import contrast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Colours = NDArray[np.uint8]
    Light = NDArray[np.float32]

SHORTEST_SIDE = 560
"""Pixels of the shorter side that words are looked for at: ink of 5 % then has 28."""
LARGEST_GROWTH = 4.0
"""Factor by which a small picture is enlarged at most."""
BAND, BAND_PIXELS = 0.27, 150
"""Share of the height, and pixels, of the strips along the upper and lower border."""
CENTRE_OVERLAP, SEAM = 0.14, 3
"""Of the shorter side: how far the rest reaches into the strips. And the pixels: what comes as
near to where a strip is cut off may itself be cut."""
EDGE_SHARE, EDGE_INKS = 0.1, 1.6
"""A label lies at an edge when it is no farther from it than this share of the picture's size in
that direction, or so many times its own ink height. The standard gives no number."""
AROUND = 0.5
"""Of a line's height: how much of what surrounds it is looked at."""
SAME_LINE, GAP = 0.5, 1.3
"""Parts of one line overlap by this share of their height and are no farther apart than this
many heights."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The relative luminance of a part of a picture, and where the part lies."""

    light: Light
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class Found:
    """One label on a picture; ratios are of the shortest side."""

    text: str
    where: str
    at_edge: bool
    box: Box
    height_ratio: float | None
    slack: float
    """Half a pixel as a share of the shortest side: what measuring may be off by."""
    contrast: float | None
    ink: measure.Ink | None
    cut: Cut


def in_picture(pixels: Colours) -> Found | None:
    """The label on upright R, G, B pixels: the highest of several. Raises ExtraMissing."""
    small, scale = _working(pixels)
    found = _found(small)
    judged = [_judged(pixels, line.text, line.box.scaled(1 / scale)) for line in found]
    return max(judged, key=lambda one: (one.at_edge, one.height_ratio or 0.0), default=None)


def _found(small: Colours) -> list[Line]:
    """The labels of the first part that has any whole; of the whole where they are cut."""
    high, cut = small.shape[0], False
    for part, top in _parts(small):
        labels = _labels(ocr.lines(part), top)
        inner = (top or -high, (top + len(part)) if top + len(part) < high else 2 * high)
        whole = [
            one
            for one in labels
            if inner[0] + SEAM < one.box.top and one.box.bottom < inner[1] - SEAM
        ]
        if whole:
            return whole
        cut = cut or bool(labels)
    return _labels(ocr.lines(small), 0) if cut else []


def _judged(pixels: Colours, text: str, box: Box) -> Found:
    high, wide = pixels.shape[:2]
    seen = box.grown(box.height * AROUND, wide, high)
    left, top = int(seen.left), int(seen.top)
    part = pixels[top : int(seen.bottom) + 1, left : int(seen.right) + 1]
    light = contrast.luminance(_shares(part))
    return judged((wide, high), Cut(light, left, top), text, box)


def judged(size: tuple[int, int], cut: Cut, text: str, box: Box) -> Found:
    """Place, height and contrast of words in a box, on a picture of this width and height."""
    wide, high = size
    ink = measure.ink_of(cut.light, box.moved(-cut.left, -cut.top), text)
    where, at_edge = place(box, wide, high, ink.height if ink else box.height)
    shortest = min(high, wide)
    return Found(
        text=text,
        where=where,
        at_edge=at_edge,
        box=box,
        height_ratio=ink.height / shortest if ink else None,
        slack=0.5 / shortest,
        contrast=ink.contrast if ink else None,
        ink=ink,
        cut=cut,
    )


def place(box: Box, width: int, height: int, ink: float) -> tuple[str, bool]:
    """The name of a place, and whether it is at an edge or corner."""
    near_x, near_y = (max(EDGE_SHARE * side, EDGE_INKS * ink) for side in (width, height))
    right, bottom = width - box.right, height - box.bottom
    across = ""
    if min(box.left, right) <= near_x:
        across = "left" if box.left < right else "right"
    down = ""
    if min(box.top, bottom) <= near_y:
        down = "top" if box.top < bottom else "bottom"
    where = "-".join(word for word in (down, across) if word)
    return where or "middle", bool(where)


def _working(pixels: Colours) -> tuple[Colours, float]:
    """The picture at the size words are looked for at, and the factor."""
    import cv2

    high, wide = pixels.shape[:2]
    scale = min(SHORTEST_SIDE / min(high, wide), ocr.LONGEST_SIDE / max(high, wide), LARGEST_GROWTH)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small: Colours = cv2.resize(pixels, size, interpolation=how)
    return small, scale


def _parts(small: Colours) -> list[tuple[Colours, int]]:
    """The lower and the upper strip, then what lies between; with the row each begins at."""
    high = small.shape[0]
    band = max(BAND_PIXELS, round(high * BAND))
    if high < 3 * band:
        return [(small, 0)]
    inset = band - round(min(small.shape[:2]) * CENTRE_OVERLAP)
    return [(small[-band:], high - band), (small[:band], 0), (small[inset:-inset], inset)]


def _labels(lines: list[Line], top: int) -> list[Line]:
    """The lines that are labels, by themselves or joined with their neighbours."""
    moved = [Line(line.text, line.box.moved(0, top)) for line in lines]
    found = [_label(line) for line in [*moved, *_joined(moved)]]
    return [line for line in found if line is not None]


def _label(line: Line) -> Line | None:
    words = label_in(line.text)
    return None if words is None else Line(words, line.box)


def _joined(lines: list[Line]) -> list[Line]:
    """Neighbours on one line, or one above the other, as one."""
    rest = [line for line in lines if label_in(line.text) is None]
    return [
        Line(f"{one.text} {other.text}", one.box.united(other.box))
        for one, other in permutations(rest, 2)
        if _beside(one.box, other.box) or _above(one.box, other.box)
    ]


def _beside(left: Box, right: Box) -> bool:
    common = min(left.bottom, right.bottom) - max(left.top, right.top)
    lower = min(left.height, right.height)
    gap = right.left - left.right
    return common >= SAME_LINE * lower and -0.5 * lower <= gap <= GAP * lower


def _above(upper: Box, lower: Box) -> bool:
    common = min(upper.right, lower.right) - max(upper.left, lower.left)
    gap = lower.top - upper.bottom
    return common >= SAME_LINE * min(upper.width, lower.width) and (
        -0.4 * upper.height <= gap <= 0.6 * upper.height
    )


def _shares(pixels: Colours) -> NDArray[np.float32]:
    import numpy as np

    return pixels.astype(np.float32) / np.float32(255)
