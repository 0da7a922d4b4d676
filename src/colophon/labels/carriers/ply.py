"""PLY: the label is the header line ``comment AIGC {json}``, behind the format line.

Source: no guide names a place for PLY; comments are the format's own way to say such things.
What follows the header (corners and faces, as words or as bytes) is only ever kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import size_of

_STANDARD = f"ply:comment:{FIELD}"
_LONGEST_HEADER = 1 << 20
_MAGIC = re.compile(rb"ply[ \t]*(\r\n|\n|\r)")
_NEWLINE = re.compile(rb"\r\n|\n|\r")
_FORMAT = re.compile(rb"format[ \t]+(?:ascii|binary_(?:little|big)_endian)[ \t]")
_NOTE = re.compile(rb"(comment|obj_info)[ \t]++([\w.-]*+)[ \t]*+[:=]?[ \t]*+(\{.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Label:
    start: int
    end: int
    place: str
    value: bytes


@dataclass(frozen=True, slots=True)
class _Header:
    """``behind_format``: where the line after the format line begins."""

    newline: bytes
    behind_format: int
    labels: tuple[_Label, ...]


class PlyCarrier:
    """Carrier of PLY, in words and in bytes."""

    name = "ply"
    media_types: tuple[str, ...] = ("model/ply",)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".ply",)

    def sniff(self, head: bytes) -> str | None:
        return self.media_types[0] if _MAGIC.match(head) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        return [Packet("aigc", one.place, one.value) for one in _header(source).labels]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        header = _header(source)
        line = b"comment " + FIELD.encode() + b" " + packets["aigc"] + header.newline
        placed = Edit(header.behind_format, header.behind_format, line)
        stale = [Edit(one.start, one.end, b"") for one in header.labels]
        return pieces_of([placed, *stale], size_of(source))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _header(source: BinaryIO) -> _Header:
    """Raises EmptyFile, TruncatedFile, MalformedFile, TooLarge."""
    source.seek(0)
    head = source.read(_LONGEST_HEADER)
    if not head:
        raise EmptyFile
    magic = _MAGIC.match(head)
    if not magic:
        raise MalformedFile(detail="not a PLY")
    labels: list[_Label] = []
    behind_format = 0
    at = magic.end()
    for newline in _NEWLINE.finditer(head, at):
        line, start, at = head[at : newline.start()], at, newline.end()
        if line.rstrip(b" \t") == b"end_header":
            if not behind_format:
                raise MalformedFile(detail="PLY without its format")
            return _Header(magic[1], behind_format, tuple(labels))
        if not behind_format and _FORMAT.match(line):
            behind_format = at
        labels += _labels(line, start, at)
    if len(head) == _LONGEST_HEADER:
        raise TooLarge(detail=f"PLY header > {_LONGEST_HEADER} bytes")
    raise TruncatedFile(detail="PLY header")


def _labels(line: bytes, start: int, end: int) -> list[_Label]:
    note = _NOTE.match(line)
    if not note:
        return []
    word, name = note[1].decode(), note[2].decode("latin-1")
    if not holds_label(name, note[3].decode("latin-1")):
        return []
    # A bare object is called a comment; only the right name in a comment is the right place.
    place = f"ply:{word}:{name}" if name else f"ply:{word}"
    return [_Label(start, end, place, note[3].rstrip(b" \t"))]


PLY = PlyCarrier()
