"""Raw AAC (ADTS): the label is the ``TXXX`` frame ``AIGC`` of the ID3v2 tag in front, as in MP3.

Source: TC260-PG-202510A; ISO/IEC 13818-7 6.2 (ADTS). The sound is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.id3_tag import (
    Tag,
    cleared,
    labelled,
    labels_of,
    new_tag,
    synchsafe,
    tags_in,
)
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import size_of

_MEDIA_TYPE = "audio/aac"
_ID3_HEAD = 10
_FRAME_HEAD = 7
_LONGEST_FRAME = 0x1FFF
_RATES = 13
"""Sampling frequencies the index may name."""


class Aac:
    """Carrier of ADTS streams; see ``Carrier``."""

    name = "aac"
    media_types: tuple[str, ...] = (_MEDIA_TYPE, "audio/x-aac", "audio/aacp")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        if head[:3] == b"ID3" and len(head) >= _ID3_HEAD:
            after = head[_ID3_HEAD + synchsafe(head[6:_ID3_HEAD]) :]
            # Behind a tag that is longer than the head, only the name could tell.
            known = not after or _two_frames(after.lstrip(b"\0"))
            return _MEDIA_TYPE if known else None
        return _MEDIA_TYPE if head[:4] == b"ADIF" or _two_frames(head.lstrip(b"\0")) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        size = _checked_size(source)
        tags = tags_in(source, size, strict=False)
        return [packet for tag in tags for packet, _ in labels_of(tag)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = _checked_size(source)
        tags = tags_in(source, size, strict=True)
        leading = [tag for tag in tags if _leads(tag, tags)]
        _sound_at(source, leading[-1].end if leading else 0)
        if not leading:
            return pieces_of([Edit(0, 0, new_tag(packets["aigc"])), *_cleared(tags)], size)
        edits = labelled(source, tags[0], packets["aigc"])
        return pieces_of([*edits, *_cleared(tags[1:])], size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"id3:TXXX:{FIELD}"


AAC = Aac()


def _checked_size(source: BinaryIO) -> int:
    size = size_of(source)
    if not size:
        raise EmptyFile
    source.seek(0)
    if source.read(4) == b"ADIF":
        raise MalformedFile(detail="AAC of the form ADIF has no place for tags; ADTS has")
    return size


def _leads(tag: Tag, tags: list[Tag]) -> bool:
    """Whether only tags stand before this one."""
    return tag.start == sum(other.end - other.start for other in tags if other.end <= tag.start)


def _cleared(tags: list[Tag]) -> list[Edit]:
    return [edit for tag in tags if labels_of(tag) for edit in cleared(tag)]


def _sound_at(source: BinaryIO, start: int) -> None:
    source.seek(start)
    if not _two_frames(source.read(2 * _LONGEST_FRAME).lstrip(b"\0")):
        raise MalformedFile(detail="no AAC frames at the start")


def _two_frames(data: bytes) -> bool:
    """Do two ADTS frames of one kind follow each other here, or does one fill all there is?"""
    length = _frame_length(data[:_FRAME_HEAD])
    if not length:
        return False
    following = data[length : length + _FRAME_HEAD]
    if not following:
        return len(data) <= length
    same_kind = following[:2] == data[:2] and following[2:3] == data[2:3]
    return same_kind and (len(following) < _FRAME_HEAD or bool(_frame_length(following)))


def _frame_length(header: bytes) -> int:
    """Bytes of the frame that this header begins; 0 if it begins none."""
    if len(header) < _FRAME_HEAD or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    if header[2] >> 2 & 0xF >= _RATES:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > _FRAME_HEAD else 0
