"""How this kiosk stands, for staff: its hub, what waits for it, and the lists that it screens by.

What `vestibule-kiosk doctor` says of these, in the words of the front desk, and without asking the
hub anew: what the sync threads found last. Counts, moments and names of lists; nobody's name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy.orm import Session

from db import authorities, number_keys, outbox, photos, settings, watchlists
from db.domain.kiosks import LastUse
from db.domain.watchlist import Watchlist
from db.outbox import Device
from kiosk import own_device
from kiosk.sync import trust, unread
from kiosk.sync.exchange import COMPLETE, HEARD_AT, PARKED
from kiosk.sync.worker import HubState, Reach
from kiosk.ui.views import ServiceLine, ServiceView, Standing
from kiosk.ui.wording import clock_words, day_words

_VERSION = version("vestibule")
_LATELY = timedelta(minutes=5)
"""A hub is asked each minute, and when it was heard is kept to the minute."""
_SERVED = "Visitors sign in as ever, and nothing is lost."
_PAIR = "To pair it again: vestibule-kiosk pair."


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of it in the kiosk's own database."""

    is_paired: bool
    heard_at: datetime | None
    waiting: int
    """Events that the hub has not confirmed."""
    photos: int
    """Photos that it does not have yet."""
    has_all_lists: bool
    lists: tuple[Watchlist, ...]
    has_other_log: bool
    """The hub's log is not the one that was shown before."""
    untrue: int
    """Answers in the hub's name that it had not signed."""
    lacks_number_key: bool = False
    """The newest key for ID numbers does not open here."""
    clock_ms: int = 0
    """By how much the hub's time, which counts, is ahead of this computer's clock."""
    parked: int = 0
    """Events that the hub has and could not apply, as it said last."""
    new_log_at: datetime | None = None
    """When the hub last began a log that lacks something that was seen of the one before."""
    unread: frozenset[str] = frozenset()
    """Kinds of changes of the hub of which something could not be read here."""


def read(session: Session, device: Device) -> Kept:
    untrue = trust.untrue(session)
    is_paired = own_device.is_paired(session)
    return Kept(
        is_paired=is_paired,
        heard_at=settings.read(session, HEARD_AT, datetime),
        waiting=outbox.waiting(session, device),
        photos=len(photos.unsent(session, device.kiosk_id)),
        has_all_lists=not is_paired or bool(settings.read(session, COMPLETE, bool)),
        lists=tuple(watchlists.all_lists(session)),
        has_other_log=trust.trouble(session) is not None,
        untrue=0 if untrue is None else untrue.count,
        lacks_number_key=number_keys.is_unopened(session),
        clock_ms=device.clock_offset_ms,
        parked=settings.read(session, PARKED, int) or 0,
        new_log_at=trust.new_log_at(session),
        unread=unread.kinds(session),
    )


def view(
    kept: Kept,
    hub: HubState,
    staff_name: str,
    now: datetime,
    *,
    are_lists_loaded: bool,
    camera: LastUse | None = None,
    printer: LastUse | None = None,
    locks_after: int = 60,
) -> ServiceView:
    """What the page says; `now` in the school's own zone. What needs a look comes first of each.

    `camera`, `printer`: None as long as they were not used.
    """
    first = _hub(kept, hub, now) if kept.is_paired else _NO_HUB
    used = [*_used("camera", camera), *_used("printer", printer)]
    lines = [first, _waiting(kept, hub), *used, *_log(kept, now), *_unread(kept), *_clock(kept)]
    lists = _lists(kept, now, are_lists_loaded=are_lists_loaded)
    return ServiceView(
        staff_name=staff_name,
        lines=tuple(lines),
        lists=tuple(lists),
        looked_at=now,
        version=_VERSION,
        locks_after=locks_after,
    )


_NO_HUB = ServiceLine(
    Standing.LOOK,
    "This kiosk is paired with no hub",
    "It keeps everything itself, and screens by the lists that it has.",
)


def _hub(kept: Kept, hub: HubState, now: datetime) -> ServiceLine:
    heard = _heard(kept.heard_at, now)
    match hub.reach:
        case Reach.IN_TOUCH if _is_long_ago(kept.heard_at, now):
            return ServiceLine(Standing.LOOK, "The hub was not heard lately", f"{heard} {_SERVED}")
        case Reach.IN_TOUCH if not hub.words:
            return ServiceLine(Standing.GOOD, "In touch with the hub", heard)
        case Reach.IN_TOUCH:
            return ServiceLine(Standing.LOOK, "In touch with the hub", hub.words)
        case Reach.UNKNOWN:
            return ServiceLine(Standing.LOOK, "The hub has not answered yet", f"{heard} {_SERVED}")
        case Reach.AWAY:
            return ServiceLine(Standing.LOOK, "The hub does not answer", f"{heard} {_SERVED}")
        case Reach.REFUSED:
            return ServiceLine(Standing.BROKEN, "The hub refuses this kiosk", hub.words)
        case Reach.UNTRUE | Reach.STUMBLED:
            title, why = _NOT_TAKEN[hub.reach]
            return ServiceLine(Standing.BROKEN, title, f"{why} {heard} {_SERVED}")
        case Reach.FORKED:
            return ServiceLine(Standing.BROKEN, "This kiosk and the hub disagree", hub.words)
        case Reach.STRANGER | Reach.UNPAIRED:
            title, why = _TO_PAIR[hub.reach]
            words = f"{why} {heard} Everything is kept. {_PAIR}"
            return ServiceLine(Standing.BROKEN, title, words)


_NOT_TAKEN = {
    Reach.UNTRUE: ("What answers is not signed by the hub", "It is not taken."),
    Reach.STUMBLED: (
        "This kiosk and its hub do not get on",
        "Something failed here that is tried again; the log says where.",
    ),
}


_TO_PAIR = {
    Reach.STRANGER: (
        "What answers is not the hub that it knows",
        "The hub may have changed its authority while this kiosk was off.",
    ),
    Reach.UNPAIRED: ("This kiosk was revoked or replaced", "The hub lets it in no longer."),
}


def _is_long_ago(at: datetime | None, now: datetime) -> bool:
    return at is None or now - at > _LATELY


def _heard(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "It was never heard."
    local = at.astimezone(now.tzinfo)
    day = "" if local.date() == now.date() else f" on {day_words(local)}"
    seconds = (now - at).total_seconds()
    # A clock that was set back has heard it in time to come: then only the moment is told.
    ago = f", {_ago(seconds)}" if seconds >= 0 else ""
    return f"Last heard{day} at {clock_words(local)}{ago}."


def _ago(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 2:
        return "just now"
    if minutes < 120:
        return f"{minutes} minutes ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"


def _waiting(kept: Kept, hub: HubState) -> ServiceLine:
    if not kept.waiting and not kept.photos:
        return ServiceLine(Standing.GOOD, "Nothing waits to be sent", "The hub has everything.")
    parts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((kept.waiting, "event"), (kept.photos, "photo"))
        if count
    ]
    verb = "waits" if kept.waiting + kept.photos == 1 else "wait"
    title = f"{' and '.join(parts)} {verb} to be sent"
    if not kept.is_paired:
        return ServiceLine(Standing.LOOK, title, "They are kept here until it has a hub.")
    if hub.reach in (Reach.STRANGER, Reach.FORKED, Reach.UNPAIRED):
        return ServiceLine(Standing.BROKEN, title, f"They are kept here. {_PAIR}")
    standing = Standing.GOOD if hub.reach is Reach.IN_TOUCH else Standing.LOOK
    return ServiceLine(standing, title, "They are kept here, and go out by themselves.")


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count:,} events"


def _log(kept: Kept, now: datetime) -> list[ServiceLine]:
    lines = []
    if kept.has_other_log:
        words = "Keep the hub and this kiosk as they are, and tell whoever looks after the hub."
        lines.append(ServiceLine(Standing.BROKEN, "The hub shows another past", words))
    elif kept.new_log_at is not None and now - kept.new_log_at < trust.NEW_LOG_TOLD_FOR:
        at = kept.new_log_at.astimezone(now.tzinfo)
        words = (
            f"On {day_words(at)} at {clock_words(at)}, as when it is restored from a backup. If "
            "nobody restored it, tell whoever looks after the hub."
        )
        lines.append(ServiceLine(Standing.LOOK, "The hub began a new log", words))
    if kept.parked:
        title = f"The hub could not use {_events(kept.parked)} of this kiosk"
        words = "It keeps them, and nothing is lost. The console's page Kiosks says what to do."
        lines.append(ServiceLine(Standing.LOOK, title, words))
    if kept.lacks_number_key:
        words = f"Staff decide again on visitors who were cleared. {_PAIR}"
        lines.append(ServiceLine(Standing.LOOK, "The newest key for ID numbers is missing", words))
    if kept.untrue:
        answers = "1 answer was" if kept.untrue == 1 else f"{kept.untrue} answers were"
        words = f"{answers} not taken. Ask whoever looks after the network."
        lines.append(ServiceLine(Standing.LOOK, "Something spoke in the hub's name", words))
    return lines


def _unread(kept: Kept) -> list[ServiceLine]:
    found = [words for kind, words in _OF_KIND.items() if kind in kept.unread]
    if not found:
        return []
    words = f"{' '.join(found)} Update Vestibule on this kiosk; it asks again when it is started."
    title = "Something of the hub cannot be read here"
    return [ServiceLine(Standing.LOOK, title, words)]


_OF_KIND = {
    unread.CLEARANCE: "Nobody passes by an earlier clearance.",
    unread.LIST_ENDED: "A list that has ended still counts.",
    "decision": "A decision on a visitor did not come: decide here.",
    "check_out": "Somebody who was signed out at the console is still here.",
    "staff_pins": "PINs are those of before.",
    "policy": "The desk's rules are those of before.",
    "hosts": "Whom one can visit is as before.",
    "site": "The school's name and time zone are those of before.",
    "number_keys": "A key for ID numbers is missing.",
    authorities.KIND: "The hub's next authority is not known.",
}


def _clock(kept: Kept) -> list[ServiceLine]:
    if not kept.clock_ms:
        return []
    way = "behind" if kept.clock_ms > 0 else "ahead"
    title = f"This computer's clock is {_long(abs(kept.clock_ms) // 1000)} {way}"
    words = "The hub's time counts. See that the computer takes its time from the network."
    return [ServiceLine(Standing.LOOK, title, words)]


def _used(what: str, last: LastUse | None) -> list[ServiceLine]:
    if last is None or not last.trouble:
        return []
    title = f"The {what} did not work when it was last used"
    return [ServiceLine(Standing.LOOK, title, last.trouble)]


_PARTS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (0, "second"))


def _long(seconds: int) -> str:
    of_one, word = next(part for part in _PARTS if seconds >= part[0])
    count = seconds // max(of_one, 1)
    return f"{count} {word}{'' if count == 1 else 's'}"


def _lists(kept: Kept, now: datetime, *, are_lists_loaded: bool) -> list[ServiceLine]:
    lines = [_list(one, now) for one in kept.lists]
    lines.sort(key=lambda line: (-line.standing, line.title.casefold()))
    if not kept.has_all_lists:
        words = "Until then every visitor waits for the office."
        title = "The hub's lists have not all come yet"
        lines.insert(0, ServiceLine(Standing.BROKEN, title, words))
    elif unread.LIST in kept.unread:
        title = "A list of the hub cannot be read here"
        words = "Every visitor waits for the office. Update Vestibule on this kiosk."
        lines.insert(0, ServiceLine(Standing.BROKEN, title, words))
    elif not are_lists_loaded:
        words = "Every visitor waits for the office. If it stays so, start the kiosk again."
        lines.insert(0, ServiceLine(Standing.BROKEN, "The lists are not loaded", words))
    elif not lines:
        words = "Nobody is compared with any. Import lists at the hub."
        lines.append(ServiceLine(Standing.LOOK, "There are no lists here", words))
    return lines


def _list(one: Watchlist, now: datetime) -> ServiceLine:
    days = max((now - one.imported_at).days, 0)
    age = "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"
    people = "1 person" if one.entry_count == 1 else f"{one.entry_count:,} people"
    words = f"Version {one.version}, {people}, imported {age}."
    if one.max_age_days is not None and days > one.max_age_days:
        words += f" It should be imported anew every {one.max_age_days} days."
        return ServiceLine(Standing.LOOK, one.name, words)
    if not one.entry_count:
        return ServiceLine(Standing.LOOK, one.name, f"{words} It finds nobody.")
    return ServiceLine(Standing.GOOD, one.name, words)
