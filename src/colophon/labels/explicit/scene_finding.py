"""Finding the explicit label of a scene again: its plates, measured from what the file says.

Source: GB 45438-2025 5.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from colophon.errors import FontMissing, InputError
from colophon.labels.explicit import scene, scene_plate, scene_views
from colophon.labels.explicit.scene_document import NAME, Document, opened
from colophon.labels.explicit.scene_views import Hung, View
from colophon.labels.explicit.wording import is_compliant
from colophon.labels.model import ExplicitLayer, Requirement
from colophon.provisions import parameters

if TYPE_CHECKING:
    from colophon.labels.explicit.scene_views import Matrix

CLAUSE = "5.5"
_EDGE = 0.7
"""From the middle to the edge (1): how far out a plate's outer side must be."""
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Seen:
    """A plate as its view shows it; from the middle of the view to its edge is 1."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    ink_ratio: float

    @property
    def where(self) -> str:
        x, y = (self.left + self.right) / 2, (self.bottom + self.top) / 2
        side = "-right" if self.right > _EDGE and x > 0 else "-left" if self.left < -_EDGE else ""
        return ("bottom" if y <= 0 else "top") + side

    @property
    def at_edge(self) -> bool:
        outer = max(-self.left, self.right, -self.bottom, self.top)
        return _EDGE < outer <= 1 + _ROUNDING


def in_scene(source: BinaryIO, media_type: str) -> ExplicitLayer | None:
    """The label of the start scene: of several plates the one that reads worst. None for a file
    that is no glTF, and for one so built that nobody can say what it shows.
    """
    if media_type not in scene.TYPES:
        return None
    try:
        with scene.named_failures(""):
            document = opened(source, media_type)
            number = scene.start_scene(document)
            found = [] if number is None else list(seen(document, number))
    except InputError:
        return None
    if not found:
        return ExplicitLayer(present=False)
    worst = min(found, key=lambda one: (one.at_edge, one.ink_ratio))
    requirements = _requirements(worst)
    return ExplicitLayer(
        present=True,
        text=worst.text,
        where=worst.where,
        height_ratio=round(worst.ink_ratio, 4),
        legible=all(one.met for one in requirements),
        how="scene",
        requirements=requirements,
    )


def seen(document: Document, number: int) -> Iterator[Seen]:
    """For each view of a scene the plate that is read best in it, if any is."""
    found = scene_views.survey(document, number)
    plates = list(islice(found.plates.values(), scene_views.MOST_VIEWS + 1))
    for view in found.views:
        shown = [one for plate in plates if (one := _seen(document, view, plate)) is not None]
        if shown:
            yield max(shown, key=lambda one: (one.at_edge, one.ink_ratio))


def _seen(document: Document, view: View, plate: Hung) -> Seen | None:
    """A plate through a camera; None when it says no label or the camera does not show it."""
    node = document.one("nodes", plate.node)
    text = node.get("extras", {}).get(scene.MARK, {}).get("text")
    corners = _corners(document, node.get("mesh"))
    if not isinstance(text, str) or not is_compliant(text) or corners is None:
        return None
    try:
        share = scene_plate.drawn(text).ink_share
    except FontMissing:
        return None
    placed = corners @ plate.world[:3, :3].T + plate.world[:3, 3]
    return _projected(view, placed, text, share)


def _projected(view: View, placed: Matrix, text: str, share: float) -> Seen | None:
    import numpy as np

    edges = scene_views.shown(view, placed)
    if edges is None:
        return None
    local = (placed - view.rigid[:3, 3]) @ view.rigid[:3, :3]
    deepest = float((-local[:, 2]).max())
    if view.lens.far and deepest > view.lens.far:
        return None
    ink = float(np.ptp(local[:, 1])) * share / min(view.lens.size(deepest))
    return Seen(text, *edges, ink)


def _corners(document: Document, mesh: object) -> Matrix | None:
    """The quad's own corners, from its accessor's bounds."""
    import numpy as np

    found = document.one("meshes", mesh)
    if found.get("name") != NAME:
        return None
    bounds = next(scene_views.bounds(document, mesh), None)
    return None if bounds is None else np.unique(bounds, axis=0)


def _requirements(one: Seen) -> tuple[Requirement, ...]:
    least = float(parameters.value(scene.RATIO))
    high = one.ink_ratio >= least - _ROUNDING
    found = round(one.ink_ratio, 4)
    return (
        Requirement("elements", CLAUSE, is_compliant(one.text), one.text),
        Requirement("place", CLAUSE, one.at_edge, one.where),
        Requirement("height", CLAUSE, high, found, least, "share of the shortest side"),
    )
