"""What a reader sees of a text, format by format, one line a line; the rest left out.

For finding an explicit label, at a bounded cost: the ends of a text suffice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from html import unescape

from colophon.errors import ColophonError
from colophon.labels.carriers import json_spans, rtf_text
from colophon.labels.carriers.languages import BY_MEDIA_TYPE
from colophon.labels.carriers.subtitles import SRT_TIMES

RTF = ("application/rtf", "text/rtf")
SRT, VTT, ASS = "application/x-subrip", "text/vtt", "text/x-ssa"
NOTEBOOK = "application/x-ipynb+json"
EDGE = 16 * 1024
OTHER = "·"
"""Stands for a line that a reader sees and that is no place for a label."""

_FEW = 12
_NUMBER = re.compile(r"\s*\d+\s*")
_TAGS = re.compile(r"<[^<>\n]{0,200}>|\{[^{}\n]{0,400}\}")
_VTT_ASIDE = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)(?=\s|\Z)")
_SLASHED = ("//", "/*", "*")
_MORE_MARKS = {
    "application/xml": ("<!--",),
    "text/x-ini": ("#",),
    "text/x-objective-c": ("%",),
    "text/x-php": ("<?php //", "<?php /*", "#"),
}
_ENDS_OF_COMMENT = re.compile(r"(?:\*/.*|(?:-->|\?>)[ \t]*+|(?<![ \t])[ \t]*+)\Z", re.DOTALL)


def text_of(text: str, media_type: str) -> str | None:
    """The seen lines; None for a type whose text is seen as it stands."""
    if media_type in BY_MEDIA_TYPE:
        return _ends(text, partial(_comments, marks=_marks(media_type)))
    reader = _READERS.get(media_type)
    return reader(text) if reader else None


def _ends(text: str, reader: Callable[[str], str]) -> str:
    """The reader's lines of both ends of a long text."""
    if len(text) <= 2 * EDGE:
        return reader(text)
    head, tail = text[:EDGE].rpartition("\n")[0], text[-EDGE:].partition("\n")[2]
    between = f"\n{OTHER}" * _FEW + "\n"
    return reader(head) + between + reader(tail)


def _marks(media_type: str) -> tuple[str, ...]:
    """How a line of comment may begin, the longest first."""
    own = BY_MEDIA_TYPE[media_type].comment.before.strip()
    slashed = _SLASHED if own in _SLASHED else ()
    return (*_MORE_MARKS.get(media_type, ()), *slashed, own)


def _comments(text: str, marks: tuple[str, ...]) -> str:
    """Comments by their words, and a sign for each line of code."""
    lines = []
    for line in map(str.strip, text.splitlines()):
        mark = next((one for one in marks if line.startswith(one)), None)
        if mark is not None:
            lines.append(_ENDS_OF_COMMENT.sub("", line[len(mark) :]).lstrip("#/;%*-! "))
        elif line:
            lines.append(OTHER)
    return "\n".join(lines)


def _srt(text: str) -> str:
    return _ends(text, _cue_words)


def _cue_words(text: str) -> str:
    return "\n".join(
        _TAGS.sub("", line)
        for line in text.splitlines()
        if not SRT_TIMES.match(line) and "-->" not in line and not _NUMBER.fullmatch(line)
    )


def _vtt(text: str) -> str:
    return _ends(text, _vtt_words)


def _vtt_words(text: str) -> str:
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(
        unescape(_cue_words(block.partition("-->")[2].partition("\n")[2]))
        for block in blocks
        if not _VTT_ASIDE.match(block.lstrip("\n"))
    )


def _ass(text: str) -> str:
    return _ends(text, _ass_words)


def _ass_words(text: str) -> str:
    lines = [line for line in text.splitlines() if line.lstrip().startswith("Dialogue:")]
    words = [line.split(",", 9)[-1] for line in lines]
    return "\n".join(_TAGS.sub("", line).replace("\\N", "\n") for line in words)


def _rtf(text: str) -> str:
    tail = rtf_text.words(text[-EDGE:]) if len(text) > EDGE else ""
    start = rtf_text.head(text).words
    between = f"\n{OTHER}" * _FEW + "\n" if tail else ""
    return rtf_text.words(text[start : start + EDGE]) + between + tail


def _notebook(text: str) -> str:
    """The words of the first and the last cell, if these are Markdown."""
    data = text.encode("utf-8", "replace")
    try:
        cells = json_spans.root(data).get("cells")
        if cells is None or not json_spans.is_array(data, cells):
            return ""
        elements = json_spans.array_at(data, cells.value).elements
    except ColophonError:
        return ""
    ends = [elements[0], elements[-1]] if elements else []
    return (f"\n{OTHER}" * _FEW + "\n").join(_cell(data[slice(*one)]) for one in ends)


def _cell(data: bytes) -> str:
    try:
        cell = json.loads(data)
    except (ValueError, RecursionError):
        return OTHER
    if not isinstance(cell, dict) or cell.get("cell_type") != "markdown":
        return OTHER
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


_READERS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(RTF, _rtf),
    SRT: _srt,
    VTT: _vtt,
    ASS: _ass,
    NOTEBOOK: _notebook,
}
