"""The explicit label of sound: the rhythm at its start or its end.

Source: GB 45438-2025 5.3. Spoken words are not recognised: that takes an engine for speech, so
of them only the signed manifest tells.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from colophon.errors import MalformedFile
from colophon.labels.checking import rhythm, rules
from colophon.labels.explicit import opening
from colophon.labels.explicit.speech import RHYTHM_WORDS
from colophon.labels.model import ExplicitLayer, Medium, Requirement

if TYPE_CHECKING:
    import numpy as np
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

RATE_HZ = 16_000
LISTEN_SECONDS = 12.0
"""Heard at each end."""
SKIP_SECONDS = 30.0
"""Decoded at most to come to the end."""
PATIENCE_SECONDS = 6.0
"""Of wall time, for one end."""
CLAUSE = rules.CLAUSES[Medium.AUDIO]


@dataclass(frozen=True, slots=True)
class Ends:
    """Mono samples at `RATE_HZ`. ``tail`` is None where ``head`` is all there is, or where the
    end could not be come to (``whole`` tells which)."""

    head: Sound
    tail: Sound | None
    whole: bool


def heard(source: BinaryIO, media_type: str, name: str) -> ExplicitLayer | None:
    """The rhythm at either end. None when there is none: a spoken label may be there all the
    same. Raises InputError kinds for what cannot be decoded."""
    ends = _ends(source, media_type, name)
    for found in rhythm.hear(ends.head, RATE_HZ):
        return _layer(found, _where(found, whole=ends.whole))
    for found in reversed([] if ends.tail is None else rhythm.hear(ends.tail, RATE_HZ)):
        return _layer(found, "end" if found.last else "middle")
    return None


def readable(media_type: str) -> bool:
    """Whether sound of this type can be decoded here."""
    return media_type in opening.FORMATS


def _where(found: rhythm.Heard, *, whole: bool) -> str:
    if found.first:
        return "start"
    return "end" if whole and found.last else "middle"


def _layer(found: rhythm.Heard, where: str) -> ExplicitLayer:
    gap = found.before if where == "end" else found.after
    requirements = (
        Requirement("elements", CLAUSE, met=True, found=RHYTHM_WORDS),
        Requirement("place", CLAUSE, met=True, found=where),
        Requirement("not_mixed", CLAUSE, not found.mixed, round(gap, 2), None, rules.TIME),
    )
    return rules.layer(RHYTHM_WORDS, "rhythm", requirements, where=where, seconds=found.seconds)


def _ends(source: BinaryIO, media_type: str, name: str) -> Ends:
    source.seek(0)
    with opening.reading(source, media_type, name) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None or stream.codec_context is None:
            raise MalformedFile(file=name, detail="no sound that can be decoded")
        head, whole = _decoded(container, stream, LISTEN_SECONDS)
        length = (container.duration or 0) / opening.MICROSECONDS
        if whole or length <= LISTEN_SECONDS:
            return Ends(head, None, whole)
        return Ends(head, _tail(container, stream, length), whole=False)


def _tail(container: InputContainer, stream: AudioStream, length: float) -> Sound | None:
    container.seek(int((length - LISTEN_SECONDS) * opening.MICROSECONDS))
    samples, ended = _decoded(container, stream, SKIP_SECONDS)
    return samples[-int(LISTEN_SECONDS * RATE_HZ) :] if ended else None


def _decoded(container: InputContainer, stream: AudioStream, seconds: float) -> tuple[Sound, bool]:
    """Samples up to a length, and whether the sound ended there."""
    import numpy as np

    parts: list[Sound] = []
    left, late = int(seconds * RATE_HZ), time.monotonic() + PATIENCE_SECONDS
    for part in _resampled(container, stream, late):
        parts.append(part[:left])
        left -= len(part)
        if left <= 0:
            break
    ended = left > 0 and time.monotonic() <= late
    return np.concatenate(parts) if parts else np.zeros(0, np.float32), ended


def _resampled(container: InputContainer, stream: AudioStream, late: float) -> Iterator[Sound]:
    """For no longer than patience lasts. A damaged packet ends the sound: what was decoded before
    it counts."""
    import av
    import numpy as np

    decode = stream.codec_context.decode
    resampler = av.AudioResampler("flt", "mono", RATE_HZ)
    try:
        for packet in container.demux():
            if time.monotonic() > late:
                return
            for frame in decode(packet) if packet.stream.index == stream.index else ():
                frame.pts = None
                for made in resampler.resample(frame):
                    yield np.nan_to_num(made.to_ndarray()[0])
        for made in resampler.resample(None):
            yield np.nan_to_num(made.to_ndarray()[0])
    except (av.error.FFmpegError, ValueError, TypeError):
        return
