"""What a key draws for the tokens that may follow a context: the same when writing and reading."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.key import MarkKey

Tokens = NDArray[np.int64]
Draws = NDArray[np.uint64]

# Constants and shifts of SplitMix64's mixing. Source: G. L. Steele, D. Lea, C. H. Flood, OOPSLA
# 2014; the variant of S. Vigna.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIXES = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST = np.uint64(31)


class Seeds:
    """Seeds of contexts of ``width`` tokens, under a key and for one purpose."""

    def __init__(self, key: MarkKey, purpose: str, width: int) -> None:
        self.width = width
        self._secret = key.stream(f"sampling {purpose}", 32)

    def of(self, context: Tokens) -> int:
        """64 bits, for exactly ``width`` tokens."""
        raw = context.astype("<i8").tobytes()
        return int.from_bytes(hashlib.blake2b(raw, digest_size=8, key=self._secret).digest())


def drawn(seeds: int | Draws, tokens: Tokens) -> Draws:
    """64 even bits for each token, independent between tokens and between seeds."""
    values = tokens.astype(np.uint64)
    values *= _STEP
    values += np.asarray(seeds, np.uint64)
    values += _STEP
    for shift, factor in _MIXES:
        values ^= values >> shift
        values *= factor
    values ^= values >> _LAST
    return values


def bits(draws: Draws, count: int) -> NDArray[np.uint8]:
    """``count`` bits of each draw, as ``count`` rows. ``count``: at most 64."""
    rows = np.unpackbits(draws.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1)
    return np.ascontiguousarray(rows[:, :count].T)


def below(draws: Draws, share: float) -> NDArray[np.bool_]:
    """True with a probability of ``share``."""
    return draws < np.uint64(min(int(share * 2**64), 2**64 - 1))


def is_new(ids: Sequence[int] | Tokens, width: int) -> bool:
    """Whether the last ``width`` tokens have not stood one after another before."""
    seen = np.asarray(ids)
    ends = np.flatnonzero(seen[width - 1 : -1] == seen[-1])
    for back in range(1, width):
        ends = ends[seen[ends + width - 1 - back] == seen[-1 - back]]
    return not ends.size
