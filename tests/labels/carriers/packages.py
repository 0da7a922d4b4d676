"""Packages made when asked, and what independent readers say of them."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path


def zipped(
    parts: Mapping[str, bytes | str],
    stored: Iterable[str] = (),
    method: int = zipfile.ZIP_DEFLATED,
    comment: bytes = b"",
) -> bytes:
    """An archive with a fixed date; the ``stored`` entries are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8))
            info.compress_type = zipfile.ZIP_STORED if name in stored else method
            file.writestr(info, data)
        file.comment = comment
    return out.getvalue()


def streamed(parts: Mapping[str, bytes | str]) -> bytes:
    """An archive written to a pipe: sizes stand behind the data."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.held = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.held += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, data)
    return bytes(pipe.held)


def entries(data: bytes) -> list[tuple[str, bytes]]:
    """Every entry with its content, checked by the standard library."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return [(info.filename, file.read(info)) for info in file.infolist()]


def others(data: bytes, *but: str) -> list[tuple[str, bytes]]:
    return [entry for entry in entries(data) if entry[0] not in but]


def exiftool(path: Path) -> dict[str, object]:
    found = subprocess.run(
        ["exiftool", "-json", "-a", "-G1", str(path)], check=True, capture_output=True
    )
    return json.loads(found.stdout)[0]


@cache
def docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("Report", 1)
    document.add_paragraph("Words with 中文 in them.")
    document.add_table(2, 2).cell(0, 0).text = "cell"
    return _saved(document)


@cache
def xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["name", "value"])
    book.active.append(["a", 1])
    book.create_sheet("Second")["B2"] = "=Sheet!B2"
    return _saved(book)


@cache
def pptx() -> bytes:
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = "Title"
    deck.slides.add_slide(deck.slide_layouts[5])
    return _saved(deck)


def _saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
