"""Large tables in pieces of a month, on PostgreSQL only: old months can be moved or dropped whole.

The pieces are ranges of the tables' own keys, which are UUIDs version 7 and so begin with their
moment (RFC 9562, clause 5.7): the primary key holds what the table is divided by. Rows whose clock
was far off go into a piece of their own, the default one.

PostgreSQL can hold a key unique only within a piece unless the key holds what divides the table.
So an event's number in its chain, and its place in the hub's order, are kept unique by the locks
under which they are given: those of the chain's row and of the tree's. SQLite also has the indexes.

Nor do pieces refer to each other there: each reference would tie every piece of one table to every
piece of the other, so that no month could be dropped, and would be checked row by row. What refers
is written in one transaction with what it refers to.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, Uuid, column, exists, func, inspect, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import IntegrityError, OperationalError

from db import name_search
from db.ids import first_at

LOG = logging.getLogger(__name__)

TABLES = {
    "event": "event_id",
    "event_body": "event_id",
    "visit": "visit_id",
    "screening": "screening_id",
}
"""Each table, and the key that it is divided by; what others refer to comes first."""
_ASTRAY = (
    "%s is not made: a clock that was ahead has put rows of that month into %s, where all others "
    "of it go too. Nothing is lost; that month cannot be moved or dropped by itself."
)
MONTHS_AHEAD = 3
EARLIEST = date(2020, 1, 1)
"""Earlier ids come from a clock that was not set."""
_MAKING = 0x5645_5350
"""Any number, the same for every hub: PostgreSQL's lock while pieces are made."""
_INDEXING = 0x5645_4958
"""PostgreSQL's lock while what is there already is indexed."""
_DROP_SECONDS = 3
UNIQUE_ON_SQLITE = frozenset({"uq_event_device_id_epoch_seq", "uq_event_leaf_index"})
"""Indexes that hold uniqueness on SQLite, and only find rows on PostgreSQL."""
REFERENCES = {
    "fk_event_body_district_id_event_id_event": ("event_body", "event", "event_id"),
    "fk_screening_district_id_visit_id_visit": ("screening", "visit", "visit_id"),
}
"""Foreign keys on SQLite only: table, what it refers to, and by which key beside the district."""


def months(first: date, last: date) -> Iterator[date]:
    """The first day of every month from that of `first` to that of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = after(month)


def after(month: date, count: int = 1) -> date:
    """The first day of the month that is `count` months later."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def first_id(month: date) -> UUID:
    """The smallest id that can be made in this month, by UTC."""
    return first_at(datetime(month.year, month.month, 1, tzinfo=UTC))


def month_of(made: UUID) -> date | None:
    """When an id was made; None where that is no sensible moment, or it is another kind of id."""
    if made.version != 7:
        return None
    at = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    return at.date().replace(day=1)


def name_of(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"


def default_of(table: str) -> str:
    return f"{table}_default"


def make(connection: Connection, table: str, wanted: Sequence[date]) -> list[str]:
    """Make the pieces that are not there. Returns their names.

    One whose rows lie in the default piece already (a clock that was far ahead) is not made: its
    rows go there too. One that cannot be made at this moment keeps no other from it.
    """
    there, key, made = set(inspect(connection).get_table_names()), TABLES[table], []
    if default_of(table) not in there:
        connection.execute(text(f"CREATE TABLE {default_of(table)} PARTITION OF {table} DEFAULT"))
    for month in wanted:
        name, low, high = name_of(table, month), first_id(month), first_id(after(month))
        rest = sql_table(default_of(table), column(key, Uuid()))
        is_astray = exists().where(rest.c[key] >= low, rest.c[key] < high)
        if name in there:
            continue
        if connection.scalar(select(is_astray)):
            LOG.warning(_ASTRAY, name, default_of(table))
            continue
        bounds = f"FROM ('{low}') TO ('{high}')"
        try:
            with connection.begin_nested():
                connection.execute(
                    text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES {bounds}")
                )
        except IntegrityError:  # such a row came since it was looked for
            LOG.warning(_ASTRAY, name, default_of(table))
        except OperationalError as error:
            LOG.warning("%s is made later: %s is in use (%s)", name, table, type(error).__name__)
            break  # the others would wait for it as long
        else:
            made.append(name)
    return made


def are_used(engine: Engine) -> bool:
    """Whether this database divides its tables."""
    return engine.dialect.name == "postgresql"


def make_ahead(connection: Connection, today: date) -> list[str]:
    """Make the pieces of this month and of the next ones."""
    # Others at these tables are let go first; what is not made now is made the next time.
    connection.execute(text("SET LOCAL lock_timeout = '3s'"))
    connection.execute(select(func.pg_advisory_xact_lock(_MAKING)))
    wanted = list(months(today, after(today, MONTHS_AHEAD)))
    return [name for table in TABLES for name in make(connection, table, wanted)]


_INDEXED_LATER = {
    "ix_event_parked": ("event", "(device_id, received_at) WHERE parked IS NOT NULL"),
    "ix_visit_state_started_at_visit_id": ("visit", "(state, started_at, visit_id)"),
    name_search.INDEX: ("visit", "USING gin (search_name gin_trgm_ops)"),
}
"""Indexes that may be there in name only, each with its table and what of it they hold."""
_REPLACES = {"ix_visit_state_started_at_visit_id": "ix_visit_state"}
"""Which index is needed no more once another is whole."""
_NOT_INDEXED = text(
    """
    SELECT piece.inhrelid::regclass::text FROM pg_inherits AS piece
    WHERE piece.inhparent = CAST(:parent AS regclass)
    AND to_regclass(:index) IS NOT NULL AND piece.inhrelid NOT IN (
        SELECT part.indrelid FROM pg_inherits AS attached
        JOIN pg_index AS part ON part.indexrelid = attached.inhrelid
        WHERE attached.inhparent = to_regclass(:index)
    ) ORDER BY 1
    """
)


def index_pieces(engine: Engine) -> list[str]:
    """Index the rows of the pieces that were there before their index.

    One piece after the other, while rows are stored in all of them: an index of the whole table
    would let every kiosk wait until all of its rows were read. Pieces that are made later have it
    from the start. What is stopped halfway begins anew. Returns the pieces' names.
    """
    done: list[str] = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(_INDEXING))):
            return done  # another hub does it
        try:
            for index, (parent, rows) in _INDEXED_LATER.items():
                asked = {"parent": parent, "index": index}
                for piece in connection.scalars(_NOT_INDEXED, asked).all():
                    name = index.replace(f"ix_{parent}", piece)
                    for statement in (
                        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                        f"CREATE INDEX CONCURRENTLY {name} ON {piece} {rows}",
                        f"ALTER INDEX {index} ATTACH PARTITION {name}",
                    ):
                        connection.execute(text(statement))
                    done.append(piece)
            _drop_replaced(connection)
        finally:
            connection.execute(select(func.pg_advisory_unlock(_INDEXING)))
    return done


def _drop_replaced(connection: Connection) -> None:
    is_whole = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:index)")
    for index, before in _REPLACES.items():
        is_there = connection.scalar(select(func.to_regclass(before).is_not(None)))
        if not is_there or not connection.scalar(is_whole, {"index": index}):
            continue
        # Of all pieces at once, which takes a moment once nobody else is at the table: who comes
        # meanwhile would wait behind. What is not dropped now is dropped the next time.
        connection.execute(text(f"SET lock_timeout = '{_DROP_SECONDS}s'"))
        try:
            connection.execute(text(f"DROP INDEX {before}"))
        except OperationalError as error:
            LOG.info("%s is dropped later: its table is in use (%s)", before, type(error).__name__)
        finally:
            connection.execute(text("RESET lock_timeout"))


def is_compared(
    _: object,
    name: str | None,
    kind: str,
    is_found: bool,
    __: object,
) -> bool:
    """For Alembic: whether models say all of this object that the database can."""
    if name in UNIQUE_ON_SQLITE or name in REFERENCES or not name_search.is_compared(name):
        return False
    return not (is_found and kind == "table" and name is not None and _is_piece(name))


def _is_piece(name: str) -> bool:
    return any(
        name == default_of(table) or name.removeprefix(f"{table}_").replace("_", "").isdigit()
        for table in TABLES
    )
