"""The Merkle tree of RFC 9162: what it proves holds, and nothing else does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import merkle

RFC_LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243")]
"""Of the test vectors that Certificate Transparency's own programs share."""
RFC_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
)
sizes = st.integers(0, 70)


class Tree:
    """Leaves and the nodes over them."""

    def __init__(self, size: int, change: int | None = None) -> None:
        self.leaves = [f"leaf {at}{'!' if at == change else ''}".encode() for at in range(size)]
        grown = merkle.grow(merkle.Frontier(), self.leaves)
        self.root = grown.frontier.root()
        self.nodes = {(level, place): digest for level, place, digest in grown.nodes}

    def node(self, level: int, place: int) -> bytes:
        return self.nodes[level, place]


def test_roots_are_those_of_certificate_transparency() -> None:
    roots = [
        merkle.grow(merkle.Frontier(), RFC_LEAVES[:count]).frontier.root().hex()
        for count in range(1, 7)
    ]

    assert tuple(roots) == RFC_ROOTS
    assert merkle.Frontier().root() == hashlib.sha256(b"").digest()


@given(sizes, sizes)
def test_tree_that_grows_in_steps_is_the_one_that_grows_at_once(first: int, more: int) -> None:
    whole = Tree(first + more)

    start = merkle.grow(merkle.Frontier(), whole.leaves[:first]).frontier
    end = merkle.grow(start, whole.leaves[first:]).frontier

    assert end.root() == whole.root == merkle.root_of(whole.node, 0, first + more)


@given(st.integers(1, 70), st.data())
def test_leaf_is_shown_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    tree, index = Tree(size), data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(tree.node, index, size)
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda at: at != index) | st.just(size))

    assert merkle.is_included(tree.leaves[index], index, size, proof, tree.root)
    assert not merkle.is_included(tree.leaves[index], elsewhere, size, proof, tree.root)
    assert not merkle.is_included(b"another leaf", index, size, proof, tree.root)


@given(sizes, sizes)
def test_later_tree_is_shown_to_begin_with_the_earlier_one(old: int, more: int) -> None:
    new = Tree(old + more)
    proof = merkle.consistency_proof(new.node, old, old + more)

    assert merkle.is_consistent(old, Tree(old).root, old + more, new.root, proof)


@given(st.integers(1, 70), st.integers(0, 70), st.data())
def test_tree_with_another_past_is_never_shown_to_be_the_same(
    old: int, more: int, data: st.DataObject
) -> None:
    new = Tree(old + more, change=data.draw(st.integers(0, old - 1)))
    proof = merkle.consistency_proof(new.node, old, old + more)

    assert not merkle.is_consistent(old, Tree(old).root, old + more, new.root, proof)


@given(st.integers(1, 70), st.integers(1, 70), st.data())
def test_proof_with_a_changed_step_shows_nothing(old: int, more: int, data: st.DataObject) -> None:
    new = Tree(old + more)
    proof = list(merkle.consistency_proof(new.node, old, old + more))
    at = data.draw(st.integers(0, len(proof) - 1))
    change = data.draw(st.sampled_from(["flip", "drop", "twice"]))
    if change == "flip":
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    elif change == "drop":
        del proof[at]
    else:
        proof.insert(at, proof[at])

    assert not merkle.is_consistent(old, Tree(old).root, old + more, new.root, proof)


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2)])
def test_no_proof_is_made_for_a_tree_that_shrank(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency_proof(Tree(5).node, old, new)
