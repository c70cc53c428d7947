"""Settings that are not configuration: who this device is, its cursor, what the hub sent."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import codec, districts
from db.models import SettingRow

T = TypeVar("T")


def read(session: Session, name: str, of: type[T]) -> T | None:
    """The setting as a value of type `of`, or None when it was never written."""
    text = session.scalar(select(SettingRow.value).where(SettingRow.name == name))
    return None if text is None else codec.from_json(text, of)


def read_each(session: Session, *names: str) -> list[str]:
    """Several settings that are texts, by one statement; empty where one was never written."""
    query = select(SettingRow.name, SettingRow.value).where(SettingRow.name.in_(names))
    known = {name: codec.from_json(text, str) for name, text in session.execute(query)}
    return [known.get(name, "") for name in names]


def locked(session: Session, name: str, of: type[T]) -> T | None:
    """The same, and nobody else changes it before this transaction ends."""
    row = districts.get(session, SettingRow, name, with_for_update=True)
    return None if row is None else codec.from_json(row.value, of)


def shared(session: Session, name: str, of: type[T]) -> T | None:
    """The same, but others may read it so meanwhile too."""
    query = select(SettingRow.value).where(SettingRow.name == name)
    text = session.scalar(query.with_for_update(read=True))
    return None if text is None else codec.from_json(text, of)


def write(session: Session, name: str, value: object) -> None:
    text = codec.to_json(value).decode()
    row = districts.get(session, SettingRow, name)
    if row is None:
        session.add(SettingRow(name=name, value=text))
    else:
        row.value = text
    session.flush()


def remove(session: Session, name: str) -> None:
    row = districts.get(session, SettingRow, name)
    if row is not None:
        session.delete(row)
        session.flush()
