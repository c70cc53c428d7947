"""What ``vestibule-hub sites`` does."""

from datetime import UTC, datetime

from admin_console.hub import site_desk
from admin_console.hub.commands import existing, set_up
from db import audit, pairing, sites, watchlists
from db.domain.sites import SiteDraft


def add(url: str, name: str, time_zone: str) -> str:
    """Open a site; without a time zone it has the first one's. Raises `ConfigError` in words."""
    with set_up(url) as database:
        with database.read() as session:
            first = sites.first(session)
        zone = time_zone or (first.time_zone if first is not None else "")
        opened = site_desk.add(database, SiteDraft(name, zone), audit.TERMINAL, _now())
        with database.read() as session:
            shared = [w.name for w in watchlists.all_lists(session) if not w.site_id]
    said = f"{opened.name} is open ({opened.time_zone}). "
    if shared:
        said += f"It screens by the district's lists: {', '.join(shared)}."
    else:
        said += (
            "Look: the district has no list, so its kiosks screen by nothing until you give it "
            "one: vestibule-hub lists import, or lists share."
        )
    return (
        f'{said}\nNext: vestibule-hub pair --site "{opened.name}", and vestibule-hub staff add '
        f'NAME --site "{opened.name}"'
    )


def everyone(url: str) -> str:
    with existing(url) as database, database.read() as session:
        known, kiosks = sites.everyone(session), pairing.kiosks(session)
    lines = []
    for site in known:
        count = sum(k.site_id == site.site_id and k.revoked_at is None for k in kiosks)
        said = f"{site.name}  {site.site_id}  {site.time_zone}  kiosks: {count}"
        if site.closed_at is not None:
            said += f"  closed {site.closed_at:%Y-%m-%d}"
        lines.append(said)
    return "\n".join(lines) or "There are no sites yet: start the hub once."


def change(url: str, name: str, new_name: str, time_zone: str) -> str:
    """Call a site otherwise, or move its clock. Raises `ConfigError` in words."""
    with set_up(url) as database:
        with database.read() as session:
            site_id = sites.named(session, name).site_id
        draft = SiteDraft(new_name, time_zone)
        changed = site_desk.change(database, site_id, draft, audit.TERMINAL, _now())
    return f"It is {changed.name} now, in {changed.time_zone}; its kiosks learn it at once."


def close(url: str, name: str) -> str:
    """End a site and its kiosks. Raises `ConfigError` in words."""
    with set_up(url) as database:
        with database.read() as session:
            site_id = sites.named(session, name).site_id
        closed = site_desk.close(database, site_id, audit.TERMINAL, _now())
    return f"{closed.name} is closed, and its kiosks are revoked. What was there is kept."


def _now() -> datetime:
    return datetime.now(UTC)
