"""The run: contents, markers and attacks brought together, rows and pages written from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Row, child, mebibytes
from benchmarks.watermark import (
    charts,
    image_attacks,
    material,
    ours,
    peers,
    quality,
    report,
    sound_attacks,
)
from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.material import Sound
from benchmarks.watermark.report import PAGES, Bars
from benchmarks.watermark.trial import Marker, processor_seconds, tried

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
    longest_s=20,
    mean=0.9,
)
PICTURE_MEMORY, SOUND_MEMORY = 12, 300
"""Times the picture; MiB."""
_MEMORY_SIDE, _MEMORY_S = 2000, 60
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
    yield _picture_memory()
    lines += report.page("Pictures", outcomes, missing, "MP")
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
    yield _sound_memory()
    lines += report.page("Sounds", outcomes, missing, "s")
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
    mean = f"{seconds / looks * 1000:.0f} ms a look"
    yield Row(
        f"{what}: payloads in {looks} without a mark", str(payloads), mean, "–", "0", not payloads
    )
    yield Row(
        f"{what}: traces seen in {looks} without a mark", str(traces), "–", "–", "0", not traces
    )


_MEMORY = """
import sys, numpy as np, cv2
cv2.setNumThreads(1)
from benchmarks.measuring import memory_of, peak_memory
from benchmarks.watermark import ours
import os
rng = np.random.default_rng(1)
{made}
marker.find(marker.embed(small, 1))
held = memory_of(os.getpid())
marker.find(marker.embed(large, 1))
print(peak_memory() - held)
"""
_LARGE_PICTURE = f"""
marker = ours.picture_marker()
def made(side):
    grain = rng.normal(128, 30, (side // 4, side // 4, 3)).clip(0, 255).astype(np.uint8)
    return cv2.resize(grain, (side, side), interpolation=cv2.INTER_CUBIC)
small, large = made(256), made({_MEMORY_SIDE})
"""
_LARGE_SOUND = f"""
from benchmarks.watermark.material import Sound
marker = ours.sound_marker()
def made(seconds):
    noise = rng.standard_normal((48000 * seconds, 2), np.float32) * np.float32(0.1)
    return Sound(noise, 48000)
small, large = made(4), made({_MEMORY_S})
"""


def _grown(made: str) -> int:
    """Bytes a fresh process needs at most, beyond what it holds before, to mark and to read."""
    return int(child(_MEMORY.format(made=made), OPENBLAS_NUM_THREADS="1"))


def _picture_memory() -> Row:
    size = _MEMORY_SIDE**2 * 3
    times = _grown(_LARGE_PICTURE) / size
    what = f"pictures: memory for {_MEMORY_SIDE} × {_MEMORY_SIDE}, beside the picture's own size"
    bar = f"≤ {PICTURE_MEMORY} ×"
    return Row(what, f"{times:.1f} ×", bar=bar, held=times <= PICTURE_MEMORY)


def _sound_memory() -> Row:
    size = _grown(_LARGE_SOUND)
    what = f"sounds: memory for {_MEMORY_S} s of 48 kHz stereo"
    held = size <= SOUND_MEMORY << 20
    return Row(what, mebibytes(size), bar=f"≤ {SOUND_MEMORY} MiB", held=held)


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
