"""AVI: the label is the entry ``AIGC`` of a list ``INFO``.

Source: TC260-PG-20257A; Microsoft, "AVI RIFF File Reference"; OpenDML 1.02. The list takes the
place of empty space before the media, else it stands at the end of the first part: either way
the positions in the indexes hold, but for those of an OpenDML file's later parts, which follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import InputError, MalformedFile, TooLarge
from colophon.labels import xmp
from colophon.labels.carriers import avi_index
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD, looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, at_most, within_cap
from colophon.labels.carriers.riff_chunks import CHUNK_HEAD, Chunk, Riff, chunk_bytes, walked

_MEDIA = frozenset({b"LIST"})
_KIND = FIELD.encode()
_MAX_LISTS = 1_000
_MAX_LABEL = 1 << 20
_MAX_INSIDE = 10_000
"""Chunks looked at inside one later part."""
_MAX_SPACE = 1 << 20
"""The most empty bytes that are looked through."""


@dataclass(frozen=True, slots=True)
class _Info:
    """A list ``INFO``: its labels, by kind, and what is left of it without them."""

    chunk: Chunk
    labels: tuple[tuple[bytes, bytes], ...]
    rest: bytes

    @property
    def only_labels(self) -> bool:
        return bool(self.labels) and not self.rest

    @property
    def kept(self) -> bytes:
        """The list without its labels."""
        return chunk_bytes(b"LIST", b"INFO" + self.rest) if self.rest else b""

    def shortened(self) -> Edit:
        """Only what is kept; what stands behind it is another matter."""
        return Edit(self.chunk.start, self.chunk.start + len(self.kept), self.kept)

    def blanked(self) -> Edit:
        """Space where the labels stood; nothing moves."""
        size = self.chunk.end - self.chunk.start
        return Edit(self.chunk.start, self.chunk.end, self.kept + _space(size - len(self.kept)))


@dataclass(slots=True)
class _Film:
    """The parts of an AVI file that matter here; ``infos`` by where they start, also of later
    parts of an OpenDML file."""

    riff: Riff
    headers: Chunk
    media: Chunk
    infos: dict[int, _Info]


class Avi:
    """The AVI family; see ``Carrier``."""

    name = "avi"
    media_types: tuple[str, ...] = ("video/x-msvideo", "video/avi", "video/vnd.avi")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return self.media_types[0] if head[:4] == b"RIFF" and head[8:12] == b"AVI " else None

    def read(self, source: BinaryIO) -> list[Packet]:
        riff = walked(source, _MEDIA)
        found = within_cap(_packets(source, riff), "AVI")
        if riff.fault and not found:
            raise riff.fault
        return found

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        if len(packets["aigc"]) > _MAX_LABEL:
            raise TooLarge(detail=f"AVI label > {_MAX_LABEL} bytes")
        film = _film(source)
        new = chunk_bytes(b"LIST", b"INFO" + chunk_bytes(_KIND, packets["aigc"]))
        edits = [*_placed(source, film, new), *_without_xmp(source, film.riff)]
        return pieces_of(film.riff.sized(edits), film.riff.size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"riff:LIST:INFO:{FIELD}"


AVI = Avi()


def only_sound(source: BinaryIO) -> bool:
    """Whether there is sound and nothing to see. False where the headers cannot be read."""
    try:
        film = _film(source)
        headers = at_most(source, film.headers.data, film.headers.size, "AVI hdrl")
    except InputError:
        return False
    kinds = avi_index.stream_kinds(headers)
    return b"auds" in kinds and not kinds & {b"vids", b"iavs"}


def _film(source: BinaryIO) -> _Film:
    """Raises MalformedFile, TruncatedFile, TooLarge."""
    riff = walked(source, _MEDIA)
    if riff.fault:
        raise riff.fault
    lists = [chunk for chunk in riff.of_kind(b"LIST") if not chunk.outside]
    named = {_list_kind(source, chunk): chunk for chunk in reversed(lists)}
    if riff.form != b"AVI " or not {b"hdrl", b"movi"} <= named.keys():
        raise MalformedFile(detail="RIFF: no AVI with headers and media")
    infos = {info.chunk.start: info for info in _infos(source, riff)}
    return _Film(riff, named[b"hdrl"], named[b"movi"], infos)


def _list_kind(source: BinaryIO, chunk: Chunk) -> bytes:
    source.seek(chunk.data)
    return source.read(4)


def _infos(source: BinaryIO, riff: Riff) -> Iterator[_Info]:
    """The lists ``INFO``, of later parts too."""
    held = count = 0
    for chunk in _lists(source, riff):
        if _list_kind(source, chunk) != b"INFO" or chunk.end > riff.size:
            continue
        count, held = count + 1, held + min(chunk.size, METADATA_CAP)
        if count > _MAX_LISTS or held > METADATA_CAP:
            raise TooLarge(detail=f"AVI > {_MAX_LISTS} lists, {METADATA_CAP} bytes")
        yield _info(chunk, at_most(source, chunk.data, chunk.size, "AVI INFO"))


def _lists(source: BinaryIO, riff: Riff) -> Iterator[Chunk]:
    for chunk in riff.chunks:
        if chunk.kind == b"LIST":
            yield chunk
        elif chunk.kind == b"RIFF" and chunk.outside:
            at, end = chunk.data + 4, min(chunk.data + chunk.size, riff.size)
            for _ in range(_MAX_INSIDE):
                source.seek(at)
                head = source.read(CHUNK_HEAD)
                if len(head) < CHUNK_HEAD or at + CHUNK_HEAD > end:
                    break
                size = int.from_bytes(head[4:], "little")
                inner = Chunk(head[:4], at, size, at + CHUNK_HEAD + size + size % 2, outside=True)
                if inner.kind == b"LIST" and inner.end <= end:
                    yield inner
                at = inner.end


def _info(chunk: Chunk, data: bytes) -> _Info:
    labels: list[tuple[bytes, bytes]] = []
    rest: list[bytes] = []
    at = 4
    while at + CHUNK_HEAD <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = min(at + CHUNK_HEAD + size + size % 2, len(data))
        kind, value = data[at : at + 4], data[at + CHUNK_HEAD : at + CHUNK_HEAD + size]
        if kind.upper() == _KIND or looks_like_label(value.decode("utf-8", "replace")):
            labels.append((kind, value.rstrip(b"\0")))
        else:
            rest.append(data[at:end])
        at = end
    return _Info(chunk, tuple(labels), b"".join([*rest, data[at:]]))


def _packets(source: BinaryIO, riff: Riff) -> Iterator[Packet]:
    for info in _infos(source, riff):
        for kind, value in info.labels:
            name, outside = kind.upper().decode("latin-1"), ":outside" * info.chunk.outside
            yield Packet("aigc", f"riff:LIST:INFO:{name}{outside}", value)
    for chunk in riff.of_kind(b"_PMX")[:_MAX_LISTS]:
        yield Packet("xmp", "riff:_PMX", at_most(source, chunk.data, chunk.size, "AVI XMP"))


def _without_xmp(source: BinaryIO, riff: Riff) -> Iterator[Edit]:
    for chunk in riff.of_kind(b"_PMX")[:_MAX_LISTS]:
        data = at_most(source, chunk.data, chunk.size, "AVI XMP")
        if (clean := xmp.blanked(data)) != data:
            yield Edit(chunk.data, chunk.data + len(data), clean)


def _placed(source: BinaryIO, film: _Film, new: bytes) -> Iterator[Edit]:
    """The list in the first space that holds it, else at the end; no other label."""
    if film.riff.streamed:
        yield from _before_media(film, new)
        return
    pending: bytes | None = new
    for space in _spaces(source, film):
        room = space.end - space.start
        fits = pending is not None and (room == len(new) or room - len(new) >= CHUNK_HEAD)
        if fits:
            yield Edit(space.start, space.end, new + _space(room - len(new)))
            pending = None
        elif not space.plain:
            yield Edit(space.start, space.end, _space(room))
    own = _own_at_end(film)
    yield from _at_end(source, film, own, pending or b"")
    for info in film.infos.values():
        if info.labels and info.chunk.end <= film.media.start:
            yield info.shortened()
        elif info.labels and info.chunk not in own:
            yield info.blanked()


def _own_at_end(film: _Film) -> list[Chunk]:
    """The lists of nothing but labels that end the first part, the last one first."""
    own: list[Chunk] = []
    for chunk in reversed([c for c in film.riff.chunks if not c.outside]):
        info = film.infos.get(chunk.start)
        if info is None or not info.only_labels or chunk.start < film.media.end:
            break
        own.append(chunk)
    return own


def _at_end(source: BinaryIO, film: _Film, own: list[Chunk], new: bytes) -> Iterator[Edit]:
    """``new`` instead of those lists."""
    if own:
        edit = Edit(own[-1].start, film.riff.end, new)
    elif new:
        edit = film.riff.appended(new)
    else:
        return
    yield edit
    yield from avi_index.moved(source, film.headers, edit.end, edit.growth)


def _before_media(film: _Film, new: bytes) -> Iterator[Edit]:
    """Where the media runs to the end of the file nothing can follow it, and no index tells of
    it."""
    for info in film.infos.values():
        if info.only_labels:
            yield Edit(info.chunk.start, info.chunk.end, b"")
        elif info.labels:
            yield info.blanked()
    yield Edit(film.media.start, film.media.start, new)


@dataclass(frozen=True, slots=True)
class _Space:
    """Empty bytes before the media; ``plain``: one chunk, as it is in the file."""

    start: int
    end: int
    plain: bool


def _spaces(source: BinaryIO, film: _Film) -> Iterator[_Space]:
    """The space there is once the labels are gone, whatever it was before, in one piece where
    it touches: so that it does not depend on the label that lay in it."""
    last: _Space | None = None
    for chunk in film.riff.chunks:
        if chunk.start >= film.media.start:
            break
        info = film.infos.get(chunk.start)
        labels = info is not None and bool(info.labels)
        if not labels and not _is_empty(source, chunk):
            continue
        start = chunk.start + (len(info.kept) if info is not None and labels else 0)
        joined = last is not None and last.end == start and chunk.end - last.start <= _MAX_SPACE
        if last is not None and not joined:
            yield last
        start = last.start if last is not None and joined else start
        last = _Space(start, chunk.end, plain=not labels and not joined)
    if last is not None:
        yield last


def _is_empty(source: BinaryIO, chunk: Chunk) -> bool:
    """Whether nothing is lost with it; other space may hold a word of its maker."""
    if chunk.kind != b"JUNK" or chunk.size > _MAX_SPACE:
        return False
    source.seek(chunk.data)
    return not source.read(chunk.size).strip(b"\0")


def _space(size: int) -> bytes:
    """An empty chunk, ``size`` bytes in all."""
    if not size:
        return b""
    if size < CHUNK_HEAD:
        raise MalformedFile(detail="AVI: a list without padding")
    return b"JUNK" + (size - CHUNK_HEAD).to_bytes(4, "little") + bytes(size - CHUNK_HEAD)
