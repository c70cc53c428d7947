"""Which schools and district a hub serves, and the key for its hashes. Made once, then kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db import (
    at_restore,
    audit,
    chain,
    changes,
    districts,
    hub_keys,
    inbox,
    number_keys,
    settings,
    signing,
    sites,
    tree,
)
from db.domain.audit import Deed
from db.domain.desk import Site
from db.domain.errors import StorageError
from db.domain.sites import KnownSite, SiteDraft
from db.ids import new_id
from db.list_fields import clean
from db.outbox import Device

UNNAMED_SITE, UNNAMED_DISTRICT = "My school", "My district"
DISTRICT_NAME = "district_name"
DISTRICT_ID = "district_id"
"""As events say it, on a hub from before there were sites; else that of the database's rows."""
SIGNING_KEY = "signing_key"
LOG_ID = "log_id"
EPOCH = "hub_epoch"
"""The setting that says which chain the hub speaks in; the first one, until it was restored."""


@dataclass(frozen=True, slots=True)
class SiteNames:
    """What an operator may say of the first site; None leaves what is known."""

    district_name: str | None = None
    site_name: str | None = None
    time_zone: str | None = None


def of(session: Session, site_id: str = "") -> Site | None:
    """A site of the hub; without an id the first one that this session sees."""
    known = sites.get(session, site_id) if site_id else sites.first(session)
    return None if known is None else _site(session, known)


def at(session: Session, site_id: str) -> Site:
    """The site of a visit. Raises `StorageError` on a hub that was not set up."""
    site = of(session, site_id) or of(session)
    if site is None:
        raise StorageError("This hub is not set up yet: start it once first.")
    return site


@dataclass(frozen=True, slots=True)
class Receiving:
    """What the hub takes a kiosk's batch in with: where it belongs, and the key for its receipt."""

    origin: inbox.Origin
    key: bytes


def receiving(session: Session, site_id: str) -> Receiving:
    """For a kiosk of this site, by one statement; without an id it is of the hub's first site."""
    district_id, key = settings.read_each(session, DISTRICT_ID, SIGNING_KEY)
    origin = inbox.Origin(
        district_id or str(districts.of(session)), site_id or at(session, "").site_id
    )
    return Receiving(origin, bytes.fromhex(key))


def _site(session: Session, known: KnownSite) -> Site:
    district_id, district_name = settings.read_each(session, DISTRICT_ID, DISTRICT_NAME)
    return Site(
        district_id=district_id or str(districts.of(session)),
        district_name=district_name,
        site_id=known.site_id,
        name=known.name,
        time_zone=known.time_zone,
    )


def ensure(session: Session, names: SiteNames, now: datetime) -> Site:
    """The site that the hub began with: made on a new hub, renamed when asked for."""
    _begin(session, now)
    began_with = sites.oldest(session)
    known = None if began_with is None else _site(session, began_with)
    zone = names.time_zone or (known.time_zone if known else _local_zone())
    draft = SiteDraft(names.site_name or (known.name if known else UNNAMED_SITE), zone)
    before = known.district_name if known else UNNAMED_DISTRICT
    district_name = clean(names.district_name or "") or before
    if known is None:
        settings.write(session, DISTRICT_NAME, district_name)
        site = add(session, draft, now)
    else:
        is_renamed = district_name != known.district_name
        if is_renamed:
            settings.write(session, DISTRICT_NAME, district_name)
        sites.change(session, known.site_id, draft)
        site = of(session, known.site_id) or known
        if site != known:
            told = sites.opened(session) if is_renamed else [site]
            for other in told:
                tell_kiosks(session, other.site_id)
            audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, now, site_id=site.site_id)
    return site


def _begin(session: Session, now: datetime) -> None:
    """Make what a hub has once. Of several that start side by side the others wait here."""
    if settings.read(session, SIGNING_KEY, str) is None:
        settings.write_first(session, SIGNING_KEY, signing.new_key().hex())
        settings.write_first(session, LOG_ID, str(new_id(now)))
    number_keys.make(session)


def without_names(site: Site) -> str:
    """What to tell whoever starts a hub that was given no names; empty for one that was."""
    unnamed = [n for n in (site.name, site.district_name) if n in (UNNAMED_SITE, UNNAMED_DISTRICT)]
    if not unnamed:
        return ""
    return (
        f"It is called {' in '.join(unnamed)} until it is told its names, which visitors read: "
        "start it once with --site-name and --district-name."
    )


def add(session: Session, draft: SiteDraft, now: datetime) -> Site:
    """Open a site. Raises `ConfigError` in words for a name or time zone that will not do."""
    site = _site(session, sites.add(session, draft, now))
    changes.add(session, "site", site, site_id=site.site_id)
    return site


def tell_kiosks(session: Session, site_id: str) -> None:
    """Let a site's kiosks learn how it is called."""
    site = of(session, site_id)
    if site is not None:
        changes.add(session, "site", site, site_id=site_id)


def names_of(session: Session) -> tuple[str, ...]:
    """What schools and district are called: no password may be little more than that."""
    district_name = settings.read(session, DISTRICT_NAME, str)
    known = [site.name for site in sites.everyone(session)]
    return (*known, district_name) if district_name else tuple(known)


def number_key(session: Session) -> str:
    """The district's first key for hashes of ID numbers, in hex."""
    return settings.read(session, number_keys.FIRST, str) or ""


def signing_key(session: Session) -> bytes:
    """The hub's private key: for receipts, and for the heads of its log."""
    return bytes.fromhex(settings.read(session, SIGNING_KEY, str) or "")


def change_signing_key(session: Session, now: datetime) -> hub_keys.SignedChange:
    """Sign with a new key from the end of this transaction on. The old one is not kept."""
    old = bytes.fromhex(settings.locked(session, SIGNING_KEY, str) or "")
    new = signing.new_key()
    change = hub_keys.signed(old, new, head(session, now))
    hub_keys.keep(session, (*hub_keys.known(session), change))
    settings.write(session, SIGNING_KEY, new.hex())
    audit.note(session, audit.TERMINAL, Deed.SIGNING_KEY_CHANGED, now, detail=change.new_key[:16])
    return change


def public_keys(session: Session) -> tuple[str, ...]:
    """The hub's public key, and those that it had before, newest first; in hex."""
    changes = hub_keys.known(session)
    newest = signing.public_of(signing_key(session)).hex()
    return (newest, *(change.old_key for change in reversed(changes)))


def head(session: Session, now: datetime) -> signing.TreeHead:
    """How the log stands: its size, and the root over all its events."""
    return _head(session, log_id(session), now)


def head_and_key(session: Session, now: datetime) -> tuple[signing.TreeHead, bytes]:
    """How the log stands, and the hub's private key to sign it with."""
    this_log, key = settings.read_each(session, LOG_ID, SIGNING_KEY)
    return _head(session, this_log, now), bytes.fromhex(key)


def _head(session: Session, this_log: str, now: datetime) -> signing.TreeHead:
    grown = tree.frontier(session)
    return signing.TreeHead(this_log, grown.size, grown.root(), now)


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
    a backup does not know how often it was restored before. Nothing that was open at that moment
    stays open: who was signed in may have been removed since.
    """
    at_restore.end_what_was_open(session)
    minutes = int(now.timestamp()) // 60
    settings.write(session, EPOCH, max(minutes, (settings.read(session, EPOCH, int) or 1) + 1))
    settings.write(session, LOG_ID, str(new_id(now)))
    audit.note(session, audit.TERMINAL, Deed.HUB_RESTORED, now)


def _local_zone() -> str:
    zone = datetime.now().astimezone().tzinfo
    return getattr(zone, "key", None) or "UTC"
