"""One visit on paper: what spoke for and against a match, and who decided what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from admin_console.hub.__main__ import main
from admin_console.hub.visit_pdf import visit_pdf
from db import audit
from db.domain.audit import Deed
from db.domain.clearance import Lapse
from db.domain.decision import Verdict
from db.domain.desk import VisitStory
from db.domain.people import PersonName
from db.domain.recheck import Recheck
from db.domain.screening import ClearedMatch, HoldReason, LapsedClearance
from db.domain.visit import VisitState
from db.signing import TreeHead
from tests.console.invented import NOW, SITE, at, make_match, make_screening, make_tony
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


def test_record_tells_of_a_cleared_match_what_it_tells_of_any_other() -> None:
    match = make_match()
    cleared = ClearedMatch(
        match, uuid4(), "Priya Raghunathan", at(9, 14, days_ago=30), "Met him", date(2027, 11, 1)
    )
    screening = replace(make_screening(1, None), cleared=(cleared,))

    page = " ".join(words_of(visit_pdf(replace(held(), screening=screening), SITE, HEAD, "a4")))

    assert f"Cleared earlier, not held: {match.entry.name.full}, {match.list_name}" in page
    said = "Not this person, said Priya Raghunathan on 2026-10-18, until 2027-11-01: Met him"
    assert said in page
    for evidence in match.evidence:
        assert evidence.words in page


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Lapse.ENTRY_CHANGED, "the entry has changed since"),
        (Lapse.EXPIRED, "the clearance has expired"),
        (Lapse.ENDED, "the clearance was ended"),
    ],
)
def test_record_says_that_a_visitor_was_cleared_once_and_why_that_is_over(
    why: Lapse, words: str
) -> None:
    match = make_match()
    pair = (match.list_id, match.entry.entry_id)
    lapsed = LapsedClearance(*pair, uuid4(), "Priya Raghunathan", at(9, 14, days_ago=30), why)
    screening = replace(make_screening(1, HoldReason.MATCH, match), lapsed=(lapsed,))

    page = " ".join(words_of(visit_pdf(replace(held(), screening=screening), SITE, HEAD, "a4")))

    assert f"Cleared by Priya Raghunathan on 2026-10-18, but {words}." in page


def test_record_tells_decisions_in_their_order_and_which_of_them_is_not_in_force() -> None:
    told = held()
    (first,) = told.decisions
    moments = [first.decided_at + timedelta(minutes=n) for n in (2, 5)]
    second = replace(first, decision_id=uuid4(), reason="Heard late", decided_at=moments[1])
    stay = replace(
        first, decision_id=uuid4(), reason="Stays", decided_at=moments[0], verdict=Verdict.APPROVE
    )
    recheck = Recheck(uuid4(), told.visit.visit_id, make_screening(2, None), stay)
    told = replace(told, decisions=(first, second), in_force=first.decision_id, rechecks=(recheck,))

    page = " ".join(words_of(visit_pdf(told, SITE, HEAD, "letter")))

    table = page[page.index("Decisions") : page.index("What happened")]
    places = [table.index(reason) for reason in (first.reason, "Stays", "Heard late")]
    assert places == sorted(places)
    assert "May stay (on the later match)" in table
    assert table.count("not in force") == 1
    assert table.index("not in force") > places[1]


@pytest.mark.parametrize(
    ("days_ago", "state"), [(0, "On site"), (1, "Signed in, not seen leaving")]
)
def test_record_says_of_whoever_came_today_that_they_are_on_site(days_ago: int, state: str) -> None:
    came = at(9, 2, days_ago=days_ago)
    visit = replace(held().visit, state=VisitState.ON_SITE, started_at=came, checked_in_at=came)

    page = " ".join(words_of(visit_pdf(replace(held(), visit=visit), SITE, HEAD, "letter")))

    assert f"State {state} Born" in page


@pytest.mark.parametrize("many", [2, 3, 6, 11, 12])
def test_seal_of_the_log_stands_on_no_page_alone(many: int) -> None:
    told = held()
    lines = tuple(replace(told.happened[0], words=f"Line {n:02}") for n in range(many))

    last = words_of(visit_pdf(replace(told, happened=lines), SITE, HEAD, "letter"))[-1]

    assert "The log's seal" in last
    assert [n for n in range(many)[-3:] if f"Line {n:02}" not in last] == []


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
