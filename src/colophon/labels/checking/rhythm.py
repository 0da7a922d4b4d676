"""Hearing the rhythm short-long short-short, at any pitch, level and pace, and what lies around it.

Source: GB 45438-2025 5.3: the rhythm is that of the letters A and I in Morse code.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from colophon.provisions import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

WINDOW_SECONDS, HOP_SECONDS = 0.024, 0.006
LOWEST_HZ, HIGHEST_HZ = 250.0, 3_500.0
SHORTS = (0.045, 0.32)
"""Shortest and longest short sound, seconds: half to twice the usual pace, and some more."""
FAINTEST = 1e-4
"""Level, of full scale 1, under which nothing is heard."""
PURITY = 0.5
"""Share of what sounds that is one tone, for a rhythm to be looked for."""
ON_SHARE = 0.45
"""Of the first sound's level: above it the tone is on."""
PAUSE_SHARE = 0.3
"""Of the same: what may still sound at that pitch in a pause."""
EVEN = 0.3
"""Shorts differ from their mean by no more than this share; one hop more is always allowed."""
LONG, GAP, LETTER_GAP = (2.1, 4.2), (0.45, 1.7), (1.9, 4.6)
"""A long sound, the pause in a letter, the pause between letters, in shorts. Morse code says 3,
1 and 3; players by hand differ."""
LOUDER = 1.8
"""Factor by which the four sounds may differ in level."""
QUIET_BEFORE, QUIET_AFTER = 1.0, 1.4
"""Shorts of quiet at that pitch around the rhythm: else it is a part of something longer."""
NEXT_LETTER = (2.6, 3.35)
"""The pause between letters, in shorts; our own labels keep a longer one."""
QUIET_SHARE = 0.12
"""Of the tone's level: what all other sound may have for its pauses to be silent."""
MOST_RUNS = 4_000
ENERGY_BANDS = 1.5
"""A steady tone through the window spreads its power over so many bands."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds from the start of the sound. ``pause``: what sounds in its pauses, as a share of the
    tone's level; ``before`` and ``after``: seconds of quiet around it, up to
    the next sound; ``first`` and ``last``: nothing sounds before or after it."""

    start: float
    end: float
    pause: float
    before: float
    after: float
    first: bool
    last: bool

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def mixed(self) -> bool:
        """Whether other sound lies under it."""
        return self.pause > QUIET_SHARE


def hear(samples: Sound, rate_hz: int) -> list[Heard]:
    """Every rhythm in mono samples -1 to 1, in order."""
    levels = _levels(samples, rate_hz)
    if len(levels) < 12:
        return []
    found: list[Heard] = []
    for begin, band, unit in _shorts(levels):
        start = begin * HOP_SECONDS
        if found and start < found[-1].end:
            continue
        heard = _matched(levels, begin, band, unit)
        if heard is not None:
            found.append(heard)
    return found


def _levels(samples: Sound, rate_hz: int) -> Sound:
    """Amplitude over time (rows) of each frequency (columns), between the bounds of pitch."""
    import numpy as np

    window, hop = int(WINDOW_SECONDS * rate_hz), int(HOP_SECONDS * rate_hz)
    if hop < 1 or len(samples) < window * 4:
        return np.zeros((0, 0), np.float32)
    shape = np.hanning(window).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop] * shape
    pitch = np.fft.rfftfreq(window, 1 / rate_hz)
    inside = (pitch >= LOWEST_HZ) & (pitch <= HIGHEST_HZ)
    spectrum = np.abs(np.fft.rfft(frames, axis=1))[:, inside]
    levels: Sound = (spectrum / (shape.sum() / 2)).astype(np.float32)
    return levels


def _shorts(levels: Sound) -> Iterator[tuple[int, int, int]]:
    """Runs of frames in which one tone is nearly all that sounds: first frame, band, length."""
    import numpy as np

    power = levels**2
    bands = levels.argmax(axis=1)
    rows = np.arange(len(levels))
    tone = sum(
        power[rows, np.clip(bands + step, 0, levels.shape[1] - 1)] for step in (-2, -1, 0, 1, 2)
    )
    pure = (tone > PURITY * power.sum(axis=1)) & (levels[rows, bands] > FAINTEST)
    breaks = np.flatnonzero(~pure[1:] | ~pure[:-1] | (np.abs(np.diff(bands)) > 1)) + 1
    edges = [0, *breaks.tolist(), len(levels)]
    shortest = SHORTS[0] / HOP_SECONDS / 2
    runs = [(a, b) for a, b in pairwise(edges) if b - a >= shortest]
    for begin, end in runs[:MOST_RUNS]:
        yield begin, int(np.median(bands[begin:end])), end - begin


def _matched(levels: Sound, begin: int, band: int, length: int) -> Heard | None:
    """The rhythm whose first short is this run, or None."""
    import numpy as np

    tone = levels[:, max(0, band - 1) : band + 2].max(axis=1)
    level = float(np.median(tone[begin : begin + length]))
    on = tone > level * ON_SHARE
    begin += int(np.argmax(on[begin : begin + length]))
    while begin and on[begin - 1]:
        begin -= 1
    edges = _edges(on, begin, len(_pattern()) + 1)
    if edges is None:
        return None
    lengths = np.diff(edges).astype(float)
    unit = _unit(lengths)
    if unit is None or not _alike(tone, edges, level) or not _alone(tone, edges, unit, level):
        return None
    return _described(levels, edges, level)


def _edges(on: NDArray[np.bool_], begin: int, count: int) -> NDArray[np.int64] | None:
    """The first so many changes from a beginning on; the end of the sound ends the last."""
    import numpy as np

    most = int(SHORTS[1] * 14 / HOP_SECONDS)
    part = on[begin : begin + most]
    changes = np.flatnonzero(np.diff(part.astype(np.int8))) + 1
    edges = [0, *changes[: count - 1].tolist()]
    if len(edges) == count - 1 and part[-1] and begin + len(part) == len(on):
        edges.append(len(part))
    return np.array(edges, np.int64) + begin if len(edges) == count else None


def _unit(lengths: NDArray[np.float64]) -> float | None:
    """Frames of a short sound, when lengths of sounds and pauses in turn make the rhythm."""
    pattern = _pattern()
    marks, pauses = pattern[::2], pattern[1::2]
    sounds, rests = lengths[::2].tolist(), lengths[1::2].tolist()
    shorts = [long for long, units in zip(sounds, marks, strict=True) if units == 1]
    unit = float(sum(shorts) / len(shorts))
    if not SHORTS[0] <= unit * HOP_SECONDS <= SHORTS[1]:
        return None
    if any(abs(short - unit) > EVEN * unit + 1 for short in shorts):
        return None
    longs = [long / unit for long, units in zip(sounds, marks, strict=True) if units > 1]
    inner = [rest / unit for rest, units in zip(rests, pauses, strict=True) if units == 1]
    outer = [rest / unit for rest, units in zip(rests, pauses, strict=True) if units > 1]
    bounded = ((longs, LONG), (inner, GAP), (outer, LETTER_GAP))
    fits = all(least <= one <= most for found, (least, most) in bounded for one in found)
    return unit if fits and min(outer) > 1.5 * max(inner) else None


def _alike(tone: Sound, edges: NDArray[np.int64], level: float) -> bool:
    """Four sounds about as loud as each other, and pauses without that pitch."""
    import numpy as np

    parts = [tone[a:b] for a, b in pairwise(edges)]
    sounds = [float(np.median(part)) for part in parts[::2]]
    rests = [float(np.median(part)) for part in parts[1::2]]
    return max(sounds) <= LOUDER * min(sounds) and max(rests) <= PAUSE_SHARE * level


def _alone(tone: Sound, edges: NDArray[np.int64], unit: float, level: float) -> bool:
    """Quiet at its pitch before and after, and no letter of a longer message in Morse code."""
    begin, end = int(edges[0]), int(edges[-1])
    share = tone / level
    before = share[max(0, begin - int(QUIET_BEFORE * unit)) : begin]
    after = share[end : end + int(QUIET_AFTER * unit)]
    if (before > ON_SHARE).any() or (after > ON_SHARE).any():
        return False
    return not (_goes_on(share[end:], unit) or _goes_on(share[:begin][::-1], unit))


def _goes_on(share: Sound, unit: float) -> bool:
    """Whether a short or long sound as loud follows after just the pause between letters."""
    import numpy as np

    near = share[: int(12 * unit)]
    changes = np.flatnonzero(np.diff((near > ON_SHARE).astype(np.int8))) + 1
    if len(changes) < 2 or float(np.median(near[changes[0] : changes[1]])) > LOUDER:
        return False
    pause, sound = changes[0] / unit, (changes[1] - changes[0]) / unit
    low, high = NEXT_LETTER
    return bool(low <= pause <= high and (0.7 <= sound <= 1.4 or 2.4 <= sound <= 3.6))


def _described(levels: Sound, edges: NDArray[np.int64], level: float) -> Heard:
    """What sounds in the pauses of the rhythm and around it, at any pitch."""
    import numpy as np

    all_sound = np.sqrt((levels**2).sum(axis=1) / ENERGY_BANDS) / level
    begin, end = int(edges[0]), int(edges[-1])
    edge = 3
    rests = [
        all_sound[a + edge : b - edge] for a, b in zip(edges[1:-1:2], edges[2::2], strict=True)
    ]
    pause = max((float(np.median(rest)) for rest in rests if rest.size), default=0.0)
    loud = np.flatnonzero(all_sound > QUIET_SHARE)
    earlier, later = loud[loud < begin - edge], loud[loud >= end + edge]
    before = begin - int(earlier[-1]) if earlier.size else begin
    after = int(later[0]) - end if later.size else len(levels) - end
    return Heard(
        start=begin * HOP_SECONDS,
        end=end * HOP_SECONDS,
        pause=pause,
        before=before * HOP_SECONDS,
        after=after * HOP_SECONDS,
        first=not earlier.size,
        last=not later.size,
    )


def _pattern() -> list[int]:
    """Lengths in units, sound and pause in turn: of ``.- ..``: 1 1 3 3 1 1 1."""
    lengths: list[int] = []
    for letter in str(parameters.value("explicit.audio.rhythm")).split():
        for mark in letter:
            lengths += [3 if mark == "-" else 1, 1]
        lengths[-1] = 3
    return lengths[:-1]
