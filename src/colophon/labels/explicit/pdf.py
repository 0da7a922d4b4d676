"""The explicit label of a PDF: drawn words at the top of the first page, in an update appended.

Source: GB 45438-2025 5.1 (text: both elements, legible, at the start). All bytes of the old file
stay in front of the update; the words are strokes of the label face, and say what they are to
readers that extract text (``ActualText``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colophon.errors import EncryptedFile, Lang, MalformedFile
from colophon.labels.explicit import contrast, opening, stamp
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.wording import words
from colophon.labels.face import Outline, outline
from colophon.labels.model import ExplicitWritten, Medium

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter

    Box = tuple[float, float, float, float]

INK_SHARE, LEAST_POINTS = 0.018, 8.0
"""Ink height beside the page's shortest side; and the least, in points."""
BORDER_POINTS = 0.5


def apply_file(
    source: Path,
    target: Path,
    _media_type: str,
    *,
    wording: str | None,
    lang: Lang,
    position: str,
    limits: Limits,
    **_unused: Any,
) -> ExplicitWritten:
    """The door `dispatch.apply` calls; ``position`` is a corner or edge, ``auto`` top right.

    Raises EmptyFile, TooLarge, EncryptedFile, MalformedFile.
    """
    opening.not_empty(source)
    limits.check("bytes", source.stat().st_size, limits.picture_bytes, source.name)
    text = words(Medium.DOCUMENT, wording, lang)
    where = position if position in stamp.POSITIONS else "top-right"
    with opening.clean_target(target), _named_failures(source.name):
        ratio = _updated(source, target, text, where)
    shown = contrast.ratio(_light(contrast.PAPER), _light(contrast.INK))
    return ExplicitWritten(text, where, round(ratio, 4), round(shown, 2))


@contextmanager
def _named_failures(name: str) -> Iterator[None]:
    """What pypdf raises on broken files, as ours."""
    from pypdf.errors import PyPdfError

    readers_raise = (PyPdfError, ValueError, LookupError, TypeError, AttributeError)
    try:
        yield
    except (*readers_raise, ArithmeticError, RecursionError, AssertionError) as error:
        raise MalformedFile(file=name, detail=f"{type(error).__name__} in the PDF") from error


def _updated(source: Path, target: Path, text: str, where: str) -> float:
    """Writes the old bytes and the update; the words' share of the page's shortest side."""
    from pypdf import PdfReader, PdfWriter

    if PdfReader(source).is_encrypted:
        raise EncryptedFile(file=source.name)
    writer = PdfWriter(source, incremental=True)
    if not writer.pages:
        raise MalformedFile(file=source.name, detail="no pages")
    ratio = _draw(writer, writer.pages[0], text, where)
    writer.write(target)
    return ratio


def _draw(writer: PdfWriter, page: PageObject, text: str, where: str) -> float:
    """Adds the label to one page; the share of the shortest side it is high."""
    from pypdf.generic import ArrayObject, NameObject

    edges = page.cropbox
    box = (float(edges.left), float(edges.bottom), float(edges.right), float(edges.top))
    turn = page.rotation % 360
    wide, high = box[2] - box[0], box[3] - box[1]
    if turn in {90, 270}:
        wide, high = high, wide
    ink = max(LEAST_POINTS, INK_SHARE * min(wide, high))
    shapes = outline(text)
    place = _place(where, (wide, high), shapes, ink)
    label = f"Q q {_matrix(box, turn)} cm {_label(shapes, ink, place, text)} Q"
    old = page.get("/Contents")
    kept = [] if old is None else _parts(old)
    before, after = (_stream(writer, content) for content in ("q", label))
    page[NameObject("/Contents")] = ArrayObject([before, *kept, after])
    return ink / min(wide, high)


def _parts(contents: Any) -> list[Any]:
    """The page's content streams by reference."""
    from pypdf.generic import ArrayObject, IndirectObject

    found = contents.get_object()
    if isinstance(found, ArrayObject):
        return list(found)
    reference = contents if isinstance(contents, IndirectObject) else found.indirect_reference
    return [reference]


def _stream(writer: PdfWriter, content: str) -> Any:
    from pypdf.generic import DecodedStreamObject

    stream = DecodedStreamObject()
    stream.set_data(content.encode("ascii"))
    return writer._add_object(stream.flate_encode())  # noqa: SLF001  # pypdf has no other way


def _place(
    where: str, size: tuple[float, float], shapes: Outline, ink: float
) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of the plate on the page as displayed, y upwards."""
    scale = ink / shapes.shortest
    wide = shapes.width * scale + 2 * ink * stamp.PAD_SIDE
    high = shapes.height * scale + 2 * ink * stamp.PAD_TOP
    margin = ink * 1.2
    x = (size[0] - wide) / 2
    if where.endswith("right"):
        x = size[0] - wide - margin
    elif where.endswith("left"):
        x = margin
    y = size[1] - high - margin if where.startswith("top") else margin
    return x, (size[1] - high) / 2 if where in stamp.SIDES else y, wide, high


def _matrix(box: Box, turn: int) -> str:
    """From the displayed page to the page's own space. Source: ISO 32000-1 7.7.3.3 (Rotate)."""
    left, bottom, right, top = box
    rows = {
        0: (1, 0, 0, 1, left, bottom),
        90: (0, 1, -1, 0, right, bottom),
        180: (-1, 0, 0, -1, right, top),
        270: (0, -1, 1, 0, left, top),
    }
    return " ".join(f"{number:.3f}" for number in rows.get(turn, rows[0]))


def _label(shapes: Outline, ink: float, place: tuple[float, float, float, float], text: str) -> str:
    """Plate and words as page content, marked with the text they show."""
    x, y, wide, high = place
    scale = ink / shapes.shortest
    left, top = x + ink * stamp.PAD_SIDE, y + high - ink * stamp.PAD_TOP
    ink_colour, paper = (_colour(part) for part in (contrast.INK, contrast.PAPER))
    spoken = ("﻿" + text).encode("utf-16-be").hex().upper()
    frame = (
        f"{paper} rg {ink_colour} RG {BORDER_POINTS} w {x:.2f} {y:.2f} {wide:.2f} {high:.2f} re B"
    )
    lines = (
        " ".join(
            f"{left + px * scale:.3f} {top - py * scale:.3f} {'l' if number else 'm'}"
            for number, (px, py) in enumerate(shape)
        )
        for shape in shapes.shapes
    )
    glyphs = " h ".join(lines)
    return f"/Span <</ActualText <{spoken}>>> BDC {frame} {ink_colour} rg {glyphs} h f EMC"


def _colour(colour: tuple[float, float, float]) -> str:
    return " ".join(f"{part:.3f}" for part in colour)


def _light(colour: tuple[float, float, float]) -> float:
    import numpy as np

    return float(contrast.luminance(np.array(colour, np.float32)))
