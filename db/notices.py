"""Notices as they are kept: told once, read once."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select, true
from sqlalchemy.orm import Session

from db import clock_doubt, districts, limits, scopes, sites, watchlists, webhooks, wrong_times
from db.desk_models import NoticeRow
from db.districts import TABLES
from db.domain.desk import StaffMember
from db.domain.notice import Notice, NoticeKind, Notices
from db.domain.watchlist import Watchlist
from db.ids import new_id
from db.models import VisitRow
from db.scopes import EVERY_SITE

SHOWN = 200
_OF_VISIT = districts.once(
    select(NoticeRow).where(
        NoticeRow.visit_id == bindparam("visit_id"), NoticeRow.kind == bindparam("kind")
    )
)


def tell(
    session: Session,
    kind: NoticeKind,
    text: str,
    now: datetime,
    *,
    about: str,
    visit_id: UUID | None = None,
    list_id: UUID | None = None,
    site_id: str = "",
) -> bool:
    """Tell of something once: whatever was told with the same kind and `about` is not told again.

    The staff of `site_id` are told, or of the visit's site; without either everybody is. What it
    says is made fit for its column: kiosks wrote some of it. Returns whether it is news.
    """
    key = f"{kind} {about}"
    told = select(NoticeRow.notice_id).where(NoticeRow.about == key)
    if session.scalar(told.execution_options(**{EVERY_SITE: True})) is not None:
        return False
    if visit_id is not None and not site_id:
        visit = districts.get(session, VisitRow, visit_id)
        site_id = "" if visit is None else visit.site_id
    site_id = site_id or sites.only(session)
    notice_id = new_id(now)
    row = {
        "notice_id": notice_id,
        "about": key,
        "kind": kind,
        "at": now,
        "text": text,
        "visit_id": visit_id,
        "list_id": list_id,
        "read_by": "",
        "site_id": site_id,
    }
    fit = limits.fitted(TABLES[NoticeRow.__tablename__], row)
    session.add(NoticeRow(**fit))
    session.flush()
    ids = {"visit_id": visit_id, "list_id": list_id}
    known = {name: str(value) for name, value in ids.items() if value is not None}
    webhooks.tell_of_notice(session, now, kind, notice_id, known)
    return True


def tell_of_outdated_lists(session: Session, now: datetime) -> int:
    """Tell of every list that is older than it may be, once for each version. Returns how many."""
    told = 0
    for watchlist in watchlists.all_lists(session):
        limit = watchlist.max_age_days
        if limit is None or now - watchlist.imported_at <= timedelta(days=limit):
            continue
        days = (now - watchlist.imported_at).days
        text = (
            f"{watchlist.name} was last updated {days} days ago; {limit} are allowed. Until a new "
            "version is imported every visitor is held, and whoever was added since is not found."
        )
        about = f"{watchlist.list_id} {watchlist.version}"
        told += tell(
            session,
            NoticeKind.LIST_OUTDATED,
            text,
            now,
            about=about,
            list_id=watchlist.list_id,
            site_id=watchlist.site_id,
        )
    return told


def tell_of_fork(
    session: Session, kiosk_name: str, now: datetime, *, about: str, site_id: str = ""
) -> bool:
    """Tell administrators, once for each pairing, that two disks speak for one kiosk."""
    text = (
        f"{kiosk_name} has sent other events under numbers that the hub holds already. Its disk "
        "may be a copy, or was restored. Nothing of it is taken in until it is paired again."
    )
    return tell(session, NoticeKind.KIOSK_FORKED, text, now, about=about, site_id=site_id)


def tell_of_parked(
    session: Session, kiosk_name: str, why: str, now: datetime, *, about: str, site_id: str = ""
) -> bool:
    """Tell administrators that what a kiosk sent is not all in the visits."""
    text = (
        f"What {kiosk_name} sent could not all be applied to the visits: {why}. Nothing is lost; "
        "the page Kiosks says how many events wait for it, and what to do."
    )
    return tell(session, NoticeKind.EVENTS_PARKED, text, now, about=about, site_id=site_id)


def tell_of_ended_webhook(session: Session, host: str, now: datetime, *, about: str) -> bool:
    """Tell administrators that a program elsewhere hears nothing any more."""
    text = (
        f"What happens here is no longer told to {host}: it took no message for days, or said that "
        "it is gone. vestibule-hub webhooks list says why, and webhooks resume begins again."
    )
    return tell(session, NoticeKind.WEBHOOK_ENDED, text, now, about=about)


def tell_of_refusing_webhook(
    session: Session, host: str, why: str, now: datetime, *, about: str
) -> bool:
    """Tell administrators, once until they resume it, that a program refuses what it is told."""
    text = (
        f"{host} refuses some of what happens here: {why}, again and again. Those messages are "
        "kept and sent no more; it is told all else. Whoever looks after it mends it; then "
        "vestibule-hub webhooks resume sends them."
    )
    return tell(session, NoticeKind.WEBHOOK_ASIDE, text, now, about=about)


def tell_of_new_authority(session: Session, text: str, now: datetime, *, about: str) -> bool:
    """Tell administrators which kiosks do not follow the hub to its new authority."""
    return tell(session, NoticeKind.NEW_AUTHORITY, text, now, about=about)


def tell_of_no_backup(session: Session, newest_at: datetime | None, now: datetime) -> bool:
    """Tell administrators, once until there is another one, that no backup could be made."""
    since = "ever made" if newest_at is None else f"made since {newest_at:%B} {newest_at.day}"
    text = (
        f"No backup of the hub was {since}. Were its disk lost now, so would be all that "
        "came after. Whoever looks after the hub finds the reason with vestibule-hub backup: often "
        "the disk is full, or the folder of the backups or their key cannot be used. It is tried "
        "again each hour."
    )
    about = "none" if newest_at is None else newest_at.isoformat()
    return tell(session, NoticeKind.NO_BACKUP, text, now, about=about)


def tell_of_wrong_codes(
    session: Session, member: StaffMember, now: datetime, *, site_id: str = ""
) -> bool:
    """Tell administrators, once an hour, that somebody has a colleague's password and no code.

    Without a site every school's read it, whom it is no help to know whose: the audit says it.
    """
    whose = member.display_name if site_id else "somebody who works for several schools"
    text = (
        f"Somebody knows the password of {whose} and typed wrong codes again and "
        "again. Nobody got in by that. Unless it was they themselves, who get in with a recovery "
        "code, give them a first password; the audit page says from which addresses it was tried."
    )
    about = f"{member.staff_id} {now:%Y-%m-%d %H}"
    return tell(session, NoticeKind.WRONG_CODES, text, now, about=about, site_id=site_id)


def look_at_clock(session: Session, now: datetime) -> clock_doubt.Found:
    """Whether the hub's clock is believed (`db.clock_doubt`); administrators hear of a leap.

    Once while it is doubted, when it can still be mended, and once when it is believed after all;
    and at once when it was set back.
    """
    clock = clock_doubt.look(session, now)
    says = f"The hub's clock says {now:%B} {now.day}, {now.year},"
    if clock.set_back_from is not None:
        _tell_of_set_back(session, says, clock.set_back_from, now)
    if clock.leapt_from is None:
        return clock
    leapt = f"{says} {(now - clock.leapt_from).days} days after it last ran."
    if clock.is_believed:
        text = (
            f"{leapt} It has stayed so, so it is believed from now on: what is known of visitors "
            "and photos whose days are over by it are deleted. If the date is wrong, mend it; what "
            "was deleted is in the backups of before."
        )
    else:
        text = (
            f"{leapt} Until it has stayed so for a day nothing is deleted whose days are over, and "
            "then it is. See that the date is right. If the hub was switched off for so long, "
            "there is nothing to do."
        )
    about = f"{clock.leapt_from.isoformat()} {clock.is_believed}"
    tell(session, NoticeKind.CLOCK_LEAPT, text, now, about=about)
    return clock


def _tell_of_set_back(session: Session, says: str, last: datetime, now: datetime) -> None:
    text = (
        f"{says} {(last - now).days} days before it last ran. If that is wrong, mend it now: what "
        "staff do is written down under that date, and so is whoever comes at a kiosk whose own "
        "clock is no better. How long that is kept counts from the day on which the clock is "
        "mended. If it was ahead before and is right now, there is nothing to do."
    )
    # By the date of before: by that of now it would stand below all that was ever told.
    # Once a week: a clock whose battery is dead may be set back each morning.
    tell(session, NoticeKind.CLOCK_LEAPT, text, last, about=f"{last:%G, week %V} back")


def tell_of_one_to_remove(session: Session, now: datetime) -> bool:
    """Tell administrators that the rule of two was switched off."""
    text = (
        "Removing an entry from a list takes one person from now on, and nobody who confirms it. "
        "The audit page says who settled that."
    )
    return tell(session, NoticeKind.ONE_TO_REMOVE, text, now, about=now.isoformat())


def tell_of_removed(session: Session, known: Watchlist, removed: int, now: datetime) -> bool:
    """Tell administrators that an import took people off a list, which no second one confirmed."""
    people = "1 person" if removed == 1 else f"{removed:,} people"
    text = (
        f"An import took {people} off {known.name}: its file does not name them any more. The "
        "audit page says who imported it; an import of the file before brings them back."
    )
    about = f"{known.list_id} {known.version}"
    return tell(
        session,
        NoticeKind.PEOPLE_REMOVED,
        text,
        now,
        about=about,
        list_id=known.list_id,
        site_id=known.site_id,
    )


def tell_of_laxer(
    session: Session, known: Watchlist, laxer: int, now: datetime, *, is_registry_now: bool
) -> bool:
    """Tell administrators that an import made a list hold less, which no second person confirmed.

    `laxer` entries say less than before.
    """
    said = []
    if laxer:
        entries = "1 entry" if laxer == 1 else f"{laxer:,} entries"
        said.append(
            f"changed {entries} of it so that somebody may pass who was held before: by another "
            "birth date, a name that goes or changes, or days on which it does not count"
        )
    if is_registry_now:
        said.append(
            "made it a registry, in which an exact name without a birth date need not hold anybody"
        )
    text = (
        f"{known.name}: an import {' and '.join(said)}. The audit page says who imported it, the "
        "history of each entry what changed; an import of the file before puts it back."
    )
    return tell(
        session,
        NoticeKind.LIST_LAXER,
        text,
        now,
        about=f"{known.list_id} {known.version}",
        list_id=known.list_id,
        site_id=known.site_id,
    )


def read(session: Session, notice_id: UUID, by: str, at: datetime) -> Notice:
    """Somebody has read it, for all whom it is for; the first reader stays.

    Raises LookupError for an unknown one, and for the district's where only a site's staff reads.
    """
    row = districts.get(session, NoticeRow, notice_id)
    if row is None or not scopes.sees(session, row.site_id):
        raise LookupError(f"no notice {notice_id}")
    _read(row, by, at)
    session.flush()
    return _value(row)


def settle(session: Session, kind: NoticeKind, visit_id: UUID, by: str, at: datetime) -> None:
    """Whoever decided on a visit has read what was told of it."""
    for row in session.scalars(_OF_VISIT, {"visit_id": visit_id, "kind": kind}):
        _read(row, by, at)


def page(session: Session, now: datetime, *, sees_all: bool) -> Notices:
    """The newest notices that somebody may see."""
    rows = session.scalars(
        select(NoticeRow)
        .where(_may_see(sees_all=sees_all))
        .order_by(NoticeRow.at.desc(), NoticeRow.notice_id.desc())
        .limit(SHOWN)
    )
    unread_now = unread(session, sees_all=sees_all)
    return Notices(now, tuple(_value(r) for r in rows), unread_now)


def unread(session: Session, *, sees_all: bool) -> int:
    """How many wait to be read."""
    return (
        session.scalar(
            select(func.count())
            .select_from(NoticeRow)
            .where(NoticeRow.read_at.is_(None), _is_ours(session), _may_see(sees_all=sees_all))
        )
        or 0
    )


def of_visit(session: Session, visit_id: UUID) -> list[Notice]:
    """What was told of one visit, oldest first."""
    rows = session.scalars(
        select(NoticeRow).where(NoticeRow.visit_id == visit_id).order_by(NoticeRow.at)
    )
    return [_value(r) for r in rows]


def forget(session: Session, before: datetime) -> None:
    """Delete what was told before that moment of no visit; what is of one goes with it."""
    session.execute(
        delete(NoticeRow).where(
            NoticeRow.visit_id.is_(None), wrong_times.is_over(session, NoticeRow.at, before)
        ),
        execution_options={"synchronize_session": False},
    )


def _is_ours(session: Session) -> ColumnElement[bool]:
    """Those that somebody of this session's sites reads for all; the district's the district."""
    return true() if scopes.limits_of(session) is None else NoticeRow.site_id != ""


def _may_see(*, sees_all: bool) -> ColumnElement[bool]:
    if sees_all:
        return true()
    return NoticeRow.kind.in_([kind for kind in NoticeKind if kind.is_for_everybody])


def _read(row: NoticeRow, by: str, at: datetime) -> None:
    if row.read_at is None:
        row.read_at, row.read_by = at, by


def _value(row: NoticeRow) -> Notice:
    return Notice(
        notice_id=row.notice_id,
        kind=NoticeKind(row.kind),
        at=row.at,
        text=row.text,
        visit_id=row.visit_id,
        list_id=row.list_id,
        read_at=row.read_at,
        read_by=row.read_by,
    )
