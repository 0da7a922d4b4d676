"""Reading words in pixels: RapidOCR on onnxruntime, from the extra ``ocr``.

Loaded on first use and kept. The models lie inside the package; nothing is asked of any network.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colophon.errors import ExtraMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Colours = NDArray[np.uint8]

EXTRA = "ocr"
THREADS = 1
"""More wait for each other busily: twice the processor time for little."""
LONGEST_SIDE = 2400
"""Pixels of the longer side the detector is given at most."""
MOST_LINES = 48
"""Lines recognised in one picture; those nearest to an edge come first."""
SURE = 0.5
"""Confidence from 0 to 1 under which what was read does not count."""
FEWEST_PIXELS = 4
ROOM = 0.12
"""Of a line's height: how much is shown to the recogniser around it."""
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Box:
    """Upright bounds in pixels; right and bottom are outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def scaled(self, factor: float) -> Box:
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def moved(self, x: float, y: float) -> Box:
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def grown(self, room: float, width: float, height: float) -> Box:
        """With ``room`` pixels on each side, inside a picture of this size."""
        return Box(
            max(0.0, self.left - room),
            max(0.0, self.top - room),
            min(width, self.right + room),
            min(height, self.bottom + room),
        )

    def united(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """Words read, and where."""

    text: str
    box: Box


def available() -> bool:
    """Whether the extra is installed with its models."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime")) and _models() is not None


def lines(pixels: Colours) -> list[Line]:
    """The lines of words on R, G, B pixels, at most `MOST_LINES`. Raises ExtraMissing."""
    with _LOCK:
        engine = _engine()
        boxes = _detected(engine, pixels)
        return [line for box in boxes if (line := _line(engine, pixels, box)) is not None]


def line(pixels: Colours, box: Box) -> Line | None:
    """What is written in one place, without looking for places. Raises ExtraMissing."""
    with _LOCK:
        return _line(_engine(), pixels, box)


def _detected(engine: Any, pixels: Colours) -> list[Box]:
    import numpy as np

    high, wide = pixels.shape[:2]
    mirrored = np.ascontiguousarray(pixels[..., ::-1])
    found = engine(mirrored, use_det=True, use_cls=False, use_rec=False)
    if found is None or getattr(found, "boxes", None) is None:
        return []
    boxes = [_bounds(corners, wide, high) for corners in found.boxes]
    boxes.sort(key=lambda box: _from_edge(box, wide, high))
    return [box for box in boxes if min(box.width, box.height) >= FEWEST_PIXELS][:MOST_LINES]


def _bounds(corners: Any, wide: int, high: int) -> Box:
    left, top = corners.min(axis=0).tolist()
    right, bottom = corners.max(axis=0).tolist()
    return Box(max(0.0, left), max(0.0, top), min(float(wide), right), min(float(high), bottom))


def _from_edge(box: Box, wide: int, high: int) -> float:
    return min(box.left, box.top, wide - box.right, high - box.bottom)


def _line(engine: Any, pixels: Colours, box: Box) -> Line | None:
    import numpy as np

    high, wide = pixels.shape[:2]
    seen = box.grown(box.height * ROOM, wide, high)
    part = pixels[round(seen.top) : round(seen.bottom), round(seen.left) : round(seen.right)]
    if min(part.shape[:2]) < FEWEST_PIXELS:
        return None
    mirrored = np.ascontiguousarray(part[..., ::-1])
    found = engine(mirrored, use_det=False, use_cls=False, use_rec=True)
    texts, scores = getattr(found, "txts", None), getattr(found, "scores", None)
    if not texts or not scores or scores[0] < SURE:
        return None
    return Line(str(texts[0]), box)


@lru_cache(maxsize=1)
def _models() -> tuple[Path, Path] | None:
    """The files of detector and recogniser that the package brought, or None."""
    found = find_spec("rapidocr")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "models"
    detector, recogniser = (sorted(folder.glob(f"*_{word}_*.onnx")) for word in ("det", "rec"))
    return (detector[-1], recogniser[-1]) if detector and recogniser else None


@lru_cache(maxsize=1)
def _engine() -> Any:
    models = _models()
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ExtraMissing(extra=EXTRA) from error
    if models is None:
        raise ExtraMissing(extra=EXTRA)
    # Files named here are not looked for elsewhere: without names the package may download.
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": LONGEST_SIDE,
            "Det.model_path": str(models[0]),
            "Det.limit_type": "max",
            "Det.limit_side_len": LONGEST_SIDE,
            "Rec.model_path": str(models[1]),
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
