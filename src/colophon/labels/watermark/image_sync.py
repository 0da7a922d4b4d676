"""Finding a mark in a picture that was cropped, scaled, turned and mirrored, nobody says how.

First the power of the picture's spectrum is laid out by angle and logarithm of frequency, where
turning and scaling the picture are mere shifts, and all of them are compared with the key's waves
at once. Of those that stand out, the pilots' phases tell which is right: they agree on one shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.detection import Transform
from colophon.labels.watermark.image_tile import HIGHEST, LOWEST, waves
from colophon.labels.watermark.key import MarkKey

Float = NDArray[np.float32]
Complex = NDArray[np.complex64]

FINE, COARSE = 0.003, 0.006
"""Steps of a search, in logarithm of scale and in radians: for whole pictures, and for parts."""
NEAREST, FARTHEST = 1.0, 0.1
"""A tile's side over the picture's short side: the greatest and the least that are looked for."""
_CLIP = 6.0
_BACKGROUND = 25
TOP = 0.47
"""The highest frequency looked at, in cycles a pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Of a plane padded to twice its size, its centre the origin, all places of like power.

    ``values``: rows from the most negative frequency down, columns from 0 across.
    """

    values: Complex
    height: int
    width: int

    def at(self, frequencies: NDArray[np.float64]) -> Complex:
        """The values at ``frequencies`` (… × 2, cycles a pixel, down and across)."""
        sign = np.where(frequencies[..., 1] < 0, -1.0, 1.0)
        down = frequencies[..., 0] * sign * self.height + self.height // 2
        across = frequencies[..., 1] * sign * self.width
        # Beyond what the picture's pixels can carry, nothing was received.
        inside = (down > 0) & (down < self.height - 2) & (across < self.values.shape[1] - 2)
        down, across = np.where(inside, down, 0), np.where(inside, across, 0)
        top, left = down.astype(np.int64), across.astype(np.int64)
        low, right = (down - top).astype(np.float32), (across - left).astype(np.float32)
        flat, base = self.values.reshape(-1), top * self.values.shape[1] + left
        upper = flat[base] * (1 - right) + flat[base + 1] * right
        base = base + self.values.shape[1]
        lower = flat[base] * (1 - right) + flat[base + 1] * right
        mixed = (upper * (1 - low) + lower * low) * inside
        turned: Complex = np.where(sign < 0, np.conj(mixed), mixed).astype(np.complex64)
        return turned


def spectrum(plane: Float) -> Spectrum:
    """The spectrum of ``plane``, a residual."""
    high, wide = plane.shape
    height, width = (2 * cv2.getOptimalDFTSize(length) for length in plane.shape)
    padded = np.zeros((height, width), np.float32)
    top, left = height // 2 - high // 2, width // 2 - wide // 2
    window = _smoothing(high, height)[:, None] * _smoothing(wide, width)
    padded[top : top + high, left : left + wide] = plane / window
    whole = np.fft.rfft2(np.fft.ifftshift(padded))
    values: Complex = np.fft.fftshift(whole, axes=0).astype(np.complex64)
    strength = np.abs(values) ** 2
    background = cv2.blur(strength, (_BACKGROUND, _BACKGROUND), borderType=cv2.BORDER_REFLECT)
    values /= np.sqrt(background + 1e-9 * float(strength.mean()) + 1e-20)
    return Spectrum(values, height, width)


def _smoothing(length: int, padded: int) -> Float:
    """What reading between the places of a spectrum in straight lines does to the plane."""
    offset = (np.arange(length) - length // 2) / padded
    return np.asarray(np.sinc(offset) ** 2, np.float32)


@dataclass(frozen=True, slots=True)
class Grid:
    """The hypotheses tried. ``first``: the lowest frequency looked at, in cycles a pixel."""

    step: float
    first: float

    @classmethod
    def of(cls, short: int, step: float) -> Grid:
        """For a picture whose short side has ``short`` pixels."""
        return cls(step, LOWEST / (NEAREST * short))

    @property
    def scales(self) -> int:
        """How many scales there are."""
        return int(np.log(NEAREST / FARTHEST) / self.step)

    @property
    def angles(self) -> int:
        """How many angles there are to a half turn."""
        return int(cv2.getOptimalDFTSize(round(np.pi / self.step)))

    @property
    def rows(self) -> int:
        """How many frequencies there are."""
        return _rows(self.step, self.scales)


def _rows(step: float, scales: int) -> int:
    return int(cv2.getOptimalDFTSize(scales + int(np.log(HIGHEST / LOWEST) / step) + 2))


def poses(
    seen: Spectrum, grid: Grid, key: MarkKey, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ``count`` likeliest of all turns, scales and mirrorings, as matrices, likeliest first.

    A wave's place in the tile times the matrix is its frequency in the plane. Beside them: by how
    many standard deviations each stands out.
    """
    table = cv2.dft(_laid_out(seen, grid))
    patterns = _patterns(key, grid.step, grid.rows, grid.angles)
    peaks = np.concatenate(
        [_peaks(table, pattern, side, grid) for side, pattern in enumerate(patterns)]
    )
    best = peaks[np.argsort(-peaks[:, 3])[:count]]
    scales = grid.first / LOWEST * np.exp(best[:, 1] * grid.step)
    angles = best[:, 2] * (np.pi / grid.angles)
    matrices = [_matrix(*pose) for pose in zip(best[:, 0], scales, angles, strict=True)]
    return np.array(matrices).reshape(-1, 2, 2), best[:, 3]


def _peaks(table: Float, pattern: Float, side: int, grid: Grid) -> NDArray[np.float64]:
    """Where ``pattern`` fits: ``side``, row, column and how well, in standard deviations."""
    product = cv2.mulSpectrums(table, pattern, 0, conjB=True)
    fits = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE)[: grid.scales]
    fits -= fits.mean(axis=1, keepdims=True)
    fits /= fits.std(axis=1, keepdims=True) + 1e-9
    row, column = np.nonzero((fits == cv2.dilate(fits, np.ones((3, 3), np.uint8))) & (fits > 2))
    return np.stack([np.full(len(row), side), row, column, fits[row, column]], axis=1)


def _matrix(mirrored: float, scale: float, angle: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    return np.asarray(scale * np.diag([1.0, -1.0 if mirrored else 1.0]) @ turn)


def power(seen: Spectrum) -> Float:
    """Power at each place, of mean 0; no place may count for many."""
    limited = np.minimum(np.abs(seen.values) ** 2, _CLIP).astype(np.float32)
    return np.asarray(limited - limited.mean(), np.float32)


def _laid_out(seen: Spectrum, grid: Grid) -> Float:
    """Power by logarithm of frequency (rows) and by angle from down to across (columns)."""
    radius = grid.first * np.exp(np.arange(grid.rows) * grid.step)
    radius = radius[radius < TOP]
    angle = np.arange(grid.angles) * (np.pi / grid.angles)
    down = np.outer(radius, np.cos(angle)) * seen.height + seen.height // 2
    across = np.outer(radius, np.sin(angle)) * seen.width
    table = np.zeros((grid.rows, grid.angles), np.float32)
    table[: len(radius)] = cv2.remap(
        power(seen), across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR
    )
    return table


@lru_cache(maxsize=8)
def _patterns(key: MarkKey, step: float, rows: int, angles: int) -> tuple[Float, Float]:
    """Where the waves of ``key`` lie in such a table, plain and mirrored, transformed."""
    found = waves(key)
    patterns = []
    for flip in (1, -1):
        table = np.zeros((rows, angles), np.float32)
        down, across = (found.places * [1, flip]).T
        row = np.log(np.hypot(down, across) / LOWEST) / step
        column = np.arctan2(across, down) % np.pi / np.pi * angles
        cells = row.round().astype(int), column.round().astype(int) % angles
        np.add.at(table, cells, found.amplitudes**2)
        patterns.append(np.asarray(cv2.dft(table)))
    return patterns[0], patterns[1]


_MOVES = np.array(
    [
        [[1, 0], [0, 1]],
        [[0, 1], [-1, 0]],
        [[1, 0], [0, -1]],
        [[0, 1], [1, 0]],
    ],
    float,
)
"""Larger, turned, stretched one way and stretched aslant: what a pose is improved by."""
_LAST_STEP = 0.0002


def refined(
    seen: Spectrum, matrix: NDArray[np.float64], key: MarkKey, step: float = 0.002
) -> NDArray[np.float64]:
    """``matrix`` moved to where the waves receive most, by ``step`` at a time at first."""
    found = waves(key)
    weights = found.amplitudes**2 / np.sum(found.amplitudes**2)

    def received(these: NDArray[np.float64]) -> NDArray[np.float64]:
        limited = np.minimum(np.abs(seen.at(found.places @ these)) ** 2, 4 * _CLIP)
        return np.asarray(limited @ weights, np.float64)

    best = float(received(matrix[None])[0])
    while step > _LAST_STEP:
        tries = matrix @ (np.eye(2) + step * np.concatenate([_MOVES, -_MOVES]))
        fits = received(tries)
        pick = int(fits.argmax())
        if fits[pick] > best:
            best, matrix = float(fits[pick]), tries[pick]
        else:
            step /= 2
    return matrix


def transform(matrix: NDArray[np.float64], half: int) -> Transform:
    """What ``matrix`` says was done to the picture; ``half``: −1 with a half turn more."""
    mirrored = bool(np.linalg.det(matrix) < 0)
    angle = np.degrees(np.arctan2(half * matrix[0, 1], half * matrix[0, 0]))
    return Transform(rotation_deg=round(float(angle) % 360, 2), mirrored=mirrored)
