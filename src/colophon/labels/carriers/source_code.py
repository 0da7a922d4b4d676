"""Source code, YAML, TOML, XML and configuration: the label is a comment of the language.

Source: no guide names a place for them; this is the form used here. The comment is the last line
of the code (before ``__END__``); in YAML it is the first where a last one would change a scalar.
Its labels at the edges are replaced; what stands in the midst of a program may be the program's
data and is read, never touched. A language is known by the file's extension alone, so
``of_extension`` gives the carrier that writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from colophon.errors import ColophonError, NoLabelPlace, UnknownType
from colophon.labels.carriers import code_ends
from colophon.labels.carriers.edits import applied, pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.languages import (
    BY_EXTENSION,
    MATLAB,
    PHP,
    PHP_TAG,
    Comment,
    Language,
    plain,
)
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.text_file import (
    Span,
    TextFile,
    decoded,
    is_text,
    lines_upwards,
    rest_of,
    text_of,
)

_STANDARD = "source:label-line"
_PLACES = (("comment", "source:comment"), ("script", "source:script"), ("body", "source:body"))
_EDGE_LINES = 64
_MARKS = r"(?:<\?php[ \t]+//|<!--|/\*|<\?|//|--|::|[#;%'])"
_COMMENT = re.compile(rf"[ \t]*(?:{_MARKS}[^\r\n]*)?")
_LABEL = re.compile(
    rf"{_MARKS}[ \t]*{FIELD}(?:[ \t]*+[:=]|\t*+[ ])[ \t]*+(\{{[^\r\n]*\}})[ \t]*+"
    r"(?:(?:-->|\*/|\?>)[ \t]*+)?"
)
_PHP_BEGINS = f"<?php // {FIELD}: {{"
_PHP_LABEL = re.compile(rf"<\?php // {FIELD}: (\{{[^\r\n]*\}}) \?>(?=(?:\r\n|\n|\r)?\Z)")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_OBJECTIVE_C = re.compile(
    r"^[ \t]*(?:#(?:import|include|define|pragma)\b|@[a-z]|//|/\*)", re.MULTILINE
)
_MATHEMATICA = re.compile(r"\s*\(\*")
_XMP = "rdf:Description"


@dataclass(frozen=True, slots=True)
class _Line:
    """A label's comment, without its newline, and the value in it."""

    start: int
    end: int
    value: Span


class SourceCodeCarrier:
    """Carrier of one language's files; of none when it was made without."""

    name = "source_code"
    forms: tuple[PacketForm, ...] = ("aigc",)
    types_by_extension: Mapping[str, str] = {
        suffix: language.media_type for suffix, language in BY_EXTENSION.items()
    }

    def __init__(self, language: Language | None = None) -> None:
        self._language = language
        every = tuple(dict.fromkeys(self.types_by_extension.values()))
        self.media_types = (language.media_type,) if language else every

    def of_extension(self, suffix: str) -> SourceCodeCarrier:
        """The carrier of the language that files of this extension (``.py``) are in."""
        language = BY_EXTENSION.get(suffix.lower())
        return _carrier(language) if language else self

    def sniff(self, head: bytes) -> str | None:
        """Any text: the name decides, this only rules out what is no text."""
        return self.media_types[0] if self._language and is_text(head) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file = text_of(source)
        lines = self._lines(file.text)
        packets = [Packet("aigc", _STANDARD, _value(file, one)) for one in lines]
        known = [(one.start, one.end) for one in lines]
        if self.media_types == ("application/xml",) and _XMP in file.text[:METADATA_CAP]:
            return [*packets, Packet("xmp", "xml:xmp", file.without(known)[:METADATA_CAP])]
        return [*packets, rest_of(file, known, _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises UnknownType without a language, NoLabelPlace where a comment would not be one."""
        file = text_of(source)
        if self._language is None:
            raise UnknownType
        changes = self._changes(file, self._language, packets["aigc"].decode("ascii"))
        edits = [file.edit(change.start, change.end, change.new) for change in changes]
        after = decoded(applied(file.data, edits))
        if packets["aigc"] not in [_value(after, one) for one in self._lines(after.text)]:
            raise NoLabelPlace(detail="where its code ends cannot be told")
        return pieces_of(edits, len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD

    def _changes(self, file: TextFile, language: Language, label: str) -> list[Change]:
        lines = self._lines(file.text)
        if not lines:
            return [_placed(file, language, label)]
        last = lines[-1]
        comment = _comment(language, file.text)
        if _PHP_LABEL.match(file.text, last.start):
            comment = PHP_TAG
        gone = [Change(one.start, _next_line(file.text, one.end)) for one in lines[:-1]]
        return [*gone, Change(last.start, last.end, comment.label(label))]

    def _lines(self, text: str) -> list[_Line]:
        """The labels among the comments at the code's beginning and at its end, in order."""
        behind = _PHP_LABEL.match(text, max(0, text.rfind(_PHP_BEGINS)))
        if behind:
            return [_Line(*behind.span(), behind.span(1))]
        end = _searched(self._language, text)
        tail = list(_labels(text, lines_upwards(text, end, _EDGE_LINES))) if end is not None else []
        low = tail[-1].start if tail else len(text)
        head = [one for one in _labels(text, _downwards(text)) if one.start < low]
        return [*head, *reversed(tail)]


def _placed(file: TextFile, language: Language, label: str) -> Change:
    text, newline = file.text, file.newline
    if code_ends.joined(text, language.joins):
        raise NoLabelPlace(detail="its last line is continued")
    line = _comment(language, text).label(label)
    at = _code_end(language, text)
    if at is None:
        at = _head(text)
        return Change(at, at, line + newline)
    ended = text.endswith(("\n", "\r"))
    if language.comment is PHP and not code_ends.in_php(text):
        return Change(at, at, PHP_TAG.label(label) + (newline if ended else ""))
    if at < len(text) or ended or not text:
        return Change(at, at, line + newline)
    return Change(at, at, newline + line)


def _comment(language: Language, text: str) -> Comment:
    if language.media_type == "text/x-objective-c" and not _OBJECTIVE_C.search(text):
        if _MATHEMATICA.match(text):
            raise NoLabelPlace(detail="neither Objective-C nor MATLAB")
        return MATLAB.comment
    return language.comment


def _code_end(language: Language | None, text: str) -> int | None:
    media_type = language.media_type if language else ""
    if media_type == "application/yaml":
        return code_ends.yaml(text)
    return code_ends.ENDS.get(media_type, len)(text)


def _searched(language: Language | None, text: str) -> int | None:
    """Up to where a label may be the last comment; None where the last lines may be words."""
    try:
        return _code_end(language, text)
    except ColophonError:
        return len(text)


def _value(file: TextFile, line: _Line) -> bytes:
    return plain(file.bytes_of(line.value).decode("latin-1")).encode("latin-1")


def _labels(text: str, lines: Iterator[Span]) -> Iterator[_Line]:
    for start, end in lines:
        if not _COMMENT.fullmatch(text, start, end):
            return
        label = _LABEL.fullmatch(text, start, end)
        if label:
            yield _Line(start, end, label.span(1))


def _downwards(text: str) -> Iterator[Span]:
    start = 0
    for _ in range(_EDGE_LINES):
        newline = _NEWLINE.search(text, start)
        yield start, newline.start() if newline else len(text)
        if not newline:
            return
        start = newline.end()


def _head(text: str) -> int:
    """Behind a first line that has to be the first."""
    return _next_line(text, 0) if text.startswith("#") else 0


def _next_line(text: str, at: int) -> int:
    newline = _NEWLINE.search(text, at)
    return newline.end() if newline else len(text)


@cache
def _carrier(language: Language) -> SourceCodeCarrier:
    return SourceCodeCarrier(language)


SOURCE_CODE = SourceCodeCarrier()
