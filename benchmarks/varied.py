"""Two hundred varied pictures, made the same way each time, and a label measured from outside.

Nothing here uses what draws the label: the ink is found again in the pixels of the result.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

NAMES = ("astronaut", "chelsea", "coffee", "rocket", "camera", "moon", "page", "text", "coins")
NAMES += ("brick", "grass", "gravel", "clock", "cell", "horse", "hubble_deep_field", "retina")
SIDES = (64, 96, 160, 240, 360, 512, 640, 800, 1024, 1280, 96, 1600, 4000)
SHAPES = (1.0, 4 / 3, 3 / 4, 16 / 9, 9 / 16, 2.4)
FORMS: tuple[tuple[str, dict[str, int]], ...] = (
    ("PNG", {"compress_level": 1}),
    ("JPEG", {"quality": 90}),
    ("WEBP", {"quality": 80, "method": 0}),
    ("JPEG", {"quality": 60}),
)
CHANGED = 40
"""Steps of 0 to 255 by which a pixel must differ to belong to the label."""
AROUND = 2
"""Pixels beside the label that are looked at with it, at least."""
READING_HEIGHT, WHITE = 48, 128
SPECK = 0.06
"""Of the largest stroke's area."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in its file."""

    name: str
    form: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured: ink height as a share of the shortest side, contrast, and a clean cut
    of the label, words black on white."""

    height_ratio: float
    contrast: float
    cut: Pixels


def pictures(count: int = 200) -> Iterator[Picture]:
    """So many pictures of all sizes, shapes and contents."""
    rng = np.random.default_rng(45438)
    bases = {name: _colour(getattr(skimage.data, name)()) for name in NAMES}
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        side = SIDES[number % len(SIDES)] if number % 4 else SIDES[number // 4 % 9]
        pixels = _crop(bases[name], SHAPES[number % len(SHAPES)], rng)
        pixels = _sized(pixels, side)
        pixels = _changed(pixels, number, rng)
        form, options = FORMS[number % len(FORMS)]
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, form, **options)
        high, wide = pixels.shape[:2]
        yield Picture(f"{number} {name} {wide}x{high} {form}", form, buffer.getvalue())


def _colour(found: NDArray[np.generic]) -> Pixels:
    values = found.astype(np.uint8) * 255 if found.dtype == bool else found.astype(np.uint8)
    return np.repeat(values[..., None], 3, -1) if values.ndim == 2 else values[..., :3]


def _crop(pixels: Pixels, shape: float, rng: np.random.Generator) -> Pixels:
    high, wide = pixels.shape[:2]
    share = rng.uniform(0.5, 1)
    new_wide = int(min(wide, high * shape) * share)
    new_high = int(new_wide / shape)
    x, y = rng.integers(0, wide - new_wide + 1), rng.integers(0, high - new_high + 1)
    return pixels[y : y + new_high, x : x + new_wide]


def _sized(pixels: Pixels, shortest: int) -> Pixels:
    scale = shortest / min(pixels.shape[:2])
    scale = min(scale, 4000 / max(pixels.shape[:2]))
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(pixels, size, interpolation=how)


def _changed(pixels: Pixels, number: int, rng: np.random.Generator) -> Pixels:
    if number % 3 == 1:
        pixels = pixels[:, ::-1]
    if number % 5 == 2:
        pixels = pixels[::-1]
    gain, lift = rng.uniform(0.5, 1.5), rng.uniform(-60, 60)
    values = (pixels.astype(np.float32) - 128) * gain + 128 + lift
    if number % 7 == 3:
        values += rng.normal(0, 18, values.shape)
    return np.ascontiguousarray(np.clip(values, 0, 255).astype(np.uint8))


def seen(before: bytes, after: bytes) -> Seen:
    """The label as a stranger finds it: by what changed, split into ink and ground."""
    old, new = (np.asarray(Image.open(io.BytesIO(d)).convert("RGB")) for d in (before, after))
    top, bottom, left, right = _box(old, new)
    label = new[top:bottom, left:right]
    light = _luminance(label)
    ink = _inner(_ink(light))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink_height = int(rows[-1] - rows[0] + 1)
    near = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    contrast = _contrast(light[near], ink[near])
    return Seen(ink_height / min(new.shape[:2]), contrast, _clean(light, ink))


def _box(old: Pixels, new: Pixels) -> tuple[int, int, int, int]:
    """Bounds of the largest patch that differs."""
    differs = (np.abs(old.astype(np.int16) - new).max(axis=-1) > CHANGED).astype(np.uint8)
    room = max(3, min(old.shape[:2]) // 24) | 1
    joined = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((room, room), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    if count < 2:
        raise ValueError("no label")
    x, y, wide, high, _ = stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())]
    across, down = old.shape[1], old.shape[0]
    around = max(AROUND, min(across, down) // 150)
    return (
        max(0, int(y) - around),
        min(down, int(y + high) + around),
        max(0, int(x) - around),
        min(across, int(x + wide) + around),
    )


def _luminance(colours: Pixels) -> Any:
    share = colours.astype(np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _ink(light: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Words are the smaller part on one side of Otsu's threshold."""
    grey = np.rint(light ** (1 / 2.2) * 255).astype(np.uint8)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = grey > threshold
    inner = bright[len(bright) // 4 : -len(bright) // 4 or None]
    return ~bright if inner.mean() > 0.5 else bright


def _inner(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without what touches the border (corners and edges of the plate, and what is beside it),
    and without specks."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    left_out = {0, *border.tolist()}
    areas = {n: int(stat[cv2.CC_STAT_AREA]) for n, stat in enumerate(stats) if n not in left_out}
    most = max(areas.values(), default=0)
    kept = [number for number, area in areas.items() if area >= most * SPECK]
    return np.isin(parts, kept)


def _contrast(light: NDArray[np.float64], ink: NDArray[np.bool_]) -> float:
    """Between the inside of strokes and the ground a pixel away from them. Strokes a pixel wide
    have no inside: there the quarter that stands out most counts."""
    cross = np.ones((3, 3), np.uint8)
    grown = cv2.dilate(ink.astype(np.uint8), cross).astype(bool)
    inside = cv2.erode(ink.astype(np.uint8), cross).astype(bool)
    ground = float(np.median(light[~grown]))
    if inside.sum() > 12:
        words = float(np.median(light[inside]))
    else:
        brighter = np.median(light[ink]) > ground
        words = float(np.percentile(light[ink], 75 if brighter else 25))
    return (max(words, ground) + 0.05) / (min(words, ground) + 0.05)


def _clean(light: NDArray[np.float64], ink: NDArray[np.bool_]) -> Pixels:
    grey = np.rint(light ** (1 / 2.2) * 255).astype(np.uint8)
    scale = READING_HEIGHT / max(1, np.count_nonzero(ink.any(axis=1)))
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, clean = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    clean = clean if light[ink].mean() < light[~ink].mean() else 255 - clean
    words = _inner(np.pad(clean, 1, constant_values=0) < WHITE)
    return np.pad(np.where(words, 0, 255).astype(np.uint8), 30, constant_values=255)


def read(cuts: list[Pixels], folder: Path) -> list[str]:
    """What tesseract reads in each, spaces left out; a bare upright stroke is an I."""
    pages = [folder / f"label-{number}.png" for number in range(len(cuts))]
    for page, cut in zip(pages, cuts, strict=True):
        cv2.imwrite(str(page), cut)
    names = folder / "labels.txt"
    names.write_text("\n".join(map(str, pages)), encoding="utf-8")
    command = ["tesseract", str(names), "-", "-l", "chi_sim", "--psm", "7"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answers = said.split("\f")[: len(cuts)]
    return ["".join(answer.split()).replace("l", "I") for answer in answers]


def photo(path: Path) -> None:
    """A large photo to move a camera over."""
    large = cv2.resize(_colour(skimage.data.astronaut()), (2480, 2480))
    cv2.imwrite(str(path), large[..., ::-1])
