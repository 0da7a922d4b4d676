"""One door for every medium: put the mark into a file, and look for it (Source: Art. 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from colophon.errors import TooSmallToMark
from colophon.labels.marking.media import FORMS
from colophon.labels.marking.order import Mark, Order
from colophon.labels.model import WatermarkLayer, WatermarkWritten
from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey


def apply(
    source: Path, target: Path, media_type: str, mark: Mark, order: Order
) -> WatermarkWritten:
    """Writes ``target`` as ``source`` plus the mark, read back from the finished bytes.

    Raises TooSmallToMark where the content cannot carry one (no target is left then), and the
    InputError kinds of broken files.
    """
    if media_type not in FORMS:
        raise TooSmallToMark(file=order.name, detail=media_type)
    worker = import_module(f"colophon.labels.marking.{FORMS[media_type]}")
    written: WatermarkWritten = worker.apply(source, target, media_type, mark, order)
    with target.open("rb") as finished:
        found: Detection | None = worker.look(finished, media_type, (mark.key,), order)
    if found is None or found.payload != mark.payload:
        target.unlink()
        raise TooSmallToMark(file=order.name, detail="not read back")
    return written


def look(
    source: BinaryIO, media_type: str, keys: Sequence[MarkKey], order: Order
) -> WatermarkLayer | None:
    """The mark under the first of the ``keys`` that has one. None: not for this type of file.

    Raises the InputError kinds of broken files.
    """
    if media_type not in FORMS or not keys:
        return None
    worker = import_module(f"colophon.labels.marking.{FORMS[media_type]}")
    found: Detection | None = worker.look(source, media_type, keys, order)
    return WatermarkLayer(present=False) if found is None else layer(found)


def layer(found: Detection) -> WatermarkLayer:
    """What was found, as it is told; of a transform, what this medium can tell."""
    transform = {k: v for k, v in asdict(found.transform).items() if v is not None}
    return WatermarkLayer(
        present=True,
        payload=None if found.payload is None else f"{found.payload:016x}",
        confidence=found.confidence,
        transform=transform or None,
    )
