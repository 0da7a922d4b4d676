"""Finds labels anywhere in text: in front matter, markup, scripts, comments, at the end.

The fields' names are distinctive, so the search goes from name to name, finds the object or
mapping each stands in, takes off the escapes around it and scans it once. Each failed try
costs a bounded amount, and all tries together are bounded too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from colophon.labels.tolerant import fields, inline, pairs, yaml_lines
from colophon.labels.tolerant.pairs import Block, Pair
from colophon.labels.tolerant.text import PLAIN, Escape, escape_before


@dataclass(frozen=True, slots=True)
class Candidate:
    """One label as it stands in the text. ``start`` and ``end`` are places in the text searched,
    wrapping included; ``raw`` is the object without its escapes, empty for a mapping of lines.
    """

    pairs: tuple[Pair, ...]
    start: int
    end: int
    closed: bool
    yaml: bool
    wrapped: bool
    escape: Escape
    raw: str


_GLUE = r"(?:[^A-Za-z0-9]|quot|apos|amp|#\d\d|u0022|%\w\w)"
_WORD_BEGINS = r"(?:(?<![A-Za-z0-9].)|(?<=%2[27].)|(?<=u002[27].))"
# The first letter stands alone so that the engine can leap from one to the next.
_ANCHOR = re.compile(
    rf"[CcPpRrA]{_WORD_BEGINS}(?:(?i:(?<=c)ontent_?pro(?:ducer|pagator)"
    r"|(?<=r)eserved?_?code_?[12]|(?<=p)roduc(?:e|er|tion)_?id|(?<=p)ropagat(?:e|or|ion)_?id)"
    rf"|(?<=A)IGC{_GLUE}{{1,60}}?(?P<label>Label))(?![A-Za-z0-9])",
    re.DOTALL,
)
# A separator must follow the name, whatever closes its quote: this drops mentions in prose.
_SEPARATED = re.compile(
    r"(?:[\\\"'`*\s]|&(?:amp;)*(?:quot|apos|#x?\d+);|%2[27]|u002[27]){0,24}(?:[:=：]|%3A)"
)
_WRAPPER = re.compile(r"[{,]\s*[\"']?[\w.-]{0,40}(?i:AIGC)[\w.-]{0,40}[\"']?\s*[:=]\s*[\"']?\s*\Z")
_CLOSE_WRAPPER = re.compile(r"[\"']?\s*\}")
_BRACES = re.compile(r"[{}]")
_LOOK_BACK = 4096
_WINDOWS = (4096, 64 * 1024, pairs.LONGEST)
_MOST_TRIES = 20_000
_MOST_WORK = 32 * 1024 * 1024
_MOST_LABELS = 256
_BEFORE = 96
_MOST_ABOVE = 8
_FEWEST_FIELDS = 2
_FEWEST_INLINE = 3
# What a renderer leaves in lines that were YAML before it.
_RENDERED = re.compile(r"\A&quot;|</\w{1,10}>\Z")
_LABEL_JUST_BEFORE = re.compile(r"(?<![A-Za-z0-9])Label\W")


def search(text: str) -> list[Candidate]:
    """All labels in the text, in order."""
    return list(_Search(text).run())


class _Search:
    def __init__(self, text: str) -> None:
        self.text = text
        self.done = 0
        self.mapped = 0
        self.braceless_from = 0
        self.work = _MOST_WORK
        self.found = 0

    def run(self) -> Iterator[Candidate]:
        tries = 0
        for anchor in _ANCHOR.finditer(self.text):
            if anchor.start() < self.done or not _SEPARATED.match(self.text, anchor.end()):
                continue
            tries += 1
            if tries > _MOST_TRIES or self.work < 0 or self.found >= _MOST_LABELS:
                return
            candidate = self._try(anchor.start("label" if anchor["label"] else 0))
            if candidate:
                self.found += 1
                self.done = candidate.end
                yield candidate

    def _try(self, key: int) -> Candidate | None:
        escape = escape_before(self.text, key)
        opening = self._opening(key, escape.brace)
        if opening is not None:
            candidate = self._object(opening, key, escape)
            if candidate:
                return candidate
        return self._mapping(key) or self._inline(key)

    def _opening(self, key: int, brace: str) -> int | None:
        """The innermost ``{`` that is still open at the key."""
        low = max(self.done, self.braceless_from, key - _LOOK_BACK)
        near = self.text.rfind(brace, low, key)
        if near < 0:
            self.braceless_from = key
            return None
        if brace != "{" or "}" not in self.text[near:key]:
            return near
        self.work -= key - low
        depth = 0
        for match in reversed(list(_BRACES.finditer(self.text, low, key))):
            if match[0] == "{" and depth == 0:
                return match.start()
            depth += 1 if match[0] == "}" else -1
        return None

    def _object(self, start: int, key: int, escape: Escape) -> Candidate | None:
        if escape == PLAIN:
            block = pairs.scan(self.text, start)
            self.work -= block.end - start + block.looked
            raw, end = self.text[start : block.end], block.end
        else:
            block, raw, end = self._escaped(start, escape)
        if end <= key or not enough(block.pairs):
            return None
        return self._with_wrapper(start, end, block, escape, raw)

    def _escaped(self, start: int, escape: Escape) -> tuple[Block, str, int]:
        block, plain = Block((), 0, 0, closed=False), ""
        for size in _WINDOWS:
            window = self.text[start : start + size]
            plain = escape.undo(window)
            self.work -= 4 * len(window)
            block = pairs.scan(plain, 0)
            self.work -= block.looked
            if block.closed or len(window) < size or not enough(block.pairs):
                break
        end = self._end_in_original(start, plain[: block.end], escape)
        return block, plain[: block.end], end

    def _end_in_original(self, start: int, plain: str, escape: Escape) -> int:
        """Escapes change lengths but not the number of closing braces."""
        brace = "}" if escape.brace == "{" else "%7D"
        at = start
        for _ in range(plain.count("}")):
            following = self.text.find(brace, at)
            if following < 0:
                return len(self.text)
            at = following + len(brace)
        return at if plain.endswith("}") else max(at, min(len(self.text), start + len(plain)))

    def _with_wrapper(
        self, start: int, end: int, block: Block, escape: Escape, raw: str
    ) -> Candidate:
        low = max(0, start - _BEFORE)
        before = self.text[low:start]
        for _ in range(escape.depth + 1):
            wrapper = _WRAPPER.search(before)
            if wrapper and wrapper[0].startswith("{"):
                start = max(low, self.text.rfind(escape.brace, low, start))
                closing = _CLOSE_WRAPPER.match(self.text, end)
                end = closing.end() if closing else end
            if wrapper:
                break
            before = Escape(escape.name).undo(before) if escape.depth else before
        return Candidate(block.pairs, start, end, block.closed, False, bool(wrapper), escape, raw)

    def _mapping(self, key: int) -> Candidate | None:
        """The YAML lines around a key that stands first on its line."""
        if key < self.mapped:
            return None
        start = yaml_lines.line_start(self.text, key)
        words = start + yaml_lines.indent_of(self.text, start)
        if key - words not in {0, 1} or not yaml_lines.key_at(self.text, words):
            return None
        start = self._first_sibling(start)
        block = yaml_lines.scan(self.text, start, min(len(self.text), start + pairs.LONGEST))
        self.work -= block.end - start
        self.mapped = block.end
        if not enough(block.pairs) or any(_RENDERED.search(pair.text) for pair in block.pairs):
            return None
        return Candidate(block.pairs, start, block.end, block.closed, True, False, PLAIN, "")

    def _inline(self, key: int) -> Candidate | None:
        """Names and values running on in one paragraph; three of them at least."""
        low = max(self.done, key - _BEFORE)
        above = _LABEL_JUST_BEFORE.search(self.text, low, key)
        block = inline.scan(self.text, above.start() if above else key, _FEWEST_INLINE)
        self.work -= 4 * (block.end - block.start)
        names = {fields.name_of(pair.key) for pair in block.pairs}
        if len(names) < _FEWEST_INLINE:
            return None
        text = self.text[block.start : block.end]
        return Candidate(block.pairs, block.start, block.end, True, False, False, PLAIN, text)

    def _first_sibling(self, start: int) -> int:
        """``Label`` is too common a word to search for: look whether it stands just above."""
        indent = yaml_lines.indent_of(self.text, start)
        for _ in range(_MOST_ABOVE):
            if start <= self.done:
                break
            above = yaml_lines.line_start(self.text, start - 1)
            key = yaml_lines.key_at(self.text, above + indent)
            if yaml_lines.indent_of(self.text, above) != indent or not key:
                break
            if fields.name_of(key["key"]) is None:
                break
            start = above
        return start


def enough(pairs: tuple[Pair, ...]) -> bool:
    """Whether these pairs are a label: one distinctive field and one more, or a label alone
    with nothing else beside it.
    """
    names = {name for name in (fields.name_of(pair.key) for pair in pairs) if name}
    if names == {fields.LABEL}:
        return len(pairs) == 1
    return len(names) >= _FEWEST_FIELDS


def is_json(raw: str) -> bool:
    """Whether the object is JSON to the letter."""
    try:
        return isinstance(json.loads(raw), dict)
    except (ValueError, RecursionError):
        return False
