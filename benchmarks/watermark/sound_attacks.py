"""What sounds meet on their way: each takes frames×channels float32 and a rate, and gives both.

Made the same way every time. Codecs are ffmpeg's; what a codec puts before the sound stays there.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Attack = Callable[[Samples, int], tuple[Samples, int]]

_CODECS = {
    "MP3": ("libmp3lame", "mp3"),
    "AAC": ("aac", "adts"),
    "Opus": ("libopus", "opus"),
    "G.711": ("pcm_mulaw", "wav"),
}


def coded(
    samples: Samples, rate: int, codec: str, kbps: int = 0, at: int = 0
) -> tuple[Samples, int]:
    """Through a codec, at the rate that its decoder gives (Opus: always 48 kHz)."""
    encoder, form = _CODECS[codec]
    options = ["-c:a", encoder, *(("-b:a", f"{kbps}k") if kbps else ())]
    options += ["-ar", str(at)] if at else []
    with tempfile.TemporaryDirectory(prefix="colophon-sound-") as folder:
        path = Path(folder) / f"sound.{form}"
        _ffmpeg([*_raw(samples, rate), *options, "-f", form, str(path)], samples)
        return _decoded(["-i", str(path)], samples.shape[1])


def filtered(samples: Samples, rate: int, chain: str) -> tuple[Samples, int]:
    """Through ffmpeg's filters; ``{rate}`` in ``chain`` stands for the rate."""
    command = [*_raw(samples, rate), "-af", chain.format(rate=rate)]
    return _decoded(command, samples.shape[1], samples)


def resampled(samples: Samples, rate: int, to: int) -> tuple[Samples, int]:
    return filtered(samples, rate, f"aresample={to}")


def telephone(samples: Samples, rate: int) -> tuple[Samples, int]:
    """300 to 3400 Hz through G.711, at the old rate again."""
    band, _ = filtered(samples, rate, "highpass=300:p=2,lowpass=3400:p=2,lowpass=3400:p=2")
    narrow, at = coded(band, rate, "G.711", at=8000)
    return resampled(narrow, at, rate)


def louder(samples: Samples, rate: int, decibels: float) -> tuple[Samples, int]:
    return np.clip(samples * np.float32(10 ** (decibels / 20)), -1, 1), rate


def noisy(samples: Samples, rate: int, decibels: float) -> tuple[Samples, int]:
    """White noise so far below the sound's power."""
    rng = np.random.default_rng(30)
    noise = rng.standard_normal(samples.shape, np.float32)
    return np.clip(samples + noise * _rms(samples) * 10 ** (-decibels / 20), -1, 1), rate


def cropped(samples: Samples, rate: int, seconds: float) -> tuple[Samples, int]:
    """So long from an odd place within."""
    room = max(0, len(samples) - round(seconds * rate))
    start = round(room * 0.3719)
    return samples[start : start + round(seconds * rate)].copy(), rate


def halved(samples: Samples, rate: int) -> tuple[Samples, int]:
    return cropped(samples, rate, len(samples) / rate / 2)


def stretched(samples: Samples, rate: int, tempo: float) -> tuple[Samples, int]:
    """Faster or slower, its pitch kept."""
    return filtered(samples, rate, f"atempo={tempo}")


def sped(samples: Samples, rate: int, speed: float) -> tuple[Samples, int]:
    """Faster or slower as a tape is, its pitch with it."""
    return filtered(samples, rate, f"asetrate={round(rate * speed)},aresample={rate}")


def reverberant(samples: Samples, rate: int, decay_s: float) -> tuple[Samples, int]:
    """In a room: the direct sound, six early reflections, a tail 60 dB down after ``decay_s``."""
    rng = np.random.default_rng(60)
    length = round(decay_s * rate)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[: round(0.003 * rate)] = 0
    tail *= 0.7 / np.sqrt((tail**2).sum())
    tail[0] = 1
    for delay_ms, gain in ((7, 0.4), (11, 0.35), (17, 0.3), (23, 0.25), (31, 0.2), (41, 0.15)):
        tail[round(delay_ms * rate / 1000)] += gain
    return _level(_convolved(samples, tail), samples), rate


def recorded(samples: Samples, rate: int) -> tuple[Samples, int]:
    """Played by a small loudspeaker in a room and recorded by a telephone."""
    played, _ = filtered(samples, rate, "highpass=180:p=2,lowpass=7000:p=2")
    room, _ = reverberant(played, rate, 0.4)
    return noisy(room, rate, 25)


def coarse(samples: Samples, rate: int) -> tuple[Samples, int]:
    """Eight bits."""
    return (np.rint(samples * 127) / 127).astype(np.float32), rate


def under_music(samples: Samples, rate: int, decibels: float) -> tuple[Samples, int]:
    """Mixed with music that is so far below it in level."""
    tune = music(len(samples) / rate + 0.01, rate)[: len(samples), None]
    gain = _rms(samples) / _rms(tune) * 10 ** (-decibels / 20)
    return np.clip(samples + tune * np.float32(gain), -1, 1), rate


def music(seconds: float, rate: int) -> Samples:
    """Chords, a bass and a beat, made from tones and noise; one channel."""
    rng = np.random.default_rng(440)
    time = np.arange(round(seconds * rate)) / rate
    out = np.zeros(len(time))
    beat = (time / 0.5).astype(int)
    since = time % 0.5
    chords = np.array([(0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2)])
    for voice in range(3):
        pitch = 261.6 * 2 ** (chords[beat // 4 % 4, voice] / 12)
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        for harmonic in range(1, 7):
            out += np.sin(harmonic * phase) / harmonic**1.3 * np.exp(-1.5 * since)
    out += 1.5 * np.sin(np.pi * np.cumsum(130.8 * 2 ** (chords[beat // 4 % 4, 0] / 12)) / rate)
    out += rng.standard_normal(len(time)) * np.exp(-40 * since) * (beat % 2)
    return np.asarray(out / np.abs(out).max() * 0.7, np.float32)


def _same(samples: Samples, rate: int) -> tuple[Samples, int]:
    return samples, rate


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) + 1e-9


def _level(samples: Samples, like: Samples) -> Samples:
    return np.asarray(np.clip(samples * (_rms(like) / _rms(samples)), -1, 1), np.float32)


def _convolved(samples: Samples, response: NDArray[np.float64]) -> Samples:
    size = 1 << (len(samples) + len(response)).bit_length()
    spectrum = np.fft.rfft(samples, size, axis=0) * np.fft.rfft(response, size)[:, None]
    return np.asarray(np.fft.irfft(spectrum, size, axis=0)[: len(samples)], np.float32)


def _raw(samples: Samples, rate: int) -> list[str]:
    channels = str(samples.shape[1])
    return ["-f", "f32le", "-ar", str(rate), "-ac", channels, "-i", "pipe:0"]


def _decoded(
    command: list[str], channels: int, samples: Samples | None = None
) -> tuple[Samples, int]:
    out = _ffmpeg([*command, "-f", "au", "-c:a", "pcm_f32be", "pipe:1"], samples)
    start = int.from_bytes(out[4:8], "big")
    rate = int.from_bytes(out[16:20], "big")
    found = np.frombuffer(out, ">f4", offset=start).astype(np.float32)
    return found.reshape(-1, channels), rate


def _ffmpeg(command: list[str], samples: Samples | None) -> bytes:
    data = b"" if samples is None else np.ascontiguousarray(samples, "<f4").tobytes()
    whole = ["ffmpeg", "-y", "-v", "error", "-threads", "1", *command]
    return subprocess.run(whole, input=data, check=True, capture_output=True).stdout


ATTACKS: dict[str, Attack] = {
    "none": _same,
    "MP3 128": partial(coded, codec="MP3", kbps=128),
    "MP3 64": partial(coded, codec="MP3", kbps=64),
    "MP3 32": partial(coded, codec="MP3", kbps=32),
    "AAC 64": partial(coded, codec="AAC", kbps=64),
    "Opus 32": partial(coded, codec="Opus", kbps=32),
    "Opus 16": partial(coded, codec="Opus", kbps=16),
    "resampled (16 kHz)": partial(resampled, to=16000),
    "resampled (22.05 kHz)": partial(resampled, to=22050),
    "8 kHz": partial(resampled, to=8000),
    "telephone": telephone,
    "volume (−12 dB)": partial(louder, decibels=-12),
    "volume (+4 dB, clipped)": partial(louder, decibels=4),
    "noise 30 dB": partial(noisy, decibels=30),
    "noise 20 dB": partial(noisy, decibels=20),
    "noise 10 dB": partial(noisy, decibels=10),
    "crop 50 %": halved,
    "crop 4 s": partial(cropped, seconds=4),
    "crop 3 s": partial(cropped, seconds=3),
    "stretch ±5 % (faster)": partial(stretched, tempo=1.05),
    "stretch ±5 % (slower)": partial(stretched, tempo=0.95),
    "speed ±2 % (faster)": partial(sped, speed=1.02),
    "speed ±2 % (slower)": partial(sped, speed=0.98),
    "speed ±5 % (faster)": partial(sped, speed=1.05),
    "speed ±5 % (slower)": partial(sped, speed=0.95),
    "echo": partial(filtered, chain="aecho=0.9:0.7:110:0.35"),
    "reverb": partial(reverberant, decay_s=0.5),
    "recorded in a room": recorded,
    "8 bit": coarse,
    "under music (−10 dB)": partial(under_music, decibels=10),
    "under music (as loud)": partial(under_music, decibels=0),
}

_ALL = ("none", "MP3 128", "MP3 64", "AAC 64", "Opus 32", "resampled", "volume", "noise 30 dB")
_NEARLY = ("MP3 32", "8 kHz", "telephone", "Opus 16", "noise 20 dB", "crop 4 s", "echo", "8 bit")
BARS: dict[str, float] = {
    **dict.fromkeys(_ALL, 1.0),
    "crop 50 %": 1.0,
    **dict.fromkeys(_NEARLY, 0.95),
    **dict.fromkeys(("speed ±2 %", "stretch ±5 %", "reverb"), 0.9),
    "noise 10 dB": 0.5,
}
"""Share of clips whose whole payload is to come back, by attack without its brackets."""
PRESENCE = {"crop 3 s": 1.0}
"""Share of clips whose mark is at least to be seen."""
