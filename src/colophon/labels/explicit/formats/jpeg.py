"""JPEG: new image data behind the old file's own application segments."""

from __future__ import annotations

import struct
from collections.abc import Iterator

ADOBE, JFIF, COMMENT = 0xEE, 0xE0, 0xFE
MULTI_PICTURE = b"MPF\x00"
SCAN, END = 0xDA, 0xD9


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the first scan (which runs to the end)."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in {SCAN, END}:
            yield marker, at, len(data)
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if end > len(data):
            return
        yield marker, at, end
        at = end


def join(old: bytes, new: bytes) -> tuple[bytes, bool]:
    """``new``'s picture with ``old``'s metadata; True when further pictures were left behind.

    An index of further pictures (MPF) is left out with them, because they show no label.
    """
    kept, left = [], False
    for marker, start, end in segments(old):
        if old[start + 4 : start + 8] == MULTI_PICTURE:
            left = True
        elif _describes(marker) and marker != ADOBE:
            kept.append(old[start:end])
    body = [new[s:e] for m, s, e in segments(new) if m == ADOBE or not _describes(m)]
    return b"\xff\xd8" + b"".join(kept + body), left


def _describes(marker: int) -> bool:
    return JFIF <= marker <= 0xEF or marker == COMMENT
