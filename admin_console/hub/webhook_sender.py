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
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from admin_console.hub.context import Context
from admin_console.hub.threads import finish_in_thread
from db import notices, webhooks
from db.domain.errors import StorageError
from db.domain.webhook import Message

LOG = logging.getLogger(__name__)

TRY_SECONDS = 10.0
"""So long an answer may take; then it is tried again later."""
PAUSE_SECONDS = 5.0
"""After something went wrong here."""
SECRET_PREFIX = "whsec_"  # noqa: S105  what secrets begin with
_GONE = 410


def secret_as_text(secret: bytes) -> str:
    """A secret as receivers' libraries take it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode("ascii")


def signature(secret: bytes, message_id: str, seconds: int, body: str) -> str:
    """What ``webhook-signature`` says: HMAC-SHA256 over id, Unix time and body."""
    signed = f"{message_id}.{seconds}.{body}".encode()
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


async def keep_telling(context: Context) -> None:
    """Send whatever is due, then wait for news, until cancelled."""
    # No proxy of the surroundings: an address is told directly or not at all.
    async with httpx.AsyncClient(
        timeout=TRY_SECONDS, follow_redirects=False, trust_env=False
    ) as client:
        while True:
            seen, pause = context.wake.count, 0.0
            try:
                due = await finish_in_thread(_due, context)
                await asyncio.gather(*(_tell(context, client, message) for message in due))
            except StorageError as error:
                due, pause = [], PAUSE_SECONDS
                LOG.warning("other programs were not told, soon again: %s", error)
            except Exception:
                # A task that dies would tell nobody any more, and silently.
                due, pause = [], PAUSE_SECONDS
                LOG.exception("telling other programs stumbled and goes on")
            if not due:
                await context.wake.wait_behind(seen, max(pause, 1.0))


def _due(context: Context) -> list[Message]:
    with context.database.read() as session:
        if not webhooks.is_any(session):
            return []
    is_more = True
    while is_more:
        with context.database.begin() as session:
            is_more = webhooks.collect(session)
    with context.database.begin() as session:
        return webhooks.claim(session, context.now())


async def _tell(context: Context, client: httpx.AsyncClient, message: Message) -> None:
    now = context.now()
    problem, is_gone = await _problem(client, message, now)
    await finish_in_thread(_note, context, message, problem, is_gone=is_gone)


async def _problem(client: httpx.AsyncClient, message: Message, now: datetime) -> tuple[str, bool]:
    """Why it was not taken, empty when it was; and whether nobody is there any more."""
    seconds = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(message.secret, message.message_id, seconds, message.body),
    }
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),
            client.stream("POST", message.url, content=message.body, headers=headers) as answer,
        ):
            status = answer.status_code  # its body is nothing to us, however long
    except (TimeoutError, httpx.TimeoutException):
        return f"no answer within {TRY_SECONDS:.0f} seconds", False
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        return f"it cannot be reached ({type(error).__name__})", False
    if 200 <= status < 300:
        return "", False
    return f"it answered {status}", status == _GONE


def _note(context: Context, message: Message, problem: str, *, is_gone: bool) -> None:
    now, host = context.now(), urlsplit(message.url).hostname or ""
    with context.database.begin() as session:
        if not problem:
            webhooks.arrived(session, message, now)
            return
        is_over = webhooks.failed(session, message, problem, now, is_gone=is_gone)
        if is_over:
            about = f"{message.webhook_id} {now:%Y-%m-%dT%H:%M:%S}"
            notices.tell_of_ended_webhook(session, host, now, about=about)
    LOG.warning("%s was not told: %s%s", host, problem, "; it is told no more" if is_over else "")
    if is_over:
        context.wake.notify()
