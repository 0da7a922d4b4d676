"""RIFF, RF64 and BW64 files as top-level chunks, whatever their size fields say.

Source: Microsoft Multimedia Programming Interface 1.0 (RIFF); EBU Tech 3306 (RF64);
ITU-R BS.2088 (BW64).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit
from colophon.labels.carriers.ranges import size_of

HEAD = 12
"""The four letters, the size, the form type."""
CHUNK_HEAD = 8

_UNKNOWN = 0xFFFFFFFF
_LARGEST = 0xFFFFFFFE
_UNFILLED = (range(1), range(0x7FFFF000, 0x80000000), range(0xFFFFFF00, 0x100000000))
"""What stands in a size field that the writer could not go back to fill in."""
_LONG = {b"RF64", b"BW64"}
_FILM = b"AVI "
_LONG_SIZES = struct.Struct("<QQ")
_LONG_UNFILLED = (0, 0xFFFFFFFFFFFFFFFF)
_MAX_CHUNKS = 100_000
_KIND = re.compile(rb"[ -~]{3}[ -~\0]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """``start`` is at its four letters, ``size`` of its data, ``end`` after its padding.
    ``outside``: beyond the end that the file's own size field gives.
    """

    kind: bytes
    start: int
    size: int
    end: int
    outside: bool = False

    @property
    def data(self) -> int:
        """Where the data begins."""
        return self.start + CHUNK_HEAD


@dataclass(slots=True)
class Riff:
    """``size`` is the file's; ``streamed``: the media runs to its end, whatever was declared.
    ``fault`` is why the walk ended early.
    """

    letters: bytes
    form: bytes
    declared: int
    size: int
    chunks: list[Chunk] = field(default_factory=list)
    long_sizes: tuple[int, int] | None = None
    streamed: bool = False
    fault: InputError | None = None

    @property
    def end(self) -> int:
        """After the last chunk inside; what follows is no part of the form."""
        inside = [chunk.end for chunk in self.chunks if not chunk.outside]
        return min(inside[-1], self.size) if inside else HEAD

    def of_kind(self, *kinds: bytes) -> list[Chunk]:
        """The chunks of these kinds, in order."""
        return [chunk for chunk in self.chunks if chunk.kind in kinds]

    def appended(self, data: bytes) -> Edit:
        """These bytes after the last chunk, whose padding is made good if it is missing."""
        inside = [chunk for chunk in self.chunks if not chunk.outside]
        bare = bool(inside) and self.end == inside[-1].data + inside[-1].size
        return Edit(self.end, self.end, bytes(bare and inside[-1].size % 2) + data)

    def replaced(self, chunk: Chunk, data: bytes = b"") -> Edit:
        """These bytes instead of a chunk."""
        return Edit(chunk.start, min(chunk.end, self.size), data)

    def sized(self, edits: list[Edit]) -> list[Edit]:
        """The edits, and the size field that they call for.

        Raises TooLarge when a 32-bit size field would overflow.
        """
        inside = [e for e in edits if e.start < self.end or e.end == self.end]
        total = self.end - 8 + sum(e.growth for e in inside)
        if self.long_sizes is not None:
            at = self.chunks[0].data
            return [*edits, Edit(at, at + 8, total.to_bytes(8, "little"))]
        if _is_unfilled(self.declared) and self.declared + 8 != self.end:
            return edits
        if total > _LARGEST:
            raise TooLarge(detail="RIFF > 4 GiB")
        return [*edits, Edit(4, 8, total.to_bytes(4, "little"))]


def chunk_bytes(kind: bytes, data: bytes) -> bytes:
    """A chunk as it lies in the file, padded to an even length."""
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def walked(source: BinaryIO, media: frozenset[bytes]) -> Riff:
    """The file's chunks. ``media``: the kinds after which disorder no longer matters.

    Raises TooLarge for too many chunks; other faults are left in the answer.
    """
    size = size_of(source)
    source.seek(0)
    head = source.read(HEAD)
    riff = Riff(head[:4], head[8:], int.from_bytes(head[4:8], "little"), size)
    if len(head) < HEAD:
        riff.fault = TruncatedFile(detail="RIFF @0")
        return riff
    at = HEAD
    for _ in range(_MAX_CHUNKS):
        chunk = _chunk_at(source, at, riff)
        if chunk is None or (chunk.data + chunk.size > size):
            _end(riff, chunk, at, media)
            return riff
        riff.chunks.append(chunk)
        if chunk.kind == b"ds64" and riff.letters in _LONG and at == HEAD:
            _read_long_sizes(source, riff, chunk)
        at = chunk.end
    raise TooLarge(detail=f"RIFF > {_MAX_CHUNKS} chunks")


def _chunk_at(source: BinaryIO, at: int, riff: Riff) -> Chunk | None:
    """The chunk that begins here; None when nothing here looks like one."""
    source.seek(at)
    head = source.read(CHUNK_HEAD)
    if len(head) < CHUNK_HEAD or not _KIND.fullmatch(head[:4]):
        return None
    kind, size = head[:4], int.from_bytes(head[4:], "little")
    outside = at >= _declared_end(riff)
    if kind == b"data" and not outside:
        size = _media_size(source, at + CHUNK_HEAD, size, riff)
    elif kind == b"LIST" and size == _UNKNOWN and riff.form == _FILM and not outside:
        size = riff.size - at - CHUNK_HEAD
        riff.streamed = True
    end = at + CHUNK_HEAD + size
    if size % 2:
        end += _padding(source, end, riff.size)
    return Chunk(kind, at, size, end, outside)


def _declared_end(riff: Riff) -> int:
    declared = riff.long_sizes[0] if riff.long_sizes else riff.declared
    return riff.size if _is_unfilled(declared) else declared + 8


def _media_size(source: BinaryIO, start: int, size: int, riff: Riff) -> int:
    rest = riff.size - start
    if riff.long_sizes and size == _UNKNOWN:
        size = riff.long_sizes[1]
        riff.streamed = size in _LONG_UNFILLED and rest > 0
    elif size == 0:
        riff.streamed = rest > 0 and _is_unfilled(riff.declared) and not _begins(source, start)
    else:
        riff.streamed = size > rest and _is_unfilled(size)
    return rest if riff.streamed else size


def _is_unfilled(size: int) -> bool:
    return size in _LONG_UNFILLED or any(size in sizes for sizes in _UNFILLED)


def _begins(source: BinaryIO, at: int) -> bool:
    """Whether a chunk that fits into the file begins here."""
    source.seek(at)
    head = source.read(CHUNK_HEAD)
    fits = at + CHUNK_HEAD + int.from_bytes(head[4:], "little") <= size_of(source)
    return len(head) == CHUNK_HEAD and bool(_KIND.fullmatch(head[:4])) and fits


def _padding(source: BinaryIO, end: int, file_size: int) -> int:
    """0 where the writer forgot the padding and the next chunk begins at once, else 1."""
    if end >= file_size:
        return 1
    source.seek(end)
    if source.read(1) == b"\0" or not _begins(source, end):
        return 1
    # Padding that is not zero may look like the first letter of a chunk's name.
    return 1 if _begins(source, end + 1) else 0


def _end(riff: Riff, chunk: Chunk | None, at: int, media: frozenset[bytes]) -> None:
    """Notes what is wrong where the walk ends, if anything is."""
    seen = any(found.kind in media for found in riff.chunks)
    if chunk is not None and not chunk.outside:
        riff.chunks.append(chunk)  # what is left of it can still be read
        riff.fault = TruncatedFile(detail=f"RIFF {chunk.kind.decode('latin-1')} @{at}")
    elif not seen and riff.size - at < CHUNK_HEAD:
        riff.fault = TruncatedFile(detail=f"RIFF @{at}")
    elif not seen:
        riff.fault = MalformedFile(detail=f"RIFF @{at}")


def _read_long_sizes(source: BinaryIO, riff: Riff, chunk: Chunk) -> None:
    source.seek(chunk.data)
    sizes = source.read(_LONG_SIZES.size)
    if chunk.size < _LONG_SIZES.size:
        riff.fault = MalformedFile(detail="RF64 ds64")
        return
    riff.long_sizes = _LONG_SIZES.unpack(sizes)
