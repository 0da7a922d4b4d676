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

    def payload(self, produce_id: str) -> int:
        """The 64 bits that stand in marks for the content of this number: the register finds them
        again, a stranger learns nothing from them.
        """
        keyed = hashlib.blake2b(produce_id.encode(), key=self.secret, digest_size=8)
        return int.from_bytes(keyed.digest())


PUBLIC = MarkKey(hashlib.sha256(b"Colophon public mark key 1").digest())
"""Anybody can read, and could forge, a mark under this key: for detectors given to the public."""
