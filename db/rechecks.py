"""Visits that were screened again: what was found, and what staff decided on it. Hub only."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db import clearances, codec, districts, visits
from db.desk_models import RecheckRow
from db.domain.decision import Decision, Verdict
from db.domain.events import RecheckDecided, VisitorRechecked
from db.domain.recheck import Recheck
from db.domain.screening import Screening
from db.models import VisitRow

_OF_VISIT = districts.once(
    select(RecheckRow)
    .where(RecheckRow.visit_id == bindparam("visit_id"))
    .order_by(RecheckRow.screened_at, RecheckRow.recheck_id)
)


def apply_rechecked(session: Session, event: VisitorRechecked) -> None:
    """Keep what was found. Raises LookupError when the visit is unknown."""
    if districts.get(session, VisitRow, event.visit_id) is None:
        raise LookupError(f"no visit {event.visit_id}")
    screening = event.screening
    if districts.get(session, RecheckRow, screening.screening_id) is None:
        session.add(
            RecheckRow(
                recheck_id=screening.screening_id,
                visit_id=event.visit_id,
                screened_at=screening.screened_at,
                screening=codec.to_json(screening).decode(),
            )
        )


def apply_decided(session: Session, event: RecheckDecided) -> None:
    """Keep the verdict; the first one counts. Raises LookupError when there is no such recheck."""
    row = districts.get(session, RecheckRow, event.recheck_id)
    if row is None:
        raise LookupError(f"no recheck {event.recheck_id}")
    if row.decision is not None:
        return
    decision = event.decision
    row.verdict, row.decision = decision.verdict, codec.to_json(decision).decode()
    visit = districts.get(session, VisitRow, decision.visit_id)
    if decision.verdict is Verdict.ESCORT:
        if visit is not None:
            visit.with_escort = True
        return  # of other entries than those that the visit was cleared of before
    screening = codec.from_json(row.screening, Screening)
    clearances.apply_decision(session, decision, screening, event.clears_until)


def open_of(session: Session, visit_id: UUID) -> list[Recheck]:
    """What staff have still to decide on this visit, oldest first."""
    rows = session.scalars(
        select(RecheckRow)
        .where(RecheckRow.visit_id == visit_id, RecheckRow.decision.is_(None))
        .order_by(RecheckRow.screened_at, RecheckRow.recheck_id)
    )
    return [value_of(r) for r in rows]


def of_visit(session: Session, visit_id: UUID) -> list[Recheck]:
    """Every time that the visit was screened again and something was found, oldest first."""
    return [value_of(r) for r in session.scalars(_OF_VISIT, {"visit_id": visit_id})]


def waiting_inside(session: Session, since: datetime) -> list[UUID]:
    """Who came in since then, is on site, and may be on a list now: nobody has decided yet."""
    return list(
        session.scalars(
            select(VisitRow.visit_id)
            .where(
                VisitRow.visit_id.in_(
                    select(RecheckRow.visit_id).where(RecheckRow.decision.is_(None))
                ),
                visits.is_on_site(),
                VisitRow.checked_in_at >= since,
            )
            .order_by(VisitRow.checked_in_at)
        )
    )


def denied_inside(session: Session) -> Iterator[tuple[UUID, Decision]]:
    """Who is on site although staff decided, after they had come in, that they must leave."""
    rows = session.execute(
        select(RecheckRow.visit_id, RecheckRow.decision)
        .join(VisitRow, VisitRow.visit_id == RecheckRow.visit_id)
        .where(visits.is_on_site(), RecheckRow.verdict == Verdict.DENY)
        .order_by(RecheckRow.screened_at)
    )
    seen: set[UUID] = set()
    for visit_id, decision in rows:
        if visit_id not in seen and decision is not None:
            seen.add(visit_id)
            yield visit_id, codec.from_json(decision, Decision)


def merged(rechecks: Iterable[Recheck]) -> Screening | None:
    """Several rechecks as the one screening that staff look at; None without any."""
    known = [r.screening for r in rechecks]
    if not known:
        return None
    first = known[0]
    matches = sorted((m for s in known for m in s.matches), key=lambda m: -m.bits)
    return Screening(
        screening_id=first.screening_id,
        screened_at=first.screened_at,
        engine_version=first.engine_version,
        lists=tuple(dict.fromkeys(v for s in known for v in s.lists)),
        matches=tuple(matches),
        hold_reasons=tuple(dict.fromkeys(r for s in known for r in s.hold_reasons)),
        cleared=tuple(c for s in known for c in s.cleared),
        lapsed=tuple(c for s in known for c in s.lapsed),
    )


def value_of(row: RecheckRow) -> Recheck:
    """The value of a row: for `db` only, rows never leave it."""
    return Recheck(
        row.recheck_id,
        row.visit_id,
        codec.from_json(row.screening, Screening),
        None if row.decision is None else codec.from_json(row.decision, Decision),
    )
