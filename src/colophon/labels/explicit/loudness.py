"""How loud content is, so that its label is neither shouted nor lost.

Source: ITU-R BS.1770-5, EBU R 128 (integrated loudness: frequency weighting, gating).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]
    Wide = NDArray[np.float64]

STEP_SECONDS = 0.1
STEPS_A_BLOCK = 4
"""Blocks of 0.4 s that overlap by three quarters."""
OFFSET_LUFS = -0.691
GATE_LUFS, RELATIVE_GATE_LU = -70.0, -10.0
"""Blocks quieter than the first, or than the mean by the second, do not count."""
QUIETEST_LUFS, LOUDEST_LUFS, USUAL_LUFS = -33.0, -12.0, -23.0
"""The label stays between these, whatever the content; the last is for silence."""
PEAK = 0.89
LISTEN_SECONDS = 20 * 60
"""So much of a long file tells enough."""
CHUNK_STEPS, LEAD_STEPS = 40, 10
"""Filtered at once; the lead is what the filter must have heard before."""
SHELF_HZ, SHELF_DB, SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
PASS_HZ, PASS_Q = 38.13547087602444, 0.5003270373238773
SHELF_SLOPE = 0.4996667741545416
SURROUND = 1.41
WEIGHTS = {6: (1, 1, 1, 0, SURROUND, SURROUND), 5: (1, 1, 1, SURROUND, SURROUND)}
"""Of the channels in their usual order; the deepest one does not count. Others count fully."""


def of(blocks: Iterable[Sound], rate_hz: int) -> float:
    """Integrated loudness in LUFS of frames x channels, -1 to 1, in pieces of any length."""
    import numpy as np

    powers = np.array(list(_steps(blocks, rate_hz)), np.float64)
    if not len(powers):
        return USUAL_LUFS
    room = min(STEPS_A_BLOCK, len(powers))
    power = np.convolve(powers, np.full(room, 1 / room), "valid")
    heard = power[_lufs(power) > GATE_LUFS]
    if not len(heard):
        return USUAL_LUFS
    gate = float(_lufs(heard.mean())) + RELATIVE_GATE_LU
    return float(_lufs(heard[_lufs(heard) > gate].mean()))


def matched(label: Sound, rate_hz: int, content_lufs: float) -> Sound:
    """The label (frames x channels) as loud as the content, within bounds, never clipping."""
    import numpy as np

    wanted = min(LOUDEST_LUFS, max(QUIETEST_LUFS, content_lufs))
    gain = 10 ** ((wanted - of([label], rate_hz)) / 20)
    gain = min(gain, PEAK / max(1e-6, float(np.abs(label).max())))
    return label * np.float32(gain)


def _lufs(power: Wide) -> Wide:
    import numpy as np

    return OFFSET_LUFS + 10 * np.log10(np.maximum(power, 1e-12))


def _steps(blocks: Iterable[Sound], rate_hz: int) -> Iterator[float]:
    """Weighted power of each tenth of a second."""
    import numpy as np

    step = max(1, round(STEP_SECONDS * rate_hz))
    lead = LEAD_STEPS * step
    before: Sound | None = None
    for chunk in _chunks(blocks, CHUNK_STEPS * step):
        if before is None:
            before = np.zeros((lead, chunk.shape[1]), np.float32)
        whole = np.concatenate([before, chunk])
        heard = _weighted(whole, rate_hz)[lead:]
        before = whole[-lead:]
        count = max(1, len(heard) // step)
        weights = np.array(WEIGHTS.get(chunk.shape[1], (1,) * chunk.shape[1]), np.float64)
        for number in range(count):
            part = heard[number * step : (number + 1) * step]
            yield float(np.square(part).mean(axis=0) @ weights)


def _chunks(blocks: Iterable[Sound], size: int) -> Iterator[Sound]:
    import numpy as np

    held: list[Sound] = []
    length = 0
    for block in blocks:
        held.append(block)
        length += len(block)
        if length >= size:
            whole = np.concatenate(held)
            for at in range(0, length - size + 1, size):
                yield whole[at : at + size]
            held = [whole[length - length % size :]]
            length %= size
    if length:
        yield np.concatenate(held)


def _weighted(sound: Sound, rate_hz: int) -> Wide:
    """Through both filters, by way of the spectrum; the start takes in what the end leaves."""
    import numpy as np

    spectrum = np.fft.rfft(sound, axis=0)
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(len(sound)))
    response = np.ones(len(turns), np.complex128)
    for above, below in (_shelf(rate_hz), _pass(rate_hz)):
        response *= np.polyval(above[::-1], turns) / np.polyval(below[::-1], turns)
    filtered: Wide = np.fft.irfft(spectrum * response[:, None], len(sound), axis=0)
    return filtered


def _shelf(rate_hz: int) -> tuple[list[float], list[float]]:
    """What a head adds. Source: ITU-R BS.1770-5 annex 1, its filter at any rate."""
    turn = math.tan(math.pi * SHELF_HZ / rate_hz)
    high = 10 ** (SHELF_DB / 20)
    middle = high**SHELF_SLOPE
    whole = 1 + turn / SHELF_Q + turn**2
    above = [
        (high + middle * turn / SHELF_Q + turn**2) / whole,
        2 * (turn**2 - high) / whole,
        (high - middle * turn / SHELF_Q + turn**2) / whole,
    ]
    return above, [1, 2 * (turn**2 - 1) / whole, (1 - turn / SHELF_Q + turn**2) / whole]


def _pass(rate_hz: int) -> tuple[list[float], list[float]]:
    turn = math.tan(math.pi * PASS_HZ / rate_hz)
    whole = 1 + turn / PASS_Q + turn**2
    below = [1, 2 * (turn**2 - 1) / whole, (1 - turn / PASS_Q + turn**2) / whole]
    return [1, -2, 1], below
