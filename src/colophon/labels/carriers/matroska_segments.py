"""The segments of a Matroska file: what lies in them beside the media itself.

Source: RFC 9559 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import EmptyFile, InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers import ebml
from colophon.labels.carriers.ebml import Element
from colophon.labels.carriers.ranges import size_of

EBML, SEGMENT = 0x1A45DFA3, 0x18538067
SEEK_HEAD, INFO, TRACKS, TAGS = 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1254C367
CLUSTER, CUES, CHAPTERS, ATTACHMENTS = 0x1F43B675, 0x1C53BB6B, 0x1043A770, 0x1941A469
_ENDERS = frozenset(
    {EBML, SEGMENT, SEEK_HEAD, INFO, TRACKS, TAGS, CLUSTER, CUES, CHAPTERS, ATTACHMENTS}
)
"""What ends a cluster of unknown size."""
_MAX_SEGMENTS = 100
_MAX_ELEMENTS = 10_000
_MAX_STEPS = 4_000_000
"""Elements looked at in one file, media blocks of clusters of unknown size among them."""


@dataclass(slots=True)
class Segment:
    """``elements``: those right inside, without the clusters; ``end``: after the last of all."""

    element: Element
    end: int
    elements: list[Element] = field(default_factory=list)
    clusters_at: int | None = None

    @property
    def body(self) -> int:
        """What positions inside count from."""
        return self.element.body

    def of_name(self, name: int) -> list[Element]:
        return [element for element in self.elements if element.name == name]


@dataclass(slots=True)
class Survey:
    """``fault``: why the walk ended early; ``steps``: elements looked at so far."""

    source: BinaryIO
    size: int
    segments: list[Segment] = field(default_factory=list)
    fault: InputError | None = None
    steps: int = 0

    def next_element(self, at: int, limit: int) -> Element | None:
        """The element there; None, and a fault, where there is none that is whole."""
        self.steps += 1
        if self.steps > _MAX_STEPS:
            raise TooLarge(detail=f"Matroska > {_MAX_STEPS} elements")
        found = ebml.element_at(self.source, at, limit)
        if found is None:
            short = limit - at < ebml.LONGEST_HEAD
            kind = TruncatedFile if short else MalformedFile
            self.fault = kind(detail=f"Matroska @{at}")
        elif found.end > limit:
            self.fault = TruncatedFile(detail=f"Matroska {found.name:X} @{at}")
            return None
        return found


def surveyed(source: BinaryIO) -> Survey:
    """The whole file. Raises EmptyFile, TooLarge."""
    survey = Survey(source, size_of(source))
    if not survey.size:
        raise EmptyFile
    at = 0
    while at < survey.size and survey.fault is None:
        found = ebml.element_at(source, at, survey.size)
        if found is None or found.name not in {EBML, SEGMENT, ebml.VOID}:
            break  # what follows is no part of the film
        if found.name != SEGMENT:
            at = found.end
            continue
        if len(survey.segments) >= _MAX_SEGMENTS:
            raise TooLarge(detail=f"Matroska > {_MAX_SEGMENTS} segments")
        at = _segment(survey, found)
    if not survey.segments:
        survey.fault = survey.fault or MalformedFile(detail="no Matroska segment")
    return survey


def _segment(survey: Survey, found: Element) -> int:
    """Notes a segment and gives the place behind it."""
    segment = Segment(found, found.body)
    survey.segments.append(segment)
    limit = min(found.end, survey.size)
    while segment.end < limit:
        inner = survey.next_element(segment.end, limit)
        if inner is None or (found.size is None and inner.name in {EBML, SEGMENT}):
            break
        if inner.name == CLUSTER:
            segment.clusters_at = segment.clusters_at or inner.start
            segment.end = inner.end if inner.size is not None else _after(survey, inner, limit)
            continue
        if inner.size is None:
            survey.fault = MalformedFile(detail=f"Matroska {inner.name:X} of unknown size")
            break
        if len(segment.elements) >= _MAX_ELEMENTS:
            raise TooLarge(detail=f"Matroska > {_MAX_ELEMENTS} elements in a segment")
        segment.elements.append(inner)
        segment.end = inner.end
    if found.end > survey.size and survey.fault is None:
        survey.fault = TruncatedFile(detail=f"Matroska segment @{found.start}")
    return segment.end


def _after(survey: Survey, cluster: Element, limit: int) -> int:
    """Where a cluster of unknown size ends: at the next element that cannot be in one."""
    at = cluster.body
    while at < limit:
        inner = survey.next_element(at, limit)
        if inner is None or inner.name in _ENDERS:
            break
        at = inner.end
    return at
