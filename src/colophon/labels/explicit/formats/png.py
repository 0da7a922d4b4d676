"""PNG: new image data between the old file's own chunks, which stay byte for byte."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"})
DEPTH_BOUND = frozenset({b"bKGD", b"sBIT", b"hIST", b"sPLT"})
"""Chunks that speak about palette entries or bit depth; kept only when neither changes."""


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk; stops at the first that does not fit."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            return
        yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def header(data: bytes) -> tuple[int, int]:
    """Bit depth and colour type; (0, 0) when there is no header."""
    for name, body in chunks(data):
        return (body[8], body[9]) if name == b"IHDR" and len(body) > 9 else (0, 0)
    return 0, 0


def join(old: bytes, new: bytes) -> bytes:
    """``new``'s picture with all that ``old`` says about it."""
    same_form = header(old) == header(new)
    before: list[bytes] = []
    after: list[bytes] = []
    seen = False
    for name, body in chunks(old):
        seen = seen or name == b"IDAT"
        if name not in PIXELS and (same_form or name not in DEPTH_BOUND):
            (after if seen else before).append(_chunk(name, body))
    out = [SIGNATURE]
    for name, body in chunks(new):
        if name == b"IEND":
            out += after
        if name in PIXELS:
            out.append(_chunk(name, body))
        if name == b"IHDR":
            out += before
    return b"".join(out)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
