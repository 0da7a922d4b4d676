"""Contrast between words and what really lies behind them (Source: WCAG 2.2 1.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colophon.labels.explicit.manner import DARK, LIGHT, OUTLINE, PLATE, USUAL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from colophon.labels.model import Style

    Colours = NDArray[np.float32]
    Light = NDArray[np.float32]

Colour = tuple[float, float, float]

INK = (30 / 255, 27 / 255, 22 / 255)
PAPER = (250 / 255, 248 / 255, 243 / 255)
LUMA = (0.2126, 0.7152, 0.0722)
FLARE = 0.05
"""Light of the room, added to both sides of the ratio by WCAG's formula."""
KNEE, TOE_SLOPE, GAMMA = 0.04045, 12.92, 2.4
"""Of the sRGB curve."""

CALM_SPREAD = 0.06
"""Standard deviation of luminance under which a background needs no plate."""
CALM_CONTRAST = 9.0
"""And the contrast that words on it must then have."""
SPARE = 1.2
"""Factor above the least contrast aimed at, for what compression will take."""
OPACITIES = (0.46, 0.54, 0.62, 0.7, 0.78, 0.86, 0.94, 1.0)
HALO, FIRM = 0.35, 0.85
"""Opacity of the plate's colour close around bare words; and where an outline was asked for."""
PAIRS = {LIGHT: ((PAPER, INK),), DARK: ((INK, PAPER),)}
"""Words and plate by the ink that was chosen."""
CORE, HALF, CLEAR = 0.98, 0.5, 0.02
"""Coverage of a word's inside, of what is mostly inside, and of ground that no word touches."""
SHARE = 5
"""Percentile of the words' pixels that must still stand out from those of the ground."""
LEAST_PIXELS = 8


@dataclass(frozen=True, slots=True)
class Dress:
    """Colours 0 to 1 of words and plate, the plate's opacity (0: bare words with a halo, which is
    ``halo`` strong)."""

    words: Colour
    plate: Colour
    opacity: float
    contrast: float
    halo: float = HALO


def luminance(colours: Colours) -> Colours:
    """Relative luminance of sRGB colours 0 to 1; the last axis is R, G, B."""
    import numpy as np

    toe = colours / TOE_SLOPE
    curve = ((colours + 0.055) / 1.055) ** GAMMA
    linear = np.where(colours <= KNEE, toe, curve)
    light: Colours = (linear @ np.array(LUMA)).astype(np.float32)
    return light


def ratio(one: float, other: float) -> float:
    """Contrast ratio of two relative luminances, 1 to 21."""
    return (max(one, other) + FLARE) / (min(one, other) + FLARE)


def worst(words: Colour, behind: Colours) -> float:
    """The least contrast of words of one colour against every pixel behind them."""
    import numpy as np

    ink = float(luminance(np.array(words, np.float32)))
    light = luminance(behind)
    return (
        min(ratio(ink, float(light.min())), ratio(ink, float(light.max())))
        if not (float(light.min()) < ink < float(light.max()))
        else 1.0
    )


def dress(behind: Colours, least: float, *, plain: bool = False, style: Style = USUAL) -> Dress:
    """How to set words so that they contrast by at least ``least`` with ``behind`` (N x 3).

    Bare words with a faint halo where the ground is calm and far from them in light; else the
    lightest plate that suffices, dark under a dark picture's sibling. ``plain`` asks for an
    opaque plate (few colours). ``style`` may ask for an outline, which is given where the words
    contrast enough without it, for a plate, and for the ink.
    """
    import numpy as np

    inks = PAIRS.get(style.ink, PAIRS[LIGHT] + PAIRS[DARK])
    words, plate = min(inks, key=lambda pair: -worst(pair[0], behind))
    if not plain and _stands_bare(words, behind, least, style):
        halo = FIRM if style.dress == OUTLINE else HALO
        return Dress(words, plate, 0.0, worst(words, behind), halo)
    words, plate = inks[0]
    for opacity in (1.0,) if plain else OPACITIES:
        mixed = behind * (1 - opacity) + np.array(plate, np.float32) * opacity
        reached = worst(words, mixed)
        if reached >= least * SPARE or opacity == 1.0:
            break
    return Dress(words, plate, opacity, reached)


def _stands_bare(words: Colour, behind: Colours, least: float, style: Style) -> bool:
    """Whether words of this colour need no plate."""
    if style.dress == PLATE:
        return False
    if style.dress == OUTLINE:
        return worst(words, behind) >= least * SPARE
    calm = float(luminance(behind).std()) < CALM_SPREAD
    return calm and worst(words, behind) >= CALM_CONTRAST


def seen(light: Light, words: Light, plate: Light) -> float | None:
    """The contrast of drawn words by the luminance of the pixels now there; None when they are
    too few to measure.

    Of the words the pixels wholly inside a stroke count, all but a twentieth, and half of those
    mostly inside; of the ground all but a twentieth of those no stroke touches.
    """
    import numpy as np

    inside, mostly = light[words >= CORE], light[words >= HALF]
    ground = light[_ground(words, plate)]
    if min(len(mostly), len(ground)) < LEAST_PIXELS:
        return None
    middle = float(np.median(mostly))
    bright = middle > float(np.median(ground))
    behind = float(np.percentile(ground, 100 - SHARE if bright else SHARE))
    found = [ratio(middle, behind)]
    if len(inside) >= LEAST_PIXELS:
        found.append(ratio(float(np.percentile(inside, SHARE if bright else 100 - SHARE)), behind))
    return min(found)


def _ground(words: Light, plate: Light) -> NDArray[np.bool_]:
    import cv2
    import numpy as np

    near = cv2.dilate(words, np.ones((3, 3), np.uint8))
    bare: NDArray[np.bool_] = (near <= CLEAR) & (plate >= CORE)
    return bare
