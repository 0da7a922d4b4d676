"""JPEG XL: the label in XMP, in an ``xml `` box before the codestream.

A bare codestream has no place for metadata: it is wrapped, unchanged, into the container.
Source: TC260-PG-20259A (XMP); ISO/IEC 18181-2 9 (boxes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers import exif
from colophon.labels.carriers.bmff_boxes import Box, new_box, read_at, walk
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import (
    METADATA_CAP,
    TOTAL_CAP,
    at_most,
    size_of,
    within_cap,
)

STANDARD_PLACE = "jxl:xml:XMP"
SIGNATURE = bytes.fromhex("0000000c4a584c200d0a870a")
BARE = b"\xff\x0a"

_TYPE = new_box(b"ftyp", b"jxl ", bytes(4), b"jxl ")
_CODE = (b"jxlc", b"jxlp")
_XML, _EXIF, _PACKED = b"xml ", b"Exif", b"brob"
_BLOCK_OFFSET = 4
"""Bytes before an EXIF block; they say how much further it begins, which nobody makes use of."""
_XMP_MARKS = (b"adobe:ns:meta", b"<?xpacket", b":RDF", b"TC260", b"<\0?\0x\0p", b"\0<\0?\0x\0p")
_LEAST_BARE = 4
_MAX_BEARERS = 1_000
_UINT32_MAX = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class _Bearer:
    box: Box
    packet: Packet


class Jxl:
    """The JPEG XL family; see ``Carrier``."""

    name = "jxl"
    media_types: tuple[str, ...] = ("image/jxl",)
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        return "image/jxl" if head.startswith((SIGNATURE, BARE)) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        if _is_bare(source):
            return []
        boxes = _boxes(source, strict=False)
        found = within_cap((bearer.packet for bearer in _bearers(source, boxes)), "JPEG XL")
        if not found:
            _codestream(boxes)
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        packet = packets["xmp"]
        if len(packet) > METADATA_CAP:
            raise TooLarge(detail=f"JPEG XL xml > {METADATA_CAP} bytes")
        new = new_box(_XML, packet)
        if _is_bare(source):
            return pieces_of([Edit(0, 0, _container(new, size_of(source)))], size_of(source))
        boxes = _boxes(source, strict=True)
        bearers = list(_bearers(source, boxes))
        return pieces_of(_edits(source, boxes, bearers, new), size_of(source))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


JXL = Jxl()


def _is_bare(source: BinaryIO) -> bool:
    """Raises TruncatedFile for a codestream of a few bytes."""
    bare = read_at(source, 0, len(BARE)) == BARE
    if bare and size_of(source) < _LEAST_BARE:
        raise TruncatedFile(detail="JPEG XL codestream")
    return bare


def _container(xml: bytes, size: int) -> bytes:
    """All that comes before a codestream of this size."""
    if size + 8 > _UINT32_MAX:
        head = struct.pack(">I4sQ", 1, _CODE[0], size + 16)
    else:
        head = struct.pack(">I4s", size + 8, _CODE[0])
    return SIGNATURE + _TYPE + xml + head


def _boxes(source: BinaryIO, *, strict: bool) -> list[Box]:
    if read_at(source, 0, len(SIGNATURE)) != SIGNATURE:
        raise MalformedFile(detail="JPEG XL signature")
    size = size_of(source)
    boxes = list(walk(source, len(SIGNATURE), size, strict=strict))
    end = boxes[-1].end if boxes else len(SIGNATURE)
    if strict and any(read_at(source, end, min(size - end, 8))):
        raise MalformedFile(detail=f"JPEG XL @{end}")
    return boxes


def _codestream(boxes: list[Box]) -> Box:
    """The first box of it."""
    found = next((box for box in boxes if box.kind in _CODE), None)
    if found is None:
        raise TruncatedFile(detail="JPEG XL without a codestream")
    return found


def _bearers(source: BinaryIO, boxes: list[Box]) -> Iterator[_Bearer]:
    code = next((box.start for box in boxes if box.kind in _CODE), 0)
    known = [box for box in boxes if box.kind in {_XML, _PACKED, _EXIF}]
    held = sum(min(box.end - box.body, METADATA_CAP) for box in known)
    if len(known) > _MAX_BEARERS or held > TOTAL_CAP:
        raise TooLarge(detail=f"JPEG XL > {_MAX_BEARERS} labels, {TOTAL_CAP} bytes")
    for box in known:
        packed = box.kind == _PACKED
        kind = read_at(source, box.body, 4) if packed else box.kind
        after = ":compressed" * packed + ":after-data" * (box.start > code)
        data = _data(source, box) if kind in {_XML, _EXIF} else b""
        if kind == _XML and any(mark in data for mark in _XMP_MARKS):
            yield _Bearer(box, Packet("xmp", STANDARD_PLACE + after, data))
        elif kind == _EXIF:
            for comment in exif.label_comments(data[_BLOCK_OFFSET:]):
                text = comment.text.encode()
                yield _Bearer(box, Packet("aigc", f"jxl:Exif:UserComment{after}", text))


def _data(source: BinaryIO, box: Box) -> bytes:
    what = f"JPEG XL {box.kind.decode('latin-1')}"
    data = at_most(source, box.body, box.end - box.body, what)
    return data if box.kind != _PACKED else _unpacked(data[4:])


def _unpacked(data: bytes) -> bytes:
    """As far as it goes; empty where it is no Brotli. Raises TooLarge."""
    brotli: Any = import_module("brotli")
    stream = brotli.Decompressor()
    try:
        plain = bytes(stream.process(data, output_buffer_limit=METADATA_CAP))
    except brotli.error:
        return b""
    if not stream.can_accept_more_data():
        raise TooLarge(detail=f"JPEG XL brob > {METADATA_CAP} bytes")
    return plain


def _edits(
    source: BinaryIO, boxes: list[Box], bearers: list[_Bearer], new: bytes
) -> Iterator[Edit]:
    """The new box in the place of the old one, else before the codestream; no other label."""
    old = next((b.box for b in bearers if b.packet.place == STANDARD_PLACE), None)
    code = _codestream(boxes).start
    yield Edit(old.start, old.end, new) if old else Edit(code, code, new)
    for box in {bearer.box: None for bearer in bearers}:
        kind = read_at(source, box.body, 4) if box.kind == _PACKED else box.kind
        if kind == _XML and box != old:
            yield Edit(box.start, box.end, b"")
        elif kind == _EXIF:
            data = _data(source, box)
            clean = data[:_BLOCK_OFFSET] + exif.without_label(data[_BLOCK_OFFSET:])
            # A packed block with a label comes out of its packing: nobody repacks it alike.
            yield Edit(box.start, box.end, new_box(_EXIF, clean))
