"""Where in an HTML text visible content begins and ends; a linear scan, no tree.

Comments, raw text (scripts, styles, titles) and quoted attributes are stepped over, so that a
``<body>`` inside them misleads nobody. Nothing is looked at twice after a failure: what never
closes ends the scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

RAW = frozenset({"script", "style", "title", "textarea", "noscript", "template", "iframe", "xmp"})
HEAD_ONLY = frozenset({"html", "head", "meta", "link", "base"}) | (RAW - {"textarea", "iframe"})

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_ATTRIBUTES = re.compile(r"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")


@dataclass(frozen=True, slots=True)
class Places:
    """Character offsets; ``end`` is None when the text stops inside something hidden."""

    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    start: int
    end: int
    closing: bool


def find(html: str) -> Places:
    """The first offset inside the body, and the last one."""
    start: int | None = None
    end: int | None = None
    stopped_inside = False
    last = 0
    for tag in _tags(html):
        if tag is None:
            stopped_inside = True
            break
        opens = not tag.closing and tag.name == "body"
        if opens:
            start = tag.end
        elif start is None and (tag.name not in HEAD_ONLY or html[last : tag.start].strip()):
            start = last if html[last : tag.start].strip() else tag.start
        elif tag.closing and tag.name in {"body", "html"} and end is None:
            end = tag.start
        last = tag.end
    start = last if start is None else start
    return Places(start, None if stopped_inside else (len(html) if end is None else end))


def _tags(html: str) -> Iterator[_Tag | None]:
    """Tags, comments and raw elements in order; None when one of them never closes."""
    small = html.lower()
    at = html.find("<")
    while at >= 0:
        found = _comment(html, at) or _element(html, small, at)
        if found is None:
            at = html.find("<", at + 1)
            continue
        if found.end < 0:
            yield None
            return
        yield found
        at = html.find("<", found.end)


def _comment(html: str, at: int) -> _Tag | None:
    if html.startswith("<!--", at):
        close = html.find("-->", at + 4)
        return _Tag("meta", at, close + 3 if close >= 0 else -1, closing=False)
    if html.startswith(("<!", "<?"), at):
        close = html.find(">", at)
        return _Tag("meta", at, close + 1 if close >= 0 else -1, closing=False)
    return None


def _element(html: str, small: str, at: int) -> _Tag | None:
    name = _TAG.match(html, at)
    if name is None:
        return None
    rest = _ATTRIBUTES.match(html, name.end())
    if rest is None:
        return _Tag(name[1].lower(), at, -1, closing=False)
    word, closing, end = name[1].lower(), html.startswith("</", at), rest.end()
    if word in RAW and not closing:
        close = small.find(f"</{word}", end)
        end = html.find(">", close) + 1 or -1 if close >= 0 else -1
    return _Tag(word, at, end, closing)
