"""AIFF and AIFC: the label is the ``TXXX`` frame ``AIGC`` of the tag in the chunk ``ID3 ``.

Source: TC260-PG-202510A; Apple, "Audio Interchange File Format" 1.3 and AIFF-C draft 1991.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import EmptyFile, InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import id3_tag
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.label_field import FIELD, looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, TOTAL_CAP, at_most, size_of, within_cap

_MEDIA_TYPE = "audio/aiff"
_FORMS = (b"AIFF", b"AIFC")
_HEAD, _CHUNK_HEAD = 12, 8
_LARGEST = 0xFFFFFFFE
_MAX_CHUNKS, _MAX_BEARERS = 100_000, 1_000
_ID3 = (b"ID3 ", b"id3 ")
_WORDS = (b"NAME", b"AUTH", b"(c) ", b"ANNO")
"""Chunks of plain text."""
_XMP_OWNER = b"XMP "
"""What an application's chunk begins with that holds XMP (Source: XMP part 3)."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """``end`` is after its padding, or where the file ends without it."""

    kind: bytes
    start: int
    size: int
    end: int

    @property
    def data(self) -> int:
        return self.start + _CHUNK_HEAD

    @property
    def place(self) -> str:
        return f"aiff:{self.kind.decode('latin-1').strip()}"


@dataclass(slots=True)
class _Form:
    """``end``: after the last chunk inside; ``fault``: why the walk ended early."""

    size: int
    chunks: list[_Chunk] = field(default_factory=list)
    end: int = _HEAD
    fault: InputError | None = None

    def of_kind(self, *kinds: bytes) -> list[_Chunk]:
        found = [chunk for chunk in self.chunks if chunk.kind in kinds]
        held = sum(min(chunk.size, METADATA_CAP) for chunk in found)
        if len(found) > _MAX_BEARERS or held > TOTAL_CAP:
            raise TooLarge(detail=f"AIFF > {_MAX_BEARERS} labels, {TOTAL_CAP} bytes")
        return found


class Aiff:
    """The AIFF family; see ``Carrier``."""

    name = "aiff"
    media_types: tuple[str, ...] = (_MEDIA_TYPE, "audio/x-aiff")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return _MEDIA_TYPE if head[:4] == b"FORM" and head[8:12] in _FORMS else None

    def read(self, source: BinaryIO) -> list[Packet]:
        form = _walked(source)
        found = within_cap(_packets(source, form), "AIFF")
        if form.fault and not found:
            raise form.fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        form = _walked(source)
        if form.fault:
            raise form.fault
        edits = [*_tagged(source, form, packets["aigc"]), *_without_stale(source, form)]
        total = form.end - 8 + sum(edit.growth for edit in edits)
        if total > _LARGEST:
            raise TooLarge(detail="AIFF > 4 GiB")
        return pieces_of([Edit(4, 8, struct.pack(">I", total)), *edits], form.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"aiff:ID3:TXXX:{FIELD}"


AIFF = Aiff()


def _walked(source: BinaryIO) -> _Form:
    form = _Form(size_of(source))
    if not form.size:
        raise EmptyFile
    source.seek(0)
    head = source.read(_HEAD)
    if not AIFF.sniff(head):
        form.fault = MalformedFile(detail="no FORM of the kind AIFF")
        return form
    inside = min(form.size, 8 + int.from_bytes(head[4:8], "big"))
    while form.end + _CHUNK_HEAD <= inside and form.fault is None:
        _next_chunk(source, form)
    if form.fault is None and not any(chunk.kind in {b"SSND", b"COMM"} for chunk in form.chunks):
        form.fault = TruncatedFile(detail="AIFF without a COMM or SSND chunk")
    return form


def _next_chunk(source: BinaryIO, form: _Form) -> None:
    source.seek(form.end)
    kind, size = struct.unpack(">4sI", source.read(_CHUNK_HEAD))
    end = form.end + _CHUNK_HEAD + size
    if len(form.chunks) >= _MAX_CHUNKS:
        raise TooLarge(detail=f"AIFF > {_MAX_CHUNKS} chunks")
    if end > form.size:
        form.fault = TruncatedFile(detail=f"AIFF {kind.decode('latin-1')} @{form.end}")
        return
    form.chunks.append(_Chunk(kind, form.end, size, min(end + size % 2, form.size)))
    form.end = form.chunks[-1].end


def _packets(source: BinaryIO, form: _Form) -> Iterator[Packet]:
    for chunk in form.of_kind(*_ID3, *_WORDS, b"APPL"):
        data = _data(source, chunk)
        if chunk.kind in _ID3:
            for tag in _tags(data):
                for packet, _ in id3_tag.labels_of(tag):
                    place = packet.place.removeprefix("id3:")
                    yield Packet(packet.form, f"{chunk.place}:{place}", packet.data)
        elif chunk.kind == b"APPL":
            if data.startswith(_XMP_OWNER):
                yield Packet("xmp", "aiff:APPL:XMP", data[4:])
        elif looks_like_label(data.decode("utf-8", "replace")):
            yield Packet("aigc", chunk.place, data.rstrip(b"\0"))


def _tagged(source: BinaryIO, form: _Form, value: bytes) -> list[Edit]:
    """The first readable tag with the label in it, or a new chunk at the end; no other tag with
    a label."""
    edits: list[Edit] = []
    placed = False
    for chunk in form.of_kind(*_ID3):
        old = _data(source, chunk)
        standard = not placed and chunk.kind == _ID3[0] and _writable(old)
        new = _retagged(old, value if standard else None)
        placed |= standard
        if new != old:
            edits.append(Edit(chunk.start, chunk.end, _chunk(chunk.kind, new)))
    if not placed:
        edits.append(_appended(form, _chunk(_ID3[0], id3_tag.new_tag(value))))
    return edits


def _writable(data: bytes) -> bool:
    tags = _tags(data)
    try:
        strict = id3_tag.tags_in(io.BytesIO(data), len(data), strict=True)
    except InputError:
        return False
    return bool(tags) and bool(strict) and strict[0].start == 0


def _retagged(data: bytes, value: bytes | None) -> bytes:
    edits: list[Edit] = []
    for tag in _tags(data):
        wanted = value if tag.start == 0 else None
        if wanted is not None:
            edits += id3_tag.labelled(io.BytesIO(data), tag, wanted)
        elif id3_tag.labels_of(tag):
            edits += id3_tag.cleared(tag)
    return applied(data, edits)


def _tags(data: bytes) -> list[id3_tag.Tag]:
    try:
        return id3_tag.tags_in(io.BytesIO(data), len(data), strict=False)
    except InputError:
        # A damaged tag is no reason to refuse the sound that it lies beside.
        return []


def _without_stale(source: BinaryIO, form: _Form) -> Iterator[Edit]:
    for chunk in form.of_kind(*_WORDS, b"APPL"):
        data = _data(source, chunk)
        if chunk.kind != b"APPL":
            if looks_like_label(data.decode("utf-8", "replace")):
                yield Edit(chunk.start, chunk.end, b"")
        elif data.startswith(_XMP_OWNER) and (clean := xmp.blanked(data[4:])) != data[4:]:
            yield Edit(chunk.data + 4, chunk.data + chunk.size, clean)


def _appended(form: _Form, chunk: bytes) -> Edit:
    """After the last chunk, whose padding is made good where the writer forgot it."""
    last = form.chunks[-1]
    bare = last.end - last.data < last.size + last.size % 2
    return Edit(form.end, form.end, bytes(bare) + chunk)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


def _data(source: BinaryIO, chunk: _Chunk) -> bytes:
    return at_most(source, chunk.data, chunk.size, chunk.place)
