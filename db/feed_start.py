"""What a kiosk needs that has read nothing of the feed yet: how things stand, not how they came so.

A feed of years holds every decision ever made, with names and reasons. A new kiosk is told of none
of them; one that was paired again is told what became of its own visits meanwhile.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import (
    authorities,
    changes,
    clearances,
    codec,
    number_keys,
    policy,
    settings,
    sites,
    visits,
    watchlists,
)
from db.changes import Change
from db.domain.desk import Site
from db.domain.visit import CheckOutWay, Host, VisitState
from db.models import DecisionRow, VisitRow

OWN_VISITS = timedelta(days=30)
"""A kiosk that was away for longer learns nothing more of visits that are over."""
_OPEN = (VisitState.HELD, VisitState.ON_SITE)


HOSTS = "hosts {site_id}"
"""The setting that holds a site's hosts, on the hub."""


def snapshot(session: Session, kiosk_id: str, site: Site | None, now: datetime) -> list[Change]:
    """Everything in force at the kiosk's site, as changes that end at the feed's newest version.

    All but the last one have version 0: a kiosk that stops in between begins again.
    """
    newest = changes.newest(session)  # first: whatever commits meanwhile comes once more, later
    if newest is None:
        return []
    parts = [
        (kind, codec.to_json(value).decode())
        for kind, value in _parts(session, kiosk_id, site, now)
    ]
    last_kind, last_body = parts[-1]
    return [
        *(Change(0, kind, body) for kind, body in parts[:-1]),
        Change(newest.version, last_kind, last_body, newest.mark),
    ]


def _parts(
    session: Session, kiosk_id: str, site: Site | None, now: datetime
) -> list[tuple[str, object]]:
    site_id, known_by = "" if site is None else site.site_id, authorities.in_force(session)
    parts: list[tuple[str, object]] = [
        ("policy", policy.of(session)),
        *([] if known_by is None else [(authorities.KIND, known_by)]),
        ("number_keys", number_keys.sealed(session)),  # before what is hashed with them
        ("staff_pins", sites.pins_of(session, site_id)),
    ]
    hosts = settings.read(session, HOSTS.format(site_id=site_id), list[Host])
    if hosts is not None:
        parts.append(("hosts", hosts))
    parts += [("clearance", c) for c in clearances.not_expired(session, now, site_id)]
    parts += _of_own_visits(session, kiosk_id, now)
    parts += [("watchlist", known) for known in watchlists.all_lists(session)]
    if site is not None:
        parts.append(("site", site))
    return parts


def _of_own_visits(session: Session, kiosk_id: str, now: datetime) -> list[tuple[str, object]]:
    own = (
        VisitRow.kiosk_id == kiosk_id,
        or_(VisitRow.started_at >= now - OWN_VISITS, VisitRow.state.in_(_OPEN)),
    )
    decided = session.scalars(
        select(DecisionRow)
        .join(VisitRow, VisitRow.visit_id == DecisionRow.visit_id)
        .where(DecisionRow.superseded.is_(False), *own)
        .order_by(DecisionRow.decided_at)
    )
    parts: list[tuple[str, object]] = [
        # The id is that of the hub's event, which no kiosk keeps: the decision's stands for it.
        ("decision", {"decision": visits.decision_value(row), "event_id": row.decision_id})
        for row in decided
    ]
    left = session.scalars(
        select(VisitRow).where(VisitRow.checked_out_by == CheckOutWay.STAFF, *own)
    )
    parts += [
        ("check_out", {"visit_id": row.visit_id, "at": row.checked_out_at, "by": ""})
        for row in left
    ]
    return parts
