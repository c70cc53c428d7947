"""Whose rows a session sees: those of one district, whatever a query asks for.

A database may hold several districts; an open `Database` belongs to one of them. Its sessions add
that district to every statement over `InDistrict` rows, and its engine puts it into every new row.
Statements over bare tables (COPY, `TABLES`) are left alone: they name the district themselves.

To put a statement over rows together takes longer than to run it. One that every visit or decision
passes is made once, with a `bindparam` for what differs, and says so by `once`: its limited form is
kept too, so that SQLAlchemy finds at once what it made of it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import CursorResult, Executable, Select, Uuid, bindparam, event
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria

from db import scopes
from db.columns import DISTRICT_OPTION, Base, InDistrict
from db.domain.errors import StorageError

Row = TypeVar("Row", bound=Base)
Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])
Values = Mapping[str, object] | Sequence[Mapping[str, object]]
Write = tuple[Executable, Values]
"""A statement over bare tables that answers nothing, and its values or those of several rows."""
TABLES = Base.metadata.tables
OWN = bindparam("own_district", type_=Uuid())
"""The session's district, in a statement over bare tables for `run`."""
_ONCE = "put_together_once"
_KEPT = 1024
"""Limited forms of such statements: a few dozen for each set of sites that somebody may see."""


def once(statement: Rows) -> Rows:
    """A statement over rows that lives as long as the program: see above."""
    return statement.execution_options(**{_ONCE: True})


def sessions_of(district_id: UUID, sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The same sessions, for one district only."""
    own = with_loader_criteria(
        InDistrict, lambda row: row.district_id == district_id, include_aliases=True
    )

    def limited(statement: Executable, sites: frozenset[str] | None) -> Executable:
        return statement.options(own, *(() if sites is None else scopes.criteria(sites)))

    kept = lru_cache(maxsize=_KEPT)(limited)

    def only_own(state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load:
            return
        is_for_all = state.execution_options.get(scopes.EVERY_SITE, False)
        sites = None if is_for_all else scopes.limits_of(state.session)
        limit = kept if state.execution_options.get(_ONCE, False) else limited
        state.statement = limit(state.statement, sites)

    sessions.configure(info={DISTRICT_OPTION: district_id})
    event.listen(sessions, "do_orm_execute", only_own)
    return sessions


def of(session: Session) -> UUID:
    """The district whose rows this session sees."""
    district: UUID = session.info[DISTRICT_OPTION]
    return district


def get(session: Session, kind: type[Row], *key: Any, with_for_update: bool = False) -> Row | None:
    """The district's row with this key, None when there is none."""
    return session.get(kind, (of(session), *key), with_for_update=with_for_update or None)


def run(
    session: Session,
    statement: Executable,
    values: Values | None = None,
) -> CursorResult[Any]:
    """Execute a statement over bare tables that names `OWN` and was put together once.

    It takes a seventh of the processor's time of one over rows, which counts where every event
    passes. Nothing of the session is flushed before.
    """
    own = {OWN.key: of(session)}
    if values is None or isinstance(values, Mapping):
        return session.connection().execute(statement, {**own, **(values or {})})
    return session.connection().execute(statement, [{**own, **each} for each in values])


def write(session: Session, writes: Sequence[Write]) -> None:
    """`run` each of them. A server gets them together and is waited for once.

    Raises `StorageError` for a server that takes none of them.
    """
    if not writes:
        return
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        for statement, values in writes:
            run(session, statement, values)
        return
    try:
        with driver.pipeline():
            for statement, values in writes:
                run(session, statement, values)
    except psycopg.Error as error:
        raise StorageError("The database cannot be used. Nothing was kept; try again.") from error
