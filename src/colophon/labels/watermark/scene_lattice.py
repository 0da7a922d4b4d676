"""A mark in the places of a surface's corners: how far each lies from the middle of the surface.

Distances are counted in the surface's own radius, so that moving, turning and scaling it change
nothing, and cut into bins; a bin holds one value of the code, and the corners in it stand in its
inner half for −1, in its outer half for +1. Middle and radius are those of the area, which the
order, number and precision of the corners leave alone.

A corner is moved along the surface where that changes its distance, so that the shape stays, never
further than a part of its shortest edge, and not at all on an open edge, where another surface may
touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import CODED

Points = NDArray[np.float64]
Whole = NDArray[np.int64]

WIDTHS = (0.003, 0.0015, 0.00075, 0.0004, 0.0002)
"""Of a bin, in radii. The widest moves a corner by 0.1 % of the surface's longest diagonal."""
_MARGIN = 0.12
"""Of a bin: how far inside its half a corner is put."""
_ROUNDS = 8
_ALONG_OF_EDGE, _OUT_OF_EDGE = 0.25, 0.06
"""Of its shortest edge, how far a corner moves along the surface and out of it."""
_MOST_MOVED = 0.001
"""Of the surface's diagonal."""
_LEAST_TURN = 0.25
"""Sine between the way outwards and the normal from which on a corner moves along the surface."""
_MOST_VOTES = 16
_CELLS = 1 << 20
"""Corners nearer than this part of the surface are one."""
_INNER = 0.02
_MOST_HOPS = 64
_MOST_BODIES, _LEAST_BODY = 256, 64
"""How many bodies are looked at, and how many corners one has at least."""
_GOLDEN = (5**0.5 - 1) / 2
"""Whose multiples lie evenly between whole numbers."""


@dataclass(frozen=True)
class Surface:
    """``points``: n × 3; ``faces``: m × 3 corners, which may be in one place several times."""

    points: Points
    faces: Whole

    @cached_property
    def _joined(self) -> tuple[Whole, Whole]:
        low = self.points.min(axis=0)
        extent = float(np.ptp(self.points, axis=0).max()) or 1.0
        cell = np.rint((self.points - low) * ((_CELLS - 1) / extent)).astype(np.int64)
        code = cell @ np.array([_CELLS * _CELLS, _CELLS, 1], np.int64)
        _, first, place = np.unique(code, return_index=True, return_inverse=True)
        return first, place.reshape(-1)

    def joined(self) -> tuple[Surface, Whole]:
        """Without corners in the same place, and the new number of each old corner."""
        first, place = self._joined
        faces = place[self.faces]
        flat = (faces[:, 0] == faces[:, 1]) | (faces[:, 1] == faces[:, 2])
        flat |= faces[:, 2] == faces[:, 0]
        return Surface(self.points[first], faces[~flat]), place

    def bodies(self) -> list[Surface]:
        """What hangs together by edges, each for itself, of joined corners."""
        count = len(self.points)
        root = np.arange(count)
        one, other = self.faces[:, [0, 1]].reshape(-1), self.faces[:, [1, 2]].reshape(-1)
        for _ in range(_MOST_HOPS):
            least = np.minimum(root[one], root[other])
            before = root.copy()
            for ends in (one, other):
                np.minimum.at(root, ends, least)
                np.minimum.at(root, before[ends], least)
            root = root[root]
            if np.array_equal(root, before):
                break
        return _split(self, root)

    def at(self, points: Points) -> Surface:
        """The same faces between corners at other places."""
        return Surface(points, self.faces)

    def corners(self) -> tuple[Points, Points, Points]:
        """Of each face, the three places."""
        a, b, c = (self.points[self.faces[:, number]] for number in range(3))
        return a, b, c

    def normals(self) -> Points:
        """Of faces, as long as twice their area."""
        a, b, c = self.corners()
        return np.cross(b - a, c - a)

    def middle_and_radius(self) -> tuple[Points, float]:
        """Of the area; a radius of zero where there is none."""
        origin = self.points.mean(axis=0)  # far away from zero, squares would lose the shape
        a, b, c = self.at(self.points - origin).corners()
        area = _lengths(np.cross(b - a, c - a))
        total = float(area.sum())
        if not total > 0:
            return np.zeros(3), 0.0
        middle = area @ (a + b + c) / (3 * total)
        square = sum(area @ np.einsum("ij,ij->i", one, one) for one in (a, b, c))
        radius = float(square) / (3 * total) - float(middle @ middle)
        return origin + middle, float(np.sqrt(max(radius, 0.0)))


def _lengths(vectors: Points) -> Points:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def _split(surface: Surface, root: Whole) -> list[Surface]:
    """The largest bodies, by the number that each corner of one has in common."""
    numbers, sizes = np.unique(root, return_counts=True)
    kept = numbers[np.argsort(-sizes)][:_MOST_BODIES]
    found = []
    for number in kept[np.sort(sizes)[::-1][:_MOST_BODIES] >= _LEAST_BODY]:
        inside = root == number
        place = np.cumsum(inside) - 1
        faces = surface.faces[inside[surface.faces[:, 0]]]
        found.append(Surface(surface.points[inside], place[faces]))
    return found


@dataclass(frozen=True)
class Lattice:
    """The bins of one width under a key."""

    width: float
    key: MarkKey

    def places(self, distance: Points) -> tuple[Whole, Points]:
        """The bin of each distance (in radii) and where in it, 0 … 1."""
        place = distance / self.width + _phase(self.key, self.width)
        whole = np.floor(place)
        return whole.astype(np.int64), place - whole

    def carried(self, bins: Whole) -> Whole:
        """Which value of the code each bin holds."""
        return np.asarray(_order(self.key, self.width)[bins % CODED])

    def wanted(self, distance: Points, signs: NDArray[np.int8]) -> Points:
        """The nearest distance at which a corner says what its bin is to say."""
        bins, place = self.places(distance)
        best = np.full(len(distance), np.inf)
        for step in (-1, 0, 1):
            side = np.where(signs[self.carried(bins + step)] > 0, 0.5, 0.0)
            to = np.clip(place - step, side + _MARGIN, side + 0.5 - _MARGIN) + step - place
            best = np.where(np.abs(to) < np.abs(best), to, best)
        return np.asarray(distance + best * self.width)

    def votes(self, distance: Points) -> tuple[Points, Points]:
        """For each value of the code the sum of what corners say, −1 … 1 each, and their number."""
        bins, place = self.places(distance[distance > _INNER])
        carried = self.carried(bins)
        said = -np.sin(2 * np.pi * place)
        return (
            np.asarray(np.bincount(carried, said, CODED), np.float64),
            np.bincount(carried, minlength=CODED).astype(np.float64),
        )

    def cover(self, far: list[Points], signs: NDArray[np.int8], spread: float) -> float:
        """Which share of the code's values corners at these distances would carry."""
        wanted = (self.wanted(one + _drift(len(one), spread), signs) for one in far if len(one))
        count = sum((self.votes(one)[1] for one in wanted), np.zeros(CODED))
        return float(np.mean(count > 0))


def _drift(count: int, spread: float) -> Points:
    return np.asarray(spread * (2 * (np.arange(count) * _GOLDEN % 1) - 1))


@lru_cache(maxsize=64)
def _order(key: MarkKey, width: float) -> Whole:
    return key.order(f"scene bins {width}", CODED)


@lru_cache(maxsize=64)
def _phase(key: MarkKey, width: float) -> float:
    return int.from_bytes(key.stream(f"scene phase {width}", 4), "big") / 2**32


def distances(surface: Surface) -> Points:
    """Of joined corners, in radii; none where the surface has no area."""
    middle, radius = surface.middle_and_radius()
    if not radius > 0:
        return np.zeros(0)
    return _lengths(surface.points - middle) / radius


def soft(votes: list[tuple[Points, Points]]) -> NDArray[np.float32]:
    """What several surfaces say together, as the code is decoded from."""
    total = sum(one for one, _ in votes)
    count = np.maximum(sum(number for _, number in votes), 1)
    return np.asarray(total / count * np.sqrt(np.minimum(count, _MOST_VOTES)), np.float32)


def marked(
    surface: Surface, lattice: Lattice, signs: NDArray[np.int8], *, spread: float = 0.0
) -> Points:
    """The surface's points with the mark. ``spread``: how far, in radii, corners at one distance
    are drawn apart first, so that they fill more bins."""
    joined, place = surface.joined()
    way, along = _ways(joined)
    reach, drift = _reach(joined, along), _drift(len(joined.points), spread)
    points = joined.points
    for turn in range(_ROUNDS):
        middle, radius = joined.at(points).middle_and_radius()
        if not radius > 0:
            break
        far = _lengths(points - middle)
        wanted = lattice.wanted(far / radius + (0 if turn else drift), signs) * radius
        step = np.where(far < _INNER * radius, 0, wanted - far)
        moved = points - joined.points + step[:, None] * way
        moved *= np.minimum(1, reach / np.maximum(_lengths(moved), 1e-30))[:, None]
        points = joined.points + moved
    return np.asarray(surface.points + (points - joined.points)[place])


def _reach(surface: Surface, along: NDArray[np.bool_]) -> Points:
    """How far each corner may move: not at all on an open edge or on none, little where it leaves
    the surface, so that no face is seen to tilt."""
    count = len(surface.points)
    ends = np.sort(surface.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    long = _lengths(surface.points[ends[:, 0]] - surface.points[ends[:, 1]])
    shortest = np.full(count, np.inf)
    for column in (0, 1):
        np.minimum.at(shortest, ends[:, column], long)
    code, times = np.unique(ends[:, 0] * count + ends[:, 1], return_counts=True)
    fixed = ~np.isfinite(shortest)
    fixed[code[times == 1] // count] = True
    fixed[code[times == 1] % count] = True
    most = _MOST_MOVED * float(np.linalg.norm(np.ptp(surface.points, axis=0)))
    part = np.where(along, _ALONG_OF_EDGE, _OUT_OF_EDGE)
    return np.where(fixed, 0, np.minimum(np.where(fixed, 0, shortest) * part, most))


def _ways(surface: Surface) -> tuple[Points, NDArray[np.bool_]]:
    """The way on which each corner's distance grows by one, and whether it lies in the surface."""
    normals = surface.normals()
    mean = np.zeros_like(surface.points)
    for column in range(3):
        for axis in range(3):
            weight = normals[:, axis]
            mean[:, axis] += np.bincount(surface.faces[:, column], weight, len(mean))
    mean /= np.maximum(_lengths(mean), 1e-30)[:, None]
    away = surface.points - surface.middle_and_radius()[0]
    away /= np.maximum(_lengths(away), 1e-30)[:, None]
    flat = away - np.einsum("ij,ij->i", away, mean)[:, None] * mean
    sine = _lengths(flat)
    along = sine >= _LEAST_TURN
    flat /= np.maximum(sine, _LEAST_TURN)[:, None] ** 2
    return np.where(along[:, None], flat, away), along
