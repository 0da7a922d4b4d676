"""Animations and pages: the label on every frame, at one place, on one steady plate."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from colophon.errors import AnimationNotSupported
from colophon.labels.explicit import raster
from colophon.labels.explicit.formats import png, saving
from colophon.labels.explicit.formats.order import Order, decoding
from colophon.labels.explicit.formats.page import draw, label_page, orientation
from colophon.labels.model import ExplicitWritten
from colophon.labels.remarks import remark

if TYPE_CHECKING:
    from PIL.Image import Image


def label(picture: Image, data: bytes, order: Order) -> tuple[bytes, ExplicitWritten]:
    """Every frame labelled; timing, loop and metadata kept."""
    if picture.format == "TIFF":
        return _pages(picture, order)
    if picture.format == "MPO":
        return _first(picture, data, order)
    if picture.format == "HEIF":
        return _pictures(picture, order)
    if picture.format not in {"GIF", "PNG", "WEBP", "AVIF"}:
        raise AnimationNotSupported(file=order.name, detail=str(picture.format))
    frames, times, written = _frames(picture, order)
    buffer = BytesIO()
    options = _options(picture, data, order)
    with decoding(order.name):
        frames[0].save(
            buffer,
            picture.format,
            save_all=True,
            append_images=frames[1:],
            duration=[round(time) for time in times] if picture.format == "AVIF" else times,
            **options,
        )
    out = buffer.getvalue()
    return (png.join(data, out) if picture.format == "PNG" else out), written


def _frames(picture: Image, order: Order) -> tuple[list[Image], list[float], ExplicitWritten]:
    import numpy as np
    from PIL import Image as Images

    turned = orientation(picture)
    frames, times, written = [], [], None
    for number in range(getattr(picture, "n_frames", 1)):
        with decoding(order.name):
            picture.seek(number)
            pixels = np.array(picture.convert("RGBA"))
        times.append(float(picture.info.get("duration", 0)))
        view = raster.upright(pixels, turned)
        if order.drawn:
            order = replace(order, position=order.drawn[-1].spot)
        drawn = draw(view, "RGBA", order, plain=True)
        written = written or drawn
        frames.append(Images.fromarray(pixels, "RGBA"))
    if written is None:
        raise AnimationNotSupported(file=order.name, detail="no frames")
    return frames, times, written


def _options(picture: Image, data: bytes, order: Order) -> dict[str, Any]:
    loop = {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    if picture.format == "GIF":
        order.note(remark("gif_palettes_renewed"))
        return {**loop, "disposal": 2, **saving.described(picture, "comment")}
    if picture.format == "PNG":
        first = bool(picture.info.get("default_image"))
        return {**loop, "default_image": first, "disposal": 0, "blend": 0}
    extra = saving.described(picture, "exif", "icc_profile", "xmp")
    if picture.format == "AVIF":
        return {"quality": saving.AVIF_QUALITY, "speed": saving.AVIF_SPEED, **extra}
    return {**loop, **saving.webp_options(data), **extra}


def _pages(picture: Image, order: Order) -> tuple[bytes, ExplicitWritten]:
    pages: list[Image] = []
    written: ExplicitWritten | None = None
    options: dict[str, Any] = {}
    for number in range(getattr(picture, "n_frames", 1)):
        with decoding(order.name):
            picture.seek(number)
        page, drawn, _clear = label_page(picture, order)
        options = options or saving.tiff_options(picture, page, order)
        written = written or drawn
        pages.append(page)
    if written is None:
        raise AnimationNotSupported(file=order.name, detail="no pages")
    order.note(remark("tiff_page_tags"))
    buffer = BytesIO()
    with decoding(order.name):
        pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], **options)
    return buffer.getvalue(), written


def _pictures(picture: Image, order: Order) -> tuple[bytes, ExplicitWritten]:
    """Several pictures in one HEIF file: each with its label; the main one stays the main one."""
    pages: list[Image] = []
    main, options = picture.tell(), saving.heif_options(picture, order)
    written: ExplicitWritten | None = None
    for number in range(getattr(picture, "n_frames", 1)):
        with decoding(order.name):
            picture.seek(number)
        saving.heif_left_out(picture, order)
        page, drawn, _clear = label_page(picture, order)
        written = drawn if number == main or written is None else written
        pages.append(page)
    if written is None:
        raise AnimationNotSupported(file=order.name, detail="no pictures")
    buffer = BytesIO()
    with decoding(order.name):
        pages[0].save(
            buffer, "HEIF", save_all=True, append_images=pages[1:], primary_index=main, **options
        )
    return buffer.getvalue(), written


def _first(picture: Image, data: bytes, order: Order) -> tuple[bytes, ExplicitWritten]:
    """A JPEG with further pictures inside: the first is the one that is shown."""
    picture.seek(0)
    page, written, clear = label_page(picture, order)
    return saving.save(page, picture, data, clear, order), written
