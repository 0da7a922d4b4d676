"""Our own marks as the trial takes them, and what they are held to.

Source of the bars: what stands beside us, measured, and what a reader of a mark has to rely on.
"""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import Any

from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.material import Sound
from benchmarks.watermark.trial import NOTHING, Found, Marker
from colophon.labels.watermark.key import MarkKey

NAME = "Colophon"
KEY = MarkKey(hashlib.sha256(b"measured").digest())
_BITS = 64


def picture_marker() -> Marker[Pixels]:
    image = import_module("colophon.labels.watermark.image")

    def embed(pixels: Pixels, payload: int) -> Pixels:
        marked: Pixels = image.embed(pixels, payload, KEY)
        return marked

    def find(pixels: Pixels) -> Found:
        return _found(image.detect(pixels, KEY))

    return Marker(NAME, _BITS, embed, find, decides=True)


def sound_marker() -> Marker[Sound]:
    audio = import_module("colophon.labels.watermark.audio")

    def embed(sound: Sound, payload: int) -> Sound:
        marked = audio.embed(sound.samples, payload, KEY, rate_hz=sound.rate)
        return Sound(marked, sound.rate, sound.speech)

    def find(sound: Sound) -> Found:
        return _found(audio.detect(sound.samples, KEY, rate_hz=sound.rate))

    return Marker(NAME, _BITS, embed, find, decides=True)


def _found(detection: Any) -> Found:
    return NOTHING if detection is None else Found(detection.payload, True)
