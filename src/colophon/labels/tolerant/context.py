"""Where in a text a label stands: the contexts that decide whether its place is right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from colophon.labels import deviations
from colophon.labels.model import Deviation
from colophon.labels.tolerant import yaml_lines
from colophon.labels.tolerant.search import Candidate

CONTEXTS: Mapping[str, str] = MappingProxyType(
    {
        "comment": "place_comment",
        "script": "place_script",
        "tail": "place_tail",
        "body": "place_body",
        "late_front_matter": "place_not_first",
        "nested": "place_nested",
        "string": "front_matter_string",
    }
)
"""Context → deviation. ``front_matter``, ``lines``, ``meta`` and ``xmp`` are right in themselves."""

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_LEADING = re.compile(r"[\ufeff\s]*")
# The first sign stands alone so that the engine can leap from one to the next.
_FENCE = re.compile(r"[-+](?<![^\n].)(?:(?<=-)--|(?<=\+)\+\+)[ \t]*\r?$", re.MULTILINE | re.DOTALL)
_SCRIPT = re.compile(r"<(/?)(?i:script)")
_HEADING = re.compile(
    r"^(?P<mark>[ \t#/%;*>-]*)[\"']?AIGC[\"']?[ \t]*[:：][ \t]*(?P<rest>[^\n]*)\Z", re.MULTILINE
)
_ATTRIBUTE = re.compile(r"(?:(?P<prefix>[\w.-]{1,40}):)AIGC\s*=\s*[\"']\s*\Z")
_ELEMENT = re.compile(r"<(?P<prefix>[\w.-]{1,40}):AIGC(?:\s[^<>]*)?>\s*\Z")
_META = re.compile(r"<meta\b[^<>]*\Z", re.IGNORECASE)
_LINE_COMMENT = re.compile(r"[ \t]*(?:#|//|%|;|--)")
# Possessive, so that a long run of dashes is read once and not again from each of them.
_TRAILING = re.compile(r"(?:[\s\"'`;)}\]]++|--++>|(?:---)++(?!-)|\*/|</\w++>)*+\Z")
_ASSIGNED = re.compile(r"(?:[=(]|\breturn|[\w$]:)\s{0,8}[\"'`]?\Z")
_NEAR = 512
_FAR = 64 * 1024


def in_front_matter_value(text: str, candidate: Candidate) -> bool:
    """Whether a value given as front matter holds the label under its ``AIGC:`` line."""
    if candidate.yaml:
        return True
    return _heading(text, candidate.start) is not None


def around(text: str, candidate: Candidate) -> tuple[frozenset[str], list[Deviation]]:
    """The contexts of a label in its text, and what is wrong with the XMP around it."""
    before = text[max(0, candidate.start - _NEAR) : candidate.start]
    xmp = _ATTRIBUTE.search(before) or _ELEMENT.search(before)
    if xmp:
        return frozenset({"xmp"}), _xmp_oddities(text, candidate.start, xmp)
    if _META.search(before):
        return frozenset({"meta"}), []
    found = _front_matter(text, candidate)
    if not found:
        found = _enclosure(text, candidate) | _position(text, candidate.end)
    return frozenset(found), []


def _heading(text: str, start: int) -> re.Match[str] | None:
    line = yaml_lines.line_start(text, start)
    heading = _HEADING.search(text[line:start])
    if heading is None and line and not text[line:start].strip(" \t#/%;*>-"):
        above = yaml_lines.line_start(text, line - 1)
        heading = _HEADING.search(text[above : line - 1].rstrip("\r"))
    return heading


def _front_matter(text: str, candidate: Candidate) -> set[str]:
    low = max(0, candidate.start - _FAR)
    fences = [match.start() for match in _FENCE.finditer(text, low, candidate.start)]
    closing = _FENCE.search(text, candidate.end, candidate.end + _FAR)
    if len(fences) % 2 == 0 or not closing:
        return set()
    if candidate.yaml is False and _heading(text, candidate.start) is None:
        return set()
    leading = _LEADING.match(text)
    first = leading is not None and leading.end() >= fences[-1]
    found = {"front_matter"} if first else {"late_front_matter", "front_matter"}
    heading = _heading(text, candidate.start)
    if heading and heading["mark"]:
        found.add("nested")
    if heading and heading["rest"].strip()[:1] in {'"', "'", "|", ">"}:
        found.add("string")
    return found


def _enclosure(text: str, candidate: Candidate) -> set[str]:
    start = candidate.start
    low = max(0, start - _FAR)
    if text.rfind("<!--", low, start) > text.rfind("-->", low, start):
        return {"comment"}
    if text.rfind("/*", low, start) > text.rfind("*/", low, start):
        return {"comment"}
    line = text[yaml_lines.line_start(text, start) : start + 8]
    if _LINE_COMMENT.match(line):
        return {"comment"}
    tags = [match[1] for match in _SCRIPT.finditer(text, low, start)]
    if tags and not tags[-1]:
        return {"script"}
    literal = candidate.raw.startswith("{") and _ASSIGNED.search(text, max(0, start - 32), start)
    return {"script"} if literal else set()


def _position(text: str, end: int) -> set[str]:
    return {"tail"} if _TRAILING.match(text, end, end + _FAR) and end > 0 else {"body"}


def _xmp_oddities(text: str, start: int, match: re.Match[str]) -> list[Deviation]:
    found = []
    if match.re is _ATTRIBUTE:
        found.append(deviations.of("xmp_attribute_form"))
    declaration = re.compile(rf"xmlns:{re.escape(match['prefix'])}\s*=\s*[\"']([^\"'<>]{{0,200}})")
    declared = declaration.findall(text, max(0, start - _FAR), start)
    if declared and declared[-1] != NAMESPACE:
        found.append(deviations.of("xmp_other_namespace", declared[-1]))
    return found
