"""A kiosk is revoked, and what goes with it where it was stolen: all of it in one transaction.

Whoever has a kiosk may have cleared somebody by its word alone, and can try all PINs that it knew.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from admin_console.hub import aftermath, applying
from admin_console.hub import site as hub_site
from db import audit, clearances, codec, outbox, pairing, sites, visits
from db.audit import By
from db.domain.audit import About, Deed
from db.domain.clearance import Clearance
from db.domain.events import ClearanceEnded, DecisionMade
from db.domain.kiosks import RevokedKiosk
from db.log_models import EventBodyRow, EventRow

_DECIDED = "decision.made"
_EARLIEST = date(1970, 1, 1)
"""Nobody's kiosk is older, and earlier days are none in some time zones."""


@dataclass(frozen=True, slots=True)
class Revoker:
    """Who does it: for the audit, as staff read it, and as the log has it."""

    by: By
    name: str
    actor: str


def revoke(
    session: Session, kiosk_id: str, revoker: Revoker, now: datetime, since: date | None = None
) -> RevokedKiosk:
    """End its tokens at once, and with `since` what was cleared by decisions there from that day.

    Whatever those decisions say of when they were made, if they came since then. LookupError for an
    unknown kiosk. It may have been revoked before.
    """
    site_id = pairing.site_of(session, kiosk_id)
    if site_id is None:
        raise LookupError(f"no kiosk {kiosk_id}")
    ended = 0
    if since is not None:
        zone = ZoneInfo(hub_site.at(session, site_id).time_zone)
        start = datetime.combine(max(since, _EARLIEST), time.min, zone)
        visit_ids = set(_decided_there(session, kiosk_id, start))
        applying.before(session, visit_ids, now)
        given = clearances.of_visits(session, visit_ids)
        in_force = [c for c in given if c.site_id and clearances.is_in_force(c, now)]
        for clearance in in_force:
            end_clearance(session, clearance, revoker, now)
        ended = len(in_force)
    kiosk = pairing.revoke(session, kiosk_id, now)
    audit.note(
        session, revoker.by, Deed.KIOSK_REVOKED, now, about=About.KIOSK, about_id=kiosk_id,
        site_id=site_id,
    )  # fmt: skip
    names = sorted({pin["display_name"] for pin in sites.pins_of(session, site_id)})
    told = {field.name: getattr(kiosk, field.name) for field in fields(kiosk)}
    return RevokedKiosk(**told, ended_clearances=ended, knew_pins_of=tuple(names))


def end_clearance(
    session: Session, clearance: Clearance, revoker: Revoker, now: datetime
) -> Clearance:
    """Say in the log, to the kiosks and in the audit that it is over.

    Whatever waits of its visit is applied. Raises LookupError where that visit is not seen.
    """
    visit = visits.get(session, clearance.visit_id)
    if visit is None:
        raise LookupError(clearance.visit_id)
    outbox.add(
        session,
        hub_site.hub_device(session, hub_site.at(session, visit.site_id)),
        ClearanceEnded(clearance.clearance_id, revoker.name),
        now,
        actor=revoker.actor,
        visit_id=clearance.visit_id,
    )
    ended = clearances.get(session, clearance.clearance_id) or clearance
    aftermath.tell_of_clearance(session, ended)
    audit.note(
        session, revoker.by, Deed.CLEARANCE_ENDED, now, about=About.CLEARANCE,
        about_id=clearance.clearance_id, site_id=visit.site_id,
    )  # fmt: skip
    return ended


def _decided_there(session: Session, kiosk_id: str, start: datetime) -> Iterator[UUID]:
    """The visits on which the kiosk decided since then, by its own clock or by when it came.

    A line may name another visit than its body, which is what counts as long as it is kept.
    """
    since = or_(EventRow.received_at >= start, EventRow.occurred_at >= start)
    said = session.execute(
        select(EventRow.visit_id, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.device_id == kiosk_id, EventRow.event_type == _DECIDED, since)
    )
    for visit_id, body in said:
        if visit_id is not None:
            yield visit_id
        with suppress(codec.MalformedError, ValueError):
            event = codec.event_from_json(_DECIDED, body or b"")
            if isinstance(event, DecisionMade):
                yield event.decision.visit_id
