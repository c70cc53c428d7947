"""What kiosks must learn from the hub, versioned in commit order.

A plain sequence would skip a change that commits late: a kiosk that had read past it would never
see it. So each change takes the feed's one row, and that row's lock holds until the commit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from db import codec, districts, news, upserts
from db.districts import OWN, TABLES, once
from db.hub_models import ChangeRow, FeedRow
from db.scopes import EVERY_SITE

AT_ONCE = 500
_FEED = 1
_FEED_TABLE = TABLES[FeedRow.__tablename__]
_NEXT = (
    update(_FEED_TABLE)
    .where(_FEED_TABLE.c.district_id == OWN, _FEED_TABLE.c.feed_id == _FEED)
    .values(version=_FEED_TABLE.c.version + bindparam("many"))
    .returning(_FEED_TABLE.c.version)
)
_BEGIN = upserts.begin(_FEED_TABLE, feed_id=_FEED, version=0)
_ADD = insert(TABLES[ChangeRow.__tablename__]).values(district_id=OWN)


_WHOLE = ("policy", "authorities", "number_keys", "staff_pins", "hosts", "site")
"""Kinds of which each change says all anew, so that the newest one of a site is enough."""
_DROPPED = "dropped"
_SINCE = once(
    select(ChangeRow)
    .where(ChangeRow.version > bindparam("cursor"), ChangeRow.kind != _DROPPED)
    .order_by(ChangeRow.version)
    .limit(bindparam("most"))
)
_AT = once(
    select(ChangeRow)
    .where(ChangeRow.version == bindparam("place"))
    .execution_options(**{EVERY_SITE: True})
)
_VERSION = select(_FEED_TABLE.c.version).where(
    _FEED_TABLE.c.district_id == OWN, _FEED_TABLE.c.feed_id == _FEED
)
_HOLD = _VERSION.with_for_update()
_NEWEST_BY_SITE = once(
    select(ChangeRow.site_id, func.max(ChangeRow.version))
    .where(ChangeRow.version > bindparam("cursor"))
    .group_by(ChangeRow.site_id)
)


@dataclass(frozen=True, slots=True)
class _Dropped:
    """What is left of a change whose body is forgotten."""

    mark: str


@dataclass(frozen=True, slots=True)
class _Reworded:
    """A body that says less than when it was told: with the mark that it had then."""

    mark: str = ""


LIST = "watchlist"
_MARK = "mark"


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `body` is JSON whose form depends on `kind`."""

    version: int
    kind: str
    body: str
    mark: str = ""
    """What tells this change from another one of the same version, after a restore."""


def hold(session: Session) -> None:
    """Let no other change come between what is read from here on and the change that tells it.

    Whoever says all anew, as of PINs, holds the feed before they read it: else two at once may end
    with what the other one had before.
    """
    session.flush()
    upserts.locked(session, _HOLD, _BEGIN)


def add(session: Session, kind: str, value: object, *, site_id: str = "") -> int:
    """Tell the kiosks of a site, or all; returns the change's version.

    Later changes wait until this one commits.
    """
    return _add(session, kind, {site_id: codec.to_json(value).decode()})


def add_where_new(session: Session, kind: str, values: Mapping[str, object]) -> None:
    """Tell each site, by its id, its value of a kind; not where that was the newest one told.

    Of kinds of which each change says all anew, by whoever holds the feed.
    """
    newest = (
        select(func.max(ChangeRow.version))
        .where(ChangeRow.kind == kind, ChangeRow.site_id.in_(list(values)))
        .group_by(ChangeRow.site_id)
    )
    told = select(ChangeRow.site_id, ChangeRow.body).where(ChangeRow.version.in_(newest))
    known = {row[0]: row[1] for row in session.execute(told)}
    bodies = {site_id: codec.to_json(value).decode() for site_id, value in values.items()}
    new = {site_id: body for site_id, body in bodies.items() if known.get(site_id) != body}
    if new:
        _add(session, kind, new)


def _add(session: Session, kind: str, bodies: Mapping[str, str]) -> int:
    """Returns the last one's version."""
    session.flush()
    many = {"many": len(bodies)}
    version: int | None = districts.run(session, _NEXT, many).scalar()
    if version is None:
        upserts.run(session, _BEGIN)
        version = districts.run(session, _NEXT, many).scalar_one()
    first = version - len(bodies) + 1
    told = [
        {"version": first + place, "kind": kind, "body": body, "site_id": site_id}
        for place, (site_id, body) in enumerate(bodies.items())
    ]
    districts.run(session, _ADD, told)
    news.tell(session)
    return version


def drop_bodies(session: Session) -> int:
    """Forget what a later change says anew: the hosts, PINs, rules of before. Returns how many.

    The change stays with its mark, so that whoever has read it last still knows its place.
    """
    newest = session.execute(
        select(ChangeRow.kind, ChangeRow.site_id, func.max(ChangeRow.version))
        .where(ChangeRow.kind.in_(_WHOLE))
        .group_by(ChangeRow.kind, ChangeRow.site_id)
    ).all()
    dropped = 0
    for kind, site_id, version_now in newest:
        of_before = select(ChangeRow).where(
            ChangeRow.kind == kind, ChangeRow.site_id == site_id, ChangeRow.version < version_now
        )
        for row in session.scalars(of_before):
            drop(session, row)
            dropped += 1
    return dropped


def drop(session: Session, row: ChangeRow) -> None:
    """Forget what one change said. It stays with its mark, as in `drop_bodies`."""
    body = codec.to_json(_Dropped(_value(row).mark)).decode()
    place = update(ChangeRow).where(ChangeRow.version == row.version)
    session.execute(
        place.values(kind=_DROPPED, body=body), execution_options={"synchronize_session": False}
    )


def reworded(version: int, body: str, said: Mapping[str, object]) -> str:
    """The body of a list's change that says this from now on, known by the mark of before."""
    return codec.to_json({**said, _MARK: _mark(version, LIST, body)}).decode()


def since(session: Session, cursor: int, limit: int = AT_ONCE) -> list[Change]:
    """The changes behind `cursor`, oldest first; of a limited session those of its sites."""
    rows = session.scalars(_SINCE, {"cursor": cursor, "most": limit})
    return [_value(row) for row in rows]


def is_place(session: Session, cursor: int, mark: str) -> bool:
    """Whether who has read up to `cursor` has read this feed: it begins at 0.

    It is not once the hub was restored from a backup older than that. `mark` is that of the last
    change read: who cannot say it has not read it, and is told how things stand. So is who stands
    where nothing is any more. A change of another site in that place is another one.
    """
    row = session.scalar(_AT, {"place": cursor}) if mark else None
    return cursor == 0 if row is None else _value(row).mark == mark


def newest(session: Session) -> Change | None:
    """The newest change that this session sees, None when there is none."""
    row = session.scalar(select(ChangeRow).order_by(ChangeRow.version.desc()).limit(1))
    return None if row is None else _value(row)


def newest_by_site(session: Session, cursor: int) -> dict[str, int]:
    """The newest version behind `cursor` of each site that has one; of "" for every site."""
    return {row[0]: row[1] for row in session.execute(_NEWEST_BY_SITE, {"cursor": cursor})}


def _value(row: ChangeRow) -> Change:
    if row.kind == _DROPPED:
        return Change(row.version, row.kind, "", codec.from_json(row.body, _Dropped).mark)
    is_reworded = row.kind == LIST and f'"{_MARK}":' in row.body
    mark = codec.from_json(row.body, _Reworded).mark if is_reworded else ""
    return Change(row.version, row.kind, row.body, mark or _mark(row.version, row.kind, row.body))


def _mark(version: int, kind: str, body: str) -> str:
    return sha256(f"{version} {kind} {body}".encode()).hexdigest()


def version(session: Session) -> int:
    """The newest change's version, 0 when there is none."""
    return districts.run(session, _VERSION).scalar() or 0
