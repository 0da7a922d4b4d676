"""The payload of every mark: 64 bits, 40 check bits and a strong code, under the operator's key.

How often content without a mark gives one is bounded twice over, whatever its values are, because
the key's signs and check bits are independent of it:

- the word found at rank r of the list passes the check bits by chance once in 2⁴⁰, so r words in
  each of n looks pass with a probability of at most n·r·2⁻⁴⁰;
- of the 2⁶⁴ words that can be sent, each has an inner product of c or more with the received
  values s by chance with a probability of at most exp(Σ ln cosh(t·sᵢ) − t·c), for every t (H.
  Chernoff, 1952), so some one of them does in one of n looks with at most 2⁶⁴·n times that.

The smaller, doubled since the smaller of two is chosen, is ``Decoded.false_accept``; nothing above
1e-9 is answered.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.code import Code, Trellis
from colophon.labels.watermark.key import MarkKey

PAYLOAD_BITS = 64
CHECK_BITS = 40
FALSE_ACCEPT = 1e-9
"""The greatest probability of a false accept with which a payload is answered."""

_CODE = Code(PAYLOAD_BITS + CHECK_BITS)
CODED = _CODE.size
_LIST = 64
_LEAST_EVIDENCE = 1e-3
"""What the second bound must come to, however well the check bits agree."""
_LN2 = math.log(2)
_TOGETHER = 8
"""Received words decoded at once: more would not stay in the processor's cache."""
_TILTS = CODED * np.array([0.3, 0.45, 0.6, 0.75, 0.95, 1.2, 1.7, 2.5, 4.0])
"""Values of t at which the second bound is tried; the least of them holds."""

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Decoded:
    """``false_accept``: at most so probable is it that content without this mark gave it."""

    payload: int
    false_accept: float


def encode(payload: int, key: MarkKey) -> NDArray[np.int8]:
    """``CODED`` values of ±1. Raises ValueError for a payload of more than 64 bits."""
    if not 0 <= payload < 1 << PAYLOAD_BITS:
        raise ValueError(f"a payload has {PAYLOAD_BITS} bits")
    word = payload << CHECK_BITS | _checked(payload, key.secret)
    order, signs = _veil(key)
    values: NDArray[np.int8] = _CODE.encode(_unpacked(word))[order] * signs
    return values


def decode(soft: Float, key: MarkKey, looks: int = 1) -> Decoded | None:
    """The payload in ``CODED`` received values, of any scale; zero: nothing was received.

    ``looks``: at how many places or under how many hypotheses this content is looked at in all,
    each of which may err.
    """
    return decode_many(soft[np.newaxis], key, looks)[0]


def decode_many(soft: Float, key: MarkKey, looks: int = 1) -> list[Decoded | None]:
    """``decode`` for each row, quicker. ``looks`` counts all looks at this content, not rows."""
    order, signs = _veil(key)
    plain = np.empty(soft.shape, np.float32)
    plain[:, order] = np.nan_to_num(soft, posinf=0, neginf=0) * signs
    # First by the greatest value, so that no square overflows.
    plain /= np.abs(plain).max(axis=1, keepdims=True, initial=0) + np.float32(1e-37)
    plain /= np.linalg.norm(plain, axis=1, keepdims=True) * math.sqrt(CODED) + 1e-30
    found: list[Decoded | None] = []
    for start in range(0, len(plain), _TOGETHER):
        some = plain[start : start + _TOGETHER]
        trellises = _CODE.trellises(some)
        found += [_accepted(*one, key, looks) for one in zip(trellises, some, strict=True)]
    return found


def _accepted(trellis: Trellis, received: Float, key: MarkKey, looks: int) -> Decoded | None:
    moments = log_moments(received)
    for rank, (word, correlation) in enumerate(trellis.words(), 1):
        chance = false_accept(rank, correlation, looks, moments)
        if rank > _LIST or chance > FALSE_ACCEPT:
            return None
        payload = _packed(word[:PAYLOAD_BITS])
        if _packed(word[PAYLOAD_BITS:]) == _checked(payload, key.secret):
            return Decoded(payload, chance)
    return None


def log_moments(received: Float) -> NDArray[np.float64]:
    """Σ ln cosh(t·sᵢ) of values whose squares sum to 1 / ``CODED``, at each of the tilts."""
    tilted = np.abs(np.outer(_TILTS, received))
    moments: NDArray[np.float64] = (tilted + np.log1p(np.exp(-2 * tilted)) - _LN2).sum(axis=1)
    return moments


def false_accept(rank: int, correlation: float, looks: int, moments: NDArray[np.float64]) -> float:
    """The bound at the head of this module, at most 1."""
    by_check = rank * 2.0**-CHECK_BITS
    exponent = float((moments - _TILTS * correlation).min())
    by_correlation = math.exp(min(0.0, exponent + PAYLOAD_BITS * _LN2))
    if by_correlation > _LEAST_EVIDENCE:
        return 1.0
    return min(1.0, 2 * looks * min(by_check, by_correlation))


@lru_cache(maxsize=64)
def _veil(key: MarkKey) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The order in which the code's values are sent, and their signs."""
    signs = key.signs("payload signs", CODED).astype(np.int8)
    return key.order("payload order", CODED), signs


@lru_cache(maxsize=64)
def _check_key(secret: bytes) -> bytes:
    return MarkKey(secret).stream("payload check", 32)


def _checked(payload: int, secret: bytes) -> int:
    digest = hmac.digest(_check_key(secret), payload.to_bytes(8, "big"), hashlib.sha256)
    return int.from_bytes(digest[: CHECK_BITS // 8], "big")


def _unpacked(word: int) -> NDArray[np.uint8]:
    raw = word.to_bytes((PAYLOAD_BITS + CHECK_BITS) // 8, "big")
    return np.unpackbits(np.frombuffer(raw, np.uint8))


def _packed(bits: NDArray[np.uint8]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
