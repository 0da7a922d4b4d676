"""The run: contents, markers and attacks brought together, rows and pages written from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import MIB, Row
from benchmarks.watermark import (
    charts,
    image_attacks,
    material,
    memory,
    ours,
    peers,
    quality,
    report,
    sound_attacks,
)
from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.material import Sound
from benchmarks.watermark.report import PAGES, Bars
from benchmarks.watermark.trial import Marker, Outcome, processor_seconds, tried

MEDIA = ("pictures", "sounds")
PAGE = "watermark-peers"
QUICK, QUICK_UNMARKED = 3, 40
PICTURE_BARS = Bars(
    read=image_attacks.BARS,
    seen={},
    quality={"PSNR": 42.5, "SSIM": 0.985},
    worst={"PSNR": 41.0},
    most={},
    embed_ms=60,
    find_ms=40,
    longest_s=2,
    mean=0.97,
)
SOUND_BARS = Bars(
    read=sound_attacks.BARS,
    seen=sound_attacks.PRESENCE,
    quality={"SNR": 26, "PESQ": 4.5},
    worst={},
    most={"level": 0.1},
    embed_ms=10,
    find_ms=20,
    longest_s=2,
    mean=0.9,
)
PICTURE_MEMORY, SOUND_MEMORY = 12, 300
"""Times the picture; MiB."""
_Content = TypeVar("_Content")
_Curve = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Wanted:
    """``written``: the page of all tools and the plots are written too."""

    media: tuple[str, ...] = MEDIA
    quick: bool = False
    slow: bool = False
    peers: bool = True
    pictures: Path | None = None
    sounds: Path | None = None
    unmarked: int = 200
    attacks: str = ""
    written: bool = True

    def cut(self, contents: list[_Content]) -> list[_Content]:
        return contents[:QUICK] if self.quick else contents

    @property
    def looks(self) -> int:
        return min(self.unmarked, QUICK_UNMARKED) if self.quick else self.unmarked


def measured(_folder: Path, wanted: Wanted) -> Iterator[Row]:
    """Rows as they are measured; one numeric thread, so that times are of one core."""
    cv2.setNumThreads(1)
    lines = ["# Watermarks, ours and others", "", *_opening()]
    for medium in wanted.media:
        yield from {"pictures": _pictures, "sounds": _sounds}[medium](wanted, lines)
    if wanted.written and not wanted.attacks:
        (PAGES / f"{PAGE}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _opening() -> list[str]:
    return [
        "Written by `make bench`: the share of contents whose whole payload came back, by attack.",
        "Tools that give bits whatever they are shown have no false accepts to count: they never",
        "say that nothing is there. Seconds are of one processor.",
        "",
    ]


def _pictures(wanted: Wanted, lines: list[str]) -> Iterator[Row]:
    contents = wanted.cut(material.pictures(wanted.pictures))
    markers, missing = peers.picture_markers(slow=wanted.slow) if wanted.peers else ([], [])
    attacks = {n: a for n, a in image_attacks.ATTACKS.items() if wanted.attacks in n}
    outcomes = [
        tried(one, contents, attacks, _megapixels, quality.of_picture)
        for one in [ours.picture_marker(), *markers]
    ]
    yield from report.rows("pictures", outcomes, PICTURE_BARS, "megapixel")
    looks = (one for one in material.unmarked_pictures(wanted.looks))
    yield from _false_accepts("pictures", ours.picture_marker(), looks)
    yield _picture_memory(outcomes)
    lines += report.page("Pictures", outcomes, missing, ("MP", "times its size"))
    lines += ["![Recovery of payloads from pictures](watermark-pictures.svg)", ""]
    if wanted.written and not wanted.attacks:
        report.plot("watermark-pictures", outcomes)


def _sounds(wanted: Wanted, lines: list[str]) -> Iterator[Row]:
    contents = wanted.cut(material.sounds(wanted.sounds))
    markers, missing = peers.sound_markers() if wanted.peers else ([], [])
    attacks = {
        name: partial(_changed, attack)
        for name, attack in sound_attacks.ATTACKS.items()
        if wanted.attacks in name
    }
    outcomes = [
        tried(one, contents, attacks, lambda sound: sound.seconds, quality.of_sound)
        for one in [ours.sound_marker(), *markers]
    ]
    yield from report.rows("sounds", outcomes, SOUND_BARS, "second of sound")
    yield from _false_accepts("sounds", ours.sound_marker(), material.unmarked_sounds(wanted.looks))
    yield _sound_memory(outcomes)
    lines += report.page("Sounds", outcomes, missing, ("s", "MiB for a minute"))
    lines += ["![Recovery of payloads from sounds](watermark-sounds.svg)", ""]
    lines += ["![What the mark changes in a voice's spectrum](watermark-spectrum.svg)", ""]
    if wanted.written and not wanted.attacks:
        report.plot("watermark-sounds", outcomes)
        drawn = _spectra(contents[0])
        (PAGES / "watermark-spectrum.svg").write_text(drawn, encoding="utf-8")


def _changed(attack: sound_attacks.Attack, sound: Sound) -> Sound:
    samples, rate = attack(sound.samples, sound.rate)
    return replace(sound, samples=samples, rate=rate)


def _megapixels(pixels: Pixels) -> float:
    return float(pixels.shape[0] * pixels.shape[1] / 1e6)


def _false_accepts(
    what: str, marker: Marker[_Content], contents: Iterator[_Content]
) -> Iterator[Row]:
    """Counts payloads read where there is no mark, and what is taken for traces of one."""
    looks = payloads = traces = 0
    seconds = 0.0
    for content in contents:
        began = processor_seconds()
        found = marker.find(content)
        seconds += processor_seconds() - began
        looks += 1
        payloads += found.payload is not None
        traces += found.present and found.payload is None
    if not looks:
        return
    name = f"{what}: {looks} looks where there is no mark, {seconds / looks * 1000:.0f} ms each"
    for kind, count in (("payloads read", payloads), ("traces seen", traces)):
        yield Row(f"{name}: {kind}", str(count), bar="0", held=not count)


def _picture_memory(outcomes: Sequence[Outcome]) -> Row:
    for one in outcomes:
        one.memory = memory.grown("pictures", one.name) / memory.PICTURE_BYTES
    ours_, *others = outcomes
    return Row(
        f"pictures: memory for {memory.SIDE} × {memory.SIDE}, beside the picture's own size",
        f"{ours_.memory:.1f} ×",
        ", ".join(f"{one.name}: {one.memory:.1f} ×" for one in others) or "–",
        bar=f"≤ {PICTURE_MEMORY} ×",
        held=ours_.memory <= PICTURE_MEMORY,
    )


def _sound_memory(outcomes: Sequence[Outcome]) -> Row:
    for one in outcomes:
        one.memory = memory.grown("sounds", one.name) / MIB
    ours_, *others = outcomes
    return Row(
        f"sounds: memory for {memory.SECONDS} s of 48 kHz stereo",
        f"{ours_.memory:.0f} MiB",
        ", ".join(f"{one.name}: {one.memory:.0f} MiB" for one in others) or "–",
        bar=f"≤ {SOUND_MEMORY} MiB",
        held=ours_.memory <= SOUND_MEMORY,
    )


def _spectra(sound: Sound) -> str:
    """Mean spectra of a sound and of what the mark adds to it."""
    marked = ours.sound_marker().embed(sound, 64)
    pitch = np.geomspace(80, sound.rate * 0.48, 160)
    added = marked.samples - sound.samples
    curves = {
        "sound": _levels(sound.samples, sound.rate, pitch),
        "what the mark adds": _levels(added, sound.rate, pitch),
    }
    return charts.lines("Spectrum of a voice and of its mark", pitch, curves, "dB")


def _levels(samples: sound_attacks.Samples, rate: int, pitch: _Curve) -> _Curve:
    size = 4096
    one = samples[: len(samples) // size * size, 0].reshape(-1, size) * np.hanning(size)
    power = (np.abs(np.fft.rfft(one, axis=1)) ** 2).mean(axis=0) + 1e-12
    return np.asarray(10 * np.log10(np.interp(pitch, np.fft.rfftfreq(size, 1 / rate), power)))
