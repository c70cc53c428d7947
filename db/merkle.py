"""A Merkle tree over a log (RFC 9162, section 2.1). Pure: no clock, no database.

Who has seen the tree's root once can be shown, in a few hashes, that every later tree begins with
the same leaves (consistency), and that a leaf is where it is said to be (inclusion). SHA-256; a
leaf is hashed with 0x00 before it and a node with 0x01, so that neither passes for the other.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count, repeat

EMPTY_ROOT = hashlib.sha256().digest()
"""The root of a tree without leaves."""

NodeOf = Callable[[int, int], bytes]
"""Hash of a complete subtree, by its level (0: leaves) and its place among those of that level."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What has to be kept of a tree to let it grow: the roots of its largest complete subtrees.

    `roots` go from left to right, one for each bit that is set in `size`.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """The root of the whole tree, 32 bytes."""
        if not self.roots:
            return EMPTY_ROOT
        *left, found = self.roots
        for root in reversed(left):
            found = node_hash(root, found)
        return found


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree after it grew, and the complete subtrees that this made: (level, place, hash)."""

    frontier: Frontier
    nodes: tuple[tuple[int, int, bytes], ...]


def grow(frontier: Frontier, leaves: Iterable[bytes]) -> Grown:
    """Append leaves. `nodes` begins with the leaves' own hashes, at level 0, and goes up."""
    level, start, new = 0, frontier.size, [leaf_hash(leaf) for leaf in leaves]
    size = start + len(new)
    left, kept = list(frontier.roots), list[bytes]()
    made = list(zip(repeat(0), count(start), new))
    while new or left:
        if start & 1:  # a complete subtree waits for its neighbour to the right
            new, start = [left.pop(), *new], start - 1
        if len(new) & 1:
            kept.append(new.pop())
        new = [node_hash(*pair) for pair in zip(new[::2], new[1::2], strict=True)]
        level, start = level + 1, start >> 1
        made += zip(repeat(level), count(start), new)
    return Grown(Frontier(size, tuple(reversed(kept))), tuple(made))


def root_of(node: NodeOf, start: int, end: int) -> bytes:
    """The root over the leaves from `start` up to `end`, `start` being as RFC 9162 divides them."""
    count = end - start
    if count == 0:
        return EMPTY_ROOT
    level = count.bit_length() - 1
    if count == 1 << level and start % count == 0:
        return node(level, start >> level)
    left = _left(count)
    return node_hash(root_of(node, start, start + left), root_of(node, start + left, end))


def inclusion_proof(node: NodeOf, index: int, size: int) -> tuple[bytes, ...]:
    """What leads from the leaf at `index` to the root of the tree of `size` leaves (2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _path(node, index, 0, size)


def _path(node: NodeOf, index: int, start: int, end: int) -> tuple[bytes, ...]:
    count = end - start
    if count == 1:
        return ()
    middle = start + _left(count)
    if index < middle:
        return (*_path(node, index, start, middle), root_of(node, middle, end))
    return (*_path(node, index, middle, end), root_of(node, start, middle))


def consistency_proof(node: NodeOf, old: int, new: int) -> tuple[bytes, ...]:
    """What shows that the tree of `new` leaves begins with that of `old` leaves (2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not begin with one of {old}")
    return () if old in (0, new) else _subproof(node, old, 0, new, is_whole=True)


def _subproof(node: NodeOf, old: int, start: int, end: int, *, is_whole: bool) -> tuple[bytes, ...]:
    if old == end - start:
        return () if is_whole else (root_of(node, start, end),)
    left = _left(end - start)
    middle = start + left
    if old <= left:
        return (
            *_subproof(node, old, start, middle, is_whole=is_whole),
            root_of(node, middle, end),
        )
    return (
        *_subproof(node, old - left, middle, end, is_whole=False),
        root_of(node, start, middle),
    )


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf is at `index` under this root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, digest = index, size - 1, leaf_hash(leaf)
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            digest = node_hash(step, digest)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, step)
        place, last = place >> 1, last >> 1
    return last == 0 and digest == root


def is_consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the newer tree begins with the older one (2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old < new or not proof:
        return False
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, step)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, now) == (old_root, new_root)


def _left(count: int) -> int:
    """The largest power of two below `count`: how many leaves the left subtree has."""
    return 1 << ((count - 1).bit_length() - 1)
