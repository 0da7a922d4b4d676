"""PNG with 16 bits a channel in colour: Pillow would drop half of them, OpenCV does not."""

from __future__ import annotations

from colophon.errors import MalformedFile
from colophon.labels.explicit import raster
from colophon.labels.explicit.formats import png
from colophon.labels.explicit.formats.order import Order
from colophon.labels.explicit.formats.page import draw
from colophon.labels.model import ExplicitWritten

DEEP = 16
COLOUR_TYPES = frozenset({2, 4, 6})
CHANNELS = {1: "L", 3: "RGB", 4: "RGBA"}


def is_deep_colour(data: bytes) -> bool:
    """True for 16-bit RGB, RGBA and grey with alpha."""
    depth, colour = png.header(data)
    return depth == DEEP and colour in COLOUR_TYPES


def label(data: bytes, orientation: int, order: Order) -> tuple[bytes, ExplicitWritten]:
    """Labelled without losing a bit elsewhere."""
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16:
        raise MalformedFile(file=order.name, detail="16-bit image data cannot be decoded")
    model = CHANNELS[1 if pixels.ndim == 2 else pixels.shape[2]]
    swap = [2, 1, 0, 3][: len(model)]
    pixels = np.ascontiguousarray(pixels[..., swap]) if model != "L" else pixels
    written = draw(raster.upright(pixels, orientation), model, order)
    back = pixels[..., swap] if model != "L" else pixels
    done, encoded = cv2.imencode(".png", np.ascontiguousarray(back))
    if not done:
        raise MalformedFile(file=order.name, detail="16-bit image data cannot be encoded")
    return png.join(data, encoded.tobytes()), written
