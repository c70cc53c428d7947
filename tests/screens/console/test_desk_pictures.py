"""The desk and who is inside as they look at 1440x900, beside their references."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.parts.table import RowTable
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.visit import VisitState
from tests.console import invented, records
from tests.console.fake_hub import FakeHub
from tests.console.test_sites import of_two_schools
from tests.console.windows import Clock, child, open_shell, press
from tests.screens.console.looking import Look, settle, with_photos

Key = Qt.Key


@pytest.mark.parametrize(("dark", "name"), [(False, "01-desk-hold"), (True, "16-desk-dark")])
def test_desk_with_a_possible_match(
    qtbot: QtBot,
    looks_like: Look,
    dark: bool,
    name: str,
) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub, dark=dark)
    press(qtbot, Key.Key_1)

    settle(qtbot, shell, hub)

    looks_like(shell, name)


def test_desk_of_somebody_who_has_several_schools(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(of_two_schools())
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1)

    settle(qtbot, shell, hub)

    looks_like(shell, "01-desk-several-schools")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 720)])
def test_desk_on_a_small_screen(qtbot: QtBot, looks_like: Look, width: int, height: int) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    shell.window().resize(width, height)
    press(qtbot, Key.Key_1)

    settle(qtbot, shell, hub)

    chance = child(shell, QWidget, "chanceCard")
    area = chance.parentWidget().parentWidget()
    # Rows and cards find their places one after another, once the window has its size.
    qtbot.waitUntil(
        lambda: area.rect().contains(chance.geometry().translated(chance.parentWidget().pos()))
    )
    looks_like(shell, f"17-desk-{width}")


def test_desk_with_a_verdict_that_waits_for_its_reason(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_D)

    settle(qtbot, shell, hub)

    looks_like(shell, "01-desk-why")


def test_desk_after_a_denial_that_can_be_taken_back(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub())

    press(qtbot, Key.Key_1, Key.Key_D)
    shell.desk._deciding._held_back._timer.stop()

    looks_like(child(shell, QWidget, "queuePanel"), "01-queue-undo")


def test_desk_when_somebody_else_decided(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    settle(qtbot, shell, hub)
    tony = hub.desk_answer.holds[0]
    denied = Decision(
        invented.make_id(1),
        tony.visit.visit_id,
        Verdict.DENY,
        "Known to the office.",
        "Priya Raghunathan",
        invented.NOW,
        DecidedAt.CONSOLE,
    )
    hub.stories[tony.visit.visit_id] = replace(records.make_story(tony.visit), decisions=(denied,))

    hub.change(replace(hub.desk_answer, holds=hub.desk_answer.holds[1:]))
    qtbot.waitUntil(lambda: "Priya" in child(shell, QLabel, "whyOff").text())

    looks_like(shell, "01-desk-decided-by-another")


def test_desk_with_somebody_whose_id_was_not_read(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_D)
    child(shell, QWidget, "ready1").clearFocus()

    settle(qtbot, shell, hub)

    looks_like(shell, "01-desk-id-not-read")


def with_alarm(hub: FakeHub) -> FakeHub:
    """Somebody is inside against the office's decision, and wears a badge with escort."""
    visit = next(v for v in hub.on_site_answer.visits if v.number == 8)
    hub.desk_answer = replace(hub.desk_answer, alarms=(records.make_alarm(visit),))
    hub.on_site_answer = replace(hub.on_site_answer, not_admitted=(visit.visit_id,))
    return hub


@pytest.mark.parametrize(
    ("size", "dark", "name"),
    [
        ((1440, 900), False, "01-desk-alarm"),
        ((1440, 900), True, "01-desk-alarm-dark"),
        ((1280, 720), False, "01-desk-alarm-1280"),
    ],
)
def test_desk_with_somebody_inside_whom_the_office_denied(
    qtbot: QtBot, looks_like: Look, size: tuple[int, int], dark: bool, name: str
) -> None:
    hub = with_alarm(with_photos(FakeHub()))
    shell = open_shell(qtbot, hub, dark=dark)
    shell.window().resize(*size)

    settle(qtbot, shell, hub)

    looks_like(shell, name)


def test_on_site_with_somebody_whom_the_office_denied(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_alarm(with_photos(FakeHub()))
    shell = open_shell(qtbot, hub)
    shell.go("On site now")
    table = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    settle(qtbot, shell, hub)

    looks_like(shell, "03-on-site-alarm")


def test_desk_after_a_denial_says_what_to_do_now(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    visit = replace(hub.desk_answer.holds[1].visit, state=VisitState.DENIED)
    denial = records.make_turned_away(visit)
    left = tuple(hold for place, hold in enumerate(hub.desk_answer.holds) if place != 1)
    hub.desk_answer = replace(hub.desk_answer, holds=left, turned_away=(denial,))
    shell = open_shell(qtbot, hub)

    settle(qtbot, shell, hub)

    looks_like(shell, "01-desk-turned-away")


def test_desk_when_nobody_waits(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(desk_answer=invented.make_desk(())))

    looks_like(shell, "02-desk-empty")


def test_desk_after_a_decision(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_3, Key.Key_A)

    qtbot.waitUntil(child(shell.desk, QWidget, "toast").isVisible)

    looks_like(child(shell, QWidget, "queuePanel"), "01-queue-decided")


def with_somebody_inside(hub: FakeHub) -> FakeHub:
    """A list's new version names somebody who came in this morning and was cleared once."""
    visit = next(v for v in hub.on_site_answer.visits if v.number == 8)
    hold = records.make_inside(visit)
    hub.desk_answer = replace(hub.desk_answer, holds=(hold, *hub.desk_answer.holds[1:]))
    return hub


@pytest.mark.parametrize(
    ("size", "name"), [((1440, 900), "01-desk-inside"), ((1280, 720), "01-desk-inside-1280")]
)
def test_desk_with_somebody_inside_whom_a_new_list_names(
    qtbot: QtBot, looks_like: Look, size: tuple[int, int], name: str
) -> None:
    hub = with_somebody_inside(with_photos(FakeHub()))
    shell = open_shell(qtbot, hub)
    shell.window().resize(*size)

    settle(qtbot, shell, hub)

    looks_like(shell, name)


def test_desk_without_the_hub(qtbot: QtBot, looks_like: Look) -> None:
    hub, clock = with_photos(FakeHub()), Clock()
    shell = open_shell(qtbot, hub, clock)
    settle(qtbot, shell, hub)
    hub.go_away()
    press(qtbot, Key.Key_4, Key.Key_E)
    qtbot.waitUntil(child(shell, QWidget, "unsent").isVisible)
    qtbot.waitUntil(child(shell, QWidget, "banner").isVisible)
    shell._session._watch.blockSignals(True)
    shell._session._watch.stop()
    QApplication.processEvents()  # what it had found by then is said before the picture's story
    clock.now += timedelta(minutes=6)
    shell._session.connection = replace(
        shell._session.connection, tries=14, next_try_at=clock.now + timedelta(seconds=22)
    )

    shell.tick()

    looks_like(shell, "15-desk-offline")
