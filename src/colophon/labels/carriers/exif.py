"""The UserComment of an EXIF block: where a label may lie, and taking it out in place.

Source: GB 45438-2025 practice guide TC260-PG-20259A Annex B (label in UserComment);
CIPA DC-008 (Exif) 4.6.5 (UserComment and its character codes).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from colophon.labels.carriers.label_field import looks_like_label

PREFIX = b"Exif\0\0"
"""Stands before the block in JPEG, and, by mistake, in some WebP files."""

_EXIF_IFD = 0x8769
_USER_COMMENT = 0x9286
_ENTRY = 12
_INLINE = 4
_TEXT_TYPES = {1: 1, 2: 1, 7: 1}
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


def label_comments(block: bytes) -> list[UserComment]:
    """The comments with a label in them, of a block that may begin with ``Exif\\0\\0``.

    Takes anything; what points outside the block is cut at its end or left out.
    """
    skip = len(PREFIX) if block.startswith(PREFIX) else 0
    order = _byte_order(block, skip)
    if order is None:
        return []
    comments = (_comment(block, span, order) for span in _values(block, skip, order))
    return [comment for comment in comments if comment.bears_label]


def without_label(block: bytes) -> bytes:
    """The block without labels: as long as it was, all else byte for byte.

    What shares the comment's JSON object with the label stays where it can.
    """
    clean = bytearray(block)
    for comment in label_comments(block):
        old = block[comment.start : comment.end]
        clean[comment.start : comment.end] = _neutral(old, comment.text, block)
    return bytes(clean)


def _neutral(old: bytes, text: str, block: bytes) -> bytes:
    rest = _rest_of(text)
    if not rest or old[:_CODE] not in {_ASCII, _UNICODE, _UNDEFINED}:
        return bytes(len(old))
    wide = old.startswith(_UNICODE)
    order = _byte_order(block, 0) or _byte_order(block, len(PREFIX))
    encoding = ("utf-16-le" if order == "<" else "utf-16-be") if wide else "ascii"
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


def _byte_order(block: bytes, at: int) -> Literal["<", ">"] | None:
    mark = block[at : at + 4]
    if mark == b"II*\0":
        return "<"
    return ">" if mark == b"MM\0*" else None


def _values(block: bytes, base: int, order: str) -> Iterator[tuple[int, int]]:
    """Spans of UserComment values in the first directory and in the Exif directory."""
    (first,) = struct.unpack_from(order + "I", block.ljust(base + 8, b"\0"), base + 4)
    directories, seen = [base + first], set[int]()
    for at in directories:
        if at in seen:
            continue
        seen.add(at)
        for tag, kind, count, value_at in _entries(block, at, order):
            if tag == _EXIF_IFD and len(directories) < 2:
                directories.append(base + _number(block, value_at, order))
            elif tag == _USER_COMMENT and kind in _TEXT_TYPES:
                start = value_at if count <= _INLINE else base + _number(block, value_at, order)
                yield min(start, len(block)), min(start + count, len(block))


def _entries(block: bytes, at: int, order: str) -> Iterator[tuple[int, int, int, int]]:
    if at + 2 > len(block):
        return
    (count,) = struct.unpack_from(order + "H", block, at)
    for entry in range(at + 2, min(at + 2 + count * _ENTRY, len(block) - _ENTRY + 1), _ENTRY):
        tag, kind, items = struct.unpack_from(order + "HHI", block, entry)
        yield tag, kind, items, entry + 8


def _number(block: bytes, at: int, order: str) -> int:
    (value,) = struct.unpack_from(order + "I", block, at)
    return int(value)


def _comment(block: bytes, span: tuple[int, int], order: str) -> UserComment:
    raw = block[span[0] : span[1]]
    code, body = raw[:_CODE], raw[_CODE:]
    if code == _UNICODE:
        text = _wide(body, order)
    elif code == _JIS:
        text = body.decode("iso2022_jp", "replace")
    else:
        text = (body if code in {_ASCII, _UNDEFINED} else raw).decode("utf-8", "replace")
    return UserComment(*span, text.strip("\0 \t\r\n\ufeff"))


def _wide(body: bytes, order: str) -> str:
    """UTF-16 in the block's byte order or, as some writers have it, in the other or in UTF-8."""
    first, second = ("utf-16-le", "utf-16-be") if order == "<" else ("utf-16-be", "utf-16-le")
    for encoding in (first, second, "utf-8"):
        text = body.decode(encoding, "replace")
        if '"' in text or "{" in text:
            return text
    return body.decode(first, "replace")
