"""Sound as words of 32 bits, eight a second, that stay through lossy codecs, resampling, a
telephone line, changes of loudness and cutting.

Mono at 11 025 Hz; the energies of 33 bands from 300 to 3400 Hz in windows of 0.37 s; each bit says
whether the step from one band to the next grew within a quarter of a second. Which bits were close
is known to the one who asks, who then also tries those turned over.

Source: Haitsma and Kalker, A Highly Robust Audio Fingerprinting System (ISMIR 2002).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    Samples = NDArray[np.float32]
    Words = NDArray[np.uint32]

RATE_HZ = 11_025
WORD_BITS = 32
HOP = 1376
"""Samples from one word to the next."""
PHASES = 4
"""Places within a hop at which one who asks begins to count, since a cut may lie anywhere."""
WORDS_A_SECOND = RATE_HZ / HOP
LEAST_WORDS = 8
"""Words that are not silent, below which sound has no print."""
MATCH = 0.32
"""Share of bits two prints of one sound differ by at most."""
FREE_BITS = 24
"""How many of a word's bits are as good as independent; measured on unrelated sounds."""
LONGEST_SECONDS = 12 * 3600
"""What comes later has no part in a print."""
LONGEST_ASKED = 600
"""Seconds in which a sound is recognised or not."""
_WINDOW, _BANDS, _LOW_HZ, _HIGH_HZ = 4096, WORD_BITS + 1, 300.0, 3400.0
_STEPS = 2
"""Hops between the energies that are held against each other."""
_FLOOR = 1e-4
_SILENT = 0.03
"""Energy of a window at about −75 dB of full scale."""
_BLOCK = 256


@dataclass(frozen=True, slots=True)
class SoundPrint:
    """``data``: the words, 4 bytes each, the lowest first; 0 stands for silence."""

    data: bytes

    @property
    def words(self) -> Words:
        return np.frombuffer(self.data, "<u4")

    @property
    def seconds(self) -> float:
        return len(self.data) / 4 / WORDS_A_SECOND


@dataclass(frozen=True, slots=True, eq=False)
class SoundQuery:
    """What is looked for: ``words`` at `PHASES` places a hop, and of each its bits from the one
    that was closest to being another (``weak``: words × 32)."""

    words: Words
    weak: NDArray[np.uint8]

    @property
    def print(self) -> SoundPrint:
        """As it would be kept."""
        return SoundPrint(self.words[::PHASES].astype("<u4").tobytes())


class Listener:
    """Hears mono samples at `RATE_HZ` block by block, in constant memory but for the words."""

    def __init__(self, *, asking: bool) -> None:
        self._hop = HOP // PHASES if asking else HOP
        self._apart = _STEPS * PHASES if asking else _STEPS
        self._asking = asking
        self._rest = np.zeros(0, np.float32)
        self._before = np.zeros((0, _BANDS), np.float32)
        self._loud = np.zeros(0, bool)
        self._left = (LONGEST_ASKED if asking else LONGEST_SECONDS) * RATE_HZ
        self._words: list[Words] = []
        self._weak: list[NDArray[np.uint8]] = []

    @property
    def full(self) -> bool:
        """Whether nothing more is listened to."""
        return self._left <= 0

    def feed(self, samples: Samples) -> None:
        """Any number of samples, −1 … 1."""
        samples = samples[: max(0, self._left)]
        self._left -= len(samples)
        self._rest = np.concatenate((self._rest, np.nan_to_num(samples, posinf=0, neginf=0)))
        most = _WINDOW + _BLOCK * self._hop
        while len(self._rest) >= most:
            self._hear(self._rest[:most])

    def query(self) -> SoundQuery | None:
        """What was heard, to look for it. None where there is too little to hear."""
        self._hear(self._rest)
        words = np.concatenate(self._words) if self._words else np.zeros(0, np.uint32)
        if np.count_nonzero(words) < LEAST_WORDS * (PHASES if self._asking else 1):
            return None
        weak = np.concatenate(self._weak) if self._asking else np.zeros((0, 32), np.uint8)
        return SoundQuery(words, weak)

    def print(self) -> SoundPrint | None:
        """What was heard, to keep it. None where there is too little to hear."""
        found = self.query()
        if found is None or self._asking:
            return None if found is None else found.print
        return SoundPrint(found.words.astype("<u4").tobytes())

    def _hear(self, samples: Samples) -> None:
        count = (len(samples) - _WINDOW) // self._hop + 1
        if count <= 0:
            return
        energies, loud = _energies(samples, count, self._hop)
        energies = np.concatenate((self._before, energies))
        loud = np.concatenate((self._loud, loud))
        self._rest = self._rest[count * self._hop :]
        self._before, self._loud = energies[-self._apart :], loud[-self._apart :]
        if len(energies) > self._apart:
            self._spell(energies, loud[: -self._apart] & loud[self._apart :])

    def _spell(self, energies: Samples, loud: NDArray[np.bool_]) -> None:
        steps = energies[:, :-1] - energies[:, 1:]
        grown = steps[self._apart :] - steps[: -self._apart]
        words = np.packbits(grown > 0, axis=1, bitorder="little").view("<u4")[:, 0]
        self._words.append(np.where(loud, words, 0).astype(np.uint32))
        if self._asking:
            self._weak.append(np.argsort(np.abs(grown), axis=1).astype(np.uint8))


def of_samples(samples: Samples, rate_hz: int) -> SoundPrint | None:
    """Of frames × channels, or mono, −1 … 1. None where there is too little to hear."""
    return _heard(samples, rate_hz, asking=False).print()


def asked(samples: Samples, rate_hz: int) -> SoundQuery | None:
    """As `of_samples`, to look for it."""
    return _heard(samples, rate_hz, asking=True).query()


def error_rate(query: SoundQuery, known: SoundPrint) -> float:
    """Share of bits that differ where the two agree best, the shorter wholly inside the longer;
    0.5 is chance, and the answer where there is nothing to compare.
    """
    best, kept = 0.5, known.words
    for phase in range(PHASES):
        words = query.words[phase::PHASES]
        short, long = sorted((words, kept), key=len)
        for offset in range(len(long) - len(short) + 1):
            wrong, count = differing(short, long[offset : offset + len(short)])
            if count >= LEAST_WORDS:
                best = min(best, wrong / (count * WORD_BITS))
    return best


def differing(one: Words, other: Words) -> tuple[int, int]:
    """Bits that differ between as many words, and the number of words silent in neither."""
    heard = (one != 0) & (other != 0)
    return int(np.bitwise_count(one[heard] ^ other[heard]).sum()), int(np.count_nonzero(heard))


def _heard(samples: Samples, rate_hz: int, *, asking: bool) -> Listener:
    listener = Listener(asking=asking)
    mono = samples if samples.ndim == 1 else samples.mean(axis=1, dtype=np.float32)
    for block in _at_rate(mono, rate_hz):
        listener.feed(block)
    return listener


def _at_rate(mono: Samples, rate_hz: int) -> Iterator[Samples]:
    if rate_hz == RATE_HZ:
        yield mono
        return
    import av

    resampler = av.AudioResampler("flt", "mono", RATE_HZ)
    for start in range(0, len(mono), 10 * rate_hz):
        block = np.nan_to_num(mono[start : start + 10 * rate_hz], posinf=0, neginf=0)
        made: Any = np.ascontiguousarray(block[None], np.float32)
        frame = av.AudioFrame.from_ndarray(made, "flt", "mono")
        frame.sample_rate = rate_hz
        yield from (part.to_ndarray()[0] for part in resampler.resample(frame))
    yield from (part.to_ndarray()[0] for part in resampler.resample(None))


def _energies(samples: Samples, count: int, hop: int) -> tuple[Samples, NDArray[np.bool_]]:
    """Of each window the logarithm of its bands' energies, and whether it can be heard at all."""
    shape, (stride,) = (count, _WINDOW), samples.strides
    windows = np.lib.stride_tricks.as_strided(samples, shape, (hop * stride, stride))
    waves = np.fft.rfft(windows * _hann(), axis=1)
    power = waves.real**2 + waves.imag**2
    bands = np.add.reduceat(power[:, : _edges()[-1]], _edges()[:-1], axis=1)
    logarithms: Samples = np.log(bands + _FLOOR).astype(np.float32)
    return logarithms, bands.sum(axis=1) > _SILENT


@cache
def _hann() -> Samples:
    return np.hanning(_WINDOW).astype(np.float32)


@cache
def _edges() -> NDArray[np.intp]:
    places = _LOW_HZ * (_HIGH_HZ / _LOW_HZ) ** (np.arange(_BANDS + 1) / _BANDS)
    return np.rint(places * _WINDOW / RATE_HZ).astype(np.intp)
