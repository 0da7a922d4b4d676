"""Where the parts of a JSON text stand, and edits that change some of them and nothing else.

The text is never parsed and printed again: numbers, spaces and the order of keys stay as they
are. Time is bounded by the count of marks, memory by the count of parts that are asked for;
nothing recurses. Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit

MOST_MARKS = 4_000_000
"""Brackets, quotes and commas of one text."""
MOST_PARTS = 100_000
"""Members of one object or elements of one array that are looked at one by one."""
DEEPEST = 512

Span = tuple[int, int]

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}"]', re.DOTALL)
_SCALAR = re.compile(rb'[^\s,:\[\]{}"]+')
_SPACE = re.compile(rb"[ \t\r\n]*+")
_CLOSES = {ord("["): ord("]"), ord("{"): ord("}")}
_COUNTED = (b"[", b"]", b"{", b"}", b'"', b",")


@dataclass(frozen=True, slots=True)
class Member:
    """One name and value of an object: where the name's quote and the value begin, where the
    value ends."""

    name: str
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Object:
    """An object from its brace to after the closing one."""

    start: int
    end: int
    members: tuple[Member, ...]

    def get(self, name: str) -> Member | None:
        """The last member of that name, which is the one that readers take."""
        return next((one for one in reversed(self.members) if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Array:
    """An array from its bracket to after the closing one."""

    start: int
    end: int
    elements: tuple[Span, ...]


def root(data: bytes) -> Object:
    """The object that the text is. Raises TooLarge, TruncatedFile, MalformedFile."""
    if sum(data.count(mark) for mark in _COUNTED) > MOST_MARKS:
        raise TooLarge(detail=f"JSON of over {MOST_MARKS} marks")
    start = _skipped(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    if data[start : start + 1] != b"{":
        raise MalformedFile(detail="not a JSON object")
    whole = object_at(data, start)
    if _skipped(data, whole.end) != len(data):
        raise MalformedFile(detail=f"JSON with more behind it, at byte {whole.end}")
    return whole


def is_object(data: bytes, member: Member | None) -> bool:
    """Whether there is a member and its value an object."""
    return member is not None and data[member.value : member.value + 1] == b"{"


def is_array(data: bytes, member: Member | None) -> bool:
    """Whether there is a member and its value an array."""
    return member is not None and data[member.value : member.value + 1] == b"["


def object_at(data: bytes, start: int) -> Object:
    """The object whose brace is at ``start``, with its members."""
    members: list[Member] = []
    at = _skipped(data, start + 1)
    while data[at : at + 1] != b"}":
        if members:
            at = _skipped(data, _past(data, at, b","))
        members.append(_member(data, at))
        _check_count(members)
        at = _skipped(data, members[-1].end)
    return Object(start, at + 1, tuple(members))


def array_at(data: bytes, start: int) -> Array:
    """The array whose bracket is at ``start``, with its elements' spans."""
    elements: list[Span] = []
    at = _skipped(data, start + 1)
    while data[at : at + 1] != b"]":
        if elements:
            at = _skipped(data, _past(data, at, b","))
        elements.append((at, value_end(data, at)))
        _check_count(elements)
        at = _skipped(data, elements[-1][1])
    return Array(start, at + 1, tuple(elements))


def value_end(data: bytes, start: int) -> int:
    """Where the value that begins at ``start`` ends."""
    first = data[start : start + 1]
    if not first:
        raise TruncatedFile(detail="JSON ends inside")
    if first in (b"{", b"["):
        return _container_end(data, start)
    match = (_STRING if first == b'"' else _SCALAR).match(data, start)
    if match:
        return match.end()
    if first == b'"':
        raise TruncatedFile(detail=f"JSON string without end, at byte {start}")
    raise MalformedFile(detail=f"JSON at byte {start}")


def changed(
    data: bytes, owner: Object, values: Mapping[str, bytes], drops: Collection[Member] = ()
) -> list[Edit]:
    """Edits that give ``owner`` these members and take others out of it.

    A member that is there gets its value replaced where it stands (of several of one name the
    last one stays); a new one comes last, spaced as the one before it.
    """
    last = {name: owner.get(name) for name in values}
    kept = [
        one
        for one in owner.members
        if one not in drops and (one.name not in last or last[one.name] is one)
    ]
    stays = {id(one) for one in kept}
    edits = [
        Edit(one.value, one.end, values[one.name])
        for one in kept
        if one.name in values and data[one.value : one.end] != values[one.name]
    ]
    new = [name for name in values if last[name] is None or id(last[name]) not in stays]
    space, colon = _style(data, owner)
    written = [json.dumps(name).encode() + colon + values[name] for name in new]
    if not kept:
        return [*edits, _refilled(owner, (b"," + space).join(written))]
    edits += _removals(owner, stays)
    if written:
        at = kept[-1].end
        edits.append(Edit(at, at, b"".join(b"," + space + one for one in written)))
    return edits


Tree = Mapping[str, "bytes | Tree"]
"""Members wanted in an object and in the objects within it."""


def merged(data: bytes, owner: Object, tree: Tree, drops: Collection[Member] = ()) -> list[Edit]:
    """As ``changed``, for objects within objects; those that are missing (or null) are added.

    Raises MalformedFile where something else stands in an object's place.
    """
    edits: list[Edit] = []
    values: dict[str, bytes] = {}
    for name, wanted in tree.items():
        there = owner.get(name)
        if isinstance(wanted, bytes):
            values[name] = wanted
        elif there is None or data[there.value : there.end] == b"null":
            values[name] = _written(wanted)
        elif is_object(data, there):
            edits += merged(data, object_at(data, there.value), wanted, drops)
        else:
            raise MalformedFile(detail=f"{name} is not an object")
    return edits + changed(data, owner, values, drops)


def _written(tree: Tree) -> bytes:
    members = (
        json.dumps(name).encode() + b":" + (one if isinstance(one, bytes) else _written(one))
        for name, one in tree.items()
    )
    return b"{" + b",".join(members) + b"}"


def appended(data: bytes, owner: Array, values: Collection[bytes]) -> list[Edit]:
    """The edit that puts values behind the others of an array."""
    if not values:
        return []
    if not owner.elements:
        return [Edit(owner.start + 1, owner.end - 1, b",".join(values))]
    first, at = owner.elements[0][0], owner.elements[-1][1]
    space = data[owner.start + 1 : first]
    if len(owner.elements) > 1:
        between = data[owner.elements[-2][1] : owner.elements[-1][0]]
        space = between[between.index(b",") + 1 :]
    return [Edit(at, at, b"".join(b"," + space + one for one in values))]


def _style(data: bytes, owner: Object) -> tuple[bytes, bytes]:
    """What stands before a name and between it and its value."""
    if not owner.members:
        return b"", b":"
    one = owner.members[-1]
    before = len(data[owner.start + 1 : one.start].rstrip(b" \t\r\n")) + owner.start + 1
    name = _STRING.match(data, one.start)
    colon = data[name.end() : one.value] if name else b":"
    return data[before : one.start], colon


def _refilled(owner: Object, written: bytes) -> Edit:
    if owner.members:
        return Edit(owner.members[0].start, owner.members[-1].end, written)
    return Edit(owner.start + 1, owner.start + 1, written)


def _removals(owner: Object, stays: Collection[int]) -> list[Edit]:
    """Each with the comma before it, or where nothing stays before it, the one behind it."""
    edits: list[Edit] = []
    seen = False
    for place, one in enumerate(owner.members):
        if id(one) in stays:
            seen = True
        elif seen:
            edits.append(Edit(owner.members[place - 1].end, one.end, b""))
        else:
            edits.append(Edit(one.start, owner.members[place + 1].start, b""))
    return edits


def _member(data: bytes, at: int) -> Member:
    match = _STRING.match(data, at)
    if not match:
        broken = MalformedFile if data[at : at + 1] not in (b"", b'"') else TruncatedFile
        raise broken(detail=f"JSON member without a name, at byte {at}")
    value = _skipped(data, _past(data, _skipped(data, match.end()), b":"))
    return Member(text(match[0]), at, value, value_end(data, value))


def text(string: bytes) -> str:
    """What a JSON string says. Raises MalformedFile."""
    try:
        plain = json.loads(string)
    except (ValueError, RecursionError) as wrong:
        raise MalformedFile(detail="JSON string") from wrong
    if not isinstance(plain, str):
        raise MalformedFile(detail="JSON string")
    return plain


def _container_end(data: bytes, start: int) -> int:
    """By brackets alone; strings are leapt over."""
    awaited: list[int] = []
    for match in _MARK.finditer(data, start):
        mark = data[match.start()]
        if mark in _CLOSES:
            awaited.append(_CLOSES[mark])
            if len(awaited) > DEEPEST:
                raise MalformedFile(detail=f"JSON nested over {DEEPEST} deep")
        elif mark != ord('"'):
            if awaited.pop() != mark:
                raise MalformedFile(detail=f"JSON bracket at byte {match.start()}")
            if not awaited:
                return match.end()
        elif match.end() == match.start() + 1:
            break
    raise TruncatedFile(detail="JSON ends inside")


def _skipped(data: bytes, at: int) -> int:
    match = _SPACE.match(data, at)
    return match.end() if match else at


def _past(data: bytes, at: int, mark: bytes) -> int:
    if data[at : at + 1] == mark:
        return at + 1
    if at >= len(data):
        raise TruncatedFile(detail="JSON ends inside")
    raise MalformedFile(detail=f"JSON at byte {at}")


def _check_count(parts: list[Member] | list[Span]) -> None:
    if len(parts) > MOST_PARTS:
        raise TooLarge(detail=f"JSON with over {MOST_PARTS} parts in one")
