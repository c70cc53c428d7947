"""Many rows of lists into their tables at once: the quickest way that each server has."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db import districts, encryption
from db.list_rows import COLUMNS, MAY_BE_NULL, Values

_ENTRY = ("district_id", "edition", *COLUMNS)
_CHANGE = (
    "change_id", "list_id", "entry_id", "what", "entry_version", "list_version", "changed_by",
    "fields", "reason", "district_id", "changed_at",
)  # fmt: skip
Change = tuple[UUID, UUID, UUID, str, int, int, str, str, str]
"""A change of an entry: the columns of `EntryHistoryRow` but for its district and moment."""


def add(session: Session, edition: int, rows: Iterable[Values]) -> None:
    """Add entries to an edition. Quickest in the order of their ids."""
    ours = districts.of(session)
    if _is_sqlite(session):
        of_sqlite = (
            # Bytes and None would be asked, each, whether they adapt to SQLite.
            (ours.hex, edition, *values, bytearray(digest))
            for *values, digest in rows
        )
        _insert(session, "watchlist_entry", _ENTRY, of_sqlite)
    else:
        _copy(session, "watchlist_entry", _ENTRY, ((ours, edition, *_nulled(r)) for r in rows))


def add_changes(session: Session, at: datetime, rows: Iterable[Change]) -> None:
    """Add to the history of entries what happened at one moment."""
    ours, moment, table = districts.of(session), at.astimezone(UTC), "watchlist_entry_history"
    if _is_sqlite(session):
        shared = (ours.hex, f"{moment:%Y-%m-%d %H:%M:%S.%f}")  # as SQLAlchemy writes a moment
        of_sqlite = (
            (change_id.hex, list_id.hex, entry_id.hex, *said, *shared)
            for change_id, list_id, entry_id, *said in rows
        )
        _insert(session, table, _CHANGE, of_sqlite)
    else:
        _copy(session, table, _CHANGE, ((*row, ours, moment) for row in rows))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _insert(
    session: Session, table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, (sqlite3.Connection, encryption.Connection)):
        raise TypeError(f"no way to add rows through {type(driver).__name__}")
    names = ", ".join(columns)
    marks = ", ".join("NULLIF(?, '')" if name in MAY_BE_NULL else "?" for name in columns)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  our own names
    try:
        driver.executemany(statement, rows)
    except (sqlite3.Error, encryption.Error) as error:
        # As SQLAlchemy raises them: a full disk is told in the words that any statement has.
        raise DBAPIError.instance(
            statement, None, error, Exception, hide_parameters=True
        ) from error


def _copy(
    session: Session, table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"no way to add rows through {type(driver).__name__}")
    copying = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(copying) as copy:
        for row in rows:
            copy.write_row(row)


def _nulled(values: Values) -> Iterator[object]:
    return (
        None if not value and name in MAY_BE_NULL else value
        for name, value in zip(COLUMNS, values, strict=True)
    )
