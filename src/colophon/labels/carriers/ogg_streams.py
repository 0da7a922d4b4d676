"""The logical streams of an Ogg file, and the comment packet each has near its start.

Source: RFC 3533; RFC 7845 (Opus); xiph.org: Vorbis I, Ogg mapping of FLAC, Speex manual,
Theora specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge
from colophon.labels.carriers import ogg_pages, vorbis_comments
from colophon.labels.carriers.edits import Edit
from colophon.labels.carriers.ogg_pages import FULL, Page, Walk
from colophon.labels.carriers.ranges import METADATA_CAP, TOTAL_CAP

_MAX_STREAMS = 10_000
_PAGE_COST = 512
"""What remembering a page costs, counted with its bytes."""
_MARKS = 16
"""Bytes of a first packet that say what the stream is."""
_FLAC_HEAD = 4
_FLAC_LARGEST = (1 << 24) - 1
_FLAC_COMMENTS = 4


@dataclass(frozen=True, slots=True)
class Codec:
    """``mark`` begins the first packet, ``comments`` the second; behind it stands the list."""

    name: str
    mark: bytes
    comments: bytes | None
    shows: bool = False


CODECS = (
    Codec("vorbis", b"\x01vorbis", b"\x03vorbis"),
    Codec("opus", b"OpusHead", b"OpusTags"),
    Codec("flac", b"\x7fFLAC", bytes(_FLAC_HEAD)),
    Codec("speex", b"Speex   ", b""),
    Codec("theora", b"\x80theora", b"\x81theora", shows=True),
    Codec("vp8", b"OVP80", None, shows=True),
    Codec("dirac", b"BBCD", None, shows=True),
    Codec("ogm", b"\x01video", None, shows=True),
)
"""``comments`` None: a stream whose comments are not known here; FLAC's head is a block's."""


@dataclass(slots=True)
class Stream:
    """``run``: the pages from the one that the comment packet begins to one that a packet ends."""

    codec: Codec | None
    run: list[Page] = field(default_factory=list)
    done: bool = False

    @property
    def usable(self) -> bool:
        return self.done and bool(self.run)


def codec_of(packet: bytes) -> Codec | None:
    """What the stream holds whose first packet begins so."""
    return next((codec for codec in CODECS if packet.startswith(codec.mark)), None)


def surveyed(walk: Walk) -> list[Stream]:
    """Every logical stream with a list of comments, in order, over the whole file.

    Raises TooLarge. A fault of the walk is left in it.
    """
    streams: list[Stream] = []
    active: dict[int, Stream] = {}
    held = 0
    for page in walk:
        if page.flags & ogg_pages.FIRST:
            if len(streams) >= _MAX_STREAMS:
                raise TooLarge(detail=f"Ogg > {_MAX_STREAMS} streams")
            active[page.serial] = Stream(_first_codec(walk.source, page))
            streams.append(active[page.serial])
        elif page.serial in active:
            stream = active[page.serial]
            _collect(stream, page)
            held += page.end - page.start + _PAGE_COST
            if held > TOTAL_CAP:
                raise TooLarge(detail=f"Ogg headers > {TOTAL_CAP} bytes")
            if stream.done:
                del active[page.serial]
    return [stream for stream in streams if stream.usable and _has_list(walk.source, stream)]


def _has_list(source: BinaryIO, stream: Stream) -> bool:
    return list_at(stream, Headers.of(source, stream).comments) is not None


def _first_codec(source: BinaryIO, page: Page) -> Codec | None:
    source.seek(page.body)
    return codec_of(source.read(min(_MARKS, page.end - page.body)))


def _collect(stream: Stream, page: Page) -> None:
    if stream.codec is None or stream.codec.comments is None:
        stream.done = True
        return
    if not stream.run and page.flags & ogg_pages.CONTINUED:
        stream.done = True
        return
    stream.run.append(page)
    stream.done = page.ends_packet
    if page.end - stream.run[0].start > 2 * METADATA_CAP and not stream.done:
        stream.run, stream.done = [], True


@dataclass(frozen=True, slots=True)
class Headers:
    """The packets of a run: the comments' and those that share its pages."""

    comments: bytes
    others: bytes
    other_lacing: bytes

    @staticmethod
    def of(source: BinaryIO, stream: Stream) -> Headers:
        parts = []
        for page in stream.run:
            source.seek(page.body)
            parts.append(source.read(page.end - page.body))
        lacing = b"".join(page.lacing for page in stream.run)
        count = next(n for n, size in enumerate(lacing, 1) if size < FULL)
        size = sum(lacing[:count])
        data = b"".join(parts)
        return Headers(data[:size], data[size:], lacing[count:])


def list_at(stream: Stream, comments: bytes) -> int | None:
    """Where the list of comments begins in its packet; None if this is no such packet."""
    codec = stream.codec
    if codec is None or codec.comments is None:
        return None
    if codec.name == "flac":
        return _FLAC_HEAD if comments[:1] and comments[0] & 0x7F == _FLAC_COMMENTS else None
    return len(codec.comments) if comments.startswith(codec.comments) else None


def relabelled(source: BinaryIO, walk: Walk, stream: Stream, value: bytes | None) -> Iterator[Edit]:
    """The stream's header pages with ``value`` as the only label in them, and the pages behind
    numbered anew where there are now more or fewer. Raises MalformedFile, TooLarge."""
    headers = Headers.of(source, stream)
    at = list_at(stream, headers.comments)
    if at is None:
        raise MalformedFile(detail="an Ogg stream whose second packet holds no comments")
    run = stream.run
    if any(page.granule not in {0, ogg_pages.NO_PACKET_ENDS} for page in run[:-1]):
        raise MalformedFile(detail="an Ogg stream whose comments lie among its sound")
    comments = vorbis_comments.relabelled(headers.comments, at, value)
    if at == _FLAC_HEAD and stream.codec is not None and stream.codec.name == "flac":
        comments = _flac_headed(comments)
    lacing = ogg_pages.lacing_of(len(comments)) + headers.other_lacing
    pages = ogg_pages.laid_out(run, lacing, comments + headers.others)
    yield Edit(run[0].start, run[0].end, pages)
    yield from (Edit(page.start, page.end, b"") for page in run[1:])
    shift = -(-len(lacing) // FULL) - len(run)
    if shift:
        rest = Walk(source, walk.size, run[-1].end)
        yield from ogg_pages.renumbered(iter(rest), run[0].serial, shift)


def _flac_headed(packet: bytes) -> bytes:
    size = len(packet) - _FLAC_HEAD
    if size > _FLAC_LARGEST:
        raise TooLarge(detail="FLAC comments > 16 MiB")
    return packet[:1] + size.to_bytes(3, "big") + packet[_FLAC_HEAD:]
