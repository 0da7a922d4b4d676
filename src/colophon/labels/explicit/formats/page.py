"""One page of a picture: its pixels by mode, and the label on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colophon.errors import UnknownType
from colophon.labels.explicit import raster
from colophon.labels.explicit.formats import palette
from colophon.labels.explicit.formats.order import Order, decoding
from colophon.labels.explicit.manner import DARK
from colophon.labels.model import ExplicitWritten
from colophon.labels.remarks import remark

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

ORIENTATION = 0x0112
HALF = 127
AS_THEY_ARE = {"L": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA", "CMYK": "CMYK"}
CONVERTED = {"YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB", "RGBX": "RGB", "PA": "RGBA"}
DEEP_GREY = ("I;16", "I;16L", "I;16B", "I;16N")


def orientation(picture: Image) -> int:
    """EXIF's orientation, 1 when there is none or it cannot be read."""
    try:
        found = picture.getexif().get(ORIENTATION, 1)
    except (ValueError, SyntaxError, OSError, TypeError, KeyError, EOFError):
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def label_page(picture: Image, order: Order) -> tuple[Image, ExplicitWritten, Any]:
    """One page labelled in its own mode; also the transparency to save it with."""
    with decoding(order.name):
        picture.load()
    clear = picture.info.get("transparency")
    if picture.mode == "P":
        drawn = _on_palette(picture, order)
        if drawn is not None:
            return drawn
        order.note(remark("palette_full"))
        picture, clear = picture.convert("RGBA" if clear is not None else "RGB"), None
    if picture.mode == "1":
        page, written = _on_values(picture.convert("L"), "L", order)
        return page.point(lambda level: 255 * (level > HALF), "1"), written, clear
    if picture.mode in DEEP_GREY:
        return *_on_values(picture, "L", order), clear
    if picture.mode in CONVERTED:
        picture = picture.convert(CONVERTED[picture.mode])
    if picture.mode not in AS_THEY_ARE:
        raise UnknownType(file=order.name)
    return *_on_values(picture, picture.mode, order), clear


def _on_values(picture: Image, model: str, order: Order) -> tuple[Image, ExplicitWritten]:
    import numpy as np
    from PIL import Image as Images

    pixels = np.array(picture)
    written = draw(raster.upright(pixels, orientation(picture)), model, order)
    page = Images.frombytes(picture.mode, picture.size, pixels.tobytes())
    return page, written


def draw(view: NDArray[Any], model: str, order: Order, *, plain: bool = False) -> ExplicitWritten:
    """The label on upright pixels, in place."""
    high, wide = view.shape[:2]
    stamp = order.stamp(wide, high)
    plain = plain or order.plain
    placed = raster.paint(
        view, model, stamp, order.position, order.contrast, plain=plain, style=order.style
    )
    order.drew(placed)
    return raster.written(stamp, placed, wide, high)


def _on_palette(picture: Image, order: Order) -> tuple[Image, ExplicitWritten, Any] | None:
    import numpy as np
    from PIL import Image as Images

    indices, colours = np.array(picture), palette.table(picture)
    view = raster.upright(indices, orientation(picture))
    high, wide = view.shape
    stamp = order.stamp(wide, high)
    placed = palette.paint(
        view, colours, stamp, order.position, order.contrast, dark=order.style.ink == DARK
    )
    if placed is None:
        return None
    order.drew(placed)
    page = Images.frombytes("P", picture.size, indices.tobytes())
    page.putpalette(np.rint(colours[:, :3] * 255).astype(np.uint8).tobytes(), "RGB")
    clear = palette.transparency(colours, picture.info.get("transparency"))
    return page, raster.written(stamp, placed, wide, high), clear
