"""Whose rows a session sees: those of one district, whatever a query asks for.

A database may hold several districts; an open `Database` belongs to one of them. Its sessions add
that district to every statement over `InDistrict` rows, and its engine puts it into every new row.
Statements over bare tables (COPY, `TABLES`) are left alone: they name the district themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import CursorResult, Executable, Uuid, bindparam, event
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria

from db import scopes
from db.columns import DISTRICT_OPTION, Base, InDistrict

Row = TypeVar("Row", bound=Base)
TABLES = Base.metadata.tables
OWN = bindparam("own_district", type_=Uuid())
"""The session's district, in a statement over bare tables for `run`."""


def sessions_of(district_id: UUID, sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The same sessions, for one district only."""
    own = with_loader_criteria(
        InDistrict, lambda row: row.district_id == district_id, include_aliases=True
    )

    def only_own(state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load:
            return
        sites = scopes.limits_of(state.session)
        if sites is None or state.execution_options.get(scopes.EVERY_SITE, False):
            state.statement = state.statement.options(own)
        else:
            state.statement = state.statement.options(own, *scopes.criteria(sites))

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
    values: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None,
) -> CursorResult[Any]:
    """Execute a statement over bare tables that names `OWN` and was put together once.

    It takes a seventh of the processor's time of one over rows, which counts where every event
    passes. Nothing of the session is flushed before.
    """
    own = {OWN.key: of(session)}
    if values is None or isinstance(values, Mapping):
        return session.connection().execute(statement, {**own, **(values or {})})
    return session.connection().execute(statement, [{**own, **each} for each in values])
