"""Labels in pictures of few colours: the palette takes a few more, or lends its nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colophon.labels.explicit import contrast, placement, saliency
from colophon.labels.explicit.manner import DARK, LIGHT
from colophon.labels.explicit.raster import Placed
from colophon.labels.explicit.stamp import Stamp, room

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Colours = NDArray[np.float32]

SHADES = 6
ENTRIES = 256


def table(picture: Image) -> Colours:
    """The palette as RGBA 0 to 1, one row an index, opaque black where it has none."""
    import numpy as np

    flat = picture.getpalette("RGB") or []
    colours = np.zeros((ENTRIES, 4), np.float32)
    colours[:, 3] = 1
    known = np.array(flat[: ENTRIES * 3], np.float32).reshape(-1, 3) / 255
    colours[: len(known), :3] = known
    clear = picture.info.get("transparency")
    if isinstance(clear, bytes):
        colours[: len(clear), 3] = np.frombuffer(clear[:ENTRIES], np.uint8) / np.float32(255)
    elif isinstance(clear, int) and clear < ENTRIES:
        colours[clear, 3] = 0
    return colours


def transparency(colours: Colours, before: Any) -> Any:
    """What to save for the alpha column: an alpha an entry, or nothing if all are opaque."""
    import numpy as np

    if before is None or bool((colours[:, 3] == 1).all()):
        return None
    if isinstance(before, int):
        return before if colours[before, 3] == 0 else None
    return np.rint(colours[:, 3] * 255).astype(np.uint8).tobytes()


def paint(
    view: NDArray[Any],
    colours: Colours,
    stamp: Stamp,
    position: str | placement.Spot,
    least: float,
    *,
    dark: bool = False,
) -> Placed | None:
    """Draws on indices, changing ``colours`` where entries are free. ``dark``: dark words.

    None, with nothing drawn, when the palette has neither free entries nor fitting colours.
    """
    import numpy as np

    high, wide = view.shape

    place = room(stamp, wide, high)
    spot = placement.choose(place, position, lambda: _importance(view, colours))
    x, y = spot.x, spot.y
    part = view[y : y + stamp.height, x : x + stamp.width]
    inside = stamp.plate[: part.shape[0], : part.shape[1]] >= 0.5
    counts = np.bincount(view.ravel(), minlength=ENTRIES)
    counts -= np.bincount(part[inside].ravel(), minlength=ENTRIES)
    shades = _shades(colours, counts, dark=dark)
    ends = colours[shades[[0, -1]], :3]
    reached = contrast.worst(tuple(ends[1].tolist()), ends[:1])
    if reached < least:
        return None
    words = stamp.words[: part.shape[0], : part.shape[1]]
    steps = np.rint(words * (SHADES - 1)).astype(np.intp)
    part[inside] = shades.astype(view.dtype)[steps][inside]
    return Placed(spot, stamp, reached)


def _importance(view: NDArray[Any], colours: Colours) -> Colours:
    import numpy as np

    table = np.rint(colours[:, :3] * 255).astype(np.uint8)
    step = max(1, max(view.shape) // (saliency.LONGEST * saliency.FINE))
    return saliency.importance(saliency.thumb(np.ascontiguousarray(table[view[::step, ::step]])))


def _shades(colours: Colours, counts: NDArray[np.intp], *, dark: bool) -> NDArray[np.intp]:
    """Indices from the plate's colour to the words': free entries set to them, else nearest."""
    import numpy as np

    ramp = np.linspace(0, 1, SHADES, dtype=np.float32)[:, None]
    words, plate = (np.array(c, np.float32) for c in contrast.PAIRS[DARK if dark else LIGHT][0])
    wanted = plate + (words - plate) * ramp
    free = np.flatnonzero(counts == 0)
    if len(free) >= SHADES:
        colours[free[:SHADES], :3] = np.rint(wanted * 255) / 255
        colours[free[:SHADES], 3] = 1
        return free[:SHADES]
    solid = np.flatnonzero((counts > 0) & (colours[:, 3] == 1))
    if not len(solid):
        return np.zeros(SHADES, np.intp)
    away = np.linalg.norm(colours[solid, :3][None] - wanted[:, None], axis=-1)
    nearest: NDArray[np.intp] = solid[away.argmin(axis=1)]
    return nearest
