"""STL: nothing can be said inside, so the label goes into a file beside it.

A binary STL has 80 bytes of header, too few for a label; in an ASCII one there are no comments,
and many readers take the name of a solid into a line of 80 or 256 characters. A label that
another put into that name is read. Source: the StereoLithography Interface Specification
(3D Systems, 1988).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TruncatedFile
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Keep, Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import size_of

_STANDARD = "sidecar:xmp"
_SOLID = f"stl:solid:{FIELD}"
_HEADER, _COUNT, _FACET = 80, 4, 50
_HEAD = 4096
_WORDS = re.compile(rb"[ \t\r\n]*+solid\b([^\r\n]*+)[ \t\r\n]*+(?:facet\b|endsolid\b)")
_NAME = re.compile(rb"([\w.-]*+)[ \t]*+[:=]?[ \t]*+(\{.*)", re.DOTALL)


class StlCarrier:
    """Carrier of STL, in words and in bytes."""

    name = "stl"
    media_types: tuple[str, ...] = ("model/stl",)
    forms: tuple[PacketForm, ...] = ("xmp",)
    extensions = (".stl",)
    sidecar = True

    def sniff(self, head: bytes) -> str | None:
        return self.media_types[0] if _WORDS.match(head) or _binary(head) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        """The label in the first solid's name, if there is one."""
        head, _ = _checked(source)
        words = _WORDS.match(head)
        note = _NAME.match(words[1].strip()) if words else None
        if note and holds_label(note[1].decode("latin-1"), note[2].decode("latin-1")):
            return [Packet("aigc", _SOLID, note[2])]
        return []

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """All of it, as it is: the label is the sidecar's."""
        del packets
        _, size = _checked(source)
        return [Keep(0, size)]

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _checked(source: BinaryIO) -> tuple[bytes, int]:
    """The first bytes and the size. Raises EmptyFile, TruncatedFile, MalformedFile."""
    size = size_of(source)
    source.seek(0)
    head = source.read(_HEAD)
    if not head:
        raise EmptyFile
    if _WORDS.match(head):
        source.seek(max(0, size - _HEAD))
        if b"endsolid" not in source.read(_HEAD):
            raise TruncatedFile(detail="STL without endsolid")
        return head, size
    if len(head) < _HEADER + _COUNT:
        raise TruncatedFile(detail="STL header")
    if not _binary(head):
        raise MalformedFile(detail="not an STL")
    told = _told(head)
    if size < told:
        raise TruncatedFile(detail=f"STL of {told} bytes, {size} there")
    return head, size


def _told(head: bytes) -> int:
    """How many bytes a binary STL has by its own count of facets."""
    facets = int.from_bytes(head[_HEADER : _HEADER + _COUNT], "little")
    return _HEADER + _COUNT + _FACET * facets


def _binary(head: bytes) -> bool:
    """A header and as many facets as fit into these bytes, or as the count tells."""
    return len(head) >= _HEADER + _COUNT and (_told(head) == len(head) or _told(head) >= _HEAD)


STL = StlCarrier()
