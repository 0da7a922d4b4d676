"""Writing labelled pixels back into the format they came in, with all it said about them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from colophon.labels.explicit.formats import jpeg, png
from colophon.labels.explicit.formats.order import Order, decoding
from colophon.labels.remarks import remark

if TYPE_CHECKING:
    from PIL.Image import Image

LOSSY_QUALITY = 95
AVIF_QUALITY, AVIF_SPEED = 90, 8
FULL_CHROMA = 0
BYTE = 8
"""Bits of one value that the encoders at hand are given."""
TIFF_LAYOUT = frozenset(
    {254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338}
    | {330, 339, 347, 512, 513, 514, 519, 520, 521, 529, 530, 531, 532, 34665, 34853, 34675}
)
"""Tags that describe how pixels lie in the old file, or point into it; written anew."""


def save(labelled: Image, old: Image, data: bytes, clear: Any, order: Order) -> bytes:
    """``labelled`` in the format of ``old``, whose bytes are ``data``; ``clear`` is the
    transparency to keep."""
    with decoding(order.name):
        return _SAVERS[old.format or ""](labelled, old, data, clear, order)


def _saved(picture: Image, form: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def described(old: Image, *names: str) -> dict[str, Any]:
    """What Pillow read of ``old`` under these names, for saving again."""
    return {name: old.info[name] for name in names if old.info.get(name)}


def _png(new: Image, _old: Image, data: bytes, clear: Any, _order: Order) -> bytes:
    extra = {} if clear is None else {"transparency": _key(clear, data)}
    return png.join(data, _saved(new, "PNG", **extra))


def _key(clear: Any, data: bytes) -> Any:
    """A grey key of a file under 8 bits, in the 8 bits it is written with now."""
    depth, colour = png.header(data)
    if isinstance(clear, int) and colour == 0 and depth in {2, 4}:
        return clear * 255 // (2**depth - 1)
    return clear


def _jpeg(new: Image, old: Image, data: bytes, _clear: Any, order: Order) -> bytes:
    from PIL.JpegImagePlugin import get_sampling

    sampling = get_sampling(old)
    fresh = _saved(
        new,
        "JPEG",
        **_tables(old, order),
        subsampling=sampling if sampling >= 0 else FULL_CHROMA,
        progressive=bool(old.info.get("progressive")),
        optimize=True,
    )
    joined, left = jpeg.join(data, fresh)
    if left:
        order.note(remark("inner_pictures_left_out"))
    return joined


def _tables(old: Image, order: Order) -> dict[str, Any]:
    if order.fine:
        return {"quality": LOSSY_QUALITY}
    return {"qtables": old.quantization}  # type: ignore[attr-defined]


def _webp(new: Image, old: Image, data: bytes, _clear: Any, _order: Order) -> bytes:
    return _saved(new, "WEBP", **webp_options(data), **described(old, "exif", "icc_profile", "xmp"))


def webp_options(data: bytes) -> dict[str, Any]:
    """Lossless stays lossless, exact under transparency too."""
    if b"VP8L" in data[:64] or (b"VP8 " not in data and b"VP8L" in data):
        return {"lossless": True, "exact": True, "quality": 80, "method": 4}
    return {"quality": LOSSY_QUALITY, "method": 4}


def _gif(new: Image, old: Image, _data: bytes, clear: Any, _order: Order) -> bytes:
    extra = {"transparency": clear} if isinstance(clear, int) else {}
    return _saved(new, "GIF", **extra, **described(old, "comment", "background"))


def _tiff(new: Image, old: Image, _data: bytes, _clear: Any, order: Order) -> bytes:
    return _saved(new, "TIFF", **tiff_options(old, new, order))


def tiff_options(old: Image, new: Image, order: Order) -> dict[str, Any]:
    """Compression and descriptive tags of the old file."""
    squeezed = old.info.get("compression", "raw")
    bilevel = squeezed in {"group3", "group4", "tiff_ccitt"} and new.mode != "1"
    if squeezed in {"jpeg", "tiff_jpeg", "webp"} or bilevel:
        order.note(remark("tiff_compression_replaced", compression=squeezed))
        squeezed = "tiff_adobe_deflate"
    tags = {k: v for k, v in old.tag_v2.items() if k not in TIFF_LAYOUT}  # type: ignore[attr-defined]
    return {"compression": squeezed, "tiffinfo": tags, **described(old, "icc_profile", "dpi")}


def _bmp(new: Image, old: Image, _data: bytes, _clear: Any, _order: Order) -> bytes:
    return _saved(new, "BMP", **described(old, "dpi"))


def _avif(new: Image, old: Image, _data: bytes, _clear: Any, _order: Order) -> bytes:
    extra = described(old, "exif", "icc_profile", "xmp")
    return _saved(new, "AVIF", quality=AVIF_QUALITY, speed=AVIF_SPEED, **extra)


def _heif(new: Image, old: Image, _data: bytes, _clear: Any, order: Order) -> bytes:
    heif_left_out(old, order)
    return _saved(new, "HEIF", **heif_options(old, order))


def heif_options(old: Image, order: Order) -> dict[str, Any]:
    """Sampling and descriptions of the old file; where the label needs it, full colour."""
    chroma = 444 if order.fine else old.info.get("chroma", 420)
    extra = described(old, "exif", "icc_profile", "xmp")
    return {"quality": LOSSY_QUALITY, "chroma": chroma, **extra}


def heif_left_out(old: Image, order: Order) -> None:
    """Says what of a HEIF picture does not come back."""
    if any(old.info.get(name) for name in ("depth_images", "aux")):
        order.note(remark("inner_pictures_left_out"))
    depth = old.info.get("bit_depth", BYTE)
    if depth > BYTE:
        order.note(remark("pixels_converted", found=f"{depth} bit", written=f"{BYTE} bit"))


def _jxl(new: Image, old: Image, data: bytes, _clear: Any, order: Order) -> bytes:
    from colophon.labels.explicit.formats import jxl

    found = jxl.facts(data)
    exact = found is not None and found.exact
    profile = old.info.get("icc_profile")
    if profile and jxl.in_srgb(new, profile):
        order.note(remark("pixels_converted", found="ICC", written="sRGB"))
    options = {"lossless": True} if exact else {"quality": LOSSY_QUALITY}
    return _saved(new, "JXL", **options, **described(old, "exif"), xmp=jxl.packet(data))


_Saver = Callable[["Image", "Image", bytes, Any, Order], bytes]
_SAVERS: dict[str, _Saver] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "MPO": _jpeg,
    "WEBP": _webp,
    "GIF": _gif,
    "TIFF": _tiff,
    "BMP": _bmp,
    "AVIF": _avif,
    "HEIF": _heif,
    "JXL": _jxl,
}
