"""Visits as the log left them, read. What an event does to them: `db.visit_events`."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, select
from sqlalchemy.orm import Session

from db import codec, districts, number_keys
from db.districts import once
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.people import Document, Identity, PersonName, Sex
from db.domain.screening import Screening
from db.domain.visit import CheckOutWay, Visit, VisitDetails, VisitState
from db.models import DecisionRow, ScreeningRow, VisitRow
from db.screening.names import letters

_LOCKED = once(
    select(VisitRow)
    .where(VisitRow.visit_id.in_(bindparam("visit_ids", expanding=True)))
    .order_by(VisitRow.visit_id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_SCREENING = once(
    select(ScreeningRow.screening)
    .where(ScreeningRow.visit_id == bindparam("visit_id"))
    .order_by(ScreeningRow.screened_at.desc())
    .limit(1)
)
_IN_FORCE = once(
    select(DecisionRow).where(
        DecisionRow.visit_id == bindparam("visit_id"), DecisionRow.superseded.is_(False)
    )
)
_IS_ANYBODY_HELD = once(select(exists().where(VisitRow.state == VisitState.HELD)))
_LAST_NUMBER = once(
    select(func.max(VisitRow.number)).where(
        VisitRow.kiosk_id == bindparam("kiosk_id"), VisitRow.started_at >= bindparam("since")
    )
)


def hash_document_number(key: bytes, document: Document) -> str:
    """HMAC-SHA-256 in hex of an ID's number and of who issued it, empty without a number.

    States give out the same numbers, so a number alone is nobody. The key is the district's.
    """
    number = "".join(document.number.split()).upper()
    if not number:
        return ""
    issuer = (document.country.strip().upper(), document.jurisdiction.strip().upper())
    told = "\0".join((*issuer, document.kind, number))
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def hash_badge_token(token: str) -> str:
    """SHA-256 of a badge's random token in hex: all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def get(session: Session, visit_id: UUID) -> Visit | None:
    row = districts.get(session, VisitRow, visit_id)
    return None if row is None else value_of(row)


def locked(session: Session, visit_id: UUID) -> Visit | None:
    """The visit, which nobody else can change until this transaction ends."""
    rows = locked_rows(session, [visit_id])
    return value_of(rows[0]) if rows else None


def locked_rows(session: Session, visit_ids: Collection[UUID]) -> Sequence[VisitRow]:
    """The visits' rows as the last commit left them; others who would change them wait for ours.

    For `db` only, rows never leave it. SQLite has one writer at a time and needs no lock.
    """
    if not visit_ids:
        return ()
    return session.scalars(_LOCKED, {"visit_ids": list(visit_ids)}).all()


def on_site_with_token(session: Session, token: str) -> Visit | None:
    """Who wears the badge with this token and was not seen leaving."""
    return _one(session, VisitRow.badge_token_hash == hash_badge_token(token), is_on_site())


def on_site_with_sticker(session: Session, sticker: str) -> Visit | None:
    return _one(session, VisitRow.sticker == sticker, is_on_site())


def on_site_named(session: Session, name: PersonName) -> list[Visit]:
    """Everybody on site with this given and family name, however it is written.

    ``O Brien`` finds ``O'Brien``, and the given name may be given with the middle one.
    """
    wanted = _solid(name.family), _solid(name.given)
    rows = session.scalars(
        select(VisitRow).where(is_on_site()).order_by(VisitRow.started_at.desc())
    )
    return [
        value_of(r)
        for r in rows
        if wanted
        in (
            (_solid(r.family_name), _solid(r.given_name)),
            (_solid(r.family_name), _solid(r.given_name + r.middle_name)),
        )
    ]


def on_site_of_person(session: Session, identity: Identity, number_hash: str) -> list[Visit]:
    """The person's visits that nobody saw end, newest first."""
    return _of_person(session, identity, number_hash, is_on_site(), among=is_on_site())


def of_person_since(
    session: Session, identity: Identity, number_hash: str, since: datetime
) -> list[Visit]:
    """The person's visits that began since then, newest first.

    While the key for ID numbers is changed, those of before under another name may be missing:
    whoever looks must not wait until the numbers of all who ever came are hashed.
    """
    condition = VisitRow.started_at >= since
    return _of_person(
        session, identity, number_hash, condition, among=condition & _is_named(identity)
    )


def _of_person(
    session: Session,
    identity: Identity,
    number_hash: str,
    condition: ColumnElement[bool],
    among: ColumnElement[bool],
) -> list[Visit]:
    """The same person shows the same ID number, or without one has the same name and date.

    `among`: few visits, in which a number is looked for that is hashed with the key before.
    """
    same: ColumnElement[bool]
    if number_hash:
        same = VisitRow.number_hash.in_(number_keys.forms(session, number_hash, among))
    else:
        same = _is_named(identity) & (VisitRow.birth_date == identity.birth_date)
    rows = session.scalars(
        select(VisitRow)
        .where(same, condition)
        .order_by(VisitRow.started_at.desc(), VisitRow.visit_id.desc())
    )
    return [value_of(r) for r in rows]


def _is_named(identity: Identity) -> ColumnElement[bool]:
    return VisitRow.search_name == search_name(identity.name)


def next_number(session: Session, kiosk_id: str, since: datetime) -> int:
    """The next visit's number on this kiosk; `since` is the site's midnight."""
    last = session.scalar(_LAST_NUMBER, {"kiosk_id": kiosk_id, "since": since})
    return (last or 0) + 1


def screening_of(session: Session, visit_id: UUID) -> Screening | None:
    """The visit's newest screening."""
    text = session.scalar(_SCREENING, {"visit_id": visit_id})
    return None if text is None else codec.from_json(text, Screening)


def decisions_of(session: Session, visit_ids: Iterable[UUID]) -> list[Decision]:
    """All decisions on these visits, oldest first; superseded ones too."""
    rows = session.scalars(
        select(DecisionRow)
        .where(DecisionRow.visit_id.in_(list(visit_ids)))
        .order_by(DecisionRow.decided_at)
    )
    return [decision_value(r) for r in rows]


def is_anybody_held(session: Session) -> bool:
    """Whether somebody waits for staff to decide."""
    return bool(session.scalar(_IS_ANYBODY_HELD))


def decision_in_force(session: Session, visit_id: UUID) -> Decision | None:
    row = session.scalar(_IN_FORCE, {"visit_id": visit_id})
    return None if row is None else decision_value(row)


def decision_value(row: DecisionRow) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        visit_id=row.visit_id,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        where=DecidedAt(row.where),
    )


COLUMNS = (
    VisitRow.visit_id, VisitRow.number, VisitRow.site_id, VisitRow.kiosk_id, VisitRow.state,
    VisitRow.given_name, VisitRow.middle_name, VisitRow.family_name, VisitRow.suffix,
    VisitRow.birth_date, VisitRow.sex, VisitRow.document, VisitRow.started_at, VisitRow.details,
    VisitRow.with_escort, VisitRow.photo, VisitRow.badge_code, VisitRow.valid_until,
    VisitRow.checked_in_at, VisitRow.checked_out_at, VisitRow.checked_out_by, VisitRow.sticker,
)  # fmt: skip
"""What `value_of` reads: asked for alone, many rows come in a quarter of the time."""


def value_of(row: VisitRow | Row[Any]) -> Visit:
    """The value of a row, or of its `COLUMNS`: for `db` only, rows never leave it."""
    return Visit(
        visit_id=row.visit_id,
        number=row.number,
        site_id=row.site_id,
        kiosk_id=row.kiosk_id,
        state=VisitState(row.state),
        identity=_identity(row),
        started_at=row.started_at,
        details=None if row.details is None else codec.from_json(row.details, VisitDetails),
        with_escort=row.with_escort,
        photo=row.photo,
        badge_code=row.badge_code,
        valid_until=row.valid_until,
        checked_in_at=row.checked_in_at,
        checked_out_at=row.checked_out_at,
        checked_out_by=None if row.checked_out_by is None else CheckOutWay(row.checked_out_by),
        sticker=row.sticker,
    )


def _identity(row: VisitRow | Row[Any]) -> Identity:
    name = PersonName(row.given_name, row.family_name, row.middle_name, row.suffix)
    document = None if row.document is None else codec.from_json(row.document, Document)
    birth_date: date | None = row.birth_date
    return Identity(name, birth_date, Sex(row.sex), document)


def search_name(name: PersonName) -> str:
    """What a search for a visitor looks in."""
    return letters(f"{name.family} {name.given} {name.middle}")


def _solid(name: str) -> str:
    return letters(name).replace(" ", "")


def is_on_site() -> ColumnElement[bool]:
    """Who was let in and not seen leaving; a visit that was forgotten meanwhile is nobody's."""
    return (VisitRow.state == VisitState.ON_SITE) & VisitRow.details.is_not(None)


def _one(session: Session, *conditions: ColumnElement[bool]) -> Visit | None:
    row = session.scalar(
        select(VisitRow).where(*conditions).order_by(VisitRow.started_at.desc()).limit(1)
    )
    return None if row is None else value_of(row)
