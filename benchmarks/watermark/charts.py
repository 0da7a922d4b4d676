"""Plots as plain SVG: no program, no font and no script of others is needed to see them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

_CELL_WIDE, _CELL_HIGH, _HEAD, _SIDE = 104, 19, 46, 190
_WORSE, _MIDDLE, _BETTER = (
    np.array([178, 56, 46]),
    np.array([238, 222, 190]),
    np.array([46, 120, 92]),
)
_DEEP = 80
_STYLE = "font-family='sans-serif' font-size='11'"


def grid(
    rows: Sequence[str], columns: Sequence[str], shares: Sequence[Sequence[float | None]]
) -> str:
    """A cell for each attack and tool, red at 0, green at 1, with its per cent."""
    wide = _SIDE + _CELL_WIDE * len(columns) + 10
    high = _HEAD + _CELL_HIGH * len(rows) + 10
    parts = [_opening(wide, high)]
    for number, name in enumerate(columns):
        x = _SIDE + _CELL_WIDE * (number + 0.5)
        parts.append(_words(x, _HEAD - 14, name, "middle", bold=number == 0))
    for line, (name, cells) in enumerate(zip(rows, shares, strict=True)):
        y = _HEAD + _CELL_HIGH * line
        parts.append(_words(_SIDE - 8, y + 13, name, "end"))
        parts += [_cell(_SIDE + _CELL_WIDE * n, y, one) for n, one in enumerate(cells)]
    return "\n".join([*parts, "</svg>\n"])


def lines(
    title: str, pitch: NDArray[np.floating], curves: dict[str, NDArray[np.floating]], unit: str
) -> str:
    """Curves over a logarithmic scale of Hz; what is ``_DEEP`` below the highest is left out."""
    wide, high, left, top = 720, 300, 56, 34
    top_value = max(float(one.max()) for one in curves.values())
    low = max(min(float(one.min()) for one in curves.values()), top_value - _DEEP)
    across = np.log(pitch / pitch[0]) / np.log(pitch[-1] / pitch[0])
    x = left + across * (wide - left - 16)
    parts = [_opening(wide, high + 60), _words(left, 16, title, "start", bold=True)]
    for value in np.linspace(low, top_value, 5):
        y = top + (top_value - value) / (top_value - low) * (high - top)
        parts.append(f"<path d='M{left} {y:.1f}H{wide - 16}' stroke='#9995' />")
        parts.append(_words(left - 6, y + 4, f"{value:.0f} {unit}", "end"))
    for tone in (100, 300, 1000, 3000, 9000):
        if pitch[0] <= tone <= pitch[-1]:
            where = float(np.interp(tone, pitch, x))
            parts.append(_words(where, high + 18, f"{tone} Hz", "middle"))
    for number, (name, curve) in enumerate(curves.items()):
        colour = ("#35628f", "#b2382e", "#2e785c")[number % 3]
        y = top + (top_value - np.maximum(curve, low)) / (top_value - low) * (high - top)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}' />")
        parts.append(_words(left + 200 * number, high + 42, f"— {name}", "start", colour))
    return "\n".join([*parts, "</svg>\n"])


def _opening(wide: float, high: float) -> str:
    size = f"width='{wide:.0f}' height='{high:.0f}' viewBox='0 0 {wide:.0f} {high:.0f}'"
    ground = "<rect width='100%' height='100%' fill='#fff'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {_STYLE}>{ground}"


def _words(
    x: float, y: float, text: str, anchor: str, colour: str = "#222", *, bold: bool = False
) -> str:
    weight = " font-weight='bold'" if bold else ""
    place = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}'"
    return f"<text {place}{weight}>{escape(text)}</text>"


def _cell(x: float, y: float, share: float | None) -> str:
    if share is None:
        return _words(x + _CELL_WIDE / 2, y + 13, "–", "middle")
    ends = (_WORSE, _MIDDLE) if share < 0.5 else (_MIDDLE, _BETTER)
    part = share * 2 if share < 0.5 else share * 2 - 1
    colour = "#{:02x}{:02x}{:02x}".format(
        *np.rint(ends[0] + (ends[1] - ends[0]) * part).astype(int)
    )
    box = f"<rect x='{x}' y='{y}' width='{_CELL_WIDE - 2}' height='{_CELL_HIGH - 2}' fill='{colour}'/>"
    ink = "#222" if 0.2 < share < 0.85 else "#fff"
    return box + _words(x + _CELL_WIDE / 2 - 1, y + 13, f"{share * 100:.0f}", "middle", ink)
