"""The hub's Merkle tree over the events of all kiosks and of the hub itself, in one order.

A leaf is an event's chained hash. Events get their places at the very end of their transaction, so
that the tree's one row is locked for a moment only: places are gapless, in commit order, and where
two transactions meet at one visit, in the order in which they changed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from db import districts, merkle, upserts
from db.districts import OWN, TABLES
from db.log_models import EventRow, TreeNodeRow, TreeRow

_ONLY = 1
_NEW = "new_leaves"
TILE = 8
"""Levels between the nodes that are stored: 256 leaves to the lowest one."""
HASH_BYTES = 32

_TREE, _EVENT = TABLES[TreeRow.__tablename__], TABLES[EventRow.__tablename__]
_NODE = TABLES[TreeNodeRow.__tablename__]
_OURS = (_TREE.c.district_id == OWN) & (_TREE.c.tree_id == _ONLY)
_READ = select(_TREE.c.size, _TREE.c.roots).where(_OURS)
_LOCK = _READ.with_for_update()
_PLACES = 0x5645_504C
"""Any number, the same for every hub: the class of PostgreSQL's lock over a district's places."""
_HOLD_PLACES = func.pg_advisory_xact_lock(_PLACES, bindparam("district_key", type_=Integer()))
_HOLD = select(_HOLD_PLACES)
_HOLD_AND_LOCK = _LOCK.where(_HOLD_PLACES.is_not(None))
"""Both at once: the row is locked as it is when its turn has come (PostgreSQL, 13.2.1)."""
_BEGIN = upserts.begin(_TREE, tree_id=_ONLY, size=0, roots=b"")
_GROW = (
    update(_TREE).where(_OURS).values(size=bindparam("grown_size"), roots=bindparam("grown_roots"))
)
_KEEP_NODE = insert(_NODE).values(district_id=OWN)
_PLACE = (
    update(_EVENT)
    .where(_EVENT.c.district_id == OWN, _EVENT.c.event_id == bindparam("id"))
    .values(leaf_index=bindparam("place"))
)

_LEAVES = (
    select(_EVENT.c.hash)
    .where(
        _EVENT.c.district_id == OWN,
        _EVENT.c.leaf_index >= bindparam("start"),
        _EVENT.c.leaf_index < bindparam("end"),
    )
    .order_by(_EVENT.c.leaf_index)
)
_NODES = (
    select(_NODE.c.hash)
    .where(
        _NODE.c.district_id == OWN,
        _NODE.c.level == bindparam("at_level"),
        _NODE.c.place >= bindparam("start"),
        _NODE.c.place < bindparam("end"),
    )
    .order_by(_NODE.c.place)
)


def will_take(session: Session, event_id: UUID, digest: bytes) -> None:
    """The event becomes a leaf when the session's transaction commits."""
    session.info.setdefault(_NEW, []).append((event_id, digest))


def take_in(session: Session) -> range:
    """Before a commit: append the transaction's new events to the tree. Returns their places."""
    events: list[tuple[UUID, bytes]] = session.info.pop(_NEW, [])
    if not events:
        return range(0)
    session.flush()
    taken = _take(upserts.locked(session, _LOCK, _BEGIN), [digest for _, digest in events])
    placed = [{"id": e, "place": p} for (e, _), p in zip(events, taken.places, strict=True)]
    districts.write(session, [*taken.writes, (_PLACE, placed)])
    return taken.places


@dataclass(frozen=True, slots=True)
class Taken:
    """Places that nobody else can take any more, and what must be written for that."""

    places: range
    writes: tuple[districts.Write, ...]


def hold_places(session: Session) -> None:
    """Until the transaction ends nobody else stores events in the hub's order.

    SQLite has one writer at a time and needs no lock.
    """
    if session.connection().dialect.name == "postgresql":
        districts.run(session, _HOLD, _district_key(session))


def hold_and_take(session: Session, hashes: Sequence[bytes]) -> Taken:
    """`hold_places`, and the next of them for these leaves. The caller writes what is told."""
    row = None
    if session.connection().dialect.name == "postgresql":
        row = districts.run(session, _HOLD_AND_LOCK, _district_key(session)).one_or_none()
        if row is None:  # no row, so nothing was held: first the places, as everybody does
            hold_places(session)
    return _take(row or upserts.locked(session, _LOCK, _BEGIN), hashes)


def _district_key(session: Session) -> dict[str, object]:
    return {"district_key": int.from_bytes(districts.of(session).bytes[-4:], signed=True)}


def _take(row: Row[Any], hashes: Sequence[bytes]) -> Taken:
    """Append leaves to the tree, whose row is locked."""
    before = _frontier(row.size, row.roots)
    grown = merkle.grow(before, hashes)
    kept = [
        {"level": level, "place": place, "hash": digest}
        for level, place, digest in grown.nodes
        if level and level % TILE == 0
    ]
    after, roots = grown.frontier.size, b"".join(grown.frontier.roots)
    grow: districts.Write = (_GROW, {"grown_size": after, "grown_roots": roots})
    return Taken(range(before.size, after), (grow, (_KEEP_NODE, kept)) if kept else (grow,))


def frontier(session: Session) -> merkle.Frontier:
    """How the tree stands; empty on a kiosk and on a hub without events."""
    row = districts.run(session, _READ).one_or_none()
    return merkle.Frontier() if row is None else _frontier(row.size, row.roots)


def index_of(session: Session, device_id: str, epoch: int, seq: int) -> int:
    """The place of a device's event. Raises LookupError when it is not here."""
    index = session.scalar(
        select(EventRow.leaf_index).where(
            EventRow.device_id == device_id, EventRow.epoch == epoch, EventRow.seq == seq
        )
    )
    if index is None:
        raise LookupError(f"event {seq} of epoch {epoch} is not in this log")
    return index


def inclusion_proof(session: Session, index: int, size: int) -> tuple[bytes, ...]:
    """That the event at `index` is in the tree of that size. Raises ValueError if it is not."""
    _check(session, size)
    return merkle.inclusion_proof(_nodes(session), index, size)


def consistency_proof(session: Session, old: int, new: int) -> tuple[bytes, ...]:
    """That the tree of `new` leaves begins with that of `old`.

    Raises ValueError for sizes that it never had.
    """
    _check(session, new)
    return merkle.consistency_proof(_nodes(session), old, new)


def root_at(session: Session, size: int) -> bytes:
    """The root that the tree had at that size. Raises ValueError for one that it never had."""
    _check(session, size)
    return merkle.root_of(_nodes(session), 0, size)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The tree anew from its events. `wrong` says in words what is kept otherwise, or nothing."""

    frontier: merkle.Frontier
    wrong: str = ""


def recomputed(session: Session) -> Recomputed:
    """Compute the tree anew, and hold the nodes and places that are kept against it."""
    rows = session.execute(
        select(EventRow.leaf_index, EventRow.hash)
        .where(EventRow.leaf_index.is_not(None))
        .order_by(EventRow.leaf_index)
        .execution_options(yield_per=10_000)
    )
    kept = {
        (level, place): digest
        for level, place, digest in session.execute(
            select(TreeNodeRow.level, TreeNodeRow.place, TreeNodeRow.hash)
        )
    }
    wrong, roots = "", list[bytes]()
    size = 0
    for size, (index, leaf) in enumerate(rows, 1):
        place, level = size - 1, 0
        if index != place and not wrong:
            wrong = f"the event at place {place} of the log is missing"
        digest = merkle.leaf_hash(leaf if isinstance(leaf, bytes) else b"")
        while place & 1:
            level, place, digest = level + 1, place >> 1, merkle.node_hash(roots.pop(), digest)
            if level % TILE == 0 and kept.pop((level, place), None) != digest and not wrong:
                wrong = "what is kept of the log's tree was changed"
        roots.append(digest)
    if kept and not wrong:
        wrong = "more is kept of the log's tree than it has"
    return Recomputed(merkle.Frontier(size, tuple(roots)), wrong)


def _check(session: Session, size: int) -> None:
    if not 0 <= size <= frontier(session).size:
        raise ValueError(f"this log never had {size} events")


def _frontier(size: int, roots: bytes) -> merkle.Frontier:
    each = (roots[at : at + HASH_BYTES] for at in range(0, len(roots), HASH_BYTES))
    return merkle.Frontier(size, tuple(each))


def _nodes(session: Session) -> merkle.NodeOf:
    """Complete subtrees: stored ones are read, those between computed from the level below."""

    @lru_cache(maxsize=64)
    def stored(level: int, tile: int) -> Sequence[bytes]:
        """The 256 (or fewer, at the tree's end) nodes of `level` under one node TILE above it."""
        start = tile << TILE
        asked = {"start": start, "end": start + (1 << TILE)}
        if level == 0:
            return [merkle.leaf_hash(h) for h in districts.run(session, _LEAVES, asked).scalars()]
        return districts.run(session, _NODES, {**asked, "at_level": level}).scalars().all()

    @lru_cache(maxsize=4096)
    def node(level: int, place: int) -> bytes:
        if level % TILE == 0:
            return stored(level, place >> TILE)[place & ((1 << TILE) - 1)]
        return merkle.node_hash(node(level - 1, 2 * place), node(level - 1, 2 * place + 1))

    return node
