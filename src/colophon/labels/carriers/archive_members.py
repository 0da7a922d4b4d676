"""The members of an archive and the packets in each, within bounds of depth, number and bytes."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from colophon.errors import ColophonError, EncryptedFile, MalformedFile, TooLarge
from colophon.labels.carriers.package import ZIP
from colophon.labels.carriers.packet import Carrier, Packet
from colophon.labels.carriers.zip_directory import (
    DEFLATED,
    STORED,
    Entry,
    data_start,
    directory_of,
)

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one descent goes."""

    depth: int = 3
    members: int = 1000
    member_bytes: int = 64 << 20
    """Unpacked bytes of one member that is compressed."""
    total_bytes: int = 256 << 20
    """Unpacked bytes of all of them together."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive. ``packets``: what its own carrier reads, each at a place that
    begins with ``zip:`` and the member's name; ``standard``: the places of its kind named the
    same way. ``error``: why it could not be read (its media type is then None)."""

    name: str
    media_type: str | None = None
    packets: tuple[Packet, ...] = ()
    standard: tuple[str, ...] = ()
    error: ColophonError | None = None


@dataclass(slots=True)
class _Budget:
    members: int
    total: int


@dataclass(slots=True)
class _Window(io.RawIOBase):
    """A part of a file as a file of its own."""

    source: BinaryIO
    start: int
    size: int
    at: int = field(default=0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        before = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        self.at = max(0, before + offset)
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self.source.seek(self.start + min(self.at, self.size))
        data = self.source.read(min(len(buffer), max(0, self.size - self.at)))
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


def members(source: BinaryIO, reach: Reach | None = None) -> Iterator[Member]:
    """Every file in an archive and in the archives in it, in the order of the directory.

    What cannot be read is a member with its error; beyond the reach one more member says so
    (``TooLarge``) and the walk ends. Raises as ``directory_of`` for the archive itself.
    """
    reach = reach or Reach()
    yield from _walk(source, "", 1, reach, _Budget(reach.members, reach.total_bytes))


def _walk(
    source: BinaryIO, above: str, depth: int, reach: Reach, budget: _Budget
) -> Iterator[Member]:
    for entry in directory_of(source).entries:
        if entry.folder:
            continue
        name = above + entry.name
        budget.members -= 1
        if budget.members < 0:
            yield Member(name, error=TooLarge(detail=f"over {reach.members} members"))
            return
        try:
            inner = _opened(source, entry, reach, budget)
            member, nested = _read(inner, name)
        except ColophonError as error:
            yield Member(name, error=error)
            continue
        yield member
        if nested and depth >= reach.depth:
            yield Member(f"{name}/", error=TooLarge(detail=f"archives over {reach.depth} deep"))
        elif nested:
            yield from _walk(inner, f"{name}/", depth + 1, reach, budget)
            if budget.members < 0:
                return


def _read(inner: BinaryIO, name: str) -> tuple[Member, bool]:
    """What one member says, and whether it is an archive itself."""
    from colophon.labels import carriers

    found = carriers.recognise(inner, PurePosixPath(name).name)
    if found is None:
        return Member(name), False
    packets = tuple(
        replace(packet, place=_place(name, packet.place)) for packet in found.carrier.read(inner)
    )
    member = Member(name, found.media_type, packets, _standard(found.carrier, name))
    return member, found.media_type == ZIP


def _place(name: str, place: str) -> str:
    return f"zip:{name}:{place}"


def _standard(carrier: Carrier, name: str) -> tuple[str, ...]:
    return tuple(_place(name, carrier.standard_place(form)) for form in carrier.forms)


def _opened(source: BinaryIO, entry: Entry, reach: Reach, budget: _Budget) -> BinaryIO:
    """A member as a file. Raises EncryptedFile, TooLarge, MalformedFile."""
    if entry.encrypted:
        raise EncryptedFile
    start = data_start(source, entry)
    if entry.method == STORED:
        return io.BufferedReader(_Window(source, start, entry.packed))
    if entry.method != DEFLATED:
        raise MalformedFile(detail=f"compressed by method {entry.method}")
    most = min(reach.member_bytes, budget.total)
    if entry.size > most:
        raise TooLarge(detail=f"{entry.size} bytes unpacked > {most}")
    data = _inflated(source, start, entry)
    budget.total -= len(data)
    return io.BytesIO(data)


def _inflated(source: BinaryIO, start: int, entry: Entry) -> bytes:
    """The unpacked data, a chunk at a time: sizes in the directory may lie."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    out = bytearray()
    at, end = start, start + entry.packed
    try:
        while at < end and not stream.eof:
            source.seek(at)
            data = source.read(min(_CHUNK, end - at))
            if not data:
                break
            at += len(data)
            out += stream.decompress(data, entry.size + 1 - len(out))
            if stream.unconsumed_tail or len(out) > entry.size:
                raise MalformedFile(detail="more is packed in it than its size says")
    except zlib.error as wrong:
        raise MalformedFile(detail=str(wrong)) from wrong
    if len(out) != entry.size or zlib.crc32(out) != entry.crc:
        raise MalformedFile(detail="its size or checksum is wrong")
    return bytes(out)
