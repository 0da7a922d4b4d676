"""The blocks of a GIF, walked in one pass through a window of the file.

An animation has millions of short data blocks; none is kept, so that ten thousand frames cost
no more memory than one.

Source: GIF89a specification, 15 (data sub-blocks), 18-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TruncatedFile
from colophon.labels.carriers.ranges import size_of

SIGNATURES = (b"GIF87a", b"GIF89a")
GRAPHIC, COMMENT, WORDS, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
IMAGE, TRAILER = 0x2C, 0x3B

_EXTENSION = 0x21
_SCREEN = 13
"""Signature and logical screen descriptor."""
_IMAGE_HEAD = 9
_WINDOW = 1 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """``kind``: IMAGE, TRAILER or an extension's own. An extension's content, data sub-blocks
    and terminator, begins two bytes after ``start``."""

    kind: int
    start: int
    end: int


class _Window:
    """Bytes of a source by position, read a megabyte at a time."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._start, self._data = source, 0, b""

    def byte(self, at: int) -> int:
        """Raises TruncatedFile at the end."""
        near = at - self._start
        if not 0 <= near < len(self._data):
            self._fill(at)
            near = 0
        return self._data[near]

    def past_sub_blocks(self, at: int) -> int:
        """The end of the sub-blocks that begin here, terminator included."""
        while True:
            data, near, last = self._data, at - self._start, len(self._data)
            if near >= 0:
                while near < last and data[near]:
                    near += data[near] + 1
                if near < last:
                    return self._start + near + 1
                at = self._start + near
            self._fill(at)

    def _fill(self, at: int) -> None:
        self._source.seek(at)
        self._start, self._data = at, self._source.read(_WINDOW)
        if not self._data:
            raise TruncatedFile(detail=f"GIF @{at}")


class Blocks:
    """Iterates over the blocks of a GIF; ``fault`` then says why it ended before the trailer."""

    def __init__(self, source: BinaryIO) -> None:
        self._size, self._window = size_of(source), _Window(source)
        self.fault: InputError | None = None
        source.seek(0)
        head = source.read(_SCREEN)
        self.newest = head.startswith(SIGNATURES[1])
        if not head.startswith(SIGNATURES):
            self.fault = MalformedFile(detail="GIF signature")
        elif len(head) < _SCREEN:
            self.fault = TruncatedFile(detail="GIF screen")
        else:
            self._first = _SCREEN + _table(head[10])

    def __iter__(self) -> Iterator[Block]:
        if self.fault:
            return
        at, images = self._first, 0
        try:
            while at < self._size or not images:
                block = self._block(at)
                if block is not None:
                    yield block
                    images += block.kind == IMAGE
                    if block.kind == TRAILER:
                        break
                at = block.end if block else at + 1
            if not images:
                self.fault = MalformedFile(detail="GIF without an image")
        except InputError as fault:
            self.fault = fault

    def _block(self, at: int) -> Block | None:
        """The block here; None for a zero between blocks, which decoders step over."""
        kind = self._window.byte(at)
        if kind == 0:
            return None
        if kind == TRAILER:
            return Block(TRAILER, at, at + 1)
        if kind == _EXTENSION:
            label = self._window.byte(at + 1)
            return Block(label, at, self._window.past_sub_blocks(at + 2))
        if kind != IMAGE:
            raise MalformedFile(detail=f"GIF block {kind:02X} @{at}")
        data = at + 1 + _IMAGE_HEAD + _table(self._window.byte(at + _IMAGE_HEAD)) + 1
        return Block(IMAGE, at, self._window.past_sub_blocks(data))


def _table(flags: int) -> int:
    """The size of the colour table these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def joined(data: bytes) -> bytes:
    """What the sub-blocks of an extension hold, as far as they go."""
    parts: list[bytes] = []
    at = 0
    while at < len(data) and data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(parts)
