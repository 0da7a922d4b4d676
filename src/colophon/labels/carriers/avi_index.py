"""The headers of AVI streams, and their indexes in long files, which tell absolute positions.

Source: OpenDML AVI File Format Extensions 1.02, 3.0 (``indx``, ``ix##``). The older ``idx1``
lies in the first part, as all that it tells of, and counts from there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers.edits import Edit
from colophon.labels.carriers.ranges import at_most, size_of
from colophon.labels.carriers.riff_chunks import CHUNK_HEAD, Chunk

_HEAD = 24
"""Bytes of an index before its entries."""
_ENTRY = struct.Struct("<QII")
_SUPER, _CHUNKS = 0, 1
_BASE_AT = 12
_LONG = struct.Struct("<Q")
_MAX_ENTRIES = 200_000


def moved(source: BinaryIO, headers: Chunk, after: int, by: int) -> Iterator[Edit]:
    """The edits for all positions at ``after`` or behind it growing ``by``; ``headers``: the
    list ``hdrl``. Raises MalformedFile, TooLarge."""
    if not by:
        return
    data = at_most(source, headers.data, headers.size, "AVI hdrl")
    left = _MAX_ENTRIES
    for at, end in _indexes(data):
        entries = (end - at - _HEAD) // _ENTRY.size
        used = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at + 3] != _SUPER:
            continue
        left -= min(entries, used)
        if left < 0:
            raise TooLarge(detail=f"AVI > {_MAX_ENTRIES} indexes")
        for number in range(min(entries, used)):
            place = at + _HEAD + number * _ENTRY.size
            offset = int(_ENTRY.unpack_from(data, place)[0])
            if offset >= after:
                yield _shifted(headers.data + place, offset, by)
                yield from _based(source, offset, after, by)


def stream_kinds(headers: bytes) -> set[bytes]:
    """What the streams are (``vids``, ``auds`` …), by the content of the list ``hdrl``."""
    return {headers[at : at + 4] for at, _ in _in_streams(headers, b"strh")}


def _indexes(data: bytes) -> Iterator[tuple[int, int]]:
    for at, end in _in_streams(data, b"indx"):
        if end - at >= _HEAD:
            yield at, end


def _in_streams(data: bytes, wanted: bytes) -> Iterator[tuple[int, int]]:
    """From where to where these chunks of the stream lists go, without their heads."""
    for kind, start, end in _chunks(data, 4, len(data)):
        if kind == b"LIST" and data[start : start + 4] == b"strl":
            for inner, at, stop in _chunks(data, start + 4, end):
                if inner == wanted:
                    yield at, stop


def _chunks(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while at + CHUNK_HEAD <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        stop = at + CHUNK_HEAD + size
        if stop > end:
            return
        yield data[at : at + 4], at + CHUNK_HEAD, stop
        at = stop + size % 2


def _based(source: BinaryIO, chunk: int, after: int, by: int) -> Iterator[Edit]:
    """The same for the position that an index of chunks counts from."""
    place = chunk + CHUNK_HEAD + _BASE_AT
    if place + _LONG.size > size_of(source):
        raise MalformedFile(detail=f"AVI: no index @{chunk}")
    source.seek(chunk)
    head = source.read(CHUNK_HEAD + _BASE_AT + _LONG.size)
    if head[:2] != b"ix" or head[CHUNK_HEAD + 3] != _CHUNKS:
        raise MalformedFile(detail=f"AVI: no index @{chunk}")
    base = int(_LONG.unpack(head[-_LONG.size :])[0])
    if base >= after:
        yield _shifted(place, base, by)


def _shifted(place: int, value: int, by: int) -> Edit:
    if not 0 <= value + by < 1 << 64:
        raise MalformedFile(detail=f"AVI: position @{place}")
    return Edit(place, place + _LONG.size, _LONG.pack(value + by))
