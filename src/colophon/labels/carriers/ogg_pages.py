"""Ogg pages: walking them, and laying a stream's first packets out anew.

Source: RFC 3533.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit

MARK = b"OggS"
CONTINUED, FIRST, LAST = 1, 2, 4
HEAD = 27
FULL = 255
"""Segments a page holds at most, and bytes a segment holds at most."""

_MAX_PAGES = 4_000_000
_MAX_MOVED = 500_000
"""Pages that may be given another number."""
_NUMBER_AT = 18
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ALL_ONES = 0xFFFFFFFF
NO_PACKET_ENDS = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``start`` to ``end`` in the file, its segments' sizes in ``lacing``."""

    start: int
    flags: int
    granule: int
    serial: int
    number: int
    crc: int
    lacing: bytes

    @property
    def body(self) -> int:
        return self.start + HEAD + len(self.lacing)

    @property
    def end(self) -> int:
        return self.body + sum(self.lacing)

    @property
    def ends_packet(self) -> bool:
        """Whether its last packet ends with the page."""
        return bool(self.lacing) and self.lacing[-1] < FULL


@dataclass(slots=True)
class Walk:
    """Iterating it gives the pages; ``fault`` then says why they ended early, if they did."""

    source: BinaryIO
    size: int
    start: int = 0
    fault: InputError | None = None

    def __iter__(self) -> Iterator[Page]:
        at = self.start
        for _ in range(_MAX_PAGES):
            if at >= self.size:
                return
            page = self._page(at)
            if page is None:
                return
            yield page
            at = page.end
        raise TooLarge(detail=f"Ogg > {_MAX_PAGES} pages")

    def _page(self, at: int) -> Page | None:
        self.source.seek(at)
        head = self.source.read(HEAD)
        if head[:4] != MARK[: len(head)]:
            self.fault = MalformedFile(detail=f"no Ogg page @{at}")
            return None
        page = parsed(head, at, self.source.read(head[26]) if len(head) == HEAD else b"")
        if page is None or page.end > self.size:
            self.fault = TruncatedFile(detail=f"Ogg page @{at}")
            return None
        return page


def parsed(head: bytes, at: int, lacing: bytes) -> Page | None:
    """The page of this head; None where it is cut."""
    if len(head) < HEAD or len(lacing) < head[26]:
        return None
    granule, serial, number, crc = (
        int.from_bytes(head[start:end], "little")
        for start, end in ((6, 14), (14, 18), (18, 22), (22, 26))
    )
    return Page(at, head[5], granule, serial, number, crc, lacing)


def laid_out(run: list[Page], lacing: bytes, data: bytes) -> bytes:
    """New pages for these segments, each as full as it can be, numbered from the run's first.

    How they come out depends on the segments alone, not on how they lay before.
    """
    first, last = run[0], run[-1]
    pages: list[bytes] = []
    at = 0
    for start in range(0, len(lacing), FULL):
        part = lacing[start : start + FULL]
        ends = any(size < FULL for size in part)
        flags = CONTINUED if start and lacing[start - 1] == FULL else 0
        flags |= last.flags & LAST if start + FULL >= len(lacing) else 0
        granule = last.granule if ends else NO_PACKET_ENDS
        head = b"%s\0%c%s%s" % (
            MARK,
            flags,
            granule.to_bytes(8, "little"),
            first.serial.to_bytes(4, "little"),
        )
        number = (first.number + len(pages) & _ALL_ONES).to_bytes(4, "little")
        size = sum(part)
        pages.append(_sealed(head, number, bytes([len(part)]) + part + data[at : at + size]))
        at += size
    return b"".join(pages)


def lacing_of(size: int) -> bytes:
    """The segments of a packet."""
    return b"\xff" * (size // FULL) + bytes([size % FULL])


def renumbered(pages: Iterator[Page], serial: int, shift: int) -> Iterator[Edit]:
    """The same pages of one stream with other numbers. Raises TooLarge for too many.

    A checksum is changed by what the number changes in it: one that was wrong stays wrong, and
    the pages themselves need not be read.
    """
    moved = 0
    for page in pages:
        if page.serial != serial:
            continue
        if page.flags & FIRST:
            return
        moved += 1
        if moved > _MAX_MOVED:
            raise TooLarge(detail=f"Ogg > {_MAX_MOVED} pages would be numbered anew")
        number = page.number + shift & _ALL_ONES
        difference = (number ^ page.number).to_bytes(4, "little")
        behind = page.end - page.start - _NUMBER_AT - 4
        crc = page.crc ^ checksum(difference + bytes(behind))
        data = number.to_bytes(4, "little") + crc.to_bytes(4, "little")
        at = page.start + _NUMBER_AT
        yield Edit(at, at + 8, data)


def checksum(data: bytes) -> int:
    """CRC-32 with the polynomial 04C11DB7, most significant bit first, from zero: zlib's with
    every bit the other way round."""
    raw = zlib.crc32(data.translate(_REVERSED), _ALL_ONES) ^ _ALL_ONES
    return int.from_bytes(raw.to_bytes(4, "little").translate(_REVERSED), "big")


def _sealed(head: bytes, number: bytes, rest: bytes) -> bytes:
    crc = checksum(head + number + bytes(4) + rest)
    return head + number + crc.to_bytes(4, "little") + rest
