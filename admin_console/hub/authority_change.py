"""Another authority (CA) in the place of the hub's own, under kiosks and consoles that know it.

A new CA is made beside the old one and told in the feed; kiosks know the hub by both from then on,
and say so. Once all do, the hub goes by the new one, and the old one's key is gone; soon after,
kiosks are told to know the new one alone. Consoles ask when somebody signs in.

What is there says which step is due: two files, and what kiosks were told (`db.authorities`). Each
step is taken while that row is locked, so that of several hubs with one folder only one takes it;
whoever is killed within one leaves what the next look goes on from.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from sqlalchemy.orm import Session

from admin_console.hub import authority
from admin_console.hub.authority import Identity
from db import audit, authorities, clock_doubt, hub_trust, notices
from db.authorities import Told
from db.domain.audit import Deed
from db.domain.errors import StorageError
from db.engine import Database

LOG = logging.getLogger(__name__)
MADE_BEFORE = timedelta(days=365)
"""So long before its CA ends a hub makes the next one unasked."""
WARNED_BEFORE = timedelta(days=90)
"""And so long before administrators hear who does not know the next one."""
USED_BEFORE = timedelta(days=30)
"""And so long before it goes by that, whoever does not know it."""
CONSOLES_HEAR = timedelta(days=7)
"""So long both are told of at least: a console where nobody signed in asks for the number anew."""
OLD_ONE_STAYS = timedelta(minutes=10)
"""Other hubs with the same folder go by the new one within a minute."""
NAMED = 10
_PUT_BACK = (
    "The hub's authority is another one than kiosks were told of: its folder tls was put back or "
    "made anew. If that was a mistake, put the one in its place that was there before, and start "
    "the hub: kiosks reach it again. Otherwise each that does not reach the hub has to be paired "
    "again: vestibule-kiosk pair. Visitors sign in there meanwhile, and all that waits there is "
    "kept and sent then."
)
MOST_IN_HASTE = 2
"""So often in a row no single hub takes back what kiosks were told."""
QUIET = timedelta(hours=1)
"""So long then none is taken: kiosks are not told another thing each minute."""
_TWO_FOLDERS = (
    "Several hubs at this database have different folders tls, and each tells kiosks to know it by "
    "its own. They go by one authority: stop all but one, copy its folder tls to the others, and "
    "start them. Until then kiosks may reach one hub and not the other."
)


class Step(Enum):
    """What is to be done next."""

    NONE = auto()
    MAKE = auto()
    TELL = auto()
    USE = auto()
    NOTE = auto()
    """It is used: by whoever was killed before that was noted."""
    LEAVE = auto()
    """The old one is not believed any more."""
    PUT_BACK = auto()
    """Kiosks were told of others, and whoever is paired now would be: of a folder that was put
    back, or made anew."""


_UNDOING = (Step.LEAVE, Step.PUT_BACK)
"""What takes back what kiosks were told, as by another hub whose folder says something else."""


@dataclass(frozen=True, slots=True)
class Found:
    """How a change stands, and with whom."""

    own: Identity
    following: Identity | None
    """The CA that waits."""
    told: Told
    lacking: tuple[str, ...]
    """The kiosks that do not know the newest one yet."""

    @property
    def ends_at(self) -> datetime:
        return self.own.certificate.not_valid_after_utc


def find(session: Session, folder: Path) -> Found | None:
    """How it stands; None of a hub that has no CA, as behind a reverse proxy."""
    own = authority.in_use(folder)
    if own is None:
        return None
    following, told = authority.next_of(folder), authorities.told(session)
    if following is not None and following.certificate == own.certificate:
        following = None  # of a backup that was made while the one took the other's place
    is_under_way = following is not None or len(told.pems) > 1
    newest = (following or own).pem()
    lacking = authorities.lacking(session, newest) if is_under_way else ()
    return Found(own, following, told, lacking)


def step_due(found: Found, now: datetime) -> Step:
    """Which step comes next, by what is there alone."""
    own, told = found.own.pem(), found.told
    if found.following is not None:
        if told.pems != (own, found.following.pem()):
            return Step.TELL
        return Step.USE if _may_be_used(found, found.following, now) else Step.NONE
    if told.pems and told.pems[-1] != own and own in told.pems:
        return Step.LEAVE  # the one that waited is lost, as where a folder was put back
    if told.pems and own not in told.pems:
        return Step.PUT_BACK
    if own in told.pems[1:]:
        if told.changed_at is None:
            return Step.NOTE
        return Step.LEAVE if abs(now - told.changed_at) >= OLD_ONE_STAYS else Step.NONE
    return Step.MAKE if now >= found.ends_at - MADE_BEFORE else Step.NONE


def look(database: Database, folder: Path, now: datetime) -> Step:
    """Take the step that is due. Returns which it was. Raises `StorageError`."""
    with database.read() as session:
        is_due = _due(session, folder, now)[0] is not Step.NONE
        if not is_due and not _is_told_ahead(authorities.told(session), now):
            return Step.NONE
    with database.begin() as session:
        told = authorities.locked(session)
        if _is_told_ahead(told, now):
            authorities.keep(session, replace(told, at=now))
        step, found = _due(session, folder, now)
        if found is not None:
            _take(session, folder, step, found, now=now, by=audit.HUB)
    return step


def begin(database: Database, folder: Path, now: datetime, *, is_another: bool) -> Found:
    """Make the next CA and tell kiosks, because an operator says so.

    One that waits already stays, unless `is_another`. Raises `StorageError` where there is no CA.
    """
    with database.begin() as session:
        authorities.locked(session)
        found = _found(session, folder)
        if found.following is None or is_another:
            _take(session, folder, Step.MAKE, found, now=now, by=audit.TERMINAL)
        elif step_due(found, now) is Step.TELL:
            _take(session, folder, Step.TELL, found, now=now, by=audit.TERMINAL)
        return _found(session, folder)


def use_now(database: Database, folder: Path, now: datetime) -> Found:
    """Go by the CA that waits, whoever does not know it.

    Returns how it stood before: whom it locks out. Raises `StorageError` where kiosks were told of
    none: nobody would know it.
    """
    with database.begin() as session:
        authorities.locked(session)
        found = _found(session, folder)
        following = found.following
        if following is None or following.pem() not in found.told.pems:
            raise StorageError(
                "Kiosks were told of no new authority yet, so none would know the hub by it. "
                "Nothing was changed. First: vestibule-hub keys rotate-ca. Two minutes later every "
                "kiosk that is on knows it."
            )
        if not _is_valid(following, now):
            raise StorageError(
                "The new authority is not valid today. Is this computer's clock right? If so, have "
                "another one made: vestibule-hub keys rotate-ca --another. Nothing was changed."
            )
        _take(session, folder, Step.USE, found, now=now, by=audit.TERMINAL)
    return found


def is_new(database: Database, folder: Path) -> bool:
    """Whether the hub goes by a new CA already, and kiosks know the one before too for now."""
    with database.read() as session:
        found = _found(session, folder)
    return found.following is None and found.own.pem() in found.told.pems[1:]


def warn(database: Database, folder: Path, now: datetime) -> bool:
    """Tell administrators who will be locked out, while there is time. Returns whether it did."""
    with database.read() as session:
        found = find(session, folder)
        if found is None or found.following is None or now < found.ends_at - WARNED_BEFORE:
            return False
        if not found.lacking or clock_doubt.is_ahead(session, now):
            return False
    until = used_at_last(found)
    text = (
        f"From {until:%B} {until.day}, {until.year} on the hub goes by its new authority, which "
        f"{names_of(found.lacking)} cannot know yet: switched off, or of an older version. Switch "
        "them on and update them before, or revoke them; later each has to be paired again."
    )
    about = f"{hub_trust.mark_of(found.following.pem())} soon"
    with database.begin() as session:
        return notices.tell_of_new_authority(session, text, now, about=about)


def names_of(names: Sequence[str]) -> str:
    """Several names for a sentence, the first ones of many."""
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _found(session: Session, folder: Path) -> Found:
    found = None if authorities.is_proxied(session) else find(session, folder)
    if found is None:
        raise StorageError(
            "This hub goes by no authority of its own. Behind a reverse proxy there is nothing to "
            "do: kiosks know it by the proxy's certificate. Otherwise start the hub once first, "
            "without --behind-proxy."
        )
    return found


def _due(session: Session, folder: Path, now: datetime) -> tuple[Step, Found | None]:
    found = find(session, folder)
    step = Step.NONE if found is None else step_due(found, now)
    # A clock that is years ahead shall not end what is good for years.
    if step in (Step.MAKE, Step.USE) and clock_doubt.is_ahead(session, now):
        return Step.NONE, found
    if found is not None and step in _UNDOING and _is_undone(found.told, now):
        return Step.NONE, found
    return step, found


def _is_undone(told: Told, now: datetime) -> bool:
    """Whether hubs with several folders have just undone each other's steps over and over."""
    return told.in_haste >= MOST_IN_HASTE and told.at is not None and abs(now - told.at) < QUIET


def _is_told_ahead(told: Told, now: datetime) -> bool:
    """Whether a clock that was ahead says when it was told: the waits would count from then."""
    return told.at is not None and told.at - now > QUIET


def _take(
    session: Session, folder: Path, step: Step, found: Found, *, now: datetime, by: audit.By
) -> None:
    own = found.own.pem()
    match step:
        case Step.MAKE:
            _tell_of(session, own, authority.make_next(folder, now).pem(), now, by)
        case Step.TELL if found.following is not None:
            _tell_of(session, own, found.following.pem(), now, by)
        case Step.USE if found.following is not None:
            authority.use_next(folder)
            _note_used(session, found, found.following.pem(), now, by)
        case Step.NOTE:
            _note_used(session, found, own, now, by)
        case Step.LEAVE:
            authorities.tell(session, (own,), now, is_taken_back=True)
        case Step.PUT_BACK:
            authorities.tell(session, (own,), now, is_taken_back=True)
            mark = hub_trust.mark_of(own)
            audit.note(session, by, Deed.AUTHORITY_CHANGED, now, detail=f"{mark[:16]} put back")
            about = f"{mark} put back {now:%Y-%m-%d}"
            notices.tell_of_new_authority(session, _PUT_BACK, now, about=about)
        case _:
            return
    if step in _UNDOING and authorities.told(session).in_haste == MOST_IN_HASTE:
        LOG.warning(_TWO_FOLDERS)
        about = f"two folders {now:%Y-%m-%d}"
        notices.tell_of_new_authority(session, _TWO_FOLDERS, now, about=about)
    LOG.info("the hub's authority is changed: %s", step.name)


def _tell_of(session: Session, own: str, following: str, now: datetime, by: audit.By) -> None:
    authorities.tell(session, (own, following), now)
    mark = hub_trust.mark_of(following)
    audit.note(session, by, Deed.AUTHORITY_MADE, now, detail=mark[:16])


def _note_used(session: Session, found: Found, ca: str, now: datetime, by: audit.By) -> None:
    authorities.keep(session, replace(found.told, changed_at=now))
    mark = hub_trust.mark_of(ca)
    audit.note(session, by, Deed.AUTHORITY_CHANGED, now, detail=mark[:16])
    if found.lacking:
        notices.tell_of_new_authority(
            session,
            f"The hub goes by its new authority now, which {names_of(found.lacking)} cannot know. "
            "Pair each again: vestibule-kiosk pair. Visitors sign in there meanwhile, and all that "
            "waits there is kept and sent then.",
            now,
            about=f"{mark} used",
        )


def _may_be_used(found: Found, following: Identity, now: datetime) -> bool:
    if not _is_valid(following, now):
        return False
    if now >= used_at_last(found):
        return True
    told_at = found.told.at
    has_waited = told_at is None or abs(now - told_at) >= CONSOLES_HEAR
    return has_waited and not found.lacking


def used_at_last(found: Found) -> datetime:
    """When the hub waits for nobody any more.

    One that is told of later than that is waited for half of what is left, a week at most.
    """
    latest, told_at = found.ends_at - USED_BEFORE, found.told.at
    if told_at is None:
        return latest
    return max(latest, told_at + min(CONSOLES_HEAR, (found.ends_at - told_at) / 2))


def _is_valid(ca: Identity, now: datetime) -> bool:
    return ca.certificate.not_valid_before_utc <= now < ca.certificate.not_valid_after_utc
