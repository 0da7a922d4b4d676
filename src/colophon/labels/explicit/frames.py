"""Words on video frames, painted on the planes of the picture as the codec keeps them.

No conversion to RGB and back: outside the label not one value changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from colophon.labels.explicit import contrast
from colophon.labels.explicit.stamp import Stamp, fit, place
from colophon.provisions import parameters

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

    Pixels = NDArray[Any]
    Colours = NDArray[np.float32]

OPACITY = 0.74
"""Of the plate; the words contrast enough even over white, whatever the scene turns to."""
FULL_RANGE = 2
"""FFmpeg's AVCOL_RANGE_JPEG."""
BLACK, WHITE, NEUTRAL = 16, 235, 128
MATRIX_WORDS = 9


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
    """What is laid over one plane: a box, the cover of plate and words, their values 0 to 255."""

    top: int
    left: int
    plate: Colours
    words: Colours
    plate_value: float
    words_value: float


@dataclass(frozen=True, slots=True)
class FrameLabel:
    """A label made for the frames of one stream."""

    text: str
    where: str
    height_ratio: float
    inks: tuple[PlaneInk, ...]
    depth: int
    floor: int
    span: int

    def paint(self, frame: VideoFrame) -> float:
        """Draws on the frame, which must be writable. The contrast over its brightest pixel."""
        for index, ink in enumerate(self.inks):
            pixels = plane_pixels(frame, index, self.depth)
            part = pixels[
                ink.top : ink.top + ink.plate.shape[0], ink.left : ink.left + ink.plate.shape[1]
            ]
            if index == 0:
                reached = self._contrast(part, ink)
            scale = 1 << (self.depth - 8)
            mixed = part * (1 - ink.plate) + ink.plate_value * scale * ink.plate
            mixed = mixed * (1 - ink.words) + ink.words_value * scale * ink.words
            part[...] = (mixed + 0.5).astype(part.dtype)
        return reached

    def _contrast(self, part: Pixels, ink: PlaneInk) -> float:
        import numpy as np

        brightest = float(part[ink.plate > OPACITY / 2].max()) / (1 << (self.depth - 8))
        behind = min(1.0, max(0.0, (brightest - self.floor) / self.span))
        mixed = np.array(contrast.INK, np.float32) * OPACITY + behind * (1 - OPACITY)
        return contrast.worst(contrast.PAPER, mixed.reshape(1, 3))


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
    """Planar YUV or grey of 8 to 16 bits a value: what `label_for` can draw on."""
    form = frame.format
    names = form.name.startswith(("yuv4", "yuvj4", "yuva4", "gray")) and not form.is_big_endian
    return names and len(frame.planes) in {1, 3, 4} and form.name != "gray8a"


def label_for(
    frame: VideoFrame, turn: Turn, text: str, position: str, pixel_shape: Fraction | None
) -> FrameLabel:
    """The label for a stream whose first frame this is; sizes are those of the display."""
    import numpy as np

    depth = frame.format.components[0].bits
    full = int(frame.color_range) == FULL_RANGE or frame.format.name.startswith("yuvj")
    floor, span = (0, 255) if full else (BLACK, WHITE - BLACK)
    luma = turn.upright(plane_pixels(frame, 0, depth))
    shape = float(pixel_shape or 1)
    wide, high = _shown_size(luma, turn, shape)
    stamp = fit(text, wide, high, parameters.number("explicit.video.min_height_ratio"))
    ratio = stamp.ink_height / min(wide, high)
    stamp = _squeezed(stamp, turn, shape)
    peak = float((1 << depth) - 1)

    def light(rows: slice, columns: slice) -> Colours:
        part: Colours = luma[rows, columns].astype(np.float32) / np.float32(peak)
        return part

    where, x, y = place(stamp, luma.shape[1], luma.shape[0], light, position)
    plate, words = (
        _spread(cover, (x, y), luma.shape, turn) for cover in (stamp.plate, stamp.words)
    )
    ink, paper = (floor + span * colour[1] for colour in (contrast.INK, contrast.PAPER))
    inks = [
        _ink(
            plate, words, (item.height, item.width), (NEUTRAL, NEUTRAL) if number else (ink, paper)
        )
        for number, item in enumerate(frame.planes[:3])
    ]
    return FrameLabel(stamp.text, where, round(ratio, 4), tuple(inks), depth, floor, span)


def plane_pixels(frame: VideoFrame, index: int, depth: int) -> Pixels:
    """One plane as a writable H x W view, without the padding at the ends of lines."""
    import numpy as np

    plane = frame.planes[index]
    kind = np.dtype(np.uint8 if depth == 8 else "<u2")
    lines = np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
    pixels: Pixels = lines[: plane.height, : plane.width]
    return pixels


def _shown_size(upright: Pixels, turn: Turn, shape: float) -> tuple[int, int]:
    high, wide = upright.shape
    if turn.swap:
        return wide, round(high * shape)
    return round(wide * shape), high


def _squeezed(stamp: Stamp, turn: Turn, shape: float) -> Stamp:
    """The stamp in coded pixels, which need not be square."""
    import cv2

    if abs(shape - 1) < 1e-3:
        return stamp
    wide, high = stamp.width, stamp.height
    size = (wide, max(1, round(high / shape))) if turn.swap else (max(1, round(wide / shape)), high)
    plate, words = (
        cv2.resize(cover, size, interpolation=cv2.INTER_AREA)
        for cover in (stamp.plate, stamp.words)
    )
    return replace(stamp, plate=plate, words=words)


def _spread(cover: Colours, spot: tuple[int, int], shape: tuple[int, ...], turn: Turn) -> Pixels:
    """A cover on a whole coded plane."""
    import numpy as np

    x, y = spot
    coded = np.zeros(shape[::-1] if turn.swap else shape, np.uint8)
    part = turn.upright(coded)[y : y + cover.shape[0], x : x + cover.shape[1]]
    part[...] = np.rint(cover[: part.shape[0], : part.shape[1]] * 255)
    return coded


def _ink(
    plate: Pixels, words: Pixels, size: tuple[int, int], values: tuple[float, float]
) -> PlaneInk:
    """The covers at one plane's size, cut to where the plate lies."""
    import cv2
    import numpy as np

    if plate.shape != size:
        plate, words = (
            cv2.resize(c, size[::-1], interpolation=cv2.INTER_AREA) for c in (plate, words)
        )
    rows, columns = np.flatnonzero(plate.max(axis=1)), np.flatnonzero(plate.max(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return PlaneInk(
        int(rows[0]),
        int(columns[0]),
        plate[box].astype(np.float32) * np.float32(OPACITY / 255),
        words[box].astype(np.float32) / np.float32(255),
        *values,
    )
