"""AAC in ADTS: frames of the label in front or behind; every byte of the content's frames stays."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colophon.labels.explicit import opening
from colophon.labels.explicit.sounds import mp3, packets, recoded, wav
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.speech import Spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATES: tuple[int, ...] = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050)
RATES += (16_000, 12_000, 11_025, 8_000, 7_350)
HEADER = 7
LOW_COMPLEXITY = 1
MPEG_2 = 0x08
SEARCH = 64 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """One frame header. Source: ISO/IEC 14496-3 1.A.2.2."""

    profile: int
    rate_hz: int
    channels: int
    mpeg_2: bool
    length: int


def header_at(data: bytes, at: int) -> Header | None:
    """The frame that starts here, or None."""
    if at + HEADER > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return None
    rate, length = data[at + 2] >> 2 & 15, (data[at + 3] & 3) << 11 | data[at + 4] << 3
    length |= data[at + 5] >> 5
    if rate >= len(RATES) or length < HEADER:
        return None
    channels = (data[at + 2] & 1) << 2 | data[at + 3] >> 6
    return Header(data[at + 2] >> 6, RATES[rate], channels, bool(data[at + 1] & MPEG_2), length)


def apply(source: Path, target: Path, order: Order) -> tuple[Spoken, int] | None:
    """The label written in front or behind; also the sample rate. None when the frames are of a
    kind that no encoder here makes."""
    with source.open("rb") as stream:
        start = mp3.after_tags(stream)
        stream.seek(start)
        data = stream.read(SEARCH)
        header = header_at(data, 0)
        if header is None or header_at(data, header.length) is None:
            return None
        stream.seek(0)
        with opening.reading(stream, "audio/aac", order.name) as container:
            rate = recoded.main_sound(container, order.name).rate
        plain = header.profile == LOW_COMPLEXITY and header.channels in {1, 2}
        if not plain or rate != header.rate_hz:  # a finer rate is hidden in the frames
            return None
        stream.seek(0)
        level = recoded.loudness_of(stream, "audio/aac", order)
        said, sound = order.sound(rate, header.channels, level)
        place = mp3.before_tags(stream, source.stat().st_size) if order.at_end else start
        stream.seek(0)
        with target.open("wb") as out:
            wav.copy(stream, out, place, order.name, order.progress)
            out.write(_encoded(sound, header))
            shutil.copyfileobj(stream, out)
    return said, rate


def _encoded(sound: NDArray[np.float32], header: Header) -> bytes:
    """Frames like the content's."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="adts") as out:
        encoder = out.add_stream("aac", rate=header.rate_hz)
        encoder.codec_context.layout = "mono" if header.channels == 1 else "stereo"
        encoder.codec_context.bit_rate = packets.BIT_RATE * header.channels
        out.mux(list(packets.encoded(sound, encoder.codec_context)))
    frames = bytearray(buffer.getvalue())
    at = 0
    while header.mpeg_2 and (frame := header_at(bytes(frames[at : at + HEADER]), 0)):
        frames[at + 1] |= MPEG_2
        at += frame.length
    return bytes(frames)
