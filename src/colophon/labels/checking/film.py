"""The explicit label of a film: on its opening frames, held against their real time stamps.

Source: GB 45438-2025 5.4. Words are read on a few frames; on all between, the ink that was read
is looked for again at its place.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from colophon.labels.checking import finding, measure, rules
from colophon.labels.checking.finding import Cut, Found
from colophon.labels.explicit import contrast, film, opening
from colophon.labels.explicit.frames import Turn, paintable_form, plane_pixels, turn_of
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.tone import Tone
from colophon.labels.model import ExplicitLayer, Medium
from colophon.provisions import parameters

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Colours = NDArray[np.uint8]
    Light = NDArray[np.float32]

LIMITS = Limits(frames=480)
MOST_PIXELS = 1 << 31
"""Decoded in all, frames times size."""
PATIENCE_SECONDS = 20.0
"""Of wall time, for one film."""
SEARCH_SECONDS, SEARCH_STEP = 2.0, 0.8
"""How long into the film its label may first be seen, and how often it is read for."""
MOST_READINGS = 6
ALIKE = 0.45
"""Correlation of a frame with the ink that was read, from which the label is still there."""
SQUARE, WIDEST_PIXEL = (0.98, 1.02), 4.0
"""Pixels within these are taken as square; none is stretched by more than the last."""
BEYOND = 1.15
"""Factor of the time the label must be on, up to which it is followed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One upright frame, shown from ``start`` to ``end`` seconds. ``stretch``: how wide
    and how high a pixel is shown."""

    frame: VideoFrame
    start: float
    end: float
    turn: Turn
    stretch: tuple[float, float]


@dataclass(slots=True)
class Watch:
    """The label while it is followed from frame to frame."""

    found: Found | None = None
    since: float = 0.0
    until: float = 0.0
    readings: int = 0
    next_reading: float = 0.0
    ended: bool = False
    contrasts: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.until - self.since

    def see(self, shown: Shown) -> bool:
        """One more frame; False when nothing further is to be learnt."""
        if self.found is not None and self._measured(shown, self.found):
            self.until = shown.end
            return self.seconds < parameters.number(rules.SECONDS) * BEYOND
        if self.found is None and shown.start < self.next_reading:
            return True
        return self._read(shown)

    def _read(self, shown: Shown) -> bool:
        if self.readings >= MOST_READINGS or shown.start > SEARCH_SECONDS:
            self.ended = self.found is not None
            return False
        self.readings += 1
        self.next_reading = shown.start + SEARCH_STEP
        new = finding.in_picture(_pixels(shown))
        if new is None:
            self.ended = self.found is not None
            return not self.ended
        if self.found is None:
            self.since = shown.start
        self.found, self.until = _worse(self.found, new), shown.end
        self._measured(shown, self.found)
        return True

    def _measured(self, shown: Shown, label: Found) -> bool:
        """Whether the ink is where it was; then how it stands out counts."""
        ink = label.ink
        if ink is None:
            return False
        high, wide = ink.cover.shape
        part = _light(shown, label.cut)[ink.top : ink.top + high, ink.left : ink.left + wide]
        if part.shape != ink.cover.shape or abs(_correlation(part, ink.cover)) < ALIKE:
            return False
        reached = measure.contrast_of(part, ink.cover)
        if reached is not None:
            self.contrasts.append(reached)
        return True


def seen(source: BinaryIO, media_type: str, name: str) -> ExplicitLayer:
    """The label of the opening. Raises ExtraMissing; InputError kinds for what cannot be
    decoded or is too large."""
    watch, late = Watch(), time.monotonic() + PATIENCE_SECONDS
    source.seek(0)
    with opening.reading(source, media_type, name) as container:
        picture = film.main_picture(container, name)
        size = picture.width * picture.height
        LIMITS.check("pixels", size, LIMITS.video_pixels, name)
        most = min(LIMITS.frames, MOST_PIXELS // max(1, size))
        whole = _watched(watch, islice(_shown(container, picture, late), most + 1), most, late)
    return ExplicitLayer(present=False) if watch.found is None else _layer(watch, whole=whole)


def readable(media_type: str, medium: Medium) -> bool:
    """Whether films of this type can be looked at."""
    return medium is Medium.VIDEO and media_type in opening.FORMATS


def _watched(watch: Watch, frames: Iterator[Shown], most: int, late: float) -> bool:
    """Looks on; False when it was stopped by a bound and not by what it saw."""
    for number, shown in enumerate(frames):
        if number >= most or time.monotonic() > late:
            return False
        if not watch.see(shown):
            return True
    watch.ended = False
    return True


def _decoded(container: InputContainer, picture: VideoStream, late: float) -> Iterator[VideoFrame]:
    """As `film.frames_of`, for no longer than patience lasts: a file may hold a great many
    packets that give no picture."""
    decoder = film.Decoder(container, picture)
    for packet in container.demux():
        if time.monotonic() > late:
            return
        if packet.stream.index == picture.index:
            yield from decoder.decode(packet)


def _shown(container: InputContainer, picture: VideoStream, late: float) -> Iterator[Shown]:
    """Each frame, with when it begins and ends to be shown; a damaged packet ends the film."""
    import av

    before: VideoFrame | None = None
    first = 0.0
    pixel = float(picture.sample_aspect_ratio or 1) or 1.0
    try:
        for frame in _decoded(container, picture, late):
            now = frame.time or 0.0
            if before is None:
                first = now
            else:
                yield _span(before, first, now - first, pixel)
            before = frame
    except (av.error.FFmpegError, ValueError, TypeError):
        pass
    if before is not None:
        lasts = float((before.duration or 0) * (before.time_base or 0))
        yield _span(before, first, (before.time or 0.0) - first + lasts, pixel)


def _span(frame: VideoFrame, first: float, end: float, pixel: float) -> Shown:
    turn, _matrix = turn_of(frame)
    stretch = (1.0, pixel) if turn.swap else (pixel, 1.0)
    return Shown(frame, (frame.time or 0.0) - first, end, turn, stretch)


def _pixels(shown: Shown) -> Colours:
    """Upright, in square pixels."""
    import cv2
    import numpy as np

    upright = shown.turn.upright(shown.frame.to_ndarray(format="rgb24"))
    if not SQUARE[0] < shown.stretch[0] / shown.stretch[1] < SQUARE[1]:
        across, down = (min(WIDEST_PIXEL, max(1 / WIDEST_PIXEL, one)) for one in shown.stretch)
        upright = cv2.resize(np.ascontiguousarray(upright), None, fx=across, fy=down)
    return np.ascontiguousarray(upright)


def _light(shown: Shown, cut: Cut) -> Light:
    """Relative luminance of the same part of another frame."""
    import cv2
    import numpy as np

    frame, (high, wide) = shown.frame, cut.light.shape
    depth = frame.format.components[0].bits
    if not paintable_form(frame.format.name) or not 8 <= depth <= 16:
        part = _pixels(shown)[cut.top : cut.top + high, cut.left : cut.left + wide]
        return contrast.luminance(part.astype(np.float32) / np.float32(255))
    plane = shown.turn.upright(plane_pixels(frame, 0, depth))
    across, down = shown.stretch
    left, top = round(cut.left / across), round(cut.top / down)
    part = plane[top : top + round(high / down), left : left + round(wide / across)]
    light = Tone.of(frame).light(part / np.float32(1 << (depth - 8)))
    if light.shape != cut.light.shape and min(light.shape):
        light = cv2.resize(light, (wide, high))
    return light


def _correlation(part: Light, cover: Light) -> float:
    import numpy as np

    ink, seen_there = cover - cover.mean(), part - part.mean()
    power = float(np.sqrt((ink**2).sum() * (seen_there**2).sum()))
    return float((ink * seen_there).sum()) / power if power > 0 else 0.0


def _worse(old: Found | None, new: Found) -> Found:
    """The newest, with the least of what was measured."""
    if old is None:
        return new
    heights = [one for one in (old.height_ratio, new.height_ratio) if one is not None]
    height = min(heights, default=None)
    return replace(new, height_ratio=height, at_edge=old.at_edge and new.at_edge)


def _layer(watch: Watch, *, whole: bool) -> ExplicitLayer:
    found = watch.found
    if found is None:
        return ExplicitLayer(present=False)
    reached = sorted(watch.contrasts)
    worst = reached[len(reached) // 10] if reached else found.contrast
    found = replace(found, contrast=worst)
    lasting = rules.seconds(watch.seconds)
    if not lasting.met and not watch.ended:
        # Followed to the end of a shorter film, or no farther than the bounds allow.
        lasting = replace(lasting, met=True if whole else None)
    return rules.layer(
        found.text,
        "ocr",
        (*rules.of_picture(Medium.VIDEO, found), lasting),
        where=found.where,
        height_ratio=found.height_ratio,
        seconds=watch.seconds,
    )
