"""What a file's bytes alone tell of a manifest: its mark, and how much memory a look would take.

The SDK signs and checks a film piece by piece, but takes other files into memory whole, two or
three times over. What is said here never holds more than a few pieces.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from colophon.errors import InputError
from colophon.labels import credential_places, credential_sdk
from colophon.labels.carriers import bmff_boxes, jpeg

LARGEST = 256 * 1024 * 1024
"""Bytes that the SDK may be given to hold whole; with its copies it takes up to three times it."""

_SEARCHED = 8 * 1024 * 1024
_CHUNK = 1024 * 1024
_MARK = b"c2pa"
# How every manifest store begins, which no media holds by chance: its description box and the
# first bytes of its identifier (Source: C2PA 2.2, 11.1.4.2); in SVG, its element.
_STORES = (b"jumdc2pa", b"<c2pa:manifest")
_IN_PACKAGES = b"META-INF/content_credential.c2pa"  # Source: C2PA 2.4, A.6.3
_FILMS = ("video/mp4", "video/quicktime", "audio/mp4")
_MEDIA_BOXES = (b"mdat", b"free", b"skip")


def too_large(reading: BinaryIO, media_type: str) -> bool:
    """Whether signing this file or checking its manifest would take memory without bound.

    Of a film everything but its media counts: pictures and sound are hashed piece by piece.
    """
    size = reading.seek(0, os.SEEK_END)
    most = credential_places.LARGEST if media_type in credential_places.TEXTS else LARGEST
    if size <= most or media_type not in _FILMS:
        return size > most
    try:
        boxes = [box for box in bmff_boxes.walk(reading, 0, size) if box.kind in _MEDIA_BOXES]
    except InputError:
        return True
    return size - sum(box.end - box.start for box in boxes) > LARGEST


def rules_out(reading: BinaryIO, media_type: str) -> bool:
    """Whether a search of the bytes shows that there is no manifest, as in nearly all files."""
    # A PDF may hold it compressed; through a large film the SDK walks faster, box by box.
    if media_type == "application/pdf":
        return False
    if media_type in _FILMS and reading.seek(0, os.SEEK_END) > _SEARCHED:
        return False
    return not mentions(reading, media_type)


def mentions(reading: BinaryIO, media_type: str) -> bool:
    """Whether the bytes speak of a manifest; in a large file, only the beginning of one counts."""
    if media_type in credential_places.TEXTS:
        return _any_in(reading, (credential_places.MARKS[media_type],))
    if credential_sdk.is_package(media_type):
        return _any_in(reading, (_IN_PACKAGES,))
    small = reading.seek(0, os.SEEK_END) <= _SEARCHED
    return _any_in(reading, (_MARK,) if small else _STORES)


def heralds(reading: BinaryIO, media_type: str) -> bool:
    """As `mentions`, but of a JPEG only what lies before its picture is searched: there a manifest
    is written, and there it costs little to look (Source: C2PA 2.4, A.3.1).
    """
    if media_type != "image/jpeg":
        return mentions(reading, media_type)
    return _any_in(reading, (_MARK,), jpeg.header_size(reading))


def _any_in(reading: BinaryIO, marks: tuple[bytes, ...], size: int | None = None) -> bool:
    longest = max(map(len, marks))
    left = reading.seek(0, os.SEEK_END) if size is None else size
    reading.seek(0)
    before = b""
    while left > 0 and (chunk := reading.read(min(_CHUNK, left))):
        left -= len(chunk)
        seen = before + chunk
        if any(mark in seen for mark in marks):
            return True
        before = seen[-longest + 1 :]
    return False
