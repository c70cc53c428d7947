"""Models of the console, read as small text pictures."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from admin_console.console.models.evidence import (
    BAR_WIDTH,
    EvidenceModel,
    bar_span,
    bits_words,
)
from admin_console.console.models.happenings import HappeningsModel
from admin_console.console.models.history import Day, HistoryModel, Loaded, by_day
from admin_console.console.models.on_site import EARLIER, Grouping, OnSiteModel, grouped
from admin_console.console.models.plain import Columns, PlainModel
from admin_console.console.models.queue import QueueModel
from admin_console.console.parts.chart import axis_top, shown_hours
from db.domain.decision import Verdict
from db.domain.screening import Agreement, Evidence, Field
from tests.console import invented, invented_inside, records

CHICAGO = ZoneInfo("America/Chicago")
pytestmark = pytest.mark.usefixtures("qapp")

SPOKEN = Qt.ItemDataRole.AccessibleTextRole


def picture(model: QAbstractItemModel, role: int = Qt.ItemDataRole.DisplayRole) -> list[str]:
    """Every row as one line of text."""
    return [
        " | ".join(
            str(model.data(model.index(row, column), role)) for column in range(model.columnCount())
        ).strip(" |")
        for row in range(model.rowCount())
    ]


def test_queue_says_who_waits_why_and_how_long() -> None:
    model = QueueModel(CHICAGO)

    model.show_holds(invented.make_holds(), invented.NOW, is_live=True)

    spoken = [model.data(model.index(row), SPOKEN) for row in range(3)]
    assert spoken == [
        "Tony Rafael Ibarra-Quintero, Possible match, Parent · meet a teacher, 1:42",
        "Kateryna Шевчук, Custody rule, Parent · pick up a student, 0:58",
        "Björn Hallström, ID not read, Contractor · boiler inspection, 0:21",
    ]


def test_queue_shows_clock_times_while_the_hub_is_away() -> None:
    model = QueueModel(CHICAGO)
    holds = invented.make_holds()

    model.show_holds(holds, invented.NOW, is_live=False)

    assert [model.waited(hold) for hold in holds] == ["10:40", "10:41", "10:42"]


def test_queue_of_the_same_people_is_not_reset(qtbot: QtBot) -> None:
    model = QueueModel(CHICAGO)
    model.show_holds(invented.make_holds(), invented.NOW, is_live=True)

    with qtbot.assertNotEmitted(model.modelReset):
        later = invented.NOW + timedelta(seconds=1)
        model.show_holds(invented.make_holds(), later, is_live=True)


def test_evidence_is_always_seven_rows_in_the_same_order() -> None:
    model = EvidenceModel()

    model.show_match(invented.make_match())

    assert picture(model) == [
        "Family name | Ibarra-Quintero | Quintero | Same, one of two surnames |  | +8.6",
        "Given name | Tony | Anthony | Same, a short form |  | +3.0",
        "Middle name | Rafael | James | Differs |  | −1.9",  # noqa: RUF001
        "Birth date | Mar 7, 1984 | Jul 3, 1984 | Same with day and month swapped |  | +9.1",
        "Sex | Man | Man | Same |  | +0.9",
        "Place | Texas | New Mexico | Differs |  | −0.8",  # noqa: RUF001
        "ID number | held as a code | none | Missing on the list",
    ]


def test_evidence_is_also_told_in_words() -> None:
    model = EvidenceModel()

    model.show_match(invented.make_match())

    assert model.data(model.index(0, 4), SPOKEN) == "+8.6 bits"
    assert model.data(model.index(6, 4), SPOKEN) == "no evidence"


@given(st.floats(-100, 100), st.sampled_from(Agreement))
def test_bar_stays_inside_its_box(bits: float, agreement: Agreement) -> None:
    evidence = Evidence(Field.SEX, "", "", agreement, "", bits)

    start, long = bar_span(evidence)

    assert long >= 0
    assert start >= 0
    assert start + long <= BAR_WIDTH + 1e-6
    assert len(bits_words(evidence)) <= 6


@pytest.mark.parametrize(("bits", "words"), [(10.5, "+10.5"), (-1.0, "−1.0"), (0.0, "")])  # noqa: RUF001
def test_what_is_missing_shows_the_bits_that_it_has(bits: float, words: str) -> None:
    missing = Agreement.MISSING
    evidence = Evidence(Field.GIVEN_NAME, "", "", missing, "Missing on both", bits, "missing")

    assert bits_words(evidence) == words
    assert (bar_span(evidence)[1] > 0) == bool(bits)


def test_people_inside_stand_in_groups_and_yesterday_comes_last() -> None:
    model = OnSiteModel(CHICAGO)
    visits = invented_inside.make_on_site().visits
    chosen = tuple(v for v in visits if v.number in (2, 3, 10, 15))

    rows = grouped(chosen, Grouping.TYPE, "", invented.NOW, CHICAGO)
    model.show_rows(rows, invented.NOW)

    assert picture(model) == [
        "Contractors, 1",
        "Daniel Quillfeather | Contractor | Boiler house | 8:55 | 1 h 47 | 13:00 |  | Sign out",
        "Parents and guardians, 2",
        (
            "Luis Fernando Tzul Ixcoy | Parent | Ruth Abernathy, Room 12 | 9:05 | 1 h 37 | 10:00"
            " | Overdue 42 min | Sign out"
        ),
        "Grace Kim | Parent | Tomasz Wróblewski, Room 4 | 10:38 | 4 min | 11:30 |  | Sign out",
        f"{EARLIER}, 1",
        (
            "Marcus Fennimore | Contractor | Roof, north wing | Mon 13:10 |  | Mon 16:00"
            " | Departure not seen | Settle"
        ),
    ]


@pytest.mark.parametrize("grouping", list(Grouping))
def test_nobody_gets_lost_in_any_grouping(grouping: Grouping) -> None:
    visits = invented_inside.make_on_site().visits

    rows = grouped(visits, grouping, "", invented.NOW, CHICAGO)

    people = [row.visit_id for row in rows if not hasattr(row, "title")]  # type: ignore[union-attr]
    assert sorted(people) == sorted(visit.visit_id for visit in visits)


def test_finding_looks_at_names_hosts_and_types() -> None:
    visits = invented_inside.make_on_site().visits

    def found(text: str) -> int:
        rows = grouped(visits, Grouping.LONGEST, text, invented.NOW, CHICAGO)
        return sum(not hasattr(row, "title") for row in rows)

    assert found("quill") == 1
    assert found("LIBRARY") == 3
    assert found("delivery") == 1
    assert found("nobody of that name") == 0


def test_history_stands_by_day_with_exceptions_only() -> None:
    model = HistoryModel(CHICAGO)
    friday = tuple(v for v in records.make_past() if v.number // 100 == 4)

    model.show_loaded(Loaded(friday, 7, None, invented.NOW), invented.NOW)

    shown = picture(model)
    assert shown[0] == "Fri Nov 13"
    assert shown[1] == "15:05 | 15:42 | Wei-Ling Tsai | Visitor | Ruth Abernathy | Conference"
    assert shown[4].endswith("Reading hour | Escorted")
    assert shown[6].startswith("10:02 | not seen | Marcus Fennimore | Contractor")
    assert shown[7] == "8:05 |  | Kateryna Шевчук |  |  |  | Denied"


def test_history_says_how_holds_ended() -> None:
    model = HistoryModel(CHICAGO)
    visits = records.make_past()[:6]
    ids = [v.visit_id for v in visits]
    verdicts = dict(zip(ids, Verdict, strict=False))

    model.show_loaded(Loaded(visits, 6, None, invented.NOW, verdicts), invented.NOW)

    assert [row.rsplit(" | ", 1)[1] for row in picture(model)[1:5]] == [
        "Approved",
        "Escorted",
        "Not this person",
        "Denied",
    ]
    assert picture(model)[5].endswith("Pick up")


def test_history_shows_a_verdict_that_comes_to_a_visit_that_is_listed(qtbot: QtBot) -> None:
    model = HistoryModel(CHICAGO)
    loaded = Loaded().with_first(replace(records.make_page(), verdicts={}))
    model.show_loaded(loaded, invented.NOW)
    newest = loaded.visits[0].visit_id

    with qtbot.waitSignal(model.dataChanged):
        page = replace(records.make_page(), verdicts={newest: Verdict.NOT_THIS_PERSON})
        model.show_loaded(loaded.with_first(page), invented.NOW)

    assert picture(model)[1].endswith("Not this person")


def test_day_that_may_go_on_has_no_count() -> None:
    past = records.make_past()[:10]

    rows = by_day(Loaded(past, 26_418, "more", invented.NOW), CHICAGO)

    assert [row.count for row in rows if isinstance(row, Day)] == [7, None]


def test_new_first_page_keeps_the_older_pages() -> None:
    past = records.make_past()
    loaded = Loaded(past[:10], 28, "a").with_next(replace(records.make_page(), visits=past[10:20]))
    newest = replace(past[0], visit_id=invented.make_id(9), started_at=invented.NOW)

    loaded = replace(loaded, next_page="b").with_first(
        records.make_page((newest, *past[:9]), next_page="a")
    )

    assert [v.visit_id for v in loaded.visits] == [
        newest.visit_id,
        *(v.visit_id for v in past[:20]),
    ]
    assert loaded.next_page == "b"


def test_models_keep_qts_contract(qtmodeltester: ModelTester) -> None:
    rows = grouped(invented_inside.make_on_site().visits, Grouping.PLACE, "", invented.NOW, CHICAGO)
    on_site, past = OnSiteModel(CHICAGO), HistoryModel(CHICAGO)
    happenings, plain = HappeningsModel(CHICAGO), PlainModel(Columns(("Line", "Name"), (0,)))
    evidence, queue = EvidenceModel(), QueueModel(CHICAGO)
    on_site.show_rows(rows, invented.NOW)
    past.show_loaded(Loaded(records.make_past(), 28, None, invented.NOW), invented.NOW)
    happenings.show_happenings(invented.make_happenings())
    plain.show_rows((("1", "a"), ("2", "b")))
    evidence.show_match(invented.make_match())
    queue.show_holds(invented.make_holds(), invented.NOW, is_live=True)

    for model in (on_site, past, happenings, plain, evidence, queue):
        qtmodeltester.check(model)


def test_axis_ends_on_a_whole_quarter() -> None:
    assert [axis_top(highest) for highest in (0, 1, 4, 5, 9, 13)] == [4, 4, 4, 8, 12, 16]


def test_chart_shows_the_school_day_and_whoever_came_outside_it() -> None:
    counts = [0] * 24
    counts[5] = 1
    counts[18] = 2

    assert shown_hours(tuple(counts)) == range(5, 19)
    assert shown_hours((0,) * 24) == range(7, 17)
