"""The directories of a TIFF file, read where they lie: a file of any size costs their tables only.

Classic TIFF and BigTIFF, both byte orders. ``tiff_directories`` does the same for a block in
memory, and forgives more.

Source: TIFF 6.0, 2; Adobe, BigTIFF; Adobe DNG 1.7 (SubIFDs).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.ranges import METADATA_CAP, TOTAL_CAP, size_of
from colophon.labels.carriers.tiff_directories import SIZES

SUB_IFDS, EXIF_IFD = 0x014A, 0x8769

_MAX_DIRECTORIES = 20_000
_MAX_ENTRIES = 65_535
_INTEGERS = {3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
"""Bytes of the types that number or point."""
_BIG_SIZES = {16: 8, 17: 8, 18: 8}
_PLACES = {273: 279, 324: 325, 513: 514}
"""Tags of where the pixels lie, with those of how many bytes: strips, tiles, a JPEG stream."""


@dataclass(frozen=True, slots=True)
class Form:
    """How numbers are written: ``order`` as struct has it; ``big``: BigTIFF."""

    order: str
    big: bool

    @property
    def word(self) -> int:
        """Bytes of a position."""
        return 8 if self.big else 4

    @property
    def count(self) -> int:
        """Bytes of a directory's count of entries."""
        return 8 if self.big else 2

    @property
    def entry(self) -> int:
        return 20 if self.big else 12

    @property
    def first(self) -> int:
        """Where the position of the first directory stands."""
        return 8 if self.big else 4

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self.order == "<" else "big")

    def bytes_of(self, number: int, width: int) -> bytes:
        """Raises TooLarge where the number does not fit."""
        if number >> 8 * width:
            raise TooLarge(detail="a TIFF file would pass 4 GiB")
        return number.to_bytes(width, "little" if self.order == "<" else "big")


@dataclass(frozen=True, slots=True)
class Tag:
    """``at`` is where the entry stands, ``start`` to ``start + size`` its value."""

    number: int
    kind: int
    items: int
    at: int
    start: int
    size: int


@dataclass(slots=True)
class Directory:
    """``page``: 0 for the first of the file, None for one below another."""

    at: int
    page: int | None
    tags: list[Tag]
    following: int

    def tag(self, number: int) -> Tag | None:
        return next((tag for tag in self.tags if tag.number == number), None)


@dataclass(slots=True)
class TiffFile:
    """An opened file. Every directory is read once; their tables are bounded together."""

    source: BinaryIO
    form: Form
    size: int
    seen: set[int] = field(default_factory=set)
    left: int = TOTAL_CAP

    def read(self, start: int, length: int) -> bytes:
        """Raises TruncatedFile, TooLarge."""
        self.left -= length
        if length > METADATA_CAP or self.left < 0:
            raise TooLarge(detail=f"TIFF tables > {METADATA_CAP} bytes")
        if start + length > self.size:
            raise TruncatedFile(detail=f"TIFF @{start}")
        self.source.seek(start)
        return self.source.read(length)

    def first(self) -> int:
        """Where the first directory is."""
        return self.form.number(self.read(self.form.first, self.form.word))

    def directories(self) -> Iterator[Directory]:
        """Pages in their order, each followed by those below it. Raises MalformedFile."""
        at, page = self.first(), 0
        if not at:
            raise MalformedFile(detail="TIFF without a directory")
        while at:
            if at in self.seen:
                raise MalformedFile(detail=f"TIFF directory @{at} comes twice")
            directory = self.directory(at, page)
            yield directory
            for below in self._below(directory):
                if below not in self.seen:
                    yield self.directory(below, None)
            at, page = directory.following, page + 1

    def _below(self, directory: Directory) -> list[int]:
        found: list[int] = []
        for number in (SUB_IFDS, EXIF_IFD):
            tag = directory.tag(number)
            found += self.numbers(tag) if tag else []
        return found

    def directory(self, at: int, page: int | None) -> Directory:
        """Raises TruncatedFile, MalformedFile, TooLarge."""
        self.seen.add(at)
        if len(self.seen) > _MAX_DIRECTORIES:
            raise TooLarge(detail=f"TIFF > {_MAX_DIRECTORIES} directories")
        form = self.form
        count = form.number(self.read(at, form.count))
        if not 0 < count <= _MAX_ENTRIES:
            raise MalformedFile(detail=f"TIFF directory @{at}: {count} entries")
        start = at + form.count
        table = self.read(start, count * form.entry + form.word)
        tags = [self._tag(table, near, start) for near in range(0, count * form.entry, form.entry)]
        return Directory(at, page, tags, form.number(table[-form.word :]))

    def _tag(self, table: bytes, near: int, base: int) -> Tag:
        form = self.form
        number, kind = struct.unpack_from(form.order + "HH", table, near)
        items = form.number(table[near + 4 : near + 4 + form.word])
        size = items * (_BIG_SIZES.get(kind) or SIZES.get(kind, 1))
        value = near + 4 + form.word
        start = base + value
        if size > form.word:
            start = form.number(table[value : value + form.word])
        return Tag(number, kind, items, base + near, start, size)

    def value(self, tag: Tag) -> bytes:
        """Raises TruncatedFile, TooLarge."""
        return self.read(tag.start, tag.size)

    def numbers(self, tag: Tag) -> list[int]:
        """The values of a tag that numbers or points; none of any other type."""
        width = _INTEGERS.get(tag.kind, 0)
        if not width:
            return []
        data = self.value(tag)
        return [self.form.number(data[at : at + width]) for at in range(0, len(data), width)]

    def check_whole(self, directory: Directory) -> None:
        """Raises TruncatedFile where values or pixels lie beyond the end."""
        for tag in directory.tags:
            if tag.start + tag.size > self.size:
                raise TruncatedFile(detail=f"TIFF tag {tag.number}")
        for places, lengths in _PLACES.items():
            starts, sizes = directory.tag(places), directory.tag(lengths)
            if starts and sizes:
                spans = zip(self.numbers(starts), self.numbers(sizes), strict=False)
                if any(start + size > self.size for start, size in spans):
                    raise TruncatedFile(detail=f"TIFF pixels of the directory @{directory.at}")


def form_of(head: bytes) -> Form | None:
    """How a file that begins so is written; None when it is no TIFF."""
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        return None
    (mark,) = struct.unpack_from(order + "H", head, 2)
    if mark == 42:
        return Form(order, big=False)
    if mark == 43 and struct.unpack_from(order + "HH", head, 4) == (8, 0):
        return Form(order, big=True)
    return None


def opened(source: BinaryIO) -> TiffFile:
    """Raises MalformedFile, TruncatedFile."""
    source.seek(0)
    head = source.read(16)
    form = form_of(head)
    if form is None:
        raise (TruncatedFile if len(head) < 8 else MalformedFile)(detail="TIFF header")
    return TiffFile(source, form, size_of(source))


def pages(source: BinaryIO) -> int:
    """How many pages the file has; what lies below one is none. Raises as ``opened`` does."""
    return sum(directory.page is not None for directory in opened(source).directories())
