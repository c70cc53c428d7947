"""Lists: what is in force, what a file would change, and putting one in force."""

from functools import partial
from typing import Annotated, BinaryIO
from uuid import UUID, uuid4

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from admin_console.hub import list_desk
from admin_console.hub.answers import answer, body_as_file, refuse
from admin_console.hub.context import Asker, AskingStaff, Context, StaffContext, bearer
from admin_console.hub.streams import end_is_seen, while_signed_in
from admin_console.hub.turns import Turns
from db import audit, codec, list_export, list_import, list_lock, list_previews, watchlists
from db.columns import LARGEST_INTEGER
from db.domain.audit import Deed
from db.domain.desk import ByHand, ImportPreview, ImportProgress, Lists
from db.domain.errors import (
    ImportAsksError,
    ImportBusyError,
    ImportCancelledError,
    ImportRefusedError,
)
from db.domain.watchlist import LONGEST_AGE_DAYS, Category
from db.list_import import ListWanted

MOST_BYTES = 512 * 1024 * 1024
PREVIEWS_AT_ONCE = 4
"""Each has a thread while it lasts, of which the hub has 40 for all that it does."""

router = APIRouter(prefix="/v1/watchlists", tags=["lists"])

ListName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Query()
]
Columns = Annotated[str, Query(max_length=4_000)]
"""JSON: which column of the file is which field; empty for what was said before.

Written for an address each sign may take twelve bytes, and the server reads 64 KB at most.
"""


@router.get("")
def lists(context: StaffContext, _: AskingStaff) -> Response:
    """The lists in force."""
    with context.database.read() as session:
        return answer(Lists(context.now(), tuple(watchlists.all_lists(session))))


@router.post("/preview")
async def preview(
    request: Request,
    context: StaffContext,
    asker: AskingStaff,
    *,
    name: ListName,
    category: Category = Category.ALERT,
    columns: Columns = "",
    by_hand: ByHand | None = None,
    ticket: UUID | None = None,
) -> Response:
    """What importing this file would change. Changes nothing; a look at the list is noted.

    By its ticket a preview is watched and stopped.
    """
    turns: Turns = request.app.state.previews
    owner = await run_in_threadpool(list_desk.owner, context)
    wanted = ListWanted(name, category, columns=_columns(columns), by_hand=by_hand, site_id=owner)
    async with body_as_file(request, MOST_BYTES) as file:
        try:
            async with turns.of(str(asker.member.staff_id)):
                found = await run_in_threadpool(
                    _preview, context, file, wanted, ticket or uuid4(), asker
                )
        except ImportCancelledError as error:
            raise refuse(409, str(error)) from error
        except ImportRefusedError as error:
            raise refuse(422, str(error)) from error
    return answer(found)


def _preview(
    context: Context, file: BinaryIO, wanted: ListWanted, ticket: UUID, asker: Asker
) -> ImportPreview:
    """It names whom the list would lose, so that a file of nobody shows who is on it."""
    with list_previews.watching(context.database, ticket, wanted.name, context.now) as watch:
        found = list_import.preview(context.database, file, wanted, context.now(), watch)
    with context.database.read() as session:
        name = watchlists.name_for(session, wanted.name, wanted.site_id)
        known = watchlists.named(session, name, wanted.site_id)
    if known is None:
        context.database.check()
    else:
        list_desk.note_view(context, asker, Deed.ENTRIES_VIEWED, known.list_id)
    return found


@router.post("")
async def import_list(
    request: Request,
    context: StaffContext,
    asker: AskingStaff,
    *,
    name: ListName,
    category: Category,
    max_age_days: Annotated[int | None, Query(ge=0, le=LONGEST_AGE_DAYS)] = None,
    skip_bad: bool = False,
    columns: Columns = "",
    by_hand: ByHand | None = None,
    current_version: Annotated[int | None, Query(ge=0, le=LARGEST_INTEGER)] = None,
) -> Response:
    """Put this file in force, all of it or nothing.

    Without `max_age_days` the list keeps the limit that it has; 0 takes it away. Where the file
    says otherwise than people wrote into the list by hand, `by_hand` says which holds; 409 without
    it. `current_version` is what the preview said, 0 for null: 409 when the list has changed since.
    """
    owner = await run_in_threadpool(list_desk.owner, context)
    wanted = ListWanted(
        name,
        category,
        max_age_days,
        skip_bad,
        _columns(columns),
        asker.display_name,
        by_hand,
        current_version,
        owner,
    )
    async with body_as_file(request, MOST_BYTES) as file:
        try:
            done = await run_in_threadpool(
                partial(list_desk.import_list, by=asker.by),
                context.database,
                file,
                wanted,
                asker.actor,
                context.now,
            )
        except (ImportAsksError, ImportBusyError, ImportCancelledError) as error:
            raise refuse(409, str(error)) from error
        except ImportRefusedError as error:
            raise refuse(422, str(error)) from error
    context.wake.notify()
    return answer(done.watchlist)


@router.get("/preview/{ticket}")
def preview_progress(ticket: UUID, context: StaffContext, _: AskingStaff) -> Response:
    """How far a preview has come; 404 when there is none, or nothing to tell yet."""
    with context.database.read() as session:
        found = list_previews.progress(session, ticket)
    if found is None:
        raise refuse(404, "No file is being read.")
    return answer(found)


@router.delete("/preview/{ticket}")
def stop_preview(ticket: UUID, context: StaffContext, _: AskingStaff) -> Response:
    """Stop a preview, even one whose file is still on the way."""
    with context.database.begin() as session:
        list_previews.stop(session, ticket, context.now())
    return Response(status_code=202)


@router.get("/import")
def progress(context: StaffContext, _: AskingStaff) -> Response:
    """How far the import has come that is under way; 404 when there is none."""
    with context.database.read() as session:
        found = list_lock.shown(session, context.now())
    if found is None:
        raise refuse(404, "No list is being imported.")
    now = found.progress
    return answer(
        ImportProgress(found.list_name, found.started_at, now.phase.value, now.done, now.total)
    )


@router.delete("/import")
def cancel(context: StaffContext, asker: AskingStaff) -> Response:
    """Stop the import that is under way: the version before stays in force."""
    with context.database.begin() as session:
        is_asked = list_lock.cancel(session)
        if is_asked:
            audit.note(session, asker.by, Deed.IMPORT_STOPPED, context.now())
    if not is_asked:
        raise refuse(404, "No list is being imported.")
    return Response(status_code=202)


@router.get("/{list_id}/export.csv", dependencies=[Depends(end_is_seen)])
def export(list_id: UUID, request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """A list as a table that imports back to the same list."""
    with context.database.read() as session:
        if watchlists.get(session, list_id) is None:
            raise refuse(404, "There is no such list.")
    list_desk.note_view(context, asker, Deed.LIST_EXPORTED, list_id)
    return StreamingResponse(
        while_signed_in(context, bearer(request), list_export.csv_of(context.database, list_id)),
        media_type="text/csv; charset=utf-8",
    )


def _columns(text: str) -> dict[str, str] | None:
    if not text:
        return None
    try:
        return codec.from_json(text, dict[str, str])
    except msgspec.DecodeError as error:
        raise refuse(422, "The columns cannot be understood. Nothing was changed.") from error
