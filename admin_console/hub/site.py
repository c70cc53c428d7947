"""Which school and district a hub serves, and the key for its hashes. Made once, then kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db import audit, chain, changes, settings, signing, tree
from db.domain.audit import Deed
from db.domain.desk import Site
from db.domain.errors import ConfigError
from db.ids import new_id
from db.outbox import Device

SITE = "site"
NUMBER_KEY = "number_key"
SIGNING_KEY = "signing_key"
LOG_ID = "log_id"
EPOCH = "hub_epoch"
"""The setting that says which chain the hub speaks in; the first one, until it was restored."""


@dataclass(frozen=True, slots=True)
class SiteNames:
    """What an operator may say of the site; None leaves what is known."""

    district_name: str | None = None
    site_name: str | None = None
    time_zone: str | None = None


def of(session: Session) -> Site | None:
    return settings.read(session, SITE, Site)


def ensure(session: Session, names: SiteNames, now: datetime) -> Site:
    """The site, made with sensible names when the database is new, renamed when asked for."""
    known = of(session)
    zone = names.time_zone or (known.time_zone if known else _local_zone())
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"There is no time zone {zone!r}. Write it like America/Chicago. Nothing was changed."
        ) from error
    site = Site(
        district_id=known.district_id if known else str(new_id(now)),
        district_name=names.district_name or (known.district_name if known else "My district"),
        site_id=known.site_id if known else str(new_id(now)),
        name=names.site_name or (known.name if known else "My school"),
        time_zone=zone,
    )
    if site != known:
        settings.write(session, SITE, site)
        changes.add(session, "site", site)
        if known is not None:
            audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, now)
    if settings.read(session, NUMBER_KEY, str) is None:
        settings.write(session, NUMBER_KEY, secrets.token_hex(32))
    if settings.read(session, SIGNING_KEY, str) is None:
        settings.write(session, SIGNING_KEY, signing.new_key().hex())
        settings.write(session, LOG_ID, str(new_id(now)))
    return site


def names_of(session: Session) -> tuple[str, ...]:
    """What school and district are called: no password may be little more than that."""
    site = of(session)
    return () if site is None else (site.name, site.district_name)


def number_key(session: Session) -> str:
    """The district's key for hashes of ID numbers, in hex."""
    return settings.read(session, NUMBER_KEY, str) or ""


def signing_key(session: Session) -> bytes:
    """The hub's private key: for receipts, and for the heads of its log."""
    return bytes.fromhex(settings.read(session, SIGNING_KEY, str) or "")


def head(session: Session, now: datetime) -> signing.TreeHead:
    """How the log stands: its size, and the root over all its events."""
    grown = tree.frontier(session)
    return signing.TreeHead(log_id(session), grown.size, grown.root(), now)


def log_id(session: Session) -> str:
    """Which log this is. A hub that was restored from a backup begins another one."""
    return settings.read(session, LOG_ID, str) or ""


def hub_device(session: Session, site: Site) -> Device:
    """The hub as a speaker in the log: what staff do at the console is said in its own chain."""
    epoch = settings.read(session, EPOCH, int) or 1
    return Device(site.district_id, site.site_id, chain.HUB, epoch)


def begin_new_log(session: Session, now: datetime) -> None:
    """Begin another log and another chain, as a hub must that goes on from a backup.

    What it says from now on would else stand in the places of what it said after the backup, and
    kiosks would take it for a hub that writes another past. The minute is the epoch's number, since
    a backup does not know how often it was restored before.
    """
    minutes = int(now.timestamp()) // 60
    settings.write(session, EPOCH, max(minutes, (settings.read(session, EPOCH, int) or 1) + 1))
    settings.write(session, LOG_ID, str(new_id(now)))
    audit.note(session, audit.TERMINAL, Deed.HUB_RESTORED, now)


def _local_zone() -> str:
    zone = datetime.now().astimezone().tzinfo
    return getattr(zone, "key", None) or "UTC"
