"""SM3 (GB/T 32905-2016), by the cryptography package, and HMAC over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE = 32
ALGORITHM = "1.2.156.10197.1.401"
_BLOCK = 64


def digest(*parts: bytes) -> bytes:
    """SM3 of the parts as one message."""
    return digest_of(parts)


def digest_of(parts: Iterable[bytes]) -> bytes:
    """SM3 of parts that come one by one, in constant memory."""
    from cryptography.hazmat.primitives import hashes

    state = hashes.Hash(hashes.SM3())
    for part in parts:
        state.update(part)
    return state.finalize()


def keyed(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SM3 (Source: GB/T 15852.2); ``key`` has at most 64 bytes."""
    padded = key.ljust(_BLOCK, b"\0")
    inner = digest(bytes(byte ^ 0x36 for byte in padded), *parts)
    return digest(bytes(byte ^ 0x5C for byte in padded), inner)
