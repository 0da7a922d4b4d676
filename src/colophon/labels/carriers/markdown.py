"""Markdown: the label is the mapping ``AIGC`` of the YAML front matter.

Source: TC260-PG-20258A. Only the label's own lines are written; the neighbours in the front
matter are never parsed into values and printed again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import MalformedFile
from colophon.labels.carriers.edits import pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change, cleared
from colophon.labels.carriers.text_file import (
    Span,
    TextFile,
    is_text,
    rest_of,
    text_of,
)

_MAX_FRONT_MATTER = 1024 * 1024
_STANDARD = f"markdown:front-matter:{FIELD}"
_PLACES = (
    ("nested", "markdown:front-matter:nested"),
    ("late_front_matter", "markdown:late-front-matter"),
    ("comment", "markdown:comment"),
    ("tail", "markdown:tail"),
    ("body", "markdown:body"),
)
_OPENING = re.compile(r"---[ \t]*(\r\n|\n|\r)")
_CLOSING = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_KEY = re.compile(
    r"""([ \t]*+)(?:(?:"[^"]*+"|'[^']*+')[ \t]*+|(?:[^\s#\-{\["'&*!|>%@`]|-[^\s])[^:\r\n]*+):"""
    r"""(?=\s|\Z)"""
)
_LABEL = re.compile(rf"""([ \t]*)(["']?){FIELD}\2[ \t]*:(?=\s|\Z)""")
_NOTHING = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
_PLAIN_SAFE = re.compile(r"[^\"\\\x00-\x1f\x7f-\U0010ffff]*")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Positions in the text: ``inside`` the two fences, and each ``AIGC`` entry's lines."""

    inside: Span
    indent: str
    labels: tuple[Span, ...]
    flow: bool = False
    """Written in braces, where no lines can be added."""


class MarkdownCarrier:
    """Carrier of Markdown texts."""

    name = "markdown"
    media_types = ("text/markdown",)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".md", ".markdown", ".mdown")

    def sniff(self, head: bytes) -> str | None:
        """Any text may be Markdown: the name decides, this only rules out what is no text."""
        return self.media_types[0] if is_text(head) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file = text_of(source)
        front = front_matter(file.text)
        known = front.labels if front else ()
        packets = [Packet("aigc", _STANDARD, file.bytes_of(span)) for span in known]
        return [*packets, rest_of(file, known, _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        file = text_of(source)
        front = front_matter(file.text)
        changes = cleared(file, _changes(file, front, packets["aigc"]), _body)
        edits = [file.edit(change.start, change.end, change.new) for change in changes]
        return pieces_of(edits, len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def front_matter(text: str) -> FrontMatter | None:
    """The front matter at the very start; None where the text has none (two rules around
    words are not one)."""
    opening = _OPENING.match(text)
    if not opening:
        return None
    closing = _CLOSING.search(text, opening.end(), opening.end() + _MAX_FRONT_MATTER)
    if not closing:
        return None
    inside = opening.end(), closing.start()
    first = _first_line(text, inside)
    if first is None:
        return FrontMatter(inside, "", ())
    if text.startswith("{", first):
        return FrontMatter(inside, "", (), flow=True)
    key = _KEY.match(text, first, inside[1])
    if not key:
        return None
    return FrontMatter(inside, key[1], tuple(_labels(text, inside, key[1])))


def _body(text: str) -> int:
    """Where the front matter with its closing fence is over."""
    front = front_matter(text)
    return front.inside[1] + 1 if front else 0


def _first_line(text: str, inside: Span) -> int | None:
    """Where the first line with anything but a comment begins."""
    at = inside[0]
    while at < inside[1]:
        nothing = _NOTHING.match(text, at, inside[1])
        if not nothing or nothing.end() == at:
            return at
        at = nothing.end()
    return None


def _labels(text: str, inside: Span, indent: str) -> list[Span]:
    """The lines of each top-level ``AIGC`` entry, without the comments that follow it."""
    spans: list[Span] = []
    start = end = -1
    at = inside[0]
    while at < inside[1]:
        line = _LINES.match(text, at, inside[1])
        next_at = line.end() if line else inside[1]
        if not _NOTHING.fullmatch(text, at, next_at):
            if _top_level(text, at, indent):
                spans += [(start, end)] if start >= 0 else []
                label = _LABEL.match(text, at, next_at)
                start = at if label and label[1] == indent else -1
            end = next_at
        at = next_at
    return [*spans, (start, end)] if start >= 0 else spans


def _top_level(text: str, at: int, indent: str) -> bool:
    """Does the line begin an entry? A ``-`` at this depth continues the one before it."""
    if not text.startswith(indent, at):
        return True
    first = text[at + len(indent) : at + len(indent) + 2]
    return (
        not first[:1].isspace() and first not in {"- ", "-\n", "-\r", "-"} and first[:1] not in "]}"
    )


def _changes(file: TextFile, front: FrontMatter | None, value: bytes) -> list[Change]:
    if front is None:
        block = _rendered(value, "", file.newline)
        blank = "" if _NOTHING.match(file.text) and not file.text.startswith("#") else file.newline
        fence = f"---{file.newline}"
        return [Change(0, 0, fence + block + fence + blank)]
    if front.flow:
        raise MalformedFile(detail="a front matter in one flow mapping")
    block = _rendered(value, front.indent, file.newline)
    if not front.labels:
        return [Change(front.inside[1], front.inside[1], block)]
    first, *others = front.labels
    return [Change(*first, block), *(Change(*other) for other in others)]


def _rendered(value: bytes, indent: str, newline: str) -> str:
    """The mapping, every value a quoted string: ids of digits only stay text."""
    lines = [f"{indent}{FIELD}:"]
    lines += [f"{indent}  {key}: {_quoted(str(item))}" for key, item in json.loads(value).items()]
    return newline.join([*lines, ""])


def _quoted(text: str) -> str:
    if _PLAIN_SAFE.fullmatch(text):
        return f'"{text}"'
    if text.isprintable() and text.isascii():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text)


MARKDOWN = MarkdownCarrier()
