"""What a school prints and keeps, over HTTP: the day, and one visit with its evidence."""

from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from admin_console.hub import site as hub_site
from admin_console.hub.answers import refuse
from admin_console.hub.context import AskingStaff, StaffContext
from admin_console.hub.figures_routes import EARLIEST
from admin_console.hub.report_pdf import report_pdf
from admin_console.hub.sheets import Paper
from admin_console.hub.visit_pdf import visit_pdf
from db import audit, daily_report, story
from db.domain.audit import About, Deed
from resources.lettering import NoFontError

router = APIRouter(prefix="/v1/reports", tags=["reports"])
PDF = "application/pdf"


@router.get("/daily")
def daily(
    context: StaffContext,
    asker: AskingStaff,
    day: Annotated[date | None, Query()] = None,
    paper: Paper = "letter",
) -> Response:
    """Who came that day (today without `day`), and the seal of the log as it stands."""
    now, site = context.now(), context.one_site()
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    asked = day or today
    if not EARLIEST <= asked <= today:
        raise refuse(422, f"Ask for a day from {EARLIEST} to {today}. Nothing was changed.")
    with context.database.begin() as session:
        said = f"report of {asked}"
        audit.note(session, asker.by, Deed.VISITS_EXPORTED, now, detail=said, site_id=site.site_id)
    with context.database.read() as session:
        report = daily_report.daily_report(session, site, asked, hub_site.head(session, now))
    return _paper(lambda: report_pdf(report, paper), f"visits-{asked}.pdf")


@router.get("/visits/{visit_id}")
def record(
    visit_id: UUID, context: StaffContext, asker: AskingStaff, paper: Paper = "letter"
) -> Response:
    """One visit: why it was held, what spoke for and against each match, who decided what."""
    now = context.now()
    with context.database.read() as session:
        told, head = story.story(session, visit_id), hub_site.head(session, now)
    if told is None:
        raise refuse(404, "There is no such visit.")
    site = context.site(told.visit.site_id)
    with context.database.begin() as session:
        audit.note(
            session, asker.by, Deed.VISIT_VIEWED, now, about=About.VISIT, about_id=visit_id,
            detail="on paper",
        )  # fmt: skip
    return _paper(lambda: visit_pdf(told, site, head, paper), f"visit-{visit_id}.pdf")


def _paper(make: Callable[[], bytes], name: str) -> Response:
    try:
        made = make()
    except NoFontError as error:
        raise refuse(503, str(error)) from error
    return Response(
        made, media_type=PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
