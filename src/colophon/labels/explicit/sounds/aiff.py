"""AIFF: samples of the label in front or behind; every byte of the content's samples stays."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.explicit import loudness
from colophon.labels.explicit.sounds import wav
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.speech import Spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

COMMON, SSND_HEAD = 18, 8
RATE_BIAS, RATE_BITS = 16383, 63
"""Of the 80-bit number that keeps the sample rate."""
AS_THEY_ARE = {b"NONE": False, b"twos": False, b"sowt": True}
"""Ways of keeping whole-number samples; True: low byte first."""
MARKS_MOST = 65_535
LARGEST = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Layout:
    """What the common chunk says. ``pcm``: the samples as WAV would keep them."""

    pcm: wav.Layout
    frames: int
    low_first: bool


def apply(source: Path, target: Path, order: Order) -> tuple[Spoken, int] | None:
    """The label written in front or behind; also the sample rate. None for compressed samples."""
    with source.open("rb") as stream:
        chunks = list(_chunks(stream, source.stat().st_size, order.name))
        layout = _layout(stream, chunks, order.name)
        data = next((chunk for chunk in chunks if chunk.name == b"SSND"), None)
        if data is None or data.size < SSND_HEAD:
            raise MalformedFile(file=order.name, detail="no sound data chunk")
        if layout is None:
            return None
        rate = layout.pcm.rate_hz
        seconds = (data.size - SSND_HEAD) / layout.pcm.frame / rate
        order.limits.check("seconds", seconds, order.limits.seconds, order.name)
        level = loudness.of(_blocks(stream, data, layout), rate)
        said, frames = order.sound(rate, layout.pcm.channels, level)
        label = _turned(wav.encoded(frames, layout.pcm), layout)
        with target.open("wb") as out:
            _write(stream, out, chunks, (label, len(frames), _place(data, layout, order)), order)
    return said, rate


def _chunks(stream: BinaryIO, size: int, name: str) -> Iterator[wav.Chunk]:
    head = stream.read(12)
    if head[:4] != b"FORM" or head[8:] not in {b"AIFF", b"AIFC"}:
        raise MalformedFile(file=name, detail="not an AIFF file")
    at = 12
    for _ in range(wav.CHUNKS_MOST):
        if at + 8 > size:
            return
        stream.seek(at)
        kind, length = struct.unpack(">4sI", stream.read(8))
        if length > size - at - 8:
            raise TruncatedFile(file=name, detail=f"{size - at - 8} of {length} bytes of a chunk")
        yield wav.Chunk(kind, at + 8, length)
        at += 8 + length + length % 2


def _layout(stream: BinaryIO, chunks: list[wav.Chunk], name: str) -> Layout | None:
    found = next((chunk for chunk in chunks if chunk.name == b"COMM"), None)
    if found is None or found.size < COMMON:
        raise MalformedFile(file=name, detail="no common chunk")
    stream.seek(found.start)
    body = stream.read(COMMON + 4)
    channels, frames, bits, exponent, mantissa = struct.unpack_from(">hIhHQ", body)
    kind = body[COMMON : COMMON + 4] if found.size >= COMMON + 4 else b"NONE"
    shift = RATE_BITS - ((exponent & 0x7FFF) - RATE_BIAS)
    rate = mantissa >> shift if 0 <= shift <= RATE_BITS else 0
    usual = 1 <= channels <= 64 and 4_000 <= rate <= 768_000 and 1 <= bits <= 32
    if not usual:
        raise MalformedFile(file=name, detail="a common chunk without sense")
    if kind not in AS_THEY_ARE:
        return None
    width = (bits + 7) // 8
    return Layout(wav.Layout(wav.PCM, channels, rate, width), frames, AS_THEY_ARE[kind])


def _blocks(stream: BinaryIO, data: wav.Chunk, layout: Layout) -> Iterator[Sound]:
    size, whole = layout.pcm.rate_hz * layout.pcm.frame, data.size - SSND_HEAD
    for second in range(min(loudness.LISTEN_SECONDS, -(-whole // size))):
        stream.seek(data.start + SSND_HEAD + second * size)
        part = stream.read(min(size, whole - second * size))
        part = _turned(part[: len(part) // layout.pcm.frame * layout.pcm.frame], layout)
        yield wav.decoded(part, layout.pcm).reshape(-1, layout.pcm.channels)


def _turned(samples: bytes, layout: Layout) -> bytes:
    """Between WAV's bytes and AIFF's: another order, and single bytes with a sign."""
    import numpy as np

    width = layout.pcm.width
    if width == 1:
        return (np.frombuffer(samples, np.uint8) ^ np.uint8(128)).tobytes()
    if layout.low_first:
        return samples
    return np.frombuffer(samples, np.uint8).reshape(-1, width)[:, ::-1].tobytes()


def _write(
    stream: BinaryIO,
    out: BinaryIO,
    chunks: list[wav.Chunk],
    label: tuple[bytes, int, int],
    order: Order,
) -> None:
    """``label``: its samples, their frames, and how many bytes of the content come before it."""
    sound, frames, place = label
    moved = _still if order.at_end else _marks
    stream.seek(0)
    out.write(stream.read(12))
    for chunk in chunks:
        extra = len(sound) if chunk.name == b"SSND" else 0
        if out.tell() + chunk.size + extra + 8 > LARGEST:
            raise TooLarge(file=order.name, detail="an AIFF file of 4 GiB")
        out.write(struct.pack(">4sI", chunk.name, chunk.size + extra))
        stream.seek(chunk.start)
        if extra:
            out.write(stream.read(SSND_HEAD))
            wav.copy(stream, out, place, order.name, order.progress)
            out.write(sound)
            wav.copy(stream, out, chunk.size - SSND_HEAD - place, order.name, order.progress)
        elif chunk.name in {b"COMM", b"MARK"} and chunk.size <= wav.SMALL_CHUNK:
            body = stream.read(chunk.size)
            out.write(_counted(body, frames) if chunk.name == b"COMM" else moved(body, frames))
        else:
            wav.copy(stream, out, chunk.size, order.name, order.progress)
        out.write(b"\0" * ((chunk.size + extra) % 2))
    end = out.tell()
    out.seek(4)
    out.write(struct.pack(">I", end - 8))


def _place(data: wav.Chunk, layout: Layout, order: Order) -> int:
    """Where the label goes: behind the frames that the file counts, whole ones."""
    there = (data.size - SSND_HEAD) // layout.pcm.frame
    return min(there, layout.frames) * layout.pcm.frame if order.at_end else 0


def _still(body: bytes, _frames: int) -> bytes:
    """Markers of a content that stays where it is."""
    return body


def _counted(body: bytes, frames: int) -> bytes:
    (count,) = struct.unpack_from(">I", body, 2)
    return body[:2] + struct.pack(">I", min(LARGEST, count + frames)) + body[6:]


def _marks(body: bytes, frames: int) -> bytes:
    """Markers, moved along with the content."""
    moved, at = bytearray(body), 2
    for _ in range(MARKS_MOST):
        if at + 7 > len(body):
            break
        (place,) = struct.unpack_from(">I", body, at + 2)
        struct.pack_into(">I", moved, at + 2, min(LARGEST, place + frames))
        at += 6 + (body[at + 6] + 2) // 2 * 2
    return bytes(moved)
