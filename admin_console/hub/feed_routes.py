"""What kiosks learn from the hub: its changes, its lists, and how its log stands."""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from admin_console.hub.answers import JSON, NDJSON, PROBLEM, answer, problem, refuse
from admin_console.hub.context import AskingKiosk, Context, KioskContext, bearer, known_kiosk
from admin_console.hub.vouching import Asked
from db import (
    changes,
    codec,
    feed_start,
    hub_keys,
    list_told,
    quarantine,
    signing,
    tree,
    watchlists,
)
from db.columns import LARGEST_INTEGER
from db.pairing import LAST_EPOCH, PairedKiosk

MOST_ENTRIES = 5_000
LONGEST_WAIT_SECONDS = 25.0

router = APIRouter(prefix="/v1", tags=["kiosk"])


@dataclass(frozen=True, slots=True)
class WireChange:
    version: int
    kind: str
    body: msgspec.Raw
    mark: str


@dataclass(frozen=True, slots=True)
class WireTreeHead:
    """How the hub's log stands, signed: see `db.signing.TreeHead`."""

    log_id: str
    size: int
    root: str
    at: datetime
    signature: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Hashes in hex, from the leaf or the older tree up to the root."""

    hashes: tuple[str, ...]
    index: int | None = None
    """Where the event is, of which this shows that it is in the log."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new. `start_over` when this feed is not the one that the kiosk has read."""

    cursor: int
    changes: tuple[WireChange, ...]
    newest: int
    start_over: bool = False
    lists: tuple[UUID, ...] = ()
    log_head: WireTreeHead | None = None
    parked: int = 0
    """How many of the kiosk's own events are kept here and could not be applied."""
    log_proof: tuple[str, ...] = ()
    """That `log_head` begins with the head that the kiosk named, in hex: see `Proof`."""


@dataclass(frozen=True, slots=True)
class HubKeys:
    """How the hub came to the key that it signs with: see `db.signing.KeyChange`."""

    changes: tuple[hub_keys.SignedChange, ...]


@router.get("/changes")
async def feed(
    request: Request,
    context: KioskContext,
    kiosk: AskingKiosk,
    question: Asked,
    *,
    cursor: Annotated[int, Query(ge=0, le=LARGEST_INTEGER)] = 0,
    mark: Annotated[str, Query(max_length=64)] = "",
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
    log_id: Annotated[str, Query(max_length=64)] = "",
    log_size: Annotated[int, Query(ge=0, le=LARGEST_INTEGER)] = 0,
) -> Response:
    """What is new behind `cursor`; waits for it, with no transaction open meanwhile.

    `mark` is that of the change at `cursor`: without it, or where the hub has another change there
    or none any more, the answer is to begin anew (`start_over`), which a cursor of 0 does.

    Who says which head of the log they saw last, by `log_id` and `log_size`, is shown with the
    changes that the log of now begins with that one.

    Signed when the request has a nonce, as every answer that a kiosk acts on: `db.signing.Answer`.

    A kiosk need not wait here. Over a WebSocket at `/v1/changes/live`, with the same token in the
    same header, the hub says the newest version of the kiosk's feed, as digits in a text message:
    once when the line is open, and whenever there is a newer one. Nothing else goes over it, and
    the kiosk says nothing there; what is new it asks for here. A kiosk has one line, its newest. A
    line ends after 15 minutes (close code 1000), when the hub ends (1001, 1012), when the kiosk
    speaks (1008), is not paired any more (4401) or has opened another one (4409).
    """
    until = time.monotonic() + wait
    who = _Who(kiosk, bearer(request), cursor, mark, _KnownLog(log_id, log_size))
    while True:
        seen = context.feed.newest(kiosk.site_id)
        found, key = await run_in_threadpool(_changes, context, who)
        left = until - time.monotonic()
        if found.changes or found.start_over or left <= 0 or context.feed.is_over:
            return question.answer(codec.to_json(found), JSON, key)
        with context.metrics.poll():
            # What is behind its own place alone is news: its last answer may have come first.
            await context.feed.wait(kiosk.site_id, max(seen, cursor), left)


@dataclass(frozen=True, slots=True)
class _KnownLog:
    """The head of the hub's log that a kiosk saw last; a size of 0 when it saw none."""

    log_id: str
    size: int

    def proof(self, session: Session, head: signing.TreeHead) -> tuple[str, ...]:
        """That `head` begins with it. Empty where there is nothing to show, or no such log."""
        if self.log_id != head.log_id or not 0 < self.size < head.size:
            return ()
        return tuple(h.hex() for h in tree.consistency_proof(session, self.size, head.size))


@dataclass(frozen=True, slots=True)
class _Who:
    """Who asks, by which token, and what they have by now."""

    kiosk: PairedKiosk
    token: str = field(repr=False)
    cursor: int
    mark: str
    log: _KnownLog


def _changes(context: Context, who: _Who) -> tuple[Changes, bytes]:
    """What is new, and the key to sign it with.

    401 for a kiosk that is paired no more, at the moment of which it is told: it may have waited.
    """
    kiosk, cursor = who.kiosk, who.cursor
    with context.database.read() as session:
        known_kiosk(session, who.token, context.now())
        head, key = hub_site.head_and_key(session, context.now())
        log_head = _signed(head, key)
        parked = quarantine.count_of(session, kiosk.kiosk_id)
        # After a restore another feed may have grown to the same place, even with the same change.
        is_other_log = who.log.log_id not in ("", log_head.log_id)
        if is_other_log or not changes.is_place(session, cursor, who.mark):
            lists = tuple(w.list_id for w in watchlists.all_lists(session))
            newest = _newest(session)
            anew = Changes(0, (), newest, start_over=True, lists=lists, log_head=log_head)
            return replace(anew, parked=parked), key
        if cursor:
            found = list_told.filled(session, changes.since(session, cursor))
        else:
            site = hub_site.of(session, kiosk.site_id)
            found = feed_start.snapshot(session, kiosk.kiosk_id, site, context.now())
        last = found[-1].version if found else cursor
        newest = _newest(session) if len(found) == changes.AT_ONCE else last
        proof = who.log.proof(session, head) if found else ()
    wire = tuple(WireChange(c.version, c.kind, msgspec.Raw(c.body.encode()), c.mark) for c in found)
    return Changes(last, wire, newest, log_head=log_head, parked=parked, log_proof=proof), key


def _newest(session: Session) -> int:
    last = changes.newest(session)
    return 0 if last is None else last.version


def _signed(head: signing.TreeHead, key: bytes) -> WireTreeHead:
    signed = signing.sign(key, head)
    return WireTreeHead(head.log_id, head.size, head.root.hex(), head.at, signed.hex())


@router.get("/log/head")
def log_head(context: KioskContext, _: AskingKiosk) -> Response:
    """How the hub's log stands, signed."""
    with context.database.read() as session:
        return answer(_signed(*hub_site.head_and_key(session, context.now())))


@router.get("/hub-keys")
def keys(context: KioskContext, _: AskingKiosk) -> Response:
    """The changes of the key that the hub signs with, oldest first.

    Not signed as a whole: each is by the key before it, so that a kiosk gets from the key that it
    was paired with to the one that signs now.
    """
    with context.database.read() as session:
        return answer(HubKeys(hub_keys.known(session)))


@router.get("/log/proof")
def log_proof(
    context: KioskContext,
    kiosk: AskingKiosk,
    size: Annotated[int, Query(ge=0, le=LARGEST_INTEGER)],
    *,
    since: Annotated[int | None, Query(ge=0, le=LARGEST_INTEGER)] = None,
    epoch: Annotated[int | None, Query(ge=1, le=LAST_EPOCH)] = None,
    seq: Annotated[int | None, Query(ge=1, le=LARGEST_INTEGER)] = None,
) -> Response:
    """That the log of `size` events begins with that of `since`, or holds the kiosk's own event.

    RFC 9162, sections 2.1.4 and 2.1.3.
    """
    with context.database.read() as session:
        try:
            if since is not None:
                hashes, index = tree.consistency_proof(session, since, size), None
            else:
                index = tree.index_of(session, kiosk.kiosk_id, epoch or kiosk.epoch, seq or 0)
                hashes = tree.inclusion_proof(session, index, size)
        except (LookupError, ValueError) as error:
            raise refuse(422, f"That cannot be shown: {error}.") from error
    return answer(Proof(tuple(h.hex() for h in hashes), index))


@router.get("/watchlists/{list_id}/entries")
def entries(
    list_id: UUID,
    version: int,
    context: KioskContext,
    question: Asked,
    *,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = MOST_ENTRIES,
    after: UUID | None = None,
) -> Response:
    """A page of one version of a list, an entry a line, in the order of their ids.

    Signed when the request has a nonce, over the exact lines: `db.signing.Answer`. So is the 410
    for a version that a newer one follows, since the kiosk passes over it then.
    """
    with context.database.read() as session:
        key = hub_site.signing_key(session)
        known = watchlists.get(session, list_id)
        if known is None or known.version != version:
            gone = problem(410, "That version is no longer in force; a newer one follows.")
            return question.answer(bytes(gone.body), PROBLEM, key, gone.status_code)
        lines = [codec.to_json(e) for e in watchlists.page(session, list_id, after, limit)]
    return question.answer(b"\n".join(lines), NDJSON, key)
