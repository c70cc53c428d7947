"""Lists: what is in force, what a file would change, and putting one in force."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import StringConstraints

from admin_console.hub import actions
from admin_console.hub.actions import ListWanted
from admin_console.hub.answers import answer, body_up_to, refuse
from admin_console.hub.context import AskingAdministrator, AskingStaff, InContext
from db import watchlists
from db.domain.desk import Lists
from db.domain.errors import ImportRefusedError
from db.domain.watchlist import Category

MOST_BYTES = 512 * 1024 * 1024

router = APIRouter(prefix="/v1/watchlists", tags=["lists"])

ListName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Query()
]


@router.get("")
def lists(context: InContext, _: AskingStaff) -> Response:
    """The lists in force."""
    with context.database.read() as session:
        return answer(Lists(context.now(), tuple(watchlists.all_lists(session))))


@router.post("/preview")
async def preview(
    request: Request,
    context: InContext,
    _: AskingAdministrator,
    name: ListName,
    category: Category = Category.ALERT,
) -> Response:
    """What importing this file would change. Changes nothing."""
    content = await body_up_to(request, MOST_BYTES)
    wanted = ListWanted(name, category)
    try:
        found = await run_in_threadpool(
            actions.preview_list, context.database, content, wanted, context.now()
        )
    except ImportRefusedError as error:
        raise refuse(422, str(error)) from error
    return answer(found)


@router.post("")
async def import_list(
    request: Request,
    context: InContext,
    member: AskingAdministrator,
    *,
    name: ListName,
    category: Category,
    max_age_days: Annotated[int | None, Query(ge=1)] = None,
    skip_bad: bool = False,
) -> Response:
    """Put this file in force, all of it or nothing."""
    content = await body_up_to(request, MOST_BYTES)
    wanted = ListWanted(name, category, max_age_days, skip_bad)
    actor = f"staff:{member.staff_id}"
    try:
        imported = await run_in_threadpool(
            actions.import_list, context.database, content, wanted, actor, context.now()
        )
    except ImportRefusedError as error:
        raise refuse(422, str(error)) from error
    context.wake.notify()
    return answer(imported)
