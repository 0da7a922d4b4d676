"""SM2 digital signatures over the recommended curve (GB/T 32918.2, 32918.5; GM/T 0003).

In Python, because the cryptography package has the hash but not the curve. Numbers of Python are
not constant in time: somebody who can measure many signatures on the same machine may learn
something of the key. Verification handles nothing secret. Nonces follow RFC 6979 over HMAC-SM3:
the same key and message give the same signature, and no bad source of randomness can betray
the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from colophon.labels.security_data import sm3

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]

P = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
A = P - 3
B = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
N = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
G: Point = (
    0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7,
    0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0,
)
SIZE = 32
"""Bytes of a coordinate and of a scalar."""
IDENTITY = b"1234567812345678"
"""The signer's name that enters every digest where none was agreed (Source: GM/T 0009-2012)."""

_WINDOW = 4
_WINDOWS = 64
_NOWHERE: _Jacobian = (1, 1, 0)


def on_curve(point: Point) -> bool:
    """Whether the point is a possible public key."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0


def with_parity(x: int, odd: bool) -> Point | None:
    """The point of a compressed key; None where ``x`` is none of the curve's."""
    if not 0 <= x < P:
        return None
    # P is 3 modulo 4, so a root is one exponentiation away.
    y = pow((x * x + A) * x + B, (P + 1) // 4, P)
    y = P - y if y % 2 != odd else y
    return (x, y) if on_curve((x, y)) else None


def public_of(secret: int) -> Point:
    """The public key of a secret from 1 to N - 2."""
    return _affine([_times_base(secret)])[0]


def digest(public: Point, message: bytes, *, prehashed: bool = False) -> int:
    """The number that is signed: SM3(Z ‖ message), or of the message's own SM3."""
    if prehashed:
        message = sm3.digest(message)
    return int.from_bytes(sm3.digest(_identity_digest(public), message))


def sign(secret: int, number: int) -> tuple[int, int]:
    """The signature (r, s) over a digest as a number."""
    for nonce in _nonces(secret, number):
        r = (number + public_of(nonce)[0]) % N
        s = pow(1 + secret, -1, N) * (nonce - r * secret) % N
        if r and s and r + nonce != N:
            return r, s
    raise AssertionError  # pragma: no cover - the nonces never end


def verify(public: Point, number: int, signature: tuple[int, int]) -> bool:
    """Whether the signature over a digest is by this key; ``public`` must be on the curve."""
    r, s = signature
    total = (r + s) % N
    if not (0 < r < N and 0 < s < N and total):
        return False
    found = _sum(_times_base(s), _times(total, public))
    if not found[2]:
        return False
    return (number + _affine([found])[0][0]) % N == r


def octets(number: int) -> bytes:
    return number.to_bytes(SIZE)


def _identity_digest(public: Point) -> bytes:
    """Source: GB/T 32918.2 5.5."""
    curve = b"".join(map(octets, (A, B, *G, *public)))
    return sm3.digest((8 * len(IDENTITY)).to_bytes(2), IDENTITY, curve)


def _nonces(secret: int, number: int) -> Iterator[int]:
    """Source: RFC 6979 3.2, with SM3 as its hash."""
    seed = octets(secret) + octets(number % N)
    value, key = b"\1" * sm3.SIZE, bytes(sm3.SIZE)
    for mark in (b"\0", b"\1"):
        key = sm3.keyed(key, value, mark, seed)
        value = sm3.keyed(key, value)
    while True:
        value = sm3.keyed(key, value)
        nonce = int.from_bytes(value)
        if 0 < nonce < N:
            yield nonce
        key = sm3.keyed(key, value, b"\0")
        value = sm3.keyed(key, value)


def _twice(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z:
        return _NOWHERE
    yy, zz = y * y % P, z * z % P
    slope = 3 * (x - zz) * (x + zz) % P
    s = 4 * x * yy % P
    u = (slope * slope - 2 * s) % P
    return u, (slope * (s - u) - 8 * yy * yy) % P, 2 * y * z % P


def _plus(point: _Jacobian, other: Point) -> _Jacobian:
    """The sum with a point in affine coordinates."""
    x, y, z = point
    if not z:
        return other[0], other[1], 1
    zz = z * z % P
    h = (other[0] * zz - x) % P
    r = (other[1] * zz * z - y) % P
    if not h:
        return _NOWHERE if r else _twice(point)
    hh = h * h % P
    hhh, v = h * hh % P, x * hh % P
    u = (r * r - hhh - 2 * v) % P
    return u, (r * (v - u) - y * hhh) % P, z * h % P


def _sum(point: _Jacobian, other: _Jacobian) -> _Jacobian:
    return point if not other[2] else _plus(point, _affine([other])[0])


def _affine(points: list[_Jacobian]) -> list[Point]:
    """All points with one inversion; none of them may be the point at infinity."""
    products, product = [], 1
    for _, _, z in points:
        products.append(product)
        product = product * z % P
    inverse, found = pow(product, -1, P), []
    for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
        one = inverse * before % P
        inverse = inverse * z % P
        square = one * one % P
        found.append((x * square % P, y * square * one % P))
    return found[::-1]


def _multiples(point: Point, count: int) -> list[_Jacobian]:
    """1 to ``count`` times a point."""
    found: list[_Jacobian] = [(*point, 1)]
    while len(found) < count:
        found.append(_plus(found[-1], point))
    return found


@cache
def _base_rows() -> list[list[Point]]:
    """For each window of a scalar, 1 to 15 times the base point at that place."""
    rows, step = [], G
    for _ in range(_WINDOWS):
        multiples = _affine(_multiples(step, 1 << _WINDOW))
        rows.append(multiples[:-1])
        step = multiples[-1]
    return rows


@lru_cache(maxsize=64)
def _key_row(point: Point) -> list[Point]:
    return _affine(_multiples(point, (1 << _WINDOW) - 1))


def _times_base(scalar: int) -> _Jacobian:
    found = _NOWHERE
    for row in _base_rows():
        digit = scalar & 15
        if digit:
            found = _plus(found, row[digit - 1])
        scalar >>= _WINDOW
    return found


def _times(scalar: int, point: Point) -> _Jacobian:
    row, found = _key_row(point), _NOWHERE
    for shift in range(_WINDOW * (_WINDOWS - 1), -1, -_WINDOW):
        for _ in range(_WINDOW):
            found = _twice(found)
        digit = scalar >> shift & 15
        if digit:
            found = _plus(found, row[digit - 1])
    return found
