"""An incremental update of a PDF file: new objects, a cross-reference and a trailer.

Source: ISO 32000-1 7.5.4 (cross-reference table), 7.5.6 (incremental updates), 7.5.8
(cross-reference streams). Everything before it stays a byte-identical prefix, so that
signatures over the original keep what they signed.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

_OPENING = b"\n%ColophonLabel\n"
_CLOSING = re.compile(rb"%ColophonLabel (\d{1,12})\nstartxref\n\d{1,12}\n%%EOF\n\Z")
TAIL = 128
"""Bytes at the end of a file within which the closing of an update of ours lies."""

_FREE, _AT_OFFSET, _IN_STREAM = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the cross-reference: kind, then (offset, generation) or (stream, index)."""

    kind: int
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Update:
    """``objects`` by (number, generation); ``trailer`` as name and written value.

    ``known`` rows are given where the file's own cross-reference cannot be relied on: the
    update then stands alone, without ``/Prev``.
    """

    start: int
    objects: Mapping[tuple[int, int], bytes]
    trailer: Mapping[str, bytes]
    size: int
    """One more than the highest object number so far."""
    as_stream: bool
    known: Mapping[int, Entry] = field(default_factory=dict)

    def written(self) -> bytes:
        out = bytearray(_OPENING)
        rows = dict(self.known)
        for (number, generation), body in self.objects.items():
            rows[number] = Entry(_AT_OFFSET, self.start + len(out), generation)
            out += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
        at = self.start + len(out)
        size = max([self.size, *(number + 1 for number in rows)])
        out += self._stream(rows, size, at) if self.as_stream else self._table(rows, size)
        out += b"%%ColophonLabel %d\nstartxref\n%d\n%%%%EOF\n" % (self.start, at)
        return bytes(out)

    def _table(self, rows: Mapping[int, Entry], size: int) -> bytes:
        out = bytearray(b"xref\n")
        if self.known:
            rows = {0: Entry(_FREE, 0, 65535), **rows}
        for run in _runs(rows):
            out += b"%d %d\n" % (run[0], len(run))
            for number in run:
                row = rows[number]
                mark = b"n" if row.kind == _AT_OFFSET else b"f"
                out += b"%010d %05d %s \n" % (row.first, row.second, mark)
        return bytes(out) + b"trailer\n" + self._dictionary(size) + b"\n"

    def _stream(self, rows: Mapping[int, Entry], size: int, at: int) -> bytes:
        every = {**rows, size: Entry(_AT_OFFSET, at, 0)}
        runs = list(_runs(every))
        index = b" ".join(b"%d %d" % (run[0], len(run)) for run in runs)
        body = b"".join(
            struct.pack(">BQH", every[number].kind, every[number].first, every[number].second)
            for run in runs
            for number in run
        )
        extra = b"/Type /XRef /W [1 8 2] /Index [%s] /Length %d" % (index, len(body))
        head = self._dictionary(size + 1, extra)
        return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (size, head, body)

    def _dictionary(self, size: int, extra: bytes = b"") -> bytes:
        items = b" ".join(
            name.encode("ascii") + b" " + value for name, value in self.trailer.items()
        )
        return b"<< /Size %d %s %s >>" % (size, items, extra)


def _runs(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Ascending runs of consecutive numbers."""
    ordered = sorted(numbers)
    run = ordered[:1]
    for before, number in pairwise(ordered):
        if number != before + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def start_of_own(tail: bytes) -> int | None:
    """Where an update of ours that ends with ``tail`` says that it starts."""
    match = _CLOSING.search(tail)
    return int(match[1]) if match else None


def literal(text: bytes) -> bytes:
    """A PDF literal string (Source: ISO 32000-1 7.3.4.2)."""
    escaped = text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + escaped.replace(b"\r", b"\\r") + b")"


def stream(data: bytes) -> bytes:
    """An XMP metadata stream, uncompressed so that any scanner finds it."""
    head = b"<< /Type /Metadata /Subtype /XML /Length %d >>" % len(data)
    return head + b"\nstream\n" + data + b"\nendstream"
