"""The mark of a virtual scene (GLB): in its surfaces and in the pictures on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from colophon.labels.carriers.ranges import size_of
from colophon.labels.marking.order import Mark, Order
from colophon.labels.model import WatermarkWritten
from colophon.labels.watermark import scene
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey

LARGEST = 256 << 20
"""Bytes of a scene: it is held in memory."""


def apply(
    source: Path, target: Path, _media_type: str, mark: Mark, order: Order
) -> WatermarkWritten:
    """See `dispatch.apply`."""
    with source.open("rb") as stream:
        data = _bytes_of(stream, order)
    target.write_bytes(scene.embed(data, mark.payload, mark.key))
    return WatermarkWritten(payload=mark.shown)


def look(
    source: BinaryIO, _media_type: str, keys: Sequence[MarkKey], order: Order
) -> Detection | None:
    """See `dispatch.look`."""
    data = _bytes_of(source, order)
    found = (scene.detect(data, key) for key in keys)
    return next((one for one in found if one is not None), None)


def _bytes_of(source: BinaryIO, order: Order) -> bytes:
    size = size_of(source)
    order.limits.check("bytes", size, LARGEST, order.name)
    source.seek(0)
    return source.read(size)
