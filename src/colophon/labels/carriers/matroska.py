"""Matroska and WebM: the label is the ``SimpleTag`` ``AIGC`` of a tag for the whole file.

Source: TC260-PG-20257A; RFC 9559 5.1.8. The tag is an element of its own at the segment's end,
and the list of positions at its start tells of it, so that nothing else moves; only in a stream
without such a list, or an index, does it stand before the media. Stale labels become voids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from colophon.labels.carriers import ebml, matroska_seeking
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.matroska_segments import (
    CLUSTER,
    CUES,
    EBML,
    SEEK_HEAD,
    SEGMENT,
    TRACKS,
    Segment,
    Survey,
    surveyed,
)
from colophon.labels.carriers.matroska_tags import Tags, label_tags, tags_in
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, size_of, within_cap

_DOCTYPE = 0x4282
_TRACK, _TRACK_TYPE = 0xAE, 0x83
_PICTURES, _SOUND = 1, 2
_CLUSTER_POSITION = 0xA7
_CLUSTER_OPENING = 64
_MAX_TRACKS = METADATA_CAP
_MAX_HEADERS = 1_000
"""Elements before the tracks."""


class Matroska:
    """The Matroska family; see ``Carrier``."""

    name = "matroska"
    media_types: tuple[str, ...] = (
        "video/x-matroska",
        "video/webm",
        "audio/x-matroska",
        "audio/webm",
        "video/matroska",
        "audio/matroska",
    )
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        top = ebml.element(head[: ebml.LONGEST_HEAD], 0, len(head))
        if top is None or top.name != EBML:
            return None
        inner = {e.name: head[e.body : e.end] for e in ebml.children(head, top.body, top.end)}
        doctype = inner.get(_DOCTYPE, b"").rstrip(b"\0")
        if doctype not in {b"matroska", b"webm"}:
            return None
        kind = "audio" if _sound_alone(_kinds_in_head(head, top.end)) else "video"
        return f"{kind}/webm" if doctype == b"webm" else f"{kind}/x-matroska"

    def read(self, source: BinaryIO) -> list[Packet]:
        survey = surveyed(source)
        found = within_cap(_packets(source, survey), "Matroska")
        if survey.fault and not found:
            raise survey.fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        survey = surveyed(source)
        if survey.fault:
            raise survey.fault
        edits = _labelled(source, survey.segments[0], packets["aigc"])
        for segment in survey.segments[1:]:
            edits += [tags.blanked() for tags in tags_in(source, segment) if tags.labels]
        return pieces_of(edits, survey.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"matroska:Tags:{FIELD}"


MATROSKA = Matroska()


def only_sound(source: BinaryIO) -> bool:
    """Whether there is sound and nothing to see. False where the tracks cannot be read."""
    size = size_of(source)
    at = 0
    for _ in range(_MAX_HEADERS):
        found = ebml.element_at(source, at, size) if at < size else None
        if found is None or found.name == CLUSTER:
            return False
        if found.name == TRACKS and found.end - found.body <= _MAX_TRACKS:
            source.seek(found.body)
            return _sound_alone(_kinds(source.read(found.end - found.body)))
        at = found.body if found.name == SEGMENT else found.end
    return False


def _sound_alone(kinds: set[int]) -> bool:
    return _SOUND in kinds and _PICTURES not in kinds


def _kinds(tracks: bytes) -> set[int]:
    """The types of all tracks; the content of a ``Tracks`` element."""
    return {
        ebml.whole_number(tracks[inner.body : inner.end])
        for track in ebml.children(tracks, 0, len(tracks))
        if track.name == _TRACK
        for inner in ebml.children(tracks, track.body, track.end)
        if inner.name == _TRACK_TYPE
    }


def _kinds_in_head(head: bytes, at: int) -> set[int]:
    segment = ebml.element(head[at : at + ebml.LONGEST_HEAD], at, len(head))
    if segment is None or segment.name != SEGMENT:
        return set()
    for found in ebml.children(head, segment.body, len(head)):
        if found.name == TRACKS:
            return _kinds(head[found.body : found.end])
    return set()


def _packets(source: BinaryIO, survey: Survey) -> Iterator[Packet]:
    for number, segment in enumerate(survey.segments):
        which = f":segment{number + 1}" if number else ""
        for tags in tags_in(source, segment):
            for label in tags.labels:
                yield Packet("aigc", f"matroska{which}:Tags:{label.name}", label.value)


def _labelled(source: BinaryIO, segment: Segment, value: bytes) -> list[Edit]:
    """One label in the segment, at its end or where it is to be met on the way."""
    new, tags = label_tags(value), tags_in(source, segment)
    if _is_stream(source, segment):
        return _before_media(segment, tags, new)
    cut = segment.end
    edits: list[Edit] = []
    gone: set[int] = set()
    for each in reversed(tags):
        if each.only_labels:
            gone.add(each.element.start)
        if each.only_labels and each.element.end == cut:
            cut = each.element.start
        elif each.labels:
            edits.append(each.blanked())
    plan = matroska_seeking.planned(source, segment, cut, gone)
    edits += [*plan.edits, Edit(cut, segment.end, plan.second + new)]
    return [*edits, *_sized(segment, cut + len(plan.second) - segment.body, len(new))]


def _before_media(segment: Segment, tags: list[Tags], new: bytes) -> list[Edit]:
    at = segment.clusters_at or segment.end
    own = [each.element for each in tags if each.only_labels]
    edits = [Edit(element.start, element.end, b"") for element in own]
    edits += [each.blanked() for each in tags if each.labels and not each.only_labels]
    rest = segment.end - segment.body - sum(element.end - element.start for element in own)
    return [*edits, Edit(at, at, new), *_sized(segment, rest, len(new))]


def _is_stream(source: BinaryIO, segment: Segment) -> bool:
    """Whether no position written in the segment tells where its media lies."""
    if segment.of_name(SEEK_HEAD) or segment.of_name(CUES):
        return False
    if segment.clusters_at is None:
        return True
    source.seek(segment.clusters_at)
    head = source.read(_CLUSTER_OPENING)
    cluster = ebml.element(head, 0, len(head))
    if cluster is None:
        return False
    inner = ebml.children(head, cluster.body, len(head))
    return not any(
        ebml.whole_number(head[e.body : e.end]) for e in inner if e.name == _CLUSTER_POSITION
    )


def _sized(segment: Segment, rest: int, added: int) -> list[Edit]:
    """The segment's size for ``rest`` bytes and those added; its field grows where a label as
    long as may be would not fit, so that one width serves every label."""
    element = segment.element
    if element.size is None:
        return []
    enough = rest + METADATA_CAP < (1 << 7 * element.width) - 1
    width = element.width if enough else ebml.WIDEST
    field = ebml.size_field(rest + added, width)
    return [Edit(element.body - element.width, element.body, field)]
