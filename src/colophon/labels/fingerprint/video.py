"""A film as the PDQ prints of its frames: two a second of content, and one after each cut.

Times count from the first frame, so that neither frame rate nor container changes them. Even frames
(black, a plain ground) are left out. One who asks looks at nearly every frame, since the film that
he has may begin at any fraction of a second, and what moves is soon another picture; and at each as
in a mirror too.

Source: Facebook, The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm (2019).
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from colophon.errors import ExplicitUnsupported
from colophon.labels.explicit import film, opening
from colophon.labels.explicit.frames import turn_of
from colophon.labels.explicit.limits import Limits
from colophon.labels.fingerprint import image
from colophon.labels.fingerprint.image import PicturePrint

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer

LIMITS = Limits()
_ROW = struct.Struct("<I32s")
_THUMB = 32
_CUT = 28.0
"""Mean change of grey, of 255, from one frame to the next."""
_APART_MS = 150
_SAME = 4
"""Bits by which a frame that only stays on may differ."""
_STILL_MS = 10_000
"""How long a frame that stays on stands for the next ones."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``longest``: seconds of content, what comes later has no part in a print; ``patience``:
    seconds of wall time, what was seen by then must do."""

    a_second: int
    longest: int
    patience: float


KEPT = Pace(2, 2 * 3600, math.inf)
ASKED = Pace(12, 60, 20.0)


@dataclass(frozen=True, slots=True)
class FilmPrint:
    """``data``: of each frame its time in milliseconds, 4 bytes, the lowest first, and its PDQ
    print, 32 bytes."""

    data: bytes

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """Milliseconds and print."""
        return list(_ROW.iter_unpack(self.data))

    @classmethod
    def of(cls, frames: Sequence[tuple[int, bytes]]) -> FilmPrint | None:
        """None for none."""
        return cls(b"".join(_ROW.pack(*frame) for frame in frames)) if frames else None


@dataclass(frozen=True, slots=True)
class FilmQuery:
    """What is looked for: frames' milliseconds and prints."""

    frames: tuple[tuple[int, PicturePrint], ...]


def readable(media_type: str) -> bool:
    """Whether films of this type can be decoded here."""
    return media_type in opening.FORMATS


def of_file(source: BinaryIO, media_type: str, name: str) -> FilmPrint | None:
    """Of its first two hours. Raises InputError kinds for what cannot be opened or shows no
    picture; damage farther on ends the film. None where no frame has enough in it.
    """
    found: list[tuple[int, bytes]] = []
    for now, print_ in _prints(source, media_type, name, KEPT):
        if not _stays(found, now, print_.bits):
            found.append((now, print_.bits))
    return FilmPrint.of(found)


def asked(source: BinaryIO, media_type: str, name: str) -> FilmQuery | None:
    """As `of_file`, to look for it: of its first minute."""
    found = tuple(_prints(source, media_type, name, ASKED))
    return FilmQuery(found) if found else None


def _prints(
    source: BinaryIO, media_type: str, name: str, pace: Pace
) -> Iterator[tuple[int, PicturePrint]]:
    if not readable(media_type):
        raise ExplicitUnsupported(media_type=media_type)
    source.seek(0)
    with opening.reading(source, media_type, name) as container:
        for now, grey in _looked_at(container, name, pace):
            print_ = image.of_grey(grey)
            if print_ is not None and print_.usable:
                yield now, print_


def _stays(found: Sequence[tuple[int, bytes]], now: int, bits: bytes) -> bool:
    if not found or now - found[-1][0] > _STILL_MS:
        return False
    return (int.from_bytes(found[-1][1]) ^ int.from_bytes(bits)).bit_count() <= _SAME


def _looked_at(
    container: InputContainer, name: str, pace: Pace
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Milliseconds and upright luma of the frames that count."""
    from av.video.reformatter import VideoReformatter

    small, before = VideoReformatter(), None
    due, last, step = 0, -_APART_MS, 1000 // pace.a_second
    late = time.monotonic() + pace.patience
    for now, frame in _timed(container, name):
        if now > 1000 * pace.longest or time.monotonic() > late:
            return
        thumb = _thumb(small, frame)
        cut = before is not None and float(np.abs(thumb - before).mean()) > _CUT
        before = thumb
        if now < due and not (cut and now - last >= _APART_MS):
            continue
        if now >= due:
            due = (now // step + 1) * step
        last = now
        turn, _matrix = turn_of(frame)
        yield now, np.ascontiguousarray(turn.upright(frame.to_ndarray(format="gray")))


def _timed(container: InputContainer, name: str) -> Iterator[tuple[int, VideoFrame]]:
    """Frames with their milliseconds from the first; damage ends them."""
    import av

    picture = film.main_picture(container, name)
    LIMITS.check("pixels", picture.width * picture.height, LIMITS.video_pixels, name)
    first: float | None = None
    try:
        for frame in film.frames_of(container, picture):
            LIMITS.check("pixels", frame.width * frame.height, LIMITS.video_pixels, name)
            now = frame.time or 0.0
            first = now if first is None else first
            yield max(0, round(1000 * (now - first))), frame
    except (av.error.FFmpegError, ValueError, TypeError):
        return


def _thumb(small: object, frame: VideoFrame) -> NDArray[np.int16]:
    made = small.reformat(  # type: ignore[attr-defined]
        frame, _THUMB, _THUMB, "gray", interpolation="FAST_BILINEAR"
    )
    thumb: NDArray[np.int16] = made.to_ndarray().astype(np.int16)
    return thumb
