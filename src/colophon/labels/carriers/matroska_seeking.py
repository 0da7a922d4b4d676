"""The list at the start of a Matroska segment that says where its parts lie.

Source: RFC 9559 5.1.1. Nothing else of a segment may move when the list changes: it grows into
the empty element behind it, or refers to a second list at the segment's end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.labels.carriers import ebml
from colophon.labels.carriers.ebml import Element
from colophon.labels.carriers.edits import Edit
from colophon.labels.carriers.matroska_segments import SEEK_HEAD, TAGS, Segment
from colophon.labels.carriers.ranges import exactly

_SEEK, _SEEK_NAME, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_CRC, _SEAL = 4, 6
_LEAST_VOID = 2


@dataclass(frozen=True, slots=True)
class _Entry:
    data: bytes
    name: int
    position: int


@dataclass(slots=True)
class Plan:
    """``edits`` of the first list, and ``second``: the bytes of another before the tags."""

    edits: list[Edit] = field(default_factory=list)
    second: bytes = b""


def planned(source: BinaryIO, segment: Segment, tags_at: int, gone: set[int]) -> Plan:
    """The lists telling of the tags at ``tags_at`` (in the file, before anything is put there),
    and no longer of those in ``gone``; both count from the file's start.

    No list at all, a damaged one, or one without any room, stays as it is.
    """
    heads = segment.of_name(SEEK_HEAD)
    plan = Plan()
    if not heads:
        return plan
    position = tags_at - segment.body
    lost = {at - segment.body for at in gone} - {position}
    lists = [(head, entries) for head in heads if (entries := _read(source, head)) is not None]
    told = any(e.name == TAGS and e.position == position for _, list_ in lists for e in list_)
    for head, entries in lists:
        kept = [e.data for e in entries if not (e.name == TAGS and e.position in lost)]
        adds = not told and head is lists[0][0]
        if len(kept) == len(entries) and not adds:
            continue
        place = _Place(head.start, _room(segment, head), _sealed(source, head))
        new = place.fitted([*kept, _entry(TAGS, position)] if adds else kept)
        if new is None:
            new = place.fitted([_entry(SEEK_HEAD, position)])
            plan.second = place.second(kept, position) if new else b""
        if new is not None:
            plan.edits.append(Edit(place.start, place.end, new))
    return plan


@dataclass(frozen=True, slots=True)
class _Place:
    """From where to where a list may lie; ``sealed``: whether it begins with a checksum."""

    start: int
    end: int
    sealed: bool

    def fitted(self, entries: list[bytes]) -> bytes | None:
        """The list, and an empty element that fills the place; None where it is too small."""
        room = self.end - self.start
        least = len(ebml.size_field(sum(map(len, entries)) + _SEAL))
        for width in (least, least + 1):  # the second where a single byte would be left
            made = self._list(entries, width)
            if len(made) == room:
                return made
            if room - len(made) >= _LEAST_VOID:
                return made + ebml.void(room - len(made))
        return None

    def second(self, kept: list[bytes], position: int) -> bytes:
        """The list that stands at ``position``, with the tags right behind it."""
        size = 0
        for _ in range(ebml.WIDEST):
            made = self._list([*kept, _entry(TAGS, position + size)])
            if len(made) == size:
                break
            size = len(made)
        return made

    def _list(self, entries: list[bytes], width: int | None = None) -> bytes:
        seal = ebml.made(ebml.CRC32, bytes(_CRC)) if self.sealed else b""
        made = ebml.made(SEEK_HEAD, seal + b"".join(entries), width)
        return ebml.resealed(made, frozenset())


def _room(segment: Segment, head: Element) -> int:
    """Where the list must end at the latest."""
    behind = next((e for e in segment.elements if e.start == head.end), None)
    return behind.end if behind and behind.name == ebml.VOID else head.end


def _read(source: BinaryIO, head: Element) -> list[_Entry] | None:
    """None where what is added behind the entries might not be found again."""
    data = exactly(source, head.body, head.end - head.body, "Matroska SeekHead")
    inner = list(ebml.children(data, 0, len(data)))
    if any(e.size is None for e in inner) or (inner[-1].end if inner else 0) != len(data):
        return None
    return [_parsed(data, e) for e in ebml.children(data, 0, len(data)) if e.name == _SEEK]


def _parsed(data: bytes, entry: Element) -> _Entry:
    values = {
        inner.name: ebml.whole_number(data[inner.body : inner.end])
        for inner in ebml.children(data, entry.body, entry.end)
    }
    whole = data[entry.start : entry.end]
    return _Entry(whole, values.get(_SEEK_NAME, 0), values.get(_SEEK_POSITION, -1))


def _sealed(source: BinaryIO, head: Element) -> bool:
    source.seek(head.body)
    return source.read(2) == b"\xbf\x84"


def _entry(name: int, position: int) -> bytes:
    width = max(1, (position.bit_length() + 7) // 8)
    return ebml.made(
        _SEEK,
        ebml.made(_SEEK_NAME, name.to_bytes(4, "big"))
        + ebml.made(_SEEK_POSITION, position.to_bytes(width, "big")),
    )
