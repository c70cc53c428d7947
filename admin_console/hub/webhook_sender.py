"""Sends what other programs are to be told, each address on its own, until it has arrived.

Signed as Standard Webhooks 1.0 has it (``webhook-id``, ``webhook-timestamp``,
``webhook-signature``), so that receivers find ready libraries. A message may arrive twice: its id
stays the same.
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import ssl
import time
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from admin_console.hub import webhook_leads
from admin_console.hub.context import Context
from admin_console.hub.going_on import going_on
from admin_console.hub.threads import finish_in_thread
from db import notices, webhook_tries, webhooks
from db.domain.webhook import Failure, Message

LOG = logging.getLogger(__name__)

TRY_SECONDS = 10.0
"""So long an answer may take; then it is tried again later."""
PAUSE_SECONDS = 5.0
"""After something went wrong here."""
SECRET_PREFIX = "whsec_"  # noqa: S105  what secrets begin with
_NOT_NOW = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
"""These ask to come again (RFC 9110, 15.5.9; RFC 8470; RFC 6585)."""
MOST_AT_ONCE = 64
"""Addresses that are being told at the same time."""
SLOW_AT_ONCE = 8
"""So many of them may be slow ones."""
SLOW_SECONDS = 2.0


def secret_as_text(secret: bytes) -> str:
    """A secret as receivers' libraries take it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode("ascii")


def signature(secret: bytes, message_id: str, seconds: int, body: str) -> str:
    """What ``webhook-signature`` says: HMAC-SHA256 over id, Unix time and body."""
    signed = f"{message_id}.{seconds}.{body}".encode()
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


@dataclass
class _Lanes:
    """Which addresses are being told, and which were slow the last time.

    Slow ones wait for each other and never keep the others waiting.
    """

    under_way: dict[asyncio.Task[None], UUID] = field(default_factory=dict)
    slow: set[UUID] = field(default_factory=set)

    @property
    def room(self) -> int:
        return MOST_AT_ONCE - len(self.under_way)

    @property
    def slow_room(self) -> int:
        return min(self.room, SLOW_AT_ONCE - len(self.slow & {*self.under_way.values()}))


async def keep_telling(context: Context) -> None:
    """Send whatever is due, each address on its own, until cancelled."""
    lanes = _Lanes()
    # No proxy of the surroundings: an address is told directly or not at all.
    async with (
        httpx.AsyncClient(timeout=TRY_SECONDS, follow_redirects=False, trust_env=False) as client,
        asyncio.TaskGroup() as group,
    ):
        while True:
            seen, pause = context.wake.count, PAUSE_SECONDS
            with going_on(LOG, "other programs were not told, soon again"):
                for message in await finish_in_thread(_due, context, lanes):
                    task = group.create_task(_tell(context, client, lanes, message))
                    lanes.under_way[task] = message.webhook_id
                    task.add_done_callback(lanes.under_way.pop)
                pause = 1.0
            if lanes.room:
                await context.wake.wait_behind(seen, pause)
            else:
                await asyncio.wait(lanes.under_way, return_when=asyncio.FIRST_COMPLETED)


def _due(context: Context, lanes: _Lanes) -> list[Message]:
    with context.database.read() as session:
        if not webhooks.is_any(session):
            return []
    is_more = True
    while is_more:
        with context.database.begin() as session:
            is_more = webhooks.collect(session)
    slow, now = frozenset(lanes.slow), context.now()
    with context.database.begin() as session:
        due = webhook_tries.claim(session, now, lanes.room, but=slow)
        most = min(lanes.slow_room, lanes.room - len(due))
        return due + webhook_tries.claim(session, now, most, among=slow) if slow else due


async def _tell(
    context: Context, client: httpx.AsyncClient, lanes: _Lanes, message: Message
) -> None:
    """Send an address what waits for it, as long as it takes it and is quick about it."""
    following: Message | None = message
    with going_on(LOG, "whether a program was told was not kept, so it is told again"):
        while following is not None:
            following = await _try(context, client, lanes, following)


async def _try(
    context: Context, client: httpx.AsyncClient, lanes: _Lanes, message: Message
) -> Message | None:
    begun = time.monotonic()
    problem, failure = await _problem(client, message, context.now())
    is_slow = time.monotonic() - begun >= SLOW_SECONDS
    (lanes.slow.add if is_slow else lanes.slow.discard)(message.webhook_id)
    if not problem:
        return await finish_in_thread(_note_taken, context, message, goes_on=not is_slow)
    await finish_in_thread(_note_problem, context, message, problem, failure)
    return None


async def _problem(
    client: httpx.AsyncClient, message: Message, now: datetime
) -> tuple[str, Failure]:
    """Why it was not taken, empty when it was; and what that means."""
    seconds = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": _signatures(message, seconds),
    }
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),
            client.stream(
                "POST",
                message.url,
                content=message.body,
                headers=headers,
                extensions={"trace": webhook_leads.look},
            ) as answer,
        ):
            status = answer.status_code  # its body is nothing to us, however long
    except (TimeoutError, httpx.TimeoutException):
        return f"no answer within {TRY_SECONDS:.0f} seconds", Failure.AWAY
    except webhook_leads.ForbiddenAddressError:
        return "its name leads to an address that is told to no program", Failure.AWAY
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        return f"it cannot be reached ({type(error).__name__})", Failure.AWAY
    if 200 <= status < 300:
        return "", Failure.AWAY
    return f"it answered {status}", _meaning(status)


def _meaning(status: int) -> Failure:
    if status == HTTPStatus.GONE:
        return Failure.GONE
    is_refused = 400 <= status < 500 and status not in _NOT_NOW
    return Failure.REFUSED if is_refused else Failure.AWAY


def _signatures(message: Message, seconds: int) -> str:
    """By each secret that signs, with a space between (Standard Webhooks 1.0)."""
    known = (message.secret, message.secret_before)
    return " ".join(
        signature(secret, message.message_id, seconds, message.body)
        for secret in known
        if secret is not None
    )


def _note_taken(context: Context, message: Message, *, goes_on: bool) -> Message | None:
    with context.database.begin() as session:
        now = context.now()
        webhook_tries.arrived(session, message, now)
        return webhook_tries.claim_next(session, message.webhook_id, now) if goes_on else None


def _note_problem(context: Context, message: Message, problem: str, failure: Failure) -> None:
    now, host = context.now(), urlsplit(message.url).hostname or ""
    about = f"{message.webhook_id} {now:%Y-%m-%dT%H:%M:%S}"
    with context.database.begin() as session:
        webhooks.hold_all(session)
        # The first until somebody resumes it: whoever refuses notices is no reason for another.
        is_known = webhook_tries.is_any_aside(session, message.webhook_id)
        is_over = webhook_tries.failed(session, message, problem, now, failure)
        is_told = is_over or (
            not is_known and webhook_tries.is_any_aside(session, message.webhook_id)
        )
        if is_over:
            notices.tell_of_ended_webhook(session, host, now, about=about)
        elif is_told:
            notices.tell_of_refusing_webhook(session, host, problem, now, about=about)
    LOG.warning("%s was not told: %s%s", host, problem, "; it is told no more" if is_over else "")
    if is_told:
        context.wake.notify()
