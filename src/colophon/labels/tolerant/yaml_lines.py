"""A tolerant reader of the one thing labels need of YAML: a block mapping of scalars.

All scalars are read as the text that stands there: an all-digit id stays as written. Works
on front matter, and on the same lines behind comment signs in any programming language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from colophon.labels.tolerant.pairs import MOST_PAIRS, Block, Pair, unquoted

_MARKED = r"[ \t]*(?:(?:\#+|//+|%+|;+|--+|\*+|>+|<!--+|/\*+)[ \t]*)?(?:-[ \t]+)?"
_LINE = re.compile(r"[^\n]*\n?")
_MARK = re.compile(_MARKED)
_KEY = re.compile(
    r"(?P<quote>[\"']?)(?P<key>[A-Za-z_][\w.\-]{0,63})(?P=quote)[ \t]*"
    r"(?::(?=[ \t\r\n]|\Z)|：|:(?=[\"'])|=(?=[ \t]*[\"']))[ \t]*"
)
_CONTINUED = re.compile(r"(\\[^\r\n])|\\\r?\n[ \t]*")
_DOUBLE = re.compile(r'"((?:[^"\\]++|\\.)*+)"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z|-->|\*/)', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^']++|'')*+)'[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z|-->|\*/)", re.DOTALL)
_END = re.compile(r"(?:---|\.\.\.|```|~~~)[ \t]*\r?(?:\n|\Z)")
_COMMENT = re.compile(r"(?:\A|[ \t])#.*\Z|(?<![ \t])[ \t]*+(?:(?<!-)--++>|\*/).*\Z")
_FOLD = re.compile(r"[ \t]*\r?\n[ \t]*")
_BLOCK_SCALAR = re.compile(r"[|>][+\-0-9]{0,2}\Z")
_LONGEST_VALUE = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Row:
    """One line: where it and its words begin, how deep the words stand."""

    start: int
    words: int
    end: int
    indent: int


def scan(text: str, start: int, stop: int) -> Block:
    """The mapping whose first key's line begins at ``start``; ends where it ends."""
    reader = _Reader(text, start, stop)
    return reader.block()


def line_start(text: str, at: int) -> int:
    """Where the line around ``at`` begins."""
    return text.rfind("\n", 0, at) + 1


def indent_of(text: str, start: int) -> int:
    """Columns before the words of the line at ``start``, comment signs counted in."""
    mark = _MARK.match(text, start)
    return (mark.end() if mark else start) - start


def key_at(text: str, at: int) -> re.Match[str] | None:
    """The key and its colon, if the words at ``at`` are one."""
    return _KEY.match(text, at)


class _Reader:
    def __init__(self, text: str, start: int, stop: int) -> None:
        self.text = text
        self.start = start
        self.at = start
        self.stop = stop
        self.indent = -1
        self.pairs: list[Pair] = []

    def block(self) -> Block:
        whole = True
        while self.at < self.stop and len(self.pairs) < MOST_PAIRS:
            row = self._row(self.at)
            if _END.match(self.text, row.start):
                break
            if self._blank(row):
                self.at = row.end
                continue
            key = _KEY.match(self.text, row.words, row.end)
            if self.indent < 0:
                self.indent = row.indent
            if key is None or row.indent != self.indent:
                break
            whole = self._value(key, row)
        return Block(tuple(self.pairs), self.start, self.at, whole)

    def _row(self, at: int) -> _Row:
        line = _LINE.match(self.text, at, self.stop)
        end = line.end() if line else self.stop
        mark = _MARK.match(self.text, at, end)
        words = mark.end() if mark else at
        return _Row(at, words, end, words - at)

    def _blank(self, row: _Row) -> bool:
        return not self.text[row.words : row.end].strip()

    def _value(self, key: re.Match[str], row: _Row) -> bool:
        """Keeps the pair; False when it was cut off by the end of the text."""
        at = key.end()
        opening = self.text[at : at + 1]
        if opening in {'"', "'"} and self._quoted(key["key"], at, opening):
            return True
        raw = self.text[at : row.end].strip()
        self.at = row.end
        if opening in {'"', "'"}:
            return self._unclosed(key["key"], raw, opening)
        plain = raw if opening in {"{", "["} else _COMMENT.sub("", raw)
        if _BLOCK_SCALAR.fullmatch(plain):
            self._keep(key["key"], self._folded("", plain[0]), "string")
        else:
            kind = "object" if opening in {"{", "["} else "plain"
            self._keep(key["key"], self._folded(plain, ">"), kind)
        return True

    def _quoted(self, key: str, at: int, quote: str) -> bool:
        pattern = _DOUBLE if quote == '"' else _SINGLE
        match = pattern.match(self.text, at, min(self.stop, at + _LONGEST_VALUE))
        if match is None or self._swallows_keys(match[1]):
            return False
        inner = match[1]
        if "\n" in inner:
            # A line that ends in a backslash goes on without a space (double quotes only).
            joined = _CONTINUED.sub(r"\1", inner) if quote == '"' else inner
            inner = _FOLD.sub(" ", joined)
        value = inner.replace("''", "'") if quote == "'" else unquoted(inner, quote)
        self._keep(key, value, "string")
        self.at = match.end()
        return True

    def _swallows_keys(self, inner: str) -> bool:
        """Whether a quote that was never closed ran on into the lines of the next fields."""
        lines = inner.split("\n")[1:]
        return any(_KEY.match(line, indent_of(line, 0)) for line in lines)

    def _unclosed(self, key: str, raw: str, quote: str) -> bool:
        if self.at >= self.stop and not raw.endswith(quote):
            self._keep(key, raw[1:], "cut")
            return False
        self._keep(key, raw[1:].removesuffix(quote), "loose")
        return True

    def _folded(self, first: str, style: str) -> str:
        """A plain or block scalar with the deeper lines that continue it."""
        parts = [first] if first else []
        parts += [self.text[row.words : row.end].strip() for row in self._deeper()]
        return ("\n" if style == "|" else " ").join(parts)

    def _deeper(self) -> Iterator[_Row]:
        while self.at < self.stop:
            row = self._row(self.at)
            if self._blank(row) or row.indent <= self.indent:
                return
            self.at = row.end
            yield row

    def _keep(self, key: str, value: str, kind: str) -> None:
        self.pairs.append(Pair(key, value, kind))
