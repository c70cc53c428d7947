"""The audit, for who oversees the school: a page at a time, and as a table."""

from collections.abc import Generator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from admin_console.hub.answers import answer, refuse
from admin_console.hub.context import AskingStaff, StaffContext, bearer
from admin_console.hub.streams import end_is_seen, in_one_thread, while_signed_in
from db import audit, audit_table
from db.domain.audit import Deed

router = APIRouter(prefix="/v1", tags=["audit"])


@router.get("/audit")
def page(
    context: StaffContext,
    _: AskingStaff,
    after: Annotated[str, Query(alias="page", max_length=40)] = "",
    about: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What was done, newest first; all about one thing when its id is given."""
    try:
        with context.database.read() as session:
            return answer(audit.page(session, context.now(), after=after, about_id=about))
    except ValueError as error:
        raise refuse(422, "That is not a page of the audit.") from error


@router.get("/audit.csv", dependencies=[Depends(end_is_seen)])
def table(request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """All of it, oldest first, streamed."""
    now = context.now()
    with context.database.begin() as session:
        audit.note(session, asker.by, Deed.AUDIT_EXPORTED, now)

    def lines() -> Generator[str]:
        with context.database.read() as session:
            yield from audit_table.csv_lines(session)

    return StreamingResponse(
        in_one_thread(while_signed_in(context, bearer(request), lines())),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="audit-{now:%Y-%m-%d}.csv"'},
    )
