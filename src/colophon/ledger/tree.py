"""The Merkle tree of RFC 9162: roots, proofs, and their verification by a stranger.

The building side works on leaf hashes; ``verify_inclusion`` and ``verify_consistency`` need
nothing but the proof and run on what an adversary may have sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Source: RFC 9162 2.1.1 (0x00 keeps leaves apart from nodes)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Source: RFC 9162 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree head over leaf hashes. Source: RFC 9162 2.1.1."""
    peaks: list[bytes] = []
    for count, leaf in enumerate(leaves):
        node = leaf
        # One finished pair is folded for every trailing one-bit of the index.
        for _ in range(_trailing_ones(count)):
            node = node_hash(peaks.pop(), node)
        peaks.append(node)
    if not peaks:
        return EMPTY_ROOT
    head = peaks.pop()
    while peaks:
        head = node_hash(peaks.pop(), head)
    return head


def _trailing_ones(index: int) -> int:
    return (~index & (index + 1)).bit_length() - 1


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Hashes that lead from leaf ``index`` to the root. Source: RFC 9162 2.1.3.1."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(root(leaves[middle:high]))
            high = middle
        else:
            proof.append(root(leaves[low:middle]))
            low = middle
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes
) -> bool:
    """Whether ``leaf`` is number ``index`` of the tree of ``size`` leaves under ``head``.

    Source: RFC 9162 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == head


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Hashes that show the first ``old_size`` leaves unchanged. Source: RFC 9162 2.1.4.1."""
    if not 0 < old_size <= len(leaves):
        raise IndexError("no such older tree")
    proof: list[bytes] = []
    low, high, whole = 0, len(leaves), True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            proof.append(root(leaves[middle:high]))
            high = middle
        else:
            proof.append(root(leaves[low:middle]))
            low, whole = middle, False
    if not whole:
        proof.append(root(leaves[low:high]))
    return proof[::-1]


def verify_consistency(
    old_size: int, size: int, old_head: bytes, head: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of ``size`` under ``head`` begins with the one of ``old_size``.

    Source: RFC 9162 2.1.4.2.
    """
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_head == head
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_head)
    if not path:
        return False
    return _climb(old_size - 1, size - 1, path) == (old_head, head)


def _climb(node: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both heads as the path gives them; None where its length does not fit."""
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None
