"""Marking a sound as it comes: frames of 40 ms, each scaled by what the grid says.

What goes out lies at most two frames' steps and what a chunk leaves over behind what came in.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from colophon.errors import MalformedFile, TooSmallToMark
from colophon.labels.watermark import audio_grid as grid
from colophon.labels.watermark.audio_mask import Ear, strengths
from colophon.labels.watermark.key import MarkKey

Samples = NDArray[np.float32]

LEAST_RATE_HZ = 6000
_CHECKED = 1 << 18
_LARGEST = 1e9
_BATCH = 64
"""Frames worked at once."""
_MARGIN = 40
"""Bins above the marked ones that share a critical band with one of them."""
_PARTS = 4
"""A frame's step is looked at in so many parts for sudden sounds, before which there is silence."""
_BELOW_PART = 0.08
_PART_FADE = 0.7
_TINY = 1e-20


def checked(samples: Samples) -> Samples:
    """The samples as float32. Raises MalformedFile where they are no numbers."""
    sound = np.ascontiguousarray(samples, np.float32)
    if sound.ndim != 2 or sound.shape[1] == 0:
        raise MalformedFile(file="audio", detail=f"shape {sound.shape}")
    for start in range(0, len(sound), _CHECKED):
        if not float(np.abs(sound[start : start + _CHECKED]).max()) < _LARGEST:
            raise MalformedFile(file="audio", detail=f"NaN, ≥ {_LARGEST:.0e}")
    return sound


class Scaler:
    """Scales the cells of a sound given piece by piece by ``signs``, SLOTS × BANDS, as strongly as
    nobody hears; as much comes out as went in, at most 80 ms later.

    Raises TooSmallToMark below 6000 Hz, MalformedFile where a chunk holds no numbers or another
    number of channels.
    """

    def __init__(self, signs: grid.Signs, rate_hz: int, channels: int) -> None:
        if rate_hz < LEAST_RATE_HZ:
            raise TooSmallToMark(detail=f"{rate_hz} Hz")
        self._step = step = round(rate_hz / grid.FRAMES_PER_SECOND)
        self._channels = channels
        self._window = _window(step)
        hertz = np.arange(1, step, dtype=np.float64) * (rate_hz / (2 * step))
        bands = np.floor((hertz - grid.LOW_HZ) / grid.BAND_HZ).astype(np.intp)
        first, after = np.searchsorted(bands, (0, grid.BANDS))
        self._marked = slice(int(first), min(int(after), int((hertz < 0.48 * rate_hz).sum())))
        self._signs = signs[:, bands[self._marked]]
        self._reach = min(self._marked.stop + _MARGIN, hertz.size)
        self._ear = Ear.at(hertz[: self._reach])
        self._frame = 0
        self._before = np.zeros((1, self._reach))
        self._tail = np.zeros((channels, step), np.float32)
        self._waiting = np.zeros((channels, step), np.float32)
        self._limit = _Limit(step)
        self._primed = False

    def feed(self, chunk: Samples) -> Samples:
        """The next samples out, frames × channels, for the next samples in."""
        sound = checked(chunk)
        if sound.shape[1] != self._channels:
            raise MalformedFile(file="audio", detail=f"{sound.shape[1]} ≠ {self._channels}")
        self._waiting = np.concatenate([self._waiting, sound.T], axis=1)
        done = [self._next() for _ in range(self._ready())]
        return _joined(done, self._channels)

    def finish(self) -> Samples:
        """The rest; the stream is at its end."""
        held = self._waiting.shape[1]
        left = held if self._primed else held - self._step
        needed = (-(-held // self._step) + 2) * self._step
        rest = self.feed(np.zeros((needed - held, self._channels), np.float32))
        return rest[:left]

    def _ready(self) -> int:
        frames = self._waiting.shape[1] // self._step - 2
        return -(-max(frames, 0) // _BATCH)

    def _next(self) -> Samples:
        step = self._step
        count = min(self._waiting.shape[1] // step - 2, _BATCH)
        sound = self._waiting[:, : (count + 2) * step]
        self._waiting = self._waiting[:, count * step :]
        halves = self._changes(sound, count)
        first, second = halves[:, :, :step], halves[:, :, step:]
        before = np.concatenate([self._tail[:, np.newaxis], second[:, :-1]], axis=1)
        self._tail = second[:, -1]
        change = (before + first).reshape(len(sound), -1)
        host = sound[:, : count * step]
        marked = host + self._limit(host, change)
        marked = np.where(np.abs(host) <= 1, np.clip(marked, -1, 1), marked)
        if not self._primed:
            self._primed = True
            marked = marked[:, step:]
        return np.ascontiguousarray(marked.T)

    def _changes(self, sound: Samples, count: int) -> Samples:
        step = self._step
        pieces = sound.reshape(len(sound), count + 2, step)
        frames = np.concatenate([pieces[:, :-1], pieces[:, 1:]], axis=2) * self._window
        spectrum = _spectra(frames)
        squares = spectrum[0, ..., 0] ** 2 + spectrum[0, ..., 1] ** 2
        for channel in spectrum[1:]:
            squares += channel[..., 0] ** 2 + channel[..., 1] ** 2
        whole = squares[:count].sum(axis=1, dtype=np.float64)
        power = squares[:, : self._reach].astype(np.float64)
        around = np.concatenate([self._before, self._ear.smoothed(power)])
        self._before = around[count : count + 1]
        spectrum, power = spectrum[:, :count], power[:count]
        slots = (self._frame + np.arange(count)) // grid.SLOT_FRAMES % grid.SLOTS
        self._frame += count
        gains = strengths(power, around, whole, self._marked).astype(np.float32)
        gains *= self._signs[slots]
        scaled = np.zeros_like(spectrum)
        scaled[:, :, self._marked] = spectrum[:, :, self._marked] * gains[..., np.newaxis]
        return _frames(scaled) * self._window


class Stream(Scaler):
    """Marks a sound given piece by piece as ``Scaler`` does; what goes out in all is what
    ``embed`` gives for a sound without a mark.
    """

    def __init__(self, payload: int, key: MarkKey, rate_hz: int, channels: int) -> None:
        super().__init__(grid.signs(payload, key), rate_hz, channels)


def _spectra(frames: Samples) -> Samples:
    """Channels × frames × bins × real and imaginary part. The first and the last bin are left out:
    neither is heard.
    """
    channels, count, size = frames.shape
    packed = cv2.dft(frames.reshape(-1, size), flags=cv2.DFT_ROWS)
    parts: Samples = packed[:, 1:-1].reshape(channels, count, -1, 2)
    return parts


def _frames(spectra: Samples) -> Samples:
    """What ``_spectra`` takes apart."""
    channels, count, bins, _ = spectra.shape
    packed = np.zeros((channels * count, 2 * bins + 2), np.float32)
    packed[:, 1:-1] = spectra.reshape(channels * count, -1)
    flags = cv2.DFT_INVERSE | cv2.DFT_ROWS | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE
    frames: Samples = cv2.dft(packed, flags=flags).reshape(channels, count, -1)
    return frames


def _window(step: int) -> Samples:
    """Squares of neighbours, ``step`` apart, add up to one; the lobes fall off steeply."""
    rising = np.sin(np.pi * (np.arange(2 * step) + 0.5) / (2 * step))
    return np.sin(np.pi / 2 * rising**2).astype(np.float32)


class _Limit:
    """Keeps the change below the sound within every few milliseconds, so that nothing is heard
    before a sudden sound. What was just heard hides it for a while longer.
    """

    def __init__(self, step: int) -> None:
        edges = np.round(np.arange(_PARTS + 1) * step / _PARTS).astype(np.intp)
        self._step = step
        self._starts = edges[:-1]
        self._part = np.repeat(np.arange(_PARTS), np.diff(edges))
        self._share = (np.arange(step) - edges[self._part]) / np.diff(edges)[self._part]
        self._heard = 0.0
        self._gain = 1.0

    def __call__(self, host: Samples, change: Samples) -> Samples:
        count = host.shape[1] // self._step
        starts = (np.arange(count)[:, np.newaxis] * self._step + self._starts).ravel()
        sound, added = _energies(host, starts), _energies(change, starts)
        gains = np.empty(starts.size + 1)
        gains[0] = self._gain
        for part, (value, more) in enumerate(zip(sound, added, strict=True), 1):
            self._heard = max(value, _PART_FADE * self._heard)
            room = _BELOW_PART * self._heard
            gains[part] = 1.0 if more <= room else math.sqrt(room / more)
        self._gain = float(gains[-1])
        begin = gains[:-1].reshape(count, _PARTS)[:, self._part]
        end = gains[1:].reshape(count, _PARTS)[:, self._part]
        ramp = (begin + (end - begin) * self._share).astype(np.float32)
        return change * ramp.ravel()


def _energies(samples: Samples, starts: NDArray[np.intp]) -> list[float]:
    squares = samples[0] ** 2
    for channel in samples[1:]:
        squares += channel**2
    energies: list[float] = np.add.reduceat(squares, starts).tolist()
    return energies


def _joined(pieces: list[Samples], channels: int) -> Samples:
    if not pieces:
        return np.zeros((0, channels), np.float32)
    return np.concatenate(pieces)
