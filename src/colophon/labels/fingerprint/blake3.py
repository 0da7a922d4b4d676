"""BLAKE3, which ISCC's Instance-Code is made by: a thousand chunks beside each other in numpy.

Source: O'Connor, Aumasson, Neves and Wilcox-O'Hearn, BLAKE3: one function, fast everywhere (2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

SIZE = 32
_START = np.array(
    [
        *(0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A),
        *(0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19),
    ],
    np.uint32,
)
_ORDER = np.array([2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8])
_ROUNDS = 7
_FIRST, _LAST, _PARENT, _ROOT = 1, 2, 4, 8
_BLOCK, _CHUNK, _CHUNKS = 64, 1024, 1024
_PIECE = _CHUNK * _CHUNKS


def digest_of(source: BinaryIO) -> tuple[bytes, int]:
    """32 bytes for all that is left to read, and how much it was, in constant memory but for 32
    bytes a mebibyte."""
    piece, size = source.read(_PIECE), 0
    nodes: list[Words] = []
    while True:
        following = source.read(_PIECE) if len(piece) == _PIECE else b""
        alone = not nodes and not following
        nodes.append(_piece(piece, size // _CHUNK, root=alone))
        size += len(piece)
        if not following:
            break
        piece = following
    return _tree(nodes, root=True).astype("<u4").tobytes(), size


def _piece(data: bytes, first: int, *, root: bool) -> Words:
    """The node of up to 1024 chunks."""
    whole = len(data) // _CHUNK
    rest = data[whole * _CHUNK :]
    single = root and len(data) <= _CHUNK
    chunks: list[Words] = []
    if whole:
        words = np.frombuffer(data, "<u4", whole * _CHUNK // 4).reshape(whole, -1, 16)
        chunks += list(_chunks(words, _BLOCK, first, root=single).T)
    if rest or not whole:
        padded = rest.ljust(-(-max(1, len(rest)) // _BLOCK) * _BLOCK, b"\0")
        words = np.frombuffer(padded, "<u4").reshape(1, -1, 16)
        short = len(rest) - len(padded) + _BLOCK
        chunks.append(_chunks(words, short, first + whole, root=single)[:, 0])
    return _tree(chunks, root=root)


def _chunks(words: Words, last: int, first: int, *, root: bool) -> Words:
    """Chaining values, 8 × chunks. ``words``: chunks × blocks × 16; ``last``: bytes in the last
    block of each; ``first``: the first one's number."""
    count, blocks, _ = words.shape
    values = np.repeat(_START[:, None], count, axis=1)
    numbers = np.arange(first, first + count, dtype=np.uint64)
    for block in range(blocks):
        ends = block == blocks - 1
        flags = (_FIRST if block == 0 else 0) | (_LAST if ends else 0)
        flags |= _ROOT if ends and root else 0
        values = _pressed(values, words[:, block].T, numbers, last if ends else _BLOCK, flags)
    return values


def _tree(nodes: Sequence[Words], *, root: bool) -> Words:
    """One node of many: the left half is the largest power of two that leaves something right."""
    level = list(nodes)
    while len(level) > 1:
        pairs = len(level) // 2
        flags = _PARENT | (_ROOT if root and len(level) == 2 else 0)
        both = np.stack([np.concatenate(level[2 * at : 2 * at + 2]) for at in range(pairs)], axis=1)
        start = np.repeat(_START[:, None], pairs, axis=1)
        made = _pressed(start, both, np.zeros(pairs, np.uint64), _BLOCK, flags)
        level = [*made.T, *level[2 * pairs :]]
    return level[0]


def _pressed(
    values: Words, block: Words, numbers: NDArray[np.uint64], size: int, flags: int
) -> Words:
    """Eight words for each column of ``block`` (16 × n)."""
    count = block.shape[1]
    state = np.empty((4, 4, count), np.uint32)
    state[:2] = values.reshape(2, 4, count)
    state[2] = _START[:4, None]
    state[3, 0], state[3, 1] = numbers & np.uint64(0xFFFFFFFF), numbers >> np.uint64(32)
    state[3, 2:] = np.array([size, flags], np.uint32)[:, None]
    order = np.arange(16)
    for _ in range(_ROUNDS):
        words = block[order]
        _mix(state, words[0:8:2], words[1:8:2])
        for row in (1, 2, 3):
            state[row] = np.roll(state[row], -row, axis=0)
        _mix(state, words[8::2], words[9::2])
        for row in (1, 2, 3):
            state[row] = np.roll(state[row], row, axis=0)
        order = order[_ORDER]
    return (state[:2] ^ state[2:]).reshape(8, count)


def _mix(state: Words, first: Words, second: Words) -> None:
    """Four columns at once."""
    a, b, c, d = state
    for words, right, left in ((first, 16, 12), (second, 8, 7)):
        a += b + words
        _turn(d, a, right)
        c += d
        _turn(b, c, left)


def _turn(words: Words, other: Words, bits: int) -> None:
    words ^= other
    words[...] = words >> np.uint32(bits) | words << np.uint32(32 - bits)
