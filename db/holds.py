"""Who waits for a decision, at the door or inside, and whom the office decided against."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from db import clearing, custody, districts, policy, rechecks, visits
from db.clearing import Term
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Alarm, EarlierVisit, Hold, TurnedAway
from db.domain.policy import DeskPolicy
from db.domain.screening import Screening
from db.domain.visit import Visit, VisitState
from db.models import DecisionRow, VisitRow
from db.story import LET_IN_ANYWAY, WITHOUT_ESCORT

EARLIER = 3
LOBBY_MINUTES = timedelta(minutes=10)
"""For so long somebody who was not admitted may still stand there."""
FOUND_INSIDE = "Found on a list after signing in, and must leave"
SEND_ESCORT = "Send the escort to them."


def waiting(
    session: Session, kiosk_names: dict[str, str], zone: ZoneInfo, now: datetime
) -> list[Hold]:
    """The day's holds, oldest first; nobody waits in the lobby since yesterday.

    The history keeps those of earlier days.
    """
    local = now.astimezone(zone)
    midnight = datetime(local.year, local.month, local.day, tzinfo=zone).astimezone(UTC)
    rows = session.scalars(
        select(VisitRow).where(VisitRow.state == VisitState.HELD, VisitRow.started_at >= midnight)
    ).all()
    rules = policy.of(session)
    found = [_at_the_door(session, row, kiosk_names) for row in rows]
    for visit_id in rechecks.waiting_inside(session, midnight):
        row = districts.get(session, VisitRow, visit_id)
        if row is not None:
            found.append(_inside(session, row, kiosk_names))
    holds = [hold for hold in found if hold is not None]
    if not holds:
        return []
    term = clearing.term(session, zone, now)
    held = [_with_rules(session, hold, rules, local, term) for hold in holds]
    return sorted(held, key=lambda hold: hold.held_since)


def alarms(session: Session) -> Iterator[Alarm]:
    """Who is on site although the office decided against, oldest first.

    A PIN at a kiosk that did not hear of the office's decision in time lets somebody in, or lets
    them in without the escort that the office had asked for. The check-in is a fact and stays one;
    so does the decision that came first. And somebody who was let in may be found on a list later.
    """
    words = policy.of(session).denial_words
    rows = session.execute(
        select(VisitRow, DecisionRow)
        .join(DecisionRow, DecisionRow.visit_id == VisitRow.visit_id)
        .where(
            visits.is_on_site(),
            DecisionRow.superseded.is_(False),
            or_(
                DecisionRow.verdict == Verdict.DENY,
                and_(DecisionRow.verdict == Verdict.ESCORT, _was_let_in_alone()),
            ),
        )
        .order_by(VisitRow.checked_in_at)
    ).all()
    seen: set[UUID] = set()
    for row, decided in rows:
        visit, decision = visits.value_of(row), visits.decision_value(decided)
        if decision.verdict.admits:
            yield Alarm(visit, decision, WITHOUT_ESCORT, SEND_ESCORT)
            continue
        seen.add(visit.visit_id)
        yield _alarm(session, visit, decision, LET_IN_ANYWAY, words)
    for visit_id, decision in rechecks.denied_inside(session):
        inside = visits.get(session, visit_id)
        if inside is not None and visit_id not in seen:
            yield _alarm(session, inside, decision, FOUND_INSIDE, words)


def _was_let_in_alone() -> ColumnElement[bool]:
    """A PIN at the kiosk, which had not heard of the office, admitted them without an escort."""
    other = aliased(DecisionRow)
    return exists(
        select(other.decision_id).where(
            other.visit_id == VisitRow.visit_id,
            other.superseded.is_(True),
            other.where == DecidedAt.KIOSK,
            other.verdict.in_((Verdict.APPROVE, Verdict.NOT_THIS_PERSON)),
            other.decided_at <= VisitRow.checked_in_at,
        )
    )


def turned_away(session: Session, now: datetime) -> Iterator[TurnedAway]:
    """Who was not admitted in the last minutes, oldest first, with what the office does then."""
    words = policy.of(session).denial_words
    rows = session.execute(
        select(VisitRow, DecisionRow)
        .join(DecisionRow, DecisionRow.visit_id == VisitRow.visit_id)
        .where(
            VisitRow.state == VisitState.DENIED,
            DecisionRow.superseded.is_(False),
            DecisionRow.verdict == Verdict.DENY,
            DecisionRow.decided_at >= now - LOBBY_MINUTES,
        )
        .order_by(DecisionRow.decided_at)
    ).all()
    for row, against in rows:
        told = on_denial(visits.screening_of(session, row.visit_id), words)
        if told:
            yield TurnedAway(visits.value_of(row), visits.decision_value(against), told)


def earlier_visits(session: Session, visit: Visit, number_hash: str) -> list[Visit]:
    """The same person's visits before this one, newest first."""
    found = visits.of_person_since(
        session, visit.identity, number_hash, datetime(1970, 1, 1, tzinfo=UTC)
    )
    return [v for v in found if v.visit_id != visit.visit_id and v.started_at <= visit.started_at]


def on_denial(screening: Screening | None, words: str) -> str:
    """What the office does when it does not admit: what entries say, then the school's words."""
    matches = screening.matches if screening is not None else ()
    told = [m.entry.instructions for m in matches if m.entry.instructions]
    return " ".join(part for part in dict.fromkeys([*told, words]) if part)


def _alarm(session: Session, visit: Visit, decision: Decision, why: str, words: str) -> Alarm:
    found = rechecks.merged(rechecks.of_visit(session, visit.visit_id))
    screening = found or visits.screening_of(session, visit.visit_id)
    return Alarm(visit, decision, why, on_denial(screening, words))


def _at_the_door(session: Session, row: VisitRow, kiosk_names: dict[str, str]) -> Hold | None:
    """A hold as the kiosk screened it, with what a newer list says since."""
    screening = visits.screening_of(session, row.visit_id)
    if screening is None:
        return None
    later = rechecks.merged(rechecks.open_of(session, row.visit_id))
    if later is not None:
        screening = replace(
            screening,
            matches=(*screening.matches, *later.matches),
            hold_reasons=tuple(dict.fromkeys((*screening.hold_reasons, *later.hold_reasons))),
            lapsed=(*screening.lapsed, *later.lapsed),
        )
    return _hold(session, row, screening, kiosk_names)


def _inside(session: Session, row: VisitRow, kiosk_names: dict[str, str]) -> Hold | None:
    screening = rechecks.merged(rechecks.open_of(session, row.visit_id))
    if screening is None:
        return None
    return replace(_hold(session, row, screening, kiosk_names), is_inside=True)


def _hold(
    session: Session, row: VisitRow, screening: Screening, kiosk_names: dict[str, str]
) -> Hold:
    visit = visits.value_of(row)
    earlier = earlier_visits(session, visit, row.number_hash)
    decided = visits.decisions_of(session, [v.visit_id for v in earlier])
    return Hold(
        visit=visit,
        screening=screening,
        held_since=screening.screened_at,
        kiosk_name=kiosk_names.get(visit.kiosk_id, visit.kiosk_id),
        earlier_visits=tuple(_earlier(session, v) for v in earlier[:EARLIER]),
        earlier_decisions=tuple(reversed(decided))[:EARLIER],
    )


def _with_rules(
    session: Session, hold: Hold, rules: DeskPolicy, local: datetime, term: Term
) -> Hold:
    row = districts.get(session, VisitRow, hold.visit.visit_id)
    can_clear = row is not None and bool(row.visitor_key) and bool(hold.screening.matches)
    return replace(
        hold,
        clears_until=term.until if can_clear else None,
        is_clearing_for_now=can_clear and term.is_for_now,
        on_denial=on_denial(hold.screening, rules.denial_words),
        briefs=custody.briefs(session, hold.screening.matches, local),
    )


def _earlier(session: Session, visit: Visit) -> EarlierVisit:
    decision = visits.decision_in_force(session, visit.visit_id)
    host = visit.details.host if visit.details is not None else None
    if decision is not None:
        outcome = "Approved" if decision.verdict.admits else "Not admitted"
    else:
        outcome = "Left early" if visit.state is VisitState.ABANDONED else "No match"
    place = "" if host is None else host.place or host.name
    return EarlierVisit(visit.visit_id, visit.started_at, place, outcome)
