"""How words are set in office documents: dark ink on a light plate, whatever lies around."""

from __future__ import annotations

from colophon.labels.explicit import contrast

POINTS = 12
"""Size of the words in running text."""
LATIN_FONT, CHINESE_FONT = "Arial", "Microsoft YaHei"
CAP_HEIGHT = 0.7
"""Height of a capital beside the size of its type; Chinese characters are higher."""
CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")
"""Where words stand on slides and pages; top right unless another is asked for."""
_WIDE_FROM = 0x2E80


def colour(part: tuple[float, float, float]) -> str:
    return "".join(f"{round(one * 255):02X}" for one in part)


INK, PAPER = colour(contrast.INK), colour(contrast.PAPER)


def ems(text: str) -> float:
    """How wide words run, in units of the type's size; rather too much than too little."""
    return sum(1.0 if ord(sign) >= _WIDE_FROM else 0.62 for sign in text)


def contrast_reached() -> float:
    """Between the words and their plate."""
    return round(contrast.ratio(_light(contrast.PAPER), _light(contrast.INK)), 2)


def _light(part: tuple[float, float, float]) -> float:
    """Relative luminance, as ``contrast.luminance``, of one colour and without its library."""
    linear = (
        one / contrast.TOE_SLOPE
        if one <= contrast.KNEE
        else ((one + 0.055) / 1.055) ** contrast.GAMMA
        for one in part
    )
    return sum(weight * one for weight, one in zip(contrast.LUMA, linear, strict=True))
