"""MP4, MOV and M4A: the label is the key ``AIGC`` of ``moov.udta.meta``.

Source: TC260-PG-20257A, TC260-PG-202510A. A film's media data is never read: as the
``moov`` box grows, every position written in the file moves along (``bmff_offsets``). Free space
stays as it is: a file that had given some up could not become what it was by another label.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels.carriers.bmff_boxes import (
    Box,
    BoxEdit,
    body_of,
    children,
    found,
    new_box,
    read_at,
    resized,
    size_of,
    walk,
)
from colophon.labels.carriers.bmff_meta import (
    STANDARD,
    KeyTable,
    found_in,
    kept_entries,
    key_tables,
    new_meta,
    packets_of,
    rekeyed,
)
from colophon.labels.carriers.bmff_offsets import moved
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece

_HEADER = 8
_MAX_BRANDS = 256
_MAX_MOVED = 32 * 1024 * 1024
"""Bytes of user data that are moved in front of another box."""

_VIDEO, _QUICKTIME, _AUDIO = "video/mp4", "video/quicktime", "audio/mp4"
_MAJOR = {
    b"qt  ": _QUICKTIME,
    b"M4A ": _AUDIO,
    b"M4B ": _AUDIO,
    b"M4P ": _AUDIO,
    b"F4A ": _AUDIO,
    b"F4B ": _AUDIO,
}
_VIDEO_BRANDS = (
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"),
    *(b"mp41", b"mp42", b"mp71", b"avc1", b"hvc1", b"dash", b"msdh", b"msix", b"cmfc", b"cmf2"),
    *(b"MSNV", b"XAVC", b"F4V ", b"M4V ", b"M4VP", b"M4VH", b"NDSC", b"NDSH", b"iphn", b"mmp4"),
    *(b"isml", b"piff", b"ismv"),
)
_STILL_BRANDS = (
    *(b"mif1", b"mif2", b"msf1", b"miaf", b"1pic", b"heic", b"heix", b"heim", b"heis", b"hevc"),
    *(b"hevx", b"hevm", b"hevs", b"avif", b"avio", b"avis", b"jpeg", b"jpgs", b"j2ki", b"j2is"),
    *(b"vvic", b"vvis", b"jxl ", b"crx ", b"jp2 ", b"jpx ", b"jpm "),
)
"""First brands of pictures and of sequences of them, which are other families."""
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip")


class BmffCarrier:
    """Carrier of the ISO base media family."""

    name = "bmff"
    media_types = (_VIDEO, _QUICKTIME, _AUDIO)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".mp4", ".mov", ".m4a", ".m4v", ".m4b", ".3gp", ".f4v", ".qt")

    def sniff(self, head: bytes) -> str | None:
        if len(head) < 2 * _HEADER:
            return None
        size, kind = struct.unpack_from(">I4s", head)
        if kind != b"ftyp":
            return _QUICKTIME if kind in _OLD_QUICKTIME and _whole_box(head, size) else None
        return _branded([head[at : at + 4] for at in range(_HEADER, min(size, _MAX_BRANDS), 4)])

    def read(self, source: BinaryIO) -> list[Packet]:
        size = size_of(source)
        top = list(walk(source, 0, size))
        if not found(top, b"moov") and (not top or top[-1].end < size):
            raise TruncatedFile(detail="no moov box before the end")
        packets = [label.packet for label in found_in(source, top)]
        for table, place in key_tables(source, top):
            packets += packets_of(source, table, place)
        return packets

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = size_of(source)
        top = list(walk(source, 0, size, strict=True))
        moovs = found(top, b"moov")
        if not moovs:
            raise MalformedFile(detail="no moov box")
        _check_moov(source, moovs[0])
        edits = _labelled(source, top, packets["aigc"])
        edits = moved(source, top, edits)
        return pieces_of([*edits, *resized(edits)], size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"bmff:{STANDARD}:{FIELD}"


def _whole_box(head: bytes, size: int) -> bool:
    """Is a file without ``ftyp`` really made of boxes? A second header must look like one, or
    the first box be larger than what was read."""
    if head[:4].isascii() and head[:4].decode("ascii").isprintable():
        return False
    if size == 1:
        return len(head) >= 2 * _HEADER and head[_HEADER : _HEADER + 3] == bytes(3)
    if size < _HEADER:
        return size == 0 and head[4:8] == b"mdat"
    follower = head[size + 4 : size + 8]
    return len(head) <= size or not follower or follower.isalnum()


def _branded(brands: list[bytes]) -> str | None:
    """``brands``: the major one, the minor version, then the compatible ones."""
    if not brands or brands[0] in _STILL_BRANDS:
        return None
    if brands[0] in _MAJOR:
        return _MAJOR[brands[0]]
    every = [brands[0], *brands[2:]]
    if any(brand in _VIDEO_BRANDS or brand[:2] == b"3g" for brand in every):
        return _VIDEO
    return _QUICKTIME if b"qt  " in every else None


def _check_moov(source: BinaryIO, moov: Box) -> None:
    """A moov box that is not filled with boxes to its end would hide what is added to it."""
    inner = children(source, moov)
    if found(inner, b"cmov"):
        raise MalformedFile(detail="its moov box is compressed")
    end = _filled(source, moov)
    if any(read_at(source, end, min(_HEADER, moov.end - end))):
        raise MalformedFile(detail="its moov box is damaged")


def _labelled(source: BinaryIO, top: list[Box], value: bytes) -> list[BoxEdit]:
    """The edits that leave one label in its standard place."""
    edits = [edit for stale in found_in(source, top) for edit in stale.removal]
    placed, beside = False, None
    for table, place in key_tables(source, top):
        standard = place == STANDARD and not placed
        if standard or table.labels:
            edits += rekeyed(table, value if standard else None)
        if place == "moov.meta":
            beside = beside or table
        placed |= standard
    if placed:
        return edits
    moov = found(top, b"moov")[0]
    if beside is None:
        return [*edits, _added(source, moov, new_meta(value))]
    return _added_before(source, moov, beside, new_meta(value, kept_entries(beside)), edits)


def _added(source: BinaryIO, moov: Box, meta: bytes) -> BoxEdit:
    """A new ``meta`` after everything else in the user data: readers take an iTunes list from
    the first one."""
    udtas = found(children(source, moov), b"udta")
    if not udtas:
        at = _filled(source, moov)
        return BoxEdit(at, at, new_box(b"udta", meta), (moov,))
    at = _filled(source, udtas[0])
    return BoxEdit(at, at, meta, (moov, udtas[0]))


def _added_before(
    source: BinaryIO, moov: Box, table: KeyTable, meta: bytes, edits: list[BoxEdit]
) -> list[BoxEdit]:
    """The same, with the user data in front of another key table of the film."""
    other = table.meta[-1]
    udtas = found(children(source, moov), b"udta")
    if not udtas:
        return [*edits, BoxEdit(other.start, other.start, new_box(b"udta", meta), (moov,))]
    if udtas[0].start < other.start:
        return [*edits, _added(source, moov, meta)]
    udta = udtas[0]
    inside = [edit for edit in edits if udta.start <= edit.start and edit.end <= udta.end]
    own = [*inside, _added(source, moov, meta)]
    own += [edit for edit in resized(own) if edit.start >= udta.start]
    local = [Edit(edit.start - udta.start, edit.end - udta.start, edit.data) for edit in own]
    head = read_at(source, udta.start, udta.body - udta.start)
    data = applied(head + body_of(source, udta, _MAX_MOVED), local)
    return [
        *(edit for edit in edits if edit not in inside),
        BoxEdit(other.start, other.start, data, (moov,)),
        BoxEdit(udta.start, udta.end, b"", (moov,)),
    ]


def _filled(source: BinaryIO, box: Box) -> int:
    """Where the boxes inside end; a terminator may follow."""
    inner = children(source, box)
    return inner[-1].end if inner else box.body


BMFF = BmffCarrier()
