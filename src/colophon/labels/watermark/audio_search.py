"""Looking through a sound for a mark: as it was marked first, then stretched or sped up.

Each window of the sound is looked at by itself, since speed may drift; what the windows say at the
speed of marking is added up too, so that a long weak sound is still read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark import audio_grid as grid
from colophon.labels.watermark import audio_sync as sync
from colophon.labels.watermark.audio_spectrum import Spectrum, outstanding
from colophon.labels.watermark.audio_sync import Place, Speed
from colophon.labels.watermark.detection import Detection, Transform
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import decode_many

_WINDOW_PERIODS = 6
_STEP = 0.004
_STEPS = 15
_FINER = (0.002, 0.001)
_PLAIN_TRIED = 4
_TRIED = 8
_LEAST_TRIED = 3.6
_PRESENCE = 1e-6
"""The greatest probability with which a mark whose payload was not read is spoken of."""

Array = NDArray[np.float32]

PLAIN = Speed()
_NOWHERE = Place(0.0, PLAIN, 0)
SPEEDS = tuple(
    Speed(1 + _STEP * turn, 1 + _STEP * turn * higher)
    for higher in (0, 1)
    for turn in range(-_STEPS, _STEPS + 1)
    if turn
)
"""Hypotheses beside ``PLAIN``: stretched with pitch kept, then sped up as a tape is."""


@dataclass(slots=True)
class Search:
    """One look through one sound."""

    key: MarkKey
    _looks: int = 1
    _strongest: Place = _NOWHERE

    def through(self, sound: Array, rate_hz: int) -> Detection | None:
        """The first payload found, else the traces, else None."""
        length = round(_WINDOW_PERIODS * grid.PERIOD * rate_hz)
        windows = _windows(len(sound), length, rate_hz)
        self._looks = len(windows)
        added = np.zeros((grid.BANDS, sync.PHASES, grid.SLOTS), np.float32)
        for start in windows:
            window = _Window(Spectrum(sound[start : start + length], rate_hz))
            cells = sync.folded(window.plain, 1.0)
            added += cells
            found = self._plainly(cells) or self._plainly(added) or self._otherwise(window)
            if found:
                return found
        return self._traces()

    def _plainly(self, cells: Array) -> Detection | None:
        return self._read([(cells, place) for place in self._places(cells, PLAIN, _PLAIN_TRIED)])

    def _otherwise(self, window: _Window) -> Detection | None:
        places = []
        for speed in SPEEDS:
            places += self._places(window.cells(speed), speed, 1)
        places.sort(key=lambda place: -place.score)
        return self._read([self._refined(window, place) for place in places[:_TRIED]])

    def _places(self, cells: Array, speed: Speed, count: int) -> list[Place]:
        places = sync.best(cells, self.key, speed, count)
        self._strongest = max([self._strongest, *places], key=lambda place: place.score)
        return [place for place in places if place.score >= _LEAST_TRIED]

    def _refined(self, window: _Window, place: Place) -> tuple[Array, Place]:
        cells = window.cells(place.speed)
        for step in _FINER:
            centre = place.speed
            for turn in (-step, step):
                pitch = centre.pitch + turn * (centre.pitch != 1)
                speed = Speed(centre.tempo + turn, pitch)
                tried = window.cells(speed)
                for found in sync.best(tried, self.key, speed, 1):
                    if found.score > place.score:
                        cells, place = tried, found
        return cells, place

    def _read(self, candidates: list[tuple[Array, Place]]) -> Detection | None:
        if not candidates:
            return None
        layout = grid.layout(self.key)
        soft = [
            grid.gathered(sync.cells_from(cells, place.column), layout)
            for cells, place in candidates
        ]
        looks = self._looks * (2 * _PLAIN_TRIED + _TRIED)
        for decoded, (_, place) in zip(
            decode_many(np.stack(soft), self.key, looks), candidates, strict=True
        ):
            if decoded:
                return Detection(decoded.payload, 1 - decoded.false_accept, _transform(place))
        return None

    def _traces(self) -> Detection | None:
        looks = self._looks * sync.COLUMNS * (2 + len(SPEEDS) + 2 * len(_FINER) * _TRIED)
        chance = looks * math.exp(-(self._strongest.score**2) / 2)
        if chance > _PRESENCE:
            return None
        return Detection(None, 1 - chance, _transform(self._strongest))


class _Window:
    """One window of the sound at any speed; only the last pitch is remembered."""

    def __init__(self, spectrum: Spectrum) -> None:
        self._spectrum = spectrum
        self.plain = outstanding(spectrum.bands())
        self._pitch = 1.0
        self._values = self.plain

    def cells(self, speed: Speed) -> Array:
        if speed.pitch == 1:
            return sync.folded(self.plain, speed.tempo)
        if speed.pitch != self._pitch:
            self._pitch = speed.pitch
            self._values = outstanding(self._spectrum.bands(speed.pitch))
        return sync.folded(self._values, speed.tempo)


def _windows(frames: int, length: int, rate_hz: int) -> list[int]:
    """Where windows start; a last piece under two seconds is left to the window before it."""
    starts = list(range(0, frames, length))
    if len(starts) > 1 and frames - starts[-1] < 2 * rate_hz:
        starts.pop()
    return starts


def _transform(place: Place) -> Transform:
    return Transform(tempo=place.speed.tempo)
