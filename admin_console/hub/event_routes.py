"""What kiosks hand over: their log, and photos."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from math import ceil
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime

from admin_console.hub import aftermath
from admin_console.hub import site as hub_site
from admin_console.hub.answers import JPEG, NDJSON, answer, body_up_to, expect, problem, refuse
from admin_console.hub.backlog import CrowdedError
from admin_console.hub.context import AskingKiosk, Context, InContext, bearer, known_kiosk
from db import codec, inbox, log, notices, pairing, photos, signing, wrong_times
from db.chain import SealedEvent
from db.domain.errors import PhotoError
from db.pairing import LAST_EPOCH, PairedKiosk

MOST_BYTES = 4 * 1024 * 1024
MOST_EVENTS = 1_000

router = APIRouter(prefix="/v1", tags=["kiosk"])


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands, signed as a receipt: a kiosk whose answer was lost has one after all.

    `signature` is empty for a chain of which nothing is here.
    """

    epoch: int
    seq: int
    hash: str
    at: datetime
    signature: str


@dataclass(frozen=True, slots=True)
class WireReceipt:
    """What the hub has of a chain, signed: see `db.signing.Receipt`."""

    acked_seq: int
    hash: str
    at: datetime
    signature: str


class WireEvent(msgspec.Struct, frozen=True):
    """One line of NDJSON: the event's exact line and body as text, the salt in hex.

    Salt and body are empty where the kiosk erased them before the hub was restored without them.
    """

    line: str
    salt: str
    body: str


_WIRE_EVENTS = msgspec.json.Decoder(WireEvent)


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
    with context.database.look() as session:
        at = inbox.head(session, kiosk.kiosk_id, epoch)
        key = hub_site.signing_key(session)
    now = context.now()
    signed = _receipt(key, kiosk, at, now) if at.seq else ""
    return answer(Head(at.epoch, at.seq, at.hash.hex(), now, signed))


@router.post("/events")
async def events(
    request: Request,
    context: InContext,
    kiosk: AskingKiosk,
    epoch: AskedEpoch,
    signature: Annotated[str, Query(max_length=128, pattern="^[0-9a-f]*$")] = "",
) -> Response:
    """Take in a batch of events of one epoch, each once in effect.

    503 with `is_busy` and Retry-After (RFC 9110, 10.2.3) while many kiosks hand over a backlog:
    send the same again after so many seconds.

    `signature` is the kiosk's over the head of its chain behind the batch, in hex.
    """
    expect(request, NDJSON)
    content = await body_up_to(request, MOST_BYTES)
    batch = _Batch(kiosk, bearer(request), epoch, content, signature)
    if content.count(b"\n") < inbox.MOST_AT_ONCE:
        return await run_in_threadpool(_receive, context, batch)  # somebody may wait for it
    try:
        async with context.backlog.turn():
            return await run_in_threadpool(_receive, context, batch)
    except CrowdedError as crowded:
        words = "Many kiosks hand over their events at once. Nothing of this batch was taken yet."
        again = str(ceil(crowded.seconds))
        return problem(503, words, {"Retry-After": again}, is_busy=True)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a kiosk hands over, and by which token."""

    kiosk: PairedKiosk
    token: str = field(repr=False)
    epoch: int
    content: bytes = field(repr=False)
    signature: str


def _receive(context: Context, handed: _Batch) -> Response:
    kiosk, epoch = handed.kiosk, handed.epoch
    is_present = epoch == kiosk.epoch
    if is_present and kiosk.fork is not None:
        return _forked("This kiosk's log has forked. Pair the kiosk again.")
    batch = _events_of(handed.content)
    try:
        with context.database.begin() as session:
            known_kiosk(session, handed.token, context.now())  # a slow body takes minutes
            now, ours = context.now(), hub_site.receiving(session, kiosk.site_id)
            got = inbox.receive(
                session,
                kiosk.kiosk_id,
                epoch,
                batch,
                now,
                signature=_bytes_of(handed.signature),
                origin=ours.origin,
                follow=aftermath.at(now),
            )
            aftermath.at_end(session, now)
            if any(event.type == "decision.made" for event in got.new):
                # Whoever revoked it may have ended by now what was cleared there.
                known_kiosk(session, handed.token, context.now())
    except inbox.GapError as gap:
        return problem(409, str(gap), expected_seq=gap.expected_seq)
    except inbox.ForkError as fork:
        if is_present:  # one from before was answered by pairing the kiosk again
            with context.database.begin() as session:
                pairing.mark_fork(session, kiosk.kiosk_id, str(fork))
                notices.tell_of_fork(
                    session,
                    kiosk.name,
                    context.now(),
                    about=f"{kiosk.kiosk_id} {epoch}",
                    site_id=kiosk.site_id,
                )
            context.wake.notify()
        return _forked(f"{fork}. This kiosk's disk may be a copy; pair it again.")
    except inbox.MalformedEventError as error:
        raise refuse(422, f"Nothing of the batch was taken: {error}.") from error
    if got.new:
        context.metrics.took_events(len(got.new))
    if got.is_more:
        context.backlog.grew()
    elif got.new:
        context.wake.notify()
    signed = _receipt(ours.key, kiosk, got.head, now)
    return answer(WireReceipt(got.head.seq, got.head.hash.hex(), now, signed))


def _receipt(key: bytes, kiosk: PairedKiosk, head: log.Head, now: datetime) -> str:
    chain_head = signing.ChainHead(kiosk.kiosk_id, head.epoch, head.seq, head.hash)
    return signing.sign(key, signing.Receipt(chain_head, now)).hex()


def _bytes_of(signature: str) -> bytes:
    try:
        return bytes.fromhex(signature)
    except ValueError:
        return b"?"  # an odd number of digits: it is no signature


def _forked(words: str) -> Response:
    """A fork says so itself, since other refusals have the same status."""
    return problem(422, words, is_fork=True)


def _events_of(content: bytes) -> list[SealedEvent]:
    if content.count(b"\n") >= 2 * MOST_EVENTS:
        raise refuse(413, f"A batch has at most {MOST_EVENTS} events.")
    try:
        wire = _WIRE_EVENTS.decode_lines(content)
        batch = [SealedEvent(e.line.encode(), bytes.fromhex(e.salt), e.body.encode()) for e in wire]
    except (codec.MalformedError, ValueError) as error:
        raise refuse(422, "A line of the batch is no event. Nothing was taken.") from error
    if len(batch) > MOST_EVENTS:
        raise refuse(413, f"A batch has at most {MOST_EVENTS} events.")
    return batch


@router.put("/blobs/{name}")
async def put_blob(
    name: str,
    request: Request,
    context: InContext,
    _: AskingKiosk,
    taken_at: AwareDatetime | None = None,
) -> Response:
    """Take in a badge photo under its hash. Its days begin when it was taken, and not now."""
    expect(request, JPEG)
    jpeg = await body_up_to(request, photos.LARGEST_BYTES)
    if sha256(jpeg).hexdigest() != name:
        raise refuse(422, "The photo does not have the hash that it is named by.")
    token, now = bearer(request), context.now()

    def keep() -> None:
        with context.database.look() as session:
            known_kiosk(session, token, now)  # as of a batch: it came slowly
        photos.keep(context.photos, jpeg, taken_at=_possible(taken_at, now))

    try:
        await run_in_threadpool(keep)
    except PhotoError as error:
        raise refuse(422, str(error)) from error
    context.wake.notify()
    return Response(status_code=204)


def _possible(taken_at: datetime | None, now: datetime) -> datetime | None:
    """None where a kiosk does not say when, as one of a version before, or its clock was wrong."""
    is_possible = taken_at is not None and wrong_times.NO_EARLIER <= taken_at <= now
    return taken_at if is_possible else None
