"""What the console asks of the hub: the desk, decisions, visits, photos."""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from admin_console.hub import actions, deciding, entry_photos
from admin_console.hub.answers import answer, body_as, photo, problem, refuse
from admin_console.hub.context import (
    Asker,
    AskingStaff,
    Context,
    StaffContext,
    bearer,
    known_staff,
)
from admin_console.hub.streams import end_is_seen, in_one_thread, while_signed_in
from db import audit, changes, export, history, notices, photos, seen_photos, story
from db.domain.audit import About, Deed
from db.domain.decision import Verdict
from db.domain.desk import VisitPage
from db.domain.errors import PhotoError
from db.domain.rights import Action, may
from db.history import Filters

LONGEST_WAIT_SECONDS = 25.0
OTHER_HUB_SECONDS = 1.0
"""Not at once: a proxy may send a console to one hub and to another by turns."""
LONGEST_TEXT = 200
"""So much of what was typed is searched for."""

router = APIRouter(prefix="/v1", tags=["console"])


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Live:
    """A number: another one than before says that something changed of what the console shows."""

    version: int


@router.get("/live")
async def live(
    request: Request,
    context: StaffContext,
    _: AskingStaff,
    since: int = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
) -> Response:
    """Wait until something that the console shows has changed.

    `since` is the number that was told last. To one of another hub at the same database, or of
    before a restart, the answer comes within a second: what has changed since then is not known.
    """
    begun, token = time.monotonic(), bearer(request)
    while True:
        seen = context.wake.count
        version = seen + await run_in_threadpool(_feed_version, context, token)
        is_ours = context.wake.first <= since <= version
        longest = wait if is_ours else min(wait, OTHER_HUB_SECONDS)
        left = begun + longest - time.monotonic()
        is_news = since <= 0 or (is_ours and version != since)
        if is_news or left <= 0 or context.wake.is_closing:
            return answer(Live(version))
        with context.metrics.poll():
            await context.wake.wait(seen, left)


def _feed_version(context: Context, token: str) -> int:
    """Changes made by other processes (a command) are seen by the feed's version.

    401 for who was signed out while they waited.
    """
    with context.database.read() as session:
        known_staff(session, token, context.now())
        return changes.version(session)


@router.get("/desk")
def desk(context: StaffContext, asker: AskingStaff) -> Response:
    """Who waits and why, and how the day goes."""
    zone = context.zone()
    sees_all = may(asker.role, Action.SEE_ALL_NOTICES)
    with context.database.read() as session:
        shown = history.desk(session, zone, context.now())
        unread = notices.unread(session, sees_all=sees_all)
    return answer(replace(shown, unread_notices=unread))


@router.get("/on-site")
def on_site(context: StaffContext, _: AskingStaff) -> Response:
    """Everybody who was let in and was not seen leaving."""
    with context.database.read() as session:
        return answer(history.on_site(session, context.now()))


DAY = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
"""A day like 2026-11-23, or nothing."""


def _filters(
    q: Annotated[str, Query(description="Part of a name.")] = "",
    visitor_type: str = "",
    state: str = "",
    first_day: Annotated[str, Query(alias="from", pattern=DAY)] = "",
    last_day: Annotated[str, Query(alias="to", pattern=DAY)] = "",
) -> Filters:
    """Which visits are asked for; empty means all."""
    try:
        days = _day(first_day), _day(last_day)
    except ValueError as error:
        raise refuse(422, "Write a day like 2026-11-23.") from error
    return Filters(q[:LONGEST_TEXT], visitor_type, state, *days)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


AskedFilters = Annotated[Filters, Depends(_filters)]


@router.get("/visits")
def visits_page(
    context: StaffContext,
    asker: AskingStaff,
    filters: AskedFilters,
    page: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = history.PAGE,
) -> Response:
    """Past visits, newest first, a page at a time. Each is noted, as is a search by name.

    The newest page, which the console asks again with every change, is noted once an hour.
    """
    zone = context.zone()
    try:
        with context.database.read() as session:
            found = history.page(session, filters, zone, context.now(), after=page, limit=limit)
    except history.BadPageError as error:
        raise refuse(422, str(error)) from error
    is_newest = filters == Filters() and not page and limit <= history.PAGE
    with context.database.begin() as session:
        audit.note_look(
            session,
            asker.by,
            Deed.VISITS_SEARCHED if filters.text else Deed.HISTORY_VIEWED,
            context.now(),
            site_ids={visit.site_id for visit in found.visits} or context.database.sites or (),
            detail=_said_of(found, zone),
            is_again=is_newest,
        )
    return answer(found)


def _said_of(found: VisitPage, zone: ZoneInfo) -> str:
    """How many visits a page shows, and of which days: for the audit."""
    if not found.visits:
        return "no visits"
    first, last = found.visits[-1].started_at, found.visits[0].started_at
    days = f"{first.astimezone(zone):%Y-%m-%d} to {last.astimezone(zone):%Y-%m-%d}"
    return f"{len(found.visits)} visits, {days}" if len(found.visits) > 1 else f"1 visit, {days}"


@router.get("/visits.csv", dependencies=[Depends(end_is_seen)])
def visits_csv(
    request: Request, context: StaffContext, asker: AskingStaff, filters: AskedFilters
) -> Response:
    """The same visits as a table, streamed."""
    zone, now = context.zone(), context.now()
    days = f"{filters.first_day or 'the first day'} to {filters.last_day or 'now'}"
    with context.database.begin() as session:
        audit.note_look(session, asker.by, Deed.VISITS_EXPORTED, now, detail=days)

    def lines() -> Generator[str]:
        with context.database.read() as session:
            yield from export.csv_lines(session, filters, zone, now)

    name = f"visits-{now.astimezone(zone):%Y-%m-%d}.csv"
    return StreamingResponse(
        in_one_thread(while_signed_in(context, bearer(request), lines())),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/visits/{visit_id}")
def visit_story(visit_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """One visit with everything that happened to it."""
    with context.database.read() as session:
        told = story.story(session, visit_id)
    if told is None:
        raise refuse(404, "There is no such visit.")
    _viewed(context, asker, Deed.VISIT_VIEWED, About.VISIT, visit_id)
    return answer(told)


@router.post("/visits/{visit_id}/decision")
async def decide(
    visit_id: UUID, request: Request, context: StaffContext, asker: AskingStaff
) -> Response:
    """Decide on a hold. The first decision is in force; 409 shows the one that was first."""
    asked = await body_as(request, DecisionRequest)
    return await run_in_threadpool(_decide, context, visit_id, asked, asker)


def _decide(context: Context, visit_id: UUID, asked: DecisionRequest, asker: Asker) -> Response:
    try:
        decision = deciding.decide(
            context, visit_id, deciding.Choice(asked.verdict, asked.reason), asker
        )
    except deciding.AlreadyDecidedError as error:
        return problem(409, str(error), decision=error.decision)
    except LookupError as error:
        raise refuse(404, "There is no such visit.") from error
    except ValueError as error:
        raise refuse(422, f"Nothing was decided: {error}.") from error
    return answer(decision)


@router.post("/visits/{visit_id}/check-out")
def check_out(visit_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Staff saw somebody leave."""
    try:
        return answer(actions.check_out(context, visit_id, asker))
    except LookupError as error:
        raise refuse(404, "There is no such visit.") from error
    except actions.NotOnSiteError as error:
        raise refuse(409, str(error)) from error


@router.get("/blobs/{name}")
def blob(name: str, context: StaffContext, asker: AskingStaff) -> Response:
    """A badge photo, or one of a list entry."""
    try:
        jpeg = photos.read(context.photos, name) or entry_photos.read(context.photos, name)
    except PhotoError as error:
        raise refuse(404, str(error)) from error
    with context.database.read() as session:
        is_seen = seen_photos.may_see(session, name)
    if jpeg is None or not is_seen:
        raise refuse(404, "That photo is not here (yet).")
    _viewed(context, asker, Deed.PHOTO_VIEWED, About.PHOTO, name)
    return photo(jpeg, name)


def _viewed(
    context: Context,
    asker: Asker,
    deed: Deed,
    about: About,
    about_id: object,
) -> None:
    """Nobody sees a visitor's record without a trace: what cannot be noted is not shown."""
    with context.database.begin() as session:
        audit.note(session, asker.by, deed, context.now(), about=about, about_id=about_id)
