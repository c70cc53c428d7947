"""What the kiosk signs, and what it checks of its hub: receipts, and that the log only grows.

The hub sends the head of its log of all kiosks with every answer to `changes`. A later head has to
be shown to begin with the one seen before (RFC 9162): a hub that rewrites what it once showed
cannot do so. Both heads are then kept as evidence, and visitors are served as ever.

A hub that was restored from a backup begins another log, and one that only says so looks the same
from here. So the last head of the log before stays too, and staff are told: they know of a restore.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db import clock_doubt, hub_keys, hub_trust, merkle, settings, signing
from db.authorities import Authorities
from db.engine import Database
from db.outbox import Device
from kiosk import own_device
from kiosk.own_device import HUB_KEY, PAIRING, HubAccess
from kiosk.sync.client import HubClient, LogHead, Receipt
from kiosk.sync.known_hub import HubUntrueError, bytes_of

LOG = logging.getLogger(__name__)

LOG_HEAD = "hub.log_head"
LOG_TROUBLE = "hub.log_trouble"
EARLIER_LOGS = "hub.earlier_logs"
_FIRST_LOGS = _LAST_LOGS = 8
"""So many of a hub's earlier logs stay, of the first ones and of the last: whoever begins more and
more of them pushes out none of the first."""
UNTRUE = "hub.untrue_answer"
_LATEST_AT = "hub.latest_at"
"""The latest time that the hub signed and the own clock bore out, to the hour."""
NEW_LOG_TOLD_FOR = timedelta(days=30)
"""So long staff are told that the hub began a new log; `verify-log` says it for good."""
_SET_BACK = timedelta(days=1)
_ABOUT = timedelta(days=7)
"""A clock that is off by less bears out what year it is."""
_RECEIPT = "hub.receipt."
_CHANGED = (
    "The hub's log is not the one that it showed before: something in it was changed or removed. "
    "Both are kept here as evidence. Tell your IT staff."
)


@dataclass(frozen=True, slots=True)
class LogTrouble:
    """Two heads of the hub's log that cannot both be true, kept for whoever looks into it."""

    seen_before: LogHead
    shown_now: LogHead
    found_at: datetime


@dataclass(frozen=True, slots=True)
class EarlierLog:
    """A log of the hub that another one followed; `ended_at` by this computer's clock."""

    head: LogHead
    """As it was seen last."""
    ended_at: datetime
    goes_on: bool
    """Whether the next one begins with all that was seen of it: then nothing of it is lost."""


@dataclass(frozen=True, slots=True)
class UntrueAnswers:
    """Answers in the hub's name that the hub had not signed: nothing of them was taken."""

    first_at: datetime
    last_at: datetime
    count: int


def sign(session: Session, device: Device, seq: int, digest: bytes) -> bytes:
    """Our signature over the head of our chain; empty before this kiosk has a key."""
    key = own_device.key_of(session, device)
    if not key:
        return b""
    return signing.sign(key, signing.ChainHead(device.kiosk_id, device.epoch, seq, digest))


def keep_receipt(session: Session, device: Device, receipt: Receipt, digest: bytes | None) -> None:
    """Remember what the hub has signed for. `digest` is our own hash of the event that it names.

    Raises `HubUntrueError` when it is signed for something else, or by somebody else.
    """
    key = hub_key(session)
    if not key:
        return
    if not _is_for(key, device, receipt, digest):
        raise HubUntrueError(
            "The hub's receipt is not signed by the hub that this kiosk was paired with, so "
            "nothing counts as sent. Everything is kept here. Tell your IT staff."
        )
    settings.write(session, f"{_RECEIPT}{device.epoch}", receipt)


def receipt(session: Session, epoch: int) -> Receipt | None:
    """The hub's last receipt for this epoch."""
    return settings.read(session, f"{_RECEIPT}{epoch}", Receipt)


def follow(database: Database, hub: HubClient) -> bool:
    """Learn the hub's new key, when the one that this kiosk knows has named another.

    Returns whether what was refused may be asked for again: it is true then, or it is refused once
    more. Raises `HubError` or `StorageError`.
    """
    with database.read() as session:
        key = hub_key(session)
    if not key:
        return False
    now, taken = hub_keys.followed(key, hub.key_changes())
    if taken:
        with database.begin() as session:
            if hub_key(session) == key:  # else the other thread has learned it
                hub_keys.keep(session, (*hub_keys.known(session), *taken))
                settings.write(session, HUB_KEY, now.hex())
        LOG.info("the hub has a new key, which its old one has signed")
    return hub.know(now) or bool(taken)


def take_authorities(session: Session, told: Authorities) -> None:
    """Know the hub by these CAs from now on, as it has said, and by no other.

    What it said before does not come back. A hub that signs nothing, or for which a proxy's
    certificate vouches, has no say in it.
    """
    access = settings.read(session, PAIRING, HubAccess)
    if access is None or not access.ca or not hub_key(session) or told.number <= access.told:
        return
    if not told.pems or not all(map(hub_trust.is_authority, told.pems)):
        LOG.warning("the hub names what is no authority, and is known by that of before")
        return
    known = {hub_trust.mark_of(ca) for ca in hub_trust.separate(access.ca)}
    if known.isdisjoint(map(hub_trust.mark_of, told.pems)):
        # Each change is told beside the one of before: this is of a hub that has lost its own.
        LOG.warning("the hub names none of the authorities by which it is known, and they stay")
        return
    settings.write(session, PAIRING, replace(access, ca="".join(told.pems), told=told.number))
    LOG.info("the hub says by which authorities it is known: %d", len(told.pems))


def check_signature(key: bytes, shown: LogHead | None) -> None:
    """Raises `HubUntrueError` when it is not the hub of this key that shows this head of its log.

    A kiosk that was paired before hubs had keys has none, and takes any head.
    """
    if key and (shown is None or not _is_signed(key, shown)):
        raise HubUntrueError(
            "What came is not signed by the hub that this kiosk was paired with, so nothing of it "
            "was taken. Everything is kept here. Tell your IT staff."
        )


def is_set_back(database: Database, said: datetime, own: datetime) -> bool:
    """Whether the hub's clock is behind what it signed before, and behind `own`, by a day or more.

    By such a clock whoever is on a list from a later day on would be let in, and so would whoever
    was cleared until an earlier one: better go by the own clock then. What was signed before counts
    where the own clock bore it out: a hub that was ahead alone is heard as soon as it is right.
    What is not set back is kept for when nobody hears the hub (`clock_doubt.moments_alone`).
    """
    with database.read() as session:
        latest = settings.read(session, _LATEST_AT, datetime)
        heard = settings.read(session, clock_doubt.SAID, datetime)
    is_later = latest is None or said >= latest
    is_borne_out = abs(own - said) < (_ABOUT if is_later else _SET_BACK)
    is_back = latest is not None and min(latest, own) - said >= _SET_BACK
    known = ((_LATEST_AT, latest, is_borne_out), (clock_doubt.SAID, heard, not is_back))
    news = [name for name, before, counts in known if counts and _is_another(said, before)]
    if news:
        with database.begin() as session:
            for name in news:
                settings.write(session, name, said)
    return is_back


def log_head(session: Session) -> LogHead | None:
    """The head of the hub's log that was seen last."""
    return settings.read(session, LOG_HEAD, LogHead)


def earlier_logs(session: Session) -> tuple[EarlierLog, ...]:
    """The hub's logs that another one followed, in the order in which they first ended.

    Between the first and the last of them some are left out where there were more than 16.
    """
    return settings.read(session, EARLIER_LOGS, tuple[EarlierLog, ...]) or ()


def new_log_at(session: Session) -> datetime | None:
    """When the hub last began a log that lacks something that was seen of the one before."""
    return max((one.ended_at for one in earlier_logs(session) if not one.goes_on), default=None)


def check_log(
    database: Database,
    hub: HubClient,
    shown: LogHead | None,
    proof: Sequence[str] = (),
    *,
    now: datetime,
) -> str:
    """Hold the head that the hub shows against the one seen before of its log, and keep it.

    `proof` came with it; the hub is asked for one where that is none, or not of these two heads.
    Returns what to say when the hub's log is not what it was, else nothing.
    """
    with database.read() as session:
        last, earlier = log_head(session), earlier_logs(session)
        is_known = trouble(session) is not None
    if shown is None:
        return ""
    seen = [one.head for one in earlier] if last is None else [last, *(e.head for e in earlier)]
    before = next((head for head in seen if head.log_id == shown.log_id), None)
    is_changed = False
    if before is not None:
        if before == last and (before.size, before.root) == (shown.size, shown.root):
            return _CHANGED if is_known else ""
        is_changed = not _begins_with(hub, before, shown, proof)
        if is_changed:
            _keep_trouble(database, LogTrouble(before, shown, shown.at))
        if is_changed and before == last:
            return _CHANGED
    # A log that is shown instead of another is named from now on: who names another one is
    # told to read everything anew.
    ended = None
    if last is not None and last.log_id != shown.log_id:
        LOG.warning("the hub began a new log, as one does that was restored from a backup")
        ended = EarlierLog(last, now, _begins_with(hub, last, shown, ()))
    with database.begin() as session:
        settings.write(session, LOG_HEAD, shown)
        if ended is not None:
            settings.write(session, EARLIER_LOGS, _with(earlier, ended))
    return _CHANGED if is_known or is_changed else ""


def _with(earlier: Sequence[EarlierLog], ended: EarlierLog) -> tuple[EarlierLog, ...]:
    """One that ends for the second time keeps its place: it must not get among those that go."""
    logs = {one.head.log_id: one for one in earlier}
    known = logs.get(ended.head.log_id, ended)
    logs[ended.head.log_id] = replace(ended, goes_on=known.goes_on and ended.goes_on)
    kept = tuple(logs.values())
    return (*kept[:_FIRST_LOGS], *kept[_FIRST_LOGS:][-_LAST_LOGS:])


def trouble(session: Session) -> LogTrouble | None:
    """What was found wrong with the hub's log."""
    return settings.read(session, LOG_TROUBLE, LogTrouble)


def words_of_logs(session: Session) -> list[str]:
    """What `verify-log` says of the heads that are kept here, each as ``SIZE:ROOT``."""
    lines = [
        f"The hub's log until {one.ended_at:%Y-%m-%d %H:%M} UTC: {_shown(one.head)}. "
        + (
            "The one that followed begins with it."
            if one.goes_on
            else "The one that followed does not begin with it, as after a restore from a backup."
        )
        for one in earlier_logs(session)
    ]
    if (head := log_head(session)) is not None:
        lines.append(f"The hub's log as it was shown last: {_shown(head)}.")
        lines.append(
            "To compare: vestibule-hub verify-log --seen with each of them; with one from before a "
            "restore, at the database that was put aside then."
        )
    if (found := trouble(session)) is not None:
        lines.append(
            f"The hub's log is not the one that it showed before: {_shown(found.seen_before)}, "
            f"then {_shown(found.shown_now)}."
        )
    return lines


def _shown(head: LogHead) -> str:
    return f"{head.size}:{head.root} ({head.at:%Y-%m-%d %H:%M} UTC)"


def note_untrue(database: Database, now: datetime) -> None:
    """Remember that something came in the hub's name that is not the hub's."""
    with database.begin() as session:
        before = untrue(session)
        first_at, count = (now, 0) if before is None else (before.first_at, before.count)
        settings.write(session, UNTRUE, UntrueAnswers(first_at, now, count + 1))


def untrue(session: Session) -> UntrueAnswers | None:
    """What came in the hub's name and was not the hub's, since this kiosk was paired."""
    return settings.read(session, UNTRUE, UntrueAnswers)


def forget(session: Session) -> None:
    """Drop what was known of a hub: this kiosk was paired anew."""
    kept = (LOG_HEAD, EARLIER_LOGS, LOG_TROUBLE, UNTRUE, _LATEST_AT)
    for name in (*kept, clock_doubt.SAID, hub_keys.CHANGES):
        settings.remove(session, name)


def _is_another(said: datetime, before: datetime | None) -> bool:
    return before is None or abs(said - before) >= timedelta(hours=1)


def _begins_with(hub: HubClient, before: LogHead, shown: LogHead, proof: Sequence[str]) -> bool:
    def shows_it(steps: Sequence[bytes]) -> bool:
        roots = bytes_of(before.root), bytes_of(shown.root)
        return merkle.is_consistent(before.size, roots[0], shown.size, roots[1], tuple(steps))

    if shown.size <= before.size:
        return (shown.size, shown.root) == (before.size, before.root)
    if proof and shows_it([bytes_of(step) for step in proof]):
        return True
    return shows_it(hub.log_proof(before.size, shown.size))


def _is_for(key: bytes, device: Device, receipt: Receipt, digest: bytes | None) -> bool:
    if digest is None or digest.hex() != receipt.hash or receipt.at is None:
        return False
    head = signing.ChainHead(device.kiosk_id, device.epoch, receipt.acked_seq, digest)
    return signing.is_signed(key, signing.Receipt(head, receipt.at), bytes_of(receipt.signature))


def _is_signed(key: bytes, head: LogHead) -> bool:
    statement = signing.TreeHead(head.log_id, head.size, bytes_of(head.root), head.at)
    return signing.is_signed(key, statement, bytes_of(head.signature))


def _keep_trouble(database: Database, found: LogTrouble) -> None:
    with database.begin() as session:
        if trouble(session) is None:  # the first one is the evidence
            settings.write(session, LOG_TROUBLE, found)


def hub_key(session: Session) -> bytes:
    """The public key of the hub that this kiosk was paired with; empty when it had none."""
    return bytes_of(settings.read(session, HUB_KEY, str) or "")
