"""The content of pictures: what a decoder turns into pixels, without metadata around it.

Source: ISO/IEC 15948 (PNG), ITU-T T.81 (JPEG), GIF89a, RFC 9649 (WebP), ISO/IEC 18181-2 (JPEG XL).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.binding.parts import Part, Span
from colophon.labels.carriers import bmff_boxes
from colophon.labels.carriers.ranges import size_of

_MOST = 400_000
"""Chunks, segments or blocks of one picture."""
_PNG_KINDS = frozenset(
    b"IHDR PLTE tRNS IDAT acTL fcTL fdAT iCCP cICP gAMA cHRM sRGB sBIT bKGD CgBI".split()
)
_MOST_BLOCKS = 2_000_000
_JPEG_TABLES = frozenset((*range(0xC0, 0xD0), 0xDB, 0xDD, 0xDE, 0xDF))
_SOS, _EOI, _ADOBE, _APP2 = 0xDA, 0xD9, 0xEE, 0xE2
_JXL_KINDS = frozenset((b"jxlc", b"jxlp", b"jbrd"))
_READ = 1 << 16


def png(source: BinaryIO) -> Iterator[Part]:
    """Chunks that make the picture and its colours."""
    size, at = size_of(source), 8
    for _ in range(_MOST):
        head = _at(source, at, 8)
        kind, end = head[4:], at + 8 + int.from_bytes(head[:4])
        if end + 4 > size:
            raise TruncatedFile(detail=f"PNG @{at}")
        if kind in _PNG_KINDS:
            yield Span(kind, at + 8, end)
        if kind == b"IEND":
            return
        at = end + 4
    raise TooLarge(detail=f"PNG > {_MOST} chunks")


def jpeg(source: BinaryIO) -> Iterator[Part]:
    """Tables, frames, scans, and the colour profile and transform; nothing behind the end."""
    at = 2
    for _ in range(_MOST):
        head = _at(source, at, 2)
        if head[0] != 0xFF:
            raise MalformedFile(detail=f"JPEG @{at}")
        marker = head[1]
        if marker == _EOI:
            return
        if marker in (0x01, 0xFF) or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(_at(source, at + 2, 2))
        if marker == _SOS:
            end = _scan_end(source, end)
        if marker == _SOS or marker in _JPEG_TABLES or _colour(source, at, marker):
            yield Span(bytes((marker,)), at + 2, end)
        at = end
    raise TooLarge(detail=f"JPEG > {_MOST} segments")


def gif(source: BinaryIO) -> Iterator[Part]:
    """The screen, the frames with their timing, and the loop; no comments, no other extensions."""
    size, screen = size_of(source), _at(source, 6, 7)
    at = 13 + (3 << (screen[4] & 7) + 1 if screen[4] & 0x80 else 0)
    yield Span(b"screen", 6, at)
    for _ in range(_MOST):
        mark = _at(source, at, 1)
        if mark == b";" or at >= size:
            return
        if mark == b",":
            frame = _at(source, at, 10)
            start = at + 10 + (3 << (frame[9] & 7) + 1 if frame[9] & 0x80 else 0) + 1
            end = _blocks_end(source, start)
            yield Span(b"frame", at, end)
        else:
            kind = _at(source, at, 14)
            end = _blocks_end(source, at + 2)
            loop = kind[1:2] == b"\xff" and kind[3:14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
            if kind[1:2] in (b"\xf9", b"\x01") or loop:
                yield Span(b"extension", at, end)
        at = end
    raise TooLarge(detail=f"GIF > {_MOST} blocks")


def jxl(source: BinaryIO) -> Iterator[Part]:
    """The codestream, bare or in boxes."""
    size = size_of(source)
    if _at(source, 0, 2) == b"\xff\x0a":
        yield Span(b"jxlc", 0, size)
        return
    for box in bmff_boxes.walk(source, 0, size):
        if box.kind in _JXL_KINDS:
            yield Span(box.kind, box.body, box.end)


def _at(source: BinaryIO, at: int, count: int) -> bytes:
    source.seek(at)
    data = source.read(count)
    if not data or len(data) < count <= 8:
        raise TruncatedFile(detail=f"@{at}")
    return data.ljust(count, b"\0")


def _colour(source: BinaryIO, at: int, marker: int) -> bool:
    if marker == _APP2:
        return _at(source, at + 4, 12) == b"ICC_PROFILE\0"
    return marker == _ADOBE and _at(source, at + 4, 5) == b"Adobe"


def _scan_end(source: BinaryIO, at: int) -> int:
    """Where the next marker stands that is neither a restart nor a stuffed byte."""
    source.seek(at)
    held = b""
    while chunk := source.read(_READ):
        data = held + chunk
        found = data.find(b"\xff")
        while 0 <= found < len(data) - 1:
            after = data[found + 1]
            if after and not 0xD0 <= after <= 0xD7 and after != 0xFF:
                return at + found
            found = data.find(b"\xff", found + 1)
        held = data[-1:] if data.endswith(b"\xff") else b""
        at += len(data) - len(held)
    raise TruncatedFile(detail=f"JPEG @{at}")


def _blocks_end(source: BinaryIO, at: int) -> int:
    """Behind a chain of GIF data blocks."""
    source.seek(at)
    for _ in range(_MOST_BLOCKS):
        head = source.read(1)
        if not head:
            raise TruncatedFile(detail=f"GIF @{at}")
        at += 1 + head[0]
        if not head[0]:
            return at
        source.seek(at)
    raise TooLarge(detail=f"GIF > {_MOST_BLOCKS} blocks")
