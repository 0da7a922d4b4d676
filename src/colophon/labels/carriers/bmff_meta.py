"""Where ISO base media files keep named values: key tables, iTunes lists, user data, XMP.

Source: QuickTime File Format, "Metadata" (keys, ilst, data); XMP Specification Part 3 (uuid).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import TooLarge
from colophon.labels import xmp
from colophon.labels.carriers.bmff_boxes import (
    Box,
    BoxEdit,
    body_of,
    children,
    found,
    new_box,
    read_at,
)
from colophon.labels.carriers.label_field import FIELD, holds_label, looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
STANDARD = "moov.udta.meta"

_MAX_VALUE = 8 * 1024 * 1024
_MAX_PLAIN_VALUE = 64 * 1024
"""Values of fields not named AIGC are looked into up to this many bytes."""
_MAX_KEYS = 10_000
_NAMESPACE = b"mdta"
_UTF8, _UTF16 = 1, 2
_DATA_HEAD = 8
_TEXT_HEAD = 4
"""Length and language before the words of a QuickTime text atom."""

Path = tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A label as it lies in the file, and the edits that take it out."""

    packet: Packet
    removal: tuple[BoxEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A ``meta`` box whose items are named through a ``keys`` box."""

    meta: Path
    keys: Box
    ilst: Box | None
    entries: tuple[bytes, ...]
    """Namespace and name of each key; items count from 1."""
    items: tuple[tuple[int, Box], ...]
    labels: tuple[int, ...]
    """Keys whose value is a label."""


def found_in(source: BinaryIO, top: list[Box]) -> Iterator[Found]:
    """Every label and XMP packet outside key tables, with its removal."""
    for path, place in _homes(source, top):
        for box in _inside(source, path[-1]):
            yield from _user_datum(source, path, box, place)
    for box in found(top, b"uuid"):
        if read_at(source, box.body, len(XMP_UUID)) == XMP_UUID:
            yield _xmp(source, box.body + len(XMP_UUID), box.end, "bmff:uuid:xmp")


def key_tables(source: BinaryIO, top: list[Box]) -> Iterator[tuple[KeyTable, str]]:
    """Every key table and the place it stands in, e.g. ``moov.udta.meta``."""
    for path, place in _homes(source, top):
        for meta in found(_inside(source, path[-1]), b"meta"):
            table = _key_table(source, (*path, meta))
            if table:
                yield table, f"{place}.meta".lstrip(".")
    for meta in found(top, b"meta"):
        table = _key_table(source, (meta,))
        if table:
            yield table, "meta"


def _homes(source: BinaryIO, top: list[Box]) -> Iterator[tuple[Path, str]]:
    """The boxes that may hold ``meta`` and user data, outermost first."""
    for moov in found(top, b"moov"):
        yield (moov,), "moov"
        inner = children(source, moov)
        for udta in found(inner, b"udta"):
            yield (moov, udta), "moov.udta"
        for trak in found(inner, b"trak"):
            yield (moov, trak), "trak"
            for udta in found(children(source, trak), b"udta"):
                yield (moov, trak, udta), "trak.udta"


def _inside(source: BinaryIO, box: Box) -> list[Box]:
    if box.kind == b"meta":
        return children(source, box, skip=_meta_fields(source, box))
    return children(source, box)


def _meta_fields(source: BinaryIO, meta: Box) -> int:
    """0 for QuickTime's plain atom, 4 for ISO's box with version and flags."""
    return 0 if read_at(source, meta.body + 4, 4) == b"hdlr" else 4


def _user_datum(source: BinaryIO, path: Path, box: Box, place: str) -> Iterator[Found]:
    if box.kind == b"meta":
        yield from _itunes_list(source, (*path, box), f"bmff:{place}.meta")
    elif path[-1].kind != b"udta":
        return
    elif box.kind == b"XMP_":
        yield _xmp(source, box.body, box.end, f"bmff:{place}:XMP_")
    elif box.kind.upper() == FIELD.encode():
        body = body_of(source, box, _MAX_VALUE)
        start, end = body.find(b"{"), body.rfind(b"}") + 1
        value = body[max(start, 0) : end if end > start >= 0 else len(body)]
        packet = Packet("aigc", f"bmff:{place}:AIGC", value)
        yield Found(packet, (BoxEdit(box.start, box.end, b"", path),))
    elif box.kind[:1] == b"\xa9" and box.end - box.body <= _MAX_PLAIN_VALUE:
        value = read_at(source, box.body + _TEXT_HEAD, max(0, box.end - box.body - _TEXT_HEAD))
        if looks_like_label(value.decode("utf-8", "replace")):
            packet = Packet("aigc", f"bmff:{place}:{box.kind.decode('latin-1')}", value)
            yield Found(packet, (BoxEdit(box.start, box.end, b"", path),))


def _itunes_list(source: BinaryIO, meta: Path, place: str) -> Iterator[Found]:
    inner = _inside(source, meta[-1])
    if found(inner, b"keys"):
        return
    for ilst in found(inner, b"ilst"):
        for item in children(source, ilst):
            name = _item_name(source, item)
            value = _value(source, item, named=name.upper().endswith(FIELD))
            if value is not None and holds_label(name, value.decode("utf-8", "replace")):
                packet = Packet("aigc", f"{place}:{item.kind.decode('latin-1')}:{name}", value)
                yield Found(packet, (BoxEdit(item.start, item.end, b"", (*meta, ilst)),))


def _item_name(source: BinaryIO, item: Box) -> str:
    if item.kind != b"----":
        return ""
    names = found(children(source, item), b"name")
    return body_of(source, names[0], _MAX_VALUE)[4:].decode("utf-8", "replace") if names else ""


def _value(source: BinaryIO, item: Box, *, named: bool) -> bytes | None:
    """The first value of an item as UTF-8; None where it is no text of a likely size."""
    for data in found(children(source, item), b"data"):
        if not named and data.end - data.body > _MAX_PLAIN_VALUE:
            continue
        body = body_of(source, data, _MAX_VALUE)
        if len(body) < _DATA_HEAD:
            continue
        kind, value = struct.unpack_from(">I", body)[0], body[_DATA_HEAD:]
        if kind == _UTF16:
            return value.decode("utf-16-be", "replace").encode()
        if kind in {0, _UTF8}:
            return value
    return None


def _key_table(source: BinaryIO, path: Path) -> KeyTable | None:
    inner = _inside(source, path[-1])
    keys, ilst = found(inner, b"keys"), found(inner, b"ilst")
    if not keys:
        return None
    entries = _key_entries(body_of(source, keys[0], _MAX_VALUE))
    items = children(source, ilst[0]) if ilst else []
    indexed = tuple((int.from_bytes(item.kind, "big"), item) for item in items)
    labels = tuple(
        number
        for number, entry in enumerate(entries, 1)
        if holds_label(_key_name(entry), _text_of(source, indexed, number))
    )
    return KeyTable(path, keys[0], ilst[0] if ilst else None, entries, indexed, labels)


def _key_entries(body: bytes) -> tuple[bytes, ...]:
    entries: list[bytes] = []
    at = 8
    while at + 8 <= len(body):
        (size,) = struct.unpack_from(">I", body, at)
        if size < 8 or at + size > len(body):
            break
        entries.append(body[at + 4 : at + size])
        at += size
        if len(entries) > _MAX_KEYS:
            raise TooLarge(detail=f"more than {_MAX_KEYS} keys")
    return tuple(entries)


def _key_name(entry: bytes) -> str:
    return entry[4:].decode("utf-8", "replace")


def _text_of(source: BinaryIO, items: tuple[tuple[int, Box], ...], number: int) -> str:
    for index, item in items:
        if index == number:
            value = _value(source, item, named=False)
            return value.decode("utf-8", "replace") if value else ""
    return ""


def packets_of(source: BinaryIO, table: KeyTable, place: str) -> Iterator[Packet]:
    """The labels of one key table."""
    form: PacketForm = "aigc"
    for number in table.labels:
        name = _key_name(table.entries[number - 1])
        for index, item in table.items:
            value = _value(source, item, named=True) if index == number else None
            if value is not None:
                yield Packet(form, f"bmff:{place}:{name}", value)


def rekeyed(table: KeyTable, value: bytes | None) -> list[BoxEdit]:
    """The edits after which the table holds exactly one label (``value``), or none.

    All other keys stay; an item changes only its number, and only if a key before it went.
    """
    first = table.labels[0] if table.labels else len(table.entries) + 1
    kept = [number for number, _ in enumerate(table.entries, 1) if number not in table.labels]
    if value is not None:
        kept = sorted([*kept, first])
    numbers = {old: new for new, old in enumerate(kept, 1)}
    own = {first: _NAMESPACE + FIELD.encode()} if value is not None else {}
    entries = [own.get(old) or table.entries[old - 1] for old in kept]
    edits = [BoxEdit(table.keys.start, table.keys.end, _keys(entries), table.meta)]
    item = b"" if value is None else _item(numbers[first], value)
    edits += _item_edits(table, numbers, item)
    return edits


def _keys(entries: Sequence[bytes]) -> bytes:
    rows = b"".join(struct.pack(">I", 4 + len(entry)) + entry for entry in entries)
    return new_box(b"keys", struct.pack(">II", 0, len(entries)), rows)


def kept_entries(table: KeyTable) -> list[bytes]:
    """The keys of a table that are not a label's."""
    return [entry for number, entry in enumerate(table.entries, 1) if number not in table.labels]


def _item_edits(table: KeyTable, numbers: dict[int, int], item: bytes) -> Iterator[BoxEdit]:
    if table.ilst is None:
        if item:
            yield BoxEdit(table.keys.end, table.keys.end, new_box(b"ilst", item), table.meta)
        return
    within = (*table.meta, table.ilst)
    for index, box in table.items:
        if index in table.labels:
            yield BoxEdit(box.start, box.end, item, within)
            item = b""
        elif numbers.get(index, index) != index:
            yield BoxEdit(box.start + 4, box.start + 8, struct.pack(">I", numbers[index]))
    if item:
        at = table.items[-1][1].end if table.items else table.ilst.body
        yield BoxEdit(at, at, item, within)


def _item(number: int, value: bytes) -> bytes:
    data = new_box(b"data", struct.pack(">II", _UTF8, 0), value)
    return new_box(struct.pack(">I", number), data)


def new_meta(value: bytes, mirrored: Sequence[bytes] = ()) -> bytes:
    """A ``meta`` box with the one value, laid out as FFmpeg does.

    ``mirrored``: the keys of another table of the film, repeated before ours without values.
    FFmpeg takes the first table it meets for all of them; so every number means one key.
    """
    handler = new_box(b"hdlr", bytes(8), _NAMESPACE, bytes(13))
    entries = [*mirrored, _NAMESPACE + FIELD.encode()]
    item = _item(len(entries), value)
    return new_box(b"meta", bytes(4), handler, _keys(entries), new_box(b"ilst", item))


def _xmp(source: BinaryIO, start: int, end: int, place: str) -> Found:
    if end - start > _MAX_VALUE:
        raise TooLarge(detail=f"an XMP packet of over {_MAX_VALUE} bytes")
    data = read_at(source, start, end - start)
    blank = xmp.blanked(data)
    removal = (BoxEdit(start, end, blank),) if blank != data else ()
    return Found(Packet("xmp", place, data), removal)
