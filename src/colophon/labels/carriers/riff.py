"""WebP and WAV: the label in a chunk of its own, by XMP or as it is.

Source: TC260-PG-20259A (WebP: XMP chunk; Annex B: EXIF UserComment); TC260-PG-202510A (WAV:
top-level chunk ``AIGC``); RFC 9649 (WebP container).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge
from colophon.labels import xmp
from colophon.labels.carriers import exif, id3_tag
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import (
    METADATA_CAP,
    TOTAL_CAP,
    at_most,
    within_cap,
)
from colophon.labels.carriers.riff_chunks import HEAD, Chunk, Riff, chunk_bytes, walked

_WEBP_MEDIA = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_WEBP_XMP = (b"XMP ", b"XMP\0")
"""The second is a slip of some writers."""
_XMP_FLAG = 0x04
_ALPHA_FLAG = 0x10
_VP8_START = b"\x9d\x01\x2a"
_VP8L_START = 0x2F
_SIDE_MASK = 0x3FFF

_WAV_MEDIA = frozenset({b"data"})
_WAV_LETTERS = (b"RIFF", b"RF64", b"BW64")
_ID3 = (b"id3 ", b"ID3 ")
"""Where taggers of other kinds of sound put an ID3 tag."""
_MAX_BEARERS = 1_000


class Webp:
    """The WebP family; see ``Carrier``."""

    name = "webp"
    media_types: tuple[str, ...] = ("image/webp",)
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None

    def read(self, source: BinaryIO) -> list[Packet]:
        riff = _walked(source, self, _WEBP_MEDIA)
        return _found(riff, self._packets(source, riff))

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        riff = _walked(source, self, _WEBP_MEDIA)
        if riff.fault:
            raise riff.fault
        edits = _one_chunk(riff, _WEBP_XMP, chunk_bytes(b"XMP ", _fitting(packets["xmp"])))
        edits += self._without_comments(source, riff)
        edits.append(_flagged(source, riff))
        return pieces_of(riff.sized(edits), riff.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return "riff:XMP"

    def _packets(self, source: BinaryIO, riff: Riff) -> Iterator[Packet]:
        for chunk in _bearers(riff, *_WEBP_XMP, b"EXIF"):
            data = _data(source, chunk)
            if chunk.kind == b"EXIF":
                for comment in exif.label_comments(data):
                    yield Packet("aigc", "riff:EXIF:UserComment", comment.text.encode())
            else:
                yield Packet("xmp", _place("riff:XMP", chunk), data)

    def _without_comments(self, source: BinaryIO, riff: Riff) -> Iterator[Edit]:
        for chunk in _bearers(riff, b"EXIF"):
            data = _data(source, chunk)
            clean = exif.without_label(data)
            if clean != data:
                yield Edit(chunk.data, chunk.data + chunk.size, clean)


class Wav:
    """The WAV family; see ``Carrier``."""

    name = "wav"
    media_types: tuple[str, ...] = ("audio/wav", "audio/x-wav", "audio/vnd.wave")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return "audio/wav" if head[:4] in _WAV_LETTERS and head[8:12] == b"WAVE" else None

    def read(self, source: BinaryIO) -> list[Packet]:
        riff = _walked(source, self, _WAV_MEDIA)
        return _found(riff, self._packets(source, riff))

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        riff = _walked(source, self, _WAV_MEDIA)
        if riff.fault:
            raise riff.fault
        edits = _one_chunk(riff, (b"AIGC",), chunk_bytes(b"AIGC", _fitting(packets["aigc"])))
        edits += self._without_stale(source, riff)
        return pieces_of(riff.sized(edits), riff.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return "riff:AIGC"

    def _packets(self, source: BinaryIO, riff: Riff) -> Iterator[Packet]:
        for chunk in _bearers(riff, b"AIGC", b"LIST", b"_PMX", *_ID3):
            if chunk.kind in _ID3:
                for tag in _tags(_data(source, chunk)):
                    for packet, _ in id3_tag.labels_of(tag):
                        yield Packet(packet.form, f"riff:{packet.place}", packet.data)
            elif chunk.kind == b"LIST":
                for _, data in _info_labels(source, chunk):
                    yield Packet("aigc", "riff:LIST:INFO:AIGC", data)
            elif chunk.kind == b"_PMX":
                yield Packet("xmp", "riff:_PMX", _data(source, chunk))
            else:
                yield Packet("aigc", _place("riff:AIGC", chunk), _data(source, chunk).rstrip(b"\0"))

    def _without_stale(self, source: BinaryIO, riff: Riff) -> Iterator[Edit]:
        for chunk in _bearers(riff, b"LIST"):
            yield from _without_info(chunk, [span for span, _ in _info_labels(source, chunk)])
        for chunk in _bearers(riff, b"_PMX", *_ID3):
            data = _data(source, chunk)
            clean = xmp.blanked(data) if chunk.kind == b"_PMX" else _without_frames(data)
            if clean != data:
                yield riff.replaced(chunk, chunk_bytes(chunk.kind, clean))


WEBP = Webp()
WAV = Wav()


def _walked(source: BinaryIO, carrier: Webp | Wav, media: frozenset[bytes]) -> Riff:
    riff = walked(source, media)
    if riff.fault is None and not carrier.sniff(riff.letters + bytes(4) + riff.form):
        riff.fault = MalformedFile(detail=f"RIFF: no {carrier.name}")
    if riff.fault is None and not riff.of_kind(*media):
        riff.fault = MalformedFile(detail=f"RIFF: {carrier.name} without media")
    return riff


def _found(riff: Riff, packets: Iterator[Packet]) -> list[Packet]:
    found = within_cap(packets, "RIFF")
    if riff.fault and not found:
        raise riff.fault
    return found


def _bearers(riff: Riff, *kinds: bytes) -> list[Chunk]:
    chunks = riff.of_kind(*kinds)
    held = sum(min(chunk.size, METADATA_CAP) for chunk in chunks)
    if len(chunks) > _MAX_BEARERS or held > TOTAL_CAP:
        raise TooLarge(detail=f"RIFF > {_MAX_BEARERS} labels, {TOTAL_CAP} bytes")
    return chunks


def _data(source: BinaryIO, chunk: Chunk) -> bytes:
    return at_most(source, chunk.data, chunk.size, f"RIFF {chunk.kind.decode('latin-1')}")


def _fitting(data: bytes) -> bytes:
    if len(data) > METADATA_CAP:
        raise TooLarge(detail=f"RIFF chunk > {METADATA_CAP} bytes")
    return data


def _place(name: str, chunk: Chunk) -> str:
    return f"{name}:outside" if chunk.outside else name


def _one_chunk(riff: Riff, kinds: tuple[bytes, ...], new: bytes) -> list[Edit]:
    """The new chunk in the place of the first old one, or at the end; no other of its kind.

    Where the sound runs to the end of the file no chunk can follow it: there it goes before.
    """
    old = riff.of_kind(*kinds)
    kept = next((chunk for chunk in old if not chunk.outside), None)
    edits = [riff.replaced(chunk, new if chunk is kept else b"") for chunk in old]
    if kept is None and riff.streamed:
        start = riff.of_kind(b"data")[0].start
        edits.append(Edit(start, start, new))
    elif kept is None:
        edits.append(riff.appended(new))
    return edits


def _flagged(source: BinaryIO, riff: Riff) -> Edit:
    """The extended header, saying that there is XMP; made where a simple file has none."""
    first = riff.chunks[0]
    if first.kind == b"VP8X":
        flags = _data(source, first)[:1]
        if not flags:
            raise MalformedFile(detail="WebP VP8X")
        return Edit(first.data, first.data + 1, bytes([flags[0] | _XMP_FLAG]))
    source.seek(first.data)
    width, height, alpha = _canvas(first.kind, source.read(min(first.size, 10)))
    flags = bytes([_XMP_FLAG | (_ALPHA_FLAG if alpha else 0)])
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return Edit(HEAD, HEAD, chunk_bytes(b"VP8X", flags + bytes(3) + sides))


def _canvas(kind: bytes, head: bytes) -> tuple[int, int, bool]:
    """Width, height and use of transparency, from the head of the image data."""
    if kind == b"VP8 " and len(head) == 10 and head[3:6] == _VP8_START:
        width, height = (side & _SIDE_MASK for side in struct.unpack("<HH", head[6:]))
        if width and height:
            return width, height, False
    if kind == b"VP8L" and len(head) >= 5 and head[0] == _VP8L_START:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & _SIDE_MASK) + 1, (bits >> 14 & _SIDE_MASK) + 1, bool(bits >> 28 & 1)
    raise MalformedFile(detail=f"WebP {kind.decode('latin-1')}")


def _info_labels(source: BinaryIO, chunk: Chunk) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Labels among a list's entries: the span each has in the file, and its value."""
    if not 12 < chunk.size <= METADATA_CAP:
        return
    data = _data(source, chunk)
    at = 4 if data.startswith(b"INFO") else len(data)
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = min(at + 8 + size + size % 2, len(data))
        if data[at : at + 4] == b"AIGC":
            value = data[at + 8 : at + 8 + size].rstrip(b"\0")
            yield (chunk.data + at, chunk.data + end), value
        at = end


def _tags(data: bytes) -> list[id3_tag.Tag]:
    try:
        return id3_tag.tags_in(io.BytesIO(data), len(data), strict=False)
    except InputError:
        # A damaged tag is no reason to refuse the sound that it lies beside.
        return []


def _without_frames(data: bytes) -> bytes:
    labelled = [tag for tag in _tags(data) if id3_tag.labels_of(tag)]
    return applied(data, [edit for tag in labelled for edit in id3_tag.cleared(tag)])


def _without_info(chunk: Chunk, spans: list[tuple[int, int]]) -> Iterator[Edit]:
    if spans:
        size = chunk.size - sum(end - start for start, end in spans)
        yield Edit(chunk.start + 4, chunk.data, size.to_bytes(4, "little"))
        yield from (Edit(start, end, b"") for start, end in spans)
