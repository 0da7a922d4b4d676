"""The content of sound, and of chunks: what is decoded, without the tags before and behind it.

Source: RIFF MCI; RFC 9639 (FLAC); ID3v2.4; APEv2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from colophon.errors import MalformedFile
from colophon.labels.binding.parts import Part, Span
from colophon.labels.carriers import riff_chunks
from colophon.labels.carriers.ranges import size_of

_WAV = frozenset((b"fmt ", b"fact", b"data"))
_WEBP = frozenset(b"VP8  VP8L ALPH ANIM ANMF ICCP".split()) | {b"VP8 "}
_LISTS = frozenset((b"hdrl", b"movi", b"wavl"))
_MOST_TAGS = 16
_MOST_BLOCKS = 1000


def riff(source: BinaryIO) -> Iterator[Part]:
    """The chunks of WAV, AVI and WebP that are the media."""
    kinds = _WAV | _WEBP | {b"RIFF"}
    found = riff_chunks.walked(source, kinds | {b"LIST"})
    if found.fault is not None:
        raise found.fault
    for chunk in found.chunks:
        if chunk.kind in kinds:
            yield Span(chunk.kind, chunk.data, chunk.data + chunk.size)
        elif chunk.kind == b"LIST":
            source.seek(chunk.data)
            kind = source.read(4)
            if kind in _LISTS:
                yield Span(kind, chunk.data + 4, chunk.data + chunk.size)


def frames(source: BinaryIO) -> Iterator[Part]:
    """The frames of MP3 and AAC between the tags."""
    yield Span(b"frames", _after_tags(source), _before_tags(source))


def flac(source: BinaryIO) -> Iterator[Part]:
    """What the stream is (with the MD5 of its samples) and its frames."""
    at = _after_tags(source)
    source.seek(at)
    if source.read(4) != b"fLaC":
        raise MalformedFile(detail="FLAC")
    at += 4
    for _ in range(_MOST_BLOCKS):
        source.seek(at)
        head = source.read(4).ljust(4, b"\x7f")
        end = at + 4 + int.from_bytes(head[1:])
        if head[0] & 0x7F == 0:
            yield Span(b"streaminfo", at + 4, end)
        at = end
        if head[0] & 0x80:
            yield Span(b"frames", at, max(at, _before_tags(source)))
            return
    raise MalformedFile(detail="FLAC")


def _after_tags(source: BinaryIO) -> int:
    at = 0
    for _ in range(_MOST_TAGS):
        source.seek(at)
        head = source.read(10)
        if len(head) < 10 or head[:3] != b"ID3":
            return at
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)
        )
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    return at


def _before_tags(source: BinaryIO) -> int:
    """Where ID3v1 and APEv2 begin at the end of the file."""
    end = size_of(source)
    if end >= 128:
        source.seek(end - 128)
        if source.read(3) == b"TAG":
            end -= 128
    if end >= 32:
        source.seek(end - 32)
        foot = source.read(32)
        if foot[:8] == b"APETAGEX":
            size = int.from_bytes(foot[12:16], "little") + (32 if foot[23] & 0x80 else 0)
            end -= min(size, end)
    return end
