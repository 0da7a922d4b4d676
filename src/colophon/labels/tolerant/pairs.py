"""A tolerant scanner for one object of keys and values.

It reads JSON, Python's repr, JavaScript literals and YAML's flow form alike, follows no
structure below the first level, and stops where the text stops: what was complete is kept.
Each step consumes text, so time is linear in the part scanned.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from colophon.labels.tolerant.text import unbackslash


@dataclass(frozen=True, slots=True)
class Pair:
    """``kind``: string | plain | object | cut. ``plain`` is a scalar without quotes."""

    key: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Block:
    """One object as found: its pairs, where it stands, and whether it was closed. ``looked``:
    how many characters were read ahead beside it.
    """

    pairs: tuple[Pair, ...]
    start: int
    end: int
    closed: bool
    looked: int = 0


MOST_PAIRS = 64
LONGEST = 256 * 1024
"""Characters one object may span."""
_LOOK_AHEAD = 32 * 1024
_LONGEST_FIELD = 256
_DEEPEST = 64
_SPACE = re.compile(r"[\s,;\ufeff]*")
_DOUBLE = re.compile(r'"((?:[^"\\]++|\\.)*+)("?)', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^'\\]++|\\.|'')*+)('?)", re.DOTALL)
_BACKTICK = re.compile(r"`((?:[^`\\]++|\\.)*+)(`?)", re.DOTALL)
_STRINGS = {'"': _DOUBLE, "'": _SINGLE, "`": _BACKTICK}
_PREFIX = re.compile(r"[uUbBrR](?=[\"'])")
_BARE_KEY = re.compile(r"[A-Za-z_$][\w$.-]{0,63}")
_SEPARATOR = re.compile(r"\s*(?:=>|[:=：])\s*")
_PLAIN = re.compile(r"[^,}\]\r\n]*")
_BALANCE = re.compile(r"\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|[{}\[\]]", re.DOTALL)
_AFTER_VALUE = re.compile(r"\s*(?:[,;}\]]|\Z|[\r\n])")
_NEXT_FIELD = re.compile(
    r"[\"']\s*(?:,\s*[\"'](?:Label|ContentPro\w+|Prod\w*ID|Propag\w*ID|Reserved?Code[12])[\"']\s*:"
    r"|\}\s*(?:\}|\Z))"
)


class _Cut(Exception):
    """The text ended inside a value, or ceased to be pairs."""


def scan(text: str, start: int, limit: int | None = None) -> Block:
    """The object whose ``{`` is at ``start``; without a brace, the pairs that begin there."""
    stop = min(len(text), start + LONGEST, len(text) if limit is None else limit)
    scanner = _Scanner(text, start, stop)
    return scanner.block()


class _Scanner:
    def __init__(self, text: str, start: int, stop: int) -> None:
        self.text = text
        self.start = start
        self.at = start
        self.stop = stop
        self.barren_to = start
        self.looked = 0
        self.pairs: list[Pair] = []

    def block(self) -> Block:
        if self.text.startswith("{", self.at):
            self.at += 1
        closed = False
        with suppress(_Cut):
            closed = self._until_closed()
        return Block(tuple(self.pairs), self.start, self.at, closed, self.looked)

    def _until_closed(self) -> bool:
        while len(self.pairs) < MOST_PAIRS:
            self._skip(_SPACE)
            if self.at >= self.stop:
                return False
            if self.text[self.at] == "}":
                self.at += 1
                return True
            self._pair()
        return False

    def _pair(self) -> None:
        key = self._key()
        separator = _SEPARATOR.match(self.text, self.at, self.stop)
        if separator is None:
            raise _Cut
        self.at = separator.end()
        self._value(key)

    def _key(self) -> str:
        self._skip(_PREFIX)
        pattern = _STRINGS.get(self.text[self.at])
        match = (pattern or _BARE_KEY).match(self.text, self.at, self.stop)
        if match is None or (pattern and not match[2]):
            raise _Cut
        self.at = match.end()
        return match[1] if pattern else match[0]

    def _value(self, key: str) -> None:
        self._skip(_PREFIX)
        opening = self.text[self.at : self.at + 1]
        if not opening or self.at >= self.stop:
            self._cut(key, "")
        if opening in _STRINGS:
            self._string(key, opening)
        elif opening in "{[":
            self._nested(key)
        else:
            self._plain(key)

    def _string(self, key: str, quote: str) -> None:
        match = _STRINGS[quote].match(self.text, self.at, self.stop)
        if match is None or not match[2]:
            self._cut(key, self.text[self.at + 1 : self.stop])
        elif _AFTER_VALUE.match(self.text, match.end(), self.stop):
            self._keep(key, unquoted(match[1], quote), "string", match.end())
        else:
            self._unescaped_inner(key, match)

    def _unescaped_inner(self, key: str, match: re.Match[str]) -> None:
        """JSON put between quotes without escaping its own: runs to where a field follows."""
        stop = min(self.stop, match.end() + _LOOK_AHEAD)
        begin = min(stop, max(match.end(), self.barren_to - _LONGEST_FIELD))
        following = _NEXT_FIELD.search(self.text, begin, stop)
        self.looked += (following.start() if following else stop) - begin
        if following is None:
            self.barren_to = stop
            self._keep(key, match[1], "string", match.end())
            return
        start = match.start() + 1
        self._keep(key, self.text[start : following.start()], "loose", following.start() + 1)

    def _nested(self, key: str) -> None:
        depth = 0
        for match in _BALANCE.finditer(self.text, self.at, self.stop):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
            if depth == 0:
                self._keep(key, self.text[self.at : match.end()], "object", match.end())
                return
            if depth > _DEEPEST:
                break
        self._cut(key, self.text[self.at : self.stop])

    def _plain(self, key: str) -> None:
        match = _PLAIN.match(self.text, self.at, self.stop)
        end = match.end() if match else self.at
        value = self.text[self.at : end].strip()
        if end >= self.stop:
            self._cut(key, value)
        self._keep(key, value, "plain", end)

    def _keep(self, key: str, value: str, kind: str, end: int) -> None:
        self.pairs.append(Pair(key, value, kind))
        self.at = end

    def _cut(self, key: str, value: str) -> None:
        self.pairs.append(Pair(key, value, "cut"))
        self.at = self.stop
        raise _Cut

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at, self.stop)
        if match:
            self.at = match.end()


def unquoted(inner: str, quote: str) -> str:
    """The value of what stood between two quotes."""
    if quote == "'":
        inner = inner.replace("''", "'")
    return unbackslash(inner) if "\\" in inner else inner
