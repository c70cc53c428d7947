"""The daily report on paper: Letter or A4, black on white, names in any script.

Lengths are points, y upwards from the foot of the sheet, as in PDF (ISO 32000-1, 8.3.2.3).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from db.daily_report import DailyReport, DayVisit
from db.domain.visit import VisitState
from db.story import VERDICTS
from resources.lettering import add_outlines, truetype, width

MARGIN = 40.0
INK, QUIET, RULE = 0.07, 0.38, 0.78
"""Greys: 0 is black. Every word is dark enough for a copier."""
SIZE, LINE, ROW_GAP = 9.0, 11.5, 5.0
FOOT = 30.0
SEAL_HEIGHT = 118.0
TYPE_ROW = 20.0
_INVISIBLE = 3
"""Text rendering mode (ISO 32000-1, 9.3.6)."""


Paper = Literal["letter", "a4"]
_SHEETS: dict[Paper, tuple[float, float]] = {"letter": (612.0, 792.0), "a4": (595.28, 841.89)}
_COLUMNS = (
    ("Came", 0.075),
    ("Name", 0.24),
    ("As", 0.105),
    ("To", 0.2),
    ("In", 0.075),
    ("Out", 0.095),
    ("Decision", 0.21),
)
"""What stands over each column, and its share of the width."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One visit: the lines of each of its cells."""

    cells: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> float:
        return max(map(len, self.cells)) * LINE + ROW_GAP


def report_pdf(report: DailyReport, paper: Paper) -> bytes:
    """The report as a PDF. Raises `resources.lettering.NoFontError` where there is no font."""
    sheet = _SHEETS[paper]
    room = sheet[0] - 2 * MARGIN
    rows = [_row(told, report, room) for told in report.visits]
    pages = _pages(rows, sheet[1])
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=sheet, pageCompression=1, invariant=1)
    canvas.setTitle(f"Visits of {report.day:%Y-%m-%d}")
    pen = _Pen(canvas)
    for number, page in enumerate(pages, 1):
        top = sheet[1] - MARGIN
        top = _title(pen, report, room, top) if number == 1 else top
        if page or number == 1:
            top = _table(pen, page, room, top, is_empty=not rows)
        if number == len(pages):
            _seal(pen, report, room, top - 14)
        _foot(pen, report, room, f"Page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _pages(rows: list[_Row], height: float) -> list[list[_Row]]:
    """Rows by page: the first one has the title, the last one needs room for the seal."""
    first, other = height - 2 * MARGIN - FOOT - 128, height - 2 * MARGIN - FOOT - TYPE_ROW
    pages: list[list[_Row]] = [[]]
    left = first
    for row in rows:
        if row.height > left:
            pages.append([])
            left = other
        pages[-1].append(row)
        left -= row.height
    if left < SEAL_HEIGHT + 14:
        pages.append([])
    return pages


class _Pen:
    """Words as outlines, and rules. Beneath lies text that is searched, copied and read aloud."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        file = truetype()
        self._unseen = "" if file is None else "unseen"
        if file is not None:
            pdfmetrics.registerFont(TTFont(self._unseen, str(file)))

    def say(
        self,
        text: str,
        left: float,
        base: float,
        *,
        size: float = SIZE,
        weight: int = 400,
        grey: float = INK,
        to_right: bool = False,
    ) -> None:
        left -= width(text, size, weight) * to_right
        path = self.canvas.beginPath()
        add_outlines(path, text, left, base, size, weight)
        self.canvas.setFillGray(grey)
        self.canvas.drawPath(path, stroke=0, fill=1)
        if self._unseen:
            words = self.canvas.beginText(left, base)
            words.setFont(self._unseen, size)
            words.setTextRenderMode(_INVISIBLE)
            words.textOut(text)
            self.canvas.drawText(words)

    def rule(self, base: float, room: float, grey: float = RULE) -> None:
        self.canvas.setStrokeGray(grey)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(MARGIN, base, MARGIN + room, base)


def _title(pen: _Pen, report: DailyReport, room: float, top: float) -> float:
    right = MARGIN + room
    day = f"{report.day:%A, %B} {report.day.day}, {report.day.year}"
    names = _wrapped(report.site.name, room - width(day, 16, 600) - 20, 16, 600)
    pen.say(names[0], MARGIN, top - 16, size=16, weight=600)
    pen.say(day, right, top - 16, size=16, weight=600, to_right=True)
    pen.say(_cut(report.site.district_name, room * 0.6), MARGIN, top - 31, grey=QUIET)
    so_far = "Visitors of the day" if report.is_over else "Visitors of the day so far"
    pen.say(so_far, right, top - 31, grey=QUIET, to_right=True)
    pen.rule(top - 42, room)
    still = "Departure not seen" if report.is_over else "On site now"
    figures = (
        ("Visits", len(report.visits)),
        ("Signed in", report.signed_in),
        ("Held", report.held),
        ("Not admitted", report.not_admitted),
        (still, report.not_seen_leaving),
    )
    for place, (name, count) in enumerate(figures):
        left = MARGIN + place * room / len(figures)
        pen.say(name, left, top - 58, grey=QUIET)
        pen.say(f"{count:,}", left, top - 82, size=20, weight=600)
    return top - 100


def _table(pen: _Pen, rows: list[_Row], room: float, top: float, *, is_empty: bool) -> float:
    if is_empty:
        pen.rule(top, room)
        pen.say("Nobody came that day.", MARGIN, top - 18, grey=QUIET)
        return top - 28
    lefts = list(_lefts(room))
    for (name, _), left in zip(_COLUMNS, lefts, strict=True):
        pen.say(name, left, top - 10, size=8, weight=600, grey=QUIET)
    top -= TYPE_ROW - 4
    pen.rule(top, room, QUIET)
    for row in rows:
        for cell, left, place in zip(row.cells, lefts, range(len(lefts)), strict=True):
            for number, line in enumerate(cell):
                weight = 600 if place == 1 else 400
                pen.say(line, left, top - LINE * (number + 1), weight=weight)
        top -= row.height
        pen.rule(top, room)
    return top


def _lefts(room: float) -> Iterator[float]:
    left = MARGIN
    for _, share in _COLUMNS:
        yield left
        left += share * room


def _row(told: DayVisit, report: DailyReport, room: float) -> _Row:
    visit = told.visit
    details, zone = visit.details, report.zone
    host = details.host if details is not None else None
    out = "" if visit.checked_out_at is None else _time(visit.checked_out_at, report)
    if visit.state is VisitState.ON_SITE:
        out = "not seen" if visit.is_departure_not_seen(report.head.at, zone) else "on site"
    decision = "" if told.verdict is None else f"{VERDICTS[told.verdict]}, {told.decided_by}"
    words = (
        _time(visit.started_at, report),
        visit.identity.name.full or "(erased)",
        "" if details is None else details.visitor_type.value.capitalize(),
        "" if host is None else ", ".join(filter(None, (host.name, host.place))),
        "" if visit.checked_in_at is None else _time(visit.checked_in_at, report),
        out,
        decision or _WITHOUT_DECISION.get(visit.state, ""),
    )
    return _Row(
        tuple(
            tuple(_wrapped(text, share * room - 6, SIZE, 600 if place == 1 else 400))
            for place, (text, (_, share)) in enumerate(zip(words, _COLUMNS, strict=True))
        )
    )


_WITHOUT_DECISION = {
    VisitState.HELD: "Held, not decided",
    VisitState.CLEARED: "Not signed in",
    VisitState.ABANDONED: "Left before signing in",
}


def _seal(pen: _Pen, report: DailyReport, room: float, top: float) -> None:
    """How the log stood, for whoever checks it later: by eye, by typing, or from the QR code."""
    head, root = report.head, report.head.root.hex()
    seen = f"{head.size}:{root}"
    code = segno.make(seen, error="m", micro=False)
    matrix = [bytes(line) for line in code.matrix]
    module = 84 / len(matrix)
    left = MARGIN + room - 84
    pen.canvas.setFillGray(0)
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            if dark:
                place = (left + x * module, top - (y + 1) * module, module, module)
                pen.canvas.rect(*place, stroke=0, fill=1)
    pen.say("The log's seal", MARGIN, top - 10, size=10, weight=600)
    words = (
        f"This number stands for all {head.size:,} events that the hub had taken in on "
        f"{_moment(head.at, report)}. Keep this sheet: if any of them is changed later, the number "
        "no longer fits. To check, give it to  vestibule-hub verify-log --seen NUMBER  or to "
        "the exported log's verifier."
    )
    base = top - 25
    for part in _wrapped(words, room - 104, SIZE, 400):
        pen.say(part, MARGIN, base)
        base -= LINE
    pen.say(f"{head.size}:", MARGIN, base - 6, weight=600)
    for half in (root[:32], root[32:]):
        base -= 0 if half == root[:32] else LINE
        groups = "  ".join(half[at : at + 8] for at in range(0, 32, 8))
        pen.say(groups, MARGIN + max(48, width(f"{head.size}: ", SIZE, 600)), base - 6, weight=600)


def _foot(pen: _Pen, report: DailyReport, room: float, page: str) -> None:
    made = f"{_cut(report.site.name, room * 0.5)}, made {_moment(report.head.at, report)}"
    pen.say(made, MARGIN, MARGIN - 8, size=8, grey=QUIET)
    pen.say(page, MARGIN + room, MARGIN - 8, size=8, grey=QUIET, to_right=True)


def _time(moment: datetime, report: DailyReport) -> str:
    return f"{moment.astimezone(report.zone):%H:%M}"


def _moment(moment: datetime, report: DailyReport) -> str:
    local = moment.astimezone(report.zone)
    return f"{local:%Y-%m-%d %H:%M} ({report.site.time_zone})"


def _wrapped(text: str, room: float, size: float, weight: int) -> list[str]:
    """Lines that fit: nothing of a name is cut; a word that is wider than its room is broken."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, weight) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for sign in word:
            if lines[-1] and width(lines[-1] + sign, size, weight) > room:
                lines.append("")
            lines[-1] += sign
    return lines


def _cut(text: str, room: float) -> str:
    return _wrapped(text, room, SIZE, 400)[0]
