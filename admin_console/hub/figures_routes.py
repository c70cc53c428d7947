"""The school's own figures of its screening, for administrators."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from admin_console.hub.answers import answer, refuse
from admin_console.hub.context import AskingStaff, StaffContext
from db import screening_figures

router = APIRouter(prefix="/v1/screening", tags=["screening"])

EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


@router.get("/figures")
def figures(
    context: StaffContext,
    _: AskingStaff,
    first_day: Annotated[date, Query(alias="from")],
    last_day: Annotated[date, Query(alias="to")],
    list_id: UUID | None = None,
) -> Response:
    """Screenings and holds of a span of days, both included, and what became of them."""
    days = (last_day - first_day).days + 1
    most = screening_figures.MOST_DAYS
    if first_day < EARLIEST or last_day > LATEST or not 0 < days <= most:
        raise refuse(422, f"Ask for a span of 1 to {most} days. Nothing was changed.")
    zone, now = context.zone(), context.now()
    with context.database.read() as session:
        span = (first_day, last_day)
        return answer(screening_figures.figures(session, zone, now, span, list_id))
