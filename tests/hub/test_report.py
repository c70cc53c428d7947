"""The day's report: what is on the paper, who may have it, and that its seal tells of changes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from admin_console.hub.__main__ import main
from admin_console.hub.report_pdf import report_pdf
from admin_console.hub.sheets import Paper
from db import audit
from db.daily_report import DailyReport, DayVisit
from db.domain.audit import Deed
from db.domain.decision import Verdict
from db.domain.desk import Site
from db.domain.people import PersonName
from db.domain.visit import CheckOutWay, Host, Visit, VisitDetails, VisitorType, VisitState
from db.signing import TreeHead
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE, make_identity
from tests.signed_log import signing_kiosk, write_another_past

PATH = "/v1/reports/daily"
SITE = Site("d", "Marlow Unified", "s", "Lincoln Elementary School", "America/Chicago")
ROOT = sha256(b"a log of tests").digest()
DAY = date(2026, 11, 9)
EVENING = datetime(2026, 11, 9, 22, 30, tzinfo=UTC)


def visit(number: int, given: str, family: str, state: VisitState, **more: object) -> Visit:
    came = datetime(2026, 11, 9, 14, 2, tzinfo=UTC) + timedelta(minutes=7 * number)
    identity = replace(make_identity(), name=PersonName(given, family))
    kept = Visit(UUID(int=number), number, "s", "k", state, identity, came)
    if state in {VisitState.ON_SITE, VisitState.DEPARTED}:
        host = Host("h", "Ms. Okafor", "Room 12")
        kept = replace(
            kept,
            details=VisitDetails(VisitorType.PARENT, "Conference", host),
            checked_in_at=came + timedelta(minutes=2),
        )
    if state is VisitState.DEPARTED:
        left = came + timedelta(minutes=55)
        kept = replace(kept, checked_out_at=left, checked_out_by=CheckOutWay.BADGE)
    return replace(kept, **more)  # type: ignore[arg-type]


def report(*visits: DayVisit, at: datetime = EVENING) -> DailyReport:
    head = TreeHead("log", 1_284, ROOT, at)
    return DailyReport(SITE, DAY, visits, sum(d.verdict is not None for d in visits), head)


SCHOOL_DAY = (
    DayVisit(visit(1, "Elena", "Marlowe", VisitState.DEPARTED)),
    DayVisit(visit(2, "Thomas", "Abara", VisitState.DEPARTED), Verdict.NOT_THIS_PERSON, "Dana W."),
    DayVisit(visit(3, "Nguyễn Thị", "Hồng Hạnh", VisitState.ON_SITE)),
    DayVisit(visit(4, "Raymond", "Voss", VisitState.DENIED), Verdict.DENY, "Dana Whitlock"),
    DayVisit(visit(5, "María Fernanda", "de la Cruz y Santamaría-Echeverría", VisitState.DEPARTED)),
    DayVisit(visit(6, "Ольга", "Ковальчук", VisitState.ABANDONED)),
    DayVisit(visit(7, "", "", VisitState.DEPARTED)),
    DayVisit(visit(8, "W" * 60, "Overlong", VisitState.HELD)),
)


def words_of(pdf: bytes) -> list[str]:
    """The text of each page, lines joined."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(p.get_textpage().get_text_bounded().split()) for p in document]
    finally:
        document.close()


def pictures_of(pdf: bytes, scale: float = 2.0) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=scale).to_pil().convert("L") for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_report_names_everybody_who_came_and_what_was_decided(paper: Paper) -> None:
    (page,) = words_of(report_pdf(report(*SCHOOL_DAY), paper))

    assert "Lincoln Elementary School" in page
    assert "Monday, November 9, 2026" in page
    for told in SCHOOL_DAY[:6]:
        for word in told.visit.identity.name.full.replace("-", " ").split():
            assert word in page.replace("-", " ")
    assert "Not admitted, Dana Whitlock" in page
    assert "(erased)" in page
    assert "Left before signing in" in page
    assert "Held, not decided" in page


def test_report_counts_the_day() -> None:
    (page,) = words_of(report_pdf(report(*SCHOOL_DAY), "letter"))

    assert "Visits 8" in page
    assert "Signed in 5" in page
    assert "Held 2" in page
    assert "Not admitted 1" in page
    assert "On site now 1" in page


def test_who_was_not_seen_leaving_is_said_so_the_day_after() -> None:
    (page,) = words_of(report_pdf(report(*SCHOOL_DAY, at=EVENING + timedelta(days=1)), "letter"))

    assert "Departure not seen 1" in page
    assert "not seen" in page


def test_seal_is_read_by_eye_and_from_its_code() -> None:
    pdf = report_pdf(report(*SCHOOL_DAY), "letter")

    (page,) = words_of(pdf)
    assert f"1284:{ROOT.hex()}" in re.sub(r"\s", "", page)
    (code,) = zxingcpp.read_barcodes(pictures_of(pdf)[0])
    assert code.text == f"1284:{ROOT.hex()}"


def test_day_without_visitors_is_sealed_too() -> None:
    (page,) = words_of(report_pdf(report(), "a4"))

    assert "Nobody came that day." in page
    assert "The log's seal" in page


@pytest.mark.parametrize("count", [30, 31, 34, 80])
def test_long_day_goes_on_over_pages_and_nobody_is_missing(count: int) -> None:
    many = [DayVisit(visit(n, f"Given{n:03}", "Family", VisitState.DEPARTED)) for n in range(count)]

    pdf = report_pdf(report(*many), "letter")

    pages = words_of(pdf)
    whole = " ".join(pages)
    assert [n for n in range(count) if f"Given{n:03}" not in whole] == []
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert [("The log's seal" in page) for page in pages] == [False] * (len(pages) - 1) + [True]
    for picture in pictures_of(pdf, scale=1.0):
        foot = picture.crop((0, 792 - 28, 612, 792))
        assert foot.getextrema() == (255, 255), "drawn over the margin"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


def test_administrator_gets_the_day_as_pdf_and_it_is_noted(hub: HubOfTests, tmp_path: Path) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
        kiosk.push()

    answer = hub.client.get(PATH, params={"day": str(NINE.date())}, headers=hub.sign_in())

    assert answer.headers["content-type"] == "application/pdf"
    assert "attachment" in answer.headers["content-disposition"]
    (page,) = words_of(answer.content)
    assert "Visits 1" in page
    with hub.database.read() as session:
        noted = audit.page(session, hub.clock())
    exported = [line for line in noted.lines if line.deed == Deed.VISITS_EXPORTED]
    assert [line.detail for line in exported] == [f"report of {NINE.date()}"]


def test_nobody_has_it_without_signing_in(hub: HubOfTests) -> None:
    assert hub.client.get(PATH).status_code == 401


@pytest.mark.parametrize("day", ["1999-12-31", "2999-01-01", "soon"])
def test_day_that_cannot_be_is_refused_in_words(hub: HubOfTests, day: str) -> None:
    answer = hub.client.get(PATH, params={"day": day}, headers=hub.sign_in())

    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_seal_on_paper_tells_that_the_log_was_changed_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    paper = tmp_path / "day.pdf"
    with hub_at(url, tmp_path) as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        for _ in range(3):
            kiosk.visitor_comes()
        kiosk.push()
        assert main(["report", str(paper), "--database", url]) == 0
        (code,) = zxingcpp.read_barcodes(pictures_of(paper.read_bytes())[-1])
        assert main(["verify-log", "--seen", code.text, "--database", url]) == 0

        write_another_past(hub.database, 2, kiosk.device.kiosk_id, with_heads=True)

        capsys.readouterr()
        assert main(["verify-log", "--seen", code.text, "--database", url]) == 1
        assert code.text.partition(":")[0] in capsys.readouterr().out


def test_day_to_come_is_refused_and_no_file_is_written(tmp_path: Path) -> None:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path):
        asked = ["report", str(tmp_path / "day.pdf"), "--day", "2999-01-01"]
        assert main([*asked, "--database", f"sqlite:///{tmp_path}/hub.db"]) == 1
    assert not (tmp_path / "day.pdf").exists()
