"""Names and values that run on in prose: a front matter that a renderer took for a paragraph.

Nothing but the fields' own names divides them, so each value reaches to the next name.
"""

from __future__ import annotations

import html
import re

from colophon.labels.tolerant.pairs import Block, Pair

# The first letter stands alone so that the engine can leap from one to the next.
_NAME = re.compile(
    r"(?P<key>[LCPR](?<![A-Za-z0-9].)(?:(?<=L)abel|(?<=C)ontent_?Pro(?:ducer|pagator)"
    r"|(?<=P)roduc(?:e|er)_?ID|(?<=P)ropagat(?:e|or)_?ID|(?<=R)eserved?_?Code_?[12]))"
    r"(?:[\"'`*\s]|</\w{1,10}>|&quot;){0,8}[:：=](?:[*\s]|</?\w{1,10}>){0,8}"
)
_STOP = re.compile(r"[\r\n<]|\s-{2,}|\}")
_TAG = re.compile(r"</?\w{1,10}[^<>]{0,200}>")
_NEXT_BULLET = re.compile(r"[\r\n]\s*[-*+]?\s*[*_`]*\Z")
_EDGES = " \t\r\n,;|*`\"'“”‘’"
_WINDOW = 16 * 1024
_LONGEST_LAST = 4096
_WIDEST = 4096
_NEAR = 96
_LONGEST_NAME = 256
"""Characters with all that may stand between a name and its value."""


def scan(text: str, start: int, fewest: int) -> Block:
    """The run of names and values that begins at ``start`` or just behind it; empty when it has
    not the ``fewest`` names that it needs.
    """
    stop = min(len(text), start + _WINDOW)
    names = _run(text, start, stop)
    if len(names) < fewest:
        return Block((), start, start, closed=False)
    pairs = []
    end = start
    for name, following in zip(names, [*names[1:], None], strict=True):
        end = following.start() if following else _last(text, name.end(), stop)
        pairs.append(Pair(name["key"], _clean(text[name.end() : end]), "loose"))
    return Block(tuple(pairs), names[0].start(), end, closed=True)


def _run(text: str, start: int, stop: int) -> list[re.Match[str]]:
    """The names that follow one another closely, each once: a second label is another run."""
    found: list[re.Match[str]] = []
    seen: set[str] = set()
    at, reach = start, start + _NEAR
    while match := _NAME.search(text, at, min(stop, reach + _LONGEST_NAME)):
        if match["key"] in seen or match.start() > reach:
            break
        seen.add(match["key"])
        found.append(match)
        at, reach = match.end(), match.end() + _WIDEST
    return found


def _last(text: str, start: int, stop: int) -> int:
    match = _STOP.search(text, start, min(stop, start + _LONGEST_LAST))
    return match.start() if match else min(stop, start + _LONGEST_LAST)


def _clean(value: str) -> str:
    bare = _TAG.sub("", html.unescape(value))
    return _NEXT_BULLET.sub("", bare).strip(_EDGES)
