"""FLAC and Ogg (Vorbis, Opus, FLAC, Speex, Theora): the label is the comment ``AIGC=``.

Source: TC260-PG-202510A, TC260-PG-20257A; xiph.org, "FLAC format"; RFC 3533. A FLAC file's
positions count from its first frame, so that its blocks may grow; its padding stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import EmptyFile, InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers import id3_tag, ogg_pages, ogg_streams, vorbis_comments
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.ogg_pages import Walk
from colophon.labels.carriers.ogg_streams import Codec, Headers, Stream
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import exactly, size_of, within_cap

_FLAC_MARK = b"fLaC"
_BLOCK_HEAD = 4
_LAST_BLOCK = 0x80
_COMMENTS, _INVALID = 4, 127
_LARGEST_BLOCK = (1 << 24) - 1
_MAX_BLOCKS, _MAX_LISTS = 10_000, 16
_ID3_HEAD = 10
_OPENING = 64 * 1024
"""Bytes in which the first pages of all streams are looked for."""


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    kind: int
    last: bool
    size: int

    @property
    def data(self) -> int:
        return self.start + _BLOCK_HEAD

    @property
    def end(self) -> int:
        return self.data + self.size


class Flac:
    """The FLAC family; see ``Carrier``."""

    name = "flac"
    media_types: tuple[str, ...] = ("audio/flac", "audio/x-flac")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        if head[:3] == b"ID3" and len(head) > _ID3_HEAD:
            size = 0
            for byte in head[6:_ID3_HEAD]:
                size = size << 7 | byte & 0x7F
            head = head[_ID3_HEAD + size :]
        return "audio/flac" if head.startswith(_FLAC_MARK) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        size = _checked_size(source)
        blocks, fault = _blocks(source, size)
        packets = [*self._tagged(source, size), *_commented(source, blocks)]
        if fault and not packets:
            raise fault
        return within_cap(packets, "FLAC")

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        size = _checked_size(source)
        blocks, fault = _blocks(source, size)
        if fault:
            raise fault
        edits = _relabelled(source, blocks, packets["aigc"])
        for tag in id3_tag.tags_in(source, size, strict=False):
            if id3_tag.labels_of(tag):
                edits += id3_tag.cleared(tag)
        return pieces_of(edits, size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"flac:comment:{FIELD}"

    def _tagged(self, source: BinaryIO, size: int) -> Iterator[Packet]:
        for tag in id3_tag.tags_in(source, size, strict=False):
            for packet, _ in id3_tag.labels_of(tag):
                yield Packet(packet.form, f"flac:{packet.place}", packet.data)


class Ogg:
    """The Ogg family; see ``Carrier``."""

    name = "ogg"
    media_types: tuple[str, ...] = ("audio/ogg", "video/ogg", "application/ogg")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        if not head.startswith(ogg_pages.MARK + b"\0"):
            return None
        codecs = _first_codecs(head)
        if any(codec.shows for codec in codecs):
            return "video/ogg"
        return "audio/ogg" if codecs else "application/ogg"

    def read(self, source: BinaryIO) -> list[Packet]:
        walk = Walk(source, _checked_size(source))
        streams = ogg_streams.surveyed(walk)
        if walk.fault and not streams:
            raise walk.fault
        found = within_cap(_spoken(source, streams), "Ogg")
        if walk.fault and not found:
            raise walk.fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        walk = Walk(source, _checked_size(source))
        streams = ogg_streams.surveyed(walk)
        if walk.fault:
            raise walk.fault
        if not streams:
            raise MalformedFile(detail="an Ogg file without a stream that has comments")
        edits = list(ogg_streams.relabelled(source, walk, streams[0], packets["aigc"]))
        for stream in streams[1:]:
            if any(_labels(source, stream)):
                edits += ogg_streams.relabelled(source, walk, stream, None)
        return pieces_of(edits, walk.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"ogg:comment:{FIELD}"


FLAC = Flac()
OGG = Ogg()


def only_sound(source: BinaryIO) -> bool:
    """Whether an Ogg file has sound and nothing to see. False where it cannot be told."""
    source.seek(0)
    codecs = _first_codecs(source.read(_OPENING))
    return bool(codecs) and not any(codec.shows for codec in codecs)


def _checked_size(source: BinaryIO) -> int:
    size = size_of(source)
    if not size:
        raise EmptyFile
    return size


def _first_codecs(head: bytes) -> list[Codec]:
    """What the streams hold that begin here; their first pages stand before all others."""
    found: list[Codec] = []
    at = 0
    while head.startswith(ogg_pages.MARK, at) and len(head) >= at + ogg_pages.HEAD:
        lacing = head[at + ogg_pages.HEAD :][: head[at + 26]]
        page = ogg_pages.parsed(head[at : at + ogg_pages.HEAD], at, lacing)
        if page is None or not page.flags & ogg_pages.FIRST:
            break
        codec = ogg_streams.codec_of(head[page.body : page.end])
        found += [codec] if codec else []
        at = page.end
    return found


def _labels(source: BinaryIO, stream: Stream) -> Iterator[vorbis_comments.Comment]:
    headers = Headers.of(source, stream)
    at = ogg_streams.list_at(stream, headers.comments)
    if at is not None:
        yield from vorbis_comments.labels_in(headers.comments, at)


def _spoken(source: BinaryIO, streams: list[Stream]) -> Iterator[Packet]:
    for number, stream in enumerate(streams):
        which = f":stream{number + 1}" if number else ""
        for label in _labels(source, stream):
            yield Packet("aigc", f"ogg{which}:comment:{label.name.upper()}", label.value)


def _blocks(source: BinaryIO, size: int) -> tuple[list[_Block], InputError | None]:
    """The metadata blocks, and what is wrong with them."""
    tags = id3_tag.tags_in(source, size, strict=False)
    at = 0
    for tag in tags:
        at = tag.end if tag.start == at else at
    source.seek(at)
    if source.read(4) != _FLAC_MARK:
        return [], MalformedFile(detail="no FLAC stream at the start")
    at += 4
    blocks: list[_Block] = []
    comments = 0
    while not blocks or not blocks[-1].last:
        source.seek(at)
        head = source.read(_BLOCK_HEAD)
        block = _Block(at, head[0] & 0x7F, bool(head[0] & 0x80), 0) if head else None
        if block is None or len(head) < _BLOCK_HEAD:
            return blocks, TruncatedFile(detail=f"FLAC block @{at}")
        block = _Block(at, block.kind, block.last, int.from_bytes(head[1:], "big"))
        if block.kind == _INVALID or (not blocks and block.kind):
            return blocks, MalformedFile(detail=f"FLAC block @{at}")
        if block.end > size:
            return blocks, TruncatedFile(detail=f"FLAC block @{at}")
        if len(blocks) >= _MAX_BLOCKS:
            raise TooLarge(detail=f"FLAC > {_MAX_BLOCKS} blocks")
        comments += block.kind == _COMMENTS
        if comments > _MAX_LISTS:
            raise TooLarge(detail=f"FLAC > {_MAX_LISTS} lists of comments")
        blocks.append(block)
        at = block.end
    return blocks, None


def _comment_data(source: BinaryIO, block: _Block) -> bytes:
    return exactly(source, block.data, block.size, "FLAC comments")


def _commented(source: BinaryIO, blocks: list[_Block]) -> Iterator[Packet]:
    for block in blocks:
        if block.kind == _COMMENTS:
            for label in vorbis_comments.labels_in(_comment_data(source, block), 0):
                yield Packet("aigc", f"flac:comment:{label.name.upper()}", label.value)


def _relabelled(source: BinaryIO, blocks: list[_Block], value: bytes) -> list[Edit]:
    """The first list of comments with the label in it, or one behind the stream's first block."""
    edits: list[Edit] = []
    new: bytes | None = value
    for block in blocks:
        if block.kind != _COMMENTS:
            continue
        data = _comment_data(source, block)
        if new is not None or any(vorbis_comments.labels_in(data, 0)):
            words = vorbis_comments.relabelled(data, 0, new)
            edits.append(Edit(block.start, block.end, _block(words, last=block.last)))
        new = None
    if new is not None:
        first = blocks[0]
        made = _block(vorbis_comments.new_list(value), last=first.last)
        edits.append(Edit(first.start, first.start + 1, bytes([first.kind])))
        edits.append(Edit(first.end, first.end, made))
    return edits


def _block(data: bytes, *, last: bool) -> bytes:
    if len(data) > _LARGEST_BLOCK:
        raise TooLarge(detail="FLAC comments > 16 MiB")
    head = bytes([_COMMENTS | (_LAST_BLOCK if last else 0)])
    return head + len(data).to_bytes(3, "big") + data
