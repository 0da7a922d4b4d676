"""The plate of a scene's explicit label: words drawn on a picture, and the quad that bears it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from colophon.labels.explicit import contrast, stamp
from colophon.labels.face import render

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INK_PIXELS = 96
"""Ink height in the picture: enough for a plate that fills a screen's twentieth at 4K."""
STRIDE, INDICES_AT, PICTURE_AT = 32, 128, 140
"""Of the bytes: a corner's size, where the faces begin, where the picture does."""
CORNERS = 4
_FACES = (0, 1, 2, 0, 2, 3)


@dataclass(frozen=True, slots=True)
class Plate:
    """``png``: the picture. ``aspect``: width beside height. ``ink_share``: ink height beside
    the plate's. ``contrast``: of the words on it, 1 to 21."""

    text: str
    png: bytes
    aspect: float
    ink_share: float
    contrast: float

    def data(self) -> bytes:
        """Corners (place, normal, place in the picture), faces, picture; a multiple of 4 long.

        The quad lies in the plane z = 0 around the origin, one unit high, and faces +z.
        """
        half = self.aspect / 2
        corners = ((-half, -0.5, 0, 1), (half, -0.5, 1, 1), (half, 0.5, 1, 0), (-half, 0.5, 0, 0))
        quad = b"".join(struct.pack("<8f", x, y, 0, 0, 0, 1, u, v) for x, y, u, v in corners)
        whole = quad + struct.pack("<6H", *_FACES) + self.png
        return whole + bytes(-len(whole) % 4)


@lru_cache(maxsize=16)
def drawn(text: str) -> Plate:
    """Raises FontMissing."""
    pixels = picture(text)
    high, wide = pixels.shape[:2]
    shown = contrast.ratio(_light(contrast.PAPER), _light(contrast.INK))
    return Plate(text, _png(pixels), wide / high, INK_PIXELS / high, shown)


def picture(text: str) -> NDArray[np.uint8]:
    """The words in ink on a plate of paper, H x W x 3."""
    import numpy as np

    mask = render(text, INK_PIXELS)
    side, top = round(INK_PIXELS * stamp.PAD_SIDE), round(INK_PIXELS * stamp.PAD_TOP)
    cover = np.pad(mask.alpha.astype(np.float32) / 255, ((top, top), (side, side)))[..., None]
    ink, paper = (np.array(one, np.float32) for one in (contrast.INK, contrast.PAPER))
    mixed = paper * (1 - cover) + ink * cover
    return np.rint(mixed * 255).astype(np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return out.getvalue()


def _light(colour: tuple[float, float, float]) -> float:
    import numpy as np

    return float(contrast.luminance(np.array(colour, np.float32)))
