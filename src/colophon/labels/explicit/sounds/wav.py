"""WAV: samples of the label in front or behind; every byte of the content's samples stays."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile, UnknownType
from colophon.labels.explicit import loudness
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.speech import Spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

MEDIA_TYPES = ("audio/wav", "audio/x-wav", "audio/vnd.wave")
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
CHUNKS_MOST, SMALL_CHUNK = 4096, 16 * 1024 * 1024
UNKNOWN_SIZE = (0, 0xFFFFFFFF)
"""What a program that writes to a pipe puts for a size."""
LARGEST = 0xFFFFFFFF
BLOCK = 1 << 20
CUE_ENTRY = 24


@dataclass(frozen=True, slots=True)
class Layout:
    """What ``fmt `` says of the samples."""

    kind: int
    channels: int
    rate_hz: int
    width: int
    """Bytes a sample."""

    @property
    def frame(self) -> int:
        return self.channels * self.width


@dataclass(frozen=True, slots=True)
class Chunk:
    name: bytes
    start: int
    """Of the body."""
    size: int


def apply(source: Path, target: Path, order: Order) -> tuple[Spoken, int]:
    """The label written in front or behind; also the sample rate."""
    with source.open("rb") as stream:
        chunks = list(chunks_of(stream, source.stat().st_size, order.name))
        layout = layout_of(stream, chunks, order.name)
        data = next((chunk for chunk in chunks if chunk.name == b"data"), None)
        if data is None:
            raise MalformedFile(file=order.name, detail="no data chunk")
        seconds = data.size / layout.frame / layout.rate_hz
        order.limits.check("seconds", seconds, order.limits.seconds, order.name)
        level = loudness.of(_blocks(stream, data, layout), layout.rate_hz)
        said, frames = order.sound(layout.rate_hz, layout.channels, level)
        label = encoded(frames, layout)
        if order.at_end:
            label = bytes(-data.size % layout.frame) + label
        with target.open("wb") as out:
            _write(stream, out, chunks, (label, len(frames)), order)
    return said, layout.rate_hz


def chunks_of(stream: BinaryIO, size: int, name: str) -> Iterator[Chunk]:
    head = stream.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        if head[:4] == b"RF64":
            raise UnknownType(file=name)
        raise MalformedFile(file=name, detail="not a RIFF WAVE file")
    at = 12
    for _ in range(CHUNKS_MOST):
        if at + 8 > size:
            return
        stream.seek(at)
        kind, length = struct.unpack("<4sI", stream.read(8))
        rest = size - at - 8
        if kind == b"data" and length in UNKNOWN_SIZE and rest:
            length = rest
        if length > rest:
            raise TruncatedFile(file=name, detail=f"{rest} of {length} bytes of a chunk")
        yield Chunk(kind, at + 8, length)
        at += 8 + length + length % 2


def layout_of(stream: BinaryIO, chunks: list[Chunk], name: str) -> Layout:
    found = next((chunk for chunk in chunks if chunk.name == b"fmt "), None)
    if found is None or found.size < 16:
        raise MalformedFile(file=name, detail="no format chunk")
    body = _body(stream, found)
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if kind == EXTENSIBLE and len(body) >= 26:
        (kind,) = struct.unpack_from("<H", body, 24)
    layout = Layout(kind, channels, rate, (bits + 7) // 8)
    known = (kind == PCM and layout.width in {1, 2, 3, 4}) or (kind == FLOAT and bits in {32, 64})
    if not known or not 1 <= channels <= 64 or not 4_000 <= rate <= 768_000:
        raise UnknownType(file=name)
    return layout


def _body(stream: BinaryIO, chunk: Chunk) -> bytes:
    stream.seek(chunk.start)
    return stream.read(min(chunk.size, SMALL_CHUNK))


def _blocks(stream: BinaryIO, data: Chunk, layout: Layout) -> Iterator[Sound]:
    size = layout.rate_hz * layout.frame
    for second in range(min(loudness.LISTEN_SECONDS, -(-data.size // size))):
        stream.seek(data.start + second * size)
        part = stream.read(min(size, data.size - second * size))
        whole = part[: len(part) // layout.frame * layout.frame]
        yield decoded(whole, layout).reshape(-1, layout.channels)


def decoded(data: bytes, layout: Layout) -> Sound:
    """Samples -1 to 1, all channels in a row."""
    import numpy as np

    if layout.kind == FLOAT:
        return np.frombuffer(data, f"<f{layout.width}").astype(np.float32)
    if layout.width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / np.float32(128)
    if layout.width == 3:
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24) >> 8
        return whole.astype(np.float32) / np.float32(1 << 23)
    whole = np.frombuffer(data, f"<i{layout.width}")
    return whole.astype(np.float32) / np.float32(1 << (8 * layout.width - 1))


def encoded(frames: Sound, layout: Layout) -> bytes:
    """Samples as the file keeps them."""
    import numpy as np

    if layout.kind == FLOAT:
        return frames.astype(f"<f{layout.width}").tobytes()
    peak = float((1 << (8 * layout.width - 1)) - 1)
    whole = np.rint(np.clip(frames.astype(np.float64), -1, 1) * peak)
    if layout.width == 1:
        return (whole + 128).astype(np.uint8).tobytes()
    if layout.width == 3:
        return whole.astype("<i4").reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return whole.astype(f"<i{layout.width}").tobytes()


def _write(
    stream: BinaryIO, out: BinaryIO, chunks: list[Chunk], label: tuple[bytes, int], order: Order
) -> None:
    sound, frames = label
    moved = {b"fact"} if order.at_end else set(_MOVED)
    out.write(b"RIFF\0\0\0\0WAVE")
    for chunk in chunks:
        extra = sound if chunk.name == b"data" else b""
        size = chunk.size + len(extra)
        if out.tell() + size + 8 > LARGEST:
            raise TooLarge(file=order.name, detail="a WAV file of 4 GiB")
        out.write(struct.pack("<4sI", chunk.name, size))
        out.write(b"" if order.at_end else extra)
        if chunk.name in moved and chunk.size <= SMALL_CHUNK:
            out.write(_MOVED[chunk.name](_body(stream, chunk), frames))
        else:
            stream.seek(chunk.start)
            copy(stream, out, chunk.size, order.name, order.progress)
        out.write(extra if order.at_end else b"")
        out.write(b"\0" * (size % 2))
    end = out.tell()
    out.seek(4)
    out.write(struct.pack("<I", end - 8))


def copy(
    stream: BinaryIO, out: BinaryIO, length: int, name: str, progress: Callable[[float], None]
) -> None:
    """So many bytes from where ``stream`` stands, telling how far it is."""
    left = length
    while left:
        part = stream.read(min(BLOCK, left))
        if not part:
            raise TruncatedFile(file=name, detail="it became shorter while being read")
        out.write(part)
        left -= len(part)
        if length > BLOCK:
            progress(1 - left / length)


def _fact(body: bytes, frames: int) -> bytes:
    """The number of frames, where the chunk holds one."""
    if len(body) < 4:
        return body
    (count,) = struct.unpack_from("<I", body)
    return struct.pack("<I", min(LARGEST, count + frames)) + body[4:]


def _cues(body: bytes, frames: int) -> bytes:
    """Cue points, moved along with the content."""
    moved = bytearray(body)
    for at in range(4, len(body) - CUE_ENTRY + 1, CUE_ENTRY):
        for place in (at + 4, at + 20):
            (sample,) = struct.unpack_from("<I", moved, place)
            struct.pack_into("<I", moved, place, min(LARGEST, sample + frames))
    return bytes(moved)


_MOVED: dict[bytes, Any] = {b"fact": _fact, b"cue ": _cues}
