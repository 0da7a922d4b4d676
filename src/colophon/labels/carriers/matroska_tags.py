"""The tags of a Matroska file: finding labels among them, blanking them, making one.

Source: RFC 9559 5.1.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import TooLarge
from colophon.labels.carriers import ebml
from colophon.labels.carriers.ebml import Element
from colophon.labels.carriers.edits import Edit, applied
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.matroska_segments import TAGS, Segment
from colophon.labels.carriers.ranges import exactly

_TAG, _TARGETS, _TARGET_TYPE, _SIMPLE = 0x7373, 0x63C0, 0x68CA, 0x67C8
_NAME, _STRING = 0x45A3, 0x4487
_WHOLE_FILE = bytes([50])
_MASTERS = frozenset({_TAG, _TARGETS, _SIMPLE})
_MAX_DEPTH = 8
_MAX_TAGS, _MAX_LABEL = 4 << 20, 1 << 20
"""Bytes of all tags of a segment, and of a label."""
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """A label among the tags; ``span``: its ``SimpleTag`` within the ``Tags`` element."""

    span: _Span
    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Tags:
    """A ``Tags`` element, its labels, and the spans that fall with them."""

    element: Element
    data: bytes
    labels: tuple[Label, ...]
    stale: tuple[_Span, ...]

    @property
    def only_labels(self) -> bool:
        """Whether nothing is left of it without its labels."""
        return self.stale == ((0, len(self.data)),)

    def blanked(self) -> Edit:
        """The element with voids where its labels stood; nothing moves."""
        edits = [Edit(start, end, ebml.void(end - start)) for start, end in self.stale]
        data = applied(self.data, edits)
        data = data if self.only_labels else ebml.resealed(data, _MASTERS)
        return Edit(self.element.start, self.element.end, data)


def tags_in(source: BinaryIO, segment: Segment) -> list[Tags]:
    """Every ``Tags`` element of the segment. Raises TooLarge."""
    elements = segment.of_name(TAGS)
    if sum(element.end - element.start for element in elements) > _MAX_TAGS:
        raise TooLarge(detail=f"Matroska tags > {_MAX_TAGS} bytes")
    found = []
    for element in elements:
        data = exactly(source, element.start, element.end - element.start, "Matroska tags")
        found.append(_tags(element, data))
    return found


def label_tags(value: bytes) -> bytes:
    """A ``Tags`` element of nothing but the label. Raises TooLarge."""
    if len(value) > _MAX_LABEL:
        raise TooLarge(detail=f"Matroska label > {_MAX_LABEL} bytes")
    simple = ebml.made(_NAME, FIELD.encode()) + ebml.made(_STRING, value)
    targets = ebml.made(_TARGETS, ebml.made(_TARGET_TYPE, _WHOLE_FILE))
    return ebml.made(TAGS, ebml.made(_TAG, targets + ebml.made(_SIMPLE, simple)))


def _tags(element: Element, data: bytes) -> Tags:
    body = element.body - element.start
    labels: list[Label] = []
    stale: list[_Span] = []
    alone = True
    for tag in ebml.children(data, body, len(data)):
        if tag.name != _TAG:
            continue
        simples = [e for e in ebml.children(data, tag.body, tag.end) if e.name == _SIMPLE]
        found = [label for simple in simples for label in _labels(data, simple, 0)]
        labels += found
        spans = [label.span for label in found]
        if spans and spans == [(simple.start, simple.end) for simple in simples]:
            stale.append((tag.start, tag.end))
        else:
            stale += spans
            alone = False
    if alone and stale:
        stale = [(0, len(data))]
    return Tags(element, data, tuple(labels), tuple(stale))


def _labels(data: bytes, simple: Element, depth: int) -> Iterator[Label]:
    """The tag itself if it is a label, else those inside it."""
    inner = list(ebml.children(data, simple.body, simple.end))
    texts = {e.name: data[e.body : e.end].rstrip(b"\0") for e in inner if e.name != _SIMPLE}
    name, value = texts.get(_NAME, b"").decode("utf-8", "replace"), texts.get(_STRING, b"")
    if holds_label(name, value.decode("utf-8", "replace")):
        yield Label((simple.start, simple.end), name.upper(), value)
    elif depth < _MAX_DEPTH:
        for nested in inner:
            if nested.name == _SIMPLE:
                yield from _labels(data, nested, depth + 1)
