"""Every absolute position written inside an ISO base media file, moved along with its bytes.

Source: ISO/IEC 14496-12 8.7.5 (stco, co64), 8.7.9 (saio), 8.8.7 (tfhd), 8.8.10 (tfra),
8.11.3 (iloc), 8.16.3 (sidx).
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers.bmff_boxes import (
    Box,
    BoxEdit,
    Shift,
    body_of,
    children,
    found,
    new_box,
    read_at,
)

_UINT32_MAX = 0xFFFF_FFFF
_BASE_PRESENT = 0x000001
_TABLE_HEAD = 8
_TO_TABLES = (b"mdia", b"minf", b"stbl")
_SELF_CONTAINED = 1


def moved(source: BinaryIO, top: list[Box], edits: list[BoxEdit]) -> list[BoxEdit]:
    """``edits`` and what follows from them: patched offset tables; a 32-bit chunk table whose
    offsets no longer fit becomes a 64-bit one."""
    wider: list[BoxEdit] = []
    while True:
        shift = Shift([*edits, *wider])
        if not shift.moves:
            return edits
        patches, overflowing = _patched(source, top, shift, wider)
        if not overflowing:
            return [*edits, *patches]
        wider += overflowing


def _patched(
    source: BinaryIO, top: list[Box], shift: Shift, wider: list[BoxEdit]
) -> tuple[list[BoxEdit], list[BoxEdit]]:
    known = {edit.start for edit in wider}
    patches: list[BoxEdit] = []
    overflowing: list[BoxEdit] = []
    for table, around in _chunk_tables(source, top):
        wide = table.kind == b"co64" or table.start in known
        edit = _chunk_table(source, table, around, shift, wide=wide)
        if edit.within and table.start not in known:
            overflowing.append(edit)
        elif edit.data:
            patches.append(edit)
    if not overflowing:
        patches += _elsewhere(source, top, shift)
    return patches, overflowing


def _chunk_tables(source: BinaryIO, top: list[Box]) -> Iterator[tuple[Box, tuple[Box, ...]]]:
    for moov in found(top, b"moov"):
        for trak in found(children(source, moov), b"trak"):
            around = _down(source, (moov, trak), _TO_TABLES)
            if around is None or not _in_this_file(source, around[-2]):
                continue
            for table in children(source, around[-1]):
                if table.kind in {b"stco", b"co64"}:
                    yield table, around


def _down(
    source: BinaryIO, path: tuple[Box, ...], kinds: tuple[bytes, ...]
) -> tuple[Box, ...] | None:
    for kind in kinds:
        inner = found(children(source, path[-1]), kind)
        if not inner:
            return None
        path = (*path, inner[0])
    return path


def _in_this_file(source: BinaryIO, minf: Box) -> bool:
    """Do the track's chunks lie in this file (and not in one that a data reference names)?"""
    for dinf in found(children(source, minf), b"dinf"):
        for dref in found(children(source, dinf), b"dref"):
            entries = children(source, dref, skip=8)
            flags = [read_at(source, entry.body, 4)[3:] for entry in entries]
            return not flags or any(flag and flag[0] & _SELF_CONTAINED for flag in flags)
    return True


def _chunk_table(
    source: BinaryIO, table: Box, around: tuple[Box, ...], shift: Shift, *, wide: bool
) -> BoxEdit:
    """The table after the shift. An edit with ``within`` grows it to 64 bits, one without data
    changes nothing."""
    body = body_of(source, table)
    code = "Q" if table.kind == b"co64" else "I"
    old = _numbers(body, _TABLE_HEAD, code)
    new = [shift(value) for value in old]
    if code == "I" and (wide or max(new, default=0) > _UINT32_MAX):
        data = new_box(b"co64", body[:_TABLE_HEAD], _packed("Q", new))
        return BoxEdit(table.start, table.end, data, around)
    at = table.body + _TABLE_HEAD
    packed = _packed(code, new)
    same = body[_TABLE_HEAD : _TABLE_HEAD + len(packed)] == packed
    return BoxEdit(at, at + len(packed), packed) if not same else BoxEdit(at, at, b"")


def _numbers(body: bytes, at: int, code: str) -> list[int]:
    """The counted table whose count stands in the four bytes before ``at``."""
    if len(body) < at:
        raise MalformedFile(detail="an offset table without its count")
    (count,) = struct.unpack_from(">I", body, at - 4)
    values = array(code)
    if count * values.itemsize > len(body) - at:
        raise MalformedFile(detail="an offset table counts more entries than it holds")
    values.frombytes(body[at : at + count * values.itemsize])
    if sys.byteorder == "little":
        values.byteswap()
    return values.tolist()


def _packed(code: str, values: list[int]) -> bytes:
    if code == "I" and max(values, default=0) > _UINT32_MAX:
        raise TooLarge(detail="a 32-bit offset would pass 4 GiB")
    packed = array(code, values)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def _elsewhere(source: BinaryIO, top: list[Box], shift: Shift) -> list[BoxEdit]:
    edits: list[BoxEdit] = []
    for box in top:
        if box.kind == b"moov":
            edits += _sample_auxiliaries(source, box, shift)
            edits += _item_locations(source, found(children(source, box), b"meta"), shift)
        elif box.kind == b"moof":
            edits += _fragment(source, box, shift)
        elif box.kind == b"mfra":
            edits += _random_access(source, box, shift)
        elif box.kind == b"sidx":
            edits += _segment_index(source, box, shift)
        elif box.kind == b"meta":
            edits += _item_locations(source, [box], shift)
    return edits


def _field(start: int, old: int, new: int, width: int) -> list[BoxEdit]:
    if old == new:
        return []
    if new >> (8 * width):
        raise TooLarge(detail="a 32-bit offset would pass 4 GiB")
    return [BoxEdit(start, start + width, new.to_bytes(width, "big"))]


def _fragment(source: BinaryIO, moof: Box, shift: Shift) -> list[BoxEdit]:
    edits: list[BoxEdit] = []
    for traf in found(children(source, moof), b"traf"):
        for tfhd in found(children(source, traf), b"tfhd"):
            head = read_at(source, tfhd.body, 16)
            if len(head) == 16 and head[3] & _BASE_PRESENT:
                (base,) = struct.unpack_from(">Q", head, 8)
                edits += _field(tfhd.body + 8, base, shift(base), 8)
    return edits


def _segment_index(source: BinaryIO, sidx: Box, shift: Shift) -> list[BoxEdit]:
    """The first offset counts from the end of the index itself."""
    head = read_at(source, sidx.body, 28)
    at, width = (20, 8) if head[:1] == b"\1" else (16, 4)
    if len(head) < at + width:
        return []
    first = int.from_bytes(head[at : at + width], "big")
    new = shift(sidx.end + first) - shift(sidx.end)
    return _field(sidx.body + at, first, new, width)


def _random_access(source: BinaryIO, mfra: Box, shift: Shift) -> list[BoxEdit]:
    return [
        edit
        for tfra in found(children(source, mfra), b"tfra")
        for edit in _random_access_table(body_of(source, tfra), tfra.body, shift)
    ]


def _random_access_table(body: bytes, at: int, shift: Shift) -> Iterator[BoxEdit]:
    if len(body) < 16:
        return
    sizes, count = struct.unpack_from(">II", body, 8)
    width = 8 if body[0] == 1 else 4
    numbers = sum((sizes >> bits & 3) + 1 for bits in (0, 2, 4))
    row = 2 * width + numbers
    if 16 + count * row > len(body):
        raise MalformedFile(detail="an offset table counts more entries than it holds")
    for place in range(16 + width, 16 + count * row, row):
        old = int.from_bytes(body[place : place + width], "big")
        yield from _field(at + place, old, shift(old), width)


def _sample_auxiliaries(source: BinaryIO, moov: Box, shift: Shift) -> list[BoxEdit]:
    edits: list[BoxEdit] = []
    for trak in found(children(source, moov), b"trak"):
        around = _down(source, (moov, trak), _TO_TABLES)
        for saio in found(children(source, around[-1]), b"saio") if around else []:
            body = body_of(source, saio)
            at = 16 if body[3:4] == b"\1" else 8
            code = "Q" if body[:1] == b"\1" else "I"
            new = _packed(code, [shift(value) for value in _numbers(body, at, code)])
            if new != body[at : at + len(new)]:
                edits.append(BoxEdit(saio.body + at, saio.body + at + len(new), new))
    return edits


def _item_locations(source: BinaryIO, metas: list[Box], shift: Shift) -> list[BoxEdit]:
    edits: list[BoxEdit] = []
    for meta in metas:
        for iloc in found(children(source, meta, skip=4), b"iloc"):
            body = body_of(source, iloc)
            try:
                edits += list(_item_offsets(_Fields(body, iloc.body), shift))
            except IndexError as wrong:
                raise MalformedFile(detail="item locations end too early") from wrong
    return edits


class _Fields:
    """Reads numbers of varying width one after another; IndexError past the end."""

    def __init__(self, body: bytes, start: int) -> None:
        self._body, self._start, self._at = body, start, 0

    def take(self, width: int) -> tuple[int, int]:
        """Position in the file, and the number of ``width`` bytes there."""
        at, self._at = self._at, self._at + width
        if self._at > len(self._body):
            raise IndexError(at)
        return self._start + at, int.from_bytes(self._body[at : self._at], "big")

    def number(self, width: int) -> int:
        return self.take(width)[1]


def _item_offsets(fields: _Fields, shift: Shift) -> Iterator[BoxEdit]:
    version = fields.number(1)
    fields.take(3)
    widths = fields.number(2)
    offset_w, length_w, base_w = widths >> 12 & 15, widths >> 8 & 15, widths >> 4 & 15
    index_w = widths & 15 if version else 0
    id_w = 4 if version > 1 else 2
    for _ in range(fields.number(id_w)):
        fields.take(id_w)
        in_file = not (fields.number(2) & 15 if version else 0)
        in_file &= not fields.number(2)
        base_at, base = fields.take(base_w)
        if in_file and base:
            yield from _field(base_at, base, shift(base), base_w)
        for _ in range(fields.number(2)):
            fields.take(index_w)
            at, offset = fields.take(offset_w)
            fields.take(length_w)
            if in_file and not base and offset_w:
                yield from _field(at, offset, shift(offset), offset_w)
