"""Other sound files: decoded, the label in front or behind, encoded again at no lower rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from colophon.errors import ExplicitUnsupported, MalformedFile
from colophon.labels.explicit import loudness, opening
from colophon.labels.explicit.sounds.order import Order
from colophon.labels.explicit.speech import Spoken
from colophon.labels.remarks import Remark, remark

if TYPE_CHECKING:
    import numpy as np
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

ENCODERS = {
    "aac": ("aac", 160_000),
    "alac": ("alac", 0),
    "flac": ("flac", 0),
    "opus": ("libopus", 128_000),
    "vorbis": ("libopus", 160_000),
    "mp3": ("libmp3lame", 192_000),
}
"""Source codec to encoder and least bit rate for two channels."""
OPUS_RATE = 48_000
SLOWEST_HZ, FASTEST_HZ = 4_000, 768_000
FEW_SAMPLES = 1024
WRITTEN = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})


def loudness_of(stream: BinaryIO, media_type: str, order: Order) -> float:
    """Integrated loudness of the content in LUFS."""
    with opening.reading(stream, media_type, order.name) as container:
        opening.check_length(container, order.limits, order.name)
        sound = main_sound(container, order.name)
        return loudness.of(_listened(container, sound), sound.rate)


def _listened(container: InputContainer, sound: AudioStream) -> Iterator[Sound]:
    """Frames x channels of as much as tells enough; ends where the sound changes its form."""
    heard, channels = 0, 0
    for frame in container.decode(sound):
        piece = values(frame)
        heard, channels = heard + len(piece), channels or piece.shape[1]
        if piece.shape[1] != channels or heard > loudness.LISTEN_SECONDS * sound.rate:
            return
        yield piece


def apply(source: Path, target: Path, media_type: str, order: Order) -> tuple[Spoken, int]:
    """The label written in front or behind; also the sample rate."""
    with source.open("rb") as stream:
        level = loudness_of(stream, media_type, order)
    with (
        source.open("rb") as stream,
        opening.reading(stream, media_type, order.name) as container,
        opening.writing(target, media_type, container.metadata) as out,
    ):
        sound = main_sound(container, order.name)
        return _recode(container, out, sound, level, order), sound.rate


def main_sound(container: InputContainer, name: str) -> AudioStream:
    """The sound. Raises MalformedFile."""
    sounds = container.streams.audio
    known = bool(sounds) and sounds[0].codec_context is not None
    if not known or not SLOWEST_HZ <= (sounds[0].rate or 0) <= FASTEST_HZ:
        raise MalformedFile(file=name, detail="no sound")
    return sounds[0]


def values(frame: AudioFrame) -> Sound:
    """Frames x channels, -1 to 1."""
    import numpy as np

    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype == np.uint8:
        values = values.astype(np.float32) / np.float32(128) - np.float32(1)
    scale = 1.0 if values.dtype.kind == "f" else float(np.iinfo(values.dtype).max)
    frames: Sound = (values.astype(np.float32) / np.float32(scale)).T
    return frames


def _recode(
    container: InputContainer, out: OutputContainer, sound: AudioStream, level: float, order: Order
) -> Spoken:

    writer, others = copied(container, out, sound, order.name, order.note)
    said, frames = order.sound(sound.rate, sound.channels, level)
    later = 0.0 if order.at_end else len(frames) / sound.rate
    out.set_chapters(moved(container.chapters(), later))
    part = frame_of(frames, sound)
    if not order.at_end:
        writer.put(part)
        writer.flush()
    carry(container, sound, writer, others, progress=order.progress)
    if order.at_end:
        writer.flush()
        writer.put(part)
    writer.end()
    return said


def frame_of(samples: Sound, sound: AudioStream) -> AudioFrame:
    """Frames x channels as one of the stream's own."""
    import av

    frame = av.AudioFrame.from_ndarray(samples.T.copy(), format="fltp", layout=sound.layout.name)
    frame.sample_rate = sound.rate
    return frame


def copied(
    container: InputContainer,
    out: OutputContainer,
    sound: AudioStream,
    name: str,
    note: Callable[[Remark], None],
) -> tuple[Writer, dict[int, Stream]]:
    """A writer for the sound, encoded at no lower rate, and the streams that are copied beside it,
    by their old number."""
    out.metadata.update({k: v for k, v in container.metadata.items() if k not in WRITTEN})
    encoder, others = _streams(container, out, sound, note)
    out.set_chapters(container.chapters())
    return Writer(out, encoder, name), others


def carry(
    container: InputContainer,
    sound: AudioStream,
    writer: Writer,
    others: Mapping[int, Stream],
    *,
    progress: Callable[[float], None],
    changed: Callable[[AudioFrame], AudioFrame] = lambda frame: frame,
) -> None:
    """Everything from one container into the other; each frame of the sound is ``changed``."""
    length = (container.duration or 0) / opening.MICROSECONDS
    for packet in container.demux():
        if packet.stream.index == sound.index:
            for frame in sound.codec_context.decode(packet):
                ready = changed(frame)
                if ready.samples:
                    writer.put(ready)
                if length:
                    progress(min(0.999, writer.seconds / length))
        elif packet.dts is not None and packet.stream.index in others:
            packet.stream = others[packet.stream.index]
            writer.out.mux_one(packet)


class Writer:
    """Frames of any length in, gapless packets out."""

    def __init__(self, out: OutputContainer, encoder: AudioStream, name: str) -> None:
        import av

        self.out, self.encoder, self.name = out, encoder, name
        self.resampler = self._fresh()
        self.fifo = av.AudioFifo()
        self.samples = 0

    @property
    def seconds(self) -> float:
        """How much was written."""
        return self.samples / self.encoder.codec_context.rate

    def put(self, frame: AudioFrame) -> None:
        """Raises MalformedFile when the sound changes its form on the way."""
        frame.pts = None
        try:
            for piece in self.resampler.resample(frame):
                self._queue(piece)
        except ValueError as error:
            raise MalformedFile(file=self.name, detail="the sound changes its form") from error

    def flush(self) -> None:
        """Ends one input; the next may have another form."""
        for piece in self.resampler.resample(None):
            self._queue(piece)
        self.resampler = self._fresh()

    def _fresh(self) -> Any:
        import av

        context = self.encoder.codec_context
        return av.AudioResampler(context.format, context.layout, context.rate)

    def _queue(self, piece: AudioFrame) -> None:
        # Matroska counts in milliseconds; the label's own samples do not.
        piece.pts, piece.time_base = None, Fraction(1, self.encoder.codec_context.rate)
        self.fifo.write(piece)
        size = self.encoder.codec_context.frame_size or FEW_SAMPLES
        while ready := self.fifo.read(size):
            self._encode(ready)

    def _encode(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self.samples, Fraction(1, self.encoder.codec_context.rate)
        self.samples += frame.samples
        self.out.mux(self.encoder.encode(frame))

    def end(self) -> None:
        self.flush()
        if rest := self.fifo.read(0, partial=True):
            self._encode(rest)
        self.out.mux(self.encoder.encode(None))


def _streams(
    container: InputContainer,
    out: OutputContainer,
    sound: AudioStream,
    note: Callable[[Remark], None],
) -> tuple[AudioStream, dict[int, Stream]]:
    import av

    encoder = _encoder(out, sound, note)
    others: dict[int, Stream] = {}
    for stream in container.streams:
        if stream.index == sound.index:
            continue
        try:
            others[stream.index] = out.add_stream_from_template(stream)
            others[stream.index].disposition = stream.disposition
            others[stream.index].metadata.update(stream.metadata)
        except (ValueError, av.error.FFmpegError):
            note(remark("stream_left_out", kind=stream.type))
    return encoder, others


def _encoder(
    out: OutputContainer, sound: AudioStream, note: Callable[[Remark], None]
) -> AudioStream:
    codec = sound.codec_context.codec.canonical_name
    name, least = ENCODERS.get(codec, (codec, 0) if codec.startswith("pcm_") else ("", 0))
    if not name:
        raise ExplicitUnsupported(media_type=f"audio/{codec}")
    if codec == "vorbis":
        note(remark("vorbis_became_opus"))
    rate = OPUS_RATE if name == "libopus" else sound.rate
    encoder = cast("AudioStream", out.add_stream(name, rate=rate))
    encoder.codec_context.layout = sound.layout.name
    if name == "flac":
        wide = sound.format.name.startswith("s32")
        encoder.codec_context.format = "s32" if wide else "s16"
    elif name == "alac":
        encoder.codec_context.format = sound.format.name
    if least:
        source = sound.bit_rate or 0
        encoder.bit_rate = max(least * max(1, sound.channels) // 2, source)
    encoder.metadata.update({k: v for k, v in sound.metadata.items() if k not in WRITTEN})
    return encoder


def moved(chapters: list[Any], seconds: float) -> list[Any]:
    """Chapters later by the label's length."""
    return [
        {
            **chapter,
            "start": chapter["start"] + round(seconds / chapter["time_base"]),
            "end": chapter["end"] + round(seconds / chapter["time_base"]),
        }
        for chapter in chapters
    ]
