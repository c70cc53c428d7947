"""The daily report over HTTP, as the PDF that a school prints and keeps."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from admin_console.hub import site as hub_site
from admin_console.hub.answers import refuse
from admin_console.hub.context import AskingStaff, InContext
from admin_console.hub.figures_routes import EARLIEST
from admin_console.hub.report_pdf import Paper, report_pdf
from db import audit, daily_report
from db.domain.audit import Deed
from resources.lettering import NoFontError

router = APIRouter(prefix="/v1/reports", tags=["reports"])
PDF = "application/pdf"


@router.get("/daily")
def daily(
    context: InContext,
    asker: AskingStaff,
    day: Annotated[date | None, Query()] = None,
    paper: Paper = "letter",
) -> Response:
    """Who came that day (today without `day`), and the seal of the log as it stands."""
    now, zone = context.now(), context.zone()
    today = now.astimezone(zone).date()
    asked = day or today
    if not EARLIEST <= asked <= today:
        raise refuse(422, f"Ask for a day from {EARLIEST} to {today}. Nothing was changed.")
    site = context.site()
    with context.database.begin() as session:
        audit.note(session, asker.by, Deed.VISITS_EXPORTED, now, detail=f"report of {asked}")
    with context.database.read() as session:
        report = daily_report.daily_report(session, site, asked, hub_site.head(session, now))
    try:
        made = report_pdf(report, paper)
    except NoFontError as error:
        raise refuse(503, str(error)) from error
    name = f"visits-{asked}.pdf"
    return Response(
        made, media_type=PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
