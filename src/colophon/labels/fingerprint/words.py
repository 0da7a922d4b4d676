"""Texts found again by the shingles they share: forty-two bands of three hashes find
candidates, all hashes together judge them.

Source: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4; Li and König, b-Bit
Minwise Hashing (2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.fingerprint.chance import false_match
from colophon.labels.fingerprint.layers import Arrays, Layer, Layers
from colophon.labels.fingerprint.text import HASHES, TextPrint

MATCH = 0.35
"""Share of shingles from which a text is taken for a version of another."""
STRANGERS = 0.05
"""Share of shingles that texts of one kind may have in common by their phrases."""
MOST_HITS = 1_000
_KIND = "texts-42"
_BANDS, _ROWS = 42, 3
_BYTE = 1 / 256
"""How often the low bytes of two different hashes are the same."""
_MOST_CANDIDATES = 20_000
_LOOSE = 4_096
"""Texts that may lie unsorted."""


@dataclass(frozen=True, slots=True, order=True)
class TextHit:
    """``alike``: the estimated share of shingles in both texts. ``false_match``: an upper bound on
    the probability that one of all texts there are has as much in common by chance, if strangers
    share `STRANGERS`."""

    alike: float
    id: int
    place: int
    false_match: float


class Texts:
    """Ids (64 bits) by text. May be used from several threads."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: a snapshot to begin with. Raises FileMissing, EmptyFile, MalformedFile."""
        columns = {"bands": (np.uint32, _BANDS), "lows": (np.uint8, HASHES)}
        self._layers = Layers(_KIND, columns, _sorted, _LOOSE)
        self.remove, self.save = self._layers.remove, self._layers.save
        if path is not None:
            self._layers.load(path)

    def __len__(self) -> int:
        return len(self._layers)

    @property
    def new(self) -> int:
        """Texts that no snapshot holds yet."""
        return self._layers.new

    def add(self, id_: int, print_: TextPrint, place: int = 0) -> None:
        """Found by every search that begins afterwards."""
        numbers = print_.numbers
        places = np.array([place], np.uint32)
        self._layers.add(id_, bands=_bands(numbers)[None], lows=_lows(numbers), places=places)

    def find(self, print_: TextPrint, least: float = MATCH) -> list[TextHit]:
        """Texts that have at least this share of shingles in common with it, the most first. With
        half in common a text is a candidate in 99.6 of 100 cases, with 40 % in 94, with 35 % in 84."""
        layers = self._layers.now()
        texts, draws = sum(map(len, layers)), min(HASHES, print_.shingles)
        hits = set()  # a text that was added twice is one
        for layer in layers:
            for id_, place, same in _same(layer, print_.numbers):
                share = max(0.0, (same / HASHES - _BYTE) / (1 - _BYTE))
                if share >= least:
                    chance = false_match(share, STRANGERS, draws, texts)
                    hits.add(TextHit(share, id_, place, chance))
        return sorted(hits, reverse=True)[:MOST_HITS]


def _bands(numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    # Multiply and fold, again and again: the upper half depends on all three.
    mixed = np.zeros(_BANDS, np.uint64)
    for column in numbers[: _BANDS * _ROWS].reshape(_BANDS, _ROWS).T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _lows(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return (numbers & 0xFF).astype(np.uint8)


def _sorted(rows: Arrays) -> Arrays:
    """For each band the texts by its value, and the values in that order."""
    bands = rows["bands"]
    order = np.argsort(bands, axis=0, kind="stable").T.astype(np.uint32)
    keys = np.take_along_axis(bands.T, order.astype(np.int64), axis=1)
    return {"order": np.ascontiguousarray(order), "keys": np.ascontiguousarray(keys)}


def _same(layer: Layer, numbers: NDArray[np.uint32]) -> list[tuple[int, int, int]]:
    """Of each candidate its id, its place, and how many hashes agree."""
    rows = _candidates(layer, _bands(numbers))
    rows = rows[layer.alive(rows)] if layer.removed else rows
    same = (layer.arrays["lows"][rows] == _lows(numbers)).sum(axis=1)
    columns: tuple[NDArray[Any], ...] = (
        layer.arrays["ids"][rows],
        layer.arrays["places"][rows],
        same,
    )
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _candidates(layer: Layer, bands: NDArray[np.uint32]) -> NDArray[np.intp]:
    if not layer.sorted:
        return np.flatnonzero((layer.arrays["bands"] == bands).any(axis=1))
    rows = []
    for band, value in enumerate(bands):
        first, last = (
            int(np.searchsorted(layer.arrays["keys"][band], value, side))
            for side in ("left", "right")
        )
        rows.append(layer.arrays["order"][band, first : min(last, first + _MOST_CANDIDATES)])
    return np.unique(np.concatenate(rows)).astype(np.intp)
