"""XML as spans of its text: finds elements and attributes and says where they lie.

Not a parser: it changes nothing, resolves no entity but the five predefined and the numeric
ones, and goes on where XML is broken or cut, so that packets can be read whatever wrote them
and be edited without touching their other bytes. Time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 128
MAX_TAGS = 500_000

_TAG_NAME = re.compile(r"</?([^\s<>/=\"'?!]++)")
_ATTRIBUTE = re.compile(
    r"""\s*+([^\s<>/=\"']++)\s*+=\s*+(?:"(?P<double>[^"]*+)("|\Z)|'(?P<single>[^']*+)('|\Z))"""
)
_TAG_END = re.compile(r"\s*+(/?)>")
_REFERENCE = re.compile(r"&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|lt|gt|amp|quot|apos);")
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_OPAQUE = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(slots=True)
class Attribute:
    """``start`` to ``end`` spans ``name="value"``, quotes included; the value is raw."""

    name: str
    uri: str | None
    start: int
    end: int
    value_start: int
    value_end: int

    @property
    def cut(self) -> bool:
        """The text ends before the closing quote."""
        return self.end == self.value_end


@dataclass(slots=True)
class Element:
    """``start`` to ``end`` spans the whole element, ``inner_start`` to ``inner_end`` what is
    between its tags. An element that is never closed ends where its parent does.
    """

    name: str
    uri: str | None
    attributes: list[Attribute]
    parent: Element | None
    start: int
    inner_start: int
    inner_end: int = -1
    end: int = -1
    closed: bool = False

    @property
    def empty(self) -> bool:
        """Written as one tag: ``<name/>``."""
        return self.inner_start == self.end


def prefix_of(name: str) -> str:
    """``a`` of ``a:b``; empty when there is none."""
    return name.rpartition(":")[0]


def local_of(name: str) -> str:
    """``b`` of ``a:b``."""
    return name.rpartition(":")[2]


def is_declaration(name: str) -> bool:
    """Whether the attribute of this name declares a namespace."""
    return name == "xmlns" or name.startswith("xmlns:")


def elements(text: str) -> Iterator[Element]:
    """Every element, each when it ends: children before their parents.

    Stops quietly at the limits of depth and number; what is open then counts as never closed.
    """
    scan = _Scan()
    for kind, start, end, raw in _tokens(text):
        if kind == "tag":
            yield from scan.tag(text, start, end, raw)
            if scan.full:
                break
    yield from scan.finish(len(text))


def inner_text(text: str) -> str:
    """The character data of a fragment, markup left out, references and CDATA resolved."""
    return "".join(_character_data(text))


def unescape(raw: str) -> str:
    """Predefined and numeric references resolved; any other stays as it is written."""
    return _REFERENCE.sub(_character, raw) if "&" in raw else raw


def escape(value: str) -> str:
    """Text that may stand between tags and inside quotes alike."""
    for sign, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        value = value.replace(sign, f"&{name};")
    return value


@dataclass(slots=True)
class _Scan:
    """The open elements and the namespaces bound at this place of the text."""

    stack: list[Element] = field(default_factory=list)
    bound: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    @property
    def full(self) -> bool:
        return self.count > MAX_TAGS or len(self.stack) > MAX_DEPTH

    def tag(self, text: str, start: int, end: int, raw: list[Attribute]) -> Iterator[Element]:
        self.count += 1
        name = _TAG_NAME.match(text, start)
        if name is None:
            return
        if text.startswith("</", start):
            yield from self._close(name[1], start, end)
            return
        self._bind(raw, text)
        self.stack.append(self._element(name[1], raw, start, end))
        if text.startswith("/>", end - 2):
            yield self._pop(end, end, closed=True)

    def finish(self, end: int) -> Iterator[Element]:
        while self.stack:
            yield self._pop(end, end, closed=False)

    def _close(self, name: str, start: int, end: int) -> Iterator[Element]:
        if not any(element.name == name for element in self.stack):
            return
        while self.stack[-1].name != name:
            yield self._pop(start, start, closed=False)
        yield self._pop(start, end, closed=True)

    def _pop(self, inner_end: int, end: int, *, closed: bool) -> Element:
        element = self.stack.pop()
        element.inner_end, element.end, element.closed = inner_end, end, closed
        for attribute in element.attributes:
            if is_declaration(attribute.name):
                self.bound[_declared(attribute.name)].pop()
        return element

    def _bind(self, raw: list[Attribute], text: str) -> None:
        for attribute in raw:
            if is_declaration(attribute.name):
                uri = unescape(text[attribute.value_start : attribute.value_end])
                self.bound.setdefault(_declared(attribute.name), []).append(uri)

    def _element(self, name: str, raw: list[Attribute], start: int, end: int) -> Element:
        for attribute in raw:
            attribute.uri = self._uri(prefix_of(attribute.name))
        parent = self.stack[-1] if self.stack else None
        return Element(name, self._uri(prefix_of(name)), raw, parent, start, end)

    def _uri(self, prefix: str) -> str | None:
        uris = self.bound.get(prefix)
        return uris[-1] if uris else None


def _declared(name: str) -> str:
    return local_of(name) if ":" in name else ""


_Token = tuple[str, int, int, list[Attribute]]


def _tokens(text: str) -> Iterator[_Token]:
    """``("text" | "cdata" | "other" | "tag", start, end, attributes)`` in order, without gaps."""
    at = 0
    while at < len(text):
        mark = text.find("<", at)
        if mark != at:
            yield "text", at, mark if mark >= 0 else len(text), []
        if mark < 0:
            return
        markup = _opaque(text, mark) if text[mark + 1 : mark + 2] in {"!", "?"} else None
        token = markup or _tag(text, mark)
        yield token
        at = token[2]


def _opaque(text: str, start: int) -> _Token | None:
    for opening, closing in _OPAQUE:
        if text.startswith(opening, start):
            end = text.find(closing, start + len(opening))
            kind = "cdata" if opening == "<![CDATA[" else "other"
            return kind, start, len(text) if end < 0 else end + len(closing), []
    return None


def _tag(text: str, start: int) -> _Token:
    """A tag, with its attributes as far as they are well formed; namespaces not yet known."""
    name = _TAG_NAME.match(text, start)
    at = name.end() if name else start + 1
    raw: list[Attribute] = []
    while found := _ATTRIBUTE.match(text, at):
        value = "double" if found["double"] is not None else "single"
        raw.append(Attribute(found[1], None, found.start(1), found.end(), *found.span(value)))
        at = found.end()
    ending = _TAG_END.match(text, at)
    if ending:
        return "tag", start, ending.end(), raw
    end = text.find(">", at)
    return "tag", start, len(text) if end < 0 else end + 1, raw


def _character_data(text: str) -> Iterator[str]:
    for kind, start, end, _ in _tokens(text):
        if kind == "text":
            yield unescape(text[start:end])
        elif kind == "cdata":
            yield text[start + len("<![CDATA[") : end].removesuffix("]]>")


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    if not name.startswith("#"):
        return _PREDEFINED[name]
    code = int("0" + name[1:], 16) if name[1] == "x" else int(name[1:])
    if code > _LAST_CODE_POINT or code in _SURROGATES:
        return reference[0]
    return chr(code)
