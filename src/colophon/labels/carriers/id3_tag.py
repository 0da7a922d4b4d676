"""ID3v2 tags: walking the frames, and exchanging one with every other kept as it is.

Source: id3.org, "ID3 tag version 2.3.0" and "2.4.0 - Main Structure", "id3v2-00" (2.2).
"""

from __future__ import annotations

import bisect
import io
import re
import struct
import zlib
from array import array
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.edits import Edit, applied
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet

_HEADER = 10
_MAX_TAG = 64 * 1024 * 1024
_MAX_VALUE = 8 * 1024 * 1024
_MAX_GUARDED = 2_000_000
_MAX_TAGS, _MAX_FRAMES = 16, 50_000
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_SYNCHSAFE_MAX = 1 << 28
_TERMINATORS = {0: b"\0", 1: b"\0\0", 2: b"\0\0", 3: b"\0"}
_CODECS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_LATIN1, _UTF8 = 0, 3
_V22, _V23, _V24 = 2, 3, 4
_PADDING = 32
"""Bytes after the frames of a tag that has to grow; some readers want a few to end on."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; positions count within the tag's decoded body."""

    kind: str
    start: int
    body: int
    end: int
    flags: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of the file; ``data`` is its body without header, footer and (before 2.4)
    unsynchronisation."""

    start: int
    end: int
    version: int
    flags: int
    data: bytes
    frames: tuple[Frame, ...]
    frames_at: int
    guarded: array[int]
    """Where in ``data`` a byte stands that has an unsynchronising zero after it in the file."""
    plain_sizes: bool
    """Sizes of a 2.4 tag written without the 7-bit coding, as iTunes once did."""

    @property
    def recoded(self) -> bool:
        """Is the body in the file another than ``data``?"""
        return self.version < _V24 and bool(self.flags & _UNSYNCHRONISED)

    @property
    def frames_end(self) -> int:
        return self.frames[-1].end if self.frames else self.frames_at


def tags_in(source: BinaryIO, size: int, *, strict: bool) -> list[Tag]:
    """The tags at the start of the file and one at its end, in order. Without ``strict`` what
    cannot be walked is left out."""
    tags: list[Tag] = []
    at = 0
    while len(tags) < _MAX_TAGS:
        tag = _tag_at(source, at, size, strict=strict)
        if tag is None:
            break
        tags.append(tag)
        at = tag.end
    appended = _appended(source, at, size)
    tag = None if appended is None else _tag_at(source, appended, size, strict=False)
    return [*tags, tag] if tag else tags


def _appended(source: BinaryIO, at: int, size: int) -> int | None:
    """Start of a tag whose footer ends the file or stands before ID3v1."""
    for end in (size, size - 128):
        if end - _HEADER < at:
            continue
        source.seek(end - _HEADER)
        footer = source.read(_HEADER)
        if footer[:3] == b"3DI":
            start = end - 2 * _HEADER - synchsafe(footer[6:])
            return start if start >= at else None
    return None


def _tag_at(source: BinaryIO, start: int, size: int, *, strict: bool) -> Tag | None:
    source.seek(start)
    header = source.read(_HEADER)
    if header[:3] != b"ID3":
        return None
    if len(header) < _HEADER:
        raise TruncatedFile(detail="within the ID3 tag")
    version, flags, length = header[3], header[5], synchsafe(header[6:])
    footer = _HEADER if version == _V24 and flags & _FOOTER else 0
    end = start + _HEADER + length + footer
    if length > _MAX_TAG:
        raise TooLarge(detail=f"an ID3 tag of over {_MAX_TAG} bytes")
    if end > size:
        raise TruncatedFile(detail="within the ID3 tag")
    readable = version in {_V23, _V24} or (version == _V22 and not flags & _EXTENDED)
    if strict and not readable:
        raise MalformedFile(detail=f"an ID3 tag of the unknown version 2.{version}")
    data = source.read(length) if readable else b""
    guarded = array("I")
    if version < _V24 and flags & _UNSYNCHRONISED:
        if data.count(b"\xff\0") > _MAX_GUARDED:
            raise TooLarge(detail=f"an ID3 tag with over {_MAX_GUARDED} unsynchronised bytes")
        marks = re.finditer(rb"\xff\0", data)
        guarded.extend(mark.start() - before for before, mark in enumerate(marks))
        data = data.replace(b"\xff\0", b"\xff")
    return _walked((start, end), version, flags, data, guarded)


def _walked(
    span: tuple[int, int], version: int, flags: int, data: bytes, guarded: array[int]
) -> Tag:
    at = _after_extended_header(version, flags, data)
    frames, clean = _frames(data, at, version, plain=version != _V24)
    plain = False
    if version == _V24 and not clean:
        others, plain = _frames(data, at, version, plain=True)
        frames = others if plain else frames
    return Tag(*span, version, flags, data, tuple(frames), at, guarded, plain)


def _after_extended_header(version: int, flags: int, data: bytes) -> int:
    if version == _V22 or not flags & _EXTENDED or len(data) < 4:
        return 0
    if version == _V23:
        return min(4 + int(struct.unpack_from(">I", data)[0]), len(data))
    return min(synchsafe(data[:4]), len(data))


def _frames(data: bytes, at: int, version: int, *, plain: bool) -> tuple[list[Frame], bool]:
    """The frames from ``at``, and whether they lead cleanly to the padding or the end."""
    head, letters = (6, 3) if version == _V22 else (10, 4)
    frames: list[Frame] = []
    while at + head <= len(data) and data[at]:
        kind = data[at : at + letters]
        sized = data[at + letters : at + 2 * letters]
        length = int.from_bytes(sized, "big") if plain else synchsafe(sized)
        body = at + head
        named = kind.isalnum() and kind.upper() == kind
        if not named or body + length > len(data) or len(frames) >= _MAX_FRAMES:
            return frames, False
        flags = 0 if version == _V22 else int.from_bytes(data[at + 8 : body], "big")
        frames.append(Frame(kind.decode("ascii"), at, body, body + length, flags))
        at = body + length
    return frames, data.count(0, at) == len(data) - at


def labels_of(tag: Tag) -> list[tuple[Packet, Frame]]:
    """The tag's labels and XMP packets, each with its frame."""
    labels: list[tuple[Packet, Frame]] = []
    for frame in tag.frames:
        body = _content(tag, frame)
        if body is None:
            continue
        if frame.kind == "PRIV" and body.startswith(b"XMP\0"):
            labels.append((Packet("xmp", "id3:PRIV:XMP", body[4:]), frame))
            continue
        name, value = _named_text(frame.kind, body)
        if holds_label(name, value):
            kind = {"TXX": "TXXX", "COM": "COMM"}.get(frame.kind, frame.kind)
            labels.append((Packet("aigc", f"id3:{kind}:{name}", value.encode()), frame))
    return labels


def _content(tag: Tag, frame: Frame) -> bytes | None:
    """A text frame's body, decoded; None for other kinds, and where it is encrypted."""
    if frame.kind not in {"TXXX", "TXX", "COMM", "COM", "PRIV"}:
        return None
    body = tag.data[frame.body : min(frame.end, frame.body + _MAX_VALUE)]
    if tag.version == _V24:
        body = body[1:] if frame.flags & 0x40 else body
        body = body[4:] if frame.flags & 0x01 else body
        unsynchronised = frame.flags & 0x02 or tag.flags & _UNSYNCHRONISED
        body = body.replace(b"\xff\0", b"\xff") if unsynchronised else body
        return _inflated(body, packed=frame.flags & 0x08, encrypted=frame.flags & 0x04)
    if frame.flags & 0x20:
        body = body[:4] + body[5:] if frame.flags & 0x80 else body[1:]
    body = body[4:] if frame.flags & 0x80 else body
    return _inflated(body, packed=frame.flags & 0x80, encrypted=frame.flags & 0x40)


def _inflated(body: bytes, *, packed: int, encrypted: int) -> bytes | None:
    if encrypted:
        return None
    if not packed:
        return body
    try:
        return zlib.decompressobj().decompress(body, _MAX_VALUE)
    except zlib.error:
        return None


def _named_text(kind: str, body: bytes) -> tuple[str, str]:
    """Description and first value of a user text or comment frame."""
    if not body or body[0] not in _CODECS:
        return "", ""
    code, rest = body[0], body[4:] if kind.startswith("COM") else body[1:]
    end = _terminator(rest, code)
    value = rest[end + len(_TERMINATORS[code]) :]
    value = value[: _terminator(value, code)]
    codec = _CODECS[code]
    return rest[:end].decode(codec, "replace"), value.decode(codec, "replace")


def _terminator(text: bytes, code: int) -> int:
    mark = _TERMINATORS[code]
    at = text.find(mark)
    while at >= 0 and at % len(mark):
        at = text.find(mark, at + 1)
    return at if at >= 0 else len(text)


def new_tag(value: bytes) -> bytes:
    """A whole 2.4 tag with nothing but the label."""
    frame = _label_frame(_V24, value, plain=False)
    return b"ID3\4\0\0" + _to_synchsafe(len(frame) + _PADDING) + frame + bytes(_PADDING)


def _label_frame(version: int, value: bytes, *, plain: bool) -> bytes:
    """The label's frame; ASCII all through, so that no unsynchronisation touches it."""
    code = _UTF8 if version == _V24 else _LATIN1
    body = bytes([code]) + FIELD.encode() + b"\0" + value
    if version == _V22:
        return b"TXX" + len(body).to_bytes(3, "big") + body
    safe = version == _V24 and not plain
    size = _to_synchsafe(len(body)) if safe else struct.pack(">I", len(body))
    return b"TXXX" + size + b"\0\0" + body


def labelled(source: BinaryIO, tag: Tag, value: bytes) -> list[Edit]:
    """The edits of the file after which the tag holds ``value`` as its only label.

    The padding does not depend on the value, so that the old value brings the old bytes back.
    Raises MalformedFile for a tag so damaged that the label would not be found in it.
    """
    edits = _rewritten(tag, value)
    source.seek(tag.start)
    moved = [Edit(edit.start - tag.start, edit.end - tag.start, edit.data) for edit in edits]
    data = applied(source.read(tag.end - tag.start), moved)
    after = tags_in(io.BytesIO(data), len(data), strict=False)
    found = [packet.data for one in after for packet, _ in labels_of(one) if packet.form == "aigc"]
    if found != [value]:
        raise MalformedFile(detail="a damaged ID3 tag")
    return edits


def cleared(tag: Tag) -> list[Edit]:
    """The edits after which the tag holds no label; padding takes up the room."""
    return _rewritten(tag, None)


def _rewritten(tag: Tag, value: bytes | None) -> list[Edit]:
    edits = _frame_edits(tag, value)
    growth = sum(edit.growth for edit in edits)
    padding = _padding(tag, growth) if value is None else _steady_padding(tag)
    if padding != len(tag.data) - tag.frames_end:
        edits.append(Edit(tag.frames_end, len(tag.data), bytes(padding)))
    data = applied(tag.data, edits)
    extended = _extended_header(tag, data, len(data) - padding, padding)
    if extended != data[: tag.frames_at]:
        edits.append(Edit(0, tag.frames_at, extended))
    stored = _as_stored(tag, edits)
    length = _stored(tag) + sum(edit.growth for edit in stored)
    return [*_size_edits(tag, length), *stored]


def _as_stored(tag: Tag, edits: list[Edit]) -> list[Edit]:
    """Edits of the body as edits of the file: behind the header, and where the body lies
    unsynchronised, around the bytes put in for that, every kept one of which stays."""
    offset = tag.start + _HEADER
    if not tag.recoded:
        return [Edit(offset + edit.start, offset + edit.end, edit.data) for edit in edits]

    def place(at: int) -> int:
        return offset + at + bisect.bisect_left(tag.guarded, at)

    return [Edit(place(edit.start), place(edit.end), _unsynchronised(edit.data)) for edit in edits]


def _frame_edits(tag: Tag, value: bytes | None) -> list[Edit]:
    new = b"" if value is None else _label_frame(tag.version, value, plain=tag.plain_sizes)
    edits: list[Edit] = []
    for packet, frame in labels_of(tag):
        if packet.form == "xmp":
            old = tag.data[frame.body : frame.end]
            if (blank := xmp.blanked(old)) != old:
                edits.append(Edit(frame.body, frame.end, blank))
            continue
        edits.append(Edit(frame.start, frame.end, new))
        new = b""
    if new:
        edits.append(Edit(tag.frames_end, tag.frames_end, new))
    return edits


def _padding(tag: Tag, growth: int) -> int:
    if _has_footer(tag):
        return 0
    left = len(tag.data) - tag.frames_end - growth
    return left if left >= 0 else _PADDING


def _steady_padding(tag: Tag) -> int:
    """As it is, but enough to end on; what is not padding at all stays."""
    rest = tag.data[tag.frames_end :]
    if _has_footer(tag) or rest.strip(b"\0"):
        return len(rest)
    return max(len(rest), _PADDING)


def _has_footer(tag: Tag) -> bool:
    return tag.version == _V24 and bool(tag.flags & _FOOTER)


def _stored(tag: Tag) -> int:
    """Bytes of the body as it lies in the file."""
    return tag.end - tag.start - _HEADER - (_HEADER if _has_footer(tag) else 0)


def _size_edits(tag: Tag, length: int) -> list[Edit]:
    if length == _stored(tag):
        return []
    if length >= _SYNCHSAFE_MAX:
        raise TooLarge(detail="the ID3 tag would pass 256 MiB")
    size = _to_synchsafe(length)
    edits = [Edit(tag.start + 6, tag.start + _HEADER, size)]
    if _has_footer(tag):
        edits.append(Edit(tag.end - 4, tag.end, size))
    return edits


def _extended_header(tag: Tag, data: bytes, frames_end: int, padding: int) -> bytes:
    """The extended header, with its padding size and checksum brought up to date."""
    head = bytearray(data[: tag.frames_at])
    if tag.version == _V23 and len(head) >= 10:
        struct.pack_into(">I", head, 6, padding)
        if head[4] & 0x80 and len(head) >= 14:
            struct.pack_into(">I", head, 10, zlib.crc32(data[tag.frames_at : frames_end]))
    elif tag.version == _V24 and len(head) >= 12 and head[5] & 0x20:
        at = 6 + (1 if head[5] & 0x40 else 0)
        checksum = zlib.crc32(data[tag.frames_at :])
        if head[at] == 5 and at + 6 <= len(head):
            head[at + 1 : at + 6] = bytes(checksum >> bits & 0x7F for bits in (28, 21, 14, 7, 0))
    return bytes(head)


def _unsynchronised(data: bytes) -> bytes:
    """``FF`` before ``00`` or ``E0`` to ``FF``, and at the end, gets a ``00`` after it."""
    parts = data.split(b"\xff")
    out = [parts[0]]
    for part in parts[1:]:
        guarded = not part or part[0] == 0 or part[0] >= 0xE0
        out.append((b"\xff\0" if guarded else b"\xff") + part)
    return b"".join(out)


def synchsafe(size: bytes) -> int:
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value


def _to_synchsafe(value: int) -> bytes:
    return bytes(value >> bits & 0x7F for bits in (21, 14, 7, 0))
