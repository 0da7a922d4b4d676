"""Rhythms and melodies made from sines."""

import wave
from pathlib import Path

import numpy as np

RATE = 16_000
SCALE = 220 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)


def tone(seconds, hz, level, harmonics=(1,)):
    """A tone with soft edges."""
    count = int(seconds * RATE)
    time = np.arange(count) / RATE
    wave_ = sum(share * np.sin(2 * np.pi * hz * n * time) for n, share in enumerate(harmonics, 1))
    edge = np.minimum(np.arange(count) + 1, count - np.arange(count)) / (0.008 * RATE)
    return (level * wave_ * np.sin(np.pi / 2 * np.minimum(1, edge)) ** 2).astype(np.float32)


def quiet(seconds):
    return np.zeros(int(seconds * RATE), np.float32)


def after(*parts):
    return np.concatenate(parts)


def play(hz=880, unit=0.12, level=0.5, harmonics=(1,), marks=".- .."):
    """Letters in Morse code; the last sound ends it."""
    parts = []
    for letter in marks.split():
        for mark in letter:
            parts += [tone(unit * (3 if mark == "-" else 1), hz, level, harmonics), quiet(unit)]
        parts.append(quiet(2 * unit))
    return np.concatenate(parts)[: -int(3 * unit * RATE) + 2]


def melody(seconds, rng, rests=0.3):
    """Notes of a scale in one to three voices, at a random pace."""
    out = quiet(seconds)
    pace, one_note, fading = rng.uniform(0.08, 0.4), rng.random() < 0.25, rng.random() < 0.3
    for _ in range(int(rng.integers(1, 4))):
        at, scale = 0, SCALE * 2 ** int(rng.integers(0, 3))
        while at < len(out):
            lasts = pace * rng.choice([1, 1, 1, 2, 3])
            if rng.random() > rests:
                hz = float(scale[0] if one_note else rng.choice(scale))
                note = tone(lasts, hz, rng.uniform(0.1, 0.3), (1, 0.4, 0.2))
                if fading:
                    note = note * np.exp(-4 * np.arange(len(note)) / RATE).astype(np.float32)
                part = out[at : at + len(note)]
                part += note[: len(part)]
            at += int(lasts * RATE)
    return out


def write_wav(path: Path, samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path
