"""The daily report on paper."""

from admin_console.hub.sheets import (
    MARGIN,
    QUIET,
    Column,
    Paper,
    Sheets,
    moment_words,
    pdf_of,
    time_words,
)
from db.daily_report import DailyReport, DayVisit
from db.domain.visit import VisitState
from db.story import VERDICTS

_COLUMNS = (
    Column("Came", 0.075),
    Column("Name", 0.24, 600),
    Column("As", 0.105),
    Column("To", 0.2),
    Column("In", 0.075),
    Column("Out", 0.095),
    Column("Decision", 0.21),
)
_WITHOUT_DECISION = {
    VisitState.HELD: "Held, not decided",
    VisitState.CLEARED: "Not signed in",
    VisitState.ABANDONED: "Left before signing in",
}


def report_pdf(report: DailyReport, paper: Paper) -> bytes:
    """The report as a PDF. Raises `resources.lettering.NoFontError` where there is no font."""
    foot = f"{report.site.name}, made {moment_words(report.head.at, report.site)}"

    def write(sheets: Sheets) -> None:
        _head(sheets, report)
        if report.visits:
            sheets.table(_COLUMNS, [_cells(told, report) for told in report.visits])
        else:
            sheets.rule()
            sheets.top -= 6
            sheets.paragraph("Nobody came that day.", grey=QUIET)
        sheets.seal(report.head, report.site)

    return pdf_of(f"Visits of {report.day:%Y-%m-%d}", paper, foot, write)


def _head(sheets: Sheets, report: DailyReport) -> None:
    sheets.title(
        report.site.name,
        f"{report.day:%A, %B} {report.day.day}, {report.day.year}",
        report.site.district_name,
        "Visitors of the day" if report.is_over else "Visitors of the day so far",
    )
    figures = (
        ("Visits", len(report.visits)),
        ("Signed in", report.signed_in),
        ("Held", report.held),
        ("Not admitted", report.not_admitted),
        ("Departure not seen" if report.is_over else "On site now", report.not_seen_leaving),
    )
    for place, (name, count) in enumerate(figures):
        left = MARGIN + place * sheets.room / len(figures)
        sheets.say(name, left, sheets.top - 16, grey=QUIET)
        sheets.say(f"{count:,}", left, sheets.top - 40, size=20, weight=600)
    sheets.top -= 58


def _cells(told: DayVisit, report: DailyReport) -> tuple[str, ...]:
    visit, site = told.visit, report.site
    details = visit.details
    host = details.host if details is not None else None
    out = time_words(visit.checked_out_at, site)
    if visit.state is VisitState.ON_SITE:
        unseen = visit.is_departure_not_seen(report.head.at, report.zone)
        out = "not seen" if unseen else "on site"
    decision = "" if told.verdict is None else f"{VERDICTS[told.verdict]}, {told.decided_by}"
    return (
        time_words(visit.started_at, site),
        visit.identity.name.full or "(erased)",
        "" if details is None else details.visitor_type.value.capitalize(),
        "" if host is None else ", ".join(filter(None, (host.name, host.place))),
        time_words(visit.checked_in_at, site),
        out,
        decision or _WITHOUT_DECISION.get(visit.state, ""),
    )
