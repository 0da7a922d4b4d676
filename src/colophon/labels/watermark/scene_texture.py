"""Pictures on the surfaces of a GLB: those that give the base colour, each in its own format again.

Data textures (normals, roughness) are left alone: they are reckoned with, not looked at.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from colophon.errors import TooSmallToMark
from colophon.labels.explicit.scene_document import NAME, Document
from colophon.labels.watermark import image, scene_geometry
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey

MOST_PIXELS = 1 << 26
MOST_TEXTURES = 64
_SEARCHED = 4
"""Textures that are searched with full effort; the rest quickly."""
_WEBP = "EXT_texture_webp"
_FORMS = ("PNG", "JPEG", "WEBP")
_QUALITY = 92
_DEEP = frozenset({"I", "F", "I;16", "I;16B", "I;16L"})


@dataclass(frozen=True, slots=True)
class Texture:
    """``view``: the buffer view in which it lies; ``start``, ``end``: where, in the chunk."""

    view: int
    start: int
    end: int


def textures(document: Document, size: int) -> list[Texture]:
    """The base colours that lie in the chunk of this ``size``, no other view over them."""
    views = sorted(set(_views(document)))
    spans = [scene_geometry.span(document, n) for n in range(len(document.all("bufferViews")))]
    found = []
    for view in views[:MOST_TEXTURES]:
        own = spans[view]
        if own is None or own[1] > size:
            continue
        apart = all(
            one is None or one[0] >= own[1] or one[1] <= own[0] or number == view
            for number, one in enumerate(spans)
        )
        if apart:
            found.append(Texture(view, *own))
    return found


def _views(document: Document) -> Iterator[int]:
    for material in document.all("materials"):
        base = material.get("pbrMetallicRoughness", {}).get("baseColorTexture", {}).get("index")
        if base is None or material.get("name") == NAME:
            continue
        texture = document.one("textures", base)
        webp = texture.get("extensions", {}).get(_WEBP, {}).get("source")
        for source in (texture.get("source"), webp):
            view = None if source is None else document.one("images", source).get("bufferView")
            if view is not None:
                document.one("bufferViews", view)
                yield view


def marked(data: bytes, payload: int, key: MarkKey) -> bytes | None:
    """The picture with the mark, encoded as it was; None where it cannot carry it."""
    opened = _opened(data)
    if opened is None:
        return None
    try:
        pixels = image.embed(np.asarray(opened.convert("RGB")), payload, key)
    except TooSmallToMark:
        return None
    out = _encoded(pixels, opened)
    found = read(out, key, "quick")
    return out if found is not None and found.payload == payload else None


def read(data: bytes, key: MarkKey, effort: Literal["quick", "full"]) -> Detection | None:
    opened = _opened(data)
    if opened is None:
        return None
    return image.detect(np.asarray(opened.convert("RGB")), key, effort=effort)


def found(pictures: list[bytes], key: MarkKey) -> Detection | None:
    """The first mark in any of several."""
    for number, data in enumerate(pictures):
        mark = read(data, key, "full" if number < _SEARCHED else "quick")
        if mark is not None:
            return mark
    return None


def _opened(data: bytes) -> Image.Image | None:
    """None for what is no picture of 8 bits a channel, is too large, or moves."""
    try:
        opened = Image.open(io.BytesIO(data), formats=_FORMS)
        plain = opened.mode not in _DEEP and getattr(opened, "n_frames", 1) == 1
        if not plain or opened.width * opened.height > MOST_PIXELS:
            return None
        opened.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return opened


def _encoded(pixels: NDArray[np.uint8], like: Image.Image) -> bytes:
    out = Image.fromarray(pixels)
    if like.mode == "L":
        out = out.convert("L")
    elif "A" in like.getbands() or "transparency" in like.info:
        out.putalpha(like.convert("RGBA").getchannel("A"))
    buffer = io.BytesIO()
    out.save(buffer, like.format, **_options(like))
    return buffer.getvalue()


def _options(like: Image.Image) -> dict[str, Any]:
    """As finely coded as it was, its colours meant as before."""
    options: dict[str, Any] = {
        name: like.info[name] for name in ("icc_profile", "exif") if name in like.info
    }
    if isinstance(like, JpegImagePlugin.JpegImageFile):
        sampling = JpegImagePlugin.get_sampling(like)
        options |= {"qtables": like.quantization, "subsampling": max(sampling, 0)}
    elif like.format == "WEBP":
        options["quality"] = _QUALITY
    return options
