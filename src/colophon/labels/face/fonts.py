"""For words outside the label face: the operator's font, or one that fontconfig finds."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from colophon.errors import FontMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.ImageFont import FreeTypeFont

    Run = tuple[str, tuple[Path, int]]

PROBE = 200  # pixels of em for measuring
LOOKUP_SECONDS = 10
_STRETCH = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+|[^\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+"
)
"""Letters that run from right to left, or none of them."""


def render_with_font(
    text: str, ink_height_px: float, font: Path | None
) -> tuple[NDArray[np.uint8], float]:
    """Alpha mask and the ink height reached (never under what is asked)."""
    import numpy as np
    from PIL import Image, ImageDraw

    runs = _runs(text, font)
    probes = [_load(*where, PROBE) for _, where in runs]
    size = max(1, -int(-ink_height_px * PROBE // _lowest(probes, runs)))
    faces = [_load(*where, size) for _, where in runs]
    starts = list(
        accumulate((f.getlength(r) for f, (r, _) in zip(faces, runs, strict=True)), initial=0)
    )
    room = 2 * size
    sheet = Image.new("L", (int(starts[-1]) + 2 * room, 2 * room), 0)
    pen = ImageDraw.Draw(sheet)
    for face, (run, _), start in zip(faces, runs, starts, strict=False):
        pen.text((room + start, room + size // 2), run, fill=255, font=face, anchor="ls")
    ink = sheet.crop(sheet.getbbox() or (0, 0, 1, 1))
    return np.asarray(ink, np.uint8), _lowest(faces, runs)


def _runs(text: str, font: Path | None) -> list[Run]:
    """The words in the order they are written, each stretch with a font that has it.

    Stretches are set one after another from the left, so that words of a script that runs the
    other way never carry the required ones along.
    """
    return [(stretch, _font_for(stretch, font)) for stretch in _STRETCH.findall(text)]


def _lowest(faces: list[FreeTypeFont], runs: list[Run]) -> float:
    """The lowest ink of the words a label must have, or of all when none are there."""
    inks = [(_ink(face, run), run) for face, (run, _) in zip(faces, runs, strict=True)]
    return min([ink for ink, run in inks if _counts(run)] or [ink for ink, _ in inks])


def _counts(run: str) -> bool:
    """Whether words that a label must have can be among these."""
    return any("㐀" <= char <= "鿿" or (char.isascii() and char.isalnum()) for char in run)


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
