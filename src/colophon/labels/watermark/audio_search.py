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
from colophon.labels.watermark.audio_spectrum import FINE_BANDS, outstanding
from colophon.labels.watermark.audio_sync import Place, Speed
from colophon.labels.watermark.detection import Detection, Transform
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import decode_many

_WINDOW_PERIODS = 6
_OWN_PERIODS = 3
_STEP = 0.004
_STEPS = 15
_FINER = (0.002, 0.001)
_PLAIN_TRIED = 6
_TRIED = 8
_REFINED = 3
_AT_ONCE = 2
_LEAST_TRIED = 3.6
_PRESENCE = 1e-6
"""The greatest probability with which a mark whose payload was not read is spoken of."""

Array = NDArray[np.float32]

PLAIN = Speed()
_NOWHERE = Place(0.0, PLAIN, 0)
TEMPOS = tuple(1 + _STEP * turn for turn in range(-_STEPS, _STEPS + 1) if turn)
"""Hypotheses: each is looked at stretched with its pitch kept, and sped up as a tape is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``start_s``: where a period of it begins, 0 … PERIOD."""

    payload: int
    start_s: float


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
        added = np.zeros((sync.COLUMNS, FINE_BANDS + 1), np.float32)
        for start in windows:
            values = outstanding(sound[start : start + length], rate_hz)
            period = sync.folded(values, 1.0)
            added += period
            found = self._plainly(period)
            if not found and start:
                found = self._plainly(added)
            found = found or self._otherwise(values)
            if found:
                return found
        return self._traces()

    def mark_at(self, sound: Array, rate_hz: int) -> Mark | None:
        """A mark under the key, played as fast as it was marked, at the sound's beginning."""
        length = round(_OWN_PERIODS * grid.PERIOD * rate_hz)
        cells = sync.cells(sync.folded(outstanding(sound[:length], rate_hz), 1.0), 1.0)
        for place in self._places(cells, PLAIN, _PLAIN_TRIED):
            found = self._read([(cells, place)])
            if found and found.payload is not None:
                return Mark(found.payload, sync.beginning(cells, self.key, place.column))
        return None

    def _plainly(self, period: Array) -> Detection | None:
        cells = sync.cells(period, 1.0)
        return self._read([(cells, place) for place in self._places(cells, PLAIN, _PLAIN_TRIED)])

    def _otherwise(self, values: Array) -> Detection | None:
        places = []
        for tempo in TEMPOS:
            period = sync.folded(values, tempo)
            for speed in (Speed(tempo), Speed(tempo, tempo)):
                places += self._places(sync.cells(period, speed.pitch), speed, 1)
        places.sort(key=lambda place: -place.score)
        tried = [(_cells(values, place.speed), place) for place in places[:_TRIED]]
        return self._read(tried) or self._read(
            [self._refined(values, *candidate) for candidate in tried[:_REFINED]]
        )

    def _places(self, cells: Array, speed: Speed, count: int) -> list[Place]:
        places = sync.best(cells, self.key, speed, count)
        self._strongest = max([self._strongest, *places], key=lambda place: place.score)
        return [place for place in places if place.score >= _LEAST_TRIED]

    def _refined(self, values: Array, cells: Array, place: Place) -> tuple[Array, Place]:
        for step in _FINER:
            centre = place.speed
            for turn in (-step, step):
                speed = Speed(centre.tempo + turn, centre.pitch + turn * (centre.pitch != 1))
                tried = _cells(values, speed)
                for found in self._places(tried, speed, 1):
                    if found.score > place.score:
                        cells, place = tried, found
        return cells, place

    def _read(self, candidates: list[tuple[Array, Place]]) -> Detection | None:
        return self._first(candidates[:_AT_ONCE]) or self._first(candidates[_AT_ONCE:])

    def _first(self, candidates: list[tuple[Array, Place]]) -> Detection | None:
        if not candidates:
            return None
        layout = grid.layout(self.key)
        soft = [
            grid.gathered(sync.cells_from(cells, place.column), layout)
            for cells, place in candidates
        ]
        looks = self._looks * (2 * _PLAIN_TRIED + _TRIED + _REFINED)
        read = decode_many(np.stack(soft), self.key, looks)
        for decoded, (_, place) in zip(read, candidates, strict=True):
            if decoded:
                return Detection(decoded.payload, _sure(decoded.false_accept), _transform(place))
        return None

    def _traces(self) -> Detection | None:
        speeds = 2 + 2 * len(TEMPOS) + 2 * len(_FINER) * _REFINED
        chance = self._looks * sync.COLUMNS * speeds * math.exp(-(self._strongest.score**2) / 2)
        if chance > _PRESENCE:
            return None
        return Detection(None, _sure(chance), _transform(self._strongest))


def _cells(values: Array, speed: Speed) -> Array:
    return sync.cells(sync.folded(values, speed.tempo), speed.pitch)


def _sure(chance: float) -> float:
    """Never certain."""
    return 1 - max(chance, 1e-15)


def _windows(frames: int, length: int, rate_hz: int) -> list[int]:
    """Where windows start; a last piece under two seconds is left out."""
    starts = list(range(0, frames, length))
    if len(starts) > 1 and frames - starts[-1] < 2 * rate_hz:
        starts.pop()
    return starts


def _transform(place: Place) -> Transform:
    return Transform(tempo=place.speed.tempo)
