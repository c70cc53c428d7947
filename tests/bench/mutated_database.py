"""Changes of a hub's database, each made in a transaction that is rolled back after the check."""

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from db import chain, log, merkle, signing
from db.engine import Database
from tests.bench.mutated_log import EARLIER, WrittenLog

Change = Callable[[Connection, WrittenLog, random.Random], object]


class _UndoError(Exception):
    pass


def is_found_in(
    database: Database, written: WrittenLog, change: Change, chance: random.Random
) -> bool:
    """Make the change, ask what ``verify-log`` asks, take it back."""
    found = False
    try:
        with database.begin() as session:
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
            change(session.connection(), written, chance)
            found = (
                not all(v.is_good for v in log.verify_log(session))
                or bool(log.verify_signatures(session))
                or bool(log.verify_tree(session))
                or bool(log.verify_seen(session, EARLIER, written.earlier_root))
            )
            raise _UndoError
    except _UndoError:
        return found


def _one(connection: Connection, table: str, chance: random.Random, where: str = "1=1") -> Any:
    query = f"SELECT rowid, * FROM {table} WHERE {where} ORDER BY rowid"  # noqa: S608
    return chance.choice(connection.execute(text(query)).all())


def _set(connection: Connection, table: str, rowid: int, column: str, value: object) -> None:
    query = f"UPDATE {table} SET {column} = :value WHERE rowid = :row"  # noqa: S608
    connection.execute(text(query), {"value": value, "row": rowid})


def _flip(table: str, column: str) -> Change:
    """One bit of a column of bytes."""

    def change(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
        row = _one(connection, table, chance, f"length({column}) > 0")
        content = bytearray(getattr(row, column))
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        _set(connection, table, row.rowid, column, bytes(content))

    return change


def _instead(table: str, column: str, *values: object) -> Change:
    """Another value in a column."""

    def change(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
        row = _one(connection, table, chance, f"{column} IS NOT NULL")
        others = [v for v in values if v != getattr(row, column)]
        _set(connection, table, row.rowid, column, chance.choice(others))

    return change


def _more(table: str, column: str) -> Change:
    """A number that is larger or smaller, where that place is free."""

    def change(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
        row = _one(connection, table, chance)
        by = chance.choice((1_000, 1_000_000, -5_000))
        _set(connection, table, row.rowid, column, getattr(row, column) + by)

    return change


def _delete(table: str) -> Change:
    def change(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
        row = _one(connection, table, chance)
        query = f"DELETE FROM {table} WHERE rowid = :row"  # noqa: S608
        connection.execute(text(query), {"row": row.rowid})

    return change


def delete_event(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
    row = _one(connection, "event", chance)
    for table in ("event_body", "event"):
        query = f"DELETE FROM {table} WHERE event_id = :id"  # noqa: S608
        connection.execute(text(query), {"id": row.event_id})


def _exchange(column: str) -> Change:
    """Two events take each other's place, through one that is free."""

    def change(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
        one = _one(connection, "event", chance)
        other = _one(
            connection, "event", chance,
            f"device_id = '{one.device_id}' AND epoch = {one.epoch} AND rowid != {one.rowid}",
        )  # fmt: skip
        first, second = getattr(one, column), getattr(other, column)
        _set(connection, "event", one.rowid, column, -1)
        _set(connection, "event", other.rowid, column, first)
        _set(connection, "event", one.rowid, column, second)

    return change


def move_into_salt(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
    row = _one(connection, "event_body", chance)
    _set(connection, "event_body", row.rowid, "salt", row.salt + row.body[:1])
    _set(connection, "event_body", row.rowid, "body", row.body[1:])


def bytes_as_text(connection: Connection, _: WrittenLog, chance: random.Random) -> None:
    table, column = chance.choice((
        ("event", "line"), ("event", "hash"), ("event_body", "body"), ("chain", "head_hash"),
        ("tree", "roots"), ("tree_node", "hash"), ("signed_head", "signature"),
        ("signed_head", "hash"), ("device_key", "public_key"),
    ))  # fmt: skip
    row = _one(connection, table, chance)
    _set(connection, table, row.rowid, column, "as text")


def _rewritten(*, with_kiosk_keys: bool) -> Change:
    def change(connection: Connection, written: WrittenLog, chance: random.Random) -> None:
        query = text("SELECT leaf_index FROM event WHERE leaf_index < :end ORDER BY leaf_index")
        at = chance.choice(connection.execute(query, {"end": EARLIER}).scalars().all())
        _rewrite(connection, at, written.kiosk_keys if with_kiosk_keys else {})

    return change


def _rewrite(connection: Connection, at: int, keys: dict[tuple[str, int], bytes]) -> None:
    """Change the event at `at` and all that hangs on it, so that the database agrees with itself.

    Kiosks' signatures are made anew with `keys`, where there are any.
    """
    heads: dict[tuple[str, int], bytes] = {}
    leaves = []
    query = "SELECT * FROM event WHERE leaf_index IS NOT NULL ORDER BY leaf_index"
    for row in connection.execute(text(query)).all():
        line = row.line
        if row.leaf_index == at:
            line = line.replace(b'"actor":"visitor"', b'"actor":"kiosk"')
        device = (row.device_id, row.epoch)
        digest = heads[device] = chain.link(heads.get(device, chain.GENESIS), line)
        leaves.append(digest)
        if digest == row.hash:
            continue
        told = {"line": line, "hash": digest, "id": row.event_id}
        connection.execute(
            text("UPDATE event SET line = :line, hash = :hash WHERE event_id = :id"), told
        )
        place = {"device": row.device_id, "epoch": row.epoch, "seq": row.seq, "hash": digest}
        where = "device_id = :device AND epoch = :epoch"
        connection.execute(
            text(f"UPDATE chain SET head_hash = :hash WHERE {where} AND head_seq = :seq"),  # noqa: S608
            place,
        )
        connection.execute(
            text(f"UPDATE signed_head SET hash = :hash WHERE {where} AND seq = :seq"),  # noqa: S608
            place,
        )
        if device in keys:
            head = signing.ChainHead(row.device_id, row.epoch, row.seq, digest)
            signed = place | {"signature": signing.sign(keys[device], head)}
            connection.execute(
                text(f"UPDATE signed_head SET signature = :signature WHERE {where} AND seq = :seq"),  # noqa: S608
                signed,
            )
    grown = merkle.grow(merkle.Frontier(), leaves)
    for level, place_there, digest in grown.nodes:
        connection.execute(
            text("UPDATE tree_node SET hash = :hash WHERE level = :level AND place = :place"),
            {"hash": digest, "level": level, "place": place_there},
        )
    connection.execute(
        text("UPDATE tree SET roots = :roots"), {"roots": b"".join(grown.frontier.roots)}
    )


DATABASE_KINDS: dict[str, Change] = {
    "a bit of a line": _flip("event", "line"),
    "a bit of a body": _flip("event_body", "body"),
    "a bit of a salt": _flip("event_body", "salt"),
    "a byte moved from body to salt": move_into_salt,
    "a bit of an event's hash": _flip("event", "hash"),
    "an event's id": _instead("event", "event_id", "0" * 32, "f" * 32),
    "an event's type": _instead("event", "event_type", "visit.checked_in", "badge.printed", ""),
    "an event's visit": _instead("event", "visit_id", None, "0" * 32),
    "an event's time": _instead("event", "occurred_at", "2020-01-01 00:00:00.000000", "never"),
    "an event's device": _instead("event", "device_id", "another", "hub2"),
    "an event's epoch": _instead("event", "epoch", 7, 8),
    "an event's number": _more("event", "seq"),
    "an event's place in the hub's order": _more("event", "leaf_index"),
    "an event without a place": _instead("event", "leaf_index", None),
    "an event deleted": delete_event,
    "two events' numbers exchanged": _exchange("seq"),
    "two events' places exchanged": _exchange("leaf_index"),
    "a chain's end": _more("chain", "head_seq"),
    "a bit of a chain's head": _flip("chain", "head_hash"),
    "a chain's row deleted": _delete("chain"),
    "a bit of a kiosk's signature": _flip("signed_head", "signature"),
    "a bit of a signed hash": _flip("signed_head", "hash"),
    "a signature's place": _more("signed_head", "seq"),
    "a bit of a kiosk's key": _flip("device_key", "public_key"),
    "a kiosk's key deleted": _delete("device_key"),
    "a bit of the tree's roots": _flip("tree", "roots"),
    "the tree's size": _more("tree", "size"),
    "the tree's row deleted": _delete("tree"),
    "a bit of a tree's node": _flip("tree_node", "hash"),
    "a tree's node deleted": _delete("tree_node"),
    "a tree's node elsewhere": _more("tree_node", "place"),
    "bytes kept as text": bytes_as_text,
    "the past rewritten, kiosks' signatures left": _rewritten(with_kiosk_keys=False),
    "the past rewritten with every key, a head known": _rewritten(with_kiosk_keys=True),
}
