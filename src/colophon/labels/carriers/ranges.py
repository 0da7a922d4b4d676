"""Bounded reads: ranges of a source, compressed values, and how much metadata in all."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from colophon.errors import TooLarge, TruncatedFile
from colophon.labels.carriers.packet import Packet

METADATA_CAP = 8 << 20
"""The most bytes one piece of metadata may have, packed or unpacked."""
TOTAL_CAP = 32 << 20
"""The most bytes all metadata of one file may have that is held in memory."""


def size_of(source: BinaryIO) -> int:
    """How many bytes the source has."""
    return source.seek(0, io.SEEK_END)


def at_most(source: BinaryIO, start: int, size: int, what: str) -> bytes:
    """Up to ``size`` bytes from ``start``: fewer where the source ends.

    Raises TooLarge above METADATA_CAP, naming ``what``.
    """
    size = min(size, max(0, size_of(source) - start))
    if size > METADATA_CAP:
        raise TooLarge(detail=f"{what} > {METADATA_CAP} bytes")
    source.seek(start)
    return source.read(size)


def exactly(source: BinaryIO, start: int, size: int, what: str) -> bytes:
    """``size`` bytes from ``start``. Raises TooLarge or TruncatedFile, naming ``what``."""
    data = at_most(source, start, size, what)
    if len(data) < size:
        raise TruncatedFile(detail=f"{what} @{start}")
    return data


def within_cap(packets: Iterable[Packet], what: str) -> list[Packet]:
    """The packets, as long as they fit into TOTAL_CAP together. Raises TooLarge."""
    kept: list[Packet] = []
    left = TOTAL_CAP
    for packet in packets:
        left -= len(packet.data)
        if left < 0:
            raise TooLarge(detail=f"{what} > {TOTAL_CAP} bytes")
        kept.append(packet)
    return kept


def inflate(data: bytes, what: str) -> bytes:
    """What zlib data holds; as far as it goes when cut, empty when it is no zlib data.

    Raises TooLarge above METADATA_CAP.
    """
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, METADATA_CAP)
    except zlib.error:
        return b""
    if stream.unconsumed_tail:
        raise TooLarge(detail=f"{what} > {METADATA_CAP} bytes")
    return plain
