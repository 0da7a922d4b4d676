"""Sound in a container: packets of the label in front or behind, those of the content as they are.

Only where both decode by one configuration: AAC of low complexity, and Opus.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from colophon.labels.explicit import opening
from colophon.labels.explicit.sounds import recoded
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.speech import Spoken
from colophon.labels.remarks import remark

if TYPE_CHECKING:
    import numpy as np
    from av import Packet
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

ENCODERS = {"aac": "aac", "opus": "libopus"}
BIT_RATE = 96_000
"""Of one channel of the label."""
PLAIN_AAC, NO_FINER_RATE = 2, bytes.fromhex("56e500")
"""Bytes of a configuration that hides no finer rate, and what says so expressly (Source: ISO/IEC
14496-3 1.6.2.1)."""
GAIN_AT, OPUS_HEAD, FAMILY_AT = 16, 19, 18
"""In the identification header of Opus. Source: RFC 7845 5.1."""
GLOBAL_HEADER = 1 << 22


def apply(source: Path, target: Path, media_type: str, order: Order) -> tuple[Spoken, int] | None:
    """The label written in front or behind; also the sample rate. None when this content must be encoded
    again instead."""
    with source.open("rb") as stream, opening.reading(stream, media_type, order.name) as container:
        encoder = _encoder(recoded.main_sound(container, order.name))
    if encoder is None:
        return None
    with source.open("rb") as stream:
        level = recoded.loudness_of(stream, media_type, order)
    with (
        source.open("rb") as stream,
        opening.reading(stream, media_type, order.name) as container,
        opening.writing(target, media_type, container.metadata) as out,
    ):
        sound = recoded.main_sound(container, order.name)
        said, frames = order.sound(encoder.rate, sound.channels, level)
        _joined(container, out, list(encoded(frames, encoder)), order)
    return said, encoder.rate


def _encoder(sound: AudioStream) -> AudioCodecContext | None:
    """An encoder whose packets decode by the content's configuration, or None."""
    import av

    codec, record = sound.codec_context.codec.canonical_name, sound.codec_context.extradata or b""
    if codec not in ENCODERS or sound.channels not in {1, 2}:
        return None
    context = cast("AudioCodecContext", av.CodecContext.create(ENCODERS[codec], "w"))
    context.rate = sound.rate
    context.layout = sound.layout.name
    context.format = "fltp" if codec == "aac" else "flt"
    context.bit_rate = BIT_RATE * sound.channels
    context.time_base = Fraction(1, sound.rate)
    context.flags |= GLOBAL_HEADER
    context.open()
    own = context.extradata or b""
    if codec == "aac":
        fits = len(record) >= PLAIN_AAC and own[:PLAIN_AAC] == record[:PLAIN_AAC]
        fits = fits and record[PLAIN_AAC:] in {b"", NO_FINER_RATE}
    else:
        plain = record[FAMILY_AT : FAMILY_AT + 1] == b"\0" and len(record) >= OPUS_HEAD
        fits = plain and record[GAIN_AT : GAIN_AT + 2] == b"\0\0"
    return context if fits else None


def encoded(sound: Sound, context: AudioCodecContext) -> Iterator[Packet]:
    """Packets of frames x channels."""
    import av
    import numpy as np

    layout = context.layout.name
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), format="fltp", layout=layout)
    whole.sample_rate = context.rate
    if not context.is_open:
        context.open()
    resampler = av.AudioResampler(context.format, context.layout, context.rate)
    fifo = av.AudioFifo()
    for piece in [*resampler.resample(whole), *resampler.resample(None)]:
        piece.pts = None
        fifo.write(piece)
    samples = 0
    size = context.frame_size or recoded.FEW_SAMPLES
    while ready := (fifo.read(size) or fifo.read(0, partial=True)):
        ready.pts, ready.time_base = samples, Fraction(1, context.rate)
        samples += ready.samples
        yield from context.encode(ready)
    yield from context.encode(None)


def _joined(
    container: InputContainer, out: OutputContainer, label: list[Packet], order: Order
) -> None:
    sound = recoded.main_sound(container, order.name)
    base = Fraction(1, sound.rate)
    written = {k: v for k, v in container.metadata.items() if k not in recoded.WRITTEN}
    out.metadata.update(written)
    length = Fraction(sum(packet.duration or 0 for packet in label)) * (label[0].time_base or base)
    later = 0.0 if order.at_end else float(length)
    out.set_chapters(recoded.moved(container.chapters(), later))
    streams = _streams(container, out, order)
    shift = Fraction(0) if order.at_end else None
    end, longest = Fraction(0), Fraction(0)
    whole = (container.duration or 0) / opening.MICROSECONDS
    for packet in container.demux():
        if packet.dts is None or packet.stream.index not in streams:
            continue
        if packet.stream.index == sound.index:
            if shift is None:
                shift = _put(label, streams[sound.index], out, _time(packet))
            _later(packet, shift)
            # The last packet may tell how much of it is heard; the label begins after all of it.
            longest = max(longest, _ticks(packet, packet.duration))
            end = _time(packet) + longest
            if whole:
                order.progress(min(0.999, max(0.0, float(_time(packet)) / whole)))
        packet.stream = streams[packet.stream.index]
        out.mux_one(packet)
    if order.at_end:
        _put(label, streams[sound.index], out, end)


def _put(label: list[Packet], stream: Stream, out: OutputContainer, first: Fraction) -> Fraction:
    """Writes the label's packets from this time on; how long they are."""
    at = first
    for packet in label:
        base = packet.time_base or Fraction(1)
        packet.pts = packet.dts = round(at / base)
        at += Fraction(packet.duration or 0) * base
        packet.stream = stream
        out.mux_one(packet)
    return at - first


def _time(packet: Packet) -> Fraction:
    return _ticks(packet, packet.pts)


def _ticks(packet: Packet, ticks: int | None) -> Fraction:
    return Fraction(ticks or 0) * (packet.time_base or Fraction(1))


def _later(packet: Packet, shift: Fraction) -> None:
    ticks = round(shift / (packet.time_base or Fraction(1)))
    packet.pts, packet.dts = (packet.pts or 0) + ticks, (packet.dts or 0) + ticks


def _streams(container: InputContainer, out: OutputContainer, order: Order) -> dict[int, Any]:
    import av

    made: dict[int, Any] = {}
    for stream in container.streams:
        try:
            made[stream.index] = out.add_stream_from_template(stream, opaque=True)
        except (ValueError, av.error.FFmpegError):
            order.note(remark("stream_left_out", kind=stream.type))
            continue
        made[stream.index].disposition = stream.disposition
        made[stream.index].metadata.update(stream.metadata)
    return made
