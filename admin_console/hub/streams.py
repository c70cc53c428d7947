"""Long answers, made while they are sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice

from fastapi import HTTPException, Request

from admin_console.hub.answers import refuse
from admin_console.hub.breaking_off import BrokenOffError
from admin_console.hub.context import Context, known_staff

LINES_AT_ONCE = 500
LOOK_SECONDS = 1.0


def end_is_seen(request: Request) -> None:
    """What a route depends on whose answer may be broken off.

    426 to a client of HTTP/1.0, to which such an answer ends as a whole one does (RFC 9112, 8).
    """
    if request.scope["http_version"] == "1.0":
        raise refuse(
            426,
            "A table is sent over HTTP/1.1 only: over HTTP/1.0, part of it looks like the whole. "
            "Nothing was sent. If a proxy stands before the hub, have it speak HTTP/1.1.",
            {"Upgrade": "HTTP/1.1", "Connection": "Upgrade"},
        )


def while_signed_in(context: Context, token: str, lines: Generator[str]) -> Generator[str]:
    """The lines, which break off once whoever asked for them by this token is signed out.

    They see the moment of the question, and who reads slowly would be told of it for hours. Raises
    `BrokenOffError` then.
    """
    looked = time.monotonic()
    with closing(lines):
        for line in lines:
            if time.monotonic() - looked >= LOOK_SECONDS:
                _look(context, token)
                looked = time.monotonic()
            yield line


def _look(context: Context, token: str) -> None:
    try:
        with context.database.look() as session:
            known_staff(session, token, context.now())
    except HTTPException as error:  # too late for a refusal: the answer has begun
        raise BrokenOffError(error.detail) from None


async def in_one_thread(lines: Generator[str]) -> AsyncIterator[str]:
    """Lines whose database session stays in the thread that opened it, to its end."""
    thread = ThreadPoolExecutor(1, "export")
    loop = asyncio.get_running_loop()
    try:
        while some := await loop.run_in_executor(
            thread, lambda: "".join(islice(lines, LINES_AT_ONCE))
        ):
            yield some
    finally:
        thread.submit(lines.close)
        thread.shutdown(wait=False)
