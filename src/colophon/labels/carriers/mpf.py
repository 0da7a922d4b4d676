"""The index of a JPEG file of several pictures, kept true when the first one changes size.

Phones write such files: the picture, then a gain map or a second view. The index gives the
size of the first and the distance to the others.

Source: CIPA DC-007 (Multi-Picture Format) 5.2.
"""

from __future__ import annotations

import struct

from colophon.labels.carriers.tiff_directories import block_at

PREFIX = b"MPF\0"

_ENTRIES = 0xB002
_ENTRY = 16
_SIZE_AT, _OFFSET_AT = 4, 8
_MAX = 0xFFFFFFFF


def moved(content: bytes, grown: int, shifted: int) -> bytes:
    """The index after the first picture has ``grown`` by so many bytes, of which ``shifted``
    came after the index itself; as it was when it is damaged.
    """
    block = block_at(content, len(PREFIX))
    if block is None:
        return content
    new = bytearray(content)
    for tag in block.tags(block.first):
        if tag.number == _ENTRIES:
            for at in range(tag.start, tag.end - _ENTRY + 1, _ENTRY):
                first = block.number(at + _OFFSET_AT) == 0
                place, by = (at + _SIZE_AT, grown) if first else (at + _OFFSET_AT, shifted)
                value = block.number(place) + by
                if 0 < value <= _MAX:
                    struct.pack_into(block.order + "I", new, place, value)
    return bytes(new)
