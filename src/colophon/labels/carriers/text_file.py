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
from colophon.labels.aigc import AigcReading
from colophon.labels.carriers.edits import Edit, applied
from colophon.labels.carriers.packet import Packet

MAX_FILE = 64 * 1024 * 1024
Span = tuple[int, int]

_UTF8 = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_LINE = re.compile(r"\r\n|\n|\r")
_BEFORE = re.compile(
    r"[ \t]*(?:<!--|/\*|[#/;%*>-]+)?[ \t]*(?:[\"']?AIGC[\"']?[ \t]*[:=])?[ \t]*[\"'`]?\Z"
)
_AFTER = re.compile(r"[\"'`;]?[ \t]*(?:-->|\*/)?[ \t]*(?:\r\n|\n|\r|\Z)")
_HEADING = re.compile(r"[ \t]*[\"']?AIGC[\"']?[ \t]*:[ \t]*\Z")
_ENCLOSURES = (
    (re.compile(r"<!--\s*\Z"), re.compile(r"\s*-->\Z")),
    (re.compile(r"---[ \t]*\Z"), re.compile(r"(?:---|\.\.\.)[ \t]*\Z")),
    (re.compile(r"```\w*[ \t]*\Z"), re.compile(r"```[ \t]*\Z")),
)
_MARKS = ("AIGC", "Label", "Produc", "Propagat")
_REMOVABLE = {"comment", "nested", "late_front_matter", "tail"}


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


def rest_of(file: TextFile, known: Collection[Span], places: Iterable[tuple[str, str]]) -> Packet:
    """The words outside the ``known`` labels, in which others may stand. ``places``: what the
    packet is called by the context of the first label in it; the last is for none."""
    data = file.without(known)
    found = aigc.find(data) if any(mark in file.text for mark in _MARKS) else []
    context = found[0].context if found else frozenset[str]()
    named = list(places)
    place = next((place for word, place in named if word in context), named[-1][1])
    return Packet("text", place, data)


def stale_labels(file: TextFile, known: Collection[Span]) -> Iterator[Span]:
    """Labels that stand by themselves outside the standard place, with the lines and marks
    that only serve them. One within other words is content and not among them."""
    if len(file.text) > aigc.MOST_BYTES or not any(mark in file.text for mark in _MARKS):
        return
    done = 0
    for reading in aigc.find(file.text):
        if any(start < reading.end and reading.start < end for start, end in known):
            continue
        span = _standing_alone(file.text, reading) if reading.context & _REMOVABLE else None
        if span and span[0] >= done:
            done = span[1]
            yield span


def _standing_alone(text: str, reading: AigcReading) -> Span | None:
    start = _line_start(text, reading.start)
    if not _BEFORE.fullmatch(text, start, reading.start):
        return None
    end = reading.end
    if not (end and text[end - 1] in "\r\n"):
        after = _AFTER.match(text, end)
        if not after:
            return None
        end = after.end()
    above = _line_above(text, start)
    if above and _HEADING.match(text[above[0] : above[1]]):
        start = above[0]
    return _enclosed(text, start, end)


def _enclosed(text: str, start: int, end: int) -> Span:
    above, below = _line_above(text, start), _line_at(text, end)
    if not above:
        return start, end
    first, last = text[above[0] : above[1]], text[end : below[1]]
    for opening, closing in _ENCLOSURES:
        if opening.match(first) and closing.match(last):
            return above[0], below[0]
    return start, end


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_above(text: str, start: int) -> Span | None:
    """Start and end (without its newline) of the line before the one at ``start``."""
    if start == 0:
        return None
    end = start - 2 if text[start - 2 : start] == "\r\n" else start - 1
    return _line_start(text, end), end


def _line_at(text: str, start: int) -> Span:
    """Where the next line begins, and where this one's words end."""
    newline = _LINE.search(text, start)
    return (newline.end(), newline.start()) if newline else (len(text), len(text))
