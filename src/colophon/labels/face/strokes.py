"""Stroke geometry: the little path language of ``glyphs.yaml`` as polylines and pen polygons."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Point = tuple[float, float]

CURVE_STEPS = 24
LEVEL_PEN = 0.9  # level strokes a little thinner than upright ones, as in every gothic face
CORNER_COSINE = 0.93  # a turn sharper than this is a corner and gets a mitre
MITRE_FLOOR = 0.22  # below it (1 + cos of the turn) the mitre would be a spike


@dataclass(frozen=True, slots=True)
class Stroke:
    """A centre line in units, with its pen width."""

    points: tuple[Point, ...]
    pen: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Glyph:
    """Strokes of one character; ``clip`` cuts its ink at two heights."""

    advance: float
    strokes: tuple[Stroke, ...]
    clip: tuple[float, float] | None
    han: bool


@cache
def glyphs() -> dict[str, Glyph]:
    """The whole face, by character."""
    import yaml  # labels must import without it

    text = files("colophon.labels.face").joinpath("glyphs.yaml").read_text("utf-8")
    table = yaml.safe_load(text)
    pen, latin = float(table["pen"]), float(table["latin_pen"])
    face = {char: _glyph([1000, *rows], pen, han=True) for char, rows in table["han"].items()}
    face |= {char: _glyph(rows, latin, han=False) for char, rows in table["latin"].items()}
    return face


def _glyph(rows: list[str | int], pen: float, *, han: bool) -> Glyph:
    paths = [str(row) for row in rows[1:]]
    clip = None
    if paths and paths[0].startswith("clip"):
        low, high = paths.pop(0).split()[1:]
        clip = (float(low), float(high))
    if paths and paths[0].startswith("pen"):
        pen = float(paths.pop(0).split()[1])
    return Glyph(float(rows[0]), tuple(_stroke(path, pen) for path in paths), clip, han)


def _stroke(path: str, pen: float) -> Stroke:
    words = path.split()
    points: list[Point] = []
    closed = False
    while words:
        command = words.pop(0)
        if command == "Z":
            closed = True
            continue
        count = {"P": 1, "M": 2, "L": 2, "Q": 4, "C": 6, "E": 6}[command]
        numbers = [float(words.pop(0)) for _ in range(count)]
        if command == "P":
            pen = numbers[0]
        elif command == "E":
            points += _ellipse(numbers)
        elif command in "QC":
            points += _bezier([points[-1], *_pairs(numbers)])
        else:
            points += _pairs(numbers)
    if closed and _near(points[0], points[-1]):
        points.pop()
    return Stroke(tuple(points), pen, closed)


def _pairs(numbers: list[float]) -> list[Point]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _bezier(control: list[Point]) -> list[Point]:
    return [_at(control, step / CURVE_STEPS) for step in range(1, CURVE_STEPS + 1)]


def _at(control: list[Point], t: float) -> Point:
    points = control
    while len(points) > 1:
        points = [
            (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
            for a, b in itertools.pairwise(points)
        ]
    return points[0]


def _ellipse(numbers: list[float]) -> list[Point]:
    x, y, wide, high, start, end = numbers
    steps = max(8, int(abs(end - start) / 5))
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + wide * math.cos(a), y + high * math.sin(a)) for a in angles]


def _near(a: Point, b: Point) -> bool:
    return math.dist(a, b) < 1e-6  # the same point, after rounding


def shapes(glyph: Glyph) -> list[list[Point]]:
    """All ink of a glyph as polygons of one turning sense, cut level where it is clipped."""
    ink = [shape for stroke in glyph.strokes for shape in polygons(stroke)]
    if glyph.clip:
        ink = [_cut(_cut(shape, glyph.clip[0], 1), glyph.clip[1], -1) for shape in ink]
    return [shape if _area(shape) > 0 else shape[::-1] for shape in ink if shape]


def _area(shape: list[Point]) -> float:
    ends = zip(shape, [*shape[1:], shape[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in ends)


def _cut(shape: list[Point], level: float, side: int) -> list[Point]:
    """The part of a polygon below (side 1) or above (side -1) a level, y downwards."""
    kept: list[Point] = []
    for a, b in zip(shape, [*shape[1:], *shape[:1]], strict=True):
        a_in, b_in = (a[1] - level) * side >= 0, (b[1] - level) * side >= 0
        if a_in:
            kept.append(a)
        if a_in != b_in:
            share = (level - a[1]) / (b[1] - a[1])
            kept.append((a[0] + (b[0] - a[0]) * share, level))
    return kept


def polygons(stroke: Stroke) -> list[list[Point]]:
    """The pen's ink along the stroke: flat ends, mitred corners, smooth curves."""
    points = list(stroke.points) + ([stroke.points[0]] if stroke.closed else [])
    legs = [(a, b) for a, b in itertools.pairwise(points) if not _near(a, b)]
    ink = [_leg(a, b, stroke.pen) for a, b in legs]
    joints = list(itertools.pairwise(legs))
    if stroke.closed:
        joints.append((legs[-1], legs[0]))
    return ink + [_joint(first, second, stroke.pen) for first, second in joints]


def _normal(a: Point, b: Point, pen: float) -> Point:
    """Half the pen, square to the leg; thinner the more level the leg is."""
    length = math.dist(a, b)
    along, down = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    half = pen / 2 * (1 - (1 - LEVEL_PEN) * along * along)
    return -down * half, along * half


def _leg(a: Point, b: Point, pen: float) -> list[Point]:
    x, y = _normal(a, b, pen)
    return [(a[0] + x, a[1] + y), (b[0] + x, b[1] + y), (b[0] - x, b[1] - y), (a[0] - x, a[1] - y)]


def _joint(first: tuple[Point, Point], second: tuple[Point, Point], pen: float) -> list[Point]:
    """What two legs leave open on the outer side of their meeting point."""
    (ax, ay), (bx, by) = _normal(*first, pen), _normal(*second, pen)
    x, y = first[1]
    left_turn = ax * by - ay * bx < 0
    side = 1 if left_turn else -1
    ax, ay, bx, by = ax * side, ay * side, bx * side, by * side
    return [(x, y), (x + ax, y + ay), *_tip(x, y, (ax, ay), (bx, by)), (x + bx, y + by)]


def _tip(x: float, y: float, a: Point, b: Point) -> list[Point]:
    """The mitre: where the two outer edges meet; none on smooth curves and spikes."""
    cosine = (a[0] * b[0] + a[1] * b[1]) / (math.hypot(*a) * math.hypot(*b))
    if cosine > CORNER_COSINE or 1 + cosine < MITRE_FLOOR:
        return []
    cross = a[0] * b[1] - a[1] * b[0]
    squares = a[0] ** 2 + a[1] ** 2, b[0] ** 2 + b[1] ** 2
    tip_x = (squares[0] * b[1] - squares[1] * a[1]) / cross
    tip_y = (squares[1] * a[0] - squares[0] * b[0]) / cross
    return [(x + tip_x, y + tip_y)]
