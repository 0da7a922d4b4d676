"""BMP: the label in an XMP packet after the pixels, at the end of the file.

The format has no place for metadata. Decoders find the pixels by the header and read no
further, so a packet after them travels with the file and is found as any scanner finds one:
by its ``<?xpacket`` marks.

Source: Adobe XMP part 3, 2 (packets in files whose format is not known); Microsoft BITMAPFILEHEADER,
BITMAPV5HEADER; TC260-PG-20259A (prefix and property).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, at_most, size_of

STANDARD_PLACE = "bmp:XMP"

_FILE_HEAD = 14
_CORE, _INFO, _V5 = 12, 40, 124
_HEADERS = frozenset({_CORE, 16, _INFO, 52, 56, 64, 108, _V5})
"""Sizes of the header, by version: OS/2 1 and 2, Windows 3, 4 and 5."""
_PLAIN = frozenset({0, 3, 6})
"""Ways of storing whose size follows from the sides: RGB, bit fields, with alpha."""
_DEPTHS = frozenset({0, 1, 2, 4, 8, 16, 24, 32, 64})
_SIZE_FIELD = slice(2, 6)
_BEGIN, _END, _CLOSE = b"<?xpacket begin", b"<?xpacket end", b"?>"
_OPENING = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_CLOSING = b'\n<?xpacket end="w"?>'
_MAX_PACKETS = 100


@dataclass(frozen=True, slots=True)
class _Bitmap:
    """``pixels`` is where they begin, ``end`` where all that the header names is over, and
    ``head`` where the header itself is."""

    size: int
    stated: int
    head: int
    pixels: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    packet: Packet

    @property
    def end(self) -> int:
        return self.start + len(self.packet.data)


class Bmp:
    """The BMP family; see ``Carrier``."""

    name = "bmp"
    media_types: tuple[str, ...] = ("image/bmp",)
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        if head[:2] != b"BM" or len(head) < _FILE_HEAD + _CORE:
            return None
        (header,) = struct.unpack_from("<I", head, _FILE_HEAD)
        at = _FILE_HEAD + (8 if header == _CORE else 12)
        planes, depth = struct.unpack_from("<HH", head.ljust(at + 4, b"\0"), at)
        return "image/bmp" if header in _HEADERS and planes <= 1 and depth in _DEPTHS else None

    def read(self, source: BinaryIO) -> list[Packet]:
        bitmap = _bitmap(source)
        return [found.packet for found in _found(source, bitmap)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        bitmap = _bitmap(source)
        if bitmap.end > bitmap.size:
            raise TruncatedFile(detail=f"BMP pixels to {bitmap.end}")
        found = _found(source, bitmap)
        old = next((one for one in found if one.packet.place == STANDARD_PLACE), None)
        start, end = (old.start, old.end) if old else (bitmap.size, bitmap.size)
        edits = [Edit(start, end, _wrapped(packets["xmp"]))]
        for one in found:
            if one is not old:
                # What lies before the pixels keeps its length, so that they stay in their place.
                blank = b" " * len(one.packet.data) if one.start < bitmap.pixels else b""
                edits.append(Edit(one.start, one.end, blank))
        edits += _sized(bitmap, sum(edit.growth for edit in edits))
        return pieces_of(edits, bitmap.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


BMP = Bmp()


def _bitmap(source: BinaryIO) -> _Bitmap:
    """Raises TruncatedFile, MalformedFile."""
    size = size_of(source)
    source.seek(0)
    head = source.read(_FILE_HEAD + _V5)
    if len(head) < _FILE_HEAD + _CORE:
        raise TruncatedFile(detail="BMP header")
    stated, _, pixels, header = struct.unpack_from("<4I", head, 2)
    if head[:2] != b"BM" or header not in _HEADERS:
        raise MalformedFile(detail="BMP header")
    if len(head) < _FILE_HEAD + header:
        raise TruncatedFile(detail="BMP header")
    if pixels < _FILE_HEAD + header:
        raise MalformedFile(detail=f"BMP pixels @{pixels}")
    end = max(pixels + _length(head, header), _profile_end(head, header))
    return _Bitmap(size, stated, _FILE_HEAD + header, pixels, end)


def _length(head: bytes, header: int) -> int:
    """Bytes of the pixels; 0 where the header does not tell."""
    if header == _CORE:
        width, height, _, depth = struct.unpack_from("<4H", head, _FILE_HEAD + 4)
        kind = stated = 0
    else:
        width, height, _, depth = struct.unpack_from("<iiHH", head, _FILE_HEAD + 4)
        kind, stated = struct.unpack_from("<II", head, _FILE_HEAD + 16) if header > 16 else (0, 0)
    if kind not in _PLAIN or (kind and header == 64):
        return int(stated)
    return (width * depth + 31) // 32 * 4 * abs(height) if width > 0 else 0


def _profile_end(head: bytes, header: int) -> int:
    """Where the colour profile ends that a version 5 header may name."""
    if header != _V5:
        return 0
    kind = head[_FILE_HEAD + 56 : _FILE_HEAD + 60]
    start, length = struct.unpack_from("<II", head, _FILE_HEAD + 112)
    return _FILE_HEAD + start + length if kind in {b"DEBM", b"KNIL"} else 0


def _found(source: BinaryIO, bitmap: _Bitmap) -> list[_Found]:
    """Packets in what no header speaks of: after the pixels, and in the gap before them."""
    first = max(bitmap.end, bitmap.size - METADATA_CAP)
    tail = at_most(source, first, METADATA_CAP, "BMP") if first < bitmap.size else b""
    gap = bitmap.pixels - bitmap.head
    before = at_most(source, bitmap.head, gap, "BMP") if gap <= METADATA_CAP else b""
    return [
        *_packets(before, bitmap.head, STANDARD_PLACE + ":before-data"),
        *_packets(tail, first, STANDARD_PLACE),
    ]


def _packets(data: bytes, base: int, place: str) -> list[_Found]:
    found: list[_Found] = []
    start = data.find(_BEGIN)
    while start >= 0 and len(found) < _MAX_PACKETS:
        last = data.find(_END, start)
        end = data.find(_CLOSE, last) + len(_CLOSE) if last >= 0 else 0
        if end < len(_CLOSE):
            # Cut off: to be read as far as it goes.
            end = len(data)
        number = f":{len(found) + 1}" if found else ""
        found.append(_Found(base + start, Packet("xmp", place + number, data[start:end])))
        start = data.find(_BEGIN, end)
    return found


def _wrapped(packet: bytes) -> bytes:
    """With the marks by which it is found."""
    if len(packet) > METADATA_CAP // 2:
        raise TooLarge(detail=f"BMP XMP > {METADATA_CAP // 2} bytes")
    if packet.startswith(_BEGIN) and _END in packet:
        return packet
    return _OPENING + packet + _CLOSING


def _sized(bitmap: _Bitmap, growth: int) -> list[Edit]:
    """The file's size in its header, where it was right before."""
    if bitmap.stated != bitmap.size or not growth:
        return []
    if bitmap.size + growth >> 32:
        raise TooLarge(detail="a BMP file would pass 4 GiB")
    new = struct.pack("<I", bitmap.size + growth)
    return [Edit(_SIZE_FIELD.start, _SIZE_FIELD.stop, new)]
