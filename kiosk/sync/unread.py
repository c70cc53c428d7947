"""What the hub told and this version cannot read, or stumbles over: the feed goes on behind it.

A decision or a list behind it must not wait for an update of this kiosk. What was known before
stays: a list whose news cannot be read holds every visitor (`kiosk.lists`), since nobody knows who
is on it; a clearance that cannot be read may be the end of one, so that none counts meanwhile
(`kiosk.reception`). Staff read of the rest on the kiosk's own page. What is told anew and can be
read counts; the feed is read anew when the kiosk starts, as after its update, and each hour
(`kiosk.sync.worker`).
"""

from uuid import UUID

import msgspec
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.orm import Session

from db import authorities, codec, settings
from db.domain.errors import HubError, StorageError
from kiosk.sync.client import Change, HubUnreadableError

LIST, LIST_ENDED, CLEARANCE = "watchlist", "watchlist_removed", "clearance"
_NOW, _BEFORE = "hub.unread", "hub.unread_before"
_TOLD_WHOLE = frozenset({authorities.KIND, "hosts", "number_keys", "policy", "site", "staff_pins"})
"""Each such change says all that counts of its kind: the next one takes the place of the last."""


_OF_THE_MACHINE = (HubError, StorageError, OSError)
_OF_A_STATEMENT = (DataError, IntegrityError, InterfaceError, NotSupportedError, ProgrammingError)
"""What a database refuses for what it is told, and would refuse the next time too."""


class _Names(msgspec.Struct, frozen=True):
    list_id: UUID


def kinds(session: Session) -> frozenset[str]:
    """The kinds of changes of which something could not be read."""
    return frozenset(key.partition(" ")[0] for key in _keys(session, _NOW, _BEFORE))


def fault_of(error: Exception) -> Exception | None:
    """What a change itself is to blame for, foreseen or not: it would be so the next time too.

    None where the next time may go well: the hub is away, the disk is full, the database busy.
    """
    if isinstance(error, StorageError) and isinstance(error.__cause__, _OF_A_STATEMENT):
        return error.__cause__
    if isinstance(error, HubUnreadableError):
        return error
    return None if isinstance(error, _OF_THE_MACHINE) else error


def note(session: Session, change: Change) -> None:
    """This one is passed over."""
    settings.write(session, _NOW, tuple(sorted(_keys(session, _NOW) | {_key(change)})))


def stay_missed(session: Session, change: Change, *, is_here: bool) -> None:
    """A list was overtaken by its next version, which may come late: the hub may go away just now.

    Until it comes everybody is held as long as no version of the list is here, or it was missed.
    """
    if not is_here or _key(change) in _keys(session, _BEFORE):
        note(session, change)


def clear(session: Session, change: Change) -> None:
    """This one was read: what it takes the place of is not missed any more."""
    if change.kind not in _TOLD_WHOLE | {LIST, LIST_ENDED}:
        return
    key = _key(change)
    for name in (_NOW, _BEFORE):
        known = _keys(session, name)
        if key in known:
            settings.write(session, name, tuple(sorted(known - {key})))


def begin_anew(session: Session) -> None:
    """The feed is read from its beginning: what cannot be read comes again. Till then it counts."""
    missed = _keys(session, _NOW, _BEFORE)
    if missed:
        settings.write(session, _BEFORE, tuple(sorted(missed)))
        settings.remove(session, _NOW)


def is_anew(session: Session) -> bool:
    """Whether what could not be read before is waited for."""
    return bool(_keys(session, _BEFORE))


def end_anew(session: Session) -> None:
    """The feed was read to its end: what did not come again is no more."""
    settings.remove(session, _BEFORE)


def forget(session: Session) -> None:
    """It was another school's hub's."""
    for name in (_NOW, _BEFORE):
        settings.remove(session, name)


def _keys(session: Session, *names: str) -> frozenset[str]:
    found = [settings.read(session, name, tuple[str, ...]) or () for name in names]
    return frozenset(key for keys in found for key in keys)


def _key(change: Change) -> str:
    """Kind, and which list it is about: another list's news take no place of this one's."""
    if change.kind not in {LIST, LIST_ENDED}:
        return change.kind
    try:
        return f"{LIST} {codec.from_json(bytes(change.body), _Names).list_id}"
    except codec.MalformedError:
        return change.kind
