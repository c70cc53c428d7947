"""What `doctor` says of what the kiosk keeps: database, lists and their age, who read how much."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from db import disk_keys, encryption, key_store, number_keys, settings, watchlists
from db.domain.errors import StorageError
from db.domain.watchlist import Watchlist
from db.engine import open_existing
from db.key_store import Place
from kiosk import own_device
from kiosk.config import KioskConfig
from kiosk.doctor_finding import Finding, Verdict, shown
from kiosk.readings import all_readings
from kiosk.sync import trust, unread
from kiosk.sync.exchange import COMPLETE, PARKED


def has_run(config: KioskConfig) -> bool:
    path = config.folder / "kiosk.db"
    return path.is_file() or encryption.is_halfway(path)


def look(config: KioskConfig, now: datetime) -> Iterator[Finding]:
    """A kiosk that never ran has nothing yet, and that is good."""
    where = shown(config.folder / "kiosk.db")
    if not has_run(config):
        found = f"none yet: {where} is made when the kiosk first starts"
        yield Finding("database", Verdict.GOOD, found)
        return
    try:
        database = open_existing(config.database_url)
    except StorageError as error:
        yield Finding("database", Verdict.BROKEN, f"{where} does not open", str(error))
        return
    try:
        with database.read() as session:
            kept = [*_lists(session, now), *_hub_log(session, now), *_readings(session)]
    except StorageError as error:
        yield Finding("database", Verdict.BROKEN, f"{where} cannot be read", str(error))
        return
    finally:
        database.close()
    yield Finding("database", Verdict.GOOD, f"{where} opens")
    yield _protection(config)
    if disk_keys.with_older(config.folder):
        found = "a key of before is kept beside the new one: a change of keys did not end"
        yield Finding("database", Verdict.LOOK, found, _ROTATE)
    yield from kept


_ROTATE = "Stop the kiosk, then: vestibule-kiosk keys rotate"


def _protection(config: KioskConfig) -> Finding:
    """Whether others who get hold of the disk can read what is kept, and where the key is."""
    if encryption.is_plain(config.folder / "kiosk.db"):
        found, advice = (
            "it is not encrypted yet",
            "Start the kiosk once: it encrypts what it keeps.",
        )
        return Finding("database", Verdict.LOOK, found, advice)
    if key_store.place(config.folder, key_store.DATABASE) is Place.KEYRING:
        return Finding("database", Verdict.GOOD, "it is encrypted; the keyring has its key")
    keys = shown(config.folder / key_store.FOLDER)
    found = f"it is encrypted; its key is a file that only this account can read, in {keys}"
    return Finding("database", Verdict.GOOD, found)


def _lists(session: Session, now: datetime) -> Iterator[Finding]:
    if own_device.is_paired(session) and not settings.read(session, COMPLETE, bool):
        found = "the hub's lists have not all come yet: every visitor is held"
        yield Finding("lists", Verdict.LOOK, found, "Let the kiosk run until its hub answered.")
        return
    if unread.LIST in unread.kinds(session):
        found = "a list of the hub cannot be read by this version: every visitor is held"
        yield Finding("lists", Verdict.BROKEN, found, "Update Vestibule on this kiosk.")
    lists = watchlists.all_lists(session)
    if not lists:
        found = "there are no lists here: nobody is compared with any"
        yield Finding("lists", Verdict.LOOK, found, "Import lists at the hub, and pair this kiosk.")
    for one in lists:
        yield _list(one, now)


def _list(one: Watchlist, now: datetime) -> Finding:
    days = max((now - one.imported_at).days, 0)
    age = "today" if days == 0 else f"{days} day{'s' if days > 1 else ''} ago"
    found = f"{one.name}: version {one.version}, {one.entry_count} people, imported {age}"
    facts = {"version": one.version, "days": days, "people": one.entry_count}
    if one.max_age_days is not None and days > one.max_age_days:
        advice = f"It should be imported anew every {one.max_age_days} days: do so at the hub."
        return Finding("lists", Verdict.LOOK, found, advice, facts)
    if not one.entry_count:
        advice = (
            "With nobody on it, it finds nobody. If it should name people: import it at the hub."
        )
        return Finding("lists", Verdict.LOOK, found, advice, facts)
    return Finding("lists", Verdict.GOOD, found, facts=facts)


def _readings(session: Session) -> Iterator[Finding]:
    read = all_readings(session)
    if not read:
        yield Finding("codes read", Verdict.GOOD, "none so far on this kiosk")
    for one in read:
        way = one.way
        stage = f" ({way.stage})" if way.stage else ""
        found = f"{one.count} {way.symbology or 'codes'} by {way.reader}{stage}"
        yield Finding("codes read", Verdict.GOOD, found, facts={"count": one.count})


def _hub_log(session: Session, now: datetime) -> Iterator[Finding]:
    """Whether the hub's log only grew, as far as this kiosk was shown; nothing before it was."""
    yield from _untrue(session)
    yield from _parked(session)
    yield from _unread(session)
    if number_keys.is_unopened(session):
        yield Finding(
            "number key",
            Verdict.LOOK,
            "the newest key for ID numbers does not open here: staff decide again on visitors who "
            "were cleared",
            "Pair this kiosk again: vestibule-kiosk pair",
        )
    trouble = trust.trouble(session)
    if trouble is not None:
        before, shown_now = trouble.seen_before, trouble.shown_now
        yield Finding(
            "hub's log",
            Verdict.BROKEN,
            f"it is not the one that was shown before: {before.size} events with the root "
            f"{before.root[:16]} at {before.at:%Y-%m-%d %H:%M} UTC, then "
            f"{shown_now.size} with {shown_now.root[:16]}",
            "Something in it was changed or removed. Keep the hub's database and this kiosk as "
            "they are, and run vestibule-hub verify-log.",
        )
        return
    head, new_log_at = trust.log_head(session), trust.new_log_at(session)
    if new_log_at is not None and now - new_log_at < trust.NEW_LOG_TOLD_FOR:
        yield Finding(
            "hub's log",
            Verdict.LOOK,
            f"another one was begun, seen at {new_log_at:%Y-%m-%d %H:%M} UTC, as when the hub is "
            "restored from a backup",
            "If nobody restored the hub, keep its database and this kiosk as they are: "
            "vestibule-kiosk verify-log says what was shown of the log before.",
        )
        return
    if head is not None:
        found = f"only grew, as far as this kiosk was shown: {head.size} events"
        yield Finding("hub's log", Verdict.GOOD, found, facts={"events": head.size})


def _parked(session: Session) -> Iterator[Finding]:
    """Whether the hub has something of this kiosk that is not to be seen at the console."""
    count = settings.read(session, PARKED, int) or 0
    if count:
        events = "1 event" if count == 1 else f"{count} events"
        yield Finding(
            "events",
            Verdict.LOOK,
            f"the hub keeps {events} of this kiosk that it could not apply, as it said last",
            "Nothing is lost. The console's page Kiosks says why, and what to do.",
            {"parked": count},
        )


def _unread(session: Session) -> Iterator[Finding]:
    """Whether something of the hub could not be read, and what was known before counts on."""
    kinds = sorted(unread.kinds(session) - {unread.LIST})
    if kinds:
        found = f"some of what the hub told cannot be read by this version: {', '.join(kinds)}"
        advice = "Update Vestibule on this kiosk. It asks the hub again when it is started."
        yield Finding("hub's changes", Verdict.LOOK, found, advice)


def _untrue(session: Session) -> Iterator[Finding]:
    """Whether something came in the hub's name that the hub had not signed."""
    found = trust.untrue(session)
    if found is not None:
        yield Finding(
            "hub's word",
            Verdict.LOOK,
            f"{found.count} answers in the hub's name were not signed by it and were not taken, "
            f"from {found.first_at:%Y-%m-%d %H:%M} to {found.last_at:%Y-%m-%d %H:%M} UTC",
            "Lists and decisions stay as they were meanwhile. Look for a proxy that changes what "
            "it passes on, or for somebody who answers in the hub's place.",
            {"answers": found.count},
        )
