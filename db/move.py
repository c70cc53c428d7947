"""A hub's database in another server: copied whole, and held against its own log before it counts.

One transaction there, and none here until it is committed: whatever goes wrong, the old database is
as it was, and the new one is empty.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db import districts, encryption, in_use, limits, log, partitions, replay, settings, tree
from db.columns import Base
from db.domain.errors import StorageError
from db.engine import database_file, is_server, open_database, open_existing
from db.models import DistrictRow

MOVED = "moved"
"""The setting that an old database has: when it was moved."""
AT_ONCE = 1_000
LONGEST_KEY = 80
Watch = Callable[[str, int], object]
"""Hears of each table with the rows that it has."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What is in the new database now."""

    tables: int
    rows: int
    events: int
    root: bytes
    """Of the tree over the log: the same in both."""
    cut: int
    """In so many rows a text was cut or lost a zero byte, or a number was limited. The log's own
    lines and bodies are never changed."""


def move(old_url: str, new_url: str, now: datetime, watch: Watch = lambda *_: None) -> Moved:
    """Copy everything, check the copy by the log, and mark the old database as moved.

    Raises StorageError in words; the new database is then empty, and the old one as it was. Only
    if the very last step fails, the mark in the old one, is the new one whole and both would serve.
    """
    if not is_server(new_url):
        raise StorageError(
            "A hub's data is moved to PostgreSQL: --to postgresql+psycopg://host/name. Nothing was "
            "changed. To another computer or folder it goes by backup and restore."
        )
    path = database_file(old_url)
    if path is None:
        raise StorageError(_FROM_A_SERVER)
    is_there = path is not None and path.is_file()
    with in_use.hold(path if is_there else None):
        if is_there:
            encryption.refuse_in_use(path)
        return _move(old_url, new_url, now, watch)


def _move(old_url: str, new_url: str, now: datetime, watch: Watch) -> Moved:
    old, new = open_existing(old_url), None
    try:
        with old.begin() as session:  # nobody writes meanwhile
            if settings.read(session, MOVED, datetime) is not None:
                raise StorageError("This database was moved before. Nothing was changed.")
            new = open_database(new_url)
            with new.engine.begin() as there:
                moved = _copied(session.connection(), there, old.district_id, now.date(), watch)
                _check(session, _session(there, old.district_id))
            settings.write(session, MOVED, now)
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise StorageError(_NOT_MOVED.format(_cause(error))) from error
    finally:
        old.close()
        if new is not None:
            new.close()
    return moved


_FROM_A_SERVER = (
    "Only a database in a file is moved: nobody can keep a hub from writing to a server's "
    "meanwhile, and that would be lost. Nothing was changed. From one PostgreSQL server to another "
    "use PostgreSQL's own tools while the hub is stopped: pg_dump and pg_restore, or a replica "
    "that is promoted. Only if the new one is of an earlier moment, run vestibule-hub log "
    "begin-anew with it before the hub starts."
)
_NOT_MOVED = (
    "The database was not moved ({}). The old one is as it was, the new one empty. A hub can go on "
    "with the old one; tell whoever maintains Vestibule this line."
)


def _cause(error: Exception) -> str:
    """What a driver says first: behind that it would show values, names among them."""
    return str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]


def refuse_moved(session: Session) -> None:
    """Raise StorageError when this database was moved: two hubs would tell two stories."""
    at = settings.read(session, MOVED, datetime)
    if at is not None:
        raise StorageError(
            f"This database was moved to another server on {at:%Y-%m-%d %H:%M} UTC. Start the hub "
            "with the --database that it was moved to. Nothing was changed."
        )


def refuse_moved_file(url: str) -> None:
    """As `refuse_moved`, of a database that is not open, of whichever version."""
    with closing(open_existing(url, of_any_version=True)) as database, database.read() as session:
        refuse_moved(session)


def _copied(
    here: Connection, there: Connection, district_id: UUID, today: date, watch: Watch
) -> Moved:
    tables = [table for table in Base.metadata.sorted_tables if table is not DistrictRow.__table__]
    if any(there.execute(select(table).limit(1)).first() is not None for table in tables):
        raise StorageError(
            "The database to move to is not empty. Nothing was changed. Name a new one. If a move "
            "to this one was cut off at its end, and no hub was started with it since, drop it and "
            "make it anew."
        )
    there.execute(delete(DistrictRow))
    there.execute(insert(DistrictRow), {"district_id": district_id})
    total = cut = 0
    for table in tables:
        if table.name in partitions.TABLES:
            partitions.make(there, table.name, _months(here, table, district_id, today))
        count = 0
        for rows in _rows(here, table, district_id):
            whole = [limits.fitted(table, row) for row in rows]
            cut += sum(one != row for one, row in zip(whole, rows, strict=True))
            _insert(there, table, whole)
            count += len(rows)
        if count != there.scalar(select(func.count()).select_from(table)):
            raise StorageError(f"The copy of {table.name} is not whole. Nothing was changed.")
        watch(table.name, count)
        total += count
    with _session(there, district_id) as session:
        grown = tree.frontier(session)
    return Moved(len(tables), total, grown.size, grown.root(), cut)


def _months(here: Connection, table: Table, district_id: UUID, today: date) -> list[date]:
    """The months of which the table has rows, but for those that only a wrong clock can have said.

    Its rows of before would lie in the default piece, and so does for ever what lies there.
    """
    key = table.c[partitions.TABLES[table.name]]
    ours = select(key).where(table.c.district_id == district_id).order_by(key).limit(1)
    end = partitions.after(today.replace(day=1), partitions.MONTHS_AHEAD + 1)
    found, month = list[date](), partitions.EARLIEST
    while month < end:
        first: UUID | None = here.scalar(ours.where(key >= partitions.first_id(month)))
        made = None if first is None else partitions.month_of(first)
        if made is None or made >= end:
            break
        found.append(made)
        month = partitions.after(made)
    return found


def _rows(here: Connection, table: Table, district_id: UUID) -> Iterator[list[dict[str, Any]]]:
    ours = select(table).where(table.c.district_id == district_id)
    try:
        with here.execute(ours, execution_options={"yield_per": AT_ONCE}) as found:
            for rows in found.mappings().partitions():
                yield [dict(row) for row in rows]
    except (TypeError, ValueError) as error:  # SQLite keeps any value anywhere
        raise StorageError(_NOT_MOVED.format(f"a row of {table.name} cannot be read")) from error


def _insert(there: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """All at once. When that cannot be, each by itself, to say which one is in the way."""
    try:
        with there.begin_nested():
            there.execute(insert(table), rows)
    except (SQLAlchemyError, TypeError, ValueError):
        for row in rows:
            try:
                there.execute(insert(table), row)
            except (SQLAlchemyError, TypeError, ValueError) as error:
                which = f"the row {_name(table, row)} of {table.name}: {_cause(error)}"
                raise StorageError(_NOT_MOVED.format(which)) from error


def _name(table: Table, row: Mapping[str, Any]) -> str:
    """A row by its key. A key that is text is ours, unless it is out of all measure."""
    keys = [row[column.name] for column in table.primary_key if column.name != "district_id"]
    return " ".join(ascii(key)[:LONGEST_KEY] if isinstance(key, str) else str(key) for key in keys)


def _session(there: Connection, district_id: UUID) -> Session:
    return districts.sessions_of(district_id, sessionmaker(there))()


def _check(old: Session, new: Session) -> None:
    """The log there is whole, it is the one from here, and what is shown there is what it tells."""
    wrong = [log.words_of(found) for found in log.verify_log(new) if not found.is_good]
    wrong += [*log.verify_signatures(new), *filter(None, [log.verify_tree(new)])]
    wrong += replay.differences(new)[:1]
    if tree.frontier(old) != tree.frontier(new):
        wrong.append("the order of the events is another")
    if wrong:
        raise StorageError(
            f"The copy does not agree with the log: {wrong[0]}. Nothing was changed. Run "
            "verify-log on the old database."
        )
