"""What is marked: pictures that packages bring or that are made here, made sounds, or a folder's.

Pictures are brought to at most ``LONGEST`` pixels a side, sounds to ``CLIP_S`` seconds.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from PIL import Image

from benchmarks import varied
from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.sound_attacks import Samples, music

LONGEST = 768
CLIP_S = 20
BROUGHT = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "retina")
MADE = (5, 9, 19, 21, 25, 28)
"""Of the varied pictures: moon, brick, coffee, camera, coins and gravel, large enough each."""
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".bmp"})
_SOUNDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".m4a", ".opus"})
_WORDS = (
    "The quick survey of the northern harbour found eleven boats, two of them without a name. "
    "Nobody at the office could say whose they were, or since when they had been lying there. "
    "By Thursday the smaller one had gone, and a note was left on the door of the store house. "
    "It asked for patience, for a little rope, and for the tide tables of the coming month."
)


@dataclass(frozen=True, slots=True)
class Sound:
    """``samples``: frames × channels; ``rate``: in Hz; ``speech``: PESQ may judge it."""

    samples: Samples
    rate: int
    speech: bool = False

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def pictures(folder: Path | None = None) -> list[Pixels]:
    if folder is not None:
        return [_fitted(_opened(path.read_bytes())) for path in _files(folder, _PICTURES)]
    brought = [_fitted(getattr(skimage.data, name)()[..., :3]) for name in BROUGHT]
    made = [one for n, one in enumerate(varied.pictures(max(MADE) + 1)) if n in MADE]
    return brought + [_fitted(_opened(one.data)) for one in made]


def sounds(folder: Path | None = None) -> list[Sound]:
    if folder is not None:
        return [_heard(path) for path in _files(folder, _SOUNDS)]
    spoken = [_spoken(voice) for voice in ("en-gb", "de+f3")] if shutil.which("espeak-ng") else []
    return [*spoken, _song(44100, 2), _surroundings(48000), _surroundings(16000)]


def unmarked_pictures(count: int) -> Iterator[Pixels]:
    """Cut-outs of all sizes from 128 pixels on, of the varied pictures and of noise."""
    rng = np.random.default_rng(100_000)
    bases = [_fitted(_opened(one.data)) for one in varied.pictures(52)]
    bases = [one for one in bases if min(one.shape[:2]) >= 160]
    for number in range(count):
        base = bases[number % len(bases)]
        high = int(rng.integers(128, min(448, base.shape[0]) + 1))
        wide = int(rng.integers(128, min(448, base.shape[1]) + 1))
        y = int(rng.integers(0, base.shape[0] - high + 1))
        x = int(rng.integers(0, base.shape[1] - wide + 1))
        cut = np.rot90(base[y : y + high, x : x + wide], number % 4)
        grain = rng.normal(0, (0, 0, 3, 12)[number % 4], cut.shape)
        yield np.clip(cut + grain, 0, 255).astype(np.uint8)


def unmarked_sounds(count: int) -> Iterator[Sound]:
    """Cut-outs of 3 to 6 s of the made sounds, mixed two at a time."""
    rng = np.random.default_rng(10_000)
    bases = [Sound(one.samples[:, :1], one.rate) for one in sounds()]
    for number in range(count):
        one, other = bases[number % len(bases)], bases[number // len(bases) % len(bases)]
        long = round(rng.uniform(3, 6) * one.rate)
        parts = [_cut(each.samples, long, rng) for each in (one, other)]
        mixed = parts[0] + parts[1] * rng.uniform(0, 1)
        yield Sound((mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32), one.rate)


def _cut(samples: Samples, long: int, rng: np.random.Generator) -> Samples:
    start = int(rng.integers(0, max(1, len(samples) - long)))
    return np.resize(samples[start : start + long], (long, samples.shape[1]))


def _files(folder: Path, endings: frozenset[str]) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in endings)


def _opened(data: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _fitted(pixels: Pixels) -> Pixels:
    scale = min(1.0, LONGEST / max(pixels.shape[:2]))
    if scale == 1:
        return np.ascontiguousarray(pixels)
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _spoken(voice: str) -> Sound:
    said = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "--stdout", _WORDS], capture_output=True, check=True
    ).stdout
    return Sound(_long(_decoded(["-i", "pipe:0", "-ar", "22050"], said, 1), 22050), 22050, True)


def _song(rate: int, channels: int) -> Sound:
    """Two channels of the same tune, a little apart."""
    tune = music(CLIP_S + 1, rate)
    parts = [np.roll(tune, 37 * channel)[: CLIP_S * rate] for channel in range(channels)]
    return Sound(np.stack(parts, 1) * np.float32(0.8), rate)


def _surroundings(rate: int) -> Sound:
    """Wind that comes and goes, drops, a hum: one channel."""
    rng = np.random.default_rng(rate)
    count = CLIP_S * rate
    spectrum = np.fft.rfft(rng.standard_normal(count))
    pitch = np.fft.rfftfreq(count, 1 / rate)
    wind = np.fft.irfft(spectrum / (1 + (pitch / 400) ** 1.2), count)
    time = np.arange(count) / rate
    wind *= 1 + 0.7 * np.sin(2 * np.pi * 0.23 * time) * np.sin(2 * np.pi * 0.071 * time)
    drops = np.zeros(count)
    for start in rng.integers(0, count - rate // 4, 40):
        tail = time[: rate // 4]
        drops[start : start + rate // 4] += np.sin(2 * np.pi * rng.uniform(700, 3000) * tail) * (
            np.exp(-30 * tail)
        )
    out = wind / np.abs(wind).max() + 0.3 * drops + 0.02 * np.sin(2 * np.pi * 100 * time)
    return Sound((out / np.abs(out).max() * 0.5).astype(np.float32)[:, None], rate)


def _heard(path: Path) -> Sound:
    """A file's sound at its own rate, at most two channels, of one channel taken for speech."""
    asked = ["-select_streams", "a:0", "-show_entries", "stream=sample_rate,channels"]
    told = subprocess.run(
        ["ffprobe", "-v", "error", *asked, "-of", "csv=p=0", str(path)],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    rate, channels = (int(one) for one in told.strip().split(",")[:2])
    channels = min(2, channels)
    samples = _decoded(["-i", str(path), "-ac", str(channels)], b"", channels)
    return Sound(_long(samples, rate), rate, speech=channels == 1)


def _decoded(command: list[str], data: bytes, channels: int) -> Samples:
    whole = ["ffmpeg", "-v", "error", *command, "-f", "f32le", "pipe:1"]
    out = subprocess.run(whole, input=data, capture_output=True, check=True).stdout
    return np.frombuffer(out, "<f4").reshape(-1, channels)


def _long(samples: Samples, rate: int) -> Samples:
    """Exactly ``CLIP_S``, said again where it is shorter."""
    return np.resize(samples, (CLIP_S * rate, samples.shape[1]))
