"""The mark of a sound: in the samples of WAV, through decoder and encoder in other forms."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colophon.labels.explicit import opening
from colophon.labels.explicit.sounds import recoded, wav
from colophon.labels.marking.order import Mark, Order
from colophon.labels.model import WatermarkWritten
from colophon.labels.watermark import audio
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey

if TYPE_CHECKING:
    import numpy as np
    from av import AudioFrame
    from av.container import InputContainer, OutputContainer
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

LISTENED_SECONDS = 120
"""How much of a long sound is listened to: the mark is in every part of it."""
_BLOCK_FRAMES = 1 << 16


def apply(
    source: Path, target: Path, media_type: str, mark: Mark, order: Order
) -> WatermarkWritten:
    """See `dispatch.apply`."""
    work = _wav if media_type in wav.MEDIA_TYPES else _recoded
    with opening.clean_target(target), opening.named_failures(order.name):
        ratio = work(source, target, media_type, mark, order)
    return WatermarkWritten(payload=mark.shown, snr_db=ratio)


def look(
    source: BinaryIO, media_type: str, keys: Sequence[MarkKey], order: Order
) -> Detection | None:
    """See `dispatch.look`."""
    import numpy as np

    source.seek(0)
    with opening.reading(source, media_type, order.name) as container:
        sound = recoded.main_sound(container, order.name)
        pieces = list(_listened(container, sound.rate))
    if not pieces:
        return None
    samples = np.concatenate(pieces)
    found = (audio.detect(samples, key, rate_hz=sound.rate) for key in keys)
    return next((one for one in found if one is not None), None)


def _listened(container: InputContainer, rate_hz: int) -> Iterator[Sound]:
    """Frames x channels of the beginning; ends where the sound changes its form."""
    heard, channels = 0, 0
    for frame in container.decode(container.streams.audio[0]):
        piece = recoded.values(frame)
        heard, channels = heard + len(piece), channels or piece.shape[1]
        if piece.shape[1] != channels or heard > LISTENED_SECONDS * rate_hz:
            return
        yield piece


class _Marker:
    """Sound in, marked sound out somewhat later, and how much was changed in all."""

    def __init__(self, mark: Mark, rate_hz: int, channels: int) -> None:
        import numpy as np

        self._stream = audio.Stream(mark.payload, mark.key, rate_hz, channels)
        self._held: Sound = np.zeros((0, channels), np.float32)
        self._sound = self._change = 0.0

    def feed(self, chunk: Sound) -> Sound:
        import numpy as np

        self._held = np.concatenate([self._held, chunk])
        return self._measured(self._stream.feed(chunk))

    def finish(self) -> Sound:
        return self._measured(self._stream.finish())

    def _measured(self, marked: Sound) -> Sound:
        before, self._held = self._held[: len(marked)], self._held[len(marked) :]
        self._sound += float((before.astype(float) ** 2).sum())
        self._change += float(((marked - before).astype(float) ** 2).sum())
        return marked

    def ratio(self) -> float:
        """Signal to change, in dB."""
        return round(10 * math.log10((self._sound + 1e-20) / (self._change + 1e-20)), 2)


class _WavMarker(_Marker):
    """Samples as the file keeps them, in and out."""

    def __init__(self, mark: Mark, layout: wav.Layout) -> None:
        super().__init__(mark, layout.rate_hz, layout.channels)
        self.layout = layout

    def feed_bytes(self, data: bytes) -> bytes:
        frames = wav.decoded(data, self.layout).reshape(-1, self.layout.channels)
        return self._encoded(self.feed(frames))

    def finish_bytes(self) -> bytes:
        return self._encoded(self.finish())

    def _encoded(self, frames: Sound) -> bytes:
        import numpy as np

        if self.layout.kind == wav.FLOAT:
            return wav.encoded(frames, self.layout)
        # A sample that was not changed comes back as it was.
        peak = 1 << (8 * self.layout.width - 1)
        return wav.encoded(frames * np.float32(peak / (peak - 1)), self.layout)


def _wav(source: Path, target: Path, _media_type: str, mark: Mark, order: Order) -> float:
    """Every chunk stays where and as it is; only the samples change."""
    with source.open("rb") as stream, target.open("xb") as out:
        chunks = list(wav.chunks_of(stream, source.stat().st_size, order.name))
        layout = wav.layout_of(stream, chunks, order.name)
        marker = _WavMarker(mark, layout)
        stream.seek(0)
        out.write(stream.read(12))
        for chunk in chunks:
            out.write(struct.pack("<4sI", chunk.name, chunk.size))
            stream.seek(chunk.start)
            if chunk.name == b"data":
                _samples(stream, out, chunk.size, marker, order)
            else:
                wav.copy(stream, out, chunk.size, order.name, order.progress)
            out.write(b"\0" * (chunk.size % 2))
        end = out.tell()
        out.seek(4)
        out.write(struct.pack("<I", end - 8))
    return marker.ratio()


def _samples(stream: BinaryIO, out: BinaryIO, size: int, marker: _WavMarker, order: Order) -> None:
    layout = marker.layout
    whole = size // layout.frame * layout.frame
    left = whole
    while left:
        data = stream.read(min(left, _BLOCK_FRAMES * layout.frame))
        left -= len(data)
        out.write(marker.feed_bytes(data))
        order.progress(1 - left / whole)
    out.write(marker.finish_bytes())
    out.write(stream.read(size - whole))


def _recoded(source: Path, target: Path, media_type: str, mark: Mark, order: Order) -> float:
    with (
        source.open("rb") as stream,
        opening.reading(stream, media_type, order.name) as container,
        opening.writing(target, media_type, container.metadata) as out,
    ):
        return _through(container, out, mark, order)


def _through(container: InputContainer, out: OutputContainer, mark: Mark, order: Order) -> float:
    sound = recoded.main_sound(container, order.name)
    writer, others = recoded.copied(container, out, sound, order.name, order.note)
    marker = _Marker(mark, sound.rate, sound.channels)

    def changed(frame: AudioFrame) -> AudioFrame:
        return recoded.frame_of(marker.feed(recoded.values(frame)), sound)

    recoded.carry(container, sound, writer, others, progress=order.progress, changed=changed)
    writer.put(recoded.frame_of(marker.finish(), sound))
    writer.end()
    return marker.ratio()
