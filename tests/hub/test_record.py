"""One visit on paper: what spoke for and against a match, and who decided what."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from admin_console.hub.__main__ import main
from admin_console.hub.visit_pdf import visit_pdf
from db import audit
from db.domain.audit import Deed
from db.domain.desk import VisitStory
from db.domain.people import PersonName
from db.signing import TreeHead
from tests.console.invented import NOW, SITE, make_match, make_screening, make_tony
from tests.console.records import make_past, make_story
from tests.hub.test_report import words_of
from tests.hub_of_tests import HubOfTests, hub_at
from tests.signed_log import signing_kiosk
from tests.sync_of_tests import decide

HEAD = TreeHead("log", 9_120, sha256(b"a log of tests").digest(), NOW)


def held() -> VisitStory:
    hold = make_tony()
    return replace(make_story(make_past()[0]), visit=hold.visit, screening=hold.screening)


def test_record_shows_each_row_of_the_evidence_and_what_chance_would_do() -> None:
    told = held()
    assert told.screening is not None

    page = " ".join(words_of(visit_pdf(told, SITE, HEAD, "letter")))

    for match in told.screening.matches:
        assert match.list_name in page
        assert f"one visitor in {match.one_in:,} would match this well by chance" in page
        for evidence in match.evidence:
            for words in (evidence.visitor, evidence.entry, evidence.words):
                assert words in page
            if evidence.bits:
                assert f"{abs(evidence.bits):.1f}" in page


def test_record_says_who_decided_and_what_happened() -> None:
    told = held()

    page = " ".join(words_of(visit_pdf(told, SITE, HEAD, "a4")))

    for decision in told.decisions:
        assert decision.reason in page
        assert decision.decided_by in page
    for happened in told.happened:
        assert happened.words in page
    assert "The log of this visit is whole" in page


def test_record_of_a_broken_log_says_so() -> None:
    page = " ".join(words_of(visit_pdf(replace(held(), log_verified=False), SITE, HEAD, "letter")))

    assert "is NOT whole" in page


def test_record_of_many_matches_and_an_endless_name_loses_nothing() -> None:
    name = PersonName("W" * 300, "X" * 200)
    match = make_match()
    matches = [
        replace(match, entry=replace(match.entry, name=name), list_name=f"List {number:02}")
        for number in range(6)
    ]
    told = replace(held(), screening=make_screening(1, None, *matches))

    pages = words_of(visit_pdf(told, SITE, HEAD, "letter"))

    whole = " ".join(pages)
    assert [n for n in range(6) if f"List {n:02}" not in whole] == []
    assert whole.replace(" ", "").count("W" * 300) == 6
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


def test_record_is_had_over_http_and_by_command_and_each_time_noted(
    hub: HubOfTests, tmp_path: Path
) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        visit_id = kiosk.visitor_comes(held=True)
        kiosk.push()
    decide(hub, visit_id)

    answer = hub.client.get(f"/v1/reports/visits/{visit_id}", headers=hub.sign_in("rbegaye"))
    paper = tmp_path / "record.pdf"
    asked = ["report", str(paper), "--visit", str(visit_id)]
    assert main([*asked, "--database", f"sqlite:///{tmp_path}/hub.db"]) == 0

    assert answer.headers["content-type"] == "application/pdf"
    for pdf in (answer.content, paper.read_bytes()):
        assert "Order in force" in " ".join(words_of(pdf))
    with hub.database.read() as session:
        noted = audit.page(session, hub.clock(), about_id=str(visit_id))
    assert [line.deed for line in noted.lines].count(Deed.VISIT_VIEWED) == 2


def test_visit_that_is_not_there_is_said_and_no_file_is_written(
    hub: HubOfTests, tmp_path: Path
) -> None:
    none = f"/v1/reports/visits/{uuid4()}"
    asked = ["report", str(tmp_path / "record.pdf"), "--visit", str(uuid4())]

    assert hub.client.get(none, headers=hub.sign_in()).status_code == 404
    assert main([*asked, "--database", f"sqlite:///{tmp_path}/hub.db"]) == 1
    assert not (tmp_path / "record.pdf").exists()
