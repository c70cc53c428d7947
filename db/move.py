"""A hub's database in another server: copied whole, and held against its own log before it counts.

One transaction there, and none here until it is committed: whatever goes wrong, the old database is
as it was, and the new one is empty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db import districts, encryption, in_use, log, replay, settings, tree
from db.columns import Base
from db.domain.errors import StorageError
from db.engine import database_file, open_database, open_existing
from db.models import DistrictRow

MOVED = "moved"
"""The setting that an old database has: when it was moved."""
AT_ONCE = 1_000
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


def move(old_url: str, new_url: str, now: datetime, watch: Watch = lambda *_: None) -> Moved:
    """Copy everything, check the copy by the log, and mark the old database as moved.

    Raises StorageError in words; the new database is then empty, and the old one as it was. Only
    if the very last step fails, the mark in the old one, is the new one whole and both would serve.
    """
    path = database_file(old_url)
    is_there = path is not None and path.is_file()
    with in_use.hold(path if is_there else None):
        if path is not None and is_there:
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
                moved = _copied(session.connection(), there, old.district_id, watch)
                _check(session, _session(there, old.district_id))
            settings.write(session, MOVED, now)
    except (SQLAlchemyError, TypeError, ValueError) as error:  # SQLite keeps any value anywhere
        cause = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise StorageError(
            f"The database was not moved ({cause}). The old one is as it was, the new one empty."
        ) from error
    finally:
        old.close()
        if new is not None:
            new.close()
    return moved


def refuse_moved(session: Session) -> None:
    """Raise StorageError when this database was moved: two hubs would tell two stories."""
    at = settings.read(session, MOVED, datetime)
    if at is not None:
        raise StorageError(
            f"This database was moved to another server on {at:%Y-%m-%d %H:%M} UTC. Start the hub "
            "with the --database that it was moved to. Nothing was changed."
        )


def _copied(here: Connection, there: Connection, district_id: UUID, watch: Watch) -> Moved:
    tables = [table for table in Base.metadata.sorted_tables if table is not DistrictRow.__table__]
    if any(there.execute(select(table).limit(1)).first() is not None for table in tables):
        raise StorageError(
            "The database to move to is not empty. Nothing was changed. Name a new one."
        )
    there.execute(delete(DistrictRow))
    there.execute(insert(DistrictRow), {"district_id": district_id})
    total = 0
    for table in tables:
        ours, count = select(table).where(table.c.district_id == district_id), 0
        with here.execute(ours, execution_options={"yield_per": AT_ONCE}) as found:
            for rows in found.mappings().partitions():
                there.execute(insert(table), [dict(row) for row in rows])
                count += len(rows)
        if count != there.scalar(select(func.count()).select_from(table)):
            raise StorageError(f"The copy of {table.name} is not whole. Nothing was changed.")
        watch(table.name, count)
        total += count
    with _session(there, district_id) as session:
        grown = tree.frontier(session)
    return Moved(len(tables), total, grown.size, grown.root())


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
