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


MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="%s"/>%s'
    "</manifest:manifest>"
)


def odf(kind: str = "text", meta: str | None = "", body: str = "<text:p>正文</text:p>") -> bytes:
    """A small OpenDocument; ``meta`` None: without meta.xml."""
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    names = {"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation"}
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{word}:1.0"'
        for prefix, word in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
            ("style", "style"), ("svg", "svg-compatible"), ("fo", "xsl-fo-compatible"),
        )
    )  # fmt: skip
    word = names.get(kind, "text")
    parts: dict[str, bytes | str] = {
        "mimetype": media_type,
        "content.xml": (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content{spaces} '
            f'office:version="1.2"><office:body><office:{word}>{body}</office:{word}>'
            "</office:body></office:document-content>"
        ),
    }
    entries_ = (
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    )
    if meta is not None:
        parts["meta.xml"] = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"><office:meta>'
            f"<meta:generator>Made/1.0</meta:generator><dc:title>标题</dc:title>{meta}"
            "</office:meta></office:document-meta>"
        )
        entries_ += (
            '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
        )
    parts["META-INF/manifest.xml"] = MANIFEST % (media_type, entries_)
    return zipped(parts, stored=("mimetype",))


def epub(version: str = "3.0", extra: str = "", **more: str) -> bytes:
    """A book of two chapters."""
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'
        "<head><title>%s</title></head><body><h1>%s</h1><p>文字</p></body></html>"
    )
    parts: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<?xml version="1.0"?><container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
            'full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>"
        ),
        "OEBPS/book.opf": (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<package version="{version}" '
            'xmlns="http://www.idpf.org/2007/opf" unique-identifier="id">\n  <metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">\n    <dc:identifier id="id">urn:x:1'
            "</dc:identifier>\n    <dc:title>书名</dc:title>\n    <dc:language>zh</dc:language>\n"
            f'    {extra}</metadata>\n  <manifest><item id="a" href="a.xhtml" '
            'media-type="application/xhtml+xml"/><item id="b" href="b%20b.xhtml" '
            'media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
        ),
        "OEBPS/a.xhtml": page % ("A", "第一章"),
        "OEBPS/b b.xhtml": page % ("B", "第二章"),
    }
    return zipped(parts | more, stored=("mimetype",))


def ofd(inner: str = "<ofd:Creator>Made</ofd:Creator>", after: str = "", common: str = "") -> bytes:
    """OFD of two pages, the second blank; ``common``: among the document's common data."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    return zipped({
        "OFD.xml": (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:OFD {space} DocType="OFD" Version="1.0">'
            "<ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID>"
            f"{inner}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{after}"
            "</ofd:DocBody></ofd:OFD>"
        ),
        "Doc_0/Document.xml": (
                f"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>7</ofd:MaxUnitID>"
                "<ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea>"
                f"{common}</ofd:CommonData><ofd:Pages>"
                '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
                '<ofd:Page ID="2" BaseLoc="/Doc_0/Pages/Page_1/Content.xml"/></ofd:Pages>'
                "</ofd:Document>"
            ),
            "Doc_0/PublicRes.xml": f'<ofd:Res {space} BaseLoc="Res"/>',
            "Doc_0/Pages/Page_1/Content.xml": f"<ofd:Page {space}/>",
        "Doc_0/Pages/Page_0/Content.xml": (
                f'<ofd:Page {space}><ofd:Area/><ofd:Content><ofd:Layer ID="9"><ofd:TextObject '
                'ID="12" Boundary="1 1 9 9"><ofd:TextCode X="0" Y="5">正文</ofd:TextCode>'
                "</ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"
            ),
    })  # fmt: skip


def xmind(old: bool = False, bare: bool = False) -> bytes:
    """A map of one topic; ``bare``: without the part that holds metadata."""
    if old:
        entry = '<file-entry full-path="content.xml" media-type="text/xml"/>'
        parts: dict[str, bytes | str] = {
            "content.xml": '<xmap-content xmlns="urn:xmind:xmap:xmlns:content:2.0" version="2.0">'
            "<sheet><topic><title>中心</title></topic></sheet></xmap-content>",
            "meta.xml": '<meta xmlns="urn:xmind:xmap:xmlns:meta:2.0" version="2.0"><Author>'
            "<Name>N</Name></Author></meta>",
            "META-INF/manifest.xml": '<manifest xmlns="urn:xmind:xmap:xmlns:manifest:1.0">'
            f"{entry}</manifest>",
        }
    else:
        parts = {
            "content.json": json.dumps([{"id": "1", "rootTopic": {"title": "中心"}}]),
            "metadata.json": '{"creator": {"name": "Made", "version": "24.1"}}',
            "manifest.json": '{"file-entries":{"content.json":{},"metadata.json":{}}}',
        }
    if bare:
        del parts["meta.xml" if old else "metadata.json"]
    return zipped(parts)


def usdz(*names: str) -> bytes:
    """A scene in text with what belongs to it, each stored at a multiple of 64 bytes."""
    out = io.BytesIO()
    parts = {"scene.usda": b'#usda 1.0\ndef Xform "root" {}\n'}
    parts |= {name: bytes(range(100)) for name in names}
    with zipfile.ZipFile(out, "w") as file:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8))
            short = -(out.tell() + 30 + len(name)) % 64
            short += 64 if 0 < short < 4 else 0
            if short:
                info.extra = b"\x86\x19" + (short - 4).to_bytes(2, "little") + bytes(short - 4)
            file.writestr(info, data)
    return out.getvalue()
