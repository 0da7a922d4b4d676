"""Marks in sound: 64 bits under a key, in speech, music and ambience at 6 to 192 kHz, of any
number of channels.

A mark scales each cell of time and pitch a little up or down; nothing is added where there is
silence, and loudness stays as it is. Ten seconds carry the payload safely, four mostly do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from colophon.errors import TooSmallToMark
from colophon.labels.watermark.audio_search import Search
from colophon.labels.watermark.audio_stream import LEAST_RATE_HZ, Stream, checked
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey

__all__ = ["LEAST_SECONDS", "Stream", "detect", "embed"]

LEAST_SECONDS = 1.0
"""How much sound that is not silence a mark needs."""
_SILENCE = 10**-3.75
"""An amplitude below which nothing is heard: −75 dB."""
_BLOCK_SECONDS = 4

Samples = NDArray[np.float32]


def embed(samples: Samples, payload: int, key: MarkKey, *, rate_hz: int) -> Samples:
    """The sound with a mark; ``samples`` are frames × channels, of full scale ±1.

    A mark that is there under the same key is drowned by the new one. Raises TooSmallToMark for
    less than a second of sound that is not silence or a rate below 6000 Hz; MalformedFile where
    samples are no numbers; ValueError for a payload of more than 64 bits.
    """
    sound = checked(samples)
    heard = _heard_seconds(sound, rate_hz)
    if heard < LEAST_SECONDS:
        raise TooSmallToMark(detail=f"{heard:.1f} s < {LEAST_SECONDS:.1f} s")
    stream = Stream(payload, key, rate_hz, sound.shape[1])
    marked = np.empty_like(sound)
    done = 0
    for start in range(0, len(sound), _BLOCK_SECONDS * rate_hz):
        piece = stream.feed(sound[start : start + _BLOCK_SECONDS * rate_hz])
        marked[done : done + len(piece)] = piece
        done += len(piece)
    marked[done:] = stream.finish()
    return marked


def detect(samples: Samples, key: MarkKey, *, rate_hz: int) -> Detection | None:
    """The mark in a sound, or None. Raises MalformedFile where samples are no numbers."""
    sound = checked(samples)
    if rate_hz < LEAST_RATE_HZ or len(sound) < LEAST_SECONDS * rate_hz:
        return None
    return Search(key).through(sound, rate_hz)


def _heard_seconds(sound: Samples, rate_hz: int) -> float:
    step = max(rate_hz // 50, 1)
    whole = len(sound) // step * step
    pieces = np.abs(sound[:whole]).max(axis=1).reshape(-1, step)
    return float((pieces.max(axis=1) > _SILENCE).sum()) * step / rate_hz
