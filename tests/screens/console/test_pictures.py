"""Every page as it looks at 1440x900, beside its reference; `--update-pictures` makes new ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.models.accuracy import Span
from admin_console.console.parts.fields import Field
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Role
from db.domain.visit import VisitState
from db.domain.watchlist import Category
from resources.accuracy import Accuracy
from tests.console import counted, invented, records
from tests.console.fake_hub import FakeHub
from tests.console.windows import Clock, child, open_console, open_shell, press
from tests.pictures import assert_looks_like

PICTURES = Path(__file__).parent / "pictures"
Key = Qt.Key

Look = Callable[[QWidget, str], None]


@pytest.fixture
def looks_like(update_pictures: bool) -> Look:
    """Compare what a widget shows with the picture of that name."""

    def compare(widget: QWidget, name: str) -> None:
        for _ in range(4):  # a layout may ask for another one
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert_looks_like(pixels(widget), PICTURES / f"{name}.png", update=update_pictures)

    return compare


def pixels(widget: QWidget) -> NDArray[np.uint8]:
    """What is shown, height x width x 3, BGR. The text cursor never blinks in a picture."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image, QPoint())
    rows = np.frombuffer(image.constBits(), np.uint8)
    return rows.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), :3].copy()


def silhouette(colour: str) -> bytes:
    """A JPEG of nobody: invented people have no photos."""
    image = QImage(160, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#e3e8f0"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#9aa7ba"))
    painter.drawEllipse(QRectF(20, 135, 120, 120))
    painter.setBrush(QColor("#c5cedb"))
    painter.drawEllipse(QRectF(50, 45, 60, 85))
    painter.setBrush(QColor(colour))
    painter.drawPie(QRectF(46, 38, 68, 74), 0, 180 * 16)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    image.save(buffer, "JPG", 92)
    return content.data()


SHADES = {"a" * 64: silhouette("#7d8ba1"), "b" * 64: silhouette("#5d6b81"), "c" * 64: b""}


def with_photos(hub: FakeHub) -> FakeHub:
    """The same school with a photo for two people of three."""
    shas = list(SHADES)
    hub.photos = {sha: content for sha, content in SHADES.items() if content}
    inside = hub.on_site_answer.visits
    hub.on_site_answer = replace(
        hub.on_site_answer,
        visits=tuple(
            replace(visit, photo=shas[place % 3] if place % 3 < 2 else "")
            for place, visit in enumerate(inside)
        ),
    )
    holds = hub.desk_answer.holds
    hub.desk_answer = replace(
        hub.desk_answer,
        holds=tuple(
            replace(hold, visit=replace(hold.visit, photo=shas[0])) if place == 0 else hold
            for place, hold in enumerate(holds)
        ),
    )
    return hub


def settle(qtbot: QtBot, shell: Shell, hub: FakeHub) -> None:
    """Wait until the photos are there and everything was painted once."""
    shell.grab()
    qtbot.waitUntil(lambda: all(shell._photos.photo(sha) is not None for sha in hub.photos))
    shell.grab()


def test_sign_in(qtbot: QtBot, looks_like: Look) -> None:
    window = open_console(qtbot, FakeHub())
    child(window, Field, "signInName").clearFocus()

    looks_like(window, "00-sign-in")


def test_sign_in_refused(qtbot: QtBot, looks_like: Look) -> None:
    window = open_console(qtbot, FakeHub())
    window.sign_in_page.start(name="dwhitlock")

    window.sign_in("dwhitlock", "wrong")
    qtbot.waitUntil(lambda: child(window, QWidget, "signInError").isVisible())
    child(window, Field, "signInPassword").clearFocus()

    looks_like(window, "00-sign-in-refused")


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


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 720)])
def test_desk_on_a_small_screen(qtbot: QtBot, looks_like: Look, width: int, height: int) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    shell.window().resize(width, height)
    press(qtbot, Key.Key_1)

    settle(qtbot, shell, hub)

    chance = child(shell, QWidget, "chanceCard")
    area = chance.parentWidget().parentWidget()
    assert area.rect().contains(chance.geometry().translated(chance.parentWidget().pos()))
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


def test_on_site(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    shell.go("On site now")
    table = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_J, Key.Key_J)

    settle(qtbot, shell, hub)

    looks_like(shell, "03-on-site")


def test_history_with_a_visit_open(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    shell.go("History")
    table = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    press(qtbot, *[Key.Key_J] * 4, Key.Key_Return)
    timeline = child(shell, QWidget, "timeline")
    qtbot.waitUntil(lambda: "Signed out" in timeline.accessibleName())

    settle(qtbot, shell, hub)

    looks_like(shell, "04-history")


def test_history_with_a_filter_that_finds_little(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    shell.go("History")
    wanted = replace(shell.history._filters.wanted(), state=VisitState.DENIED, text="tsai")

    shell.history._filters.want(wanted)
    table = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == 8)

    looks_like(shell, "04-history-filtered")


def test_lists(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    shell.go("Lists")

    looks_like(shell, "05-lists")


def test_clearances(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("Lists")
    press(qtbot, Key.Key_2)
    table = child(shell, RowTable, "clearancesTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    press(qtbot, Key.Key_J)

    looks_like(shell, "05-clearances")


def open_accuracy(qtbot: QtBot, hub: FakeHub, *, dark: bool = False) -> Shell:
    shell = open_shell(qtbot, hub, dark=dark)
    shell.lists.accuracy.show_measured(counted.make_accuracy())
    shell.go("Lists")
    press(qtbot, Key.Key_3)
    qtbot.waitUntil(lambda: shell.lists.accuracy.shown() is not None)
    return shell


@pytest.mark.parametrize(("dark", "name"), [(False, "08-accuracy"), (True, "08-accuracy-dark")])
def test_accuracy_over_twelve_months(qtbot: QtBot, looks_like: Look, dark: bool, name: str) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, figures_answer=counted.make_figures(0))
    shell = open_accuracy(qtbot, hub, dark=dark)

    shell.lists.accuracy.choose(Span.TWELVE_MONTHS)
    qtbot.waitUntil(lambda: len(hub.counted_days) == 2)
    qtbot.waitUntil(lambda: "Dec 1" in child(shell, QLabel, "ownDays").text())

    looks_like(shell, name)


def test_accuracy_by_list_and_tier_on_a_small_screen(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_accuracy(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.window().resize(1280, 720)
    looks_like(shell, "08-accuracy-1280-top")
    area = shell.lists.accuracy._area
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)

    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    looks_like(shell, "08-accuracy-1280")


def test_accuracy_before_anything_was_measured_or_screened(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, figures_answer=counted.make_no_figures())
    shell = open_accuracy(qtbot, hub)

    shell.lists.accuracy.show_measured(Accuracy())

    looks_like(shell, "08-accuracy-empty")


@pytest.mark.parametrize(("dark", "name"), [(False, "21-notices"), (True, "21-notices-dark")])
def test_notices(qtbot: QtBot, looks_like: Look, dark: bool, name: str) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.desk_answer = replace(hub.desk_answer, unread_notices=3)
    shell = open_shell(qtbot, hub, dark=dark)
    shell.go("Notices")
    table = child(shell, RowTable, "noticesTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    press(qtbot, Key.Key_J)

    looks_like(shell, name)


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


def test_import_of_a_list(qtbot: QtBot, looks_like: Look, tmp_path: Path) -> None:
    path = tmp_path / "registry-2026-11-17.csv"
    path.write_bytes(b"LNAME,FNAME\n" * 7_000)
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("Lists")
    shell.lists.start_import()
    step = shell.lists.import_view.file_step
    step.choose_list("State registry extract", Category.REGISTRY, 14)
    shell.lists.import_view.take(path)
    looks_like(shell, "06-import-file")

    press(qtbot, Key.Key_Escape)
    shell.lists.start_import()
    step.choose_list("State registry extract", Category.REGISTRY, 14)
    shell.lists.import_view.take(path)
    qtbot.keyClick(shell, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)

    looks_like(shell, "06-list-import")


def test_people_of_a_list_and_one_entry(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("Lists")
    lists = child(shell, RowTable, "listsTable")
    lists.setFocus()
    lists.setCurrentIndex(lists.model().index(1, 0))
    press(qtbot, Key.Key_Return)
    people = child(shell, RowTable, "peopleTable")
    qtbot.waitUntil(lambda: people.isVisible() and people.model().rowCount() == 3)
    looks_like(shell, "22-list-people")

    people.setFocus()
    people.setCurrentIndex(people.model().index(0, 0))
    press(qtbot, Key.Key_Return)
    note = child(shell, Field, "entry_note")
    qtbot.waitUntil(lambda: child(shell, Field, "entry_family").text() == "Vanterpool")
    note.setText("Court paper seen, filed as FC-26-118")

    looks_like(shell, "07-list-entry")


def test_desk_without_the_hub(qtbot: QtBot, looks_like: Look) -> None:
    hub, clock = with_photos(FakeHub()), Clock()
    shell = open_shell(qtbot, hub, clock)
    settle(qtbot, shell, hub)
    hub.go_away()
    press(qtbot, Key.Key_4, Key.Key_E)
    qtbot.waitUntil(child(shell, QWidget, "unsent").isVisible)
    shell._session._watch.stop()
    qtbot.waitUntil(child(shell, QWidget, "banner").isVisible)
    clock.now += timedelta(minutes=6)
    shell._session.connection = replace(
        shell._session.connection, tries=14, next_try_at=clock.now + timedelta(seconds=22)
    )

    shell.tick()

    looks_like(shell, "15-desk-offline")


def test_all_keys(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub())

    press(qtbot, Key.Key_Question)

    looks_like(shell, "18-all-keys")
