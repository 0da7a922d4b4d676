"""RFC 9162: known roots, every proof of every small tree, and no false proof."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.ledger import tree

# The entries and roots of the Certificate Transparency reference tests.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [tree.leaf_hash(entry) for entry in ENTRIES]


def test_the_empty_tree():
    assert tree.root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("size", "head"), list(enumerate(ROOTS, 1)))
def test_known_roots(size, head):
    assert tree.root(LEAVES[:size]).hex() == head


def leaves_of(count):
    return [tree.leaf_hash(index.to_bytes(2, "big")) for index in range(count)]


def recursive_root(leaves):
    """The definition in RFC 9162 2.1.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return tree.node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 40))
def test_every_proof_of_every_small_tree_holds(size):
    leaves = leaves_of(size)
    head = tree.root(leaves)
    assert head == recursive_root(leaves)
    for index in range(size):
        proof = tree.inclusion_proof(leaves, index)
        assert tree.verify_inclusion(leaves[index], index, size, proof, head)
        old = tree.root(leaves[: index + 1])
        path = tree.consistency_proof(leaves, index + 1)
        assert tree.verify_consistency(index + 1, size, old, head, path)


sizes = st.integers(2, 200)


@given(st.data(), sizes)
def test_a_proof_holds_for_nothing_else(data, size):
    leaves = leaves_of(size)
    head = tree.root(leaves)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    proof = tree.inclusion_proof(leaves, index)
    assert not tree.verify_inclusion(leaves[other], index, size, proof, head)
    assert not tree.verify_inclusion(leaves[index], other, size, proof, head)
    assert not tree.verify_inclusion(leaves[index], index, size, [*proof, head], head)
    assert not tree.verify_inclusion(leaves[index], index, size, proof[1:], head)
    assert not tree.verify_inclusion(leaves[index], size, size, proof, head)
    assert not tree.verify_inclusion(leaves[index], -1, size, proof, head)


@given(st.data(), sizes)
def test_a_changed_past_is_not_consistent(data, size):
    leaves = leaves_of(size)
    old_size = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old_size - 1))
    rewritten = [*leaves]
    rewritten[changed] = tree.leaf_hash(b"another")
    old, head = tree.root(leaves[:old_size]), tree.root(rewritten)
    for told in (leaves, rewritten):
        path = tree.consistency_proof(told, old_size)
        assert not tree.verify_consistency(old_size, size, old, head, path)


@given(st.data(), sizes)
def test_a_cut_or_lengthened_consistency_proof_fails(data, size):
    leaves = leaves_of(size)
    old_size = data.draw(st.integers(1, size))
    old, head = tree.root(leaves[:old_size]), tree.root(leaves)
    path = tree.consistency_proof(leaves, old_size)
    assert not tree.verify_consistency(old_size, size, old, head, [*path, head])
    if path:
        assert not tree.verify_consistency(old_size, size, old, head, path[:-1])
    assert not tree.verify_consistency(0, size, old, head, path)
    assert not tree.verify_consistency(size + 1, size, old, head, path)


def test_proofs_of_what_is_not_there_are_refused():
    with pytest.raises(IndexError):
        tree.inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError):
        tree.consistency_proof(LEAVES, 0)
    with pytest.raises(IndexError):
        tree.consistency_proof(LEAVES, 9)
