"""What kiosks ask of the hub: pairing, the log, photos, and what is new."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import aftermath
from admin_console.hub import site as hub_site
from admin_console.hub.answers import answer, body_as, body_up_to, refuse
from admin_console.hub.context import AskingKiosk, InContext
from db import changes, codec, inbox, pairing, photos, watchlists
from db.chain import SealedEvent
from db.domain.desk import Site
from db.domain.errors import PhotoError
from db.ids import new_id
from db.pairing import PairedKiosk

MOST_BYTES = 4 * 1024 * 1024
MOST_EVENTS = 1_000
MOST_ENTRIES = 5_000
LONGEST_WAIT_SECONDS = 25.0
LAST_EPOCH = 100_000

router = APIRouter(prefix="/v1", tags=["kiosk"])


@dataclass(frozen=True, slots=True)
class PairRequest:
    """A kiosk that wants in.

    `kiosk_id` is its own from before, so that its log goes on; empty, or from another site, it gets
    a new one. `epoch` is that of its last pairing, 0 before the first one.
    """

    code: str
    kiosk_name: str
    kiosk_id: str
    epoch: int = 0
    site_id: str = ""


@dataclass(frozen=True, slots=True)
class Paired:
    """What a kiosk is given."""

    district_id: str
    site_id: str
    kiosk_id: str
    epoch: int
    token: str
    number_key: str
    site: Site


@dataclass(frozen=True, slots=True)
class Head:
    epoch: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    acked_seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class WireEvent:
    """One line of NDJSON: the event's exact line and body as text, the salt in hex."""

    line: str
    salt: str
    body: str


@dataclass(frozen=True, slots=True)
class WireChange:
    version: int
    kind: str
    body: msgspec.Raw
    mark: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new. `start_over` when this feed is not the one that the kiosk has read."""

    cursor: int
    changes: tuple[WireChange, ...]
    newest: int
    start_over: bool = False
    lists: tuple[UUID, ...] = ()


@router.post("/pair")
async def pair(request: Request, context: InContext) -> Response:
    """Trade a one-time code for a token."""
    asked = await body_as(request, PairRequest)
    address = request.client.host if request.client else ""
    return answer(await run_in_threadpool(_pair, context, asked, f"pair {address}"))


def _pair(context: InContext, asked: PairRequest, who: str) -> Paired:
    now, site = context.now(), context.site()
    kiosk_id = _kiosk_id(asked, site, now)
    wait = context.throttle.count_try(who, now.timestamp())
    if wait > 0:
        raise refuse(
            429, "Too many codes were tried. Wait a minute.", {"Retry-After": f"{wait:.0f}"}
        )
    with context.database.begin() as session:
        is_let_in = pairing.use_code(session, asked.code, now)
        if is_let_in:
            name = asked.kiosk_name.strip()[:200] or "Kiosk"
            last_epoch = asked.epoch if kiosk_id == asked.kiosk_id else 0
            kiosk, token = pairing.let_in(session, kiosk_id, name, now, last_epoch)
            key = hub_site.number_key(session)
    if not is_let_in:
        raise refuse(
            403,
            "That pairing code is wrong, used, or older than ten minutes. "
            "Make a new one with vestibule-hub pair.",
        )
    context.throttle.succeeded(who)
    context.wake.notify()
    return Paired(site.district_id, site.site_id, kiosk.kiosk_id, kiosk.epoch, token, key, site)


def _kiosk_id(asked: PairRequest, site: Site, now: datetime) -> str:
    """Under which name the kiosk speaks here; never the hub's own, whose chain would be its."""
    if not asked.kiosk_id or asked.site_id not in ("", site.site_id):
        return str(new_id(now))
    is_ours = asked.kiosk_id == hub_site.hub_device(site).kiosk_id
    if is_ours or not pairing.is_kiosk_id(asked.kiosk_id) or not 0 <= asked.epoch <= LAST_EPOCH:
        raise refuse(
            422,
            "A kiosk cannot be called that. Nothing was changed, and the code is still good. "
            "Pair it with vestibule-kiosk pair.",
        )
    return asked.kiosk_id


def _epoch_asked_for(
    kiosk: AskingKiosk, epoch: Annotated[int | None, Query(ge=1, le=LAST_EPOCH)] = None
) -> int:
    """Which of the kiosk's chains: the present one, or one from before it was paired again."""
    if epoch is not None and epoch > kiosk.epoch:
        raise refuse(422, f"This kiosk was paired {kiosk.epoch} times here and not {epoch} times.")
    return epoch or kiosk.epoch


AskedEpoch = Annotated[int, Depends(_epoch_asked_for)]


@router.get("/head")
def head(context: InContext, kiosk: AskingKiosk, epoch: AskedEpoch) -> Response:
    """Where the kiosk's chain stands here: resume always starts from this."""
    with context.database.read() as session:
        at = inbox.head(session, kiosk.kiosk_id, epoch)
    return answer(Head(at.epoch, at.seq, at.hash.hex()))


@router.post("/events")
async def events(
    request: Request, context: InContext, kiosk: AskingKiosk, epoch: AskedEpoch
) -> Response:
    """Take in a batch of events of one epoch, each once in effect."""
    content = await body_up_to(request, MOST_BYTES)
    return await run_in_threadpool(_receive, context, kiosk, epoch, content)


def _receive(context: InContext, kiosk: PairedKiosk, epoch: int, content: bytes) -> Response:
    is_present = epoch == kiosk.epoch
    if is_present and kiosk.fork is not None:
        return _forked("This kiosk's log has forked. Pair the kiosk again.")
    batch = _events_of(content)
    try:
        with context.database.begin() as session:
            got = inbox.receive(session, kiosk.kiosk_id, epoch, batch, context.now())
            aftermath.of_events(session, got.new, context.now())
    except inbox.GapError as gap:
        return answer({"detail": str(gap), "expected_seq": gap.expected_seq}, 409)
    except inbox.ForkError as fork:
        if is_present:  # one from before was answered by pairing the kiosk again
            with context.database.begin() as session:
                pairing.mark_fork(session, kiosk.kiosk_id, str(fork))
            context.wake.notify()
        return _forked(f"{fork}. This kiosk's disk may be a copy; pair it again.")
    except inbox.MalformedEventError as error:
        raise refuse(422, f"Nothing of the batch was taken: {error}.") from error
    if got.new:
        context.wake.notify()
    return answer(Receipt(got.head.seq, got.head.hash.hex()))


def _forked(words: str) -> Response:
    """A fork says so itself, since other refusals have the same status."""
    return answer({"detail": words, "is_fork": True}, 422)


def _events_of(content: bytes) -> list[SealedEvent]:
    lines = [line for line in content.split(b"\n") if line]
    if len(lines) > MOST_EVENTS:
        raise refuse(413, f"A batch has at most {MOST_EVENTS} events.")
    try:
        wire = [codec.from_json(line, WireEvent) for line in lines]
        return [SealedEvent(e.line.encode(), bytes.fromhex(e.salt), e.body.encode()) for e in wire]
    except (codec.MalformedError, ValueError) as error:
        raise refuse(422, "A line of the batch is no event. Nothing was taken.") from error


@router.put("/blobs/{name}")
async def put_blob(name: str, request: Request, context: InContext, _: AskingKiosk) -> Response:
    """Take in a badge photo under its hash."""
    jpeg = await body_up_to(request, photos.LARGEST_BYTES)
    if sha256(jpeg).hexdigest() != name:
        raise refuse(422, "The photo does not have the hash that it is named by.")
    try:
        await run_in_threadpool(photos.keep, context.photos, jpeg)
    except PhotoError as error:
        raise refuse(422, str(error)) from error
    context.wake.notify()
    return Response(status_code=204)


@router.get("/changes")
async def feed(
    context: InContext,
    _: AskingKiosk,
    cursor: Annotated[int, Query(ge=0)] = 0,
    mark: Annotated[str, Query(max_length=64)] = "",
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
) -> Response:
    """What is new behind `cursor`; waits for it, with no transaction open meanwhile."""
    until = context.now().timestamp() + wait
    while True:
        seen = context.wake.count
        found = await run_in_threadpool(_changes, context, cursor, mark)
        left = until - context.now().timestamp()
        if found.changes or found.start_over or left <= 0 or context.wake.is_closing:
            return answer(found)
        await context.wake.wait(seen, left)


def _changes(context: InContext, cursor: int, mark: str) -> Changes:
    with context.database.read() as session:
        newest = changes.version(session)
        if not changes.is_place(session, cursor, mark):
            lists = tuple(w.list_id for w in watchlists.all_lists(session))
            return Changes(0, (), newest, start_over=True, lists=lists)
        found = changes.since(session, cursor)
    wire = tuple(WireChange(c.version, c.kind, msgspec.Raw(c.body.encode()), c.mark) for c in found)
    return Changes(wire[-1].version if wire else cursor, wire, newest)


@router.get("/watchlists/{list_id}/entries")
def entries(
    list_id: UUID,
    version: int,
    context: InContext,
    _: AskingKiosk,
    *,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = MOST_ENTRIES,
    after: UUID | None = None,
) -> Response:
    """A page of one version of a list, an entry a line, in the order of their ids."""
    with context.database.read() as session:
        known = watchlists.get(session, list_id)
        if known is None or known.version != version:
            raise refuse(410, "That version is no longer in force; a newer one follows.")
        lines = [codec.to_json(e) for e in watchlists.page(session, list_id, after, limit)]
    return Response(b"\n".join(lines), media_type="application/x-ndjson")
