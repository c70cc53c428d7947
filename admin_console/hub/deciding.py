"""What staff decide at the console, on somebody at the door or inside. Each is one transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from admin_console.hub import aftermath, applying, redating
from admin_console.hub import site as hub_site
from admin_console.hub.context import Asker, Context
from db import audit, changes, clearing, notices, outbox, rechecks, visits
from db.domain.audit import About, Deed
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Site
from db.domain.events import DecisionMade, RecheckDecided
from db.domain.notice import NoticeKind
from db.domain.recheck import Recheck
from db.domain.visit import Visit, VisitState
from db.ids import new_id
from db.list_fields import clean


class AlreadyDecidedError(Exception):
    """Somebody else was first; theirs is in force."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.decided_by} decided on this visit already.")
        self.decision = decision


@dataclass(frozen=True, slots=True)
class Choice:
    """A verdict with its reason."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class _Deciding:
    """Who decides what, when, at which site."""

    site: Site
    asker: Asker
    choice: Choice
    now: datetime
    clears_until: date | None

    def decision_on(self, visit_id: UUID) -> Decision:
        return Decision(
            decision_id=new_id(self.now),
            visit_id=visit_id,
            verdict=self.choice.verdict,
            reason=clean(self.choice.reason),
            decided_by=self.asker.display_name,
            decided_at=self.now,
            where=DecidedAt.CONSOLE,
        )


def decide(context: Context, visit_id: UUID, choice: Choice, asker: Asker) -> Decision:
    """Decide on a hold; the kiosk learns it from the feed. Of two at once, one waits and is told.

    Somebody inside may be held too, when a list has changed since: then the verdict says whether
    they may stay.

    Raises LookupError for an unknown visit, `AlreadyDecidedError`, and ValueError when the visit
    waits for no decision or the reason is empty.
    """
    version = 0
    with context.database.begin() as session:
        applying.before(session, [visit_id], context.now())
        visit = visits.locked(session, visit_id)
        now = context.now()  # once nobody else is at it: later moments come later
        if visit is None:
            raise LookupError(visit_id)
        site = hub_site.at(session, visit.site_id)
        is_clearing = choice.verdict is Verdict.NOT_THIS_PERSON
        term = clearing.term(session, ZoneInfo(site.time_zone), now) if is_clearing else None
        deciding = _Deciding(site, asker, choice, now, None if term is None else term.until)
        known = rechecks.of_visit(session, visit_id)
        later = [r for r in known if r.decision is None]
        if visit.is_on_site() and later:
            decision = _on_rechecks(session, deciding, later)
        else:
            decision, version = _at_the_door(session, deciding, visit, known)
            if later:
                _on_rechecks(session, deciding, later)
        if term is not None and term.is_for_now:
            redating.remember(session, visit_id, now)
        notices.settle(session, NoticeKind.ON_SITE, visit_id, asker.display_name, now)
        audit.note(
            session,
            asker.by,
            Deed.DECIDED,
            now,
            about=About.VISIT,
            about_id=visit_id,
            site_id=visit.site_id,
        )
    context.feed.tell(visit.site_id, version)
    context.wake.notify()
    return decision


def _at_the_door(
    session: Session, deciding: _Deciding, visit: Visit, known: list[Recheck]
) -> tuple[Decision, int]:
    """The decision, and the version of the feed by which its kiosk learns of it."""
    visit_id = visit.visit_id
    last = [r.decision for r in known if r.decision is not None]
    first = visits.decision_in_force(session, visit_id)
    if visit.is_on_site() and last:
        raise AlreadyDecidedError(last[-1])
    if first is not None:
        raise AlreadyDecidedError(first)
    if visit.state is not VisitState.HELD:
        raise ValueError("this visit does not wait for a decision")
    decision = deciding.decision_on(visit_id)
    event_id = outbox.add(
        session,
        hub_site.hub_device(session, deciding.site),
        DecisionMade(decision, deciding.clears_until),
        deciding.now,
        actor=deciding.asker.actor,
        visit_id=visit_id,
    )
    said = {"decision": decision, "event_id": event_id}
    version = changes.add(session, "decision", said, site_id=visit.site_id)
    screening = None if decision.verdict.admits else visits.screening_of(session, visit_id)
    aftermath.of_decision(session, decision, screening, deciding.now)
    return decision, version


def _on_rechecks(session: Session, deciding: _Deciding, later: list[Recheck]) -> Decision:
    """One verdict on all that newer lists say of somebody. Returns the first one's decision."""
    decisions: list[Decision] = []
    for recheck in later:
        decision = deciding.decision_on(recheck.visit_id)
        outbox.add(
            session,
            hub_site.hub_device(session, deciding.site),
            RecheckDecided(recheck.recheck_id, decision, deciding.clears_until),
            deciding.now,
            actor=deciding.asker.actor,
            visit_id=recheck.visit_id,
        )
        decisions.append(decision)
    first = decisions[0]
    aftermath.of_decision(session, first, rechecks.merged(later), deciding.now)
    return first
