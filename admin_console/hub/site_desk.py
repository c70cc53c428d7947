"""Sites as the district changes them: kiosks and the audit learn of it in one transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from db import audit, changes, pairing, pairing_requests, sites
from db.domain.audit import About, Deed
from db.domain.sites import KnownSite, SiteDraft
from db.engine import Database


def add(database: Database, draft: SiteDraft, by: audit.By, now: datetime) -> KnownSite:
    """Open a site. Raises `ConfigError` in words for a name or time zone that will not do."""
    with database.begin() as session:
        opened = sites.add(session, draft, now)
        hub_site.tell_kiosks(session, opened.site_id)
        changes.add(
            session, "staff_pins", sites.pins_of(session, opened.site_id), site_id=opened.site_id
        )
        _note(session, by, Deed.SITE_OPENED, opened, now)
    return opened


def change(
    database: Database,
    site_id: str,
    draft: SiteDraft,
    by: audit.By,
    now: datetime,
    *,
    expect: Callable[[list[KnownSite]], None] | None = None,
) -> KnownSite:
    """Call it otherwise, or move its clock. Raises `LookupError` or `ConfigError`.

    `expect` raises where the sites are not as they were seen; nobody else changes one meanwhile.
    """
    with database.begin() as session:
        if expect is not None:
            expect(sites.locked(session))
        changed = sites.change(session, site_id, draft)
        hub_site.tell_kiosks(session, site_id)
        _note(session, by, Deed.SITE_CHANGED, changed, now)
    return changed


def close(database: Database, site_id: str, by: audit.By, now: datetime) -> KnownSite:
    """End a site and its kiosks' tokens; nobody is let in there any more.

    Raises `LookupError` or `ConfigError`.
    """
    with database.begin() as session:
        closed = sites.close(session, site_id, now)
        for kiosk in pairing.kiosks(session):
            if kiosk.site_id == site_id and kiosk.revoked_at is None:
                pairing.revoke(session, kiosk.kiosk_id, now)
        pairing_requests.forget_site(session, site_id)
        _note(session, by, Deed.SITE_CLOSED, closed, now)
    return closed


def _note(session: Session, by: audit.By, deed: Deed, site: KnownSite, now: datetime) -> None:
    audit.note(
        session, by, deed, now, about=About.SITE, about_id=site.site_id, site_id=site.site_id
    )
