"""The explicit label of a picture: words in a corner, drawn on the pixels.

Source: GB 45438-2025 5.2 (both elements, at an edge or corner, glyphs at least 5 % of the
shortest side). Away from the label the picture stays as it was, as far as its format allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from colophon.errors import (
    EmptyFile,
    ExplicitUnsupported,
    Lang,
)
from colophon.labels.carriers.ranges import size_of
from colophon.labels.explicit.formats.order import LOSSY, Order, decoding
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.manner import OUTLINE, USUAL
from colophon.labels.explicit.wording import words
from colophon.labels.model import ExplicitWritten, Medium, Style
from colophon.labels.remarks import Remark, remark

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {
    "image/png": "PNG",
    "image/apng": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/avif": "AVIF",
    "image/avif-sequence": "AVIF",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
    "image/jxl": "JXL",
}


def apply(
    source: bytes | BinaryIO,
    media_type: str,
    text: str | None = None,
    position: str = "auto",
    lang: Lang = "zh",
    *,
    name: str = "picture",
    limits: Limits = STANDARD,
    note: Callable[[Remark], None] = lambda _sentence: None,
    style: Style = USUAL,
) -> tuple[bytes, ExplicitWritten]:
    """The labelled picture, same format and mode wherever that can hold the label.

    ``position``: auto (where the label covers least that matters) or one of
    `placement.POSITIONS`. ``style``: how high the words are, their dress and ink. ``note``
    hears what could not be kept. Raises EmptyFile, TooLarge (before decoding), MalformedFile,
    TruncatedFile, ExplicitUnsupported, AnimationNotSupported, WordingNotCompliant, FontMissing.
    """
    order = Order(name, words(Medium.IMAGE, text, lang), position, limits, note, style)
    data = _bytes_of(source, limits, name)
    if media_type == "image/svg+xml":
        from colophon.labels.explicit.formats import svg

        return svg.apply(data, position, order)
    if media_type not in FORMATS:
        raise ExplicitUnsupported(media_type=media_type)
    return _labelled(data, FORMATS[media_type], order)


def apply_file(
    source: Path,
    target: Path,
    media_type: str,
    *,
    wording: str | None,
    lang: Lang,
    position: str,
    limits: Limits,
    note: Callable[[Remark], None],
    style: Style = USUAL,
    **_unused: Any,
) -> ExplicitWritten:
    """The door `dispatch.apply` calls."""
    with source.open("rb") as stream:
        data, written = apply(
            stream,
            media_type,
            wording,
            position,
            lang,
            name=source.name,
            limits=limits,
            note=note,
            style=style,
        )
    target.write_bytes(data)
    return written


def _bytes_of(source: bytes | BinaryIO, limits: Limits, name: str) -> bytes:
    if not isinstance(source, bytes):
        # Asking for the most there may be would set that much aside at once.
        size = size_of(source)
        limits.check("bytes", size, limits.picture_bytes, name)
        source.seek(0)
        source = source.read(size)
    limits.check("bytes", len(source), limits.picture_bytes, name)
    if not source:
        raise EmptyFile(file=name)
    return source


def _labelled(data: bytes, form: str, order: Order) -> tuple[bytes, ExplicitWritten]:
    """Opens under the limits; only the decoder of ``form`` is tried."""
    from PIL import Image

    from colophon.labels.explicit.formats.decoders import prepare
    from colophon.labels.explicit.formats.pictures import label

    prepare(form, data, order)
    with decoding(order.name):
        picture = Image.open(BytesIO(data), formats=(form,))
    with picture:
        with decoding(order.name):
            frames = int(getattr(picture, "n_frames", 1))
        _check_size(picture, frames, order)
        out, written = label(picture, data, order)
        lossy = frames == 1 and picture.format in LOSSY and b"VP8L" not in out[:64]
    return _proven(data, out, form, written, order) if lossy else (out, written)


def _proven(
    data: bytes, out: bytes, form: str, written: ExplicitWritten, order: Order
) -> tuple[bytes, ExplicitWritten]:
    """The file with the contrast that compression left; drawn more firmly when that is not
    enough, first on an opaque plate, then at a better quality."""
    from PIL import Image

    from colophon.labels.explicit import raster
    from colophon.labels.explicit.formats.pictures import label
    from colophon.labels.explicit.formats.proof import measured

    spot, wanted = order.drawn[-1].spot, raster.aimed_at(order.drawn[-1].stamp, order.contrast)
    for better in (False, True, None):
        left = measured(out, form, order.drawn[-1], order.name)
        if left is None:
            break
        written = replace(written, contrast=round(min(left, order.drawn[-1].contrast), 2))
        if left >= wanted or better is None:
            break
        if order.style.dress == OUTLINE and not order.drawn[-1].covered:
            order.note(remark("outline_not_legible"))
        order = replace(order, position=spot, note=_said_already, plain=True, fine=better)
        with Image.open(BytesIO(data), formats=(form,)) as picture:
            out, written = label(picture, data, order)
    return out, written


def _said_already(_remark: Remark) -> None:
    """The notes of a second drawing are those of the first."""


def _check_size(picture: Image, frames: int, order: Order) -> None:
    area = picture.width * picture.height
    order.limits.check("pixels", area, order.limits.pixels, order.name)
    order.limits.check("frames", frames, order.limits.frames, order.name)
    order.limits.check("pixels", area * frames, order.limits.pixels, order.name)
