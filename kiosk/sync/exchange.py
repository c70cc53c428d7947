"""The half of a round that hears: what the hub says, applied. No threads, no waiting.

No transaction is open while HTTP is under way.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from db import (
    authorities,
    clearances,
    codec,
    faults,
    number_keys,
    number_lifting,
    policy,
    settings,
    staff_pins,
    visit_events,
    watchlists,
)
from db.authorities import Authorities
from db.domain.clearance import Clearance
from db.domain.decision import Decision
from db.domain.desk import Site
from db.domain.policy import DeskPolicy
from db.domain.visit import Host
from db.engine import Database
from db.number_keys import SealedKey
from kiosk.sync import trust, unread
from kiosk.sync.client import (
    Change,
    Changes,
    HubClient,
    HubDecision,
    StaffCheckOut,
    StaffPin,
)
from kiosk.sync.list_pull import DeltaMisfitError, Pulled, pull_list, sweep

LOG = logging.getLogger(__name__)

LIFT_SECONDS = 0.5
"""How long visits are brought up to a new key before the hub is asked again: somebody may wait."""
ANSWER_SECONDS = 15.0
"""A little more than a client waits for an answer that need not wait for anything."""
CURSOR = "hub.cursor"
MARK = "hub.cursor_mark"
COMPLETE = "hub.lists_complete"
"""Whether every list that the hub had has come since this kiosk was paired with its school."""
PARKED = "hub.parked"
"""How many of this kiosk's events the hub said last that it keeps and could not apply."""
HEARD_AT = "hub.heard_at"
"""When the hub was last heard, to the minute, by this computer's clock."""
KINDS = "hub.kinds_of_changes"
_KINDS = 4
"""Goes up with each kind of change that `_learn` comes to know; 3: the hub's authorities.

4: the hub tells a clearance that was given at a kiosk to that one's school only, which it did not.
"""
HOSTS = "hub.hosts"
SITE = "hub.site"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a change from the hub means for the program; None and False where it does not."""

    decision: Decision | None = None
    lists_changed: bool = False
    hosts_changed: bool = False
    site: Site | None = None


def forget_hub(session: Session) -> None:
    """Drop what another school's hub has sent: nothing of it is right here."""
    watchlists.keep_only(session, ())
    staff_pins.replace(session, ())
    clearances.forget_all(session)
    trust.forget(session)
    unread.forget(session)
    for name in (HOSTS, COMPLETE, HEARD_AT, PARKED, policy.POLICY):
        settings.remove(session, name)


def note_heard(database: Database, now: datetime) -> None:
    """The hub was heard; each minute is worth a write."""
    with database.read() as session:
        before = settings.read(session, HEARD_AT, datetime)
    if before is None or abs(now - before) >= timedelta(minutes=1):
        with database.begin() as session:
            settings.write(session, HEARD_AT, now)


def _note_parked(database: Database, parked: int) -> None:
    """Staff read it at the kiosk: what it sent is safe there, and not yet to be seen."""
    with database.read() as session:
        before = settings.read(session, PARKED, int) or 0
    if parked != before:
        with database.begin() as session:
            settings.write(session, PARKED, parked)


def start_over(session: Session) -> None:
    """Read the hub's feed from its beginning. What is known by now stays in force meanwhile."""
    settings.write(session, CURSOR, 0)
    settings.write(session, MARK, "")
    unread.begin_anew(session)


def read_anew_after_update(session: Session) -> None:
    """Read the feed anew once this program knows more kinds of changes than the one before it.

    What an older program did not know is behind the cursor by now, and what could not be read.
    """
    if settings.read(session, KINDS, int) != _KINDS:
        clearances.forget_told(session)  # of other schools' kiosks too, by older hubs
    if settings.read(session, KINDS, int) != _KINDS or unread.kinds(session):
        settings.write(session, KINDS, _KINDS)
        start_over(session)


def try_missed_again(database: Database) -> None:
    """Read the feed anew if something of it could not be taken. Until then it counts as missed."""
    with database.read() as session:
        is_missed = bool(unread.kinds(session))
    if is_missed:
        with database.begin() as session:
            start_over(session)


def _to_nobody(_: object) -> None:
    pass


def pull(
    database: Database,
    hub: HubClient,
    wait_seconds: float,
    tell: Callable[[Learned], object] = _to_nobody,
    tell_time: Callable[[datetime], object] = _to_nobody,
) -> str:
    """Fetch and apply what is new at the hub; waits that long for something to come.

    A change and the cursor behind it are one transaction: after a crash the change comes again
    and finds itself applied. `tell` hears of each as soon as it is applied, since a visitor may
    wait for one while a later one fails; `tell_time` hears what the hub's clock says. Returns what
    to say of the hub's log, nothing when it is the one that was seen before.
    """
    number_lifting.lift_all(database, LIFT_SECONDS)
    with database.read() as session:
        if number_keys.is_lifting(session):
            wait_seconds = 0
        cursor = settings.read(session, CURSOR, int) or 0
        mark = settings.read(session, MARK, str) or ""
        is_complete = settings.read(session, COMPLETE, bool) or False
        hub_key, seen = trust.hub_key(session), trust.log_head(session)
    asked_at = time.time()
    answer = hub.changes(cursor, mark, wait_seconds if is_complete else 0, seen)
    took, own = time.time() - asked_at, datetime.fromtimestamp(asked_at, UTC)
    trust.check_signature(hub_key, answer.log_head)
    # A computer that slept meanwhile, or whose clock was set, reads what was said at another time.
    said = answer.log_head if hub_key and 0 <= took < wait_seconds + ANSWER_SECONDS else None
    if said is not None and not trust.is_set_back(database, said.at, own):
        tell_time(said.at)
    if answer.start_over:
        LOG.warning("the hub was restored from an older backup: reading everything anew")
        with database.begin() as session:
            _keep_what_the_hub_has(session, answer)
        tell(Learned(lists_changed=True))
        _note_parked(database, answer.parked)
        return trust.check_log(database, hub, answer.log_head, now=own)
    for change in answer.changes:
        is_end = answer.newest is not None and change.version >= answer.newest
        is_now_complete = is_end and not is_complete
        tell(_take(database, hub, change, is_now_complete=is_now_complete))
        _tidy_behind(database, change)
        is_complete = is_complete or is_now_complete
    if not answer.changes and not is_complete:
        with database.begin() as session:
            settings.write(session, COMPLETE, value=True)
        tell(Learned(lists_changed=True))
    if _ends(answer):
        _end_anew(database, tell)
    _note_parked(database, answer.parked)
    return trust.check_log(database, hub, answer.log_head, answer.log_proof, now=own)


def _ends(answer: Changes) -> bool:
    """Whether nothing is behind it for now."""
    last = answer.changes[-1].version if answer.changes else answer.cursor
    return not answer.changes or (answer.newest is not None and last >= answer.newest)


def _end_anew(database: Database, tell: Callable[[Learned], object]) -> None:
    with database.read() as session:
        if not unread.is_anew(session):
            return
    with database.begin() as session:
        unread.end_anew(session)
    tell(Learned(lists_changed=True))


def _pass_over(
    database: Database, change: Change, error: Exception, *, is_now_complete: bool
) -> Learned:
    """Go on behind a change that cannot be taken: see `unread`."""
    LOG.error(
        "a change of the hub cannot be read here (%s, version %d) and is passed over: %s",
        change.kind,
        change.version,
        faults.where(error),
    )
    with database.begin() as session:
        unread.note(session, change)
        _go_behind(session, change, is_now_complete=is_now_complete)
    return Learned(lists_changed=True)


def _go_behind(session: Session, change: Change, *, is_now_complete: bool) -> None:
    settings.write(session, CURSOR, change.version)
    settings.write(session, MARK, change.mark)
    if is_now_complete:
        settings.write(session, COMPLETE, value=True)


def _keep_what_the_hub_has(session: Session, answer: Changes) -> None:
    watchlists.keep_only(session, answer.lists)
    clearances.forget_in_force(session)
    known = {w.list_id for w in watchlists.all_lists(session)}
    settings.write(session, COMPLETE, known == set(answer.lists))
    start_over(session)


def _take(database: Database, hub: HubClient, change: Change, *, is_now_complete: bool) -> Learned:
    try:
        return _apply(database, hub, change, is_now_complete=is_now_complete)
    except Exception as error:
        fault = unread.fault_of(error)
        if fault is None:
            raise
        return _pass_over(database, change, fault, is_now_complete=is_now_complete)


def _apply(database: Database, hub: HubClient, change: Change, *, is_now_complete: bool) -> Learned:
    if change.kind != "watchlist":
        return _write(database, change, None, is_now_complete=is_now_complete)
    body = bytes(change.body)
    try:
        pulled = pull_list(database, hub, body)
        return _write(database, change, pulled, is_now_complete=is_now_complete)
    except DeltaMisfitError:
        pulled = pull_list(database, hub, body, is_whole=True)
        return _write(database, change, pulled, is_now_complete=is_now_complete)


def _tidy_behind(database: Database, change: Change) -> None:
    """What may be done later too: the change counts by now."""
    if change.kind == unread.LIST:
        sweep(database)
    elif change.kind == "number_keys":
        number_lifting.lift_all(database, LIFT_SECONDS)


def _write(
    database: Database, change: Change, pulled: Pulled | None, *, is_now_complete: bool
) -> Learned:
    with database.begin() as session:
        learned = _learn(session, change)
        if pulled is not None:
            pulled.put_in_force(session)
        if pulled is not None or change.kind != unread.LIST:
            unread.clear(session, change)
        else:  # a newer version follows
            unread.stay_missed(session, change, is_here=_is_here(session, change))
        _go_behind(session, change, is_now_complete=is_now_complete)
        if is_now_complete:
            learned = replace(learned, lists_changed=True)
    return learned


def _is_here(session: Session, change: Change) -> bool:
    known = codec.from_json(bytes(change.body), _ListId)
    return watchlists.get(session, known.list_id) is not None


def _learn(session: Session, change: Change) -> Learned:
    body = bytes(change.body)
    match change.kind:
        case "decision":
            decision = codec.from_json(body, HubDecision).decision
            in_force = visit_events.apply_decision(session, decision)
            return Learned(decision=decision if in_force else None)
        case "watchlist":
            return Learned(lists_changed=True)
        case "watchlist_removed":
            watchlists.remove(session, codec.from_json(body, _ListId).list_id)
            return Learned(lists_changed=True)
        case "hosts":
            settings.write(session, HOSTS, codec.from_json(body, tuple[Host, ...]))
            return Learned(hosts_changed=True)
        case "site":
            site = codec.from_json(body, Site)
            settings.write(session, SITE, site)
            return Learned(site=site)
        case _:
            _keep(session, change.kind, body)
            return Learned()


def _keep(session: Session, kind: str, body: bytes) -> None:
    """What is read from the database when it is needed: the program need not hear of it."""
    match kind:
        case authorities.KIND:
            trust.take_authorities(session, codec.from_json(body, Authorities))
        case "check_out":
            out = codec.from_json(body, StaffCheckOut)
            visit_events.apply_staff_check_out(session, out.visit_id, out.at)
        case "clearance":
            clearances.learn(session, codec.from_json(body, Clearance))
        case "number_keys":
            number_keys.learn(session, codec.from_json(body, tuple[SealedKey, ...]))
        case "policy":
            policy.keep(session, codec.from_json(body, DeskPolicy))
        case "staff_pins":
            pins = codec.from_json(body, tuple[StaffPin, ...])
            staff_pins.replace(session, [(p.staff_id, p.display_name, p.pin_hash) for p in pins])
        case _:
            pass  # from a newer hub: the kiosk learns it once it is updated (`_KINDS`)


@dataclass(frozen=True, slots=True)
class _ListId:
    list_id: UUID
