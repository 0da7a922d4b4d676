"""One opened picture: by what it is, to the code that labels it, and back into its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colophon.labels.explicit.formats import animated, deep, page, saving
from colophon.labels.explicit.formats.order import Order
from colophon.labels.model import ExplicitWritten

if TYPE_CHECKING:
    from PIL.Image import Image


def label(picture: Image, data: bytes, order: Order) -> tuple[bytes, ExplicitWritten]:
    """The labelled file; the picture was opened under the limits and not yet decoded."""
    if getattr(picture, "n_frames", 1) > 1:
        return animated.label(picture, data, order)
    if picture.format == "PNG" and deep.is_deep_colour(data):
        return deep.label(data, page.orientation(picture), order)
    labelled, written, clear = page.label_page(picture, order)
    return saving.save(labelled, picture, data, clear, order), written
