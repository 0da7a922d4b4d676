"""Where an invisible mark may stand in a text: nowhere that it could be noticed.

Behind the space between two sentences, or else two clauses or words: there it belongs to the space,
so that words stay whole for searches and selections, and speech (seen with eSpeak NG, which reads
out a full stop that no space follows). In Chinese and Japanese, behind the punctuation itself.
Never in what a machine reads: code, links, addresses, identifiers, tags, formulas, headings (whose
anchors are made of their words), front matter, list numbers; never before characters that Markdown
reads together with what stands in front of them; never behind ideographs, whose shape a variation
selector may choose, nor inside words, which may join, nor beside emoji or other selectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_SENTENCE, _CLAUSE, _WORD = range(3)
_LETTER = r"[^\W\d_]"
_ENDS = "。！？；…．"
_CLOSING = "”’」』）》】〉〕"
_FORBIDDEN = r"\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d\u20e3*_`~\[\](){}<>|#\\$=^:/@&+"
_PLACES = tuple(
    (rank, re.compile(pattern))
    for rank, pattern in (
        (_SENTENCE, rf"[.!?…؟۔।][\"'”’»)]?+ {{1,2}}(?=[“‘«]?{_LETTER})"),
        (_SENTENCE, rf"[{_ENDS}][{_CLOSING}]*+(?![{_ENDS}{_CLOSING}，、：—{_FORBIDDEN}])"),
        (_CLAUSE, rf"[,;،؛] (?={_LETTER})"),
        (_CLAUSE, rf"[，、](?![{_ENDS}{_CLOSING}，、—{_FORBIDDEN}])"),
        (_WORD, rf"(?<={_LETTER}) (?={_LETTER})"),
    )
)
_LONGEST_WORD = 80
_MACHINE = re.compile(r"[@/\\_`={}<>|#\[\]$^~+&]|www\.|\d|[.:].")
"""What no word of prose has inside."""
_WORDY = re.compile(rf"{_LETTER}.*{_LETTER}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*\r?\n?\Z")
_CLOSED_LINE = re.compile(
    r"(?: {4}|\t| {0,3}#| {0,3}<|[ >]{0,9}\[[^\]\n]{1,99}\]:|[^\n]*(?:\\[a-zA-Z(\[]|\$\$))"
)
_CLOSED_SPANS = re.compile(
    r"`[^`]*+(?:`|\Z)|<[^<>]{0,1000}>|\]\([^()]{0,1000}\)|\$[^$\n]{1,300}\$|\[\[[^\[\]]{0,300}\]\]"
)
_FRONT_MATTER = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Place:
    """Before ``position``. ``rank``: 0 is best."""

    position: int
    rank: int


def places(text: str, *, words: bool = True) -> list[Place]:
    """All places, in order, each once; without ``words``, only the ends of more than a word."""
    ranks: dict[int, int] = {}
    for start, end in _prose(text):
        for rank, pattern in _PLACES if words else _PLACES[:-1]:
            for match in pattern.finditer(text, start, end):
                if _fits(text, match):
                    ranks.setdefault(match.end(), rank)
    return [Place(position, ranks[position]) for position in sorted(ranks)]


def _fits(text: str, match: re.Match[str]) -> bool:
    """Whether the words on both sides are ones of prose."""
    if match[0][-1] != " ":
        return match.start() == 0 or not text[match.start() - 1].isascii()
    end = match.end()
    before = text[max(0, end - _LONGEST_WORD) : end].rsplit(maxsplit=1)[-1:]
    after = text[end : end + _LONGEST_WORD].split(maxsplit=1)[:1]
    return all(_is_word(word) for word in before + after) and bool(_WORDY.search(before[0]))


def _is_word(text: str) -> bool:
    if len(text) >= _LONGEST_WORD:
        return False
    return not _MACHINE.search(text.strip(".!?…؟۔।,;:،؛\"'”’»)“‘«("))


def _prose(text: str) -> Iterator[tuple[int, int]]:
    """The spans that people alone read."""
    for start, end in _paragraphs(text):
        edges = [start]
        for match in _CLOSED_SPANS.finditer(text, start, end):
            edges += match.span()
        edges.append(end)
        yield from (span for span in list(pairwise(edges))[::2] if span[0] < span[1])


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Lines of prose that follow each other, as one span each."""
    lines = text[_front_matter(text) :].splitlines(keepends=True)
    position = start = _front_matter(text)
    fence = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        mark = _FENCE.match(line)
        closed = bool(fence or mark or _CLOSED_LINE.match(line) or _is_heading(line, after))
        if fence and mark and mark[1].startswith(fence):
            fence = ""
        elif mark and not fence:
            fence = mark[1]
        if closed or not line.strip():
            if start < position:
                yield start, position
            start = position + len(line)
        position += len(line)
    if start < position:
        yield start, position


def _is_heading(line: str, after: str) -> bool:
    return bool(line.strip()) and bool(_UNDERLINE.match(after))


def _front_matter(text: str) -> int:
    """Where it ends; 0 without one."""
    opening = _FRONT_MATTER.match(text)
    if not opening:
        return 0
    closing = re.compile(rf"^{re.escape(opening[1])}[ \t]*$", re.MULTILINE)
    end = closing.search(text, opening.end())
    return end.end() if end else 0
