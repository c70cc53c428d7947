"""Settings that are not configuration: who this device is, its cursor, what the hub sent."""

from typing import TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db import codec, districts, upserts
from db.districts import OWN, TABLES
from db.models import SettingRow

T = TypeVar("T")
_SETTING = TABLES[SettingRow.__tablename__]
_READ = select(_SETTING.c.name, _SETTING.c.value).where(
    _SETTING.c.district_id == OWN, _SETTING.c.name.in_(bindparam("names", expanding=True))
)
"""Put together once: every request asks it."""
_READ_ONE = select(_SETTING.c.value).where(
    _SETTING.c.district_id == OWN, _SETTING.c.name == bindparam("name")
)
_SHARE = _READ_ONE.with_for_update(read=True)
_KEEP = upserts.upsert(
    _SETTING,
    lambda new: new.values(
        district_id=OWN, name=bindparam("name"), value=bindparam("value")
    ).on_conflict_do_update(
        index_elements=["district_id", "name"], set_={"value": new.excluded.value}
    ),
)
_BEGIN = upserts.begin(_SETTING, name=bindparam("name"), value=bindparam("value"))


def read(session: Session, name: str, of: type[T]) -> T | None:
    """The setting as a value of type `of`, or None when it was never written."""
    text = districts.run(session, _READ_ONE, {"name": name}).scalar()
    return None if text is None else codec.from_json(text, of)


def read_each(session: Session, *names: str) -> list[str]:
    """Several settings that are texts, by one statement; empty where one was never written."""
    known = {name: codec.from_json(text, str) for name, text in _texts(session, *names).items()}
    return [known.get(name, "") for name in names]


def _texts(session: Session, *names: str) -> dict[str, str]:
    return {r.name: r.value for r in districts.run(session, _READ, {"names": names})}


def locked(session: Session, name: str, of: type[T]) -> T | None:
    """The same, and nobody else changes it before this transaction ends."""
    row = districts.get(session, SettingRow, name, with_for_update=True)
    return None if row is None else codec.from_json(row.value, of)


def shared(session: Session, name: str, of: type[T]) -> T | None:
    """The same, but others may read it so meanwhile too."""
    text = districts.run(session, _SHARE, {"name": name}).scalar()
    return None if text is None else codec.from_json(text, of)


def write(session: Session, name: str, value: object) -> None:
    """Keep it. Also where others write the same for the first time: the last one counts."""
    _put(session, _KEEP, name, value)


def write_first(session: Session, name: str, value: object) -> None:
    """Keep it unless something is kept under that name, by whoever writes it at this moment too.

    Until this transaction ends, others who would be the first wait, and then find what it wrote.
    """
    _put(session, _BEGIN, name, value)


def _put(session: Session, how: upserts.Upsert, name: str, value: object) -> None:
    text = codec.to_json(value).decode()
    session.flush()
    upserts.run(session, how, {"name": name, "value": text})


def remove(session: Session, name: str) -> None:
    row = districts.get(session, SettingRow, name)
    if row is not None:
        session.delete(row)
        session.flush()
