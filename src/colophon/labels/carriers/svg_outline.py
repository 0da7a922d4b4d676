"""Where the things lie in an SVG's text that concern a label: root, metadata, words, comments.

Not a parser: no entity is resolved and nothing is fetched; drawing elements are stepped over,
so that a map of a million paths costs one pass of a regular expression.

Source: SVG 1.1, 21 (metadata); XML 1.0, 2.8 (prolog).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from colophon.errors import MalformedFile, TooLarge, TruncatedFile

_NAME = r"(?:[A-Za-z_][\w.-]*:)?"
_INSIDE = r"(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+"
# What is not closed ends with the text: looked for once, not once from every place.
_COMMENT = r"<!--(?:.*?-->|.*\Z)"
_INSTRUCTION = r"<\?(?:.*?\?>|.*\Z)"
_CDATA = r"<!\[CDATA\[(?:.*?\]\]>|.*\Z)"
_SUBSET = rf"(?:[^\]\"'<]++|\"[^\"]*+\"|'[^']*+'|{_COMMENT}|<)*+"
_DOCTYPE = rf"<!DOCTYPE\s+[^\[>]*+(?:\[{_SUBSET}\]\s*+)?>"
_PROLOG = re.compile(rf"(?:\s++|{_INSTRUCTION}|{_COMMENT}|{_DOCTYPE})*+", re.DOTALL)
_BEGINNING = re.compile(rf"<{_NAME}svg(?:[\s/>]|\Z)|<!DOCTYPE\s+svg\b")
ROOT = re.compile(rf"<({_NAME})svg(?=[\s/>])({_INSIDE})>")
_PARTS = re.compile(
    rf"(?P<comment>{_COMMENT})|{_CDATA}|{_INSTRUCTION}"
    rf"|<(?P<name>{_NAME}(?P<local>metadata|desc|title))(?=[\s/>]){_INSIDE}>"
    rf"|</(?P<closed>{_NAME}(?:metadata|desc|title))\s*+>",
    re.DOTALL,
)
_TAG = re.compile(
    rf"{_COMMENT}|{_CDATA}|{_INSTRUCTION}|<(?P<end>/?)[^\s<>!?/\"']++{_INSIDE}>", re.DOTALL
)
_CLOSING = re.compile(rf"\s*+>(?:\s++|{_COMMENT}|{_INSTRUCTION})*+\Z", re.DOTALL)
_DEPTH_READ = 1 << 20
_MAX_PARTS = 200_000
_MAX_PROLOG = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """An element of words: the span of its start tag, and of all between the tags."""

    local: str
    name: str
    start: int
    inner_start: int
    inner_end: int
    empty: bool = False


@dataclass(slots=True)
class Outline:
    """``start`` to ``end`` spans the root's start tag; ``prefix``: its, with the colon."""

    prefix: str
    start: int
    end: int
    empty: bool
    metadata: list[Part] = field(default_factory=list)
    words: list[Part] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)


def begins_svg(text: str) -> bool:
    """Whether these first characters of a text are those of an SVG."""
    prolog = _PROLOG.match(text)
    # A document type may be longer than what is at hand.
    return bool(_BEGINNING.match(text, prolog.end() if prolog else 0))


def outline(text: str) -> Outline:
    """Raises MalformedFile where no root begins, TruncatedFile where it does not end."""
    prolog = _PROLOG.match(text, 0, _MAX_PROLOG)
    root = ROOT.match(text, prolog.end() if prolog else 0)
    if root is None:
        raise MalformedFile(detail="no svg element")
    found = Outline(root[1], root.start(), root.end(), root[2].endswith("/"))
    if not found.empty:
        end = text.rfind(f"</{root[1]}svg")
        if end < root.end() or not _CLOSING.match(text, end + len(f"</{root[1]}svg")):
            raise TruncatedFile(detail="the svg element does not end")
    _scan(text, found)
    return found


def _scan(text: str, found: Outline) -> None:
    opened: Part | None = None
    for count, match in enumerate(_PARTS.finditer(text, found.end)):
        if count > _MAX_PARTS:
            raise TooLarge(detail=f"SVG > {_MAX_PARTS} descriptions")
        if match["comment"] is not None:
            found.comments.append(match.span())
        elif match["name"] and match[0].endswith("/>"):
            part = Part(
                match["local"], match["name"], match.start(), match.end(), match.end(), True
            )
            _keep(found, part)
        elif match["name"] and opened is None:
            opened = Part(match["local"], match["name"], match.start(), match.end(), match.end())
        elif opened is not None and match["closed"] == opened.name:
            inner = (opened.inner_start, match.start())
            _keep(found, Part(opened.local, opened.name, opened.start, *inner))
            opened = None


def _keep(found: Outline, part: Part) -> None:
    (found.metadata if part.local == "metadata" else found.words).append(part)


def own_metadata(text: str, found: Outline) -> Part | None:
    """The root's own metadata element, if it has one near its start."""
    part = found.metadata[0] if found.metadata else None
    if part is None or part.start - found.end > _DEPTH_READ:
        return None
    depth = 0
    for tag in _TAG.finditer(text, found.end, part.start):
        if tag["end"] is None or tag[0].endswith("/>"):
            continue
        depth += -1 if tag["end"] else 1
    return part if depth == 0 else None
