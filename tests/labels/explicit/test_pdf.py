"""The explicit label of a PDF: an update that shows words, after bytes that stay."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject

from colophon.errors import EmptyFile, EncryptedFile, MalformedFile
from colophon.labels.explicit import apply
from colophon.labels.model import ExplicitWritten, Medium

GREY = 190


def pdf(turn: int = 0, pages: int = 2) -> bytes:
    """Grey pages of 400 x 600 points, as a scanner makes them."""
    first, *others = [Image.new("RGB", (400, 600), (GREY, GREY, GREY)) for _ in range(pages)]
    buffer, turned = BytesIO(), BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=others, resolution=72)
    writer = PdfWriter(BytesIO(buffer.getvalue()))
    writer.pages[0][NameObject("/Rotate")] = NumberObject(turn)
    writer.write(turned)
    return turned.getvalue()


def labelled(folder: Path, data: bytes, **options: str) -> tuple[Path, ExplicitWritten]:
    source, target = folder / "a.pdf", folder / "b.pdf"
    source.write_bytes(data)
    written = apply(source, target, "application/pdf", Medium.DOCUMENT, **options)  # type: ignore[arg-type]
    assert written is not None
    return target, written


def test_the_old_bytes_stay_in_front(tmp_path: Path) -> None:
    data = pdf()
    target, written = labelled(tmp_path, data)
    assert target.read_bytes().startswith(data)
    assert written.text == "本内容由AI生成"
    assert written.where == "top-right"
    reader = PdfReader(target)
    assert len(reader.pages) == 2
    assert "FEFF" + "本内容由AI生成".encode("utf-16-be").hex().upper() in str(
        reader.pages[0].get_contents().get_data()  # type: ignore[union-attr]
    )
    assert (
        reader.pages[1].get_contents().get_data()
        == PdfReader(  # type: ignore[union-attr]
            BytesIO(data)
        )
        .pages[1]
        .get_contents()
        .get_data()
    )  # type: ignore[union-attr]


def displayed(x: float, y: float, turn: int) -> tuple[float, float]:
    """Where a reader sees a point of a 400 x 600 page: from the left, from the bottom."""
    return {0: (x, y), 90: (y, 400 - x), 180: (400 - x, 600 - y), 270: (600 - y, x)}[turn]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_label_is_at_the_displayed_corner(tmp_path: Path, turn: int) -> None:
    target, written = labelled(tmp_path, pdf(turn))
    page = PdfReader(target).pages[0]
    content = page.get_contents().get_data().decode("latin-1")  # type: ignore[union-attr]
    content = content[content.rindex(" cm ") - 60 :]
    found = re.search(r"((?:-?[\d.]+ ){6})cm ", content)
    plate = re.search(r"((?:-?[\d.]+ ){4})re B", content)
    assert found is not None
    assert plate is not None
    a, b, c, d, e, f = map(float, found[1].split())
    x, y, wide, high = map(float, plate[1].split())
    corners = [
        displayed(a * px + c * py + e, b * px + d * py + f, turn)
        for px, py in ((x, y), (x + wide, y + high))
    ]
    (left, bottom), (right, top) = corners
    page_wide, page_high = (600, 400) if turn in {90, 270} else (400, 600)
    assert page_wide * 0.6 < left < right < page_wide
    assert page_high * 0.9 < bottom < top < page_high
    assert right - left > 3 * (top - bottom)
    assert written.height_ratio is not None
    assert written.height_ratio >= 0.018


def test_a_place_asked_for_is_taken(tmp_path: Path) -> None:
    assert labelled(tmp_path, pdf(), position="bottom-left")[1].where == "bottom-left"


def test_bad_pdfs_are_named(tmp_path: Path) -> None:
    writer = PdfWriter(BytesIO(pdf()))
    writer.encrypt("secret", algorithm="AES-256")
    locked, no_pages = BytesIO(), BytesIO()
    writer.write(locked)
    PdfWriter().write(no_pages)
    for data, error in (
        (b"", EmptyFile),
        (b"%PDF-1.7\nnothing", MalformedFile),
        (pdf(pages=1)[:300], MalformedFile),
        (locked.getvalue(), EncryptedFile),
        (no_pages.getvalue(), MalformedFile),
    ):
        with pytest.raises(error):
            labelled(tmp_path, data)
        assert not (tmp_path / "b.pdf").exists()
