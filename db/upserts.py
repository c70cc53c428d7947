"""Rows that several may put in at the same time: whoever is a moment later finds it there.

What SQLite and PostgreSQL call `INSERT ... ON CONFLICT` is put together once for each of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Executable, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import districts

Insert = postgresql.Insert | sqlite.Insert
Upsert = Mapping[str, Executable]
"""The statement, by the name of SQLAlchemy's dialect."""


def upsert(table: Table, make: Callable[[Insert], Executable]) -> Upsert:
    return {
        "sqlite": make(sqlite.insert(table)),
        "postgresql": make(postgresql.insert(table)),
    }


def begin(table: Table, **values: object) -> Upsert:
    """Put the row in, unless it is there: for the first to come to a row that everybody locks."""
    return upsert(
        table,
        lambda new: new.values(district_id=districts.OWN, **values).on_conflict_do_nothing(),
    )


def run(session: Session, wanted: Upsert, values: Mapping[str, object] | None = None) -> None:
    districts.run(session, wanted[session.get_bind().dialect.name], values)


def locked(
    session: Session,
    lock: Select[Any],
    beginning: Upsert,
    values: Mapping[str, object] | None = None,
) -> Row[Any]:
    """The one row that `lock` selects `FOR UPDATE`, which is begun where there is none yet.

    `values`: of both statements.
    """
    row = districts.run(session, lock, values).one_or_none()
    if row is None:
        run(session, beginning, values)
        row = districts.run(session, lock, values).one()
    return row
