"""The mark of words: in characters that are not seen, in text and Markdown of UTF-8."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from colophon.errors import TooSmallToMark
from colophon.labels.carriers.ranges import size_of
from colophon.labels.marking.order import Mark, Order
from colophon.labels.model import WatermarkWritten
from colophon.labels.watermark import text
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey


def apply(
    source: Path, target: Path, _media_type: str, mark: Mark, order: Order
) -> WatermarkWritten:
    """See `dispatch.apply`."""
    with source.open("rb") as stream:
        words = _words(stream, order)
    if words is None:
        raise TooSmallToMark(file=order.name, detail="UTF-8")
    target.write_bytes(text.embed(words, mark.payload, mark.key).encode())
    return WatermarkWritten(payload=mark.shown)


def look(
    source: BinaryIO, _media_type: str, keys: Sequence[MarkKey], order: Order
) -> Detection | None:
    """See `dispatch.look`."""
    words = _words(source, order)
    found = (text.detect(words or "", key) for key in keys)
    return next((one for one in found if one is not None), None)


def _words(source: BinaryIO, order: Order) -> str | None:
    size = size_of(source)
    order.limits.check("bytes", size, order.limits.text_bytes, order.name)
    source.seek(0)
    try:
        return source.read(size).decode()
    except UnicodeDecodeError:
        return None
