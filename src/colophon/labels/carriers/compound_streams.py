"""Compound files (OLE2) by their directory: names of streams, and small streams' bytes.

Source: MS-CFB 2.2 to 2.6. Chains of sectors are followed for a bounded number of steps.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TruncatedFile
from colophon.labels.carriers.ranges import METADATA_CAP, exactly, size_of

MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<8s16x6H10x8I")
"""Signature; versions, byte order, shifts; sizes and starts of directory, mini FAT and DIFAT."""
_DIFAT_AT, _DIFAT_HELD = 76, 109
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_MOST_DIRECTORY_SECTORS = 2048
_MOST_FAT_SECTORS = 65_536
_MINI_CUTOFF = 4096
_STREAM, _ROOT = 2, 5


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: its name, first sector and size in bytes."""

    name: str
    kind: int
    start: int
    size: int


@dataclass(slots=True)
class Compound:
    """A compound file opened for reading. ``fat``: the places of its sectors."""

    source: BinaryIO
    sector: int
    mini_sector: int
    fat: list[int]
    mini_start: int
    streams: list[Stream] = field(default_factory=list)

    def get(self, name: str) -> Stream | None:
        return next((one for one in self.streams if one.name == name), None)

    def content(self, stream: Stream, cap: int = METADATA_CAP) -> bytes:
        """Up to ``cap`` bytes of a stream."""
        size = min(stream.size, cap)
        if stream.size >= _MINI_CUTOFF or stream.kind == _ROOT:
            return self.chain(stream.start, size)[:size]
        root = next((one for one in self.streams if one.kind == _ROOT), None)
        if root is None:
            return b""
        body = self.content(root)
        places = self.chain(self.mini_start, METADATA_CAP)
        out, at = bytearray(), stream.start
        while len(out) < size and (at + 1) * 4 <= len(places):
            out += body[at * self.mini_sector : (at + 1) * self.mini_sector].ljust(1, b"\0")
            at = int.from_bytes(places[at * 4 : at * 4 + 4], "little")
        return bytes(out[:size])

    def chain(self, start: int, cap: int) -> bytes:
        """What lies in a chain of sectors, up to ``cap`` bytes."""
        out = bytearray()
        for number in self._sectors(start, cap // self.sector + 1):
            out += self._read(number)
        return bytes(out)

    def _sectors(self, start: int, most: int) -> Iterator[int]:
        at = start
        for _ in range(most):
            if at >= _LAST_SECTOR:
                return
            yield at
            place = self._fat_at(at)
            if place is None:
                return
            at = place

    def _fat_at(self, number: int) -> int | None:
        per_sector = self.sector // 4
        if number // per_sector >= len(self.fat):
            return None
        where = (self.fat[number // per_sector] + 1) * self.sector + number % per_sector * 4
        return int.from_bytes(exactly(self.source, where, 4, "sector table"), "little")

    def _read(self, number: int) -> bytes:
        return exactly(self.source, (number + 1) * self.sector, self.sector, "a sector")


def compound_of(source: BinaryIO) -> Compound:
    """The file's streams. Raises EmptyFile, TruncatedFile, MalformedFile."""
    size = size_of(source)
    if not size:
        raise EmptyFile
    head = exactly(source, 0, 512, "the header")
    mark, _, _, order, shift, mini_shift, *_ = _HEADER.unpack_from(head)
    if mark != MARK or order != 0xFFFE or shift not in (9, 12) or mini_shift != 6:
        raise MalformedFile(detail="no compound file")
    sector = 1 << shift
    fat_count, directory, _, _, mini_start, _, difat, _ = struct.unpack_from("<8I", head, 44)
    fat = _fat(source, head, sector, fat_count, difat)
    found = Compound(source, sector, 1 << mini_shift, fat, mini_start)
    data = found.chain(directory, _MOST_DIRECTORY_SECTORS * sector)
    found.streams = list(_streams(data))
    if not any(one.kind == _ROOT for one in found.streams):
        raise TruncatedFile(detail="no directory of streams")
    return found


def _fat(source: BinaryIO, head: bytes, sector: int, count: int, difat: int) -> list[int]:
    """The sectors that hold the table of sectors."""
    found = list(struct.unpack_from(f"<{_DIFAT_HELD}I", head, _DIFAT_AT))
    count = min(count, _MOST_FAT_SECTORS)
    per_sector = sector // 4 - 1
    while len(found) < count and difat < _LAST_SECTOR:
        data = exactly(source, (difat + 1) * sector, sector, "sector table")
        *numbers, difat = struct.unpack(f"<{per_sector + 1}I", data)
        found += numbers
    return found[:count]


def _streams(data: bytes) -> Iterator[Stream]:
    for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", data, at + 64)
        if kind in (_STREAM, _ROOT) and 2 <= length <= 64:
            name = data[at : at + length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<2I", data, at + 116)
            yield Stream(name, kind, start, size)
