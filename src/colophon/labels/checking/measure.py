"""Measuring a line of words on its pixels: how high its ink is, how it stands out.

The box a reader of words gives is looser than the ink; so the ink is found again inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colophon.labels.checking.elements import chinese_spans
from colophon.labels.explicit import contrast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from colophon.labels.checking.ocr import Box

    Light = NDArray[np.float32]
    Cover = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Corner = tuple[int, int]

GAMMA = 2.2
"""Light to what the eye sees as even steps, for the threshold between ink and ground."""
LEAST_STEP = 0.02
"""Of the way from black to white: what differs by less is one flat ground."""
ROOMS = (0.08, 0.2, 0.35, -0.08)
"""Shares of the box's height it is grown by, in turn, until its words are whole."""
WIDE_ENOUGH = 0.7
"""Share of the box's width that whole words take."""
LOWEST, FULLEST = 0.3, 0.58
"""Ink takes at least this share of the box's height, and at most this of its own rectangle."""
SPECK = 0.012
"""Of the box's height squared: the area under which a spot is no stroke."""
HALF = 0.5
INSIDE_QUANTILE = 0.75
"""How far into the ink its light is taken: strokes of a pixel are mixed with the ground."""
NEAR_QUANTILE = 0.25
"""The part of the ground nearest in light to the ink that may still be nearer."""
LEAST_PIXELS = 6


@dataclass(frozen=True, slots=True)
class Ink:
    """Pixels. ``cover``: 0 to 1 inside the box; ``height`` that of the Chinese glyphs, of all
    glyphs where none is Chinese. ``contrast``: ratio of ink to the ground around it."""

    left: int
    top: int
    cover: Cover
    height: float
    contrast: float


def ink_of(light: Light, box: Box, text: str) -> Ink | None:
    """The ink of ``text`` in a box on a picture of relative luminance; None where no words
    can be told from their ground."""
    best: tuple[float, Corner, Light, Cover] | None = None
    for room in ROOMS:
        corner, part = _cut(light, box, box.height * room)
        cover = _cover(part)
        if cover is None:
            continue
        share = _span(cover > HALF, 0) / max(1.0, box.width)
        if best is None or share > best[0]:
            best = (share, corner, part, cover)
        if share >= WIDE_ENOUGH:
            break
    if best is None:
        return None
    _, corner, part, cover = best
    height, stands = _height(cover, text), contrast_of(part, cover)
    if height <= 0 or stands is None:
        return None
    return Ink(*corner, cover, height, stands)


def _cut(light: Light, box: Box, room: float) -> tuple[Corner, Light]:
    seen = box.grown(room, light.shape[1], light.shape[0])
    left, top = int(seen.left), int(seen.top)
    part = light[top : int(seen.bottom + 0.999), left : int(seen.right + 0.999)]
    return (left, top), part


def _cover(part: Light) -> Cover | None:
    """How much of each pixel is ink, of the two sides of the threshold the one that looks like
    strokes: away from the border, and far from filling its own rectangle."""
    import cv2
    import numpy as np

    if min(part.shape) < 3:
        return None
    grey = np.clip(part, 0, 1) ** np.float32(1 / GAMMA)
    low, top = np.percentile(grey, (1, 99))
    if top - low < LEAST_STEP:
        return None
    even = np.clip((grey - low) / (top - low), 0, 1).astype(np.float32)
    steps = np.rint(even * 255).astype(np.uint8)
    threshold, _ = cv2.threshold(steps, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = steps > threshold
    sides = [_strokes(side) for side in (bright, ~bright)]
    solid = max((side for side in sides if _plausible(side)), key=np.sum, default=None)
    return None if solid is None else _shares(even, solid)


def _shares(even: Light, solid: Mask) -> Cover | None:
    """The pixels of strokes, and of those beside them how much is ink."""
    import cv2
    import numpy as np

    near = cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    ink, ground = float(np.median(even[solid])), float(np.median(even[_within(solid) & ~near]))
    if not abs(ink - ground) >= 0.05:
        return None
    share = np.clip((even - ground) / (ink - ground), 0, 1)
    cover: Cover = np.where(near, share, 0).astype(np.float32)
    return cover


def _plausible(solid: Mask) -> bool:
    wide, high = _span(solid, 0), _span(solid, 1)
    if min(wide, high) < 3 or high < LOWEST * solid.shape[0]:
        return False
    return bool(LEAST_PIXELS <= solid.sum() <= FULLEST * wide * high)


def _strokes(side: Mask) -> Mask:
    """Without what touches the border, and without specks."""
    import cv2
    import numpy as np

    _, parts, stats, _ = cv2.connectedComponentsWithStats(side.astype(np.uint8))
    kept = stats[:, cv2.CC_STAT_AREA] >= max(2.0, side.shape[0] ** 2 * SPECK)
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    kept[np.unique(border)] = False
    kept[0] = False
    found: Mask = np.asarray(kept[parts], np.bool_)
    return found


def _span(solid: Mask, axis: int) -> int:
    """From the first to the last column (0) or row (1) that holds ink."""
    import numpy as np

    lines = np.flatnonzero(solid.any(axis=axis))
    return int(lines[-1] - lines[0] + 1) if lines.size else 0


def _within(solid: Mask) -> Mask:
    """The rectangle around the ink: what lies beyond it is not behind the words."""
    import numpy as np

    inside = np.zeros(solid.shape, np.bool_)
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if rows.size:
        inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return inside


def _height(cover: Cover, text: str) -> float:
    """Rows that hold ink, the outermost by their share, of the Chinese characters if any."""
    import numpy as np

    columns = np.flatnonzero((cover > HALF).any(axis=0))
    if columns.size == 0:
        return 0.0
    left, wide = int(columns[0]), int(columns[-1] - columns[0] + 1)
    spans = chinese_spans(text) or [(0.0, 1.0)]
    parts = [cover[:, left + round(a * wide) : left + max(1, round(b * wide))] for a, b in spans]
    rows = np.max([part.max(axis=1) for part in parts if part.shape[1]], axis=0)
    inner = np.flatnonzero(rows > HALF)
    if inner.size == 0:
        return 0.0
    first, last = int(inner[0]), int(inner[-1])
    over = float(rows[first - 1]) if first else 0.0
    under = float(rows[last + 1]) if last + 1 < len(rows) else 0.0
    return float(rows[first] + rows[last] + over + under) + (last - first - 1)


def contrast_of(part: Light, cover: Cover) -> float | None:
    """Of the inside of strokes to the ground no stroke touches, a quarter of which may be
    worse."""
    import cv2
    import numpy as np

    near = cv2.dilate((cover > 0.1).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    around = _within(cover > HALF)
    ink, ground = part[cover > HALF], part[~near & around]
    if ground.size < LEAST_PIXELS:
        ground = part[~(cover > 0.1)]
    if min(ink.size, ground.size) < LEAST_PIXELS:
        return None
    if np.median(ink) > np.median(ground):
        return contrast.ratio(
            float(np.quantile(ink, INSIDE_QUANTILE)), float(np.quantile(ground, 1 - NEAR_QUANTILE))
        )
    return contrast.ratio(
        float(np.quantile(ink, 1 - INSIDE_QUANTILE)), float(np.quantile(ground, NEAR_QUANTILE))
    )
