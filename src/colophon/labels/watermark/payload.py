"""The payload of every mark: 64 bits, 40 check bits and a strong code, under the operator's key.

What is answered is false with a probability of at most ``FALSE_ACCEPT``: see ``chance``.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from colophon.labels.watermark.chance import CHECK_BITS, PAYLOAD_BITS, Chances
from colophon.labels.watermark.code import Code, Trellis
from colophon.labels.watermark.key import MarkKey

FALSE_ACCEPT = 1e-9
"""The greatest probability of a false accept with which a payload is answered."""

_CODE = Code(PAYLOAD_BITS + CHECK_BITS)
CODED = _CODE.size
_CHECK_MASK = (1 << CHECK_BITS) - 1
_LIST = 64
_TOGETHER = 16
"""Received words decoded at once: more would not stay in the processor's cache."""

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
    values: NDArray[np.int8] = _CODE.encode(word)[order] * signs
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
    chances = Chances(received, looks)
    least, enough, ranks = chances.limits(FALSE_ACCEPT)
    for rank, (word, correlation) in enumerate(islice(trellis.words(), _LIST), 1):
        if correlation < least or (correlation < enough and rank > ranks):
            return None
        payload = word >> CHECK_BITS
        if _checked(payload, key.secret) == word & _CHECK_MASK:
            chance = chances.of(rank, float(_CODE.encode(word) @ received))
            return Decoded(payload, chance) if chance <= FALSE_ACCEPT else None
    return None


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
