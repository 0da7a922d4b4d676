"""Whether tokens were sampled under a key: an exact probability that chance gives as much.

Answers hold for any text that was written without the key: each draw is then even and independent
of it. What stands twice is counted once, since its draws would only repeat. The tokens must be
those of the tokenizer they were sampled with, as its encoding of the text gives them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.detection import Detection
from colophon.labels.watermark.key import MarkKey
from colophon.labels.watermark.sampling import (
    CONTEXT,
    GREEN_CONTEXT,
    GREEN_SHARE,
    LAYERS,
)
from colophon.labels.watermark.sampling_draws import Draws, Seeds, Tokens, below, bits, drawn
from colophon.labels.watermark.sampling_tail import Group, tail

# Early rounds have the widest choice and tell most. Whole numbers keep the tail exact.
_WEIGHTS = np.array([max(1, round(12 * 0.92**layer)) for layer in range(LAYERS)])
LONGEST = 50_000
"""Tokens looked at in one text: the first."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``p_value``: the probability that a text without the mark scores so high or higher, for just
    this many tokens; so a threshold on it is the rate of false accepts, at every length.
    ``tokens``: how many were counted. ``score``: 0 … 1, the share won, by weight.
    """

    p_value: float
    tokens: int
    score: float

    def detection(self, false_accept: float) -> Detection | None:
        """A mark without a payload where the p-value is at most ``false_accept``."""
        return Detection(None, 1 - self.p_value) if self.p_value <= false_accept else None


def tournament(tokens: Sequence[int], key: MarkKey) -> Evidence:
    """What tells of ``sampling.Tournament``."""
    draws = _draws(tokens, Seeds(key, "tournament", CONTEXT), whole=False)
    won = bits(draws, LAYERS).sum(axis=1, dtype=np.int64)
    groups = [
        Group(int(weight), len(draws) * int(count), 0.5)
        for weight, count in zip(*np.unique(_WEIGHTS, return_counts=True), strict=True)
    ]
    return _evidence(groups, int(won @ _WEIGHTS), len(draws))


def green_list(tokens: Sequence[int], key: MarkKey, *, share: float = GREEN_SHARE) -> Evidence:
    """What tells of ``sampling.GreenList``."""
    draws = _draws(tokens, Seeds(key, f"green {share!r}", GREEN_CONTEXT), whole=True)
    won = int(below(draws, share).sum())
    return _evidence([Group(1, len(draws), share)], won, len(draws))


def _evidence(groups: list[Group], won: int, tokens: int) -> Evidence:
    most = sum(group.weight * group.count for group in groups)
    return Evidence(tail(groups, won), tokens, won / most if most else 0.0)


def _draws(tokens: Sequence[int], seeds: Seeds, *, whole: bool) -> Draws:
    """What each token drew. ``whole``: a token counts again where it follows a context that stood
    before but was followed by another.
    """
    ids: Tokens = np.asarray(tokens[:LONGEST], np.int64)
    width = seeds.width
    if len(ids) <= width:
        return np.empty(0, np.uint64)
    windows: NDArray[np.int64] = np.lib.stride_tricks.sliding_window_view(ids, width + 1)
    counted = np.unique(windows[:, : width + whole], axis=0, return_index=True)[1]
    chosen = windows[np.sort(counted)]
    found = np.array([seeds.of(window[:width]) for window in chosen], np.uint64)
    return drawn(found, chosen[:, width])
