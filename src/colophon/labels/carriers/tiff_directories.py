"""Directories of a TIFF block, as EXIF and multi-picture data have them; bounded on any bytes.

Source: TIFF 6.0, 2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_ENTRY = 12
_INLINE = 4
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes an item, by type."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry. ``start`` to ``end`` spans its value, cut where the block ends."""

    number: int
    kind: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A TIFF block that begins at ``base`` of ``data``. ``order``: as struct writes it."""

    data: bytes
    base: int
    order: str

    @property
    def first(self) -> int:
        """Where the first directory is."""
        return self.base + self.number(self.base + 4)

    def number(self, at: int) -> int:
        """The 32-bit number here; 0 beyond the end."""
        if at + 4 > len(self.data):
            return 0
        return int(struct.unpack_from(self.order + "I", self.data, at)[0])

    def tags(self, at: int) -> Iterator[Tag]:
        """The entries of the directory here, as far as the block goes."""
        if at + 2 > len(self.data):
            return
        (count,) = struct.unpack_from(self.order + "H", self.data, at)
        last = min(at + 2 + count * _ENTRY, len(self.data) - _ENTRY + 1)
        for entry in range(at + 2, last, _ENTRY):
            number, kind, items = struct.unpack_from(self.order + "HHI", self.data, entry)
            size = items * SIZES.get(kind, 1)
            start = entry + 8 if size <= _INLINE else self.base + self.number(entry + 8)
            end = min(start + size, len(self.data))
            yield Tag(number, kind, min(start, len(self.data)), end)


def block_at(data: bytes, base: int) -> Block | None:
    """The block that begins here; None when none does."""
    mark = data[base : base + 4]
    if mark not in {b"II*\0", b"MM\0*"} or len(data) < base + 8:
        return None
    return Block(data, base, "<" if mark == b"II*\0" else ">")
