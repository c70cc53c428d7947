"""Many entries into their table at once: the quickest way that each server has."""

import sqlite3
from collections.abc import Iterable

import psycopg
from sqlalchemy.orm import Session

from db import districts, encryption
from db.list_rows import COLUMNS, Values

_NAMES = ", ".join(("district_id", "edition", *COLUMNS))
_MARKS = ", ".join("?" * (len(COLUMNS) + 2))
_INSERT = f"INSERT INTO watchlist_entry ({_NAMES}) VALUES ({_MARKS})"  # noqa: S608  our own names
_COPY = f"COPY watchlist_entry ({_NAMES}) FROM STDIN"


def add(session: Session, edition: int, rows: Iterable[Values]) -> None:
    """Add entries to an edition. Quickest in the order of their ids."""
    driver = session.connection().connection.driver_connection
    if isinstance(driver, (sqlite3.Connection, encryption.Connection)):
        ours = districts.of(session).hex
        driver.executemany(_INSERT, ((ours, edition, *_for_sqlite(row)) for row in rows))
    elif isinstance(driver, psycopg.Connection):
        district_id = districts.of(session)
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row((district_id, edition, *row))
    else:
        raise TypeError(f"no way to add entries through {type(driver).__name__}")


def _for_sqlite(row: Values) -> tuple[object, ...]:
    """SQLite keeps ids as 32 digits and days as text."""
    (
        entry_id, given, middle, family, suffix, born, sex, aliases, jurisdiction, number_hash,
        reference, note, instructions, valid_from, valid_until, photo, sought, version, digest,
    ) = row  # fmt: skip
    return (
        entry_id.hex, given, middle, family, suffix, born, sex, aliases, jurisdiction, number_hash,
        reference, note, instructions, valid_from and valid_from.isoformat(),
        valid_until and valid_until.isoformat(), photo, sought, version, digest,
    )  # fmt: skip
