"""What is forgotten of visits whose days are over. The log still verifies: see `db.chain`.

Of a visit stay its times, its kiosk and number, the visitor's type, and how it was screened and
decided, for figures. Names, birth dates, documents, hashes of them, hosts and purposes, the people
of lists who were compared, and who decided and why are blanked, and so are the events' bodies.
A visit whose end nobody saw is forgotten a week later than others, for nobody is inside that long;
on a kiosk none is of which its hub is still to get something. Of what was parked, the bodies go by
their age.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from db import (
    audit,
    changes,
    clock_doubt,
    codec,
    late_facts,
    list_history,
    list_told,
    notices,
    outbox,
    policy,
    webhook_tries,
    wrong_times,
    wrongly_dated,
)
from db.desk_models import ClearanceRow, NoticeRow, RecheckRow, RescreenDueRow
from db.domain.clearance import Clearance
from db.domain.decision import Decision
from db.domain.people import Sex
from db.domain.policy import AUDIT_DAYS, DeskPolicy
from db.domain.screening import Screening
from db.domain.visit import VisitState
from db.engine import Database
from db.hub_models import ChangeRow
from db.log_models import EventBodyRow, EventRow
from db.models import DecisionRow, ScreeningRow, VisitRow

AT_ONCE = 200
"""Visits in one transaction: nobody at a desk waits for longer than that takes."""
LOOKS_A_RUN = 20
"""Looks for facts that came late, in one run: as many events as a school has in months."""
MOST_A_RUN = 5_000
"""Visits in one run, which nothing interrupts: a hub that is stopped waits for it to end."""
ERASED = "(erased)"
"""In place of a decision's reason and person: a decision without them is none."""
OPEN_FOR = timedelta(days=7)
"""So much longer a visit is kept that has no end: nobody signs out by themselves at night."""
_OPEN = (VisitState.HELD, VisitState.CLEARED, VisitState.ON_SITE)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one run did.

    Of so many visits it was forgotten who came, so many deeds went from the audit, and of so many
    entries that are on no list any more it was blanked what they said.
    """

    visits: int = 0
    deeds: int = 0
    entries: int = 0
    is_certain: bool = True
    """If not, the clock is to be looked at again soon (`clock_doubt.Found`)."""
    is_late_left: bool = False
    """Events were not all looked at for facts that came late."""

    @property
    def is_more(self) -> bool:
        """Whether others may be due still: one run does no more."""
        return self.is_late_left or max(self.visits, self.deeds, self.entries) >= MOST_A_RUN


def forget_when_certain(database: Database, now: datetime, *, is_kiosk: bool) -> Forgotten:
    """As `forget_old_visits`, and nothing while the clock is in doubt (`db.clock_doubt`).

    At the hub administrators are told of a doubt, and what is old in the audit, of notices and of
    people who are on no list any more goes too.
    """
    look = clock_doubt.look if is_kiosk else notices.look_at_clock
    with database.begin() as session:
        clock = look(session, now)
    if clock.is_settled:
        with database.begin() as session:  # apart, since a notice locks what a decision needs
            wrongly_dated.find(session, now, _has_facts(), is_kiosk=is_kiosk)
    if not clock.is_believed:
        return Forgotten(is_certain=False)
    deeds = entries = 0
    if not is_kiosk:
        deeds = forget_old_deeds(database, now)
        entries = forget_gone_entries(database, now)
    visits = forget_old_visits(database, now, is_kiosk=is_kiosk)
    is_late_left = forget_late_facts(database, is_kiosk=is_kiosk)
    return Forgotten(visits, deeds, entries, clock.is_certain, is_late_left)


def forget_old_deeds(database: Database, now: datetime) -> int:
    """Delete what is older in the audit than the policy's days, if it has any. Returns how many.

    Raises `StorageError`; what was deleted until then stays deleted.
    """
    done, is_more = 0, True
    while is_more and done < MOST_A_RUN:
        with database.begin() as session:
            days = policy.of(session).audit_keep_days
            some = audit.forget(session, now - timedelta(days=days)) if days else 0
        done, is_more = done + some, some == audit.AT_ONCE
    return done


def forget_gone_entries(database: Database, now: datetime) -> int:
    """Forget who is on no list any more, and notices about no visit, as long after as visits.

    But not within a year: until then it is asked who took somebody off a list, and why. Returns
    how many entries, `MOST_A_RUN` at most.

    Raises `StorageError`; what was forgotten until then stays forgotten.
    """
    with database.read() as session:
        before = _before_which_gone(session, now)
        gone = list_history.gone(session, before, MOST_A_RUN)
    with database.begin() as session:
        notices.forget(session, _before_which_gone(session, now))
    for first in range(0, len(gone), AT_ONCE):
        some = gone[first : first + AT_ONCE]
        with database.begin() as session:
            list_history.blank(session, _before_which_gone(session, now), some)
    return len(gone)


def _before_which_gone(session: Session, now: datetime) -> datetime:
    return now - timedelta(days=max(days_of(policy.of(session)), AUDIT_DAYS))


def forget_old_visits(database: Database, now: datetime, *, is_kiosk: bool) -> int:
    """Forget the visits that are older than the policy's days. Returns how many.

    Where it returns `MOST_A_RUN` or more, others may be due still.

    Raises `StorageError`; what was forgotten until then stays forgotten.
    """
    done = 0
    while done < MOST_A_RUN:
        with database.begin() as session:
            rules = policy.of(session)
            before = now - timedelta(days=days_of(rules))
            some = _due(session, before, is_kiosk=is_kiosk)
            _forget(session, some)
            _settle_wrongly_dated(session, before)
            if len(some) < AT_ONCE:
                _forget_beside(session, before, now)
                return done + len(some)
        done += len(some)
    return done


def forget_late_facts(database: Database, *, is_kiosk: bool) -> bool:
    """Forget what came of visits that were forgotten already. Returns whether some may be left.

    Raises `StorageError`; what was forgotten until then stays forgotten.
    """
    for _ in range(LOOKS_A_RUN):
        with database.read() as session:
            if is_kiosk:
                is_kept = or_(_has_facts(), _is_to_go(session))
                late = late_facts.at_kiosk(session, is_kept)
            else:
                late = late_facts.at_hub(session, _has_facts())
        for first in range(0, len(late.visit_ids), AT_ONCE):
            some = late.visit_ids[first : first + AT_ONCE]
            with database.begin() as session:
                _forget(session, some)
                _blank_decisions(session, DecisionRow.visit_id.in_(some))
        if not is_kiosk:
            with database.begin() as session:
                late_facts.move_on(session, late)
        if not late.is_more:
            return False
    return True


def days_of(rules: DeskPolicy) -> int:
    """For how many days it is kept who came: as long as visits are screened again, at least."""
    return max(rules.visit_keep_days, rules.rescreen_days)


def kept(session: Session) -> tuple[int, datetime | None]:
    """Of how many visits it is still known who came, and when the oldest of them began."""
    query = select(func.count(), func.min(VisitRow.started_at)).where(_has_facts())
    visits, oldest_at = session.execute(query).one()
    return visits, oldest_at


def _due(session: Session, before: datetime, *, is_kiosk: bool) -> list[UUID]:
    is_closed = VisitRow.state.not_in(_OPEN)
    is_over = wrong_times.is_over(session, VisitRow.started_at, before)
    ways = [and_(is_over, or_(is_closed, VisitRow.started_at < before - OPEN_FOR))]
    if wrongly := wrongly_dated.over(session, before):
        longer = VisitRow.visit_id.in_(wrongly_dated.over(session, before - OPEN_FOR))
        ways.append(and_(VisitRow.visit_id.in_(wrongly), or_(is_closed, longer)))
    is_kept = _is_to_go(session) if is_kiosk else _is_undated(before)
    found = list[UUID]()
    for each in ways:  # apart: each has an index of its own
        query = (
            select(VisitRow.visit_id)
            .where(each, _has_facts(), ~is_kept)
            .order_by(VisitRow.started_at)
            .limit(AT_ONCE)
        )
        found += [visit_id for visit_id in session.scalars(query) if visit_id not in found]
    return found[:AT_ONCE]


def _settle_wrongly_dated(session: Session, before: datetime) -> None:
    """Of whom is forgotten what they did is blanked too: it was dated by the same wrong clock."""
    over = wrongly_dated.over(session, before)
    if not over:
        return
    with_facts = select(VisitRow.visit_id).where(VisitRow.visit_id.in_(over), _has_facts())
    gone = set(over) - set(session.scalars(with_facts))
    _blank_decisions(session, DecisionRow.visit_id.in_(gone))
    wrongly_dated.drop(session, gone)


def _blank_decisions(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(DecisionRow)
        .where(which, DecisionRow.decided_by != ERASED)
        .values(reason=ERASED, decided_by=ERASED),
        execution_options=_UNSEEN,
    )


def _has_facts() -> ColumnElement[bool]:
    """Whether the row still says who came. An event that came late may have told it again."""
    return or_(
        VisitRow.search_name != "",
        VisitRow.given_name != "",
        VisitRow.family_name != "",
        VisitRow.birth_date.is_not(None),
        VisitRow.document.is_not(None),
        VisitRow.details.is_not(None),
        VisitRow.number_hash != "",
        VisitRow.visitor_key != "",
        VisitRow.badge_token_hash != "",
    )


def _is_undated(before: datetime) -> ColumnElement[bool]:
    """Whether its kiosk's clock was dead when it began, and the hub heard of it since."""
    return and_(
        VisitRow.started_at < wrong_times.NO_EARLIER,
        exists().where(EventRow.visit_id == VisitRow.visit_id, EventRow.received_at >= before),
    )


def _is_to_go(session: Session) -> ColumnElement[bool]:
    """Whether the hub gets an event of the visit yet, which goes out with its body."""
    return exists(
        select(EventRow.event_id).where(
            EventRow.visit_id == VisitRow.visit_id, outbox.is_to_go(session)
        )
    )


def _forget(session: Session, visit_ids: Sequence[UUID]) -> None:
    if not visit_ids:
        return
    # Who writes of a visit at this moment is done before: it would stay for ever otherwise.
    theirs = select(VisitRow.visit_id).where(VisitRow.visit_id.in_(visit_ids))
    session.execute(theirs.order_by(VisitRow.visit_id).with_for_update())
    events = select(EventRow.event_id).where(EventRow.visit_id.in_(visit_ids))
    session.execute(
        delete(EventBodyRow).where(EventBodyRow.event_id.in_(events)), execution_options=_UNSEEN
    )
    for screening in session.scalars(
        select(ScreeningRow).where(ScreeningRow.visit_id.in_(visit_ids))
    ):
        screening.screening = _without_people(screening.screening)
    for recheck in session.scalars(select(RecheckRow).where(RecheckRow.visit_id.in_(visit_ids))):
        recheck.screening = _without_people(recheck.screening)
        if recheck.decision is not None:
            decision = codec.from_json(recheck.decision, Decision)
            recheck.decision = _json(replace(decision, reason=ERASED, decided_by=ERASED))
    for kind in (NoticeRow, RescreenDueRow):
        session.execute(delete(kind).where(kind.visit_id.in_(visit_ids)), execution_options=_UNSEEN)
    session.execute(
        update(VisitRow)
        .where(VisitRow.visit_id.in_(visit_ids))
        .values(
            given_name="",
            middle_name="",
            family_name="",
            suffix="",
            search_name="",
            birth_date=None,
            sex=Sex.UNSPECIFIED,
            document=None,
            number_hash="",
            visitor_key="",
            details=None,
            photo="",
            badge_token_hash="",
            badge_code="",
            sticker="",
        ),
        execution_options=_UNSEEN,
    )
    session.flush()


def _forget_beside(session: Session, before: datetime, now: datetime) -> None:
    """Decisions and clearances, which a kiosk also has of visits that it does not know."""
    is_old = partial(wrong_times.is_over, session, before=before)
    decided = exists().where(VisitRow.visit_id == DecisionRow.visit_id, _has_facts())
    _blank_decisions(session, is_old(DecisionRow.decided_at) & ~decided)
    cleared = exists().where(VisitRow.visit_id == ClearanceRow.visit_id, _has_facts())
    is_over = or_(is_old(ClearanceRow.ended_at), ClearanceRow.expires_on < before.date())
    session.execute(delete(ClearanceRow).where(is_over, ~cleared), execution_options=_UNSEEN)
    # What a hub could not apply is of no visit that it knows.
    parked = select(EventRow.event_id).where(
        EventRow.parked.is_not(None), is_old(EventRow.received_at)
    )
    session.execute(
        delete(EventBodyRow).where(EventBodyRow.event_id.in_(parked)), execution_options=_UNSEEN
    )
    _forget_told(session, before, now)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the hub's feed says of a decision, as far as it matters here."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class _SignedOut:
    """What it says of whom staff signed out, as far as it matters here."""

    at: datetime


def _forget_told(session: Session, before: datetime, now: datetime) -> None:
    """What kiosks were told of decisions and clearances: nobody has to learn it any more."""
    changes.drop_bodies(session)
    list_told.forget_people(session)
    places = set(changes.newest_by_site(session, 0).values())
    is_old = partial(wrong_times.is_old, wrong_times.spans(session), before=before)
    webhook_tries.forget_aside(session, is_old, _has_facts())
    for kind in ("decision", "clearance", "check_out"):
        rows = session.scalars(
            select(ChangeRow).where(ChangeRow.kind == kind).order_by(ChangeRow.version)
        )
        for row in rows:
            if kind == "decision":
                told_at = codec.from_json(row.body, _Told).decision.decided_at
                is_over = is_old(told_at)
            elif kind == "check_out":
                told_at = codec.from_json(row.body, _SignedOut).at
                is_over = is_old(told_at)
            else:
                clearance = codec.from_json(row.body, Clearance)
                told_at = clearance.decided_at
                is_over = clearance.expires_on < before.date() or (
                    clearance.ended_at is not None and is_old(clearance.ended_at)
                )
            if before <= told_at <= now:
                break  # the others are newer; a clock that was ahead tells nothing of them
            if not is_over:
                continue
            if row.version in places:  # kiosks stand there
                changes.drop(session, row)
            else:  # by its own statement: another hub may have deleted it meanwhile
                session.execute(delete(ChangeRow).where(ChangeRow.version == row.version))
    session.flush()


def _without_people(text: str) -> str:
    """A screening with its outcome and lists, without whom it compared."""
    return _json(replace(codec.from_json(text, Screening), matches=(), cleared=(), lapsed=()))


def _json(value: object) -> str:
    return codec.to_json(value).decode()


_UNSEEN = {"synchronize_session": False}
"""No row of this session holds what a statement changes."""
