"""A mark in pictures, put into their luminance, read after what pictures meet on their way.

The tile of ``image_tile`` is repeated over the picture, four times along its short side, so that
a part of the picture still holds the whole mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from colophon.errors import TooSmallToMark
from colophon.labels.watermark import (
    image_patches,
    image_read,
    image_stretch,
    image_sync,
    image_upright,
)
from colophon.labels.watermark.detection import Detection, Transform
from colophon.labels.watermark.image_mask import amplitude
from colophon.labels.watermark.image_plane import both, luma
from colophon.labels.watermark.image_tile import TILE, band, pattern
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.payload import decode_many, encode

Pixels = NDArray[np.uint8]
Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

LEAST_SIDE = 96
"""Pixels that the short side of a picture must have at least."""
_PER_SIDE = (4, 3, 2, 1)
"""How many tiles there are along the short side: as many as leave them pixels enough."""
_ENOUGH = 112
_NOISE_DB = 42.5
# Luminance made of red, green and blue, and the change of them that alters it at the least cost.
_LUMA = np.array([0.299, 0.587, 0.114])
_COLOUR = _LUMA / (_LUMA @ _LUMA)
_STRIP = 64
_LEAST_LOOK = 32
_LEAST_FIT = 4.5
_ERASURES, _ERASED = 4, 0.4
"""How often, and by how much more, an old mark is taken away that is still read."""
_SEARCHED = 640
"""Pixels of the short side at which a picture is searched at most."""
_POSES = 12
_DECODED = 4
_QUICK_LOOKS = len(_PER_SIDE) * _DECODED
_FULL_LOOKS = _QUICK_LOOKS + 3 * _DECODED


def embed(pixels: Pixels, payload: int, key: MarkKey, *, strength: float = 1.0) -> Pixels:
    """``pixels`` (height × width × 3, RGB) with ``payload`` (64 bits) in them, whatever
    mark under this key was there before.

    Raises TooSmallToMark below ``LEAST_SIDE``. ``strength``: factor of the mark's amplitude.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise TooSmallToMark(detail=f"{width} × {height} < {LEAST_SIDE} × {LEAST_SIDE}")
    before = _mark(pixels, key)
    if before is not None and before[1] == payload:
        return pixels.copy()
    change = _drawn(pixels, payload, _side(pixels), key)
    if before is None:
        return _added(pixels, change * strength)
    change -= _drawn(pixels, before[1], before[0], key)
    return _without(before, pixels, change * strength, key)


def _added(pixels: Pixels, change: Float) -> Pixels:
    marked = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(pixels), _STRIP):
        rows = slice(top, top + _STRIP)
        delta = cv2.transform(change[rows], _COLOUR[:, np.newaxis])
        marked[rows] = cv2.add(np.ascontiguousarray(pixels[rows]), delta, dtype=cv2.CV_8U)
    return marked


def _without(before: tuple[float, int], pixels: Pixels, change: Float, key: MarkKey) -> Pixels:
    """``pixels`` with ``change``, and with less of the mark ``before`` while it is still read."""
    marked = _added(pixels, change)
    side, old = before
    for _ in range(_ERASURES):
        if _mark(marked, key) != before:
            break
        change -= _drawn(pixels, old, side, key) * _ERASED
        marked = _added(pixels, change)
    return marked


def _sides(pixels: Pixels) -> list[float]:
    """The sides of tiles that a picture can have, in pixels, whose edges are still its own."""
    return [min(pixels.shape[:2]) / count for count in _PER_SIDE]


def _side(pixels: Pixels) -> float:
    sides = _sides(pixels)
    return next((side for side in sides if side >= _ENOUGH), sides[-1])


def _drawn(pixels: Pixels, payload: int, side: float, key: MarkKey) -> Float:
    """What the mark of ``payload`` adds to the luminance, its tiles ``side`` pixels large."""
    height, width = pixels.shape[:2]
    high, wide = (round(length * TILE / side) for length in (height, width))
    target = 255 * 10 ** (-_NOISE_DB / 20) / float(np.sqrt(np.mean(_COLOUR**2)))
    change = amplitude(luma(pixels, high, wide), target)
    tile = pattern(encode(payload, key), key)
    change *= np.tile(tile, (-(-high // TILE), -(-wide // TILE)))[:high, :wide]
    how = cv2.INTER_CUBIC if height >= high else cv2.INTER_AREA
    return np.asarray(cv2.resize(change, (width, height), interpolation=how), np.float32)


def _mark(pixels: Pixels, key: MarkKey) -> tuple[float, int] | None:
    """The mark that a picture has already, if so, where ``embed`` puts one: its side, its payload.

    One that was cropped or turned since stays, and the new one lies over it.
    """
    plain = image_upright.TURNS[:1]
    for side in _sides(pixels):
        lattices = image_upright.lattices(pixels, side, plain)
        if image_read.read(lattices, key)[0].fit > _LEAST_FIT:
            found = _first(lattices, plain, key, 1)
            if found is not None and found.payload is not None:
                return side, found.payload
    return None


def detect(
    pixels: Pixels, key: MarkKey, *, effort: Literal["quick", "full"] = "full"
) -> Detection | None:
    """The mark under ``key`` in ``pixels`` (height × width × 3, RGB); None where none can be read.

    ``effort``: quick finds marks in pictures re-encoded, resized, filtered, mirrored or turned by
    quarters, of which nothing was cut off; full finds them cropped and turned as well.
    """
    if min(pixels.shape[:2]) < _LEAST_LOOK:
        return None
    looks = _QUICK_LOOKS if effort == "quick" else _FULL_LOOKS
    for side in _sides(pixels):
        found = _first(image_upright.lattices(pixels, side), image_upright.TURNS, key, looks)
        if found is not None:
            return found
    return None if effort == "quick" else _searched(pixels, key, looks)


def _first(
    lattices: Complex, turns: Sequence[Transform], key: MarkKey, looks: int
) -> Detection | None:
    """The payload of those of ``lattices`` that fit best."""
    readings = image_read.read(lattices, key)
    best = sorted(range(len(turns)), key=lambda i: -readings[i].fit)[:_DECODED]
    return _decoded([(readings[i].soft, turns[i]) for i in best], key, looks)


def _decoded(
    readings: Sequence[tuple[Float, Transform]], key: MarkKey, looks: int
) -> Detection | None:
    # A plain picture gives nothing to decode.
    readings = [(soft / np.abs(soft).max(), turn) for soft, turn in readings if np.any(soft)]
    # The first is nearly always right; the others are quicker together.
    for some in (readings[:1], readings[1:]):
        if some:
            words = decode_many(np.stack([soft for soft, _ in some]), key, looks)
            for (_, turn), word in zip(some, words, strict=True):
                if word is not None:
                    return Detection(word.payload, 1 - word.false_accept, turn)
    return None


def _searched(pixels: Pixels, key: MarkKey, looks: int) -> Detection | None:
    height, width = pixels.shape[:2]
    smaller = min(1.0, _SEARCHED / min(height, width))
    high, wide = (max(1, round(length * smaller)) for length in (height, width))
    plane = both(pixels, high, wide)
    seen = image_sync.spectrum(plane)
    grid = image_sync.Grid.of(min(high, wide), image_sync.FINE)
    return (
        _posed(seen, image_sync.poses(seen, grid, key, _POSES)[0], key, looks)
        or _posed(seen, image_stretch.stretches(seen, min(high, wide), key, _POSES), key, looks)
        or _decoded(list(image_patches.readings(plane, key)), key, looks)
    )


def _posed(
    seen: image_sync.Spectrum, matrices: NDArray[np.float64], key: MarkKey, looks: int
) -> Detection | None:
    """The mark where one of ``matrices`` holds for the whole picture."""
    if not len(matrices):
        return None
    matrices = np.stack([image_sync.refined(seen, matrix, key) for matrix in matrices])
    received = np.stack([seen.at(band() @ matrix) for matrix in matrices])
    # A half turn conjugates a spectrum and leaves its power alone.
    turns = [image_sync.transform(matrix, half) for half in (1, -1) for matrix in matrices]
    return _first(np.concatenate([received, np.conj(received)]), turns, key, looks)
