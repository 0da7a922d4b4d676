"""Finding a mark in a picture that was taken aslant or bent, so that no one pose holds for it all.

Parts of it are searched each for itself. What neighbouring parts agree upon is taken for true,
and what the parts then read, each under its own pose and shift, is added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark import image_read, image_sync
from colophon.labels.watermark.detection import Transform
from colophon.labels.watermark.image_sync import Grid, Spectrum
from colophon.labels.watermark.image_tile import band
from colophon.labels.watermark.key import MarkKey

Float = NDArray[np.float32]
Doubles = NDArray[np.float64]

_SHARE = 0.34
"""Of the picture's height and width: a part."""
_ALONG = 5
_KEPT = 16
_ALIKE = 0.07
"""By how much the poses of two parts of one picture may differ."""
_CHANCE = 3.0
"""What stands out by fewer standard deviations counts for nothing."""
_SEEDS = 2
_LEAST_FIT = 3.5
_NEAR_STEP, _FAR_STEP = 0.004, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Poses:
    """Hypotheses for all parts. ``part``: which part each is for; ``score``: how well it fits."""

    parts: list[Spectrum]
    matrices: Doubles
    part: NDArray[np.int64]
    score: Doubles


def readings(plane: Float, key: MarkKey) -> Iterator[tuple[Float, Transform]]:
    """Soft values of ``plane``, a residual, and the pose they suppose; the likeliest come first."""
    found = _poses(plane, key)
    if not len(found.part):
        return
    like, sign = _likeness(found.matrices)
    votes = _votes(found, like)
    open_ = np.ones(len(votes), bool)
    for _ in range(_SEEDS):
        seed = int(np.where(open_, votes, -1).argmax())
        open_ &= ~like[seed]
        matrices = _refined(found, seed, like[seed], sign[seed], key)
        received = np.stack(
            [seen.at(band() @ matrix) for seen, matrix in zip(found.parts, matrices, strict=True)]
        )
        # A half turn conjugates a spectrum and leaves its power alone.
        for half, lattices in ((1, received), (-1, np.conj(received))):
            soft = _added_up(image_read.read(lattices, key))
            yield soft, image_sync.transform(found.matrices[seed], half)


def _poses(plane: Float, key: MarkKey) -> _Poses:
    grid = Grid.of(min(plane.shape), image_sync.COARSE)
    parts = [image_sync.spectrum(part) for part in _parts(plane)]
    found = [image_sync.poses(seen, grid, key, _KEPT) for seen in parts]
    return _Poses(
        parts,
        np.concatenate([matrices for matrices, _ in found]),
        np.repeat(np.arange(len(parts)), [len(scores) for _, scores in found]),
        np.concatenate([np.maximum(scores - _CHANCE, 0) for _, scores in found]),
    )


def _parts(plane: Float) -> Iterator[Float]:
    high, wide = (int(length * _SHARE) for length in plane.shape)
    for i in range(_ALONG):
        top = (plane.shape[0] - high) * i // (_ALONG - 1)
        for j in range(_ALONG):
            left = (plane.shape[1] - wide) * j // (_ALONG - 1)
            yield plane[top : top + high, left : left + wide]


def _likeness(matrices: Doubles) -> tuple[NDArray[np.bool_], Doubles]:
    """Which hypotheses are about the same, and whether up to a half turn (−1)."""
    size = np.abs(matrices).max(axis=(1, 2))[:, None]
    same = np.abs(matrices[:, None] - matrices).max(axis=(2, 3)) / size
    turned = np.abs(matrices[:, None] + matrices).max(axis=(2, 3)) / size
    return np.minimum(same, turned) < _ALIKE, np.where(same <= turned, 1.0, -1.0)


def _votes(found: _Poses, like: NDArray[np.bool_]) -> Doubles:
    """What all parts say for each hypothesis, each part by the best of its own that is like it."""
    votes = np.zeros(len(found.part))
    for part in range(len(found.parts)):
        own = found.part == part
        votes += np.where(like[:, own], found.score[own], 0).max(axis=1, initial=0)
    return votes


def _refined(
    found: _Poses, seed: int, like: NDArray[np.bool_], sign: Doubles, key: MarkKey
) -> list[Doubles]:
    """The pose of each part: its own that is like the seed's, or else from the seed's on."""
    refined = []
    for part, seen in enumerate(found.parts):
        own = np.nonzero(like & (found.part == part))[0]
        if len(own):
            best = own[found.score[own].argmax()]
            near, step = found.matrices[best] * sign[best], _NEAR_STEP
        else:
            near, step = found.matrices[seed], _FAR_STEP
        refined.append(image_sync.refined(seen, near, key, step))
    return refined


def _added_up(readings: list[image_read.Reading]) -> Float:
    """The soft values of all parts, each as far as its shift is sure."""
    weights = np.array([max(reading.fit - _LEAST_FIT, 0.0) for reading in readings])
    return np.asarray(weights @ np.stack([reading.soft for reading in readings]), np.float32)
