"""What the console asks of the hub: sign-in, the desk, decisions, visits, photos."""

import asyncio
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, StreamingResponse

from admin_console.hub import actions, deciding, entry_photos
from admin_console.hub.answers import answer, body_as, refuse
from admin_console.hub.context import AskingStaff, Context, InContext, bearer
from db import changes, export, history, notices, photos, staff, story
from db.domain.decision import Verdict
from db.domain.desk import Role, SignedIn
from db.domain.errors import PhotoError
from db.history import Filters

LONGEST_WAIT_SECONDS = 25.0
SIGN_INS_AT_ONCE = 2
"""Checking a password takes 64 MB, so that guessing is slow."""
LINES_AT_ONCE = 500

router = APIRouter(prefix="/v1", tags=["console"])


@dataclass(frozen=True, slots=True)
class SignInRequest:
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Live:
    """A number that grows with everything that the console shows."""

    version: int


@router.post("/session")
async def sign_in(request: Request, context: InContext) -> Response:
    """Sign a member of staff in."""
    asked = await body_as(request, SignInRequest)
    address = request.client.host if request.client else ""
    who = f"sign-in {address} {asked.name.strip().casefold()}"
    wait = context.throttle.count_try(who, context.now().timestamp())
    if wait > 0:
        raise refuse(
            429, "Too many tries. Wait a minute, then try again.", {"Retry-After": f"{wait:.0f}"}
        )
    sign_ins: asyncio.Semaphore = request.app.state.sign_ins
    async with sign_ins:
        signed_in = await run_in_threadpool(_sign_in, context, asked)
    context.throttle.succeeded(who)
    return answer(signed_in)


def _sign_in(context: Context, asked: SignInRequest) -> SignedIn:
    with context.database.read() as session:
        member = staff.verify(session, asked.name, asked.password)
    if member is None:
        raise refuse(401, "That name and password do not fit together.")
    with context.database.begin() as session:
        token = staff.open_session(session, member.staff_id, context.now())
    return SignedIn(token, member, context.site())


@router.delete("/session")
def sign_out(request: Request, context: InContext, _: AskingStaff) -> Response:
    """End the sign-in that asks."""
    with context.database.begin() as session:
        staff.close_session(session, bearer(request))
    return Response(status_code=204)


@router.get("/live")
async def live(
    context: InContext,
    _: AskingStaff,
    since: int = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
) -> Response:
    """Wait until something that the console shows has changed."""
    until = context.now().timestamp() + wait
    while True:
        seen = context.wake.count
        version = seen + await run_in_threadpool(_feed_version, context)
        left = until - context.now().timestamp()
        if version > since or left <= 0 or context.wake.is_closing:
            return answer(Live(version))
        await context.wake.wait(seen, left)


def _feed_version(context: Context) -> int:
    """Changes made by other processes (a command) are seen by the feed's version."""
    with context.database.read() as session:
        return changes.version(session)


@router.get("/desk")
def desk(context: InContext, member: AskingStaff) -> Response:
    """Who waits and why, and how the day goes."""
    zone = context.zone()
    is_administrator = member.role is Role.ADMINISTRATOR
    with context.database.read() as session:
        shown = history.desk(session, zone, context.now())
        unread = notices.unread(session, is_administrator=is_administrator)
    return answer(replace(shown, unread_notices=unread))


@router.get("/on-site")
def on_site(context: InContext, _: AskingStaff) -> Response:
    """Everybody who was let in and was not seen leaving."""
    with context.database.read() as session:
        return answer(history.on_site(session, context.now()))


@router.get("/visits")
def visits_page(
    context: InContext,
    _: AskingStaff,
    request: Request,
    page: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = history.PAGE,
) -> Response:
    """Past visits, newest first, a page at a time."""
    filters, zone = _filters(request), context.zone()
    try:
        with context.database.read() as session:
            found = history.page(session, filters, zone, context.now(), after=page, limit=limit)
    except history.BadPageError as error:
        raise refuse(422, str(error)) from error
    return answer(found)


@router.get("/visits.csv")
def visits_csv(context: InContext, _: AskingStaff, request: Request) -> Response:
    """The same visits as a table, streamed."""
    filters, zone, now = _filters(request), context.zone(), context.now()

    def lines() -> Generator[str]:
        with context.database.read() as session:
            yield from export.csv_lines(session, filters, zone, now)

    name = f"visits-{now.astimezone(zone):%Y-%m-%d}.csv"
    return StreamingResponse(
        _in_one_thread(lines()),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _in_one_thread(lines: Generator[str]) -> AsyncIterator[str]:
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


@router.get("/visits/{visit_id}")
def visit_story(visit_id: UUID, context: InContext, _: AskingStaff) -> Response:
    """One visit with everything that happened to it."""
    with context.database.read() as session:
        told = story.story(session, visit_id)
    if told is None:
        raise refuse(404, "There is no such visit.")
    return answer(told)


@router.post("/visits/{visit_id}/decision")
async def decide(
    visit_id: UUID, request: Request, context: InContext, member: AskingStaff
) -> Response:
    """Decide on a hold. The first decision is in force; 409 shows the one that was first."""
    asked = await body_as(request, DecisionRequest)
    return await run_in_threadpool(_decide, context, visit_id, asked, member)


def _decide(
    context: Context, visit_id: UUID, asked: DecisionRequest, member: AskingStaff
) -> Response:
    try:
        decision = deciding.decide(
            context, visit_id, deciding.Choice(asked.verdict, asked.reason), member
        )
    except deciding.AlreadyDecidedError as error:
        return answer({"detail": str(error), "decision": error.decision}, 409)
    except LookupError as error:
        raise refuse(404, "There is no such visit.") from error
    except ValueError as error:
        raise refuse(422, f"Nothing was decided: {error}.") from error
    return answer(decision)


@router.post("/visits/{visit_id}/check-out")
def check_out(visit_id: UUID, context: InContext, member: AskingStaff) -> Response:
    """Staff saw somebody leave."""
    try:
        return answer(actions.check_out(context, visit_id, member))
    except LookupError as error:
        raise refuse(404, "There is no such visit.") from error
    except actions.NotOnSiteError as error:
        raise refuse(409, str(error)) from error


@router.get("/blobs/{name}")
def blob(name: str, context: InContext, _: AskingStaff) -> Response:
    """A badge photo, or one of a list entry."""
    try:
        paths = photos.path_of(context.photos, name), entry_photos.path_of(context.photos, name)
    except PhotoError as error:
        raise refuse(404, str(error)) from error
    path = next((path for path in paths if path.exists()), None)
    if path is None:
        raise refuse(404, "That photo is not here (yet).")
    return FileResponse(path, media_type="image/jpeg")


def _filters(request: Request) -> Filters:
    asked = request.query_params
    try:
        return Filters(
            text=asked.get("q", "")[:200],
            visitor_type=asked.get("visitor_type", ""),
            state=asked.get("state", ""),
            first_day=_day(asked.get("from")),
            last_day=_day(asked.get("to")),
        )
    except ValueError as error:
        raise refuse(422, "Write a day like 2026-11-23.") from error


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
