"""Reading explicit labels back: two hundred varied pictures, labelled and not, and sound."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import varied
from benchmarks.measuring import Row, milliseconds
from colophon.labels.checking import pictures, rhythm
from colophon.labels.explicit import image
from colophon.labels.model import ExplicitLayer
from colophon.provisions import parameters

TITLE = "Checking"
PICTURES, CLIPS = 200, 400
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
RATE_HZ, CLIP_SECONDS = 16_000, 6
PAUSE_SECONDS, SOFT_SECONDS = 0.4, 0.008
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """One picture read with its label and before it had one; seconds of each reading."""

    name: str
    right: bool
    false_alarm: bool
    height: float
    contrast: float
    legible: bool
    seconds: float
    seconds_without: float


def rows(_folder: Path, count: int = PICTURES) -> Iterator[Row]:
    read = list(readings(count))
    yield _read_back(read)
    yield _false_alarms(read)
    yield _heights(read)
    yield _contrasts(read)
    yield _times(read)
    yield _rhythms()
    yield _false_rhythms()


def readings(count: int = PICTURES) -> Iterator[Reading]:
    """Every picture labelled and read."""
    for picture in varied.pictures(count):
        media_type = TYPES[picture.form]
        data, written = image.apply(picture.data, media_type)
        found, seconds = _seen(data, media_type)
        before, seconds_without = _seen(picture.data, media_type)
        contrast = next((one.found for one in found.requirements if one.code == "contrast"), None)
        yield Reading(
            picture.name,
            found.text == written.text and _same_place(written.where, found.where),
            before.present,
            found.height_ratio or 0.0,
            float(contrast or 0.0),
            bool(found.legible),
            seconds,
            seconds_without,
        )


def _same_place(drawn: str, found: str | None) -> bool:
    """What lies in the middle of a small picture's edge may lie near its corner too."""
    return set(drawn.split("-")) <= set((found or "").split("-"))


def _seen(data: bytes, media_type: str) -> tuple[ExplicitLayer, float]:
    started = time.perf_counter()
    found = pictures.seen(io.BytesIO(data), media_type, "picture")
    return found, time.perf_counter() - started


def _read_back(read: list[Reading]) -> Row:
    right = sum(one.right for one in read)
    wrong = "; ".join(one.name for one in read if not one.right)
    return Row(
        "labels of varied pictures read back, words and place" + (f" ({wrong})" if wrong else ""),
        f"{right} of {len(read)}",
        bar="all",
        held=right == len(read),
    )


def _false_alarms(read: list[Reading]) -> Row:
    found = sum(one.false_alarm for one in read)
    return Row(
        "labels seen on the same pictures without one", str(found), bar="none", held=not found
    )


def _heights(read: list[Reading]) -> Row:
    least = parameters.number("explicit.image.min_height_ratio")
    heights = sorted(one.height for one in read)
    return Row(
        "height of the Chinese glyphs measured, share of the shortest side",
        f"{_spread(heights, 100)} %",
        bar=f"≥ {least * 100:.0f} %",
        held=heights[0] >= least,
    )


def _contrasts(read: list[Reading]) -> Row:
    least = parameters.number("explicit.min_contrast")
    contrasts = sorted(one.contrast for one in read)
    return Row(
        "contrast measured", _spread(contrasts), bar=f"≥ {least}", held=contrasts[0] >= least
    )


def _spread(figures: list[float], factor: float = 1.0) -> str:
    """Least, middle and most."""
    parts = (figures[0], statistics.median(figures), figures[-1])
    return " / ".join(f"{part * factor:.1f}" for part in parts)


def _times(read: list[Reading]) -> Row:
    labelled = statistics.median(one.seconds for one in read)
    without = statistics.median(one.seconds_without for one in read)
    return Row(
        "reading one picture with a label; without one",
        f"{milliseconds(labelled)}; {milliseconds(without)}",
    )


def _rhythms() -> Row:
    """At many pitches, paces and levels, before content that is louder."""
    rng, heard, tried = np.random.default_rng(1), 0, 0
    for pitch in (300, 440, 700, 880, 1300, 2000, 3000):
        for unit in (0.06, 0.09, 0.12, 0.18, 0.24):
            for level in (0.003, 0.05, 0.9):
                tried += 1
                parts = (_rhythm(pitch, unit, level), _tone(PAUSE_SECONDS, 1, 0.0), _melody(rng))
                heard += bool(rhythm.hear(np.concatenate(parts), RATE_HZ))
    return Row(
        "rhythms heard, 300 to 3000 Hz, half to twice the pace, -50 to -1 dB",
        f"{heard} of {tried}",
        bar="all",
        held=heard == tried,
    )


def _false_rhythms() -> Row:
    rng = np.random.default_rng(2)
    clips = (_melody(rng) if number % 4 else _noise(rng) for number in range(CLIPS))
    found = sum(bool(rhythm.hear(clip, RATE_HZ)) for clip in clips)
    return Row(
        f"rhythms heard in {CLIPS} melodies and noises", str(found), bar="none", held=not found
    )


def _rhythm(pitch: float, unit: float, level: float) -> Sound:
    """Short long, short short, made without the code that labels."""
    parts = []
    for sounds, rest in ((1, 1), (3, 3), (1, 1), (1, 0)):
        parts += [_tone(unit * sounds, pitch, level), _tone(unit * rest, pitch, 0.0)]
    return np.concatenate(parts)


def _tone(seconds: float, pitch: float, level: float) -> Sound:
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    edge = np.clip(np.minimum(times, seconds - times) / SOFT_SECONDS, 0, 1)
    return (level * edge * np.sin(2 * np.pi * pitch * times)).astype(np.float32)


def _melody(rng: np.random.Generator) -> Sound:
    """One to three voices of notes and rests at one pace."""
    out, pace = np.zeros(CLIP_SECONDS * RATE_HZ, np.float32), rng.uniform(0.08, 0.4)
    rests = rng.uniform(0.1, 0.6)
    for _ in range(int(rng.integers(1, 4))):
        at = 0
        while at < len(out):
            seconds = pace * float(rng.choice((1, 1, 1, 2, 3)))
            level = rng.uniform(0.1, 0.3) if rng.random() > rests else 0.0
            note = _tone(seconds, 220 * 2 ** (int(rng.integers(0, 30)) / 12), level)
            part = out[at : at + len(note)]
            part += note[: len(part)]
            at += len(note)
    return out


def _noise(rng: np.random.Generator) -> Sound:
    steps = int(rng.choice((1, 8, 80, 800)))
    count = CLIP_SECONDS * RATE_HZ // steps
    return np.repeat(rng.normal(0, 0.2, count), steps).astype(np.float32)
