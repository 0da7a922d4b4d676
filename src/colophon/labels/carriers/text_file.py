"""A text file taken whole, whose bytes outside the edited ranges are never decoded away.

Any encoding that has ASCII as its lower half is held one character a byte: label places are
ASCII, and what stands between them is only ever kept. UTF-16 is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TooLarge
from colophon.labels import aigc
from colophon.labels.carriers.edits import Edit, applied
from colophon.labels.carriers.packet import Packet

MAX_FILE = 64 * 1024 * 1024
Span = tuple[int, int]

_UTF8 = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_LINE = re.compile(r"\r\n|\n|\r")
_MARKS = ("AIGC", "Label", "Produc", "Propagat")


@dataclass(frozen=True, slots=True)
class TextFile:
    """``text`` is one character a byte, or decoded UTF-16; ``mark`` the byte order mark."""

    data: bytes
    mark: bytes
    codec: str
    text: str

    @property
    def newline(self) -> str:
        """The convention of its first line."""
        first = _LINE.search(self.text)
        return first[0] if first else "\n"

    def edit(self, start: int, end: int, new: str) -> Edit:
        """``new`` in place of the characters ``start`` to ``end``, as an edit of the bytes."""
        return Edit(self.offset(start), self.offset(end), new.encode(self.codec))

    def offset(self, character: int) -> int:
        """The byte at which a character begins."""
        if self.codec == "latin-1":
            return len(self.mark) + character
        before = self.text[:character].encode(self.codec, "surrogatepass")
        return len(self.mark) + len(before)

    def bytes_of(self, span: Span) -> bytes:
        """A part of the text in UTF-8, or as it stands where the encoding is not known."""
        part = self.data[self.offset(span[0]) : self.offset(span[1])]
        return part if self.codec == "latin-1" else self.text[span[0] : span[1]].encode()

    def without(self, spans: Iterable[Span]) -> bytes:
        """All the bytes but those of some parts."""
        return applied(self.data, [self.edit(start, end, "") for start, end in spans])


def text_of(source: BinaryIO) -> TextFile:
    """Raises EmptyFile, TooLarge; MalformedFile where the bytes are no text."""
    source.seek(0)
    data = source.read(MAX_FILE + 1)
    if not data:
        raise EmptyFile
    if len(data) > MAX_FILE:
        raise TooLarge(detail=f"a text of over {MAX_FILE} bytes")
    return decoded(data)


def decoded(data: bytes) -> TextFile:
    """The text of some bytes; MalformedFile where they are none."""
    mark = data[:2]
    if mark in _UTF16 and data[2:4] != b"\0\0":
        try:
            text = data[2:].decode(_UTF16[mark])
        except UnicodeDecodeError as wrong:
            raise MalformedFile(detail="not valid UTF-16") from wrong
        return TextFile(data, mark, _UTF16[mark], text)
    if b"\0" in data:
        raise MalformedFile(detail="NUL bytes in a text")
    mark = _UTF8 if data.startswith(_UTF8) else b""
    return TextFile(data, mark, "latin-1", data[len(mark) :].decode("latin-1"))


def is_text(head: bytes) -> bool:
    """Could these first bytes be a text's?"""
    return bool(head) and (head[:2] in _UTF16 or b"\0" not in head)


def may_hold_label(text: str) -> bool:
    """Is a search for labels worth its time?"""
    return any(mark in text for mark in _MARKS)


def rest_of(file: TextFile, known: Collection[Span], places: Iterable[tuple[str, str]]) -> Packet:
    """The words outside the ``known`` labels, in which others may stand. ``places``: what the
    packet is called by the context of the first label in it; the last is for none."""
    data = file.without(known)
    found = aigc.find(data) if may_hold_label(file.text) else []
    context = found[0].context if found else frozenset[str]()
    named = list(places)
    place = next((place for word, place in named if word in context), named[-1][1])
    return Packet("text", place, data)


def lines_upwards(text: str, end: int, most: int) -> Iterator[Span]:
    """The last lines before ``end``, at most so many, from below, without their newlines."""
    for _ in range(most):
        stop = end - 2 if text[max(0, end - 2) : end] == "\r\n" else end
        if stop == end and text[max(0, end - 1) : end] in ("\n", "\r"):
            stop = end - 1
        start = max(text.rfind("\n", 0, stop), text.rfind("\r", 0, stop)) + 1
        yield start, stop
        if start == 0:
            return
        end = start
