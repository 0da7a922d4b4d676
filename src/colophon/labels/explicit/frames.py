"""Words on video frames, painted on the planes of the picture as the codec keeps them.

No conversion to RGB and back: outside the label not one value changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colophon.labels.explicit import contrast
from colophon.labels.explicit.tone import Tone

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

    Pixels = NDArray[Any]
    Colours = NDArray[np.float32]

MATRIX_WORDS = 9
HALF = 0.5
GREYS = frozenset({"gray", "gray10le", "gray12le", "gray16le"})


@dataclass(frozen=True, slots=True)
class Turn:
    """How coded pixels become shown ones: axes swapped, then mirrored."""

    swap: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    def upright(self, plane: Pixels) -> Pixels:
        """A view as displayed; writing to it writes to the plane."""
        view = plane.swapaxes(0, 1) if self.swap else plane
        view = view[:, ::-1] if self.mirror_x else view
        return view[::-1] if self.mirror_y else view


@dataclass(frozen=True, slots=True)
class PlaneInk:
    """What is laid over one plane: a box, the cover of plate (or outline) and words, their values
    0 to 255. ``ground``: what counts as being behind the words, 0 to 1."""

    top: int
    left: int
    ground: Colours
    plate: Colours
    words: Colours
    plate_value: float
    words_value: float


@dataclass(frozen=True, slots=True)
class FrameLabel:
    """A label made for the frames of one stream. ``opacity``: of its plate, 0 where it has none."""

    text: str
    where: str
    height_ratio: float
    inks: tuple[PlaneInk, ...]
    depth: int
    tone: Tone
    opacity: float

    def paint(self, frame: VideoFrame) -> float:
        """Draws on the frame, which must be writable. The contrast over the pixel behind the words
        that is nearest to them in light."""
        for index, ink in enumerate(self.inks):
            part = self._part(frame, index)
            if index == 0:
                behind = part[ink.ground > HALF]
                worst = float(behind.min() if self.tone.dark else behind.max()) / self._scale
                reached = self.tone.over(worst, self.opacity)
            mixed = part * (1 - ink.plate) + ink.plate_value * self._scale * ink.plate
            mixed = mixed * (1 - ink.words) + ink.words_value * self._scale * ink.words
            part[...] = (mixed + 0.5).astype(part.dtype)
        return reached

    def seen(self, frame: VideoFrame) -> float | None:
        """The contrast on a frame that was labelled and encoded; None if too small to tell."""
        ink, light = self.inks[0], self.tone.light(self._part(frame, 0) / self._scale)
        return contrast.seen(light, ink.words, ink.ground)

    def _part(self, frame: VideoFrame, index: int) -> Pixels:
        ink = self.inks[index]
        rows = slice(ink.top, ink.top + ink.ground.shape[0])
        return plane_pixels(frame, index, self.depth)[
            rows, ink.left : ink.left + ink.ground.shape[1]
        ]

    @property
    def _scale(self) -> int:
        return 1 << (self.depth - 8)


def turn_of(frame: VideoFrame) -> tuple[Turn, list[int] | None]:
    """The display matrix of a frame as quarter turns and mirrors, and its nine numbers.

    To be asked before ``make_writable``: PyAV then frees what its side data points to.
    """
    import numpy as np

    for item in frame.side_data:
        if item.type.name == "DISPLAYMATRIX":
            matrix = np.frombuffer(bytes(item), np.int32)[:MATRIX_WORDS].tolist()
            a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
            if abs(a) >= abs(b):
                return Turn(mirror_x=a < 0, mirror_y=d < 0), matrix
            return Turn(swap=True, mirror_x=c < 0, mirror_y=b < 0), matrix
    return Turn(), None


def paintable(frame: VideoFrame) -> bool:
    """Whether words can be drawn on its planes."""
    form = frame.format.name
    return paintable_form(form) and len(frame.planes) in {1, 3, 4}


def paintable_form(name: str) -> bool:
    """Planar YUV or grey of 8 to 16 bits a value."""
    known = name.startswith(("yuv4", "yuvj4", "yuva4")) or name in GREYS
    return known and not name.endswith("be")


def plane_pixels(frame: VideoFrame, index: int, depth: int) -> Pixels:
    """One plane as a writable H x W view, without the padding at the ends of lines."""
    import numpy as np

    plane = frame.planes[index]
    kind = np.dtype(np.uint8 if depth == 8 else "<u2")
    lines = np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
    pixels: Pixels = lines[: plane.height, : plane.width]
    return pixels
