"""What staff do at the console. Each is one transaction: event, tables, and news for kiosks."""

from uuid import UUID

from admin_console.hub import applying
from admin_console.hub import site as hub_site
from admin_console.hub.context import Asker, Context
from db import audit, changes, outbox, visits
from db.domain.audit import About, Deed
from db.domain.events import VisitCheckedOut
from db.domain.visit import CheckOutWay, Visit


class NotOnSiteError(Exception):
    """The visit is not one that can be signed out."""


def check_out(context: Context, visit_id: UUID, asker: Asker) -> Visit:
    """Sign somebody out whom staff saw leave. Raises LookupError or `NotOnSiteError`."""
    with context.database.begin() as session:
        applying.before(session, [visit_id], context.now())
        visit = visits.locked(session, visit_id)
        now = context.now()  # once nobody else is at it: later moments come later
        if visit is None:
            raise LookupError(visit_id)
        if not visit.is_on_site():
            raise NotOnSiteError("This visitor is not on site any more.")
        outbox.add(
            session,
            hub_site.hub_device(session, hub_site.at(session, visit.site_id)),
            VisitCheckedOut(visit_id, CheckOutWay.STAFF),
            now,
            actor=asker.actor,
            visit_id=visit_id,
        )
        said = {"visit_id": visit_id, "at": now, "by": asker.display_name}
        changes.add(session, "check_out", said, site_id=visit.site_id)
        audit.note(
            session, asker.by, Deed.VISITOR_SIGNED_OUT, now, about=About.VISIT, about_id=visit_id
        )
        signed_out = visits.get(session, visit_id)
    context.wake.notify()
    return signed_out or visit
