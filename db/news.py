"""Telling other programs at the same PostgreSQL database that there is something new.

Word goes out with the commit, and says only that there is news: who hears it looks by itself. On
SQLite nobody is told; there, and while the connection is lost, programs look now and then.
"""

import secrets
from collections.abc import Generator
from uuid import UUID

import psycopg
from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db import districts
from db.domain.errors import StorageError

CHANNEL = "vestibule_news"
_US = secrets.token_hex(8)
"""This program, which need not hear of its own news."""
_NOTIFY = select(func.pg_notify(CHANNEL, bindparam("payload")))


def tell(session: Session) -> None:
    """Let the others know once this transaction is committed."""
    if session.connection().dialect.name == "postgresql":
        districts.run(session, _NOTIFY, {"payload": f"{districts.of(session)} {_US}"})


def can_be_heard(engine: Engine) -> bool:
    """Whether this database tells of news at all."""
    return engine.dialect.name == "postgresql"


def hear(engine: Engine, district_id: UUID, seconds: float) -> Generator[bool]:
    """Whether there was news from others, again and again: at once, or False after so long.

    A connection of its own is open meanwhile. Raises `StorageError` when that is lost.
    """
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            connection.detach()
            if not isinstance(driver, psycopg.Connection):
                raise TypeError(f"{type(driver).__name__} tells of nothing")
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}".encode())
            while True:
                told = [n.payload for n in driver.notifies(timeout=seconds, stop_after=1)]
                yield any(_is_news(payload, district_id) for payload in told)
    except (DBAPIError, psycopg.Error) as error:
        raise StorageError("The database does not tell of news any more.") from error


def _is_news(payload: str, district_id: UUID) -> bool:
    district, _, who = payload.partition(" ")
    return district == str(district_id) and who != _US
