"""MP3: the label is the ``TXXX`` frame with description ``AIGC`` of the ID3v2 tag.

Source: TC260-PG-202510A; id3.org informal standards 2.2, 2.3, 2.4. The sound, ID3v1 and APE
tags are never touched.
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
    tags_in,
)
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece

_MEDIA_TYPE = "audio/mpeg"
_HEADER = 10
_SYNC = 4
_SEARCHED = 8192
"""Bytes in which two frames must begin; zeros may stand before them."""

_BITRATES = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by (MPEG-1, layer). Source: ISO/IEC 11172-3, 13818-3."""
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Hz by version bits: MPEG-1, MPEG-2, MPEG-2.5."""


class Id3Carrier:
    """Carrier of MPEG audio with ID3v2 tags."""

    name = "mp3"
    media_types = (_MEDIA_TYPE,)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".mp3", ".mp2", ".mpga")

    def sniff(self, head: bytes) -> str | None:
        if head[:3] == b"ID3" and len(head) >= _HEADER:
            return _MEDIA_TYPE if _mpeg_may_follow(head) else None
        return _MEDIA_TYPE if _two_frames(head.lstrip(b"\0")) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        return [
            packet
            for tag in tags_in(source, _size_of(source), strict=False)
            for packet, _ in labels_of(tag)
        ]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = _size_of(source)
        tags = tags_in(source, size, strict=True)
        value = packets["aigc"]
        if not tags or tags[0].start:
            _sound_at(source, 0)
            edits = [Edit(0, 0, new_tag(value))]
            return pieces_of([*edits, *_cleared(tags)], size)
        return pieces_of([*labelled(source, tags[0], value), *_cleared(tags[1:])], size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"id3:TXXX:{FIELD}"


def _size_of(source: BinaryIO) -> int:
    size = source.seek(0, 2)
    if not size:
        raise EmptyFile
    return size


def _cleared(tags: list[Tag]) -> list[Edit]:
    return [edit for tag in tags if labels_of(tag) for edit in cleared(tag)]


def _sound_at(source: BinaryIO, start: int) -> None:
    source.seek(start)
    if not _two_frames(source.read(_SEARCHED).lstrip(b"\0")):
        raise MalformedFile(detail="neither an ID3 tag nor MPEG audio at the start")


def _mpeg_may_follow(head: bytes) -> bool:
    """Not, where another format is seen to begin after the tag (FLAC and AAC may bear one)."""
    size = 0
    for byte in head[6:10]:
        if byte > 0x7F:
            return False
        size = size << 7 | byte
    after = head[_HEADER + size :]
    return after[:4] != b"fLaC" and not (after[:1] == b"\xff" and after[1:2] in {b"\xf1", b"\xf9"})


def _two_frames(head: bytes) -> bool:
    """Do two MPEG audio frames of one kind follow each other here?"""
    length = _frame_length(head[:_SYNC])
    if not length:
        return False
    following = head[length : length + _SYNC]
    if not following:
        return length == len(head)
    same_kind = following[:1] == head[:1] and following[1:2] == head[1:2]
    return same_kind and bool(_frame_length(following))


def _frame_length(header: bytes) -> int:
    """Bytes of the frame that this header begins; 0 if it begins none."""
    if len(header) < _SYNC or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate_at, bits_at = header[2] >> 2 & 3, header[2] >> 4
    if version not in _RATES or layer == 4 or rate_at == 3 or bits_at in {0, 15}:
        return 0
    bits = _BITRATES[version == 3, layer][bits_at - 1] * 1000
    rate, padding = _RATES[version][rate_at], header[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // rate + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // rate + padding


MP3 = Id3Carrier()
