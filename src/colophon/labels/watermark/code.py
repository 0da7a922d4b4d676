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

Float = NDArray[np.float32]


def _outputs() -> Float:
    """What each even state sends for a zero bit, as ±1; odd states and ones send the contrary."""
    states = np.arange(0, _STATES, 2)
    parity = np.stack([np.bitwise_count(states & tap) & 1 for tap in _POLYNOMIALS])
    return (1 - 2 * parity.astype(np.int8)).astype(np.float32)


_OUTPUTS = _outputs()


class Code:
    """The code for words of ``bits`` bits. ``size``: how many values it sends for one."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.steps = bits + _MEMORY
        whole = np.arange(self.steps * len(_POLYNOMIALS))
        self._kept = whole[whole % _DROPPED != _DROPPED - 1]
        self.size = len(self._kept)

    def encode(self, word: NDArray[np.uint8]) -> NDArray[np.int8]:
        """``size`` values of ±1 for ``bits`` bits; a zero bit gives +1 where no other does."""
        padded = np.concatenate([np.zeros(_MEMORY, np.uint8), word, np.zeros(_MEMORY, np.uint8)])
        window = np.lib.stride_tricks.sliding_window_view(padded, _MEMORY + 1)
        # The newest bit stands at the highest place of the register.
        taps = np.array([[tap >> i & 1 for i in range(_MEMORY + 1)] for tap in _POLYNOMIALS])
        parity = (window.astype(np.int64) @ taps.T & 1).reshape(-1)[self._kept]
        values: NDArray[np.int8] = (1 - 2 * parity).astype(np.int8)
        return values

    def trellises(self, soft: Float) -> list[Trellis]:
        """What is needed to list the likeliest words for each row of ``soft``."""
        rows = len(soft)
        gains = self._gains(soft)
        decisions = np.empty((self.steps, rows, 2, _HALF), np.float32)
        # A state that cannot be reached is compared, never followed: finite, but far below all.
        metric = np.repeat(-1e4 * (1 + np.abs(soft).sum(axis=1, keepdims=True)), _STATES, axis=1)
        metric[:, 0] = 0
        step = _Step(rows)
        for gain, decision in zip(gains, decisions, strict=True):
            metric = step(metric, gain, decision)
        return [Trellis(self.bits, decisions[:, i], float(metric[i, 0])) for i in range(rows)]

    def _gains(self, soft: Float) -> Float:
        whole = np.zeros((len(soft), self.steps * len(_POLYNOMIALS)), np.float32)
        whole[:, self._kept] = soft
        by_step = whole.reshape(len(soft), self.steps, len(_POLYNOMIALS)).swapaxes(0, 1)
        gains: Float = by_step @ _OUTPUTS
        return gains


class _Step:
    """One more bit for ``rows`` words, without asking for memory again each time."""

    def __init__(self, rows: int) -> None:
        shape = (rows, _HALF)
        self._even, self._odd, self._twice = (np.empty(shape, np.float32) for _ in range(3))
        self._next = [np.empty((rows, 2, _HALF), np.float32) for _ in range(2)]
        self._zero = np.zeros((rows, 2, _HALF), np.float32)

    def __call__(self, metric: Float, gain: Float, decision: Float) -> Float:
        """The metrics after it. ``decision`` receives by how much each state prefers its odd
        predecessor: its sign is the choice, its size what the other choice would cost.
        """
        even, odd, twice = self._even, self._odd, self._twice
        np.copyto(even, metric[:, 0::2])
        difference = np.subtract(metric[:, 1::2], even, out=odd)
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

    def __init__(self, bits: int, decisions: Float, best: float) -> None:
        self._bits = bits
        self._decisions = np.ascontiguousarray(decisions).reshape(len(decisions), _STATES)
        self.best = best
        """The likeliest word's inner product with the received values."""

    def words(self) -> Iterator[tuple[NDArray[np.uint8], float]]:
        """Words and their inner products, likeliest first.

        Each further one leaves some earlier path once, where that costs least.
        Source: N. Seshadri, C.-E. W. Sundberg, IEEE Transactions on Communications 42 (1994).
        """
        path = self._traced([0] * len(self._decisions), len(self._decisions))
        yield self._word(path), self.best
        costs, turns = self._costs(path, len(path))
        waiting = [(costs[0] - self.best, 0, 0, path, costs, turns)]
        serial = 0
        while waiting:
            lost, _, place, parent, costs, turns = heapq.heappop(waiting)
            path = self._traced(parent, turns[place])
            yield self._word(path), -lost
            if place + 1 < len(costs):
                serial += 1
                after = lost + costs[place + 1] - costs[place]
                heapq.heappush(waiting, (after, serial, place + 1, parent, costs, turns))
            below, earlier = self._costs(path, turns[place])
            if below:
                serial += 1
                heapq.heappush(waiting, (lost + below[0], serial, 0, path, below, earlier))

    def _word(self, path: list[int]) -> NDArray[np.uint8]:
        return (np.array(path[: self._bits]) >> (_MEMORY - 1)).astype(np.uint8)

    def _costs(self, path: list[int], before: int) -> tuple[list[float], list[int]]:
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
