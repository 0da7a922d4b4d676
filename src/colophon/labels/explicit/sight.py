"""What the opening of a video shows while its label is on, and the label made for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from colophon.labels.explicit import contrast, placement, raster, saliency
from colophon.labels.explicit.frames import FrameLabel, PlaneInk, Turn, plane_pixels
from colophon.labels.explicit.manner import DARK, LIGHT, OUTLINE, USUAL
from colophon.labels.explicit.stamp import Stamp, asked, room
from colophon.labels.explicit.tone import NEUTRAL, Tone
from colophon.labels.model import Style
from colophon.provisions import parameters

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

    Pixels = NDArray[Any]
    Colours = NDArray[np.float32]

LOOKS = 8
"""Frames of the opening whose importance is summed."""
STEADY = 0.54
"""Least opacity of a plate: what moves below must not flicker in it."""
SOLID = 255.0
ALPHA = 3
"""The plane that says how solid each pixel is."""


@dataclass(slots=True)
class Sight:
    """Gathers the frames on which a label will stand; sizes are those of the display."""

    turn: Turn
    shape: float
    tone: Tone
    depth: int
    style: Style = USUAL
    brightest: Pixels | None = None
    darkest: Pixels | None = None
    importance: Colours | None = None
    looked: int = 0
    planes: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(
        cls, frame: VideoFrame, turn: Turn, pixel_shape: Fraction | None, style: Style = USUAL
    ) -> Sight:
        """For a stream whose first frame this is."""
        depth = frame.format.components[0].bits
        sight = cls(turn, float(pixel_shape or 1), Tone.of(frame), depth, style)
        sight.planes = [(plane.height, plane.width) for plane in frame.planes]
        return sight

    def add(self, frame: VideoFrame, passed: float, seconds: float) -> None:
        """One more frame, ``passed`` seconds after the first of ``seconds``."""
        import numpy as np

        luma = plane_pixels(frame, 0, self.depth)
        if self.brightest is None:
            self.brightest = luma.copy()
        else:
            np.maximum(self.brightest, luma, out=self.brightest)
        if self.darkest is None:
            self.darkest = luma.copy()
        else:
            np.minimum(self.darkest, luma, out=self.darkest)
        if passed * LOOKS >= self.looked * seconds:
            self.looked += 1
            found = saliency.importance(self._thumb(frame))
            self.importance = found if self.importance is None else self.importance + found

    def _thumb(self, frame: VideoFrame) -> Pixels:
        """A small upright R, G, B picture."""
        import cv2
        import numpy as np

        planes = [
            saliency.thumb(plane_pixels(frame, index, self.depth))
            for index in range(min(3, len(frame.planes)))
        ]
        size = planes[0].shape[1::-1]
        same = [
            cv2.resize(plane, size) if plane.shape[1::-1] != size else plane for plane in planes
        ]
        if len(same) == 1:
            same += [np.full_like(same[0], NEUTRAL << (self.depth - 8))] * 2
        shifted = [(plane >> (self.depth - 8)).astype(np.uint8) for plane in same]
        colour = cv2.cvtColor(np.dstack([shifted[0], shifted[2], shifted[1]]), cv2.COLOR_YCrCb2RGB)
        return np.ascontiguousarray(self.turn.upright(colour))

    def label(self, text: str, position: str) -> FrameLabel:
        """The label for all these frames: where least lies below, on a plate that suffices."""
        import numpy as np

        luma = self.turn.upright(np.zeros(self.planes[0], np.uint8))
        wide, high = _shown_size(luma, self.turn, self.shape)
        least = parameters.number("explicit.video.min_height_ratio")
        stamp = asked(text, wide, high, least, self.style.height)
        ratio = stamp.ink_height / min(wide, high)
        stamp = _squeezed(stamp, self.turn, self.shape)
        spot = placement.choose(
            room(stamp, luma.shape[1], luma.shape[0]), position, self._importance
        )
        around = raster.halo(stamp.words, stamp.ink_height, contrast.FIRM)
        ground, outline, words = (
            _spread(cover, (spot.x, spot.y), luma.shape, self.turn)
            for cover in (stamp.plate, around, stamp.words)
        )
        tone, opacity = self._dressed(ground)
        covers = (ground, ground if opacity else outline, words)
        inks = [
            _ink(covers, size, self._values(tone, number), opacity or 1.0)
            for number, size in enumerate(self.planes)
        ]
        return FrameLabel(
            stamp.text, spot.where, round(ratio, 4), tuple(inks), self.depth, tone, opacity
        )

    def _importance(self) -> Colours:
        import numpy as np

        if self.importance is None:
            return np.zeros((1, 1), np.float32)
        return self.importance / np.float32(self.looked)

    def _dressed(self, ground: Pixels) -> tuple[Tone, float]:
        """Ink and opacity of the plate; no plate where an outline was asked for and the words stand
        out without one in every frame."""
        least = parameters.number("explicit.min_contrast") * contrast.SPARE
        inks = {LIGHT: (False,), DARK: (True,)}.get(self.style.ink, (False, True))
        tones = [replace(self.tone, dark=dark) for dark in inks]
        if self.style.dress == OUTLINE and len(self.planes) <= ALPHA:
            best = max(tones, key=lambda tone: tone.over(self._worst(tone, ground), 0.0))
            if best.over(self._worst(best, ground), 0.0) >= least:
                return best, 0.0
        return tones[0], self._opacity(tones[0], ground, least)

    def _opacity(self, tone: Tone, ground: Pixels, least: float) -> float:
        """Of the lightest plate on which the words stand out in every frame; a film that is
        clear in part may lie over anything, and its plate is solid."""
        if len(self.planes) > ALPHA:
            return contrast.OPACITIES[-1]
        for opacity in contrast.OPACITIES:
            if opacity >= STEADY and tone.over(self._worst(tone, ground), opacity) >= least:
                return opacity
        return contrast.OPACITIES[-1]

    def _worst(self, tone: Tone, ground: Pixels) -> float:
        """The luma behind the label that is nearest to its words', 0 to 255, of all frames."""
        if self.brightest is None or self.darkest is None:
            return 0.0 if tone.dark else SOLID
        behind = self.darkest[ground > 0].min() if tone.dark else self.brightest[ground > 0].max()
        return float(behind) / (1 << (self.depth - 8))

    def _values(self, tone: Tone, plane: int) -> tuple[float, float]:
        """Plate and words on this plane, 0 to 255."""
        if plane == 0:
            return tone.plate, tone.words
        return (SOLID, SOLID) if plane == ALPHA else (NEUTRAL, NEUTRAL)


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
    covers: tuple[Pixels, Pixels, Pixels],
    size: tuple[int, int],
    values: tuple[float, float],
    opacity: float,
) -> PlaneInk:
    """Ground, plate and words at one plane's size, cut to where the ground lies."""
    import cv2
    import numpy as np

    ground, plate, words = (
        cover
        if cover.shape == size
        else cv2.resize(cover, size[::-1], interpolation=cv2.INTER_AREA)
        for cover in covers
    )
    rows, columns = np.flatnonzero(ground.max(axis=1)), np.flatnonzero(ground.max(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return PlaneInk(
        int(rows[0]),
        int(columns[0]),
        ground[box].astype(np.float32) / np.float32(255),
        plate[box].astype(np.float32) * np.float32(opacity / 255),
        words[box].astype(np.float32) / np.float32(255),
        *values,
    )
