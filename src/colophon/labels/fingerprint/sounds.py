"""Sounds found again by words they have in common: a sorted list of all words finds where, the
bits of all words around judge.

Each word that is looked for is also tried with its closest bits turned over, since those are the
ones that codecs and rooms turn.

Source: Haitsma and Kalker, A Highly Robust Audio Fingerprinting System (ISMIR 2002), 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.fingerprint import audio
from colophon.labels.fingerprint.audio import (
    FREE_BITS,
    HOP,
    LEAST_WORDS,
    PHASES,
    RATE_HZ,
    WORD_BITS,
    SoundPrint,
    SoundQuery,
)
from colophon.labels.fingerprint.chance import false_match
from colophon.labels.fingerprint.layers import Arrays, Layer, Layers

SURE = 1e-6
"""Above this probability of chance a match is not told."""
MOST_HITS = 1_000
_KIND = "sounds-32"
_CHUNK = 64
"""Words that lie in one row, 8 seconds."""
_TURNED = 6
"""Closest bits that are tried both ways."""
_MOST_WORDS = 1_024
"""Words that are looked for, spread over the sound, 128 seconds' worth where it is longer."""
_MOST_CANDIDATES = 1 << 18
_FEW = 16
"""Places of one word that are looked at; words that are everywhere tell nothing."""
_BLOCK = 1 << 14
_MIDDLE = 1 << 31
_CHANCE = 0.49
_LOOSE = 512
"""Rows that may lie unsorted."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SoundHit:
    """``start_s``: where in the known sound the one that was looked for begins; negative where it
    begins earlier. ``error``: share of bits that differ. ``seconds``: how much was compared.
    ``false_match``: an upper bound on the probability that chance gave this.
    """

    id: int
    place: int
    start_s: float
    error: float
    seconds: float
    false_match: float

    @property
    def rank(self) -> tuple[float, float]:
        """The least is the surest."""
        return self.false_match, self.error


class Sounds:
    """Ids (64 bits) by sound. May be used from several threads."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: a snapshot to begin with. Raises FileMissing, EmptyFile, MalformedFile."""
        columns = {"words": (np.uint32, _CHUNK), "starts": (np.uint32, 0)}
        self._layers = Layers(_KIND, columns, _sorted, _LOOSE)
        self.remove, self.save = self._layers.remove, self._layers.save
        if path is not None:
            self._layers.load(path)

    def __len__(self) -> int:
        """Rows of 8 seconds."""
        return len(self._layers)

    @property
    def new(self) -> int:
        """Rows of 8 seconds that no snapshot holds yet."""
        return self._layers.new

    def add(self, id_: int, print_: SoundPrint, place: int = 0) -> None:
        """Found by every search that begins afterwards."""
        words = print_.words
        rows = np.zeros((-(-len(words) // _CHUNK), _CHUNK), np.uint32)
        rows.reshape(-1)[: len(words)] = words
        starts = np.arange(len(rows), dtype=np.uint32) * _CHUNK
        places = np.full(len(rows), place, np.uint32)
        self._layers.add(id_, words=rows, starts=starts, places=places)

    def find(self, query: SoundQuery, most: float = audio.MATCH) -> list[SoundHit]:
        """Sounds that share a part with it in which at most this share of bits differ, the surest
        first."""
        layers = self._layers.now()
        tried, asked = _tried(query)
        tries = sum(map(len, layers)) * _CHUNK * PHASES
        best: dict[tuple[int, int], SoundHit] = {}
        for layer in layers:
            met = _met(layer, tried, asked)
            hits = _laid(layer, query, met).hits(most, tries) if len(met[0]) else []
            for hit in hits:
                before = best.setdefault((hit.id, hit.place), hit)
                if hit.rank < before.rank:
                    best[hit.id, hit.place] = hit
        return sorted(best.values(), key=lambda hit: hit.rank)[:MOST_HITS]


@dataclass(frozen=True, slots=True)
class _Laid:
    """``offsets``: in quarters of a hop; ``wrong``: bits that differ; ``words``: compared."""

    ids: NDArray[np.uint64]
    places: NDArray[np.uint32]
    offsets: Numbers
    wrong: Numbers
    words: Numbers

    def hits(self, most: float, tries: int) -> Iterator[SoundHit]:
        errors = self.wrong / np.maximum(1, self.words * WORD_BITS)
        good = np.flatnonzero((self.words >= LEAST_WORDS) & (errors <= min(most, _CHANCE)))
        for at in good.tolist():
            error, words = float(errors[at]), int(self.words[at])
            chance = false_match(error, 0.5, FREE_BITS * words, tries)
            if chance <= SURE:
                start = round(int(self.offsets[at]) * HOP / PHASES / RATE_HZ, 3)
                ids = int(self.ids[at]), int(self.places[at])
                yield SoundHit(*ids, start, error, words * HOP / RATE_HZ, chance)


def _sorted(rows: Arrays) -> Arrays:
    """All words that are not silent in order, and where each lies."""
    words = rows["words"].reshape(-1)
    heard = np.flatnonzero(words)
    order = heard[np.argsort(words[heard], kind="stable")]
    return {"keys": words[order], "order": order.astype(np.uint64)}


def _tried(query: SoundQuery) -> tuple[NDArray[np.uint32], Numbers]:
    """Words to look for, and which of the query's each stands for."""
    heard = np.flatnonzero(query.words)
    step = max(1, -(-len(heard) // (_MOST_WORDS * PHASES)))
    heard = heard[::step]
    bits = np.uint32(1) << query.weak[heard, :_TURNED].astype(np.uint32)
    turned = bits @ _subsets()
    words = query.words[heard][:, None] ^ turned
    return words.reshape(-1), np.repeat(heard, words.shape[1])


@cache
def _subsets() -> NDArray[np.uint32]:
    every = np.arange(1 << _TURNED)
    return (every >> np.arange(_TURNED)[:, None] & 1).astype(np.uint32)


def _met(
    layer: Layer, tried: NDArray[np.uint32], asked: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Rows and columns where a word lies, and the query's word."""
    keys, order = _keys(layer)
    first = np.searchsorted(keys, tried, "left")
    counts = np.minimum(np.searchsorted(keys, tried, "right") - first, _FEW)
    some = np.flatnonzero(counts)
    some = some[np.cumsum(counts[some]) <= _MOST_CANDIDATES]
    first, counts = first[some], counts[some]
    inside = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    at = order[np.repeat(first, counts) + inside].astype(np.int64)
    rows, columns, found = at // _CHUNK, at % _CHUNK, np.repeat(asked[some], counts)
    if layer.removed:
        alive = layer.alive(rows)
        rows, columns, found = rows[alive], columns[alive], found[alive]
    return rows, columns, found


def _keys(layer: Layer) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    arrays = layer.arrays if layer.sorted else _sorted(layer.arrays)
    return arrays["keys"], arrays["order"]


def _laid(layer: Layer, query: SoundQuery, met: tuple[Numbers, Numbers, Numbers]) -> _Laid:
    """Each way to lay the query over a known sound, judged over all of the sound's rows in which a
    word was met."""
    rows, columns, found = met
    # The query's word at the row's first column, and so each alignment of a row once.
    pairs = np.unique(rows << 32 | (found - columns * PHASES + _MIDDLE))
    rows, begins = pairs >> 32, (pairs & 0xFFFFFFFF) - _MIDDLE
    wrong, words = _differing(layer, query, rows, begins)
    arrays = layer.arrays
    offsets = arrays["starts"][rows].astype(np.int64) * PHASES - begins
    keys = (arrays["starts"][rows], offsets, arrays["places"][rows], arrays["ids"][rows])
    order = np.lexsort(keys)
    starts, offsets, places, ids = (key[order] for key in keys)
    first = _changes(offsets, places, ids)
    # A row that was added twice counts once.
    once = _changes(starts, offsets, places, ids)
    at = np.flatnonzero(first)
    sums = (np.add.reduceat(one[order] * once, at) for one in (wrong, words))
    return _Laid(ids[at], places[at], offsets[at], *sums)


def _changes(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a row differs from the one before."""
    other = np.ones(len(columns[0]), bool)
    other[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return other


def _differing(
    layer: Layer, query: SoundQuery, rows: Numbers, begins: Numbers
) -> tuple[Numbers, Numbers]:
    """Of each row, laid at this word of the query: bits that differ, words compared."""
    wrong, count = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    steps = np.arange(_CHUNK) * PHASES
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        at = begins[part, None] + steps
        inside = (at >= 0) & (at < len(query.words))
        asked = np.where(inside, query.words[np.where(inside, at, 0)], 0)
        known = layer.arrays["words"][rows[part]]
        both = (asked != 0) & (known != 0)
        wrong[part] = (np.bitwise_count(asked ^ known) * both).sum(axis=1, dtype=np.int64)
        count[part] = both.sum(axis=1)
    return wrong, count
