"""FLV: the label is the string ``AIGC`` of the script tag ``onMetaData``.

Source: TC260-PG-20257A; Adobe, "Video File Format Specification" 10.1, E. Positions that the
metadata itself tells (of key frames, of the end) move along with what is written before them.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import EmptyFile, InputError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import amf
from colophon.labels.carriers.amf import Budget, Property, Walk
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import (
    TOTAL_CAP,
    at_most,
    exactly,
    size_of,
    within_cap,
)

_MEDIA_TYPE = "video/x-flv"
_HEAD, _TAG_HEAD, _LINK = 9, 11, 4
"""Bytes of the file's header, of a tag's, and of the size of the tag before."""
_KIND = 0x1F
_SOUND, _PICTURES, _SCRIPT = 8, 9, 18
_MAX_LABEL = 1 << 20
_LARGEST_TAG = (1 << 24) - 1
_MAX_TAGS, _MAX_SCRIPTS = 5_000_000, 10_000
_META, _WRAPPER, _XMP = "onMetaData", "@setDataFrame", "liveXML"
_POSITION = "lastkeyframelocation"
_WHOLE = 1 << 53


@dataclass(frozen=True, slots=True)
class _Tag:
    start: int
    size: int

    @property
    def data(self) -> int:
        return self.start + _TAG_HEAD

    @property
    def end(self) -> int:
        return self.data + self.size


@dataclass(slots=True)
class _Film:
    """``first``: where the first tag begins; ``kinds``: what tags there are; ``fault``: why the
    walk ended early."""

    size: int
    first: int = 0
    scripts: list[_Tag] = field(default_factory=list)
    kinds: set[int] = field(default_factory=set)
    fault: InputError | None = None


@dataclass(slots=True)
class _Script:
    """A script tag: its name, its value's properties, where they end and the value begins."""

    tag: _Tag
    walk: Walk
    name: str
    value: int
    properties: list[Property]
    end: int

    def labels(self) -> Iterator[tuple[Property, bytes]]:
        for found in self.properties:
            text = self.walk.text(found.value)
            if text is not None and holds_label(found.name, text.decode("utf-8", "replace")):
                yield found, text

    def packets(self) -> Iterator[Packet]:
        for found, text in self.labels():
            name = FIELD if found.name.upper() == FIELD else found.name
            yield Packet("aigc", f"flv:{self.name}:{name}", text)
        for found in self.properties:
            packet = self.walk.text(found.value) if found.name == _XMP else None
            if packet:
                yield Packet("xmp", f"flv:{self.name}:{_XMP}", packet)

    def edits(self, value: bytes | None) -> list[Edit]:
        """``value`` as the only label (None: none), within the tag's data."""
        new = b"" if value is None else amf.text_property(FIELD, value)
        more = 0
        edits: list[Edit] = []
        for found, _ in self.labels():
            edits.append(Edit(found.start, found.end, new))
            more -= not new
            new = b""
        if new:
            edits.append(Edit(self.end, self.end, new))
            more += 1
        data = self.walk.data
        if more and data[self.value] == amf.ARRAY:
            at = self.value + 1
            count = max(0, int.from_bytes(data[at : at + 4], "big") + more)
            edits.append(Edit(at, at + 4, count.to_bytes(4, "big")))
        return [*edits, *self._without_xmp()]

    def positions(self) -> Iterator[int]:
        """Where numbers stand that tell of places in the file, as doubles."""
        for found in self.properties:
            if found.name == _POSITION and self.walk.data[found.value] == amf.NUMBER:
                yield found.value + 1
            elif found.name == "keyframes" and self.walk.data[found.value] in {3, 8}:
                for inner in self.walk.properties(found.value)[0]:
                    if inner.name == "filepositions":
                        yield from self.walk.numbers(inner.value)

    def file_size(self) -> int | None:
        """Where the number stands that tells the file's size."""
        for found in self.properties:
            if found.name == "filesize" and self.walk.data[found.value] == amf.NUMBER:
                return found.value + 1
        return None

    def _without_xmp(self) -> Iterator[Edit]:
        for found in self.properties:
            text = self.walk.text(found.value) if found.name == _XMP else None
            if text and (clean := xmp.blanked(text)) != text:
                yield Edit(found.end - len(text), found.end, clean)


class Flv:
    """The FLV family; see ``Carrier``."""

    name = "flv"
    media_types: tuple[str, ...] = (_MEDIA_TYPE, "video/flv")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        offset = int.from_bytes(head[5:_HEAD], "big")
        known = head[:4] == b"FLV\x01" and offset >= _HEAD and len(head) >= _HEAD
        return _MEDIA_TYPE if known else None

    def read(self, source: BinaryIO) -> list[Packet]:
        film = _walked(source)
        found = within_cap(_packets(source, film), "FLV")
        if film.fault and not found:
            raise film.fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        film = _walked(source)
        if film.fault:
            raise film.fault
        if len(packets["aigc"]) > _MAX_LABEL:
            raise TooLarge(detail=f"FLV label > {_MAX_LABEL} bytes")
        return pieces_of(_labelled(source, film, packets["aigc"]), film.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"flv:{_META}:{FIELD}"


FLV = Flv()


def only_sound(source: BinaryIO) -> bool:
    """Whether there is sound and nothing to see. False where the file cannot be walked."""
    try:
        kinds = _walked(source).kinds
    except InputError:
        return False
    return _SOUND in kinds and _PICTURES not in kinds


def _walked(source: BinaryIO) -> _Film:
    film = _Film(size_of(source))
    if not film.size:
        raise EmptyFile
    source.seek(0)
    head = source.read(_HEAD)
    if not FLV.sniff(head):
        film.fault = MalformedFile(detail="no FLV")
        return film
    at = film.first = int.from_bytes(head[5:], "big") + _LINK
    if at > film.size:
        film.fault = TruncatedFile(detail="FLV header")
    for _ in range(_MAX_TAGS):
        if at >= film.size or film.fault:
            return film
        at = _next_tag(source, film, at)
    raise TooLarge(detail=f"FLV > {_MAX_TAGS} tags")


def _next_tag(source: BinaryIO, film: _Film, at: int) -> int:
    source.seek(at)
    head = source.read(4)
    tag = _Tag(at, int.from_bytes(head[1:], "big"))
    if len(head) < 4 or tag.end > film.size:
        film.fault = TruncatedFile(detail=f"FLV tag @{at}")
        return at
    film.kinds.add(head[0] & _KIND)
    if head[0] & _KIND == _SCRIPT:
        film.scripts.append(tag)
        if len(film.scripts) > _MAX_SCRIPTS:
            raise TooLarge(detail=f"FLV > {_MAX_SCRIPTS} script tags")
    return tag.end + _LINK


def _scripts(source: BinaryIO, film: _Film, *, strict: bool) -> Iterator[_Script]:
    if sum(tag.size for tag in film.scripts) > TOTAL_CAP:
        raise TooLarge(detail=f"FLV scripts > {TOTAL_CAP} bytes")
    budget = Budget()
    for tag in film.scripts:
        walk = Walk(exactly(source, tag.data, tag.size, "FLV script"), budget)
        try:
            script = _parsed(tag, walk)
        except MalformedFile:
            if strict and not any(found for found in film.scripts if found.start < tag.start):
                raise
            continue
        if script is not None:
            yield script


def _parsed(tag: _Tag, walk: Walk) -> _Script | None:
    """None for a script that is not a name and an object."""
    if walk.data[:1] != bytes([amf.STRING]):
        return None
    name, at = walk.string(1)
    if name == _WRAPPER and walk.data[at : at + 1] == bytes([amf.STRING]):
        name, at = walk.string(at + 1)
    if walk.data[at : at + 1] not in {bytes([amf.OBJECT]), bytes([amf.ARRAY])}:
        return None
    properties, end = walk.properties(at)
    return _Script(tag, walk, name, at, properties, end)


def _packets(source: BinaryIO, film: _Film) -> Iterator[Packet]:
    for script in _scripts(source, film, strict=False):
        yield from script.packets()


def _labelled(source: BinaryIO, film: _Film, value: bytes) -> list[Edit]:
    """The edits of the file: of the script tags, and of all positions these tell."""
    changes: list[tuple[_Script, list[Edit]]] = []
    pending: bytes | None = value
    for script in _scripts(source, film, strict=True):
        standard = pending is not None and script.name == _META
        changes.append((script, script.edits(pending if standard else None)))
        pending = None if standard else pending
    edits: list[Edit] = []
    if pending is not None:
        edits.append(Edit(film.first, film.first, _new_tag(pending)))
    growth = _Growth()
    for edit in edits:
        growth.add(edit.start, edit.growth)
    for script, own in changes:
        growth.add(script.tag.end, sum(edit.growth for edit in own))
    for script, own in changes:
        moved = _moved(script, growth, film.size)
        if own or moved:
            edits += _rewritten(source, script.tag, script.walk.data, [*own, *moved])
    return edits


@dataclass(slots=True)
class _Growth:
    """By how much the file grows before any place; added in the order of places."""

    places: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=lambda: [0])

    def add(self, place: int, by: int) -> None:
        if by:
            self.places.append(place)
            self.sums.append(self.sums[-1] + by)

    def before(self, place: int) -> int:
        return self.sums[bisect.bisect_right(self.places, place)]


def _moved(script: _Script, growth: _Growth, size: int) -> list[Edit]:
    """The numbers of a script that tell of places behind what grew."""
    if not growth.places:
        return []
    data = script.walk.data
    edits: list[Edit] = []
    for at in script.positions():
        place = _whole(data, at)
        if place and (by := growth.before(place)):
            edits.append(_number(at, place + by))
    at_size = script.file_size()
    if at_size is not None and _whole(data, at_size) == size:
        edits.append(_number(at_size, size + growth.sums[-1]))
    return edits


def _whole(data: bytes, at: int) -> int:
    """A number that can be a place in a file; 0 for another."""
    value = float(amf.NUMBER_VALUE.unpack_from(data, at)[0])
    return int(value) if 0 < value < _WHOLE and value.is_integer() else 0


def _number(at: int, value: int) -> Edit:
    return Edit(at, at + amf.NUMBER_VALUE.size, amf.NUMBER_VALUE.pack(value))


def _rewritten(source: BinaryIO, tag: _Tag, data: bytes, edits: list[Edit]) -> list[Edit]:
    new = applied(data, edits)
    if len(new) > _LARGEST_TAG:
        raise TooLarge(detail="FLV script > 16 MiB")
    link = (_TAG_HEAD + len(new)).to_bytes(_LINK, "big")
    there = len(at_most(source, tag.end, _LINK, "FLV"))
    return [
        Edit(tag.start + 1, tag.start + 4, len(new).to_bytes(3, "big")),
        Edit(tag.data, tag.end + there, new + link[:there]),
    ]


def _new_tag(value: bytes) -> bytes:
    """A whole script tag of nothing but the label, and its size behind it."""
    data = bytes([amf.STRING]) + amf.short_string(_META)
    data += bytes([amf.ARRAY]) + (1).to_bytes(4, "big")
    data += amf.text_property(FIELD, value) + b"\0\0\x09"
    head = bytes([_SCRIPT]) + len(data).to_bytes(3, "big") + bytes(7)
    return head + data + (_TAG_HEAD + len(data)).to_bytes(_LINK, "big")
