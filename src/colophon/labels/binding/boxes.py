"""The content of films and of pictures in boxes (ISO/IEC 14496-12, 23008-12): the media data, and
how it is cut into samples and shown. Where things lie in the file is left out: a label or a
manifest moves them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.binding.parts import Part, Span
from colophon.labels.carriers import bmff_boxes
from colophon.labels.carriers.bmff_boxes import Box
from colophon.labels.carriers.ranges import exactly, size_of

_NESTED = frozenset(b"moov trak mdia minf stbl edts mvex moof traf".split())
_PLACES = frozenset(b"udta meta uuid free skip wide stco co64 tfhd iods".split())
_TABLES = frozenset((b"moov", b"moof"))
_MOST_ITEMS = 20_000
_MOST_METADATA = 64
_METADATA = frozenset((b"mime", b"Exif", b"uri "))


def film(source: BinaryIO) -> Iterator[Part]:
    """The tables, then the samples, whichever comes first in the file."""
    size = size_of(source)
    for box in bmff_boxes.walk(source, 0, size):
        if box.kind in _TABLES:
            yield from _leaves(source, box)
    for box in bmff_boxes.walk(source, 0, size):
        if box.kind == b"mdat":
            yield Span(b"mdat", box.body, box.end)


def picture(source: BinaryIO) -> Iterator[Part]:
    """The items of a HEIF or AVIF picture that are not metadata, and their properties; of an
    image sequence its tables and all media data but the metadata's too. Raises MalformedFile.
    """
    size = size_of(source)
    top = {box.kind: box for box in bmff_boxes.walk(source, 0, size)}
    if b"meta" not in top:
        raise MalformedFile(detail="HEIF: meta")
    meta = top[b"meta"]
    inner = {box.kind: box for box in bmff_boxes.walk(source, meta.body + 4, meta.end)}
    if b"iinf" not in inner or b"iloc" not in inner:
        raise MalformedFile(detail="HEIF: iinf / iloc")
    kinds = dict(_kinds(source, inner[b"iinf"]))
    start = inner[b"idat"].body if b"idat" in inner else 0
    found = sorted(_items(_body(source, inner[b"iloc"]), start), key=lambda item: item[0])
    metadata = []
    for number, extents in found:
        kind = kinds.get(number, b"mime")
        if kind in _METADATA:
            metadata += extents
            continue
        for at, length in extents:
            yield Span(b"item" + kind, at, at + length if length else size)
    if b"moov" in top:
        yield from _leaves(source, top[b"moov"])
        yield from _samples(source, size, sorted(metadata))
    properties = inner.get(b"iprp")
    if properties is not None:
        for box in bmff_boxes.walk(source, properties.body, properties.end):
            if box.kind == b"ipco":
                yield Span(b"ipco", box.body, box.end)


def _leaves(source: BinaryIO, box: Box) -> Iterator[Part]:
    # No box of _NESTED may hold one of its own kind, so the depth is bounded by their number.
    todo = [(box, frozenset((box.kind,)))]
    while todo:
        at, above = todo.pop()
        for inner in bmff_boxes.walk(source, at.body, at.end):
            if inner.kind in _NESTED:
                if inner.kind in above:
                    raise MalformedFile(detail=f"box {inner.kind!r} in itself")
                todo.append((inner, above | {inner.kind}))
            elif inner.kind not in _PLACES:
                yield Span(at.kind + inner.kind, inner.body, inner.end)


def _samples(source: BinaryIO, size: int, metadata: list[tuple[int, int]]) -> Iterator[Part]:
    """All media data between the extents of metadata items."""
    if len(metadata) > _MOST_METADATA:
        raise TooLarge(detail=f"HEIF > {_MOST_METADATA} pieces of metadata")
    for box in bmff_boxes.walk(source, 0, size):
        if box.kind != b"mdat":
            continue
        at = box.body
        for start, length in metadata:
            if at <= start < box.end:
                if start > at:
                    yield Span(b"mdat", at, start)
                at = min(start + length, box.end)
        if at < box.end:
            yield Span(b"mdat", at, box.end)


def _body(source: BinaryIO, box: Box) -> bytes:
    return exactly(source, box.body, box.end - box.body, "HEIF")


def _kinds(source: BinaryIO, iinf: Box) -> Iterator[tuple[int, bytes]]:
    version = exactly(source, iinf.body, 1, "iinf")[0]
    start = iinf.body + (8 if version else 6)
    for count, box in enumerate(bmff_boxes.walk(source, start, iinf.end)):
        if count >= _MOST_ITEMS:
            raise TooLarge(detail=f"HEIF > {_MOST_ITEMS} items")
        data = exactly(source, box.body, min(14, box.end - box.body), "infe").ljust(14, b"\0")
        width = 4 if data[0] == 3 else 2
        yield int.from_bytes(data[4 : 4 + width]), data[6 + width : 10 + width]


class _Reader:
    """Numbers of given widths, one after another. Raises MalformedFile at the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, width: int) -> int:
        end = self.at + width
        if end > len(self.data):
            raise MalformedFile(detail="HEIF iloc")
        found = int.from_bytes(self.data[self.at : end])
        self.at = end
        return found


def _items(data: bytes, idat: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Each item's number with where its extents lie in the file (Source: 8.11.3)."""
    read = _Reader(data)
    version = read.number(4) >> 24
    widths = read.number(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    for _ in range(min(read.number(wide), _MOST_ITEMS)):
        number = read.number(wide)
        method = read.number(2) & 15 if version else 0
        read.number(2)
        origin = read.number(base) + (idat if method == 1 else 0)
        extents = []
        for _ in range(read.number(2)):
            if version:
                read.number(index)
            at = origin + read.number(offset)
            extents.append((at, read.number(length)))
            if not offset + length:
                break
        yield number, extents
