"""EBML elements: reading and making them, and blanking one without moving anything.

Source: RFC 8794.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

VOID, CRC32 = 0xEC, 0xBF
LONGEST_HEAD = 12
"""Four bytes of name and eight of size."""
WIDEST = 8

_MOST_CHILDREN = 100_000
_CRC_SIZE = 6
"""Name, size and value of a checksum."""


@dataclass(frozen=True, slots=True)
class Element:
    """``body`` to ``end``: its content. ``size`` None: unknown, and ``end`` is where the parent
    or the file ends. ``width``: bytes of the size field."""

    name: int
    start: int
    body: int
    end: int
    size: int | None
    width: int


def element(head: bytes, start: int, limit: int) -> Element | None:
    """The element whose first bytes are ``head``, at ``start`` of what ends at ``limit``; None
    where none begins. One that runs over ``limit`` keeps its own ``end``."""
    name = _number(head, 0, longest=4)
    if name is None:
        return None
    size = _number(head, name[1], longest=WIDEST)
    if size is None:
        return None
    value, width = size
    value &= (1 << 7 * width) - 1
    unknown = value == (1 << 7 * width) - 1
    body = start + name[1] + width
    end = limit if unknown else body + value
    return Element(name[0], start, body, end, None if unknown else value, width)


def element_at(source: BinaryIO, start: int, limit: int) -> Element | None:
    """The same in a file."""
    source.seek(start)
    return element(source.read(min(LONGEST_HEAD, limit - start)), start, limit)


def children(data: bytes, start: int, end: int) -> Iterator[Element]:
    """The elements between two places of bytes at hand, as far as they are whole."""
    at = start
    for _ in range(_MOST_CHILDREN):
        found = element(data[at : min(at + LONGEST_HEAD, end)], at, end) if at < end else None
        if found is None or found.end > end:
            return
        yield found
        at = found.end


def made(name: int, data: bytes, width: int | None = None) -> bytes:
    """An element; ``width`` of its size field, or as small as can be."""
    return _name(name) + size_field(len(data), width) + data


def size_field(size: int, width: int | None = None) -> bytes:
    """A size field; ``width`` must be enough for it."""
    width = width or next(w for w in range(1, WIDEST + 1) if size < (1 << 7 * w) - 1)
    return (size | 1 << 7 * width).to_bytes(width, "big")


def void(size: int) -> bytes:
    """An element of nothing, ``size`` bytes in all; at least 2."""
    for width in range(1, WIDEST + 1):
        content = size - 1 - width
        if 0 <= content < (1 << 7 * width) - 1:
            return made(VOID, bytes(content), width)
    detail = f"no void of {size} bytes"
    raise ValueError(detail)


def whole_number(data: bytes) -> int:
    """The content of an element that holds an unsigned number."""
    return int.from_bytes(data[:WIDEST], "big")


def resealed(data: bytes, masters: frozenset[int], depth: int = 8) -> bytes:
    """One element whose content was changed, with the checksums in it and in the ``masters``
    inside it made right."""
    outer = element(data[:LONGEST_HEAD], 0, len(data))
    if outer is None or not depth:
        return data
    parts = [
        resealed(data[inner.start : inner.end], masters, depth - 1)
        if inner.name in masters
        else data[inner.start : inner.end]
        for inner in children(data, outer.body, outer.end)
    ]
    content = b"".join(parts)
    rest = data[outer.body + len(content) :]
    if parts and parts[0][:2] == b"\xbf\x84":
        sum_ = zlib.crc32(content[_CRC_SIZE:] + rest).to_bytes(4, "little")
        content = content[:2] + sum_ + content[_CRC_SIZE:]
    return data[: outer.body] + content + rest


def _number(data: bytes, at: int, *, longest: int) -> tuple[int, int] | None:
    """A number whose leading zeros say its length: with its marker, and that length."""
    if at >= len(data) or not data[at]:
        return None
    length = 9 - data[at].bit_length()
    if length > longest or at + length > len(data):
        return None
    return int.from_bytes(data[at : at + length], "big"), length


def _name(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big")
