"""Decoders that come with the extra ``pictures``: HEIC by pillow_heif, JPEG XL by pillow_jxl."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from colophon.errors import AnimationNotSupported, ExtraMissing, MalformedFile
from colophon.labels.explicit.formats import jxl
from colophon.labels.explicit.formats.order import Order

EXTRA = "pictures"


def prepare(form: str, data: bytes, order: Order) -> None:
    """Makes Pillow know the format. Raises ExtraMissing; TooLarge and AnimationNotSupported
    for what the decoder would not ask about."""
    if form == "HEIF":
        _module("pillow_heif").register_heif_opener()
    elif form == "JXL":
        _module("pillow_jxl")
        found = jxl.facts(data)
        if found is None:
            raise MalformedFile(file=order.name, detail="JPEG XL header")
        order.limits.check("pixels", found.width * found.height, order.limits.pixels, order.name)
        if found.animated:
            raise AnimationNotSupported(file=order.name, detail=form)


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ExtraMissing(extra=EXTRA) from error
