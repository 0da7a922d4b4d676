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
        gains = self._gains(soft)
        rows = len(soft)
        decisions = np.empty((rows, self.steps, 2, _HALF), np.float32)
        # A state that cannot be reached is compared, never followed: finite, but far below all.
        metric = np.repeat(-1e4 * (1 + np.abs(soft).sum(axis=1, keepdims=True)), _STATES, axis=1)
        metric[:, 0] = 0
        for step in range(self.steps):
            metric = _stepped(metric, gains[:, step], decisions[:, step])
        return [Trellis(self.bits, decisions[i], float(metric[i, 0])) for i in range(rows)]

    def _gains(self, soft: Float) -> Float:
        whole = np.zeros((len(soft), self.steps * len(_POLYNOMIALS)), np.float32)
        whole[:, self._kept] = soft
        return whole.reshape(len(soft), self.steps, len(_POLYNOMIALS)) @ _OUTPUTS


def _stepped(metric: Float, gain: Float, decision: Float) -> Float:
    """The metrics after one more bit. ``decision`` receives by how much each state prefers its odd
    predecessor: its sign is the choice, its size what the other choice would cost.
    """
    even = metric[:, 0::2]
    difference = metric[:, 1::2] - even
    twice = gain + gain
    np.subtract(difference, twice, out=decision[:, 0])
    np.add(difference, twice, out=decision[:, 1])
    after = np.maximum(decision, 0)
    after[:, 0] += even
    after[:, 0] += gain
    after[:, 1] += even
    after[:, 1] -= gain
    return after.reshape(len(metric), _STATES)


class Trellis:
    """All likelihoods for one received word."""

    def __init__(self, bits: int, decisions: Float, best: float) -> None:
        self._bits = bits
        self._decisions = decisions.reshape(len(decisions), _STATES)
        self.best = best
        """The likeliest word's inner product with the received values."""

    def words(self) -> Iterator[tuple[NDArray[np.uint8], float]]:
        """Words and their inner products, likeliest first.

        Source: N. Seshadri, C.-E. W. Sundberg, IEEE Transactions on Communications 42 (1994).
        """
        steps = len(self._decisions)
        waiting: list[tuple[float, int, int, list[int]]] = [(-self.best, 0, steps, [0] * steps)]
        count = 0
        while waiting:
            lost, _, turn, states = heapq.heappop(waiting)
            states = self._traced(turn, states)
            yield (np.array(states[: self._bits]) >> (_MEMORY - 1)).astype(np.uint8), -lost
            costs = np.abs(self._decisions[np.arange(turn), states[:turn]]).tolist()
            for step, cost in enumerate(costs):
                count += 1
                heapq.heappush(waiting, (lost + cost, count, step, states))

    def _traced(self, turn: int, states: list[int]) -> list[int]:
        """``states`` with another way into the state at ``turn``, and the best one before that."""
        traced = states.copy()
        first = turn == len(traced)
        turn -= first
        state = traced[turn]
        odd = (self._decisions.item(turn, state) > 0) == first
        for step in range(turn - 1, -1, -1):
            state = (state << 1) & (_STATES - 1) | odd
            traced[step] = state
            odd = self._decisions.item(step, state) > 0
        return traced
