"""Exchanging entries of a ZIP archive: all others keep every byte of header and data in place.

What is written is stored, not compressed (compressors differ between releases, and a label's
bytes must not); an entry that is exchanged keeps its place, date and attributes, a new one
takes the date of the first and comes last.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from colophon.errors import EncryptedFile, MalformedFile, TooLarge
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.packet import Piece
from colophon.labels.carriers.ranges import size_of
from colophon.labels.carriers.zip_directory import (
    CENTRAL,
    CENTRAL_MARK,
    DEFLATED,
    DESCRIPTOR,
    END,
    END64,
    FULL16,
    FULL32,
    LOCAL,
    LOCAL_MARK,
    LOCATOR,
    MOST_ENTRIES,
    STORED,
    UTF8,
    ZIP64_ID,
    Directory,
    Entry,
    extras,
    local_header,
)

_VERSION, _VERSION64 = 20, 45
_DESCRIPTOR_MARK = b"PK\x07\x08"
_PAD_ID = 0x1986
_LEVEL = 6
_EPOCH = 0, 0x21  # 1980-01-01
_OFFSET_AT = 42


@dataclass(frozen=True, slots=True)
class Way:
    """``compress``: deflate what is written. ``align``: data begins at multiples of this, and
    what is written comes last (USDZ)."""

    compress: bool = False
    align: int = 1


PLAIN = Way()


@dataclass(frozen=True, slots=True)
class _Written:
    """One entry as it will lie: its local part, and its directory record but for the offset."""

    local: bytes
    record: bytes


def rewritten(
    source: BinaryIO, directory: Directory, contents: Mapping[str, bytes | None], way: Way = PLAIN
) -> list[Piece]:
    """The archive with these contents for these names (None: without the entry).

    Raises MalformedFile where a name stands twice or a local header is not there, EncryptedFile,
    TooLarge (no room in the directory).
    """
    check_once(directory, contents)
    plan = _Plan(source, directory, way)
    for name, data in contents.items():
        old = directory.get(name)
        if old is None:
            if data is not None:
                plan.add(name, data)
        elif data is None or way.align > 1:
            plan.drop(old)
            if data is not None:
                plan.add(name, data)
        else:
            plan.exchange(old, data)
    return plan.pieces()


def check_once(directory: Directory, names: Mapping[str, bytes | None]) -> None:
    """Raises MalformedFile where one of the names stands twice."""
    for name in names:
        if sum(entry.name == name for entry in directory.entries) > 1:
            raise MalformedFile(detail=f"two entries are named {name}")


def span(source: BinaryIO, directory: Directory, entry: Entry) -> tuple[int, int]:
    """Where an entry begins and where its data and data descriptor are over."""
    *_, name, extra = local_header(source, entry)
    end = entry.offset + LOCAL.size + name + extra + entry.packed
    limit = _next_start(directory, entry)
    if end > limit:
        raise MalformedFile(detail=f"its ZIP entries overlap at byte {limit}")
    if entry.flags & DESCRIPTOR:
        source.seek(end)
        end += _descriptor(source.read(min(24, limit - end)), entry)
    return entry.offset, end


def _next_start(directory: Directory, entry: Entry) -> int:
    later = (other.offset for other in directory.by_offset if other.offset > entry.offset)
    return next(later, directory.start)


def _descriptor(data: bytes, entry: Entry) -> int:
    """How long the data descriptor is: with or without a signature, 32 or 64 bits."""
    for mark in (_DESCRIPTOR_MARK, b""):
        for form in ("<3I", "<I2Q"):
            if "I2Q" not in form and max(entry.packed, entry.size) > FULL32:
                continue
            whole = mark + struct.pack(form, entry.crc, entry.packed, entry.size)
            if data.startswith(whole):
                return len(whole)
    return 0


class _Plan:
    """Edits of the file and of its directory."""

    def __init__(self, source: BinaryIO, directory: Directory, way: Way) -> None:
        self.source, self.directory, self.way = source, directory, way
        self.edits: list[Edit] = []
        self.records: dict[int, bytes | None] = {}
        """New directory records by the old offset, None where the entry goes."""
        self.added: list[tuple[str, bytes]] = []

    def drop(self, old: Entry) -> None:
        self.edits.append(Edit(*span(self.source, self.directory, old), b""))
        self.records[old.offset] = None

    def exchange(self, old: Entry, data: bytes) -> None:
        if old.encrypted:
            raise EncryptedFile
        numbers = local_header(self.source, old)
        begin, end = span(self.source, self.directory, old)
        self.source.seek(begin + LOCAL.size)
        name = self.source.read(numbers[8])
        if not old.record.startswith(name, CENTRAL.size) or len(name) != _name_size(old):
            raise MalformedFile(detail=f"two names for the ZIP entry at byte {begin}")
        extra = _kept_extra(self.source.read(numbers[9]))
        when, flags = (numbers[3], numbers[4]), old.flags & UTF8
        written = self._written(name, data, flags=flags, when=when, extra=extra, old=old)
        self.edits.append(Edit(begin, end, written.local))
        self.records[old.offset] = written.record

    def add(self, name: str, data: bytes) -> None:
        self.added.append((name, data))

    def _written(
        self,
        name: bytes,
        data: bytes,
        *,
        flags: int,
        when: tuple[int, int],
        extra: bytes,
        old: Entry | None = None,
    ) -> _Written:
        packed, method = (_deflated(data), DEFLATED) if self.way.compress else (data, STORED)
        crc = zlib.crc32(data)
        numbers = (flags, method, *when, crc, len(packed), len(data))
        head = LOCAL.pack(LOCAL_MARK, _VERSION, *numbers, len(name), len(extra))
        record = _record(name, numbers, old)
        return _Written(head + name + extra + packed, record)

    def pieces(self) -> list[Piece]:
        self._realign()
        directory, moved = self.directory, _Moves(self.edits)
        records = []
        for entry in directory.entries:
            record = self.records.get(entry.offset, entry.record)
            if record is not None:
                offset = moved.to(entry.offset) - directory.base
                records.append(_with_offset(record, offset))
        at = moved.to(directory.start)
        new: list[bytes] = []
        for name, data in self.added:
            written = self._added(name, data, at)
            new.append(written.local)
            records.append(_with_offset(written.record, at - directory.base))
            at += len(written.local)
        end = self._end(records, at)
        self.edits.append(Edit(directory.start, directory.start, b"".join(new)))
        self.edits.append(Edit(directory.start, directory.end, b"".join(records)))
        return pieces_of([*self.edits, *end], size_of(self.source))

    def _added(self, name: str, data: bytes, at: int) -> _Written:
        first = self.directory.entries[0].record if self.directory.entries else None
        when = struct.unpack_from("<2H", first, 12) if first else _EPOCH
        raw = name.encode()
        extra = _pad(at + LOCAL.size + len(raw), self.way.align)
        flags = 0 if name.isascii() else UTF8
        return self._written(raw, data, flags=flags, when=(when[0], when[1]), extra=extra)

    def _realign(self) -> None:
        """Entries behind one that goes keep their alignment by padding of their own."""
        if self.way.align == 1 or not self.edits:
            return
        first = min(edit.start for edit in self.edits)
        moved = sum(edit.growth for edit in self.edits)
        for entry in self.directory.by_offset:
            if entry.offset <= first or self.records.get(entry.offset, b"") is None:
                continue
            header = list(local_header(self.source, entry))
            name_end = entry.offset + LOCAL.size + header[8]
            old_end = name_end + header[9]
            extra = _pad(name_end + moved, self.way.align)
            moved += len(extra) - header[9]
            header[9] = len(extra)
            self.edits += [
                Edit(entry.offset, entry.offset + LOCAL.size, LOCAL.pack(LOCAL_MARK, *header)),
                Edit(name_end, old_end, extra),
            ]

    def _end(self, records: list[bytes], at: int) -> list[Edit]:
        """The end records with the new counts. Raises TooLarge."""
        directory, size = self.directory, sum(map(len, records))
        count, offset = len(records), at - directory.base
        if count > MOST_ENTRIES:
            raise TooLarge(detail=f"{count} entries > {MOST_ENTRIES}")
        edits = []
        wide = directory.end64_at is not None
        if directory.end64_at is not None:
            begin = directory.end64_at
            edits.append(
                Edit(begin + 24, begin + END64.size, struct.pack("<4Q", count, count, size, offset))
            )
            # Counted as every offset is, from where the archive begins.
            moved = at + size + begin - directory.end - directory.base
            locator = directory.end_at - LOCATOR.size
            edits.append(Edit(locator + 8, locator + 16, struct.pack("<Q", moved)))
        elif count >= FULL16 or max(size, offset) >= FULL32:
            raise TooLarge(detail="no room in a ZIP directory without ZIP64")
        edits.append(self._short_end(count, size, offset, wide=wide))
        return edits

    def _short_end(self, count: int, size: int, offset: int, *, wide: bool) -> Edit:
        begin = self.directory.end_at
        self.source.seek(begin)
        old = END.unpack(self.source.read(END.size))
        fields = (count, count, size, offset)
        limits = (FULL16, FULL16, FULL32, FULL32)
        kept = [
            limit if wide and before == limit else value
            for value, before, limit in zip(fields, old[3:7], limits, strict=True)
        ]
        if any(value > limit for value, limit in zip(kept, limits, strict=True)):
            raise TooLarge(detail="no room in the ZIP directory")
        return Edit(begin + 8, begin + 20, struct.pack("<2H2I", *kept))


class _Moves:
    """Where a byte of the source lies after the edits."""

    def __init__(self, edits: list[Edit]) -> None:
        ordered = sorted(edits, key=lambda edit: edit.end)
        self._ends = [edit.end for edit in ordered]
        self._growths = [0, *accumulate(edit.growth for edit in ordered)]

    def to(self, offset: int) -> int:
        return offset + self._growths[bisect_right(self._ends, offset)]


def _name_size(entry: Entry) -> int:
    size: int = CENTRAL.unpack_from(entry.record)[10]
    return size


def _record(name: bytes, numbers: tuple[int, ...], old: Entry | None) -> bytes:
    """A directory record; what is not about the data stays as it was."""
    if old is None:
        made, attributes, extra, comment, version = _VERSION, (0, 0), b"", b"", _VERSION
        when: tuple[int, ...] = numbers[2:4]
    else:
        fields = CENTRAL.unpack_from(old.record)
        name_end = CENTRAL.size + fields[10]
        extra_end = name_end + fields[11]
        name = old.record[CENTRAL.size : name_end]
        extra = _kept_extra(old.record[name_end:extra_end])
        comment = old.record[extra_end:]
        made, attributes, version = fields[1], fields[14:16], _VERSION
        when = fields[5:7]
    head = CENTRAL.pack(
        CENTRAL_MARK, made, version, *numbers[:2], *when, *numbers[4:],
        len(name), len(extra), len(comment), 0, *attributes, 0,
    )  # fmt: skip
    return head + name + extra + comment


def _with_offset(record: bytes, offset: int) -> bytes:
    """A record for an entry at this offset. Raises TooLarge where it has no room for it."""
    fields = CENTRAL.unpack_from(record)
    if fields[16] != FULL32:
        if offset >= FULL32:
            return _wide_record(record, fields, offset)
        return record[:_OFFSET_AT] + struct.pack("<I", offset) + record[_OFFSET_AT + 4 :]
    # The ZIP64 field holds sizes and offset, each only where its short form is full.
    before = 8 * sum(size == FULL32 for size in fields[8:10])
    start = CENTRAL.size + fields[10]
    at = _zip64_at(record[start : start + fields[11]])
    if at is None:
        return record[:_OFFSET_AT] + struct.pack("<I", offset) + record[_OFFSET_AT + 4 :]
    at += start + before
    return record[:at] + struct.pack("<Q", offset) + record[at + 8 :]


def _wide_record(record: bytes, fields: tuple[int, ...], offset: int) -> bytes:
    start = CENTRAL.size + fields[10]
    if _zip64_at(record[start : start + fields[11]]) is not None:
        raise TooLarge(detail="no room in the ZIP directory")
    extra = struct.pack("<2HQ", ZIP64_ID, 8, offset)
    numbers = list(fields)
    numbers[2], numbers[11], numbers[16] = _VERSION64, fields[11] + len(extra), FULL32
    end = start + fields[11]
    head = CENTRAL.pack(*numbers)
    return head + record[CENTRAL.size : end] + extra + record[end:]


def _zip64_at(extra: bytes) -> int | None:
    """Where the values of the ZIP64 field begin."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == ZIP64_ID:
            return at + 4
        at += 4 + size
    return None


def _kept_extra(extra: bytes) -> bytes:
    """The extra fields but the ZIP64 one, which the new sizes do not need."""
    found = extras(extra)
    if found is None:
        return b""
    kept = [(kind, data) for kind, data in found if kind != ZIP64_ID]
    return b"".join(struct.pack("<2H", kind, len(data)) + data for kind, data in kept)


def _pad(at: int, align: int) -> bytes:
    """An extra field after which data begins at a multiple of ``align``."""
    short = -at % align
    if not short:
        return b""
    if short < 4:
        short += align
    return struct.pack("<2H", _PAD_ID, short - 4) + bytes(short - 4)


def _deflated(data: bytes) -> bytes:
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()
