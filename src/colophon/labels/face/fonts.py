"""For words outside the label face: the operator's font, or one that fontconfig finds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from colophon.errors import FontMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.ImageFont import FreeTypeFont

PROBE = 200  # pixels of em for measuring
LOOKUP_SECONDS = 10


def render_with_font(
    text: str, ink_height_px: float, font: Path | None
) -> tuple[NDArray[np.uint8], float]:
    """Alpha mask and the ink height reached (never under what is asked)."""
    import numpy as np
    from PIL import Image, ImageDraw

    path, index = _font_for(text, font)
    probe = _load(path, index, PROBE)
    size = max(1, -int(-ink_height_px * PROBE // _ink(probe, text)))
    face = _load(path, index, size)
    left, top, right, bottom = (int(edge) for edge in face.getbbox(text))
    sheet = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(sheet).text((-left, -top), text, fill=255, font=face)
    return np.asarray(sheet, np.uint8), _ink(face, text)


def _load(path: Path, index: int, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(path), size, index=index)


def _ink(face: FreeTypeFont, text: str) -> float:
    """The lowest ink among the characters that count: Chinese ones, else capitals, else all."""
    han = [char for char in text if "㐀" <= char <= "鿿"]
    counting = han or [c for c in text if c.isupper()] or [text]
    boxes = [face.getbbox(char) for char in counting]
    return float(min(box[3] - box[1] for box in boxes))


def _font_for(text: str, font: Path | None) -> tuple[Path, int]:
    if font is not None:
        if not font.is_file() or not _has_all(font, 0, text):
            raise FontMissing(text=text)
        return font, 0
    if shutil.which("fc-match") is None:
        raise FontMissing(text=text)
    points = " ".join(f"{ord(char):x}" for char in sorted(set(text)))
    answer = subprocess.run(  # fixed program, no shell
        ["fc-match", "-f", "%{file}|%{index}", f"sans-serif:charset={points}"],
        capture_output=True,
        text=True,
        timeout=LOOKUP_SECONDS,
        check=False,
    ).stdout
    name, _, index = answer.partition("|")
    found = (Path(name), int(index) if index.isdigit() else 0)
    if not found[0].is_file() or not _has_all(*found, text):
        raise FontMissing(text=text)
    return found


def _has_all(path: Path, index: int, text: str) -> bool:
    """A character the font lacks is drawn as the same box as one that no font has."""
    face = _load(path, index, 40)
    missing = bytes(face.getmask("\U0010fffe"))
    return all(char.isspace() or bytes(face.getmask(char)) != missing for char in text)
