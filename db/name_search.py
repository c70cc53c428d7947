"""Finding visits by any part of a visitor's name, among millions.

PostgreSQL has an index of every three letters in a row (`pg_trgm`), whose hits have no order: it
looks among the newest visits first, so that not all of a common name are read. SQLite has a table
of its own for it, `visit_part` (FTS5, tokenizer ``trigram``), which triggers keep as the visits
are. Its rows are numbered by the moment in which a visit began, so that the newest are found first
and the rest is never looked at.

Of a name that few people have nearly all of that table is looked at: each of its letters is in the
names of many. People come again and again, so their names, each once, are a small part of it. They
stand in `visit_part_name`, and where few of them fit, their visits are found by the names.
"""

# ruff: noqa: S608  (the statements are put together of nothing but what stands here)

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Uuid,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db import scopes
from db.columns import UTCDateTime
from db.models import VisitRow

Columns = TypeVarTuple("Columns")
LOG = logging.getLogger(__name__)
INDEX = "ix_visit_search_name_part"
"""On PostgreSQL. `db.partitions.index_pieces` fills it."""
TABLE = "visit_part"
"""On SQLite."""
NAMES = f"{TABLE}_name"
"""On SQLite: every name that a visit has, once."""
_PARTS_OF_NAMES = f"{NAMES}_part"
_FEW_NAMES = 25
"""Whose visits are all read at once: at ten million visits, of more it takes longer than to go
through the newest of those that fit."""
_PART = table(TABLE, column("rowid"), column("visit_id", Uuid()))
_NEWEST_FIRST = (VisitRow.started_at.desc(), VisitRow.visit_id.desc())
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
"""Any: SQLite goes by the index that is in order only where it is asked for a part of it."""
_FIRST_SPAN, _WHOLE = timedelta(days=60), timedelta(days=3_650)
"""In which PostgreSQL looks for a word first, and what is as good as all visits."""
_SECURE_DELETE = (3, 42)
"""The version of SQLite that knows it; SQLCipher's wheels are newer."""
_LOCK_SECONDS = 3
"""For so long the index waits for who writes visits: whoever comes meanwhile waits behind it."""
_IN_THE_WAY = "55P03"
"""PostgreSQL's lock_not_available (its manual, appendix A)."""
_SHORTEST = 3
"""Letters of a part that can be found by three letters in a row."""
_SLOTS = 1 << 20
"""Visits that may have begun in one millisecond."""
_FIRST_SLOT = (
    "((CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000"
    f" + CAST(substr({{0}}, 21, 3) AS INTEGER)) * {_SLOTS})"
)
"""The first number of those that began when the column `{0}` says."""


def _of_this_moment(started_at: str) -> str:
    first = _FIRST_SLOT.format(started_at)
    return f"rowid >= {first} AND rowid < {first} + {_SLOTS}"


_REMOVE = (
    f"DELETE FROM {TABLE} WHERE visit_id = old.visit_id AND {_of_this_moment('old.started_at')};"
)
_ADD = (
    f"INSERT INTO {TABLE} (rowid, search_name, visit_id) SELECT coalesce((SELECT max(rowid) + 1"
    f" FROM {TABLE} WHERE {_of_this_moment('new.started_at')}),"
    f" {_FIRST_SLOT.format('new.started_at')}), new.search_name, new.visit_id"
    " WHERE new.search_name != '';"
)
_TRIGGERS = {
    f"{TABLE}_added": f"AFTER INSERT ON visit BEGIN {_ADD} END",
    f"{TABLE}_changed": (
        f"AFTER UPDATE OF search_name, started_at ON visit BEGIN {_REMOVE} {_ADD} END"
    ),
    f"{TABLE}_removed": f"AFTER DELETE ON visit BEGIN {_REMOVE} END",
}
_REMOVE_NAME = (
    f"DELETE FROM {NAMES} WHERE search_name = old.search_name"
    " AND NOT EXISTS (SELECT 1 FROM visit WHERE search_name = old.search_name);"
)
_ADD_NAME = (
    f"INSERT INTO {NAMES} (search_name) SELECT new.search_name WHERE new.search_name != ''"
    f" AND NOT EXISTS (SELECT 1 FROM {NAMES} WHERE search_name = new.search_name);"
)
_TRIGGERS_OF_NAMES = {
    f"{NAMES}_added": f"AFTER INSERT ON visit BEGIN {_ADD_NAME} END",
    f"{NAMES}_changed": (
        f"AFTER UPDATE OF search_name ON visit BEGIN {_REMOVE_NAME} {_ADD_NAME} END"
    ),
    f"{NAMES}_removed": f"AFTER DELETE ON visit BEGIN {_REMOVE_NAME} END",
    f"{_PARTS_OF_NAMES}_added": (
        f"AFTER INSERT ON {NAMES} BEGIN INSERT INTO {_PARTS_OF_NAMES} (rowid, search_name)"
        " VALUES (new.name_id, new.search_name); END"
    ),
    f"{_PARTS_OF_NAMES}_removed": (
        f"AFTER DELETE ON {NAMES} BEGIN INSERT INTO {_PARTS_OF_NAMES}"
        f" ({_PARTS_OF_NAMES}, rowid, search_name)"
        " VALUES ('delete', old.name_id, old.search_name); END"
    ),
}


_NAMES_THAT_FIT = text(
    f"SELECT search_name FROM {NAMES} WHERE name_id IN (SELECT rowid FROM {_PARTS_OF_NAMES}"
    f" WHERE {_PARTS_OF_NAMES} MATCH :sought LIMIT {_FEW_NAMES + 1})"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Visits, and how to go through them with the newest first."""

    query: Select[VisitRow]
    newest_first: tuple[ColumnElement[Any], ...]
    behind: Callable[[datetime, UUID], ColumnElement[bool]]
    """Those that come after the visit that began then and has this id."""
    words: int = 0
    """Of a name that PostgreSQL looks up."""
    counted: Select[*tuple[Any, ...]] | None = None
    """A row for each visit, where that is quicker than by `query`: none of a visit is read."""
    any_moment: ColumnElement[bool] | None = None
    """What is always so, for `in_order`: what is only counted does better without it."""

    def in_order(self, query: Select[*Columns]) -> Select[*Columns]:
        """A query over what was found, newest first."""
        if self.any_moment is not None:
            query = query.where(self.any_moment)
        return query.order_by(*self.newest_first)


def of_name(session: Session, query: Select[VisitRow], words: Sequence[str]) -> Found:
    """Of visits those of whoever has all of these folded words in the name.

    As any part of it, or at the start of one: a letter or two are in nearly every name, and no
    index leads to them elsewhere.
    """
    is_all = query.whereclause is None and scopes.limits_of(session) is None
    query = query.where(*map(_holds, words))
    parts = [word for word in words if len(word) >= _SHORTEST]
    if session.get_bind().dialect.name != "sqlite":
        return Found(query, _NEWEST_FIRST, _behind, len(words))
    if not parts:
        return Found(query, _NEWEST_FIRST, _behind, any_moment=VisitRow.started_at <= _LATEST)
    sought = " ".join(f'"{part}"' for part in parts)
    names = session.scalars(_NAMES_THAT_FIT, {"sought": sought}).all()
    if len(names) <= _FEW_NAMES:
        return Found(query.where(VisitRow.search_name.in_(names)), _NEWEST_FIRST, _behind)
    matches = text(f"{TABLE} MATCH :sought").bindparams(sought=sought)
    by_parts = query.join(_PART, _PART.c.visit_id == VisitRow.visit_id).where(matches)
    counted = select(_PART.c.rowid).where(matches) if is_all and parts == list(words) else None
    return Found(by_parts, (_PART.c.rowid.desc(),), _behind_in_parts, counted=counted)


def newest(
    session: Session,
    found: Found,
    query: Select[*tuple[Any, ...]],
    count: int,
    *,
    since: datetime | None,
    until: datetime,
) -> Sequence[Row[Any]]:
    """The first `count` rows of a query over what was found, newest first.

    `since` and `until` say where the visits lie, as far as that is known: a guess does no harm.
    """
    # The number stands in the statement: PostgreSQL keeps a plan, and has to know that it is small.
    query = found.in_order(query).limit(literal(count, literal_execute=True))
    if found.words:
        # A kept plan knows no name: it would compare those of all visits, from the newest on.
        session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    # Two words together are a few people's, whose visits are all read at once.
    span = _FIRST_SPAN if found.words == 1 else _WHOLE
    earliest = _EARLIEST if since is None else since
    while span < min(_WHOLE, until - earliest):
        rows = session.execute(query.where(VisitRow.started_at >= until - span)).all()
        if len(rows) == count:
            return rows
        span *= max(2 * count // max(len(rows), 1), 2)
    return session.execute(query).all()


def _holds(word: str) -> ColumnElement[bool]:
    name = VisitRow.search_name
    if len(word) >= _SHORTEST:
        return name.contains(word, autoescape=True)
    return or_(name.startswith(word, autoescape=True), name.contains(f" {word}", autoescape=True))


def _behind(started_at: datetime, visit_id: UUID) -> ColumnElement[bool]:
    return tuple_(VisitRow.started_at, VisitRow.visit_id) < (started_at, visit_id)


def _behind_in_parts(started_at: datetime, visit_id: UUID) -> ColumnElement[bool]:
    began = bindparam("began", started_at, UTCDateTime())
    first = text(_FIRST_SLOT.format(":began")).bindparams(began)
    following = text(f"{_FIRST_SLOT.format(':began')} + {_SLOTS}").bindparams(began)
    other = _PART.alias("other")
    own = select(other.c.rowid).where(
        other.c.visit_id == visit_id, other.c.rowid >= first, other.c.rowid < following
    )
    # Without a name any more (`db.retention`) it has no row either: then those before its moment.
    return _PART.c.rowid < func.coalesce(own.scalar_subquery(), first)


def make_parts(connection: Connection) -> None:
    """Make SQLite's table with the names that are there, and what keeps it as the visits are."""
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5(search_name, visit_id UNINDEXED,"
        " tokenize = 'trigram', columnsize = 0)"
    )
    _leave_nothing_behind(connection, TABLE)
    began = _FIRST_SLOT.format("started_at")
    connection.exec_driver_sql(
        f"INSERT INTO {TABLE} (rowid, search_name, visit_id)"
        f" SELECT {began} + row_number() OVER (PARTITION BY {began} ORDER BY visit_id) - 1,"
        " search_name, visit_id FROM visit WHERE search_name != ''"
    )
    for name, trigger in _TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {trigger}")


def make_names(connection: Connection) -> None:
    """Make SQLite's table of names with those that are there, and what keeps both as they are."""
    connection.exec_driver_sql(
        f"CREATE TABLE {NAMES} (name_id INTEGER PRIMARY KEY, search_name TEXT NOT NULL UNIQUE)"
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {_PARTS_OF_NAMES} USING fts5(search_name, tokenize = 'trigram',"
        f" columnsize = 0, content = '{NAMES}', content_rowid = 'name_id')"
    )
    _leave_nothing_behind(connection, _PARTS_OF_NAMES)
    connection.exec_driver_sql(
        f"INSERT INTO {NAMES} (search_name) SELECT DISTINCT search_name FROM visit"
        " WHERE search_name != ''"
    )
    connection.exec_driver_sql(
        f"INSERT INTO {_PARTS_OF_NAMES} ({_PARTS_OF_NAMES}) VALUES ('rebuild')"
    )
    for name, trigger in _TRIGGERS_OF_NAMES.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {trigger}")


def drop_names(connection: Connection) -> None:
    """Twice does no harm."""
    for name in _TRIGGERS_OF_NAMES:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    for name in (_PARTS_OF_NAMES, NAMES):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def _leave_nothing_behind(connection: Connection, name: str) -> None:
    """A name that is taken out of it is in none of its rows any more."""
    if (connection.dialect.server_version_info or ()) >= _SECURE_DELETE:
        connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('secure-delete', 1)")


def drop_parts(connection: Connection) -> None:
    """Keep names nowhere else than in the visits: a kiosk, where nobody searches, does so.

    Twice does no harm.
    """
    drop_names(connection)
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")


def make_index(engine: Engine) -> bool:
    """Have PostgreSQL's index, yet without the rows that are there. Whether it has one.

    Its owner may add the extension to a database (PostgreSQL 13 and newer), if the server has it.
    """
    try:
        with engine.begin() as connection:
            if connection.scalar(select(func.to_regclass(INDEX).is_not(None))):
                return True  # even IF NOT EXISTS waits for who writes, and lets others wait
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                text(
                    f"CREATE INDEX IF NOT EXISTS {INDEX} ON ONLY visit"
                    " USING gin (search_name gin_trgm_ops)"
                )
            )
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _IN_THE_WAY:
            LOG.info("visits get their index for parts of names later: their table is in use")
        else:
            LOG.warning(
                "looking for visitors by a part of their name stays slow, since this PostgreSQL "
                "server has no pg_trgm or does not let the hub add it (%s)",
                type(error.orig).__name__,
            )
        return False
    return True


def is_compared(name: str | None) -> bool:
    """For Alembic: whether models say all of this object that the database can."""
    return name is None or (name != INDEX and not name.startswith(TABLE))
