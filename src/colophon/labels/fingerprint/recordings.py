"""Sound in files, decoded block by block for its print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from colophon.errors import MalformedFile
from colophon.labels.explicit import opening
from colophon.labels.fingerprint.audio import RATE_HZ, Listener, SoundPrint, SoundQuery

if TYPE_CHECKING:
    from av.container import InputContainer

    Samples = NDArray[np.float32]


def readable(media_type: str) -> bool:
    """Whether sound of this type can be decoded here."""
    return media_type in opening.FORMATS


def of_file(source: BinaryIO, media_type: str, name: str) -> SoundPrint | None:
    """Of a sound or a film's sound. Raises InputError kinds for what cannot be opened or has no
    sound; damage farther on ends the sound. None where there is too little to hear.
    """
    return _heard(source, media_type, name, asking=False).print()


def asked(source: BinaryIO, media_type: str, name: str) -> SoundQuery | None:
    """As `of_file`, to look for it."""
    return _heard(source, media_type, name, asking=True).query()


def _heard(source: BinaryIO, media_type: str, name: str, *, asking: bool) -> Listener:
    listener = Listener(asking=asking)
    source.seek(0)
    with opening.reading(source, media_type, name) as container:
        for block in _blocks(container, name):
            listener.feed(block)
            if listener.full:
                break
    return listener


def _blocks(container: InputContainer, name: str) -> Iterator[Samples]:
    import av

    stream = next(iter(container.streams.audio), None)
    if stream is None or stream.codec_context is None:
        raise MalformedFile(file=name, detail="no sound that can be decoded")
    decode = stream.codec_context.decode
    resampler = av.AudioResampler("flt", "mono", RATE_HZ)
    try:
        for packet in container.demux(stream):
            for frame in decode(packet):
                frame.pts = None
                yield from (made.to_ndarray()[0] for made in resampler.resample(frame))
        yield from (made.to_ndarray()[0] for made in resampler.resample(None))
    except (av.error.FFmpegError, ValueError, TypeError):
        return
