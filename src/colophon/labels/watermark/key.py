"""The operator's mark key: what makes a mark unreadable to strangers, and theirs not ours.

Everything secret in a mark is drawn from the key by SHAKE-256, whose output is fixed for ever: no
library's random numbers, which may change with a release.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_BYTES = 32
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class MarkKey:
    """``secret``: 32 bytes. Raises ValueError for any other length."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _BYTES:
            raise ValueError(f"a mark key has {_BYTES} bytes")

    @classmethod
    def drawn(cls) -> MarkKey:
        """A new key."""
        return cls(secrets.token_bytes(_BYTES))

    def stream(self, purpose: str, size: int) -> bytes:
        """``size`` bytes that only this key gives for this purpose."""
        return hashlib.shake_256(self.secret + purpose.encode()).digest(size)

    def signs(self, purpose: str, size: int) -> NDArray[np.float32]:
        """``size`` values of −1 or +1."""
        raw = np.frombuffer(self.stream(purpose, -(-size // 8)), np.uint8)
        return np.unpackbits(raw)[:size].astype(np.float32) * 2 - 1

    def order(self, purpose: str, size: int) -> NDArray[np.int64]:
        """0 … ``size`` − 1, shuffled."""
        words = np.frombuffer(self.stream(purpose, 8 * size), "<u8")
        return np.argsort(words, kind="stable")

    def reference(self, number: int) -> int:
        """What stands in marks for the register's entry ``number``: both 0 … 2⁶⁴ − 1, one to one.

        A mark tells a stranger neither how many entries there are nor which came first.
        """
        left, right = number >> 32, number & 0xFFFFFFFF
        for turn in range(_ROUNDS):
            left, right = right, left ^ self._turned(turn, right)
        return left << 32 | right

    def number(self, reference: int) -> int:
        """The register's entry that ``reference`` stands for."""
        left, right = reference >> 32, reference & 0xFFFFFFFF
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ self._turned(turn, left), left
        return left << 32 | right

    def _turned(self, turn: int, half: int) -> int:
        keyed = hashlib.blake2b(half.to_bytes(4, "big"), key=self.secret, digest_size=4)
        keyed.update(bytes([turn]))
        return int.from_bytes(keyed.digest(), "big")


PUBLIC = MarkKey(hashlib.sha256(b"Colophon public mark key 1").digest())
"""Anybody can read, and could forge, a mark under this key: for detectors given to the public."""
