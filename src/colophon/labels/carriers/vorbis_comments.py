"""Vorbis comments: a list of ``NAME=value`` in UTF-8, and one of them exchanged.

Source: xiph.org, "Ogg Vorbis I format specification: comment field and header specification".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers.edits import Edit, applied
from colophon.labels.carriers.label_field import FIELD, holds_label

_LENGTH = 4
_MAX_ENTRIES = 100_000
_VENDOR = b"Colophon"


@dataclass(frozen=True, slots=True)
class Comment:
    """One entry; ``start`` is at its length, ``end`` after its words."""

    start: int
    end: int
    name: str
    value: bytes

    @property
    def is_label(self) -> bool:
        return holds_label(self.name, self.value.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class _List:
    """``count_at``: where the number of entries stands; ``end``: after the last entry."""

    count_at: int
    end: int
    entries: tuple[Comment, ...]


def labels_in(data: bytes, start: int) -> Iterator[Comment]:
    """The labels of the list that begins at ``start``; none where no list can be walked."""
    try:
        found = _parsed(data, start)
    except MalformedFile:
        return
    yield from (entry for entry in found.entries if entry.is_label)


def relabelled(data: bytes, start: int, value: bytes | None) -> bytes:
    """The same with ``value`` as its only label (None: with none): in the place of the first old
    one, or at the end of the list. Raises MalformedFile, TooLarge."""
    found = _parsed(data, start)
    new = b"" if value is None else _entry(FIELD.encode() + b"=" + value)
    count = len(found.entries)
    edits: list[Edit] = []
    for entry in found.entries:
        if entry.is_label:
            edits.append(Edit(entry.start, entry.end, new))
            count -= not new
            new = b""
    if new:
        edits.append(Edit(found.end, found.end, new))
        count += 1
    edits.append(Edit(found.count_at, found.count_at + _LENGTH, _number(count)))
    return applied(data, edits)


def new_list(value: bytes) -> bytes:
    """A list of nothing but the label."""
    return _entry(_VENDOR) + _number(1) + _entry(FIELD.encode() + b"=" + value)


def _parsed(data: bytes, start: int) -> _List:
    count_at = start + _LENGTH + _length(data, start)
    count = _length(data, count_at)
    if count > _MAX_ENTRIES:
        raise TooLarge(detail=f"Vorbis comments > {_MAX_ENTRIES}")
    at = count_at + _LENGTH
    entries: list[Comment] = []
    for _ in range(count):
        end = at + _LENGTH + _length(data, at)
        if end > len(data):
            raise MalformedFile(detail="Vorbis comments: an entry runs over the end")
        name, _, value = data[at + _LENGTH : end].partition(b"=")
        entries.append(Comment(at, end, name.decode("utf-8", "replace"), value))
        at = end
    return _List(count_at, at, tuple(entries))


def _length(data: bytes, at: int) -> int:
    if at + _LENGTH > len(data):
        raise MalformedFile(detail="Vorbis comments end early")
    return int.from_bytes(data[at : at + _LENGTH], "little")


def _entry(words: bytes) -> bytes:
    return _number(len(words)) + words


def _number(value: int) -> bytes:
    return value.to_bytes(_LENGTH, "little")
