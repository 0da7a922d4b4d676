"""What the look and the sound of an explicit label may be: the standard's least, a sensible most.

Source: GB 45438-2025 5.2 to 5.5; what they leave open is the operator's to choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from colophon.errors import StyleNotCompliant
from colophon.provisions import parameters

if TYPE_CHECKING:
    from colophon.labels.model import Style

HEIGHTS = {medium: f"explicit.{medium}.min_height_ratio" for medium in ("image", "video", "scene")}

DRESSES = ("auto", "plate", "outline")
INKS = ("auto", "light", "dark")
SOUNDS = ("auto", "speech", "rhythm")
WHOLE = "whole"
MOST_HEIGHT = 0.15
"""Higher words hide more than they tell."""
MOST_SECONDS = 10.0
"""Who wants the label for longer wants it for the whole film."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a label that was drawn: height (a share of the shortest side), contrast (to
    one) or seconds; ``least`` is what is asked for, where something is.
    """

    name: str
    value: float
    least: float | None = None

    @property
    def met(self) -> bool:
        """Whether the number is what is asked for."""
        return self.least is None or self.value >= self.least


def measured(
    medium: str,
    *,
    height_ratio: float | None = None,
    contrast: float | None = None,
    seconds: float | None = None,
) -> tuple[Measure, ...]:
    """The numbers of one label, as far as they were measured, beside what is asked for."""
    leasts = {
        "height": parameters.number(HEIGHTS[medium]) if medium in HEIGHTS else None,
        "contrast": parameters.number("explicit.min_contrast"),
        "seconds": least_seconds() if medium == "video" else None,
    }
    given = {"height": height_ratio, "contrast": contrast, "seconds": seconds}
    return tuple(
        Measure(name, value, leasts[name]) for name, value in given.items() if value is not None
    )


def least_height() -> float:
    """The least height that serves pictures, films and scenes alike, a share of the shortest side."""
    return max(parameters.number(parameter) for parameter in HEIGHTS.values())


def least_seconds() -> float:
    """The least time a film shows its label."""
    return parameters.number("explicit.video.min_seconds")


def check(style: Style) -> None:
    """Raises StyleNotCompliant naming the field and what it may be."""
    for field, words in (("dress", DRESSES), ("ink", INKS), ("sound", SOUNDS)):
        given = getattr(style, field)
        if given not in words:
            raise StyleNotCompliant(field=field, given=str(given)[:40], allowed=", ".join(words))
    _within("height", style.height, least_height(), MOST_HEIGHT, "")
    if style.seconds != WHOLE:
        _within("seconds", style.seconds, least_seconds(), MOST_SECONDS, f", {WHOLE}")


def _within(field: str, given: object, least: float, most: float, other: str) -> None:
    if given is None:
        return
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not least <= given <= most:  # type: ignore[operator]
        allowed = f"{least:g}-{most:g}{other}"
        raise StyleNotCompliant(field=field, given=str(given)[:40], allowed=allowed)
