"""ISO base media boxes: walking them by their headers alone, and editing a file of them.

Source: ISO/IEC 14496-12 4.2 (boxes), QuickTime File Format (atoms). Bodies are read only
where asked for, so that a film costs no more memory than a still.
"""

from __future__ import annotations

import bisect
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from colophon.errors import TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit

MAX_BOXES = 400_000
"""Children of one box; a day of two-second fragments has 86 400 at the top."""
MAX_TABLE = 256 * 1024 * 1024
"""Bytes of one box that has to be read whole."""

_SHORT, _LONG = 8, 16
_UINT32_MAX = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies: its header from ``start`` to ``body``, its content to ``end``."""

    kind: bytes
    start: int
    body: int
    end: int
    open_ended: bool = False
    """The size field is 0: the box runs to the end of the file."""


@dataclass(frozen=True, slots=True)
class BoxEdit(Edit):
    """An edit inside boxes whose sizes have to follow it."""

    within: tuple[Box, ...] = ()


def walk(source: BinaryIO, start: int, end: int, *, strict: bool = False) -> Iterator[Box]:
    """The boxes from ``start`` to ``end``. Stops at a terminator or at anything that is no box;
    with ``strict`` a box that runs past ``end`` raises TruncatedFile."""
    for _ in range(MAX_BOXES):
        if end - start < _SHORT:
            return
        box = _box(read_at(source, start, _LONG), start, end)
        if box is None:
            return
        if box.end > end:
            if strict:
                raise TruncatedFile(detail=f"box {_name(box.kind)} at byte {start}")
            return
        yield box
        start = box.end
    raise TooLarge(detail=f"more than {MAX_BOXES} boxes")


def _box(header: bytes, start: int, end: int) -> Box | None:
    size, kind = struct.unpack_from(">I4s", header)
    if size == 0:
        return Box(kind, start, start + _SHORT, end, open_ended=True) if _word(kind) else None
    if size == 1 and len(header) == _LONG:
        size = struct.unpack_from(">Q", header, _SHORT)[0]
        return Box(kind, start, start + _LONG, start + size) if size >= _LONG else None
    return Box(kind, start, start + _SHORT, start + size) if size >= _SHORT else None


def _word(kind: bytes) -> bool:
    return kind.isalnum()


def _name(kind: bytes) -> str:
    return kind.decode("latin-1") if kind.isalnum() else kind.hex()


def children(source: BinaryIO, box: Box, skip: int = 0) -> list[Box]:
    """The boxes inside, after ``skip`` bytes of the box's own fields."""
    return [child for child in walk(source, box.body + skip, box.end) if not child.open_ended]


def found(boxes: Iterable[Box], kind: bytes) -> list[Box]:
    return [box for box in boxes if box.kind == kind]


def read_at(source: BinaryIO, start: int, length: int) -> bytes:
    source.seek(start)
    return source.read(length)


def body_of(source: BinaryIO, box: Box, limit: int = MAX_TABLE) -> bytes:
    """The content of a box; TooLarge over ``limit`` bytes."""
    if box.end - box.body > limit:
        raise TooLarge(detail=f"box {_name(box.kind)} holds over {limit} bytes")
    return read_at(source, box.body, box.end - box.body)


def new_box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", _SHORT + len(body), kind) + body


def size_of(source: BinaryIO) -> int:
    return source.seek(0, 2)


class Shift:
    """Where a byte of the source lies after the edits."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        moving = sorted((edit.end, edit.growth) for edit in edits if edit.growth)
        self._ends = [end for end, _ in moving]
        self._sums = [0, *accumulate(growth for _, growth in moving)]
        self.moves = any(self._sums)

    def __call__(self, offset: int) -> int:
        return offset + self._sums[bisect.bisect_right(self._ends, offset)]


def resized(edits: Iterable[BoxEdit]) -> list[BoxEdit]:
    """The size fields of all boxes around the edits, as edits."""
    growth: dict[Box, int] = defaultdict(int)
    for edit in edits:
        for box in edit.within:
            growth[box] += edit.growth
    return [
        _size_field(box, box.end - box.start + grown)
        for box, grown in growth.items()
        if grown and not box.open_ended
    ]


def _size_field(box: Box, size: int) -> BoxEdit:
    if box.body - box.start == _LONG:
        return BoxEdit(box.start + _SHORT, box.start + _LONG, struct.pack(">Q", size))
    if size > _UINT32_MAX:
        raise TooLarge(detail=f"box {_name(box.kind)} would pass 4 GiB")
    return BoxEdit(box.start, box.start + 4, struct.pack(">I", size))
