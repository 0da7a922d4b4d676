"""The UserComment of an EXIF block: where a label may lie, and taking it out in place.

Source: GB 45438-2025 practice guide TC260-PG-20259A Annex B (label in UserComment);
CIPA DC-008 (Exif) 4.6.5 (UserComment and its character codes).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from colophon.labels.carriers.label_field import looks_like_label
from colophon.labels.carriers.tiff_directories import Block, block_at

PREFIX = b"Exif\0\0"
"""Stands before the block in JPEG, and, by mistake, in some WebP files."""

_EXIF_IFD = 0x8769
_USER_COMMENT = 0x9286
_TEXT_TYPES = {1, 2, 7}
"""BYTE, ASCII and UNDEFINED; each is one byte an item."""
_CODE = 8
_ASCII = b"ASCII\0\0\0"
_UNICODE = b"UNICODE\0"
_JIS = b"JIS\0\0\0\0\0"
_UNDEFINED = bytes(_CODE)


@dataclass(frozen=True, slots=True)
class UserComment:
    """``start`` to ``end`` spans the value in the block, character code included."""

    start: int
    end: int
    text: str

    @property
    def bears_label(self) -> bool:
        """Whether a label, or what is left of one, stands in it."""
        return "AIGC" in self.text or looks_like_label(self.text)


def label_comments(data: bytes) -> list[UserComment]:
    """The comments with a label in them, of a block that may begin with ``Exif\\0\\0``.

    Takes anything; what points outside the block is cut at its end or left out.
    """
    block = _block(data)
    if block is None:
        return []
    comments = (_comment(block, start, end) for start, end in _values(block))
    return [comment for comment in comments if comment.bears_label]


def without_label(data: bytes) -> bytes:
    """The block without labels: as long as it was, all else byte for byte.

    What shares the comment's JSON object with the label stays where it can.
    """
    block, clean = _block(data), bytearray(data)
    for comment in label_comments(data) if block else ():
        old = data[comment.start : comment.end]
        clean[comment.start : comment.end] = _neutral(old, comment.text, block)
    return bytes(clean)


def _block(data: bytes) -> Block | None:
    return block_at(data, len(PREFIX) if data.startswith(PREFIX) else 0)


def _neutral(old: bytes, text: str, block: Block | None) -> bytes:
    rest = _rest_of(text)
    if not rest or block is None or old[:_CODE] not in {_ASCII, _UNICODE, _UNDEFINED}:
        return bytes(len(old))
    wide = old.startswith(_UNICODE)
    encoding = _wide_encodings(block)[0] if wide else "ascii"
    new = (_UNICODE if wide else _ASCII) + rest.encode(encoding)
    return new.ljust(len(old), b"\0") if len(new) <= len(old) else bytes(len(old))


def _rest_of(text: str) -> str:
    """The comment's JSON object without its label; empty when nothing else is in it."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict) or "AIGC" not in body:
        return ""
    del body["AIGC"]
    return json.dumps(body, separators=(",", ":")) if body else ""


def _values(block: Block) -> Iterator[tuple[int, int]]:
    """Spans of UserComment values in the first directory and in the Exif directory."""
    inner = None
    for tag in block.tags(block.first):
        if tag.number == _EXIF_IFD:
            inner = block.base + block.number(tag.start)
        elif tag.number == _USER_COMMENT and tag.kind in _TEXT_TYPES:
            yield tag.start, tag.end
    for tag in block.tags(inner) if inner is not None else ():
        if tag.number == _USER_COMMENT and tag.kind in _TEXT_TYPES:
            yield tag.start, tag.end


def _comment(block: Block, start: int, end: int) -> UserComment:
    raw = block.data[start:end]
    code, body = raw[:_CODE], raw[_CODE:]
    if code == _UNICODE:
        text = _wide(body, block)
    elif code == _JIS:
        text = body.decode("iso2022_jp", "replace")
    else:
        text = (body if code in {_ASCII, _UNDEFINED} else raw).decode("utf-8", "replace")
    return UserComment(start, end, text.strip("\0 \t\r\n\ufeff"))


def _wide(body: bytes, block: Block) -> str:
    """UTF-16 in the block's byte order or, as some writers have it, in the other or in UTF-8."""
    encodings = _wide_encodings(block)
    for encoding in (*encodings, "utf-8"):
        text = body.decode(encoding, "replace")
        if '"' in text or "{" in text:
            return text
    return body.decode(encodings[0], "replace")


def _wide_encodings(block: Block) -> tuple[str, str]:
    """The right one, then the other."""
    little, big = "utf-16-le", "utf-16-be"
    return (little, big) if block.order == "<" else (big, little)
