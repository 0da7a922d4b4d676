"""Pictures with words of a known height and known colours."""

import io

import numpy as np
import skimage.data
from PIL import Image

from colophon.labels.face import render


def words_on(size, text, ink, at, colours, ground=None):
    """R, G, B pixels: words of one colour on a plain plate of another, or on ``ground``.

    ``at``: left and top of the ink. The rows of the ink are known: `rows_of`.
    """
    wide, high = size
    colour, plate = colours
    pixels = np.empty((high, wide, 3), np.float32)
    pixels[...] = plate if ground is None else ground
    mask = render(text, ink).alpha.astype(np.float32)[..., None] / 255
    x, y = at
    part = pixels[y : y + mask.shape[0], x : x + mask.shape[1]]
    part[...] = part * (1 - mask) + np.array(colour, np.float32) * mask
    return np.rint(pixels).astype(np.uint8)


def rows_of(text, ink):
    """Pixels from the first to the last row with ink of the Chinese glyphs."""
    alpha = render(text, ink).alpha
    return int((alpha.max(axis=1) > 127).sum())


def ratio_of(one, other):
    """WCAG's contrast of two greys 0 to 255."""
    light = [_light(value / 255) for value in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def _light(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def photo(side=480):
    """A photo without words."""
    image = Image.fromarray(skimage.data.astronaut())
    return image.resize((side * 4 // 3, side))


def saved(picture, form, **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
