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
from colophon.labels.watermark.image_plane import both, luma, reduced
from colophon.labels.watermark.image_tile import TILE, band, pattern
from colophon.labels.watermark.image_upright import Upright
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
_NEUTRAL = np.ones(3)
_STRIP = 64
_LEAST_LOOK = 32
_LEAST_POWER = 0.15
"""Of the mark over the noise: a quarter of what can be decoded."""
_ERASURES, _ERASED = 4, 0.4
"""How often, and by how much more, an old mark is taken away that is still read."""
_SEARCHED = 640
"""Pixels of the short side at which a picture is searched at most."""
_LONGEST = 3
"""Of the picture that is searched: its long side over its short side."""
_POSES = 12
_DECODED = 4
_QUICK_LOOKS = len(_PER_SIDE) * _DECODED
_FULL_LOOKS = _QUICK_LOOKS + 3 * _DECODED


def embed(pixels: Pixels, payload: int, key: MarkKey, *, strength: float = 1.0) -> Pixels:
    """``pixels`` (height × width × 3, RGB) with ``payload`` (64 bits) in them.

    A mark under this key that was put there before, and whose picture was not cropped or turned
    since, gives way. ``strength``: factor of the new mark's amplitude. Raises TooSmallToMark where
    the short side has fewer than ``LEAST_SIDE`` pixels.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise TooSmallToMark(detail=f"{width} × {height} < {LEAST_SIDE} × {LEAST_SIDE}")
    small = reduced(pixels)
    before = _mark(small, key)
    if before is not None and before[1] == payload:
        return pixels.copy()
    change = _drawn(small, (height, width), _count(min(height, width)), payload, key)
    if before is None:
        change *= strength
        return _added(pixels, change, _colour(small))
    change -= _drawn(small, (height, width), *before, key)
    change *= strength
    marked = _added(pixels, change, _colour(small))
    for _ in range(_ERASURES):
        if _mark(reduced(marked), key) != before:
            break
        change -= _drawn(small, (height, width), *before, key) * _ERASED
        marked = _added(pixels, change, _colour(small))
    return marked


def _colour(small: Pixels) -> NDArray[np.float64]:
    """What the mark adds to red, green and blue; a picture without colours stays so."""
    red, green, blue = cv2.split(small)
    return _NEUTRAL if np.array_equal(red, green) and np.array_equal(green, blue) else _COLOUR


def _added(pixels: Pixels, change: Float, colour: NDArray[np.float64]) -> Pixels:
    marked = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(pixels), _STRIP):
        rows = slice(top, top + _STRIP)
        delta = cv2.transform(change[rows], colour[:, np.newaxis])
        marked[rows] = cv2.add(np.ascontiguousarray(pixels[rows]), delta, dtype=cv2.CV_8U)
    return marked


def _count(short: int) -> int:
    """How many tiles there are to be along a short side of ``short`` pixels."""
    return next((count for count in _PER_SIDE if short >= count * _ENOUGH), _PER_SIDE[-1])


def _drawn(small: Pixels, size: tuple[int, int], count: int, payload: int, key: MarkKey) -> Float:
    """What a mark adds to the luminance of a picture of ``size`` that looks like ``small``.

    ``count``: of tiles along the short side.
    """
    high, wide = (round(length * TILE * count / min(size)) for length in size)
    target = 255 * 10 ** (-_NOISE_DB / 20) / float(np.sqrt(np.mean(_colour(small) ** 2)))
    change = amplitude(luma(small, high, wide), target)
    tile = pattern(encode(payload, key), key)
    change *= np.tile(tile, (-(-high // TILE), -(-wide // TILE)))[:high, :wide]
    how = cv2.INTER_CUBIC if size[0] >= high else cv2.INTER_AREA
    return np.asarray(cv2.resize(change, size[::-1], interpolation=how), np.float32)


def _mark(small: Pixels, key: MarkKey) -> tuple[int, int] | None:
    """The mark that is already where ``embed`` puts one: how many tiles along, and its payload.

    One that was cropped or turned since stays, and the new one lies over it.
    """
    plain, upright = image_upright.TURNS[:1], Upright.of(small)
    for count in _PER_SIDE:
        found = _first(image_upright.lattices(upright, count, plain), plain, key, 1)
        if found is not None and found.payload is not None:
            return count, found.payload
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
    small = reduced(pixels)
    upright = Upright.of(small)
    for count in _PER_SIDE:
        found = _first(image_upright.lattices(upright, count), image_upright.TURNS, key, looks)
        if found is not None:
            return found
    return None if effort == "quick" else _searched(small, key, looks)


def _first(
    lattices: Complex, turns: Sequence[Transform], key: MarkKey, looks: int
) -> Detection | None:
    """The payload of those of ``lattices`` that fit best."""
    readings = image_read.read(lattices, key)
    hopeful = [i for i in range(len(turns)) if readings[i].power > _LEAST_POWER]
    best = sorted(hopeful, key=lambda i: -readings[i].fit)[:_DECODED]
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
    pixels = _middle(pixels)
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


def _middle(pixels: Pixels) -> Pixels:
    """What is searched of a very long picture."""
    most = _LONGEST * min(pixels.shape[:2])
    top, left = (max(0, (length - most) // 2) for length in pixels.shape[:2])
    return pixels[top : top + most, left : left + most]


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
