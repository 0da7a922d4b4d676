"""PNG and APNG: the label in XMP, in an iTXt chunk before the image data.

Source: TC260-PG-20259A (place, Annex B: text chunk ``AIGC``); ISO/IEC 15948 (PNG) 5, 11.3.4.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import exif
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import (
    METADATA_CAP,
    TOTAL_CAP,
    at_most,
    exactly,
    inflate,
    size_of,
    within_cap,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = "XML:com.adobe.xmp"
RAW_XMP_KEYWORD = "Raw profile type xmp"
"""Where ImageMagick puts a packet: in hexadecimal digits, after two lines of heading."""
STANDARD_PLACE = f"png:iTXt:{XMP_KEYWORD}"

_HEAD = 8
_FRAME = 12
"""Length, type and check sum around a chunk's data."""
_MAX_CHUNKS = 300_000
_MAX_BEARERS = 1_000
_KEYWORD_CAP = 80
_GUESS_CAP = 64 << 10
"""A text chunk named otherwise is looked into when it is at most this long."""
_SALVAGE_CAP = 1 << 20
_KIND = re.compile(rb"[A-Za-z]{4}")
_TEXT_KINDS = (b"iTXt", b"tEXt", b"zTXt")
_DATA_STARTS = (b"IDAT", b"fcTL")
_FRAGMENT = re.compile(rb"(?P<kind>[ti][ET]Xt)(?P<key>[^\0]{0,75}?(?:AIGC|adobe\.xmp))\0+([^\0]+)")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk that may bear a label. ``start`` is where its length stands; ``late``: it comes
    after the first image data; ``packed``: an iTXt chunk that is compressed.
    """

    kind: bytes
    start: int
    size: int
    late: bool
    keyword: str = ""
    packed: bool = False

    @property
    def end(self) -> int:
        return self.start + self.size + _FRAME

    @property
    def is_xmp(self) -> bool:
        return self.keyword == XMP_KEYWORD

    @property
    def is_raw(self) -> bool:
        return self.keyword == RAW_XMP_KEYWORD

    @property
    def place(self) -> str:
        parts = ["png", self.kind.decode(), self.keyword or "UserComment"]
        parts += ["compressed"] * self.packed + ["after-data"] * self.late
        return ":".join(parts)


@dataclass(slots=True)
class _Layout:
    """What a file is made of: ``held`` is the size of all bearers, ``data`` where the image data
    begins, ``fault`` why the walk ended before the end chunk.
    """

    bearers: list[_Chunk] = field(default_factory=list)
    held: int = 0
    data: int | None = None
    image: bool = False
    fault: InputError | None = None


class Png:
    """The PNG family; see ``Carrier``."""

    name = "png"
    media_types: tuple[str, ...] = ("image/png", "image/apng")
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        # Half the signature is enough: a file damaged on its way is still called PNG.
        if not head.startswith(SIGNATURE[:4]):
            return None
        animated = b"\0\0\0\x08acTL" in head.split(b"IDAT", 1)[0]
        return "image/apng" if animated else "image/png"

    def read(self, source: BinaryIO) -> list[Packet]:
        layout = _layout(source)
        packets = (packet for chunk in layout.bearers for packet in _packets(source, chunk))
        found = within_cap(packets, "PNG")
        if layout.fault and not found:
            found = _salvaged(source)
        if layout.fault and not found:
            raise layout.fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        layout = _layout(source)
        if layout.fault:
            raise layout.fault
        if layout.data is None or not layout.image:
            raise MalformedFile(detail="PNG: no IDAT")
        body = XMP_KEYWORD.encode() + bytes(5) + packets["xmp"]
        if len(body) > METADATA_CAP:
            raise TooLarge(detail=f"iTXt > {METADATA_CAP} bytes")
        old = next((c for c in layout.bearers if c.is_xmp and not c.late), None)
        start, end = (old.start, old.end) if old else (layout.data, layout.data)
        edits = [Edit(start, end, _chunk(b"iTXt", body))]
        for chunk in layout.bearers:
            if chunk is not old:
                edits += _without_label(source, chunk)
        return pieces_of(edits, size_of(source))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


PNG = Png()


def _layout(source: BinaryIO) -> _Layout:
    """Walks the chunks, keeping only those that matter. Raises TooLarge for too many."""
    size, layout, at = size_of(source), _Layout(), len(SIGNATURE)
    source.seek(0)
    if source.read(at) != SIGNATURE:
        layout.fault = MalformedFile(detail="PNG signature")
        return layout
    for _ in range(_MAX_CHUNKS):
        source.seek(at)
        head = source.read(_HEAD)
        if len(head) < _HEAD:
            layout.fault = TruncatedFile(detail=f"PNG @{at}")
            return layout
        chunk = _Chunk(head[4:], at, int.from_bytes(head[:4], "big"), layout.image)
        layout.fault = _fault(chunk, size)
        if isinstance(layout.fault, MalformedFile):
            return layout
        _note(layout, chunk, source)
        if layout.fault or chunk.kind == b"IEND":
            return layout
        at = chunk.end
    raise TooLarge(detail=f"PNG > {_MAX_CHUNKS} chunks")


def _fault(chunk: _Chunk, size: int) -> InputError | None:
    first = chunk.start == len(SIGNATURE)
    if not _KIND.fullmatch(chunk.kind) or (first and chunk.kind not in {b"IHDR", b"CgBI"}):
        return MalformedFile(detail=f"PNG @{chunk.start}")
    if chunk.end > size:
        return TruncatedFile(detail=f"PNG {chunk.kind.decode()} @{chunk.start}")
    return None


def _note(layout: _Layout, chunk: _Chunk, source: BinaryIO) -> None:
    if layout.data is None and chunk.kind in _DATA_STARTS:
        layout.data = chunk.start
    layout.image = layout.image or chunk.kind == b"IDAT"
    bearer = _bearer(source, chunk)
    if bearer:
        layout.bearers.append(bearer)
        layout.held += min(bearer.size, METADATA_CAP)
    if len(layout.bearers) > _MAX_BEARERS or layout.held > TOTAL_CAP:
        raise TooLarge(detail=f"PNG > {_MAX_BEARERS} labels, {TOTAL_CAP} bytes")


def _bearer(source: BinaryIO, chunk: _Chunk) -> _Chunk | None:
    """The chunk, with its keyword, if a label may be in it."""
    if chunk.kind == b"eXIf":
        return chunk
    if chunk.kind not in _TEXT_KINDS:
        return None
    head = source.read(min(chunk.size, _KEYWORD_CAP + 2))
    key, _, flags = head.partition(b"\0")
    keyword = key.decode("latin-1")
    packed = chunk.kind == b"iTXt" and flags[:1] == b"\x01"
    value = ""
    if chunk.kind == b"tEXt" and chunk.size <= _GUESS_CAP:
        value = at_most(source, chunk.start + _HEAD, chunk.size, "tEXt").decode("latin-1")
    known = keyword in {XMP_KEYWORD, RAW_XMP_KEYWORD}
    if not known and not holds_label(keyword, value.partition("\0")[2]):
        return None
    return _Chunk(chunk.kind, chunk.start, chunk.size, chunk.late, keyword, packed)


def _packets(source: BinaryIO, chunk: _Chunk) -> Iterator[Packet]:
    what = f"PNG {chunk.kind.decode()}"
    data = at_most(source, chunk.start + _HEAD, chunk.size, what)
    if chunk.kind == b"eXIf":
        for comment in exif.label_comments(data):
            yield Packet("aigc", chunk.place, comment.text.encode())
        return
    text = _text(chunk, data, what)
    if chunk.is_raw:
        text = _from_digits(text)
    yield Packet("xmp" if chunk.is_xmp or chunk.is_raw else "aigc", chunk.place, text)


def _text(chunk: _Chunk, data: bytes, what: str) -> bytes:
    value = data.partition(b"\0")[2]
    if chunk.kind == b"zTXt":
        return inflate(value[1:], what)
    if chunk.kind == b"tEXt":
        return value
    # Compression flag, method, language tag, translated keyword, then the text.
    text = value[2:].partition(b"\0")[2].partition(b"\0")[2]
    return inflate(text, what) if chunk.packed else text


def _from_digits(text: bytes) -> bytes:
    lines = text.strip().split(b"\n", 2)
    try:
        return bytes.fromhex(lines[-1].decode("ascii"))
    except ValueError:
        return b""


def _without_label(source: BinaryIO, chunk: _Chunk) -> Iterator[Edit]:
    if chunk.is_raw and not any(xmp.read(p.data).aigc for p in _packets(source, chunk)):
        return
    if chunk.kind != b"eXIf":
        yield Edit(chunk.start, chunk.end, b"")
        return
    block = exactly(source, chunk.start + _HEAD, chunk.size, "PNG eXIf")
    clean = exif.without_label(block)
    if clean != block:
        yield Edit(chunk.start, chunk.end, _chunk(b"eXIf", clean))


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", check)


def _salvaged(source: BinaryIO) -> list[Packet]:
    """Labels in the first bytes of what can no longer be walked as chunks."""
    source.seek(0)
    return [
        Packet(
            "xmp" if found["key"].decode("latin-1") == XMP_KEYWORD else "aigc",
            f"png:{found['kind'].decode()}:{found['key'].decode('latin-1')}",
            found[3],
        )
        for found in _FRAGMENT.finditer(source.read(_SALVAGE_CAP))
    ]
