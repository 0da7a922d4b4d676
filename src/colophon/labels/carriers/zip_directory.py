"""ZIP archives by their central directory: what lies where, and one entry's bytes, bounded.

Source: PKWARE APPNOTE 6.3.10 (4.3 the records, 4.4 their fields, 4.5 extra fields).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

from colophon.errors import EmptyFile, EncryptedFile, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.ranges import METADATA_CAP, TOTAL_CAP, exactly, size_of

MOST_ENTRIES = 65_535
STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIPTOR, UTF8 = 0x0001, 0x0008, 0x0800
LOCAL = struct.Struct("<4s5H3I2H")
"""Signature, version, flags, method, time, date, CRC, sizes, lengths of name and extra."""
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
LOCAL_MARK, CENTRAL_MARK = b"PK\x03\x04", b"PK\x01\x02"
END_MARK, END64_MARK, LOCATOR_MARK = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
ZIP64_ID = 0x0001

_MOST_COMMENT = 65_535
_MOST_TRIES = 64
_ENCODED = 0x0001 | 0x0040 | 0x2000
"""Flags of entries that need a key: encrypted, strongly encrypted, header masked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the directory has it; ``offset`` is that of its local header in the file."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    record: bytes = field(repr=False)

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & _ENCODED)

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


@dataclass(frozen=True)
class Directory:
    """All entries in the directory's order. ``base``: what offsets count from (bytes may stand
    before the archive); ``start`` to ``end``: the directory; ``tail``: where its end records
    are over. ``end_at`` and ``end64_at``: where the end records begin.
    """

    entries: tuple[Entry, ...]
    base: int
    start: int
    end: int
    end_at: int
    end64_at: int | None

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        return {entry.name: entry for entry in reversed(self.entries)}

    def get(self, name: str) -> Entry | None:
        """The first entry of this name."""
        return self._by_name.get(name)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self._by_name)

    @cached_property
    def by_offset(self) -> tuple[Entry, ...]:
        return tuple(sorted(self.entries, key=lambda entry: entry.offset))


@dataclass(frozen=True, slots=True)
class _End:
    count: int
    size: int
    offset: int
    at: int
    at64: int | None


def directory_of(source: BinaryIO) -> Directory:
    """The directory of an archive.

    Raises EmptyFile, TruncatedFile (no directory), MalformedFile (entries that overlap or lie
    outside, several disks), TooLarge (over MOST_ENTRIES).
    """
    size = size_of(source)
    if not size:
        raise EmptyFile
    end = _end(source, size)
    if end.count > MOST_ENTRIES:
        raise TooLarge(detail=f"{end.count} entries > {MOST_ENTRIES}")
    if end.size > TOTAL_CAP:
        raise TooLarge(detail=f"a ZIP directory of {end.size} bytes > {TOTAL_CAP}")
    before = end.at if end.at64 is None else end.at64
    start = _start(source, end, before)
    data = exactly_large(source, start, end.size, "the ZIP directory")
    entries = tuple(_entries(data, end.count, start - end.offset))
    found = Directory(entries, start - end.offset, start, start + end.size, end.at, end.at64)
    _check_apart(found)
    return found


def content(source: BinaryIO, entry: Entry, cap: int = METADATA_CAP) -> bytes:
    """What an entry holds, unpacked and checked.

    Raises EncryptedFile, TooLarge (over ``cap`` bytes), MalformedFile, TruncatedFile.
    """
    if entry.encrypted:
        raise EncryptedFile
    if max(entry.size, entry.packed) > cap:
        raise TooLarge(detail=f"{entry.name[:80]!a} > {cap} bytes")
    start = data_start(source, entry)
    data = exactly_large(source, start, entry.packed, ascii(entry.name[:80]))
    plain = unpacked(data, entry.method, entry.size, entry.name)
    if len(plain) != entry.size or zlib.crc32(plain) != entry.crc:
        raise MalformedFile(detail=f"{entry.name[:80]!a}: its size or checksum is wrong")
    return plain


def unpacked(data: bytes, method: int, size: int, name: str) -> bytes:
    """Data of an entry, at most one byte more than ``size``. Raises MalformedFile."""
    if method == STORED:
        return data
    if method != DEFLATED:
        raise MalformedFile(detail=f"{name[:80]!a}: compressed by method {method}")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)
    except zlib.error as wrong:
        raise MalformedFile(detail=f"{name[:80]!a}: {wrong}") from wrong


def exactly_large(source: BinaryIO, start: int, size: int, what: str) -> bytes:
    """``size`` bytes whose cap has been checked. Raises TruncatedFile, naming ``what``."""
    if size <= METADATA_CAP:
        return exactly(source, start, size, what)
    if start + size > size_of(source):
        raise TruncatedFile(detail=f"{what} @{start}")
    source.seek(start)
    return source.read(size)


def local_header(source: BinaryIO, entry: Entry) -> tuple[int, ...]:
    """The numbers of the entry's local header after its signature. Raises MalformedFile."""
    data = exactly(source, entry.offset, LOCAL.size, "a ZIP entry")
    mark, *numbers = LOCAL.unpack(data)
    if mark != LOCAL_MARK:
        raise MalformedFile(detail=f"no ZIP entry at byte {entry.offset}")
    return tuple(numbers)


def data_start(source: BinaryIO, entry: Entry) -> int:
    """Where the entry's data begins."""
    *_, name, extra = local_header(source, entry)
    return entry.offset + LOCAL.size + name + extra


def extras(data: bytes) -> list[tuple[int, bytes]] | None:
    """The extra fields by id; None where they do not fill the room exactly."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<2H", data, at)
        found.append((kind, data[at + 4 : at + 4 + size]))
        at += 4 + size
    return found if at == len(data) else None


def decoded_name(raw: bytes, flags: int) -> str:
    if flags & UTF8:
        return raw.decode("utf-8", "surrogateescape")
    try:
        # Many write UTF-8 and do not say so.
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _end(source: BinaryIO, size: int) -> _End:
    begin = max(0, size - END.size - _MOST_COMMENT)
    source.seek(begin)
    data = source.read(size - begin)
    at = _end_at(data)
    if at is None:
        raise TruncatedFile(detail="no ZIP directory")
    _, disk, first_disk, here, count, length, offset, _ = END.unpack_from(data, at)
    at += begin
    wide = _end64(source, at) if FULL16 in (here, count) or FULL32 in (length, offset) else None
    if wide is not None:
        return wide
    if disk or first_disk or here != count:
        raise MalformedFile(detail="a ZIP archive in several parts")
    return _End(count, length, offset, at, None)


def _end_at(data: bytes) -> int | None:
    """The last end record whose comment ends with the file; else the last that fits."""
    loose = None
    at = data.rfind(END_MARK)
    for _ in range(_MOST_TRIES):
        if at < 0:
            break
        if at + END.size <= len(data):
            over = at + END.size + END.unpack_from(data, at)[-1]
            if over == len(data):
                return at
            if over < len(data) and loose is None:
                loose = at
        at = data.rfind(END_MARK, 0, at)
    return loose


def _end64(source: BinaryIO, end_at: int) -> _End | None:
    at = end_at - LOCATOR.size
    if at < 0:
        return None
    mark, disk, _, disks = LOCATOR.unpack(exactly(source, at, LOCATOR.size, "ZIP64 locator"))
    if mark != LOCATOR_MARK:
        return None
    if disk or disks > 1:
        raise MalformedFile(detail="a ZIP archive in several parts")
    # The record stands just before its locator, whatever stands before the archive.
    at64 = at - END64.size
    if at64 < 0:
        raise MalformedFile(detail="no ZIP64 end record")
    data = exactly(source, at64, END64.size, "ZIP64 end record")
    mark, length, _, _, _, _, here, count, size, offset = END64.unpack(data)
    if mark != END64_MARK or length != END64.size - 12 or here != count:
        raise MalformedFile(detail="no ZIP64 end record")
    return _End(count, size, offset, end_at, at64)


def _start(source: BinaryIO, end: _End, before: int) -> int:
    """Where the directory begins: just before its end record, or where that says."""
    for start in (before - end.size, end.offset):
        if not 0 <= start <= before - end.size or start < end.offset:
            continue
        if not end.count or exactly(source, start, 4, "ZIP directory") == CENTRAL_MARK:
            return start
    raise MalformedFile(detail="its ZIP directory is not where it should be")


def _entries(data: bytes, count: int, base: int) -> Iterator[Entry]:
    at = 0
    for _ in range(count):
        if at + CENTRAL.size > len(data) or data[at : at + 4] != CENTRAL_MARK:
            raise MalformedFile(detail="the ZIP directory is cut off")
        fields = CENTRAL.unpack_from(data, at)
        over = at + CENTRAL.size + fields[10] + fields[11] + fields[12]
        if over > len(data):
            raise MalformedFile(detail="the ZIP directory is cut off")
        yield _entry(data[at:over], fields, base)
        at = over


def _entry(record: bytes, fields: tuple[int, ...], base: int) -> Entry:
    flags, method = fields[3], fields[4]
    crc, packed, size, name_size, extra_size = fields[7:12]
    name_end = CENTRAL.size + name_size
    raw, extra = record[CENTRAL.size : name_end], record[name_end : name_end + extra_size]
    if fields[13] not in (0, FULL16):
        raise MalformedFile(detail="a ZIP archive in several parts")
    size, packed, offset = _wide((size, packed, fields[16]), extra)
    return Entry(decoded_name(raw, flags), flags, method, crc, packed, size, base + offset, record)


def _wide(values: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """Size, packed size and offset, from the ZIP64 field where they say so."""
    if FULL32 not in values:
        return values
    wide = next((data for kind, data in extras(extra) or () if kind == ZIP64_ID), b"")
    found, at = [], 0
    for value in values:
        if value == FULL32 and at + 8 <= len(wide):
            value = int.from_bytes(wide[at : at + 8], "little")
            at += 8
        found.append(value)
    return found[0], found[1], found[2]


def _check_apart(directory: Directory) -> None:
    """Entries that share bytes are a bomb, or a trap for one of two readers."""
    at = directory.base
    for entry in directory.by_offset:
        if entry.offset < at:
            raise MalformedFile(detail=f"its ZIP entries overlap at byte {entry.offset}")
        at = entry.offset + LOCAL.size + entry.packed
    if at > directory.start:
        raise MalformedFile(detail="a ZIP entry reaches into the directory")
