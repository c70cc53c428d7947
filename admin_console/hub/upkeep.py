"""What a running hub does by itself: what is old goes, outdated lists are told of, backups."""

import asyncio
import functools
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from admin_console.hub import (
    authority_change,
    backup_command,
    backup_keys,
    clearance_dates,
    entry_photos,
)
from admin_console.hub.authority_change import Step
from admin_console.hub.context import Context
from admin_console.hub.going_on import going_on
from admin_console.hub.threads import finish_in_thread
from db import (
    attempts,
    backup,
    clock_doubt,
    list_index,
    name_search,
    notices,
    number_lifting,
    partitions,
    photos,
    retention,
)
from db.engine import Database

LOG = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
HOUR_SECONDS = 3600.0
MINUTE_SECONDS = 60.0
SOON_SECONDS = clock_doubt.SOON.total_seconds()
GIVE_WAY_SECONDS = 1.0
LIFT_SECONDS = 2.0
WRITE_BACK_SECONDS = 10.0
NO_BACKUP_FOR = timedelta(days=2)
"""One is made each day, and what fails is tried again each hour."""


async def delete_old_photos(
    database: Database,
    folder: Path,
    keep: timedelta,
    now: Callable[[], datetime],
    every_seconds: float = DAY_SECONDS,
) -> None:
    """Delete them at once and then once a day, until cancelled. What fails is tried again then.

    While the clock is not certain it looks again within the hour.
    """
    while True:
        is_certain = True
        with going_on(LOG, "old photos were not deleted, tomorrow they are tried again"):
            is_certain = await finish_in_thread(_purge, database, folder, now() - keep, now())
        await asyncio.sleep(every_seconds if is_certain else min(every_seconds, SOON_SECONDS))


def _purge(database: Database, folder: Path, before: datetime, now: datetime) -> bool:
    """Returns whether the clock is certain (`clock_doubt.Found`)."""
    deleted = unused = 0
    with database.begin() as session:  # apart, since a notice locks what a decision needs
        clock = notices.look_at_clock(session, now)
    if clock.is_believed:
        with database.begin() as session:
            settled = now if clock.is_settled else None
            deleted = photos.purge(session, folder, before, settled)
            unused = entry_photos.sweep(session, folder, now)
    encrypted, _ = photos.renew(folder, ("", entry_photos.FOLDER))
    if encrypted:
        LOG.info("%d photos of a version before were encrypted", encrypted)
    if list_index.erase_in_clear(folder.parent / list_index.FOLDER):
        LOG.info("what a version before saved of the lists in clear was erased")
    if unused:
        LOG.info("%d photos of lists were deleted: no entry has them any more", unused)
    if deleted:
        LOG.info("%d photos were deleted: their days are over", deleted)
    return clock.is_certain


async def forget_old_visits(context: Context, every_seconds: float = DAY_SECONDS) -> None:
    """Forget at once and then once a day, until cancelled. What fails is tried again then.

    While there is more it goes on soon, whatever a district has of visits in a day; while the clock
    is not certain it looks again within the hour.
    """
    while True:
        forgotten = retention.Forgotten()
        with going_on(LOG, "old visits were not forgotten, tomorrow again"):
            forgotten = await finish_in_thread(forget_once, context)
            context.wake.notify()  # visits look otherwise, or the clock's leap was told
            if forgotten.visits:
                LOG.info(
                    "who came was forgotten of %d visits: their days are over", forgotten.visits
                )
            if forgotten.deeds:
                LOG.info("%d lines of the audit were deleted: their days are over", forgotten.deeds)
        pause = every_seconds if forgotten.is_certain else min(every_seconds, SOON_SECONDS)
        await asyncio.sleep(GIVE_WAY_SECONDS if forgotten.is_more else pause)


def forget_once(context: Context) -> retention.Forgotten:
    """One run: what is old goes, and clearances are dated that waited for the clock."""
    forgotten = retention.forget_when_certain(context.database, context.now(), is_kiosk=False)
    if dated := clearance_dates.settle(context):
        LOG.info("the clock is certain again: %d clearances hold for the rules' days", dated)
    return forgotten


async def forget_tries(context: Context, every_seconds: float = MINUTE_SECONDS) -> None:
    """Forget failed tries to get in that count no more: the next try may never come."""
    while True:
        with going_on(LOG, "old tries to get in were not forgotten, in a minute again"):
            await finish_in_thread(_forget_tries, context)
        await asyncio.sleep(every_seconds)


def _forget_tries(context: Context) -> None:
    with context.database.read() as session:
        is_due = attempts.has_outdated(session, context.now())
    if is_due:
        with context.database.begin() as session:
            attempts.forget_outdated(session, context.now())


async def lift_numbers(context: Context, every_seconds: float = MINUTE_SECONDS) -> None:
    """Bring visits up to the newest key for ID numbers, which a command that was ended left.

    A little at a time, since a hub that is stopped waits until that is done.
    """
    count = 0
    while True:
        lifted = 0
        with going_on(LOG, "hashes of ID numbers were not made anew, soon again"):
            lifted = await finish_in_thread(number_lifting.lift_all, context.database, LIFT_SECONDS)
        count += lifted
        if count and not lifted:
            LOG.info("the hashes of %d visits were made anew with the newest key", count)
            count = 0
        await asyncio.sleep(GIVE_WAY_SECONDS if lifted else every_seconds)


async def make_partitions(context: Context, every_seconds: float = DAY_SECONDS) -> None:
    """Make the pieces of tables that the next months need, at once and then once a day."""
    while partitions.are_used(context.database.engine):
        with going_on(LOG, "tables were not made ready for the next months, tomorrow again"):
            await finish_in_thread(_make_partitions, context)
        await asyncio.sleep(every_seconds)


def _make_partitions(context: Context) -> None:
    with context.database.begin() as session:
        made = partitions.make_ahead(session.connection(), context.now().astimezone(UTC).date())
    if made:
        LOG.info("made ready for the next months: %s", ", ".join(made))
    name_search.make_index(context.database.engine)
    partitions.index_pieces(context.database.engine)


async def write_back(context: Context, every_seconds: float = WRITE_BACK_SECONDS) -> None:
    """Keep SQLite's log short, so that no decision has to: see `Database.write_back`."""
    while context.database.engine.dialect.name == "sqlite":
        await asyncio.sleep(every_seconds)
        with going_on(LOG, "the database's log was not written back, soon again"):
            await finish_in_thread(context.database.write_back)


async def tell_of_outdated_lists(context: Context, every_seconds: float = HOUR_SECONDS) -> None:
    """Look at once and then every hour, until cancelled; each version of a list is told once."""
    while True:
        with going_on(LOG, "the lists' ages were not looked at, in an hour again"):
            await finish_in_thread(_tell, context)
        await asyncio.sleep(every_seconds)


def _tell(context: Context) -> None:
    with context.database.begin() as session:
        told = notices.tell_of_outdated_lists(session, context.now())
    if told:
        context.wake.notify()


async def keep_authority(
    context: Context, folder: Path, every_seconds: float = MINUTE_SECONDS
) -> None:
    """Change the hub's authority, step by step, until cancelled; `folder` has its files."""
    while True:
        with going_on(LOG, "the hub's authority was not looked after, in a minute again"):
            if await finish_in_thread(_change_authority, context, folder):
                context.wake.notify()
        await asyncio.sleep(every_seconds)


def _change_authority(context: Context, folder: Path) -> bool:
    """Whether there is news of it."""
    now = context.now()
    step = authority_change.look(context.database, folder, now)
    return authority_change.warn(context.database, folder, now) or step is not Step.NONE


async def keep_backups(context: Context, kept: int, every_seconds: float = HOUR_SECONDS) -> None:
    """A backup a day beside the database, until cancelled; `kept` of them stay."""
    while True:
        with going_on(LOG, "no backup was made, it is tried again within the hour"):
            path = await finish_in_thread(back_up_or_tell, context, kept)
            if path is not None:
                LOG.info("a backup was made: %s", path.name)
        await asyncio.sleep(every_seconds)


def back_up_or_tell(context: Context, kept: int) -> Path | None:
    """As `back_up`. Administrators hear of what fails once no backup is of the last two days.

    Once until another one is made: a backup that fails at night and is made an hour later is none.
    """
    now = context.now()
    try:
        return back_up(context, kept)
    except Exception:
        newest = newest_backup(context, now)
        newest_at = None if newest is None else backup.made_at(newest)
        if newest_at is None or now - newest_at > NO_BACKUP_FOR:
            with context.database.begin() as session:
                is_news = notices.tell_of_no_backup(session, newest_at, now)
            if is_news:
                context.wake.notify()
        raise


def back_up(context: Context, kept: int) -> Path | None:
    """Make a backup; None when there is one of the last day already."""
    url, now = context.database.engine.url.render_as_string(hide_password=False), context.now()
    folder = context.photos.parent / backup_keys.FOLDER
    newest = newest_backup(context, now)
    if newest is not None and newest.name > backup.name_at(now - timedelta(days=1)):
        return None
    path, about = backup_command.make(url, None, now)
    if about.left_out:
        LOG.warning("%s", backup_command.left_out(about).strip())
    backup.drop_all_but(folder, kept, now, _is_ours(context))
    backup_keys.forget_old(context.photos.parent)
    return path


def newest_backup(context: Context, now: datetime) -> Path | None:
    """The newest that this hub made and has beside its database."""
    return backup.newest(context.photos.parent / backup_keys.FOLDER, now, _is_ours(context))


def _is_ours(context: Context) -> Callable[[Path], bool]:
    return functools.partial(backup_keys.is_ours, context.database, context.photos.parent)
