"""Codes of 256 bits found again by how few bits differ: exactly, none left out.

Two codes that differ by at most 31 of 256 bits agree in one of sixteen parts of 16 bits to within
one bit, so looking in sixteen sorted lists finds all of them; for wider searches FAISS compares
every code.

Source: Norouzi, Punjani and Fleet, Fast Exact Search in Hamming Space (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colophon.labels.fingerprint.chance import false_match
from colophon.labels.fingerprint.image import BITS
from colophon.labels.fingerprint.layers import Arrays, Layer, Layers
from colophon.labels.fingerprint.print import MATCH

BYTES = BITS // 8
FREE_BITS = 160
"""How many of PDQ's bits are taken as independent. Unrelated photos differ as if 230 were; but two
discs on black are alike without being one picture, and no count tells of that."""
MOST_HITS = 1_000
_KIND = "codes-256"
_PARTS, _PART_BITS = 16, 16
_VALUES = 1 << _PART_BITS
_FEW = 4_096
"""Codes below which all are compared."""
_LITTLE = 1 << 15
"""Comparisons for which FAISS's threads do not pay."""
_LOOSE = 8
"""Where more than one code in so many is a candidate, all are compared."""
_SHARE = 8
"""Codes of one id and place that may stand in each other's way among `MOST_HITS`."""

Codes256 = NDArray[np.uint8]
Found = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
"""Places of queries, rows, distances."""


@dataclass(frozen=True, slots=True, order=True)
class CodeHit:
    """``distance``: bits that differ. ``query``: the place of the code it was found by, such as one
    in `image.VARIANTS`. ``place``: what was given with the code. ``false_match``: an upper bound on
    the probability that chance gave this, among all codes there are.
    """

    distance: int
    id: int
    place: int
    query: int
    false_match: float


class Codes:
    """Ids (64 bits, several codes each if need be) by code. May be used from several threads."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: a snapshot to begin with. Raises FileMissing, EmptyFile, MalformedFile."""
        self._layers = Layers(_KIND, {"codes": (np.uint8, BYTES)}, _sorted, _FEW)
        self.remove, self.save = self._layers.remove, self._layers.save
        if path is not None:
            self._layers.load(path)

    def __len__(self) -> int:
        return len(self._layers)

    @property
    def new(self) -> int:
        """Codes that no snapshot holds yet."""
        return self._layers.new

    def add(self, id_: int, codes: Sequence[bytes], places: Sequence[int] | None = None) -> None:
        """Found by every search that begins afterwards. ``places``: a number below 2³² for each
        code, such as a frame's time. Raises ValueError for codes of another length.
        """
        if codes:
            given = np.asarray(places or [0] * len(codes), np.uint32)
            self._layers.add(id_, codes=_rows(codes), places=given)

    def within(self, codes: Sequence[bytes], radius: int = MATCH) -> list[CodeHit]:
        """All codes that differ from one of these by at most ``radius`` bits, the nearest first;
        of a code that several of these find, the nearest. At most `MOST_HITS`.
        """
        asked, layers = _rows(codes), self._layers.now()
        found = [_alive(layer, _near(layer, asked, radius)) for layer in layers]
        return _best(layers, found, len(asked))

    def nearest(self, code: bytes, count: int = 10) -> list[CodeHit]:
        """However far away they are."""
        asked, layers = _rows([code]), self._layers.now()
        return _best(layers, [_nearest(layer, asked, count) for layer in layers], 1)[:count]


def _rows(codes: Sequence[bytes]) -> Codes256:
    return np.frombuffer(b"".join(codes), np.uint8).reshape(len(codes), BYTES)


def _sorted(rows: Arrays) -> Arrays:
    """For each of sixteen parts the codes by its value, and where each value begins."""
    parts = np.ascontiguousarray(rows["codes"]).view("<u2")
    order = np.empty((_PARTS, len(parts)), np.uint32)
    starts = np.zeros((_PARTS, _VALUES + 1), np.uint32)
    for part in range(_PARTS):
        order[part] = np.argsort(parts[:, part], kind="stable")
        starts[part, 1:] = np.cumsum(np.bincount(parts[:, part], minlength=_VALUES))
    return {"order": order, "starts": starts}


def _near(layer: Layer, asked: Codes256, radius: int) -> Found:
    if not layer.sorted or len(layer) <= _FEW or radius >= 2 * _PARTS or not len(asked):
        return _compared(asked, layer.arrays["codes"], radius)
    found = [_near_one(layer, one, radius) for one in asked]
    query = np.repeat(np.arange(len(found)), [len(rows) for rows, _ in found])
    rows, distances = zip(*found, strict=True)
    return query, np.concatenate(rows), np.concatenate(distances)


def _near_one(
    layer: Layer, asked: Codes256, radius: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and distances."""
    codes, order, starts = (layer.arrays[name] for name in ("codes", "order", "starts"))
    values = asked.view("<u2")[:, None] ^ _changes(radius // _PARTS)
    part = np.arange(_PARTS)[:, None]
    first = starts[part, values].astype(np.int64)
    counts = (starts[part, values.astype(np.int64) + 1] - first).reshape(-1)
    total = int(counts.sum())
    if total * _LOOSE > len(codes):
        return _compared(asked[None], codes, radius)[1:]
    # Every candidate's place in its list: where the list begins, then one after another.
    inside = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    base = (first + part * len(codes)).reshape(-1)
    rows = order.reshape(-1).take(np.repeat(base, counts) + inside)
    bits = np.bitwise_count(_wide(codes).take(rows, axis=0) ^ asked.view(np.uint64))
    distance = bits @ np.ones(BYTES // 8, np.intp)
    near = np.flatnonzero(distance <= radius)
    # A code may be met in several of its parts.
    rows, once = np.unique(rows[near], return_index=True)
    return rows.astype(np.intp), distance[near[once]]


@cache
def _changes(radius: int) -> NDArray[np.uint16]:
    """What a part of 16 bits is changed by to come within 0 or 1 bit."""
    return np.array([0] + [1 << bit for bit in range(_PART_BITS)] * radius, np.uint16)


def _wide(codes: Codes256) -> NDArray[np.uint64]:
    return np.ascontiguousarray(codes).view(np.uint64)


def _compared(asked: Codes256, codes: Codes256, radius: int) -> Found:
    """All by all."""
    if len(codes) * len(asked) <= _LITTLE:
        bits = np.bitwise_count(asked.view(np.uint64)[:, None] ^ _wide(codes)[None])
        distances = bits @ np.ones(BYTES // 8, np.intp)
        query, rows = np.nonzero(distances <= radius)
        return query, rows, distances[query, rows]
    faiss: Any = import_module("faiss")
    asked, codes = np.ascontiguousarray(asked), np.ascontiguousarray(codes)
    found = faiss.RangeSearchResult(len(asked))
    given = (faiss.swig_ptr(asked), faiss.swig_ptr(codes))
    faiss.hamming_range_search(*given, len(asked), len(codes), radius + 1, BYTES, found)
    ends = faiss.rev_swig_ptr(found.lims, len(asked) + 1).astype(np.intp)
    total = int(ends[-1])
    rows = faiss.rev_swig_ptr(found.labels, total).astype(np.intp)
    distance = faiss.rev_swig_ptr(found.distances, total).astype(np.intp)
    return np.repeat(np.arange(len(asked)), np.diff(ends)), rows, distance


def _nearest(layer: Layer, asked: Codes256, count: int) -> Found:
    """Asks for more until enough are not removed."""
    codes = layer.arrays["codes"]
    if not len(codes):
        return (np.zeros(0, np.intp),) * 3
    faiss: Any = import_module("faiss")
    wanted = min(count, len(codes))
    while True:
        distance, rows = faiss.knn_hamming(asked, np.ascontiguousarray(codes), wanted)
        every = (np.zeros(wanted, np.intp), rows[0].astype(np.intp), distance[0].astype(np.intp))
        found = _alive(layer, every)
        if len(found[1]) >= count or wanted == len(codes):
            return found
        wanted = min(4 * wanted, len(codes))


def _alive(layer: Layer, found: Found) -> Found:
    if not layer.removed:
        return found
    alive = layer.alive(found[1])
    return found[0][alive], found[1][alive], found[2][alive]


def _best(layers: Sequence[Layer], found: Sequence[Found], asked: int) -> list[CodeHit]:
    hits: list[tuple[int, ...]] = []
    codes = sum(map(len, layers))
    for layer, (queries, rows, distances) in zip(layers, found, strict=True):
        order = np.argsort(distances, kind="stable")[: _SHARE * MOST_HITS]
        ids, places = (layer.arrays[name][rows] for name in ("ids", "places"))
        columns = (distances, ids, places, queries)
        hits += zip(*(column[order].tolist() for column in columns), strict=True)
    best: dict[tuple[int, int], CodeHit] = {}
    for distance, id_, place, query in sorted(hits):
        chance = false_match(distance / BITS, 0.5, FREE_BITS, codes * asked)
        best.setdefault((id_, place), CodeHit(distance, id_, place, query, chance))
    return list(best.values())[:MOST_HITS]
