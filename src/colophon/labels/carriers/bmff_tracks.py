"""What the tracks of an ISO base media file are for. Source: ISO/IEC 14496-12 8.4.3 (hdlr)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from colophon.labels.carriers.bmff_boxes import Box, children, found, read_at, size_of, walk

_PICTURES, _SOUND = b"vide", b"soun"
_HANDLER_AT = 8
"""Where the handler's type stands in its box: after the version and four reserved bytes."""


def only_sound(source: BinaryIO) -> bool:
    """Whether there is sound and nothing to see. False where the tracks cannot be read."""
    kinds = set(_handlers(source))
    return _SOUND in kinds and _PICTURES not in kinds


def _handlers(source: BinaryIO) -> Iterator[bytes]:
    boxes: list[Box] = list(walk(source, 0, size_of(source)))
    for kind in (b"moov", b"trak", b"mdia", b"hdlr"):
        if kind != b"moov":
            boxes = [child for box in boxes for child in children(source, box)]
        boxes = found(boxes, kind)
    for box in boxes:
        yield read_at(source, box.body + _HANDLER_AT, 4)
