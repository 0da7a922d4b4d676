"""A picture file as PDQ sees it: its luma, upright, what is clear on white, no larger than needed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from colophon.errors import ExplicitUnsupported
from colophon.labels.carriers.ranges import size_of
from colophon.labels.explicit import raster
from colophon.labels.explicit.formats import decoders, page
from colophon.labels.explicit.formats.order import Order, decoding
from colophon.labels.explicit.image import FORMATS
from colophon.labels.explicit.limits import Limits
from colophon.labels.fingerprint import image
from colophon.labels.fingerprint.image import WORKING_SIDE, PicturePrint, on_white

if TYPE_CHECKING:
    from PIL.Image import Image

    Luma = NDArray[np.uint8]

LIMITS = Limits(pixels=100_000_000, picture_bytes=256 << 20)
_CLEAR = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})


def readable(media_type: str) -> bool:
    """Whether pictures of this type can be decoded here."""
    return media_type in FORMATS


def of_file(source: BinaryIO, media_type: str, name: str) -> PicturePrint | None:
    """The print of a picture file; else as `grey`."""
    return image.of_grey(grey(source, media_type, name))


def grey(source: BinaryIO, media_type: str, name: str) -> Luma:
    """Upright luma of the picture, of an animation of its first frame. Raises InputError kinds for
    what cannot be decoded or is too large; ExtraMissing.
    """
    from PIL import Image

    if not readable(media_type):
        raise ExplicitUnsupported(media_type=media_type)
    form, size = FORMATS[media_type], size_of(source)
    LIMITS.check("bytes", size, LIMITS.picture_bytes, name)
    source.seek(0)
    data = source.read(size)
    decoders.prepare(form, data, Order(name, "", "auto", LIMITS, lambda _remark: None))
    with decoding(name):
        picture = Image.open(BytesIO(data), formats=(form,))
    with picture:
        LIMITS.check("pixels", picture.width * picture.height, LIMITS.pixels, name)
        with decoding(name):
            turned = page.orientation(picture)
            return np.ascontiguousarray(raster.upright(_luma(picture), turned))


def _luma(picture: Image) -> Luma:
    if picture.format in {"JPEG", "MPO"} and picture.mode in {"RGB", "L"}:
        # Means of 2, 4 or 8 pixels square by the decoder itself, and no colours: the same luma.
        picture.draft("L", (WORKING_SIDE, WORKING_SIDE))
    if picture.mode.startswith("I;16") or picture.mode in {"I", "F"}:
        return _deep(picture)
    if picture.mode in _CLEAR or "transparency" in picture.info:
        full = np.asarray(picture.convert("RGBA").convert("LA"))
        return on_white(full[..., 0], full[..., 1])
    return np.asarray(picture.convert("L"))


def _deep(picture: Image) -> Luma:
    """More than eight bits of grey: the upper eight of sixteen; floats as they stand."""
    values = np.asarray(picture)
    eight = values.astype(np.int64) >> 8 if picture.mode != "F" else np.nan_to_num(values)
    luma: Luma = np.clip(eight, 0, 255).astype(np.uint8)
    return luma
