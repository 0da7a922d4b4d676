"""Hearing the rhythm short-long short-short at the start of a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colophon.provisions import parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

LISTEN_SECONDS = 8.0
WINDOW_SECONDS, HOP_SECONDS = 0.024, 0.006
LOWEST_HZ, HIGHEST_HZ = 250.0, 4_000.0
UNITS = (0.04, 0.4)
"""Shortest and longest short sound that is still heard as a rhythm, seconds."""
TOLERANCE = 0.35
"""How far a length may be from its share of the unit."""
CANDIDATES = 6
ON_SHARE, CLEAR_RATIO = 0.5, 4.0
"""A tone is on above this share of its peak; pauses are quieter by this factor."""


def find_rhythm(samples: Sound, rate_hz: int) -> bool:
    """True when a tone plays the rhythm in the first seconds. ``samples``: frames, or frames x
    channels, -1 to 1."""
    import numpy as np

    mono = samples.mean(axis=1) if samples.ndim > 1 else samples
    mono = np.asarray(mono[: int(LISTEN_SECONDS * rate_hz)], np.float32)
    levels = _levels(mono, rate_hz)
    if levels.size == 0:
        return False
    loudest = np.argsort(levels.max(axis=0))[::-1][:CANDIDATES]
    return any(_matches(levels[:, band]) for band in loudest)


def _levels(mono: Sound, rate_hz: int) -> Sound:
    """Amplitude over time (rows) of each frequency band (columns)."""
    import numpy as np

    window, hop = int(WINDOW_SECONDS * rate_hz), int(HOP_SECONDS * rate_hz)
    if hop < 1 or len(mono) < window * 4:
        return np.zeros((0, 0), np.float32)
    starts = np.arange(0, len(mono) - window, hop)
    frames = mono[starts[:, None] + np.arange(window)] * np.hanning(window).astype(np.float32)
    pitch = np.fft.rfftfreq(window, 1 / rate_hz)
    inside = (pitch >= LOWEST_HZ) & (pitch <= HIGHEST_HZ)
    levels: Sound = np.abs(np.fft.rfft(frames, axis=1))[:, inside].astype(np.float32)
    return levels


def _matches(level: Sound) -> bool:
    import numpy as np

    peak = float(level.max())
    if peak <= 0:
        return False
    on = np.concatenate([[False], level > peak * ON_SHARE, [False]])
    edges = np.flatnonzero(np.diff(on.astype(np.int8)))
    lengths = np.diff(edges) * HOP_SECONDS
    wanted = _pattern()
    for first in range(0, len(lengths) - len(wanted) + 1, 2):
        run = lengths[first : first + len(wanted)]
        span = level[edges[first] : edges[first + len(wanted)]]
        silent = float(np.percentile(span, 15)) * CLEAR_RATIO < peak
        if silent and _fits(run.tolist(), wanted):
            return True
    return False


def _fits(run: Sequence[float], wanted: Sequence[int]) -> bool:
    unit = sum(run) / sum(wanted)
    if not UNITS[0] <= unit <= UNITS[1]:
        return False
    return all(
        abs(length / unit - share) <= TOLERANCE * max(1, share / 2)
        for length, share in zip(run, wanted, strict=True)
    )


def _pattern() -> list[int]:
    """Lengths in units, sound and pause in turn: of ``.- ..``: 1 1 3 3 1 1 1."""
    lengths: list[int] = []
    for letter in str(parameters.value("explicit.audio.rhythm")).split():
        for mark in letter:
            lengths += [3 if mark == "-" else 1, 1]
        lengths[-1] = 3
    return lengths[:-1]
