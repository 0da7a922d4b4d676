"""MP3: frames of the label in front or behind; every byte of the content's frames stays."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colophon.errors import MalformedFile
from colophon.labels.explicit.sounds import recoded
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.speech import Spoken
from colophon.labels.remarks import remark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
LAYER_3, MPEG_1, MONO = 1, 3, 3
SEARCH = 256 * 1024
"""Bytes after the tag in which the first frame must come."""
BLOCK = 1 << 20
TAGS_MOST = 64
TAIL_TAG, APE_FOOT, APE_HAS_HEAD = 128, 32, 1 << 31
LEAST_BITRATE = 64_000
XING_FRAMES, XING_BYTES, XING_TOC, XING_QUALITY = 1, 2, 4, 8
TOC_SIZE, TOC_SCALE = 100, 256
LAME_AT, LAME_LENGTH, LAME_CRC = 120, 28, 34
"""Where LAME's tag stands after the Xing mark; in it, the stream's length and a checksum of
all before the checksum."""
ENCODER_MARKS = (b"LAME", b"Lavf", b"Lavc")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame header."""

    mpeg_1: bool
    bitrate: int
    rate_hz: int
    mono: bool
    length: int

    @property
    def side(self) -> int:
        """Bytes between the header and where a Xing header may stand."""
        if self.mpeg_1:
            return 17 if self.mono else 32
        return 9 if self.mono else 17

    @property
    def samples(self) -> int:
        return 1152 if self.mpeg_1 else 576


def frame_at(data: bytes, at: int) -> Frame | None:
    """The Layer III frame that starts here, or None. Source: ISO/IEC 11172-3 2.4.2.3."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    step, speed, padding = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version not in RATES or layer != LAYER_3 or step in {0, 15} or speed == 3:
        return None
    mpeg_1 = version == MPEG_1
    bitrate = (BITRATES_1 if mpeg_1 else BITRATES_2)[step] * 1000
    rate = RATES[version][speed]
    length = (144 if mpeg_1 else 72) * bitrate // rate + padding
    return Frame(mpeg_1, bitrate, rate, data[at + 3] >> 6 == MONO, length)


def apply(source: Path, target: Path, order: Order) -> tuple[Spoken, int]:
    """The label written in front or behind; also the sample rate."""
    with source.open("rb") as stream:
        start = after_tags(stream)
        stream.seek(start)
        head = stream.read(SEARCH)
        at, frame = _first_frame(head, order.name)
        level = _level(source, order)
        said, sound = order.sound(frame.rate_hz, 1 if frame.mono else 2, level)
        label = encode(sound, frame)
        index = head[at : at + frame.length]
        has_index = _index_kind(index, frame)
        content = start + at + (frame.length if has_index else 0)
        size = source.stat().st_size
        end = before_tags(stream, size) if order.at_end else content
        with target.open("wb") as out:
            stream.seek(0)
            _copy(stream, out, start + at, order, size)
            if has_index == b"VBRI":
                order.note(remark("mp3_index_left_out"))
            elif has_index:
                out.write(reindexed(index, frame, label, at_end=order.at_end))
            stream.seek(content)
            _copy(stream, out, end - content, order, size)
            out.write(label)
            _copy(stream, out, size - max(end, content), order, size)
    return said, frame.rate_hz


def after_tags(stream: BinaryIO) -> int:
    """Where the ID3v2 tags at the start end. Source: ID3v2.4 3.1."""
    at = 0
    for _ in range(TAGS_MOST):
        stream.seek(at)
        head = stream.read(10)
        if head[:3] != b"ID3" or len(head) < 10:
            return at
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    return at


def before_tags(stream: BinaryIO, size: int) -> int:
    """Where the tags at the end begin: ID3v1, APE and Lyrics3, as many as there are."""
    end = size
    for _ in range(TAGS_MOST):
        stream.seek(max(0, end - TAIL_TAG))
        tail = stream.read(min(end, TAIL_TAG))
        length = _tail_tag(tail)
        if not 0 < length <= end:
            break
        end -= length
    return end


def _tail_tag(tail: bytes) -> int:
    """The length of the tag that ends here, 0 for none. Sources: ID3v1; APEv2; Lyrics3 v2.00."""
    if len(tail) == TAIL_TAG and tail.startswith(b"TAG"):
        return TAIL_TAG
    if tail[-APE_FOOT:].startswith(b"APETAGEX"):
        size, _count, flags = struct.unpack_from("<3I", tail, len(tail) - APE_FOOT + 12)
        return int(size) + (APE_FOOT if flags & APE_HAS_HEAD else 0)
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    return 0


def _first_frame(head: bytes, name: str) -> tuple[int, Frame]:
    """The first frame that another one follows."""
    at = head.find(b"\xff")
    while at >= 0:
        frame = frame_at(head, at)
        if frame is not None:
            following = frame_at(head, at + frame.length)
            if following is not None and following.rate_hz == frame.rate_hz:
                return at, frame
        at = head.find(b"\xff", at + 1)
    raise MalformedFile(file=name, detail="no MPEG audio frames")


def _level(source: Path, order: Order) -> float:
    with source.open("rb") as stream:
        return recoded.loudness_of(stream, "audio/mpeg", order)


def encode(sound: NDArray[np.float32], frame: Frame) -> bytes:
    """Frames like the content's, bare of any header of their own."""
    import av

    buffer = io.BytesIO()
    options = {"write_xing": "0", "id3v2_version": "0"}
    with av.open(buffer, "w", format="mp3", options=options) as out:
        stream = out.add_stream("libmp3lame", rate=frame.rate_hz, options={"reservoir": "0"})
        stream.codec_context.layout = "mono" if frame.mono else "stereo"
        stream.codec_context.format = "fltp"
        stream.codec_context.bit_rate = max(LEAST_BITRATE, frame.bitrate)
        part = av.AudioFrame.from_ndarray(
            sound.T.copy(), format="fltp", layout="mono" if frame.mono else "stereo"
        )
        part.sample_rate = frame.rate_hz
        fifo = av.AudioFifo()
        fifo.write(part)
        while piece := fifo.read(frame.samples):
            out.mux(stream.encode(piece))
        if piece := fifo.read(0, partial=True):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return buffer.getvalue()


def _index_kind(first: bytes, frame: Frame) -> bytes:
    """``Xing``, ``Info`` or ``VBRI`` when the first frame is an index, else nothing."""
    mark = first[4 + frame.side : 8 + frame.side]
    if mark in {b"Xing", b"Info"}:
        return mark
    return b"VBRI" if first[36:40] == b"VBRI" else b""


def reindexed(index: bytes, frame: Frame, label: bytes, *, at_end: bool = False) -> bytes:
    """The Xing header with the label's frames and bytes counted in, and seeking put right."""
    new = bytearray(index)
    at = 4 + frame.side + 4
    (flags,) = struct.unpack_from(">I", new, at)
    at += 4
    added = count(label)
    frames = bytes_ = 0
    if flags & XING_FRAMES:
        (frames,) = struct.unpack_from(">I", new, at)
        struct.pack_into(">I", new, at, frames + added)
        at += 4
    if flags & XING_BYTES:
        (bytes_,) = struct.unpack_from(">I", new, at)
        struct.pack_into(">I", new, at, bytes_ + len(label))
        at += 4
    if flags & XING_TOC and at + TOC_SIZE <= len(new):
        old = list(new[at : at + TOC_SIZE])
        new[at : at + TOC_SIZE] = _toc(
            old, (added, frames or 1), (len(label), bytes_ or 1), at_end=at_end
        )
        at += TOC_SIZE
    _seal_encoder_tag(new, 4 + frame.side + LAME_AT, len(label))
    return bytes(new)


def _seal_encoder_tag(new: bytearray, at: int, added: int) -> None:
    """LAME's own tag, where there is one: the length it states, and its checksum."""
    if new[at : at + 4] not in ENCODER_MARKS or len(new) < at + LAME_CRC + 2:
        return
    (length,) = struct.unpack_from(">I", new, at + LAME_LENGTH)
    struct.pack_into(">I", new, at + LAME_LENGTH, length + added)
    struct.pack_into(">H", new, at + LAME_CRC, crc16(bytes(new[: at + LAME_CRC])))


def _toc(old: list[int], frames: tuple[int, int], sizes: tuple[int, int], *, at_end: bool) -> bytes:
    """Places in 256ths of the size at each hundredth of the time. ``frames`` and ``sizes``: of the
    label and of the content."""
    whole_frames, whole_size = sum(frames), sum(sizes)
    entries = []
    for number in range(TOC_SIZE):
        passed = number / TOC_SIZE * whole_frames
        if at_end:
            inside, label = min(passed, frames[1]), max(0.0, passed - frames[1])
        else:
            inside, label = max(0.0, passed - frames[0]), min(passed, frames[0])
        place = sizes[0] * label / max(1, frames[0])
        if at_end or passed >= frames[0]:
            share = inside / frames[1] * TOC_SIZE
            low = min(TOC_SIZE - 1, int(share))
            high = old[low + 1] if low + 1 < TOC_SIZE else TOC_SCALE
            place += (old[low] + (high - old[low]) * (share - low)) / TOC_SCALE * sizes[1]
        entries.append(min(TOC_SCALE - 1, int(place / whole_size * TOC_SCALE)))
    return bytes(entries)


def count(data: bytes) -> int:
    """Frames one after another from the start."""
    number = at = 0
    while (frame := frame_at(data, at)) is not None:
        number, at = number + 1, at + frame.length
    return number


def crc16(data: bytes) -> int:
    """CRC-16/ARC, as LAME's tag uses it."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def _copy(stream: BinaryIO, out: BinaryIO, length: int, order: Order, size: int) -> None:
    while length > 0:
        part = stream.read(min(BLOCK, length))
        if not part:
            return
        out.write(part)
        length -= len(part)
        order.progress(min(1.0, stream.tell() / max(1, size)))
