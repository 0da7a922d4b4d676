"""Marks of other makers, read by their own packages: off by default, and loaded when asked for.

Neither the packages nor their weights come with Colophon. Whoever wants a maker's mark to be read
installs the maker's package, puts its weights into a folder and names that folder; nothing is ever
fetched from here. What is found is a layer of its own beside ours and says nothing about ours.
Weights are files that their packages may run code from: only the makers' own belong in the folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from colophon.errors import MarkPackageMissing, MarkWeightsMissing

PICTURES = ("trustmark", "rivagan")
SOUNDS = ("audioseal",)


@dataclass(frozen=True, slots=True)
class OtherMark:
    """What a maker's reader says. ``name``: whose mark; ``payload``: hex digits; ``confidence``:
    0 … 1 as the reader itself tells it. None: it tells none, and gives a payload even where there
    is no mark, which then is no evidence of one.
    """

    name: str
    payload: str
    confidence: float | None


def in_picture(name: str, pixels: NDArray[np.uint8], weights: Path) -> OtherMark | None:
    """The mark of the maker ``name`` (one of ``PICTURES``) in height × width × 3 RGB.

    Raises MarkPackageMissing, MarkWeightsMissing, ValueError for another name.
    """
    if name not in PICTURES:
        raise ValueError(name)
    found: OtherMark | None = _reader(name).read(pixels, weights)
    return found


def in_sound(
    name: str, samples: NDArray[np.float32], weights: Path, *, rate_hz: int
) -> OtherMark | None:
    """The mark of the maker ``name`` (one of ``SOUNDS``) in frames × channels, −1 … 1.

    Raises MarkPackageMissing, MarkWeightsMissing, ValueError for another name.
    """
    if name not in SOUNDS:
        raise ValueError(name)
    found: OtherMark | None = _reader(name).read(samples, weights, rate_hz=rate_hz)
    return found


def package(name: str, module: str) -> ModuleType:
    """A maker's module. Raises MarkPackageMissing where it, or what it needs, is not installed or
    does not fit together."""
    try:
        return import_module(module)
    except (ImportError, RuntimeError, OSError) as error:
        lacking = getattr(error, "name", None) or module
        raise MarkPackageMissing(package=name, detail=lacking) from error


def weights_in(folder: Path, *names: str) -> list[Path]:
    """The files of these names. Raises MarkWeightsMissing for the first that is not there."""
    for name in names:
        if not (folder / name).is_file():
            raise MarkWeightsMissing(file=name)
    return [folder / name for name in names]


def _reader(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")
