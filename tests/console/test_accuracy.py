"""What the page Accuracy says: of the engine on test data, and of the school's own holds."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.http_hub import HttpHub
from admin_console.console.models import accuracy as told
from admin_console.console.models.accuracy import NONE, Span
from admin_console.console.parts.fields import Choice
from admin_console.console.parts.line_chart import axis_top
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db import codec
from db.domain.desk import Role
from db.domain.figures import HoldFigures
from resources import accuracy
from resources.accuracy import Accuracy, Group
from tests.console import counted, invented
from tests.console.fake_hub import FakeHub
from tests.console.windows import Clock, child, open_shell, press

Key = Qt.Key
TODAY = date(2026, 11, 17)
YEAR = (date(2026, 8, 1), TODAY)


def show_accuracy(qtbot: QtBot, hub: FakeHub, clock: Clock | None = None) -> Shell:
    shell = open_shell(qtbot, hub, clock)
    shell.lists.accuracy.show_measured(counted.make_accuracy())
    shell.go("Lists")
    press(qtbot, Key.Key_3)
    return shell


def show_counted(qtbot: QtBot, hub: FakeHub, clock: Clock | None = None) -> Shell:
    shell = show_accuracy(qtbot, hub, clock)
    qtbot.waitUntil(lambda: shell.lists.accuracy.shown() is not None)
    return shell


def said(shell: Shell, name: str) -> str:
    return child(shell, QWidget, name).accessibleName()


# ---- in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "today", "first"),
    [
        (Span.SCHOOL_YEAR, date(2026, 8, 1), date(2026, 8, 1)),
        (Span.SCHOOL_YEAR, date(2026, 7, 31), date(2025, 8, 1)),
        (Span.TWELVE_MONTHS, TODAY, date(2025, 12, 1)),
        (Span.TWELVE_MONTHS, date(2026, 12, 31), date(2026, 1, 1)),
        (Span.THIRTY_DAYS, TODAY, date(2026, 10, 19)),
    ],
)
def test_span_begins_where_people_expect_it(span: Span, today: date, first: date) -> None:
    assert told.days_of(span, today) == (first, today)


def test_kind_of_error_that_is_seldom_found_stands_out() -> None:
    rows = told.found_rows(counted.make_accuracy())

    assert [row.what for row in rows if row.is_weak] == [
        "Birth year only",
        "Changed surname, not on the list",
    ]
    assert (rows[0].found, rows[0].false_alarms, rows[0].tried) == ("99.4", "0.004", "3,000")
    assert rows[1].false_alarms == NONE


def test_group_beyond_the_limit_stands_out_and_its_bar_is_full() -> None:
    rows = told.group_rows(Accuracy(groups=(Group("Women", 3.0), Group("Men", 4.5))))

    assert [(row.share, row.is_weak, row.note) for row in rows] == [
        (1.0, False, "3.0 times"),
        (1.0, True, "4.5 times"),
    ]


def test_verdicts_together_are_all_holds() -> None:
    rows = {row.name: row for row in told.own_rows(counted.make_figures())}

    assert (rows["Held"].figure, rows["Held"].note) == ("21", "1 in 68")
    assert rows["Not this person"].note == "76 % of holds"
    assert rows["Held otherwise"].figure == "9"
    assert "Not decided" not in rows


def test_holds_that_nobody_decided_on_are_told() -> None:
    holds = HoldFigures(held=4, approved=1, undecided=3)

    rows = told.own_rows(replace(counted.make_figures(), holds=holds))

    assert ("Not decided", "3") in {(row.name, row.figure) for row in rows}


def test_held_for_no_entry_is_of_no_list() -> None:
    figures = replace(counted.make_figures(), list_id=counted.CUSTODY)

    assert "Held otherwise" not in {row.name for row in told.own_rows(figures)}


def test_four_months_are_listed_and_a_year_is_drawn() -> None:
    assert not told.drawn(counted.make_figures())
    assert told.drawn(counted.make_figures(0))


def test_month_without_screenings_has_no_share() -> None:
    july = next(p for p in told.points(counted.make_figures(0)) if p.name == "Jul")

    assert (july.value, july.before) == (None, None)


def test_nothing_is_invented_where_nothing_was_counted_or_measured() -> None:
    tiles = told.tiles(counted.make_no_figures(), Accuracy())

    assert [figure for figure, _ in tiles] == [NONE, NONE, NONE]
    assert told.measured(Accuracy()) == ""
    assert told.birth_date_note(counted.make_no_figures()) == ""


def test_note_says_what_entries_without_a_whole_birth_date_cost() -> None:
    assert told.birth_date_note(counted.make_figures()) == (
        "Entries without a whole birth date caused 12 of 16 false alarms here. "
        "214 entries of State registry extract lack it, and 2 of other lists."
    )


def test_note_of_one_list_counts_its_own_entries() -> None:
    figures = replace(counted.make_figures(), list_id=counted.CUSTODY)

    assert told.birth_date_note(figures).endswith("2 entries of Custody orders lack it.")


@pytest.mark.parametrize(
    ("highest", "top"), [(0.0, 0.1), (1.0, 1.0), (2.57, 3.0), (3.2, 5.0), (5.1, 10.0), (100, 100)]
)
def test_axis_ends_at_a_round_figure(highest: float, top: float) -> None:
    assert axis_top(highest) == top


# ---- the measurement's file --------------------------------------------------------------------


def test_measurement_that_this_version_comes_with_can_be_read() -> None:
    found = accuracy.accuracy()

    assert found.rows
    assert all(row.tried for row in found.rows)
    assert accuracy.read(codec.to_json(found)) == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"rows": [{"what": "Swapped", "found": 101, "tried": 3}]}',
        b'{"rows": [{"what": "", "found": 1, "tried": 3}]}',
        b'{"rows": [{"what": "Swapped", "found": 1, "tried": 0}]}',
        b'{"rows": [{"what": "Swapped", "found": 1, "tried": 3}]}',
    ],
)
def test_measurement_that_cannot_be_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        accuracy.read(content)


# ---- the page ----------------------------------------------------------------------------------


def test_page_shows_what_the_engine_finds_and_what_happened_here(qtbot: QtBot) -> None:
    shell = show_counted(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    assert "Nickname or short form: 98.1 of 100 found" in said(shell, "foundTable")
    assert "Women 0.8 times" in said(shell, "groupRows")
    assert "Held 21 1 in 68" in said(shell, "ownRows")
    assert said(shell, "figureToDecide") == "To decide: 34 s, p95 1:52"
    assert "August 1.40 3 of 214 screenings" in said(shell, "heldMonths")
    assert child(shell, QLabel, "ownDays").text() == "Aug 12 to Nov 17"


def test_table_tells_holds_by_list_and_by_tier(qtbot: QtBot) -> None:
    shell = show_counted(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    rows = []
    for name in ("byList", "byTier"):
        model = child(shell, RowTable, name).model()
        rows.append([str(model.index(0, c).data()) for c in range(model.columnCount())])

    assert rows == [
        ["Custody orders", "3", "1", "1", "0", "1", "0"],
        ["Strong match", "3", "1", "1", "0", "1", "0"],
    ]


def test_choosing_a_list_counts_it_alone(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = show_counted(qtbot, hub)
    choice = child(shell, Choice, "figuresList")

    choice.setCurrentIndex(choice.findText("Custody orders"))
    qtbot.waitUntil(lambda: len(hub.counted_days) == 2)

    assert hub.counted_days == [(*YEAR, None), (*YEAR, counted.CUSTODY)]
    assert choice.currentText() == "Custody orders"


def test_news_of_the_hub_do_not_count_a_year_anew(qtbot: QtBot) -> None:
    hub, clock = FakeHub(role=Role.ADMINISTRATOR), Clock()
    shell = show_counted(qtbot, hub, clock)

    shell.lists.refresh()
    assert len(hub.counted_days) == 1
    clock.now += timedelta(minutes=3)
    shell.lists.refresh()

    qtbot.waitUntil(lambda: len(hub.counted_days) == 2)


def test_page_says_that_nothing_was_measured_yet(qtbot: QtBot) -> None:
    shell = show_counted(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    shell.lists.accuracy.show_measured(Accuracy())

    assert child(shell, QWidget, "foundMessage").isVisible()
    assert not child(shell, QWidget, "foundTable").isVisible()
    assert said(shell, "figureForetold") == f"Foretold, of 100: {NONE}, not measured"


def test_front_desk_is_told_who_reads_the_figures(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = show_accuracy(qtbot, hub)

    assert said(shell, "accuracyMessage").startswith("Only administrators")
    assert not child(shell, QWidget, "figuresList").isVisible()
    assert hub.counted_days == []


def test_figures_that_never_came_are_told(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    hub.is_away = True

    press(qtbot, Key.Key_3)

    qtbot.waitUntil(lambda: "could not be counted" in said(shell, "accuracyMessage"))


def test_figures_of_all_lists_never_stand_under_the_name_of_one(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = show_counted(qtbot, hub)
    hub.is_away = True

    shell.lists.accuracy.choose(Span.SCHOOL_YEAR, counted.CUSTODY)
    qtbot.waitUntil(child(shell, QWidget, "accuracyMessage").isVisible)
    assert not child(shell, QWidget, "ownCard").isVisible()

    hub.come_back()
    shell.lists.refresh()
    qtbot.waitUntil(child(shell, QWidget, "ownCard").isVisible)


@pytest.mark.parametrize("list_id", [None, invented.make_id(60)])
def test_console_asks_for_the_days_and_the_list(list_id: UUID | None) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=codec.to_json(counted.make_figures()))

    hub = HttpHub("http://hub.invalid", httpx.MockTransport(answer))
    found = hub.screening_figures(*YEAR, list_id)

    wanted = {"from": "2026-08-01", "to": "2026-11-17"}
    assert asked[0].url.path == "/v1/screening/figures"
    assert dict(asked[0].url.params) == wanted | ({"list_id": str(list_id)} if list_id else {})
    assert found == counted.make_figures()
