"""What is asked of one picture, and the numbers of the law it must meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.stamp import Stamp, fit
from colophon.provisions import parameters


@dataclass(frozen=True, slots=True)
class Order:
    """``note`` hears, in one sentence each, what could not be kept."""

    name: str
    text: str
    position: str
    limits: Limits
    note: Callable[[str], None]

    def stamp(self, width: int, height: int) -> Stamp:
        """The stamp for an upright picture of this size."""
        stamp = fit(self.text, width, height, parameters.number("explicit.image.min_height_ratio"))
        if stamp.text != self.text:
            self.note(f"shorter words were used to fit the width: {stamp.text}")
        if stamp.ink_height < HARD_TO_READ:
            self.note(f"the picture is too small for legible words ({width} x {height})")
        return stamp

    @property
    def contrast(self) -> float:
        """The least contrast to reach."""
        return parameters.number("explicit.min_contrast")


HARD_TO_READ = 9
"""Pixels of ink below which strokes of Chinese glyphs run together."""
