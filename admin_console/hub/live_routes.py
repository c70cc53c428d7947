"""The poke: a line by which a kiosk hears at once that there is something to fetch.

The hub says the newest version of the kiosk's feed, as digits, once the line is open and whenever
there is a newer one. That is all: no decision and no name goes over it, so nothing of it needs a
signature, and what is lost with a line is lost to nobody. The kiosk fetches by its cursor
(`feed_routes.feed`), and says nothing itself.
"""

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from admin_console.hub.answers import problem
from admin_console.hub.context import Context, asking_kiosk, context_of
from admin_console.hub.lines import Line, Paired, Why
from db.domain.errors import StorageError
from db.pairing import PairedKiosk

LONGEST_SECONDS = 900.0
"""Then a line ends, and the kiosk shows a token anew."""

router = APIRouter(prefix="/v1")


@router.websocket("/changes/live")
async def live(line: WebSocket) -> None:
    """Keep a paired kiosk's line open, and poke it."""
    context = await context_of(line)
    try:
        kiosk = await run_in_threadpool(asking_kiosk, line, context)
    except HTTPException as error:
        await line.send_denial_response(problem(error.status_code, error.detail))
        return
    except StorageError as error:
        await line.send_denial_response(problem(503, str(error)))
        return
    with context.lines.hold(Paired(kiosk.kiosk_id, kiosk.epoch)) as held:
        why = await _serve(line, context, kiosk, held)
    # The kiosk, or the server's own end, may have closed it by now.
    with suppress(WebSocketDisconnect, RuntimeError):
        await line.close(why)


async def _serve(line: WebSocket, context: Context, kiosk: PairedKiosk, held: Line) -> Why:
    try:
        # Who was revoked between the question above and now would be missed by both.
        await run_in_threadpool(asking_kiosk, line, context)
    except (HTTPException, StorageError):
        return Why.NOT_PAIRED
    await line.accept()
    poking = asyncio.create_task(_poke(line, context, kiosk.site_id))
    hearing = asyncio.create_task(line.receive())
    ends: set[asyncio.Future[Any]] = {poking, hearing, held.over}
    try:
        done, _ = await asyncio.wait(
            ends, timeout=LONGEST_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        poking.cancel()
        hearing.cancel()
    if held.over.done():
        return held.over.result()
    return Why.KIOSK_SPOKE if hearing in done else Why.OLD


async def _poke(line: WebSocket, context: Context, site_id: str) -> None:
    seen = -1
    with suppress(WebSocketDisconnect, RuntimeError):  # it is over: `receive` says so too
        while not context.feed.is_over:
            newest = context.feed.newest(site_id)
            if newest > seen:
                await line.send_text(str(newest))
                seen = newest
            await context.feed.wait(site_id, seen, LONGEST_SECONDS)
