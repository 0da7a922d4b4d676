"""Marks in sound: 64 bits under a key, in speech, music and ambience at 6 to 192 kHz, of any
number of channels.

A mark scales each cell of time and pitch a little up or down; nothing is added where there is
silence, and loudness stays as it is. Ten seconds carry the payload safely, four mostly do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from colophon.errors import TooSmallToMark
from colophon.labels.watermark import audio_grid as grid
from colophon.labels.watermark.audio_search import Mark, Search
from colophon.labels.watermark.audio_stream import LEAST_RATE_HZ, Scaler, Stream, checked
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

    A mark that is there under the same key is taken back first. Raises TooSmallToMark for
    less than a second of sound that is not silence or a rate below 6000 Hz; MalformedFile where
    samples are no numbers; ValueError for a payload of more than 64 bits.
    """
    sound = checked(samples)
    _require_sound(sound, rate_hz)
    old = Search(key).mark_at(sound, rate_hz)
    if old:
        sound = _without(sound, old, key, rate_hz)
    return _through(Stream(payload, key, rate_hz, sound.shape[1]), sound, rate_hz)


def detect(samples: Samples, key: MarkKey, *, rate_hz: int) -> Detection | None:
    """The mark in a sound, or None. Raises MalformedFile where samples are no numbers."""
    sound = checked(samples)
    if rate_hz < LEAST_RATE_HZ or len(sound) < LEAST_SECONDS * rate_hz:
        return None
    return Search(key).through(sound, rate_hz)


def _through(scaler: Scaler, sound: Samples, rate_hz: int) -> Samples:
    scaled = np.empty_like(sound)
    done = 0
    for start in range(0, len(sound), _BLOCK_SECONDS * rate_hz):
        piece = scaler.feed(sound[start : start + _BLOCK_SECONDS * rate_hz])
        scaled[done : done + len(piece)] = piece
        done += len(piece)
    scaled[done:] = scaler.finish()
    return scaled


def _without(sound: Samples, old: Mark, key: MarkKey, rate_hz: int) -> Samples:
    """The sound scaled back, cell by cell, so that little of an old mark is left."""
    slot_s = grid.PERIOD / grid.SLOTS
    before = int(old.start_s / slot_s)
    lead = round((slot_s - (old.start_s - before * slot_s)) % slot_s * rate_hz)
    signs = -np.roll(grid.signs(old.payload, key), before + (lead > 0), axis=0)
    led = np.concatenate([np.zeros((lead, sound.shape[1]), np.float32), sound])
    return _through(Scaler(signs, rate_hz, sound.shape[1]), led, rate_hz)[lead:]


def _require_sound(sound: Samples, rate_hz: int) -> None:
    step = max(rate_hz // 50, 1)
    heard = 0.0
    for start in range(0, len(sound) - step + 1, step * 50):
        block = sound[start : start + step * 50]
        whole = len(block) // step * step
        pieces = np.ascontiguousarray(block[:whole].T).reshape(sound.shape[1], -1, step)
        swing = (pieces.max(axis=2) - pieces.min(axis=2)).max(axis=0) / 2
        heard += float((swing > _SILENCE).sum()) * step / rate_hz
        if heard >= LEAST_SECONDS:
            return
    raise TooSmallToMark(detail=f"{heard:.1f} s < {LEAST_SECONDS:.1f} s")
