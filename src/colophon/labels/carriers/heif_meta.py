"""The items of a HEIF file: what they are, where their bytes lie, what they describe.

Source: ISO/IEC 14496-12 8.11 (meta, iloc, iinf, iref, pitm, idat); ISO/IEC 23008-12 (HEIF).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers.bmff_boxes import (
    Box,
    BoxEdit,
    body_of,
    children,
    found,
    new_box,
    read_at,
)
from colophon.labels.carriers.ranges import METADATA_CAP

RDF = b"application/rdf+xml"
IN_FILE, IN_IDAT = 0, 1

_FULL = 4
"""Version and flags of a full box."""
_MAX_ITEMS = 100_000
_NARROW, _WIDE = 2, 4
_UINT16_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """An item's place: its ``extents`` in the file, or None where they are not in it. ``start``
    to ``end`` spans the entry itself."""

    number: int
    method: int
    base: int
    extents: tuple[tuple[int, int], ...] | None
    start: int
    end: int


@dataclass(slots=True)
class Locations:
    """An ``iloc`` box. ``widths``: bytes of an offset, a length, a base and an index."""

    box: Box
    version: int
    widths: tuple[int, int, int, int]
    count_at: int
    entries: list[Entry] = field(default_factory=list)
    end: int = 0

    @property
    def id_width(self) -> int:
        return _WIDE if self.version > 1 else _NARROW

    def entry(self, number: int, position: int, length: int) -> bytes:
        """An entry for bytes at a position of the file. Raises MalformedFile, TooLarge."""
        offset_w, length_w, base_w, index_w = self.widths
        if not length_w or not (offset_w or base_w):
            raise MalformedFile(detail="HEIF: its item locations have no room for another")
        values = [(number, self.id_width)]
        values += [(IN_FILE, 2)] if self.version else []
        # In the base where there is one: some who move it leave the offsets alone.
        values += [(0, 2), (position, base_w), (1, 2)] if base_w else [(0, 2), (1, 2)]
        values += [(0, index_w)] if self.version else []
        values += [(0 if base_w else position, offset_w), (length, length_w)]
        if any(value >> 8 * width for value, width in values):
            raise TooLarge(detail="HEIF: an offset would pass the width of its field")
        return b"".join(value.to_bytes(width, "big") for value, width in values)


@dataclass(frozen=True, slots=True)
class Item:
    """``content``: the media type of a ``mime`` item; ``packed``: how that is encoded."""

    number: int
    kind: bytes
    content: bytes = b""
    packed: bytes = b""

    @property
    def is_xmp(self) -> bool:
        return self.kind == b"mime" and self.content.strip().lower() == RDF


@dataclass(slots=True)
class Meta:
    """A ``meta`` box. ``describes``: by an item's number those it is about."""

    box: Box
    inner: list[Box]
    primary: int | None = None
    items: list[Item] = field(default_factory=list)
    locations: Locations | None = None
    describes: dict[int, set[int]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def part(self, kind: bytes) -> Box | None:
        return next((box for box in self.inner if box.kind == kind), None)

    def entry(self, number: int) -> Entry | None:
        entries = self.locations.entries if self.locations else []
        return next((entry for entry in entries if entry.number == number), None)

    def about_primary(self, item: Item) -> bool:
        """Whether an item describes the picture itself: so named, or not said otherwise."""
        about = self.describes.get(item.number)
        return not about or self.primary is None or self.primary in about


def picture_meta(source: BinaryIO, top: list[Box]) -> Meta | None:
    """The file's own ``meta`` box, as far as it can be read; None when there is none of items."""
    for box in found(top, b"meta"):
        inner = children(source, box, skip=_FULL)
        handlers = [read_at(source, one.body + 8, 4) for one in found(inner, b"hdlr")]
        if handlers[:1] == [b"pict"]:
            return _meta(source, box, inner)
    return None


def _meta(source: BinaryIO, box: Box, inner: list[Box]) -> Meta:
    meta = Meta(box, inner)
    try:
        for one in inner:
            if one.kind == b"pitm":
                body = _body(source, one)
                meta.primary = _Fields(body, _FULL).number(_WIDE if body[:1] != b"\0" else _NARROW)
            elif one.kind == b"iinf":
                meta.items += _items(source, one)
            elif one.kind == b"iref":
                _references(source, one, meta)
            elif one.kind == b"iloc" and meta.locations is None:
                idat = next((b.body for b in inner if b.kind == b"idat"), None)
                meta.locations = _locations(_body(source, one), one, idat)
            elif one.kind == b"grpl":
                meta.used |= set(_groups(source, one))
    except IndexError as wrong:
        raise MalformedFile(detail="HEIF: its item tables end too early") from wrong
    meta.used |= {item.number for item in meta.items}
    meta.used |= {entry.number for entry in meta.locations.entries} if meta.locations else set()
    return meta


def _body(source: BinaryIO, box: Box) -> bytes:
    return body_of(source, box, METADATA_CAP)


class _Fields:
    """Reads numbers of varying width one after another; IndexError past the end."""

    def __init__(self, body: bytes, at: int = 0) -> None:
        self._body, self.at = body, at

    def number(self, width: int) -> int:
        start, self.at = self.at, self.at + width
        if self.at > len(self._body):
            raise IndexError(start)
        return int.from_bytes(self._body[start : self.at], "big")

    def word(self) -> bytes:
        """Up to the next NUL, or to the end."""
        end = self._body.find(b"\0", self.at)
        end = len(self._body) if end < 0 else end
        start, self.at = self.at, end + 1
        return self._body[start:end]


def _items(source: BinaryIO, iinf: Box) -> list[Item]:
    version = read_at(source, iinf.body, 1)
    entries = children(source, iinf, skip=_FULL + (_NARROW if version == b"\0" else _WIDE))
    if len(entries) > _MAX_ITEMS:
        raise TooLarge(detail=f"HEIF > {_MAX_ITEMS} items")
    return [
        _item(read_at(source, one.body, min(one.end - one.body, 4096)))
        for one in found(entries, b"infe")
    ]


def _item(body: bytes) -> Item:
    fields = _Fields(body)
    version = fields.number(_FULL) >> 24
    number = fields.number(_WIDE if version > 2 else _NARROW)
    fields.number(2)
    if version < 2:
        fields.word()
        return Item(number, b"mime", fields.word(), fields.word())
    kind = fields.number(4).to_bytes(4, "big")
    fields.word()
    return (
        Item(number, kind, fields.word(), fields.word()) if kind == b"mime" else Item(number, kind)
    )


def _references(source: BinaryIO, iref: Box, meta: Meta) -> None:
    width = _NARROW if read_at(source, iref.body, 1) == b"\0" else _WIDE
    for one in children(source, iref, skip=_FULL):
        fields = _Fields(_body(source, one))
        origin, count = fields.number(width), fields.number(2)
        targets = {fields.number(width) for _ in range(count)}
        meta.used |= {origin, *targets}
        if one.kind == b"cdsc":
            meta.describes.setdefault(origin, set()).update(targets)


def _groups(source: BinaryIO, grpl: Box) -> Iterator[int]:
    for one in children(source, grpl):
        yield int.from_bytes(read_at(source, one.body + _FULL, 4), "big")


def _locations(body: bytes, box: Box, idat: int | None) -> Locations:
    fields = _Fields(body)
    version = fields.number(_FULL) >> 24
    widths = fields.number(2)
    named = (widths >> 12 & 15, widths >> 8 & 15, widths >> 4 & 15, widths & 15 if version else 0)
    if version > 2 or any(width not in {0, 4, 8} for width in named):
        raise MalformedFile(detail="HEIF: its item locations are of no known form")
    found = Locations(box, version, named, box.body + fields.at)
    count = fields.number(found.id_width)
    if count > _MAX_ITEMS:
        raise TooLarge(detail=f"HEIF > {_MAX_ITEMS} items")
    left = len(body)
    for _ in range(count):
        entry = _entry(fields, found, idat)
        left -= len(entry.extents or ())
        found.entries.append(entry)
    found.end = box.body + fields.at
    return found


def _entry(fields: _Fields, table: Locations, idat: int | None) -> Entry:
    offset_w, length_w, base_w, index_w = table.widths
    start = fields.at
    number = fields.number(table.id_width)
    method = fields.number(2) & 15 if table.version else IN_FILE
    elsewhere, base = fields.number(2), fields.number(base_w)
    origin = base if method == IN_FILE else base + (idat or 0)
    known = not elsewhere and length_w and (method == IN_FILE or (method == IN_IDAT and idat))
    count = fields.number(2)
    if count and not index_w + offset_w + length_w:
        raise MalformedFile(detail="HEIF: item locations without positions")
    extents: list[tuple[int, int]] = []
    for _ in range(count):
        fields.number(index_w)
        extents.append((origin + fields.number(offset_w), fields.number(length_w)))
    at = table.box.body
    spans = tuple(extents) if known else None
    return Entry(number, method, base, spans, at + start, at + fields.at)


def check_filled(source: BinaryIO, meta: Meta) -> None:
    """Raises MalformedFile where the tables are not boxes to their end, for what is added there
    would be hidden."""
    iinf, iref = meta.part(b"iinf"), meta.part(b"iref")
    tables = [(meta.box, _FULL), (iref, _FULL)]
    if iinf is not None:
        narrow = read_at(source, iinf.body, 1) == b"\0"
        tables.append((iinf, _FULL + (_NARROW if narrow else _WIDE)))
    for box, skip in tables:
        if box is None:
            continue
        inner = children(source, box, skip=skip)
        if (inner[-1].end if inner else box.body + skip) != box.end:
            raise MalformedFile(detail=f"HEIF: its {box.kind.decode('latin-1')} box is damaged")
    if iinf is None or meta.part(b"iloc") is None:
        raise MalformedFile(detail="HEIF: no table of items")


def new_item(meta: Meta) -> int:
    """A number no item or group of the file has. Raises TooLarge."""
    number = max(meta.used, default=0) + 1
    if number <= _UINT16_MAX:
        return number
    free = next((n for n in range(1, _UINT16_MAX + 1) if n not in meta.used), None)
    if free is None:
        raise TooLarge(detail=f"HEIF > {_UINT16_MAX} items")
    return free


def announced(source: BinaryIO, meta: Meta, number: int) -> list[BoxEdit]:
    """The entries that name a new XMP item and say it describes the picture."""
    entry = new_box(
        b"infe", b"\2\0\0\0", number.to_bytes(2, "big"), bytes(2), b"mime\0", RDF, b"\0"
    )
    edits = _listed(source, meta, entry)
    if meta.primary is None:
        return edits
    iref = meta.part(b"iref")
    wide = iref and read_at(source, iref.body, 1) != b"\0"
    width = _WIDE if wide or (iref is None and meta.primary > _UINT16_MAX) else _NARROW
    if meta.primary >> 8 * width:
        raise MalformedFile(detail="HEIF: its references are too narrow for its items")
    words = number.to_bytes(width, "big") + b"\0\1" + meta.primary.to_bytes(width, "big")
    reference = new_box(b"cdsc", words)
    if iref:
        return [*edits, BoxEdit(iref.end, iref.end, reference, (meta.box, iref))]
    fresh = new_box(b"iref", bytes([width == _WIDE, 0, 0, 0]), reference)
    return [*edits, BoxEdit(meta.box.end, meta.box.end, fresh, (meta.box,))]


def _listed(source: BinaryIO, meta: Meta, entry: bytes) -> list[BoxEdit]:
    iinf = meta.part(b"iinf")
    if iinf is None:
        raise MalformedFile(detail="HEIF: no table of items")
    width = _NARROW if read_at(source, iinf.body, 1) == b"\0" else _WIDE
    at = iinf.body + _FULL
    count = int.from_bytes(read_at(source, at, width), "big") + 1
    if count >> 8 * width:
        raise TooLarge(detail=f"HEIF > {_UINT16_MAX} items")
    inner = children(source, iinf, skip=_FULL + width)
    end = inner[-1].end if inner else at + width
    return [
        BoxEdit(at, at + width, count.to_bytes(width, "big")),
        BoxEdit(end, end, entry, (meta.box, iinf)),
    ]
