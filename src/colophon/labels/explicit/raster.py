"""Painting a stamp into the pixels of any colour model, where it goes and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colophon.labels.explicit import contrast, placement, saliency
from colophon.labels.explicit.manner import USUAL
from colophon.labels.explicit.stamp import LEGIBLE_PIXELS, Stamp, room
from colophon.labels.model import ExplicitWritten, Style

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[Any]
    Colours = NDArray[np.float32]

HALO_SPREAD, OUTLINE_SPREAD = 0.14, 0.07
"""Of the ink height: how far the halo of bare words reaches, and an outline."""
HALO_GAIN, OUTLINE_GAIN = 1.4, 3.0
"""How quickly either becomes full close to a stroke."""
THIN = 1.5
"""Factor on the contrast aimed at where strokes are about a pixel wide."""
CMYK_INK = (0.0, 0.0, 0.0, 0.9)
CMYK_PAPER = (0.0, 0.0, 0.02, 0.02)


@dataclass(frozen=True, slots=True)
class Placed:
    """What was painted and where, in upright pixels; ``covered``: with a plate below it."""

    spot: placement.Spot
    stamp: Stamp
    contrast: float
    covered: bool = True


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """A view of stored pixels as EXIF says they are shown; writing to it writes to them."""
    if orientation in {5, 6, 7, 8}:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    return pixels


def paint(
    view: Pixels,
    model: str,
    stamp: Stamp,
    position: str | placement.Spot,
    least: float,
    *,
    plain: bool = False,
    style: Style = USUAL,
) -> Placed:
    """Draws on ``view`` (H x W x channels, or H x W), 8 or 16 bits a channel.

    ``model``: L, LA, RGB, RGBA, CMYK. ``least``: the contrast to reach. ``plain`` asks for an
    opaque plate whatever lies behind; ``style`` for dress and ink.
    """
    import numpy as np

    peak = float(np.iinfo(view.dtype).max)
    solid = view[..., None] if view.ndim == 2 else view
    place = room(stamp, solid.shape[1], solid.shape[0])
    spot = placement.choose(place, position, lambda: saliency.importance(seen(view, model)))
    part = solid[spot.y : spot.y + stamp.height, spot.x : spot.x + stamp.width]
    words = stamp.words[: part.shape[0], : part.shape[1]]
    plate = stamp.plate[: part.shape[0], : part.shape[1]]
    values = part.astype(np.float32) / np.float32(peak)
    clear = model.endswith("A") and bool((values[..., -1] < 1).any())
    behind = _rgb(values, model)[plate > 0]
    wanted = aimed_at(stamp, least)
    dressed = contrast.dress(behind.reshape(-1, 3), wanted, plain=plain or clear, style=style)
    cover = plate * dressed.opacity
    if not dressed.opacity:
        cover = halo(words, stamp.ink_height, dressed.halo)
    values = _over(values, model, dressed.plate, cover)
    values = _over(values, model, dressed.words, words)
    part[...] = np.rint(values * peak).astype(view.dtype)
    return Placed(spot, stamp, dressed.contrast, bool(dressed.opacity))


def aimed_at(stamp: Stamp, least: float) -> float:
    """The contrast to aim at for words of this size, so that ``least`` is what one sees."""
    return least * THIN if stamp.ink_height < LEGIBLE_PIXELS else least


def seen(view: Pixels, model: str) -> Pixels:
    """A small picture of 8-bit R, G, B as one sees it, what is clear in middle grey."""
    import numpy as np

    small = saliency.thumb(view)
    values = small.astype(np.float32) / np.float32(np.iinfo(view.dtype).max)
    values = values[..., None] if values.ndim == 2 else values
    rgb = _rgb(values, model)
    if model.endswith("A"):
        rgb = rgb * values[..., -1:] + np.float32(0.5) * (1 - values[..., -1:])
    eight: Pixels = np.rint(np.ascontiguousarray(rgb) * 255).astype(np.uint8)
    return eight


def written(stamp: Stamp, placed: Placed, width: int, height: int) -> ExplicitWritten:
    """The record of a label on a picture of this upright size."""
    return ExplicitWritten(
        text=stamp.text,
        where=placed.spot.where,
        height_ratio=round(stamp.ink_height / min(width, height), 4),
        contrast=round(placed.contrast, 2),
    )


def halo(words: Colours, ink_height: float, strength: float) -> Colours:
    """The cover of the plate's colour close around bare words; a firm one is an outline."""
    import cv2
    import numpy as np

    firm = strength > contrast.HALO
    spread, gain = (OUTLINE_SPREAD, OUTLINE_GAIN) if firm else (HALO_SPREAD, HALO_GAIN)
    soft = cv2.GaussianBlur(words, (0, 0), max(0.8, ink_height * spread))
    around: Colours = np.clip(soft * gain, 0, 1).astype(np.float32) * np.float32(strength)
    return around


def _rgb(values: Colours, model: str) -> Colours:
    import numpy as np

    if model == "CMYK":
        rgb: Colours = (1 - values[..., :3]) * (1 - values[..., 3:])
        return rgb
    if model.startswith("L"):
        return np.repeat(values[..., :1], 3, axis=-1)
    return values[..., :3]


def _channels(colour: tuple[float, float, float], model: str) -> tuple[float, ...]:
    if model == "CMYK":
        return CMYK_INK if colour == contrast.INK else CMYK_PAPER
    return (colour[1],) if model.startswith("L") else colour


def _over(
    values: Colours, model: str, colour: tuple[float, float, float], cover: Colours
) -> Colours:
    """One colour laid over, alpha included (not premultiplied, as files keep it)."""
    import numpy as np

    ink = np.array(_channels(colour, model), np.float32)
    cover = cover[..., None]
    if not model.endswith("A"):
        mixed: Colours = values * (1 - cover) + ink * cover
        return mixed
    alpha = values[..., -1:]
    total = cover + alpha * (1 - cover)
    colours = (ink * cover + values[..., :-1] * alpha * (1 - cover)) / np.maximum(total, 1e-6)
    colours = np.where(cover > 0, colours, values[..., :-1])
    result: Colours = np.concatenate([colours, total], axis=-1)
    return result
