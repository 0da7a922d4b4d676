"""HEIF, HEIC and AVIF, pictures and sequences: the label in an XMP item of the ``meta`` box.

The packet lies in a media data box of its own at the end of the file, so that writing it again
changes nothing else; what the item tables grow by, every written position moves along with.

Source: TC260-PG-20259A (XMP); ISO/IEC 23008-12 A.3 (XMP as a ``mime`` item); AVIF 1.1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import exif
from colophon.labels.carriers.bmff_boxes import (
    Box,
    BoxEdit,
    Shift,
    body_of,
    found,
    new_box,
    read_at,
    resized,
    size_of,
    walk,
)
from colophon.labels.carriers.bmff_offsets import moved
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.heif_meta import (
    IN_FILE,
    Entry,
    Item,
    Locations,
    Meta,
    announced,
    check_filled,
    new_item,
    picture_meta,
)
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, TOTAL_CAP, inflate, within_cap

STANDARD_PLACE = "heif:item:XMP"

_AVIF, _HEIC, _HEIF = "image/avif", "image/heic", "image/heif"
_BY_BRAND = {
    **dict.fromkeys((b"avif", b"avio"), _AVIF),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), _HEIC),
    **dict.fromkeys((b"mif1", b"mif2", b"miaf", b"1pic", b"jpeg", b"j2ki", b"vvic"), _HEIF),
    b"avis": f"{_AVIF}-sequence",
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), f"{_HEIC}-sequence"),
    **dict.fromkeys((b"msf1", b"jpgs", b"j2is", b"vvis"), f"{_HEIF}-sequence"),
}
_GENERAL = {_HEIF: (_AVIF, _HEIC), f"{_HEIF}-sequence": (f"{_AVIF}-sequence", f"{_HEIC}-sequence")}
"""What a general first brand may be more exactly, by the other brands."""
_FILMS = (b"iso", b"mp4", b"avc", b"qt ", b"3gp", b"M4V", b"M4A")
"""How brands of films begin, which settle what a file of an unknown first brand is."""
_MAX_BRANDS = 256
_HEADER = 8
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MAX_BEARERS = 1_000
_UINT32_MAX = 0xFFFF_FFFF
_PICTURE_HANDLER = new_box(b"hdlr", bytes(8), b"pict", bytes(13))


class Heif:
    """The HEIF family; see ``Carrier``."""

    name = "heif"
    media_types: tuple[str, ...] = (
        _HEIC,
        _HEIF,
        _AVIF,
        *(f"{one}-sequence" for one in (_HEIC, _HEIF, _AVIF)),
    )
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        if len(head) < 2 * _HEADER or head[4:8] != b"ftyp":
            return None
        (size,) = struct.unpack_from(">I", head)
        others = [head[at : at + 4] for at in range(16, min(size, _MAX_BRANDS, len(head)), 4)]
        exact = [_BY_BRAND[brand] for brand in others if brand in _BY_BRAND]
        first = _BY_BRAND.get(head[8:12])
        if first is None and not any(one[:3] in _FILMS for one in (head[8:12], *others)):
            first = next(iter(exact), None)
        return next((one for one in _GENERAL.get(first or "", ()) if one in exact), first)

    def read(self, source: BinaryIO) -> list[Packet]:
        top = list(walk(source, 0, size_of(source)))
        meta = _checked(picture_meta(source, top))
        if meta is None and not found(top, b"moov"):
            raise TruncatedFile(detail="HEIF: no meta box before the end")
        bearers = _bearers(source, top, meta)
        return within_cap((p for _, _, found_in in bearers for p in found_in), "HEIF")

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = size_of(source)
        top = list(walk(source, 0, size, strict=True))
        if not self.sniff(read_at(source, 0, _MAX_BRANDS)):
            raise MalformedFile(detail="HEIF: no brand of a picture")
        meta = _checked(picture_meta(source, top))
        if meta is None:
            if found(top, b"meta") or not found(top, b"moov"):
                raise MalformedFile(detail="HEIF: no meta box of a picture")
            return pieces_of(_founded(source, top, packets["xmp"]), size)
        check_filled(source, meta)
        _check_whole(meta, top[-1].end)
        return pieces_of(_labelled(source, top, meta, packets["xmp"]), size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


HEIF = Heif()

_Bearer = tuple[Item | None, tuple[tuple[int, int], ...], list[Packet]]
"""An item (None for a box outside of them), the spans of its bytes, and what it bears."""


def _checked(meta: Meta | None) -> Meta | None:
    if meta is not None and sum(_bears(item) for item in meta.items) > _MAX_BEARERS:
        raise TooLarge(detail=f"HEIF > {_MAX_BEARERS} labels")
    return meta


def _bears(item: Item) -> bool:
    return item.is_xmp or item.kind == b"Exif"


def _check_whole(meta: Meta, end: int) -> None:
    for entry in meta.locations.entries if meta.locations else ():
        if any(start + length > end for start, length in entry.extents or ()):
            raise TruncatedFile(detail=f"HEIF item {entry.number}")


def _bearers(source: BinaryIO, top: list[Box], meta: Meta | None) -> Iterator[_Bearer]:
    """Everything that may bear a label; the picture's own XMP item comes first of its kind."""
    placed, held = False, 0
    for item in meta.items if meta else ():
        entry = meta.entry(item.number) if meta and _bears(item) else None
        if meta is None or entry is None or entry.extents is None:
            continue
        data = _data(source, entry.extents)
        held += len(data)
        if held > TOTAL_CAP:
            raise TooLarge(detail=f"HEIF > {TOTAL_CAP} bytes")
        if item.kind == b"Exif":
            comments = exif.label_comments(data[_block(data) :])
            texts = [
                Packet("aigc", "heif:item:Exif:UserComment", c.text.encode()) for c in comments
            ]
            yield item, entry.extents, texts
            continue
        own = not placed and meta.about_primary(item)
        placed |= own
        place = STANDARD_PLACE if own else f"{STANDARD_PLACE}:{item.number}"
        yield item, entry.extents, [Packet("xmp", place, _plain(item, data))]
    for box in found(top, b"uuid")[:_MAX_BEARERS]:
        if read_at(source, box.body, 16) == _XMP_UUID:
            data = body_of(source, box, METADATA_CAP)[16:]
            yield None, ((box.body + 16, len(data)),), [Packet("xmp", "heif:uuid:XMP", data)]


def _data(source: BinaryIO, extents: tuple[tuple[int, int], ...]) -> bytes:
    """Raises TooLarge. What lies beyond the end is left out."""
    if sum(length for _, length in extents) > METADATA_CAP:
        raise TooLarge(detail=f"HEIF item > {METADATA_CAP} bytes")
    size = size_of(source)
    return b"".join(read_at(source, start, length) for start, length in extents if start < size)


def _plain(item: Item, data: bytes) -> bytes:
    return inflate(data, "HEIF XMP") if item.packed.lower() == b"deflate" else data


def _block(data: bytes) -> int:
    """Where the EXIF block of an item begins: its first number says how far on."""
    at = 4 + int.from_bytes(data[:4], "big")
    return at if at < len(data) else 4


def _labelled(source: BinaryIO, top: list[Box], meta: Meta, packet: bytes) -> list[Edit]:
    if len(packet) > METADATA_CAP:
        raise TooLarge(detail=f"HEIF XMP > {METADATA_CAP} bytes")
    bearers = list(_bearers(source, top, meta))
    own = next((b for b in bearers if b[2] and b[2][0].place == STANDARD_PLACE), None)
    entry = meta.entry(own[0].number) if own and own[0] else None
    box = _own_box(top, meta, entry) if entry else None
    media = _media(top, box, packet)
    edits = _opened(top, media)
    for bearer in bearers:
        if bearer is not own or box is None:
            edits += _without_label(source, bearer)
    if entry is None:
        entry, more = _new_entry(source, meta)
        edits += more
    return _settled(source, top, meta, [*edits, media], entry)


def _own_box(top: list[Box], meta: Meta, entry: Entry) -> Box | None:
    """The media data box that holds this item and nothing else."""
    if entry.method != IN_FILE or not entry.extents or len(entry.extents) != 1:
        return None
    start, length = entry.extents[0]
    box = next((b for b in found(top, b"mdat") if (b.body, b.end) == (start, start + length)), None)
    entries = meta.locations.entries if meta.locations else []
    others = (extent for one in entries if one is not entry for extent in one.extents or ())
    if box is None or any(at < box.end and at + size > box.start for at, size in others):
        return None
    return box


def _media(top: list[Box], box: Box | None, packet: bytes) -> BoxEdit:
    at, end = (box.start, box.end) if box else (top[-1].end, top[-1].end)
    return BoxEdit(at, end, new_box(b"mdat", packet))


def _opened(top: list[Box], media: BoxEdit) -> list[BoxEdit]:
    """A last box that runs to the end of the file, whatever its length, is told its length."""
    last = top[-1]
    if not last.open_ended or media.start != last.end:
        return []
    if last.kind == b"meta":
        raise MalformedFile(detail="HEIF: its meta box does not say how long it is")
    if last.end - last.start > _UINT32_MAX:
        raise TooLarge(detail="HEIF: its last box is over 4 GiB")
    return [BoxEdit(last.start, last.start + 4, struct.pack(">I", last.end - last.start))]


def _new_entry(source: BinaryIO, meta: Meta) -> tuple[Entry, list[BoxEdit]]:
    """A place for a new item in the table of locations, and all that announces it."""
    number = new_item(meta)
    edits = announced(source, meta, number)
    table = meta.locations
    if table is None:
        raise MalformedFile(detail="HEIF: no item locations")
    count = len(table.entries) + 1
    if count >> 8 * table.id_width:
        raise TooLarge(detail="HEIF: too many items")
    at, width = table.count_at, table.id_width
    edits.append(BoxEdit(at, at + width, count.to_bytes(width, "big")))
    return Entry(number, IN_FILE, 0, (), table.end, table.end), edits


def _settled(
    source: BinaryIO, top: list[Box], meta: Meta, edits: list[BoxEdit], entry: Entry
) -> list[Edit]:
    """With the item's entry, every moved position and every grown size. The last of ``edits`` is
    the packet's media data."""
    media, table = edits[-1], meta.locations
    if table is None:
        raise MalformedFile(detail="HEIF: no item locations")
    length = len(media.data) - _HEADER
    room = len(table.entry(entry.number, 0, length))
    hold = BoxEdit(entry.start, entry.end, bytes(room), (meta.box, table.box))
    # First, for what else is inserted at the same byte comes after the table.
    every = moved(source, top, [hold, *edits])
    _check_bases(table, entry, Shift(every))
    every = [edit for edit in every if edit is hold or not _inside(edit, hold)]
    final = table.entry(entry.number, _data_place(media, every), length)
    every[0] = BoxEdit(hold.start, hold.end, final, hold.within)
    return [*every, *resized(every)]


def _inside(edit: BoxEdit, hold: BoxEdit) -> bool:
    """A moved position of the entry that is written anew."""
    return hold.start <= edit.start < edit.end <= hold.end


def _data_place(media: BoxEdit, every: list[BoxEdit]) -> int:
    """Where the packet lies in the end."""
    before = sum(edit.growth for edit in every if edit is not media and edit.end <= media.start)
    return media.start + before + _HEADER


def _check_bases(table: Locations, written: Entry, shift: Shift) -> None:
    """Positions that count from a base move by as much as the base does."""
    for entry in table.entries:
        if entry.method == IN_FILE and entry.base and entry is not written:
            grown = shift(entry.base) - entry.base
            if any(shift(start) - start != grown for start, _ in entry.extents or ()):
                raise MalformedFile(detail=f"HEIF: item {entry.number} counts from far away")


def _without_label(source: BinaryIO, bearer: _Bearer) -> Iterator[BoxEdit]:
    """The bearer's bytes without a label: as many as before, where they were."""
    item, extents, packets = bearer
    old = _data(source, extents)
    if item is not None and item.kind == b"Exif":
        at = _block(old)
        new = old[:at] + exif.without_label(old[at:])
    elif any(xmp.read(packet.data).aigc for packet in packets):
        packed = item is not None and item.packed
        new = bytes(len(old)) if packed else xmp.blanked(old)
    else:
        return
    at = 0
    for start, length in extents:
        if new[at : at + length] != old[at : at + length]:
            yield BoxEdit(start, start + length, new[at : at + length])
        at += length


def _founded(source: BinaryIO, top: list[Box], packet: bytes) -> list[Edit]:
    """A ``meta`` box with one item, for a sequence that has none; before its ``moov``."""
    head = b"\x44\0" + b"\0\1" + b"\0\1" + bytes(2) + b"\0\1"
    entry = new_box(
        b"infe", b"\2\0\0\0", b"\0\1", bytes(2), b"mime\0", b"application/rdf+xml", b"\0"
    )
    fixed = _PICTURE_HANDLER + new_box(b"iinf", bytes(4), b"\0\1", entry)
    size = len(new_box(b"meta", bytes(4), fixed, new_box(b"iloc", bytes(4), head, bytes(8))))
    at = found(top, b"moov")[0].start
    media = _media(top, None, packet)
    hold = BoxEdit(at, at, bytes(size))
    every = moved(source, top, [hold, media, *_opened(top, media)])
    place = struct.pack(">II", _data_place(media, every), len(packet))
    meta = new_box(b"meta", bytes(4), fixed, new_box(b"iloc", bytes(4), head, place))
    every[every.index(hold)] = BoxEdit(at, at, meta)
    return [*every, *resized(every)]
