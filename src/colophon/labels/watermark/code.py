"""The error-correcting code under every mark: convolutional, read softly, with a list of answers.

Rate 1/4, ten bits of memory, ended in the zero state. The list comes in falling likelihood, so
that check bits can pick the first answer that agrees with them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# Octal 2327, 2353, 2671, 3175: the rate-1/4 code of constraint length 11 with the greatest free
# distance, 29. Source: K. J. Larsen, IEEE Transactions on Information Theory 19 (1973), 371-372.
_POLYNOMIALS = (0o2327, 0o2353, 0o2671, 0o3175)
_MEMORY = 10
_STATES = 1 << _MEMORY
_HALF = _STATES // 2
_DROPPED = 57
"""Every 57th bit of the code is left out, which costs less than a whole rate would."""

_GREATEST = 127
"""The size to which a word's greatest value is brought, so that 16 bits suffice: states then
differ by less than 2¹⁵, and all ``size`` values together come to less than 2¹⁶."""
_LEAST = np.float32(1e-20)
"""Values that are all smaller are none."""
_UNREACHED = -12_000
"""Below every state that can be reached until all can, yet too near to wrap around."""

Float = NDArray[np.float32]
Whole = NDArray[np.int16]


def _outputs() -> Float:
    """What each even state sends for a zero bit, as ±1; odd states and ones send the contrary."""
    states = np.arange(0, _STATES, 2)
    parity = np.stack([np.bitwise_count(states & tap) & 1 for tap in _POLYNOMIALS])
    return (1 - 2 * parity.astype(np.int8)).astype(np.float32)


_OUTPUTS = _outputs()
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Each byte with its bits in the contrary order."""


class Code:
    """The code for words of ``bits`` bits, a multiple of eight, as numbers whose highest bit is
    sent first. ``size``: how many values it sends for one.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.steps = bits + _MEMORY
        whole = np.arange(self.steps * len(_POLYNOMIALS))
        self._kept = whole[whole % _DROPPED != _DROPPED - 1]
        self.size = len(self._kept)

    def encode(self, word: int) -> NDArray[np.int8]:
        """``size`` values of ±1."""
        raw = np.frombuffer(word.to_bytes(self.bits // 8, "big"), np.uint8)
        padded = np.pad(np.unpackbits(raw), _MEMORY)
        window = np.lib.stride_tricks.sliding_window_view(padded, _MEMORY + 1)
        # The newest bit stands at the highest place of the register.
        taps = np.array([[tap >> i & 1 for i in range(_MEMORY + 1)] for tap in _POLYNOMIALS])
        parity = (window.astype(np.int64) @ taps.T & 1).reshape(-1)[self._kept]
        values: NDArray[np.int8] = (1 - 2 * parity).astype(np.int8)
        return values

    def trellises(self, soft: Float) -> list[Trellis]:
        """What is needed to list the likeliest words for each row of ``soft``."""
        rows = len(soft)
        scales = _GREATEST / np.abs(soft).max(axis=1, initial=_LEAST)
        gains = self._gains(np.rint(soft * scales[:, np.newaxis]))
        decisions = np.empty((self.steps, rows, 2, _HALF), np.int16)
        metric = np.full((rows, _STATES), _UNREACHED, np.int16)
        metric[:, 0] = 0
        step = _Step(rows)
        for gain, decision in zip(gains, decisions, strict=True):
            metric = step(metric, gain, decision)
        best = metric[:, 0].view(np.uint16).tolist()
        return [Trellis(self.bits, decisions[:, i], best[i], float(scales[i])) for i in range(rows)]

    def _gains(self, soft: Float) -> Whole:
        whole = np.zeros((len(soft), self.steps * len(_POLYNOMIALS)), np.float32)
        whole[:, self._kept] = soft
        by_step = whole.reshape(len(soft), self.steps, len(_POLYNOMIALS)).swapaxes(0, 1)
        return (by_step @ _OUTPUTS).astype(np.int16)


class _Step:
    """One more bit for ``rows`` words, without asking for memory again each time.

    Sums may pass 2¹⁵ and wrap around: only differences are looked at, and these stay below it.
    """

    def __init__(self, rows: int) -> None:
        shape = (rows, _HALF)
        self._even, self._odd, self._twice = (np.empty(shape, np.int16) for _ in range(3))
        self._pairs = np.empty(shape, "<u4")
        self._next = [np.empty((rows, 2, _HALF), np.int16) for _ in range(2)]
        self._zero = np.zeros((rows, 2, _HALF), np.int16)

    def __call__(self, metric: Whole, gain: Whole, decision: Whole) -> Whole:
        """The metrics after it. ``decision`` receives by how much each state prefers its odd
        predecessor: its sign is the choice, its size what the other choice would cost.
        """
        even, odd, twice = self._even, self._odd, self._twice
        pairs = metric.astype("<i2", copy=False).view("<u4")
        np.copyto(even, pairs, casting="unsafe")
        np.copyto(odd, np.right_shift(pairs, 16, out=self._pairs), casting="unsafe")
        difference = np.subtract(odd, even, out=odd)
        np.add(gain, gain, out=twice)
        np.subtract(difference, twice, out=decision[:, 0])
        np.add(difference, twice, out=decision[:, 1])
        self._next.reverse()
        after = np.maximum(decision, self._zero, out=self._next[0])
        after[:, 0] += np.add(even, gain, out=twice)
        after[:, 1] += np.subtract(even, gain, out=even)
        return after.reshape(len(metric), _STATES)


class Trellis:
    """All likelihoods for one received word."""

    def __init__(self, bits: int, decisions: Whole, best: int, scale: float) -> None:
        self._bits = bits
        self._scale = scale
        self._decisions = decisions.reshape(len(decisions), _STATES)
        self._best = best

    def words(self) -> Iterator[tuple[int, float]]:
        """Words and their inner products with what was received, but for rounding, likeliest first.

        Each further one leaves some earlier path once, where that costs least.
        Source: N. Seshadri, C.-E. W. Sundberg, IEEE Transactions on Communications 42 (1994).
        """
        path = self._traced([0] * len(self._decisions), len(self._decisions))
        yield self._word(path), self._best / self._scale
        costs, turns = self._costs(path, len(path))
        waiting = [(costs[0] - self._best, 0, 0, path, costs, turns)]
        serial = 0
        while waiting:
            lost, _, place, parent, costs, turns = heapq.heappop(waiting)
            path = self._traced(parent, turns[place])
            yield self._word(path), -lost / self._scale
            if place + 1 < len(costs):
                serial += 1
                after = lost + costs[place + 1] - costs[place]
                heapq.heappush(waiting, (after, serial, place + 1, parent, costs, turns))
            below, earlier = self._costs(path, turns[place])
            if below:
                serial += 1
                heapq.heappush(waiting, (lost + below[0], serial, 0, path, below, earlier))

    def _word(self, path: list[int]) -> int:
        """Each state is the last bits, the latest one highest."""
        turned = 0
        for last in range(_MEMORY - 1, len(path), _MEMORY):
            turned |= path[last] << (last - _MEMORY + 1)
        raw = (turned & (1 << self._bits) - 1).to_bytes(self._bits // 8, "little")
        return int.from_bytes(raw.translate(_TURNED), "big")

    def _costs(self, path: list[int], before: int) -> tuple[list[int], list[int]]:
        """What leaving ``path`` at each step ``before`` costs, least first, and those steps."""
        costs = np.abs(self._decisions[np.arange(before), path[:before]])
        order = costs.argsort()
        return costs[order].tolist(), order.tolist()

    def _traced(self, parent: list[int], turn: int) -> list[int]:
        """``parent`` with the other way into its state at ``turn``, and the best way to there;
        with a turn past its end, the likeliest path of all.
        """
        path = parent.copy()
        item = self._decisions.item
        first = turn == len(path)
        turn -= first
        state = path[turn]
        odd = (item(turn, state) > 0) == first
        for step in range(turn - 1, -1, -1):
            state = (state << 1) & (_STATES - 1) | odd
            if path[step] == state and not first:
                break  # from here on both are the best way to this state
            path[step] = state
            odd = item(step, state) > 0
        return path
