"""Ways a file is damaged: by chance, by cutting, by lying about sizes, by mixing with another."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    b"AIGC",
    b'{"Label":"1",',
    b'"ContentProducer"',
    b"<rdf:Description",
    b"]]>",
    b"-->",
    b"&#x0;",
    b"\\u0022",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0\0\0\0",
    b"{" * 40,
    b"[" * 40,
    b'"' * 7,
    b"\r\n---\r\n",
)
LONGEST = 1 << 17
FLOODED = 0.02
"""The part of all files in which one piece is repeated to the full length: whatever takes time
by the square of something shows there."""


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """``data`` after one to four kinds of damage; ``others`` lend pieces."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        chance.choice(KINDS)(out, others, chance)
    if chance.random() < FLOODED:
        _flood(out, chance)
    return bytes(out[:LONGEST])


def _at(out: bytearray, chance: random.Random) -> int:
    """More often near the start, where structure lies."""
    reach = chance.choice((32, 256, len(out), len(out)))
    return chance.randrange(max(1, min(reach, len(out))))


def _flip(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        if out:
            out[_at(out, chance)] ^= 1 << chance.randrange(8)


def _overwrite(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    if out:
        at = _at(out, chance)
        out[at : at + 1] = bytes([chance.randrange(256)])


def _number(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    size = chance.choice((1, 2, 4, 8))
    order = chance.choice(("big", "little"))
    value = chance.choice((*NUMBERS, len(out), len(out) - 1)) & (256**size - 1)
    at = _at(out, chance)
    out[at : at + size] = value.to_bytes(size, order)


def _cut(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    del out[chance.randrange(len(out) + 1) :]


def _take(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    at = _at(out, chance)
    del out[at : at + chance.choice((1, 2, 4, 16, 256))]


def _double(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    at, size = _at(out, chance), chance.choice((4, 16, 256, 2048))
    out[at:at] = out[at : at + size] * chance.choice((1, 2, 20))


def _word(out: bytearray, _others: Sequence[bytes], chance: random.Random) -> None:
    at = _at(out, chance)
    out[at : at + chance.choice((0, 4))] = chance.choice(WORDS)


def _mix(out: bytearray, others: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(others)
    at, start = _at(out, chance), chance.randrange(len(other) + 1)
    piece = other[start : start + chance.choice((8, 64, 1024))]
    out[at : at + chance.choice((0, len(piece)))] = piece


def _flood(out: bytearray, chance: random.Random) -> None:
    at, size = _at(out, chance), chance.choice((1, 2, 4, 8, 16, 64, 300))
    piece = chance.choice((bytes(out[at : at + size]), chance.choice(WORDS))) or b"["
    out[at:at] = piece * max(0, (LONGEST - len(out)) // len(piece))


KINDS: tuple[Callable[[bytearray, Sequence[bytes], random.Random], None], ...] = (
    _flip,
    _overwrite,
    _number,
    _number,
    _cut,
    _take,
    _double,
    _word,
    _mix,
)
