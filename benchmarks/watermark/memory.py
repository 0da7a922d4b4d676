"""How much memory a marker takes to mark and read something large, in a process of its own."""

from __future__ import annotations

import os
import resource
from typing import Any

import cv2
import numpy as np

from benchmarks.measuring import child, memory_of, peak_memory
from benchmarks.watermark import ours, peers
from benchmarks.watermark.image_attacks import Pixels
from benchmarks.watermark.material import Sound

SIDE, SECONDS = 1600, 60
"""Of the large picture, in pixels, and of the large sound."""
PICTURE_BYTES = SIDE * SIDE * 3
_CODE = "import sys; from benchmarks.watermark import memory; memory.tell(*sys.argv[1:])"


def grown(medium: str, name: str) -> int:
    """Bytes the marker ``name`` needs at most, beyond what its process holds before; those of
    the programs it runs, whole."""
    return int(child(_CODE, medium, name, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1"))


def tell(medium: str, name: str) -> None:
    """Prints it: what the process of its own runs."""
    cv2.setNumThreads(1)
    made: Any
    made, least = (_picture, 0.2) if medium == "pictures" else (_sound, 0.07)
    marker: Any = _marker(medium, name)
    small, large = made(least), made(1)
    marker.find(marker.embed(small, 1))
    held = memory_of(os.getpid())
    marker.find(marker.embed(large, 1))
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(
        max(0, peak_memory() - held) + (others if medium == "sounds" and name != ours.NAME else 0)
    )


def _marker(medium: str, name: str) -> object:
    if name == ours.NAME:
        return ours.picture_marker() if medium == "pictures" else ours.sound_marker()
    found: list[Any]
    slow = name.startswith("rivaGan")
    found, _ = peers.picture_markers(slow=slow) if medium == "pictures" else peers.sound_markers()
    return next(one for one in found if one.name == name)


def _picture(part: float) -> Pixels:
    side = round(SIDE * part) // 4 * 4
    grain = np.random.default_rng(1).normal(128, 30, (side // 4, side // 4, 3))
    coarse = np.clip(grain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))


def _sound(part: float) -> Sound:
    frames = round(48000 * SECONDS * part)
    noise = np.random.default_rng(1).standard_normal((frames, 2), np.float32)
    return Sound(noise * np.float32(0.1), 48000)
