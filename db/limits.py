"""What a column takes, the same on every database.

PostgreSQL refuses a text that is longer than its column or has a zero byte, and a number beyond its
integers. SQLite keeps all of them, and such a row could never move to PostgreSQL. So a hub measures
rows itself before they are written. A kiosk does not: what a hub of before sent must not stop it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Table, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session, object_mapper

from db.domain.errors import UnfitError

_ZERO, _IN_ITS_PLACE = "\0", "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class _Bound:
    """Of one column: how long a text may be (None: of any length), or how large a number."""

    name: str
    length: int | None
    largest: int | None
    is_key: bool
    """Other rows, or a rule, name it by this value: it cannot be cut."""

    def why_not(self, value: object) -> str:
        """Why the column does not take it, empty when it does."""
        if isinstance(value, str):
            if _ZERO in value:
                return f"{self.name} has a zero byte in it"
            if self.length is not None and len(value) > self.length:
                return f"{self.name} is longer than {self.length} characters"
        if self.largest is not None and isinstance(value, int) and abs(value) > self.largest:
            return f"{self.name} is beyond {self.largest}"
        return ""

    def fitted(self, value: object) -> object:
        if isinstance(value, str):
            return value.replace(_ZERO, _IN_ITS_PLACE)[: self.length]
        if self.largest is not None and isinstance(value, int):
            return max(-self.largest, min(self.largest, value))
        return value


def check(session: Session, *_: object) -> None:
    """Before rows are written: raise `UnfitError` for the first one that does not fit.

    What a row kept from before it was measured stays: else nothing else of it could ever change.
    """
    for row, name, bound in _changed(session):
        why = bound.why_not(vars(row).get(name))
        if why and _is_new(row, name):
            raise UnfitError(f"That cannot be kept: {why}. Nothing was changed.")


def fit(session: Session, *_: object) -> None:
    """Before rows are written: make each fit, as `fitted` does."""
    for row, name, bound in _changed(session):
        value = vars(row).get(name)
        if not bound.is_key and bound.why_not(value):
            setattr(row, name, bound.fitted(value))


def fitted(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as every database takes it: texts cut, zero bytes replaced, numbers limited.

    What others name the row by stays, also when it does not fit.
    """
    whole = dict(row)
    for bound in _bounds(table):
        if not bound.is_key and bound.why_not(row[bound.name]):
            whole[bound.name] = bound.fitted(row[bound.name])
    return whole


def _changed(session: Session) -> Iterator[tuple[object, str, _Bound]]:
    """Each new or changed row with each of its attributes that has a bound."""
    rows: list[object] = [*session.new, *session.dirty]
    for row in rows:
        for name, bound in _of_mapper(object_mapper(row)):
            yield row, name, bound


def _is_new(row: object, name: str) -> bool:
    """Whether this very attribute is to be written."""
    state: InstanceState[Any] = inspect(row)
    return bool(state.attrs[name].history.added)


@cache
def _of_mapper(mapper: Mapper[Any]) -> tuple[tuple[str, _Bound], ...]:
    columns = {column.name: mapper.get_property_by_column(column).key for column in mapper.columns}
    return tuple((columns[bound.name], bound) for bound in _bounds(mapper.local_table))


@cache
def _bounds(table: Table) -> tuple[_Bound, ...]:
    """Of those columns that have any. Types of our own (moments, ids) write what fits."""
    unique = {column.name for rule in table.constraints for column in getattr(rule, "columns", ())}
    unique |= {column.name for index in table.indexes if index.unique for column in index.columns}
    found = list[_Bound]()
    for column in table.columns:
        kind, is_key = column.type, column.name in unique
        if isinstance(kind, String):
            found.append(_Bound(column.name, kind.length, None, is_key))
        elif isinstance(kind, Integer):
            bits = 63 if isinstance(kind, BigInteger) else 31
            found.append(_Bound(column.name, None, 2**bits - 1, is_key))
    return tuple(found)
