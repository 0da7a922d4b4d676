"""Wavefront OBJ: the label is a last line ``# AIGC: {json}``.

Source: no guide names a place for OBJ; a comment is the format's own way to say such things.
Files of any size: comments are looked for throughout, a part at a time. Materials lie in files
of their own (MTL), which are not touched.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TooLarge
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import size_of

_STANDARD = "obj:comment:last-line"
_OTHER = "obj:comment"
_PART = 1 << 20
_LONGEST = 64 * 1024
"""Bytes of a comment that is looked at; also how far parts overlap."""
_MOST_TOLD, _MOST_CLEARED = 64, 10_000
"""Labels of one file that are read, and that writing takes out."""
_COMMENT = re.compile(
    rb"(?:\A|(?<=[\r\n]))[ \t]*+#++[ \t]*+([\w.-]*+)[ \t]*+[:=]?[ \t]*+(\{[^\r\n]*+)(\r\n|\n|\r|\Z)"
)
_NEWLINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class _Label:
    """A comment's line; ``end`` is behind its newline, if it has one."""

    start: int
    end: int
    value: bytes
    name: str
    newline: bytes


class ObjCarrier:
    """Carrier of Wavefront OBJ."""

    name = "obj"
    media_types: tuple[str, ...] = ("model/obj",)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".obj",)

    def sniff(self, head: bytes) -> str | None:
        """Any text: the name decides, this only rules out what is none (such as object code)."""
        return self.media_types[0] if head and b"\0" not in head else None

    def read(self, source: BinaryIO) -> list[Packet]:
        size = _checked(source)
        labels = _labels(source, size)
        told = list(islice(labels, _MOST_TOLD))
        told += deque(labels, maxlen=1)  # the last line's, where there are more
        return [Packet("aigc", _place(one, size), one.value) for one in told]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = _checked(source)
        edits: list[Edit] = []
        line = f"# {FIELD}: ".encode() + packets["aigc"]
        if len(line) > _LONGEST:
            raise TooLarge(detail=f"a comment of over {_LONGEST} bytes")
        for one in _labels(source, size):
            if len(edits) == _MOST_CLEARED:
                raise TooLarge(detail=f"over {_MOST_CLEARED} labels")
            if _place(one, size) == _STANDARD:
                edits.append(Edit(one.start, one.end, line + one.newline))
            else:
                edits.append(Edit(one.start, one.end, b""))
        if not any(edit.data for edit in edits):
            edits.append(Edit(size, size, _last_line(source, size, line)))
        return pieces_of(edits, size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _checked(source: BinaryIO) -> int:
    """The size. Raises EmptyFile, MalformedFile."""
    size = size_of(source)
    source.seek(0)
    head = source.read(4096)
    if not head:
        raise EmptyFile
    if b"\0" in head:
        raise MalformedFile(detail="NUL bytes in a text")
    return size


def _place(label: _Label, size: int) -> str:
    return _STANDARD if label.end == size and label.name == FIELD else _OTHER


def _labels(source: BinaryIO, size: int) -> Iterator[_Label]:
    at = 0
    while at < size:
        source.seek(at)
        part = source.read(_PART + _LONGEST)
        last = at + len(part) >= size
        # Lines that begin behind this belong to the next part.
        own = len(part) if last else _line_start(part, min(_PART, len(part)))
        yield from _in_part(part, own, at, ended=last)
        at += own if own > 0 else len(part)


def _line_start(part: bytes, near: int) -> int:
    return max(part.rfind(b"\n", 0, near), part.rfind(b"\r", 0, near)) + 1


def _in_part(part: bytes, own: int, at: int, *, ended: bool) -> Iterator[_Label]:
    if b"{" not in part:
        return
    for match in _COMMENT.finditer(part, 0):
        if match.start() >= own or (not match[3] and not ended):
            return
        name, value = match[1].decode("latin-1"), match[2]
        if len(value) <= _LONGEST and holds_label(name, value.decode("latin-1")):
            start, end = at + match.start(), at + match.end()
            yield _Label(start, end, value.rstrip(b" \t"), name, match[3])


def _last_line(source: BinaryIO, size: int, line: bytes) -> bytes:
    """The line as it comes behind the rest: with a newline if the rest ends with one, else
    behind one. A line that says it goes on (``\\``) gets an empty one to go on to."""
    source.seek(max(0, size - 4096))
    tail = source.read()
    newline = (_NEWLINE.findall(tail) or [b"\n"])[-1]
    ended = tail.endswith((b"\n", b"\r"))
    goes_on = tail.rstrip(b" \t\r\n").endswith(b"\\")
    gap = newline if goes_on else b""
    written: bytes = gap + line + newline if ended else gap + newline + line
    return written


OBJ = ObjCarrier()
