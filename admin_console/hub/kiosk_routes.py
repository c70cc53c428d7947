"""What kiosks ask of the hub: pairing, the log, photos, and what is new."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import site as hub_site
from admin_console.hub.answers import answer, body_as, body_up_to, refuse
from admin_console.hub.context import AskingKiosk, InContext
from db import changes, codec, inbox, pairing, photos, watchlists
from db.chain import SealedEvent
from db.domain.desk import Site
from db.domain.errors import PhotoError
from db.pairing import PairedKiosk

MOST_BYTES = 4 * 1024 * 1024
MOST_EVENTS = 1_000
LONGEST_WAIT_SECONDS = 25.0

router = APIRouter(prefix="/v1", tags=["kiosk"])


@dataclass(frozen=True, slots=True)
class PairRequest:
    """A kiosk that wants in. `kiosk_id` is its own from before, so that its log goes on."""

    code: str
    kiosk_name: str
    kiosk_id: str


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


@dataclass(frozen=True, slots=True)
class Changes:
    cursor: int
    changes: tuple[WireChange, ...]


@router.post("/pair")
async def pair(request: Request, context: InContext) -> Response:
    """Trade a one-time code for a token."""
    asked = await body_as(request, PairRequest)
    address = request.client.host if request.client else ""
    return answer(await run_in_threadpool(_pair, context, asked, f"pair {address}"))


def _pair(context: InContext, asked: PairRequest, who: str) -> Paired:
    now = context.now()
    if context.throttle.seconds_to_wait(who, now.timestamp()):
        raise refuse(429, "Too many codes were tried. Wait a minute.", {"Retry-After": "60"})
    with context.database.begin() as session:
        is_let_in = pairing.use_code(session, asked.code, now)
        if is_let_in:
            name = asked.kiosk_name.strip()[:200] or "Kiosk"
            kiosk, token = pairing.let_in(session, asked.kiosk_id[:64], name, now)
            key = hub_site.number_key(session)
    if not is_let_in:
        context.throttle.failed(who, now.timestamp())
        raise refuse(
            403,
            "That pairing code is wrong, used, or older than ten minutes. "
            "Make a new one with vestibule-hub pair.",
        )
    context.wake.notify()
    site = context.site()
    return Paired(site.district_id, site.site_id, kiosk.kiosk_id, kiosk.epoch, token, key, site)


@router.get("/head")
def head(context: InContext, kiosk: AskingKiosk) -> Response:
    """Where the kiosk's chain stands here: resume always starts from this."""
    with context.database.read() as session:
        at = inbox.head(session, kiosk.kiosk_id, kiosk.epoch)
    return answer(Head(at.epoch, at.seq, at.hash.hex()))


@router.post("/events")
async def events(request: Request, context: InContext, kiosk: AskingKiosk) -> Response:
    """Take in a batch of events, each once in effect."""
    content = await body_up_to(request, MOST_BYTES)
    return await run_in_threadpool(_receive, context, kiosk, content)


def _receive(context: InContext, kiosk: PairedKiosk, content: bytes) -> Response:
    if kiosk.fork is not None:
        raise refuse(422, "This kiosk's log has forked. Pair the kiosk again.")
    batch = _events_of(content)
    try:
        with context.database.begin() as session:
            got = inbox.receive(session, kiosk.kiosk_id, kiosk.epoch, batch, context.now())
    except inbox.GapError as gap:
        return answer({"detail": str(gap), "expected_seq": gap.expected_seq}, 409)
    except inbox.ForkError as fork:
        with context.database.begin() as session:
            pairing.mark_fork(session, kiosk.kiosk_id, str(fork))
        context.wake.notify()
        raise refuse(422, f"{fork}. This kiosk's disk may be a copy; pair it again.") from fork
    except inbox.MalformedEventError as error:
        raise refuse(422, f"Nothing of the batch was taken: {error}.") from error
    if got.new:
        context.wake.notify()
    return answer(Receipt(got.head.seq, got.head.hash.hex()))


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
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
) -> Response:
    """What is new behind `cursor`; waits for it, with no transaction open meanwhile."""
    until = context.now().timestamp() + wait
    while True:
        seen = context.wake.count
        found = await run_in_threadpool(_changes, context, cursor)
        left = until - context.now().timestamp()
        if found.changes or left <= 0 or context.wake.is_closing:
            return answer(found)
        await context.wake.wait(seen, left)


def _changes(context: InContext, cursor: int) -> Changes:
    with context.database.read() as session:
        found = changes.since(session, cursor)
    wire = tuple(WireChange(c.version, c.kind, msgspec.Raw(c.body.encode())) for c in found)
    return Changes(wire[-1].version if wire else cursor, wire)


@router.get("/watchlists/{list_id}/entries")
def entries(list_id: UUID, version: int, context: InContext, _: AskingKiosk) -> Response:
    """One version of a list, an entry a line."""
    with context.database.read() as session:
        known = watchlists.get(session, list_id)
        if known is None or known.version != version:
            raise refuse(410, "That version is no longer in force; a newer one follows.")
        lines = [codec.to_json(e) for e in watchlists.entries_of(session, list_id)]
    return Response(b"\n".join(lines), media_type="application/x-ndjson")
