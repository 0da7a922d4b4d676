"""A lossy picture as written, looked at again: does the label still stand out?"""

from __future__ import annotations

from io import BytesIO

from colophon.labels.explicit import contrast, raster
from colophon.labels.explicit.formats.order import decoding
from colophon.labels.explicit.formats.page import orientation


def measured(data: bytes, form: str, placed: raster.Placed, name: str) -> float | None:
    """The contrast of the label in the written file; None when there is too little to measure.

    Of the words the pixels wholly inside a stroke count, of the ground those no stroke touches;
    a twentieth of either may be worse.
    """
    import numpy as np
    from PIL import Image

    with decoding(name), Image.open(BytesIO(data), formats=(form,)) as picture:
        turned = orientation(picture)
        pixels = np.asarray(picture.convert("RGB"))
    view = raster.upright(pixels, turned)
    stamp, spot = placed.stamp, placed.spot
    part = view[spot.y : spot.y + stamp.height, spot.x : spot.x + stamp.width]
    light = contrast.luminance(part.astype(np.float32) / np.float32(255))
    words = stamp.words[: part.shape[0], : part.shape[1]]
    plate = stamp.plate[: part.shape[0], : part.shape[1]]
    return contrast.seen(light, words, plate)
