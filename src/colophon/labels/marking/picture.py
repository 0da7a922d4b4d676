"""The mark of a picture: put on its pixels, in its own mode and depth, and saved as it came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from colophon.errors import MalformedFile, TooSmallToMark
from colophon.labels.carriers.ranges import size_of
from colophon.labels.explicit.formats.order import Order as Drawn
from colophon.labels.explicit.formats.order import decoding
from colophon.labels.explicit.image import FORMATS
from colophon.labels.marking.order import Mark, Order
from colophon.labels.model import WatermarkWritten
from colophon.labels.watermark import image
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[np.uint8]

_FREE_OF_PALETTES = ("PNG", "TIFF")
_MODES = ("L", "LA", "RGB", "RGBA")
_DEEP_BITS = 16
_DEEP = 257
"""One step of eight bits in sixteen."""


def apply(
    source: Path, target: Path, media_type: str, mark: Mark, order: Order
) -> WatermarkWritten:
    """See `dispatch.apply`."""
    from colophon.labels.explicit.formats import png, saving

    form = FORMATS[media_type]
    with source.open("rb") as stream:
        data = _bytes_of(stream, order)
    with _opened(data, form, order) as picture:
        if picture.format == "PNG" and png.header(data)[0] == _DEEP_BITS:
            out, ratio = _deep(data, mark, order)
        else:
            page, ratio = _page(picture, mark, order)
            clear = picture.info.get("transparency") if page.mode == picture.mode else None
            out = saving.save(page, picture, data, clear, _drawn(order))
    target.write_bytes(out)
    return WatermarkWritten(payload=mark.shown, psnr_db=ratio)


def look(
    source: BinaryIO, media_type: str, keys: Sequence[MarkKey], order: Order
) -> Detection | None:
    """See `dispatch.look`."""
    data = _bytes_of(source, order)
    with _opened(data, FORMATS[media_type], order) as picture, decoding(order.name):
        pixels = _colours(picture)
    found = (image.detect(pixels, key) for key in keys)
    return next((one for one in found if one is not None), None)


def _drawn(order: Order) -> Drawn:
    """As the code that opens and saves pictures wants it."""
    return Drawn(order.name, "", "auto", order.limits, order.note)


def _bytes_of(source: BinaryIO, order: Order) -> bytes:
    size = size_of(source)
    order.limits.check("bytes", size, order.limits.picture_bytes, order.name)
    source.seek(0)
    return source.read(size)


@contextmanager
def _opened(data: bytes, form: str, order: Order) -> Iterator[Image]:
    from PIL import Image

    from colophon.labels.explicit.formats.decoders import prepare

    prepare(form, data, _drawn(order))
    with decoding(order.name):
        picture = Image.open(BytesIO(data), formats=(form,))
    with picture:
        area = picture.width * picture.height
        order.limits.check("pixels", area, order.limits.pixels, order.name)
        yield picture


def _page(picture: Image, mark: Mark, order: Order) -> tuple[Image, float]:
    """The marked picture in its own mode, and how near it is to the old one."""
    import numpy as np
    from PIL import Image

    frames = getattr(picture, "n_frames", 1)
    with decoding(order.name):
        if picture.mode == "P" and picture.format in _FREE_OF_PALETTES:
            picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
        if frames > 1 or picture.mode not in _MODES:
            raise TooSmallToMark(file=order.name, detail=f"{picture.mode}, {frames} pages")
        pixels = np.array(picture)
    marked, ratio = _marked(pixels if pixels.ndim == 3 else pixels[..., None], mark)
    page = Image.frombytes(picture.mode, picture.size, marked.tobytes())
    return page, ratio


def _marked(pixels: Pixels, mark: Mark) -> tuple[Pixels, float]:
    """Pixels of 1 to 4 channels with the mark on all but the alpha, and the PSNR in dB."""
    import cv2
    import numpy as np

    colours = 3 if pixels.shape[2] >= 3 else 1
    plain = np.ascontiguousarray(pixels[..., :colours])
    wide = plain if colours == 3 else np.repeat(plain, 3, axis=2)
    marked = image.embed(wide, mark.payload, mark.key)
    if colours == 1:
        marked = cv2.cvtColor(marked, cv2.COLOR_RGB2GRAY)[..., None]
    out = pixels.copy()
    out[..., :colours] = marked
    return out, round(float(cv2.PSNR(plain, marked)), 2)


def _deep(data: bytes, mark: Mark, order: Order) -> tuple[bytes, float]:
    """Sixteen bits a channel: what the mark adds to eight of them is added to all."""
    import cv2
    import numpy as np

    from colophon.labels.explicit.formats import png

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16:
        raise MalformedFile(file=order.name, detail="16-bit image data cannot be decoded")
    pixels = pixels if pixels.ndim == 3 else pixels[..., None]
    # The order of the channels is kept; OpenCV's blue comes first.
    swap = [2, 1, 0, 3][: pixels.shape[2]] if pixels.shape[2] >= 3 else [0]
    coarse = (pixels[..., swap] // _DEEP).astype(np.uint8)
    marked, ratio = _marked(coarse, mark)
    change = (marked.astype(np.int32) - coarse) * _DEEP
    deep = np.clip(pixels + change[..., swap], 0, 0xFFFF).astype(np.uint16)
    done, encoded = cv2.imencode(".png", deep)
    if not done:
        raise MalformedFile(file=order.name, detail="16-bit image data cannot be encoded")
    return png.join(data, encoded.tobytes()), ratio


def _colours(picture: Image) -> Any:
    """Its pixels as eight bits of red, green and blue."""
    import numpy as np

    if picture.mode.startswith("I"):
        # Pillow would cut off sixteen bits of grey at 255 of them.
        grey = (np.array(picture).astype(np.int64) // _DEEP).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.array(picture.convert("RGB"))
