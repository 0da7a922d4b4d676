"""Words as an anti-aliased alpha mask of an exact ink height."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from colophon.errors import FontMissing
from colophon.labels.face.fonts import render_with_font
from colophon.labels.face.strokes import glyphs, shapes

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

CAP_TOP, BASELINE = 110.0, 890.0
HAN_GAP, MIXED_GAP = 25.0, 50.0  # units added between Chinese, and at a change of script
TOP_ROOM, SHEET = 30.0, 1200  # units above the em, of the whole sheet
PROOF_SCALE = 0.5  # pixels a unit
HALF_INK = 127
FINE_BELOW = 160  # pixels of ink; larger words need less supersampling


@dataclass(frozen=True, slots=True)
class Mask:
    """``alpha``: H x W uint8, cut to the ink. ``ink_height``: pixels of the shortest character
    that counts (Chinese glyph or capital).
    """

    alpha: NDArray[np.uint8]
    ink_height: float

    @property
    def height(self) -> int:
        return int(self.alpha.shape[0])

    @property
    def width(self) -> int:
        return int(self.alpha.shape[1])


@dataclass(frozen=True, slots=True)
class Outline:
    """Words as polygons in units, y downwards, ink from (0, 0); all turn one way (fill nonzero).

    ``shortest``: units of the lowest ink that counts, as in `render`.
    """

    shapes: list[list[tuple[float, float]]]
    width: float
    height: float
    shortest: float


def covers(text: str) -> bool:
    """True if the label face has every character."""
    return all(char in glyphs() for char in text)


@lru_cache(maxsize=64)
def render(text: str, ink_height_px: float, font: Path | None = None) -> Mask:
    """``text`` so that its shortest Chinese glyph (and capital) is ``ink_height_px`` high.

    The strictest reading of GB 45438-2025 5.2: ink, not em. For text without Chinese glyphs the
    capitals count, else the tallest character. Characters outside the label face are set from
    ``font``, or from what fontconfig finds; raises FontMissing when nothing covers them.
    """
    if not covers(text):
        alpha, ink = render_with_font(text, ink_height_px, font)
        return Mask(alpha, ink)
    scale = ink_height_px / shortest_ink(text)
    return Mask(_trimmed(_drawn(text, scale)), ink_height_px)


def outline(text: str) -> Outline:
    """``text`` for vector formats. Raises FontMissing for words outside the label face."""
    if not covers(text):
        raise FontMissing(text=text)
    ink = [
        [(x + start, y) for x, y in shape]
        for char, start in zip(text, advances(text), strict=False)
        for shape in shapes(glyphs()[char])
    ]
    left, top = (min(point[axis] for shape in ink for point in shape) for axis in (0, 1))
    moved = [[(x - left, y - top) for x, y in shape] for shape in ink]
    width, height = (max(point[axis] for shape in moved for point in shape) for axis in (0, 1))
    return Outline(moved, width, height, shortest_ink(text))


def shortest_ink(text: str) -> float:
    """Units of the lowest ink among the characters that count."""
    face = glyphs()
    counting = [char for char in text if face[char].han or char.isupper() or char.isdigit()]
    counting = counting or [char for char in text if char.strip()]
    heights = [_ink_span(char) for char in counting]
    pick = min if counting[0].isupper() or face[counting[0]].han else max
    return pick(heights)


@cache
def _ink_span(char: str) -> float:
    """Measured on a proof sheet, because mitres and clips decide where ink ends."""
    rows = (_drawn(char, PROOF_SCALE).max(axis=1) > HALF_INK).tolist()
    inked = [place for place, found in enumerate(rows) if found]
    return (inked[-1] - inked[0] + 1) / PROOF_SCALE


def advances(text: str) -> list[float]:
    """Where each character starts, in units; one more entry for the end."""
    face = glyphs()
    starts = [0.0]
    for char, following in zip(text, [*text[1:], ""], strict=True):
        mixed = bool(following) and face[char].han != face[following].han
        gap = MIXED_GAP if mixed else HAN_GAP if face[char].han else 0.0
        starts.append(starts[-1] + face[char].advance + gap)
    return starts


def _drawn(text: str, scale: float) -> NDArray[np.uint8]:
    import cv2  # labels must import without it
    import numpy as np

    fine = 8 if scale * BASELINE < FINE_BELOW else 4
    starts = advances(text)
    high, wide = (int(scale * SHEET) + 2) * fine, (int(scale * starts[-1]) + 2) * fine
    sheet = np.zeros((high, wide), np.uint8)
    for char, start in zip(text, starts, strict=False):
        for shape in shapes(glyphs()[char]):
            corners = np.array(shape) + np.array([start, TOP_ROOM])
            fixed = np.rint(corners * scale * fine * 16).astype(np.int32)
            cv2.fillPoly(sheet, [fixed], 255, lineType=cv2.LINE_8, shift=4)
    small = cv2.resize(sheet, (wide // fine, high // fine), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _trimmed(alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    rows = np.flatnonzero(alpha.max(axis=1) > 0)
    columns = np.flatnonzero(alpha.max(axis=0) > 0)
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
