"""Where on a picture the label covers least that matters: an edge or a corner.

Source: GB 45438-2025 5.2, 5.4, 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.float32]

POSITIONS = (
    "bottom-right",
    "bottom-left",
    "top-right",
    "top-left",
    "bottom",
    "top",
    "left",
    "right",
)
LEAN = {
    "bottom-right": 1.0,
    "bottom-left": 1.1,
    "top-right": 1.15,
    "top-left": 1.15,
    "bottom": 1.3,
    "top": 1.35,
    "right": 1.4,
    "left": 1.4,
}
"""A place must cover less by this factor to be taken before the usual one."""
CALM = 0.06
"""Mean importance under which nothing that matters lies in a place."""
PEAK_SHARE = 0.3
"""Weight of the strongest quarter of a place beside its mean: half a face is a face."""
STEPS = 7
"""Places tried along an edge, its ends left out."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a label: its name, left and top in upright pixels."""

    where: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Room:
    """A picture's upright size and what is to lie on it."""

    width: int
    height: int
    label_width: int
    label_height: int
    margin: int

    def at(self, where: str, share: float = 0.5) -> Spot:
        """The spot of this name; ``share`` of the way along an edge."""
        wide, high = (
            max(0, self.width - self.label_width),
            max(0, self.height - self.label_height),
        )
        margin_x, margin_y = min(self.margin, wide // 2), min(self.margin, high // 2)
        x = margin_x + round((wide - 2 * margin_x) * share)
        y = margin_y + round((high - 2 * margin_y) * share)
        if where.endswith("right"):
            x = wide - margin_x
        elif where.endswith("left"):
            x = margin_x
        if where.startswith("top"):
            y = margin_y
        elif where.startswith("bottom"):
            y = high - margin_y
        return Spot(where, x, y)

    def candidates(self) -> list[Spot]:
        """Corners first, then along the edges."""
        spots = [self.at(where) for where in POSITIONS[:4]]
        for where in POSITIONS[4:]:
            spots += [self.at(where, (step + 1) / (STEPS + 1)) for step in range(STEPS)]
        return spots


def choose(room: Room, position: str | Spot, importance: Callable[[], Map]) -> Spot:
    """The place asked for, else the bottom right when it is calm, else the least important."""
    if isinstance(position, Spot):
        return position
    if position in POSITIONS:
        return room.at(position)
    return calmest(room, importance())


def calmest(room: Room, importance: Map) -> Spot:
    """The bottom right unless something lies there; else where least does."""
    usual, *others = room.candidates()
    least, score = usual, _score(room, usual, importance)
    if score <= CALM:
        return usual
    for spot in others:
        here = max(_score(room, spot, importance), CALM / 4) * LEAN[spot.where]
        if here < score:
            least, score = spot, here
    return least


def _score(room: Room, spot: Spot, importance: Map) -> float:
    """Mean importance under the label and close around it, its strongest quarter counting more."""
    import numpy as np

    high, wide = importance.shape
    scale_x, scale_y = wide / room.width, high / room.height
    around = room.margin // 2
    left, right = _span(spot.x - around, room.label_width + 2 * around, scale_x, wide)
    top, bottom = _span(spot.y - around, room.label_height + 2 * around, scale_y, high)
    part = np.sort(importance[top:bottom, left:right], axis=None)
    strongest = float(part[-max(1, len(part) // 4) :].mean())
    return float(part.mean()) * (1 - PEAK_SHARE) + strongest * PEAK_SHARE


def _span(start: int, length: int, scale: float, most: int) -> tuple[int, int]:
    first = min(most - 1, max(0, int(start * scale)))
    return first, max(first + 1, min(most, round((start + length) * scale)))
