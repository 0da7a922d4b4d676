"""Taking stale labels out of a text: those that stand by themselves outside the standard place.

One within other words is content, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from colophon.labels import aigc
from colophon.labels.aigc import AigcReading
from colophon.labels.carriers.text_file import Span, TextFile, may_hold_label

_ROUNDS = 8
"""Taking one label away may leave another standing alone."""
_LINE = re.compile(r"\r\n|\n|\r")
_BEFORE = re.compile(
    r"[ \t]*+(?:(?:<!--|/\*|[#/;%*>-]++)[ \t]*+)?(?:[\"']?AIGC[\"']?[ \t]*+[:=][ \t]*+)?[\"'`]?\Z"
)
_AFTER = re.compile(r"[\"'`;]?[ \t]*+(?:(?:-->|\*/)[ \t]*+)?(?:\r\n|\n|\r|\Z)")
_HEADING = re.compile(r"[ \t]*[\"']?AIGC[\"']?[ \t]*:[ \t]*\Z")
_ENCLOSURES = (
    (re.compile(r"<!--\s*\Z"), re.compile(r"\s*-->\Z")),
    (re.compile(r"---[ \t]*\Z"), re.compile(r"(?:---|\.\.\.)[ \t]*\Z")),
)
_FENCE = re.compile(r"[ \t]*(?:```|~~~)\w*[ \t]*\Z")
_REMOVABLE = {"comment", "nested", "late_front_matter", "tail"}


@dataclass(frozen=True, slots=True)
class Change:
    """``new`` in place of the characters ``start`` to ``end``."""

    start: int
    end: int
    new: str = ""


def cleared(
    file: TextFile, changes: Iterable[Change], body_of: Callable[[str], int] = lambda _: 0
) -> list[Change]:
    """``changes``, which put the label in its place, and the removal of every other label.

    ``body_of`` tells where in a text the standard place is over: what encloses a label is
    looked for after it only. Texts longer than can be searched are left as they are.
    """
    known = list(changes)
    if len(file.text) > aigc.MOST_BYTES or not may_hold_label(file.text):
        return known
    for _ in range(_ROUNDS):
        preview = _Preview(file.text, known)
        stale = [Change(*span) for span in preview.stale(body_of(preview.text))]
        if not stale:
            break
        known = [old for old in known if not any(_within(old, new) for new in stale)] + stale
    return known


def _within(old: Change, new: Change) -> bool:
    return not old.new and new.start <= old.start and old.end <= new.end


class _Preview:
    """The text as it would be, and where each kept part of it came from."""

    def __init__(self, text: str, changes: Iterable[Change]) -> None:
        parts: list[str] = []
        self._kept: list[tuple[int, int, int]] = []
        self._new: list[Span] = []
        at = out = 0
        ordered = sorted(changes, key=lambda change: (change.start, change.end))
        for change in [*ordered, Change(len(text), len(text))]:
            parts += [text[at : change.start], change.new]
            self._kept.append((out, at, change.start - at))
            out += change.start - at
            if change.new:
                self._new.append((out, out + len(change.new)))
            out, at = out + len(change.new), change.end
        self.text = "".join(parts)

    def stale(self, body: int) -> Iterator[Span]:
        """Spans of the source to take out."""
        done = -1
        for reading in aigc.find(self.text):
            ours = any(start < reading.end and reading.start < end for start, end in self._new)
            if ours or not reading.context & _REMOVABLE:
                continue
            span = _standing_alone(self.text, reading, body)
            if span and span[0] >= done and not self._touches_new(span):
                done = span[1]
                yield self._source(span[0], last=False), self._source(span[1], last=True)

    def _touches_new(self, span: Span) -> bool:
        return any(start < span[1] and span[0] < end for start, end in self._new)

    def _source(self, at: int, *, last: bool) -> int:
        """Where a place in the preview lies in the source; where something was taken out
        between, after it, or with ``last`` before it."""
        places = [
            source + at - out for out, source, length in self._kept if out <= at <= out + length
        ]
        return min(places) if last else max(places)


def _standing_alone(text: str, reading: AigcReading, body: int) -> Span | None:
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
    if above and _FENCE.match(text[above[0] : above[1]]):
        return None  # an example in a code block is content
    if above and _HEADING.match(text[above[0] : above[1]]):
        start = above[0]
    return _enclosed(text, start, end, body)


def _enclosed(text: str, start: int, end: int, body: int) -> Span:
    above, below = _line_above(text, start), _line_at(text, end)
    if not above or above[0] < body:
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
