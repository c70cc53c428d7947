"""What the kiosk does for a visitor. Each function is the work of one transaction.

The caller gives the session, the moment and the `Desk`; nothing here knows Qt, cameras or paper.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db import clearances, clock_doubt, number_keys, outbox, photos, policy, visits, watchlists
from db.domain.days import Days
from db.domain.decision import Decision, Verdict
from db.domain.errors import PhotoError, StorageError, VestibuleError
from db.domain.events import (
    BadgeFailed,
    BadgePrinted,
    DecisionMade,
    VisitAbandoned,
    VisitCheckedIn,
    VisitCheckedOut,
    VisitorScreened,
)
from db.domain.people import Identity
from db.domain.screening import HoldReason, Screening
from db.domain.visit import CheckOutWay, Visit, VisitState
from db.ids import new_id
from db.outbox import Device
from db.screening.engine import ENGINE_VERSION, screen
from db.screening.index import Index
from kiosk.draft import VisitDraft
from kiosk.scan.documents import USUAL_RULES, DocumentRules
from kiosk.sync import unread

LOG = logging.getLogger(__name__)

Moments = tuple[datetime, ...]


class NotAdmittedError(VestibuleError):
    """Somebody would have got a badge without being cleared; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What stays the same from visitor to visit: who this kiosk is, and the site's rules."""

    device: outbox.Device
    zone: ZoneInfo
    number_key: bytes
    """The district's first key for hashes of ID numbers: see `db.number_keys`."""
    photos: Path
    typed_name_is_held: bool = True
    """Whether somebody without an ID waits for staff to vouch."""
    rules_version: str = "1"
    documents: DocumentRules = USUAL_RULES
    """What the school asks of an ID, whatever the lists say."""


@dataclass(frozen=True, slots=True)
class ScreenedVisit:
    """A visit after its screening. `decision` is set when staff decided on it before."""

    visit: Visit
    screening: Screening
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class NewBadge:
    """What is printed once: the token is stored nowhere else."""

    token: str
    code: str
    valid_until: datetime


def screen_visitor(
    session: Session,
    desk: Desk,
    identity: Identity,
    index: Index | None,
    now: datetime,
    *,
    clocks: Iterable[datetime] = (),
) -> ScreenedVisit:
    """Compare a visitor with every list and open the visit, or find the hold they come back to.

    `index` is None when the lists could not be loaded. Whatever goes wrong in the comparison is
    a hold, never a pass. `clocks`: what each clock says that may be right, beside `now`; empty
    when no other clock bears `now` out, and then what this database knows of the time counts too.
    """
    told = tuple(clocks)
    moments = _moments(session, now, told)
    days = clock_doubt.days_at(desk.zone, *moments)
    # A list's day is the hub's: by the hub's own time, where that is heard, its age is right.
    latest = now if told else max(moments)
    keys = number_keys.later(session)
    first_hash = _first_hash(desk, identity)
    number_hash = number_keys.lift(first_hash, keys)
    first_key = clearances.visitor_key(desk.number_key, identity, first_hash)
    key = number_keys.lift(first_key, keys)
    found = _screen(desk, identity, index, number_hash, now, days=days, latest=latest)
    screening = found
    if unread.CLEARANCE not in unread.kinds(session):  # else one may have ended that is here yet
        screening = clearances.consider(session, found, key, days)
    earlier = _visit_to_resume(session, desk, identity, number_hash, screening)
    if earlier is not None:
        return earlier
    visit_id = new_id(now)
    event = VisitorScreened(
        visit_id=visit_id,
        number=visits.next_number(session, desk.device.kiosk_id, _midnight(desk, now)),
        identity=_without_number(identity),
        number_hash=number_hash,
        screening=screening,
        visitor_key=key,
        key_id=number_keys.newest_id(keys),
    )
    outbox.add(
        session,
        desk.device,
        event,
        now,
        actor="visitor",
        visit_id=visit_id,
        watchlists={str(v.list_id): v.version for v in screening.lists},
    )
    return ScreenedVisit(_visit(session, visit_id), screening)


def record_decision(
    session: Session,
    desk: Desk,
    decision: Decision,
    staff_id: UUID,
    *,
    clocks: Iterable[datetime] = (),
) -> Decision:
    """Keep what a member of staff decided at the kiosk. Returns the decision in force.

    When the hub's decision came first, that one stays in force and this one is kept beside it.
    *Not this person* also clears the pairs for later visits, here at once and elsewhere by the hub,
    counted from the first day that it may be by the `clocks` (see `screen_visitor`).
    """
    clears_until = None
    if decision.verdict is Verdict.NOT_THIS_PERSON:
        moments = _moments(session, decision.decided_at, tuple(clocks))
        days = clock_doubt.days_at(desk.zone, *moments)
        clears_until = policy.of(session).clears_until(days.first)
    outbox.add(
        session,
        desk.device,
        DecisionMade(decision, clears_until),
        decision.decided_at,
        actor=f"staff:{staff_id}",
        visit_id=decision.visit_id,
    )
    return visits.decision_in_force(session, decision.visit_id) or decision


def check_in(
    session: Session, desk: Desk, draft: VisitDraft, badge: NewBadge, now: datetime
) -> Visit:
    """Let somebody in: photo, badge code and event together.

    Raises `NotAdmittedError` unless the visit was cleared, by its screening or by staff.
    """
    if draft.visit is None or draft.details is None:
        raise NotAdmittedError("The sign-in is not complete. Nothing was changed; start again.")
    visit = _visit(session, draft.visit.visit_id)
    if visit.state is not VisitState.CLEARED:
        raise NotAdmittedError("This visit was not cleared. Nothing was changed; ask the office.")
    photo = _keep_photo(session, desk, draft.photo, now) if draft.photo else ""
    event = VisitCheckedIn(
        visit_id=visit.visit_id,
        details=draft.details,
        with_escort=visit.with_escort,
        photo=photo,
        badge_token_hash=visits.hash_badge_token(badge.token),
        badge_code=badge.code,
        valid_until=badge.valid_until,
        agreed_to=desk.rules_version,
        signed=draft.signed,
    )
    outbox.add(session, desk.device, event, now, actor="visitor", visit_id=visit.visit_id)
    return _visit(session, visit.visit_id)


def _keep_photo(session: Session, desk: Desk, jpeg: bytes, now: datetime) -> str:
    """The photo's hash; empty when it could not be kept: that closes the desk to nobody."""
    try:
        sha256 = photos.keep(desk.photos, jpeg)
    except (PhotoError, StorageError) as error:
        LOG.warning("a visitor signs in without a photo: %s", error)
        return ""
    photos.remember(session, sha256, now)
    return sha256


def check_out(
    session: Session, desk: Desk, visit_id: UUID, way: CheckOutWay, now: datetime
) -> Visit:
    """Somebody leaves. Leaving twice changes nothing: the first time counts."""
    visit = _visit(session, visit_id)
    if visit.is_on_site():
        event = VisitCheckedOut(visit_id, way)
        outbox.add(session, desk.device, event, now, actor="visitor", visit_id=visit_id)
        visit = _visit(session, visit_id)
    return visit


def abandon(session: Session, desk: Desk, visit_id: UUID, now: datetime) -> None:
    """The visitor stopped before signing in. A decided or finished visit stays as it is."""
    visit = _visit(session, visit_id)
    if visit.state in (VisitState.CLEARED, VisitState.HELD):
        outbox.add(
            session, desk.device, VisitAbandoned(visit_id), now, actor="visitor", visit_id=visit_id
        )


def badge_settled(
    session: Session, desk: Desk, outcome: BadgePrinted | BadgeFailed, now: datetime
) -> None:
    """Note whether the badge came out. The check-in stands either way.

    A failed badge is said again, with its `sticker`, once a sticker is worn instead.
    """
    outbox.add(session, desk.device, outcome, now, actor="kiosk", visit_id=outcome.visit_id)


def _screen(
    desk: Desk,
    identity: Identity,
    index: Index | None,
    number_hash: str,
    now: datetime,
    *,
    days: Days,
    latest: datetime,
) -> Screening:
    screening_id = new_id(now)
    if index is None:
        return _failed(screening_id, now)
    try:
        found = screen(
            identity,
            index,
            number_hash=number_hash,
            now=now,
            screening_id=screening_id,
            days=days,
            latest=latest,
        )
    except Exception as error:  # noqa: BLE001  fail closed: whatever broke, a person decides
        LOG.error("a screening could not run (%s): it is a hold", type(error).__name__)  # noqa: TRY400  its words may hold a name
        return _failed(screening_id, now)
    reasons = [*found.hold_reasons, *desk.documents.hold_reasons(identity, days)]
    if identity.document is None and desk.typed_name_is_held:
        reasons.append(HoldReason.ID_NOT_READ)
    return replace(found, hold_reasons=tuple(reasons))


def _moments(session: Session, now: datetime, clocks: Moments) -> Moments:
    """What it may be now; whatever holds somebody by one of these holds them."""
    return (now, *(clocks or moments_alone(session, now)))


def moments_alone(session: Session, now: datetime) -> Moments:
    """What it may be beside `now` by what this database knows, where no other clock is heard."""
    imported = (known.imported_at for known in watchlists.all_lists(session))
    return clock_doubt.moments_alone(session, now, tuple(imported))


def _failed(screening_id: UUID, now: datetime) -> Screening:
    return Screening(
        screening_id,
        now,
        ENGINE_VERSION,
        lists=(),
        hold_reasons=(HoldReason.SCREENING_FAILED,),
    )


def _visit_to_resume(
    session: Session, desk: Desk, identity: Identity, number_hash: str, screening: Screening
) -> ScreenedVisit | None:
    """Find today's visit of the same person that staff still look at, or have just approved.

    Somebody who was denied is screened anew: it is staff who decide again, not the machine.
    Anybody can type a name: with a typed one, nobody comes to a hold that an ID opened, nor to an
    approval. Nor does anybody when the lists say by now what staff did not see, or at another
    school: its own staff decide. A visit that is not gone on with is given up for the new one.
    """
    now = screening.screened_at
    since = _midnight(desk, now)
    for visit in visits.of_person_since(session, identity, number_hash, since):
        before = visits.screening_of(session, visit.visit_id)
        decision = visits.decision_in_force(session, visit.visit_id)
        is_approved = visit.state is VisitState.CLEARED and decision is not None
        is_open = visit.state is VisitState.HELD or is_approved
        if before is None or not is_open or not _is_same_person(visit.identity, identity):
            continue
        if not _is_of_this_school(visit, desk.device):
            continue
        is_for_typed = visit.identity.document is None and not is_approved
        tells_nothing_new = _tells_nothing_new(screening, before) and (
            is_approved or not _is_cleared_since(screening, before)
        )
        if (number_hash or is_for_typed) and tells_nothing_new:
            return ScreenedVisit(visit, before, decision)
        if number_hash or visit.identity.document is None:
            abandon(session, desk, visit.visit_id, now)
    return None


def _is_of_this_school(visit: Visit, device: Device) -> bool:
    """A kiosk may have stood elsewhere this morning; a visit without a site is of before that."""
    return visit.kiosk_id == device.kiosk_id and visit.site_id in ("", device.site_id)


def _is_same_person(one: Identity, other: Identity) -> bool:
    names = (one.name.full.casefold(), other.name.full.casefold())
    return names[0] == names[1] and one.birth_date == other.birth_date


def _tells_nothing_new(screening: Screening, before: Screening) -> bool:
    def matches(of: Screening) -> set[tuple[UUID, UUID, int]]:
        return {(m.list_id, m.entry.entry_id, m.list_version) for m in of.matches}

    reasons_are_known = set(screening.hold_reasons) <= set(before.hold_reasons)
    return reasons_are_known and matches(screening) <= matches(before)


def _is_cleared_since(screening: Screening, before: Screening) -> bool:
    """Whether staff cleared, on another kiosk, what this hold still waits for."""
    cleared = {(c.match.list_id, c.match.entry.entry_id) for c in screening.cleared}
    return any((m.list_id, m.entry.entry_id) in cleared for m in before.matches)


def _first_hash(desk: Desk, identity: Identity) -> str:
    """The ID's number hashed with the district's first key; empty without a number."""
    if identity.document is None:
        return ""
    return visits.hash_document_number(desk.number_key, identity.document)


def _without_number(identity: Identity) -> Identity:
    if identity.document is None:
        return identity
    return replace(identity, document=replace(identity.document, number=""))


def _visit(session: Session, visit_id: UUID) -> Visit:
    visit = visits.get(session, visit_id)
    if visit is None:
        raise LookupError(f"no visit {visit_id}")
    return visit


def _midnight(desk: Desk, now: datetime) -> datetime:
    local = now.astimezone(desk.zone)
    return datetime(local.year, local.month, local.day, tzinfo=desk.zone).astimezone(UTC)


def next_midnight(zone: ZoneInfo, now: datetime) -> datetime:
    """When the site's day ends, in UTC."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)


def on_site_of(session: Session, desk: Desk, identity: Identity) -> list[Visit]:
    """Find the visits of whoever shows this ID that nobody saw end, newest first."""
    number_hash = number_keys.lift(_first_hash(desk, identity), number_keys.later(session))
    return visits.on_site_of_person(session, identity, number_hash)
