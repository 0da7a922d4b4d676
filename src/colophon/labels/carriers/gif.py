"""GIF: the label in XMP, in the application extension ``XMP Data``, before the first frame.

Source: TC260-PG-20259A (place); Adobe XMP part 3, 1.1.2 (the packet lies there as it is, and a
trailer of descending numbers leads decoders past it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.gif_blocks import (
    APPLICATION,
    COMMENT,
    GRAPHIC,
    IMAGE,
    SIGNATURES,
    TRAILER,
    WORDS,
    Block,
    Blocks,
    joined,
)
from colophon.labels.carriers.label_field import FIELD, looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import (
    METADATA_CAP,
    TOTAL_CAP,
    at_most,
    size_of,
    within_cap,
)

STANDARD_PLACE = "gif:application:XMP"
XMP_HEAD = b"\x21\xff\x0bXMP DataXMP"
MAGIC = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\0"
"""Whatever byte of it a decoder takes for a length, it leads to the closing zero."""

_VERSION = 4
_DATA = 3 + 11
"""Bytes before an application extension's data: introducer, label, size, identifier."""
_GUESS_CAP = 64 << 10
_MAX_BEARERS = 1_000
_FRAME_STARTS = (GRAPHIC, WORDS, IMAGE, TRAILER)


@dataclass(frozen=True, slots=True)
class _Bearer:
    """A block with its packet. ``late``: it comes after the start of the first frame."""

    block: Block
    packet: Packet

    @property
    def standard(self) -> bool:
        return self.packet.place == STANDARD_PLACE


@dataclass(slots=True)
class _Layout:
    """``frames``: where the first frame begins, its control block included."""

    newest: bool = True
    frames: int | None = None
    bearers: list[_Bearer] = field(default_factory=list)
    fault: InputError | None = None


class Gif:
    """The GIF family; see ``Carrier``."""

    name = "gif"
    media_types: tuple[str, ...] = ("image/gif",)
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        return "image/gif" if head.startswith(SIGNATURES) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        layout = _layout(source)
        if layout.fault and not layout.bearers:
            raise layout.fault
        return within_cap((bearer.packet for bearer in layout.bearers), "GIF")

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        layout = _layout(source)
        if layout.fault or layout.frames is None:
            raise layout.fault or MalformedFile(detail="GIF without an image")
        new = _extension(packets["xmp"])
        old = next((bearer.block for bearer in layout.bearers if bearer.standard), None)
        start, end = (old.start, old.end) if old else (layout.frames,) * 2
        edits = [Edit(start, end, new)]
        edits += [
            Edit(bearer.block.start, bearer.block.end, b"")
            for bearer in layout.bearers
            if bearer.block is not old
        ]
        if not layout.newest:
            # Extensions came with version 89a.
            edits.append(Edit(_VERSION, _VERSION + 1, b"9"))
        return pieces_of(edits, size_of(source))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


GIF = Gif()


def _layout(source: BinaryIO) -> _Layout:
    """Raises TooLarge for too many labels."""
    blocks = Blocks(source)
    layout, held = _Layout(blocks.newest), 0
    for block in blocks:
        if layout.frames is None and block.kind in _FRAME_STARTS:
            layout.frames = block.start
        for packet in _packets(source, block, late=layout.frames is not None):
            layout.bearers.append(_Bearer(block, packet))
            held += block.end - block.start
        if len(layout.bearers) > _MAX_BEARERS or held > TOTAL_CAP:
            raise TooLarge(detail=f"GIF > {_MAX_BEARERS} labels, {TOTAL_CAP} bytes")
    layout.fault = blocks.fault
    return layout


def _packets(source: BinaryIO, block: Block, *, late: bool) -> Iterator[Packet]:
    size = block.end - block.start
    after = ":after-data" * late
    if block.kind == COMMENT and size <= _GUESS_CAP:
        text = joined(at_most(source, block.start + 2, size - 2, "GIF comment"))
        if looks_like_label(text.decode("latin-1")):
            yield Packet("aigc", "gif:comment" + after, text)
    elif block.kind == APPLICATION:
        source.seek(block.start)
        head = source.read(_DATA)
        if head != XMP_HEAD and FIELD.encode() not in head[3:]:
            return
        data = at_most(source, block.start + _DATA, max(0, size - _DATA), "GIF application")
        if head == XMP_HEAD:
            yield Packet("xmp", STANDARD_PLACE + after, _xmp(data))
        else:
            yield Packet("aigc", f"gif:application:{FIELD}{after}", joined(data))


def _xmp(data: bytes) -> bytes:
    """The packet; some writers cut it into sub-blocks, as any other extension's data is."""
    if data.endswith(MAGIC[-32:]) and len(data) >= len(MAGIC):
        return data[: -len(MAGIC)]
    return joined(data)


def _extension(packet: bytes) -> bytes:
    if len(packet) > METADATA_CAP:
        raise TooLarge(detail=f"GIF XMP > {METADATA_CAP} bytes")
    if b"\0" in packet:
        raise MalformedFile(detail="GIF: its XMP is not in UTF-8")
    return XMP_HEAD + packet + MAGIC
