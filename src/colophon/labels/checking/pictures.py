"""The explicit label of a picture, read from its pixels as they are shown.

Source: GB 45438-2025 5.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from colophon.labels.carriers.ranges import size_of
from colophon.labels.checking import finding, rules
from colophon.labels.explicit import raster
from colophon.labels.explicit.formats import decoders, page
from colophon.labels.explicit.formats.order import Order, decoding
from colophon.labels.explicit.image import FORMATS
from colophon.labels.explicit.limits import Limits
from colophon.labels.model import ExplicitLayer, Medium

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Colours = NDArray[np.uint8]

LIMITS = Limits(pixels=48_000_000, frames=400, picture_bytes=256 << 20)
"""What one picture may cost to look at; beyond, its manifest speaks for it."""
ENOUGH_PIXELS = 1400
"""Of the shorter side: a JPEG is decoded no larger than it must be to have as many."""
REDUCIBLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
WHITE = (255, 255, 255)


def seen(source: BinaryIO, media_type: str, name: str) -> ExplicitLayer:
    """The label as every frame that is looked at shows it. Raises ExtraMissing; InputError
    kinds for what cannot be decoded or is too large."""
    worst: finding.Found | None = None
    for pixels in _frames(source, media_type, name):
        found = finding.in_picture(pixels)
        if found is None:
            return ExplicitLayer(present=False)
        if worst is None or (found.height_ratio or 0) < (worst.height_ratio or 0):
            worst = found
    if worst is None:
        return ExplicitLayer(present=False)
    return rules.layer(
        worst.text,
        "ocr",
        rules.of_picture(Medium.IMAGE, worst),
        where=worst.where,
        height_ratio=worst.height_ratio,
    )


def readable(media_type: str) -> bool:
    """Whether pictures of this type can be looked at."""
    return media_type in FORMATS


def _frames(source: BinaryIO, media_type: str, name: str) -> Iterator[Colours]:
    """The picture upright; of an animation its first, middle and last frame."""
    from PIL import Image

    form = FORMATS[media_type]
    order = Order(name, "", "auto", LIMITS, lambda _remark: None)
    size = size_of(source)
    LIMITS.check("bytes", size, LIMITS.picture_bytes, name)
    source.seek(0)
    data = source.read(size)
    decoders.prepare(form, data, order)
    with decoding(name):
        picture = Image.open(BytesIO(data), formats=(form,))
    with picture:
        wide, high = picture.size
        LIMITS.check("pixels", wide * high, LIMITS.pixels, name)
        with decoding(name):
            for number in _looked_at(picture):
                yield _upright(picture, number)


def _looked_at(picture: Image) -> list[int]:
    """Numbers of the frames; of long animations only early ones: each needs all before it."""
    wide, high = picture.size
    most = min(LIMITS.frames, max(1, LIMITS.pixels // max(1, wide * high)))
    if picture.format in {"MPO", "TIFF", "HEIF"}:
        return [picture.tell()]
    if picture.format == "GIF":
        last = _last_frame(picture, most)
    else:
        last = min(int(getattr(picture, "n_frames", 1)), most) - 1
    return sorted({0, last // 2, last})


def _last_frame(picture: Image, most: int) -> int:
    """Of a GIF, which does not say how many frames it has."""
    last = 0
    try:
        for number in range(1, most):
            picture.seek(number)
            last = number
    except EOFError:
        pass
    return last


def _upright(picture: Image, number: int) -> Colours:
    import numpy as np

    if number != picture.tell():
        picture.seek(number)
    turned = page.orientation(picture)
    if picture.format == "JPEG":
        _drafted(picture)
    factor = min(picture.size) // ENOUGH_PIXELS
    if factor > 1 and picture.mode in REDUCIBLE and "transparency" not in picture.info:
        picture = picture.reduce(factor)
    return np.ascontiguousarray(raster.upright(np.asarray(_plain(picture)), turned))


def _drafted(picture: Image) -> None:
    """Lets the decoder of a large JPEG leave out what measuring does not need."""
    scale = ENOUGH_PIXELS / min(picture.size)
    if scale < 1:
        wide, high = picture.size
        picture.draft(None, (round(wide * scale), round(high * scale)))


def _plain(picture: Image) -> Image:
    """Eight bits of R, G, B, what is clear on white."""
    import numpy as np
    from PIL import Image as Images

    if picture.mode.startswith("I;16") or picture.mode == "I":
        deep = np.asarray(picture).astype(np.int64)
        return Images.fromarray((deep >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if picture.mode == "F":
        return Images.fromarray(np.asarray(picture).clip(0, 255).astype(np.uint8)).convert("RGB")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        full = picture.convert("RGBA")
        ground = Images.new("RGBA", full.size, (*WHITE, 255))
        return Images.alpha_composite(ground, full).convert("RGB")
    return picture.convert("RGB")
