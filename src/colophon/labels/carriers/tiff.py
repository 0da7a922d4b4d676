"""TIFF, BigTIFF and DNG: the label in XMP, in tag 700 of the first directory.

Nothing that is in the file moves, for maker notes and unknown tags may point anywhere: the
packet goes to the end, and with it, where the tag is new, a new first directory.

Source: TC260-PG-20259A (tag 0x02BC; Annex B: EXIF UserComment); Adobe XMP part 3, 1.1.9.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import InputError, TooLarge
from colophon.labels import xmp
from colophon.labels.carriers import exif
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, within_cap
from colophon.labels.carriers.tiff_file import Directory, Form, Tag, TiffFile, form_of, opened

STANDARD_PLACE = "tiff:IFD0:XMP"

_XMP, _COMMENT, _DESCRIPTION, _DNG_VERSION = 0x02BC, 0x9286, 0x010E, 0xC612
_BYTE, _UNDEFINED = 1, 7
_TEXT_TYPES = {_BYTE, 2, _UNDEFINED}
_RAW_MARK = slice(8, 10)
"""Where Canon's raw files, which are another family, say that they are."""
_MAX_BEARERS = 1_000
_COMMENT_CAP = 1 << 20
_ALONE, _SHORTEST = 26, 8
"""Where a comment begins in an EXIF block of its own, and the least length it has there."""


@dataclass(frozen=True, slots=True)
class _Bearer:
    """A tag whose value may hold a label."""

    tag: Tag
    data: bytes
    packet: Packet


class Tiff:
    """The TIFF family; see ``Carrier``."""

    name = "tiff"
    media_types: tuple[str, ...] = ("image/tiff", "image/x-adobe-dng")
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        form = form_of(head)
        if form is None or head[_RAW_MARK] == b"CR":
            return None
        return "image/x-adobe-dng" if _has_tag(head, form, _DNG_VERSION) else "image/tiff"

    def read(self, source: BinaryIO) -> list[Packet]:
        file, packets = opened(source), list[Packet]()
        try:
            for bearer in _bearers(file, file.directories()):
                packets.append(bearer.packet)
        except InputError:
            if not packets:
                raise
        return within_cap(packets, "TIFF")

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        packet = packets["xmp"]
        file = opened(source)
        if not file.form.word < len(packet) <= METADATA_CAP:
            raise TooLarge(detail=f"TIFF XMP: {len(packet)} of {METADATA_CAP} bytes")
        directories = list(file.directories())
        for directory in directories:
            file.check_whole(directory)
        bearers = list(_bearers(file, directories))
        old = next((b for b in bearers if b.packet.place == STANDARD_PLACE), None)
        edits = [edit for b in bearers for edit in _without_label(b, file)]
        if old is not None and _at_end(old.tag, file):
            # What is written over need not be blanked first.
            edits = [edit for edit in edits if edit.start < old.tag.start]
        edits += _packet_edits(file, directories[0], old.tag if old else None, packet)
        return pieces_of(edits, file.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


TIFF = Tiff()


def _has_tag(head: bytes, form: Form, number: int) -> bool:
    """Whether the first directory has a tag, as far as the first bytes of the file tell: also
    the one right after the header, which a new one at the end of the file replaced."""
    named = form.number(head[form.first : form.first + form.word])
    return any(number in _numbers(head, form, at) for at in (named, form.first + form.word))


def _numbers(head: bytes, form: Form, at: int) -> set[int]:
    start = at + form.count
    count = form.number(head[at:start]) if start <= len(head) else 0
    last = min(start + count * form.entry, len(head) - 2)
    places = range(start, last, form.entry)
    return {struct.unpack_from(form.order + "H", head, place)[0] for place in places}


def _bearers(
    file: TiffFile, directories: Iterator[Directory] | list[Directory]
) -> Iterator[_Bearer]:
    count = 0
    placed = False
    for directory in directories:
        for tag in directory.tags:
            if tag.kind not in _TEXT_TYPES:
                continue
            for bearer in _borne(file, directory, tag, first=not placed):
                placed |= bearer.packet.place == STANDARD_PLACE
                count += 1
                if count > _MAX_BEARERS:
                    raise TooLarge(detail=f"TIFF > {_MAX_BEARERS} labels")
                yield bearer


def _borne(file: TiffFile, directory: Directory, tag: Tag, *, first: bool) -> Iterator[_Bearer]:
    if tag.number == _XMP:
        data = file.value(tag)
        own = first and directory.page == 0
        place = STANDARD_PLACE if own else f"tiff:{_name(directory)}:XMP"
        if own or b"AIGC" in data.replace(b"\0", b""):
            yield _Bearer(tag, data, Packet("xmp", place, data))
    elif tag.number == _COMMENT and tag.size <= _COMMENT_CAP:
        data = file.value(tag)
        for comment in exif.label_comments(_block(file.form, data)):
            text = comment.text.encode()
            yield _Bearer(tag, data, Packet("aigc", "tiff:EXIF:UserComment", text))
    elif tag.number == _DESCRIPTION and tag.size <= _COMMENT_CAP:
        data = file.value(tag)
        if looks_like_label(data.decode("latin-1")):
            place = f"tiff:{_name(directory)}:ImageDescription"
            yield _Bearer(tag, data, Packet("aigc", place, data.rstrip(b"\0")))


def _name(directory: Directory) -> str:
    return f"IFD{directory.page}" if directory.page is not None else f"SubIFD@{directory.at}"


def _block(form: Form, comment: bytes) -> bytes:
    """A comment alone in an EXIF block, for those who read such."""
    mark = b"II*\0" if form.order == "<" else b"MM\0*"
    entry = (8, 1, _COMMENT, _UNDEFINED, max(len(comment), _SHORTEST), _ALONE, 0)
    return mark + struct.pack(f"{form.order}IHHHIII", *entry) + comment.ljust(_SHORTEST, b"\0")


def _without_label(bearer: _Bearer, file: TiffFile) -> Iterator[Edit]:
    """A value without its label: as long as it was, where it was."""
    old = bearer.data
    if bearer.tag.number == _XMP:
        new = xmp.blanked(old) if xmp.read(old).aigc else old
    elif bearer.tag.number == _COMMENT:
        clean = exif.without_label(_block(file.form, old))
        new = clean[_ALONE : _ALONE + len(old)]
    else:
        new = bytes(len(old))
    if new != old:
        yield Edit(bearer.tag.start, bearer.tag.start + len(old), new)


def _at_end(tag: Tag, file: TiffFile) -> bool:
    return tag.size > file.form.word and tag.start + tag.size == file.size


def _packet_edits(
    file: TiffFile, directory: Directory, old: Tag | None, packet: bytes
) -> Iterator[Edit]:
    """The packet in the place of one at the end of the file, else after all else."""
    form, size = file.form, file.size
    if old is None:
        yield from _new_directory(file, directory, packet)
        return
    kind = old.kind if old.kind in {_BYTE, _UNDEFINED} else _BYTE
    if _at_end(old, file):
        yield Edit(old.start, size, packet)
        yield Edit(old.at, old.at + form.entry, _entry(form, kind, len(packet), old.start))
        return
    pad = bytes(size % 2)
    yield Edit(size, size, pad + packet)
    yield Edit(old.at, old.at + form.entry, _entry(form, kind, len(packet), size + len(pad)))


def _new_directory(file: TiffFile, directory: Directory, packet: bytes) -> Iterator[Edit]:
    """A copy of the first directory with the tag, and the packet, at the end of the file."""
    form, size = file.form, file.size
    pad = bytes(-size % form.word)
    at = size + len(pad)
    entries = [file.read(tag.at, form.entry) for tag in directory.tags]
    length = form.count + (len(entries) + 1) * form.entry + form.word
    place = sum(tag.number < _XMP for tag in directory.tags)
    entries.insert(place, _entry(form, _BYTE, len(packet), at + length))
    table = form.bytes_of(len(entries), form.count) + b"".join(entries)
    table += form.bytes_of(directory.following, form.word)
    yield Edit(size, size, pad + table + packet)
    yield Edit(form.first, form.first + form.word, form.bytes_of(at, form.word))


def _entry(form: Form, kind: int, length: int, at: int) -> bytes:
    head = struct.pack(form.order + "HH", _XMP, kind)
    return head + form.bytes_of(length, form.word) + form.bytes_of(at, form.word)
