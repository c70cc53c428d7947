"""A hub's database in another server: copied whole, and held against its own log before it counts.

One transaction there, and none here until it is committed: whatever goes wrong, the old database is
as it was, and the new one is empty. The copy says of itself that it is none that serves yet; then
the old database says that it was moved, and only then does the copy lose its mark. So at most one
of them serves at any moment, wherever this is ended, and whoever moves again goes on.
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

from db import (
    districts,
    encryption,
    in_use,
    limits,
    log,
    outbox,
    partitions,
    replay,
    settings,
    tree,
)
from db.columns import Base
from db.domain.errors import StorageError
from db.engine import Database, database_file, is_server, open_database, open_existing
from db.models import DistrictRow

MOVED = "moved"
"""The setting that an old database has: when it was moved."""
COPIED = "copied"
"""The setting that a new database has as long as it may not serve: a `_Copy`."""
AT_ONCE = 1_000
LONGEST_KEY = 80
Watch = Callable[[str, int], object]
"""Hears of each table with the rows that it has."""


class MovedError(StorageError):
    """The database was moved, or is the copy of one that serves still: nobody may go on with it."""


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


@dataclass(frozen=True, slots=True)
class _Copy:
    at: datetime
    """What the old database is marked with for it."""
    moved: Moved


def move(old_url: str, new_url: str, now: datetime, watch: Watch = lambda *_: None) -> Moved:
    """Copy everything, check the copy by the log, and mark the old database as moved.

    One that was cut off is gone on with. Raises StorageError in words, which say whether the old
    database serves still or nobody does until it is moved again.
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
        with closing(open_existing(old_url)) as old:
            copy = _copy(old, new_url, now, watch)
        _let_serve(new_url, old.district_id)
    return copy.moved


def _copy(old: Database, new_url: str, now: datetime, watch: Watch) -> _Copy:
    """The copy that serves nobody, and the old database neither any more."""
    try:
        with old.begin() as session:  # nobody writes meanwhile
            outbox.refuse_kiosk(session)
            moved_at = settings.read(session, MOVED, datetime)
            if moved_at is not None:
                return _copied_before(new_url, moved_at, old.district_id)
            with closing(open_database(new_url)) as new, new.engine.begin() as there:
                _empty_copy(there, old.district_id)
                moved = _copied(session.connection(), there, old.district_id, now.date(), watch)
                with _session(there, old.district_id) as copied:
                    _check(session, copied)
                    copy = _Copy(now, moved)
                    settings.write(copied, COPIED, copy)
            _mark_old(session, now)
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise StorageError(_NOT_MOVED.format(_cause(error))) from error
    return copy


def _mark_old(session: Session, now: datetime) -> None:
    settings.write(session, MOVED, now)


def _copied_before(new_url: str, moved_at: datetime, district_id: UUID) -> _Copy:
    """The copy for which the old database was marked, if it may not serve yet."""
    try:
        with closing(open_existing(new_url, district_id)) as new, new.read() as session:
            copy = settings.read(session, COPIED, _Copy)
    except StorageError as error:
        raise StorageError(
            f"This database was moved before, on {moved_at:%Y-%m-%d %H:%M} UTC, and whether that "
            f"came to its end cannot be seen: {error}"
        ) from error
    if copy is None or copy.at != moved_at:
        raise StorageError("This database was moved before. Nothing was changed.")
    return copy


def _let_serve(new_url: str, district_id: UUID) -> None:
    try:
        with closing(open_existing(new_url, district_id)) as new, new.begin() as session:
            settings.remove(session, COPIED)
    except StorageError as error:
        raise StorageError(
            f"Everything is copied and checked, and a hub can start with neither database yet "
            f"({error}) Run vestibule-hub move again: it goes on at this step."
        ) from error


def _empty_copy(there: Connection, district_id: UUID) -> None:
    """Take away what a move that was cut off copied from here: the old database went on since.

    Nobody has served it.
    """
    with _session(there, district_id) as session:
        if settings.locked(session, COPIED, _Copy) is None:
            return
    for table in reversed(Base.metadata.sorted_tables):
        if table is not DistrictRow.__table__:
            there.execute(delete(table).where(table.c.district_id == district_id))


_FROM_A_SERVER = (
    "Only a database in a file is moved: nobody can keep a hub from writing to a server's "
    "meanwhile, and that would be lost. Nothing was changed. From one PostgreSQL server to another "
    "use PostgreSQL's own tools while the hub is stopped: pg_dump and pg_restore, or a replica "
    "that is promoted. Only if the new one is of an earlier moment, run vestibule-hub log "
    "begin-anew with it before the hub starts."
)
_NOT_MOVED = (
    "The database was not moved ({}). The old one is as it was, and the new one serves nobody. A "
    "hub can go on with the old one; tell whoever maintains Vestibule this line."
)


def _cause(error: Exception) -> str:
    """What a driver says first: behind that it would show values, names among them."""
    return str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]


def refuse_moved(session: Session) -> None:
    """Raise `MovedError` when this database was moved, or is the copy of one that serves still.

    Two hubs would tell two stories. Raises `KioskError` where no hub ever was.
    """
    outbox.refuse_kiosk(session)
    if settings.read(session, COPIED, _Copy) is not None:
        raise MovedError(
            "A move to this database did not come to its end. Nothing was changed. Run "
            "vestibule-hub move again, as it was run before: it goes on."
        )
    at = settings.read(session, MOVED, datetime)
    if at is not None:
        raise MovedError(
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
            "The database to move to is not empty. Nothing was changed. Name a new one."
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
