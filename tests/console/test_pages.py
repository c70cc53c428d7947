"""Sign-in, on site, history and photos, driven as the office does."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.client import VisitFilter
from admin_console.console.models.on_site import BUTTON
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.parts.table import RowTable
from admin_console.console.parts.timeline import Timeline
from admin_console.console.shell import Shell
from admin_console.console.window import ConsoleWindow
from db.domain.desk import OnSite, Role
from db.domain.visit import VisitorType
from tests.console import invented, invented_inside, records
from tests.console.fake_hub import PASSWORD, FakeHub
from tests.console.windows import (
    child,
    open_console,
    open_shell,
    press,
)

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def type_sign_in(qtbot: QtBot, window: ConsoleWindow, password: str) -> None:
    qtbot.keyClicks(child(window, Field, "signInName"), "dwhitlock")
    press(qtbot, Key.Key_Return)
    qtbot.keyClicks(child(window, Field, "signInPassword"), password)
    press(qtbot, Key.Key_Return)


def test_name_and_password_open_the_desk(qtbot: QtBot) -> None:
    window = open_console(qtbot, FakeHub())

    type_sign_in(qtbot, window, PASSWORD)

    qtbot.waitUntil(lambda: window.shell is not None)
    assert child(window, QLabel, "pageTitle").text() == "Desk"


def test_wrong_password_says_so_and_keeps_the_name(qtbot: QtBot) -> None:
    window = open_console(qtbot, FakeHub())

    type_sign_in(qtbot, window, "wrong")

    said = child(window, QLabel, "signInError")
    qtbot.waitUntil(lambda: "do not fit together" in said.text())
    assert child(window, Field, "signInName").text() == "dwhitlock"
    assert child(window, Field, "signInPassword").text() == ""


def test_who_has_a_second_factor_is_asked_for_its_code(qtbot: QtBot) -> None:
    window = open_console(qtbot, FakeHub(code="287082"))
    code = child(window, Field, "signInCode")
    assert not code.isVisible()

    type_sign_in(qtbot, window, PASSWORD)
    qtbot.waitUntil(code.isVisible)
    for typed in ("111111", "287082"):
        qtbot.waitUntil(lambda: code.isEnabled() and not code.text())
        qtbot.keyClicks(code, typed)
        press(qtbot, Key.Key_Return)

    qtbot.waitUntil(lambda: window.shell is not None)


def test_hub_away_at_sign_in_says_what_to_check(qtbot: QtBot) -> None:
    window = open_console(qtbot, FakeHub(is_away=True))

    type_sign_in(qtbot, window, PASSWORD)

    said = child(window, QLabel, "signInError")
    qtbot.waitUntil(lambda: "hub does not answer" in said.text())


def test_session_that_is_over_leaves_nobody_on_the_screen(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    window = shell.window()
    assert isinstance(window, ConsoleWindow)

    hub.is_over = True
    hub.change()

    qtbot.waitUntil(lambda: window.shell is None)
    assert window.sign_in_page.isVisible()
    assert "over" in child(window, QLabel, "signInError").text()


def test_keys_go_from_page_to_page(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())
    title = child(shell, QLabel, "pageTitle")

    for key, page in (
        (Key.Key_O, "On site now"),
        (Key.Key_H, "History"),
        (Key.Key_L, "Lists"),
        (Key.Key_D, "Desk"),
    ):
        press(qtbot, Key.Key_G, key)
        assert title.text() == page


@pytest.mark.parametrize("role", list(Role))
def test_nothing_but_the_window_ever_stands_alone(qtbot: QtBot, role: Role) -> None:
    shell = open_shell(qtbot, FakeHub(role=role))

    for title in ("On site now", "History", "Lists", "Desk"):
        shell.go(title)

    assert shell.window().isActiveWindow()
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [shell.window()]


def test_question_mark_shows_all_keys(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    press(qtbot, Key.Key_Question)
    sheet = child(shell, QWidget, "keysSheet")
    assert sheet.isVisible()
    press(qtbot, Key.Key_Escape)

    assert not sheet.isVisible()


def open_on_site(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    shell = open_shell(qtbot, hub)
    shell.go("On site now")
    table = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    return shell, table


def test_key_signs_out_the_chosen_person(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = open_on_site(qtbot, hub)

    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_O)

    toast = child(shell.on_site, QWidget, "toast")
    qtbot.waitUntil(toast.isVisible)
    assert toast.accessibleName() == "Daniel Quillfeather. Signed out at 10:42"
    assert len(hub.on_site_answer.visits) == 12
    qtbot.waitUntil(lambda: table.model().rowCount() == 12 + 7)


def test_painted_button_signs_out_on_a_click(qtbot: QtBot) -> None:
    hub = FakeHub()
    _, table = open_on_site(qtbot, hub)
    cell = table.visualRect(table.model().index(1, BUTTON))

    qtbot.mouseClick(table.viewport(), LEFT, pos=QPoint(cell.right() - 40, cell.center().y()))

    qtbot.waitUntil(lambda: len(hub.on_site_answer.visits) == 12)


def test_finding_narrows_the_page(qtbot: QtBot) -> None:
    shell, table = open_on_site(qtbot, FakeHub())

    press(qtbot, Key.Key_Slash)
    qtbot.keyClicks(child(shell, Field, "findOnSite"), "library")

    assert table.model().rowCount() == 2 + 3


def test_empty_school_says_why_the_page_is_empty(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub(on_site_answer=OnSite(invented.NOW, ())))

    shell.go("On site now")

    message = child(shell, QWidget, "onSiteMessage")
    qtbot.waitUntil(message.isVisible)
    assert message.accessibleName().startswith("Nobody is inside")


def test_sign_out_is_off_while_the_hub_is_away(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = open_on_site(qtbot, hub)
    hub.go_away()
    qtbot.waitUntil(child(shell, QWidget, "banner").isVisible)

    press(qtbot, Key.Key_J, Key.Key_O)

    assert len(hub.on_site_answer.visits) == 13
    assert child(shell, QLabel, "pageFacts").text() == "as of 10:42"


def open_history(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    shell = open_shell(qtbot, hub)
    shell.go("History")
    table = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    return shell, table


def test_typing_searches_once_it_rests(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = open_history(qtbot, hub)

    press(qtbot, Key.Key_Slash)
    qtbot.keyClicks(child(shell, Field, "historySearch"), "tsai")

    qtbot.waitUntil(lambda: table.model().rowCount() == 8)
    assert [wanted.text for wanted in hub.wanted if wanted.text] == ["tsai"]


def test_search_of_the_top_bar_opens_the_history(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    qtbot.keyClick(shell, Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(child(shell, Field, "search"), "tsai")
    press(qtbot, Key.Key_Return)

    assert child(shell, QLabel, "pageTitle").text() == "History"
    qtbot.waitUntil(lambda: [w.text for w in hub.wanted][-1:] == ["tsai"])


def test_filter_stands_as_a_chip_and_goes_with_a_press(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = open_history(qtbot, hub)
    menu = shell.history._filters.menu()
    kinds = menu.actions()[0].menu()
    contractor = next(a for a in kinds.actions() if a.text() == "Contractor")

    contractor.trigger()
    chip = child(shell, Button.__base__, "filter_Type")
    qtbot.waitUntil(lambda: hub.wanted[-1].visitor_type is VisitorType.CONTRACTOR)
    qtbot.mouseClick(chip, LEFT)

    qtbot.waitUntil(lambda: hub.wanted[-1] == VisitFilter())


def test_history_goes_on_page_by_page(qtbot: QtBot) -> None:
    past = records.make_past()
    hub = FakeHub(
        pages={
            None: replace(records.make_page(past[:14], "older"), total=28),
            "older": replace(records.make_page(past[14:]), total=28),
        }
    )
    _, table = open_history(qtbot, hub)

    table.model().fetchMore(table.rootIndex())

    qtbot.waitUntil(lambda: table.model().rowCount() == 28 + 4)


def test_history_of_more_visits_than_are_counted_says_so(qtbot: QtBot) -> None:
    page = replace(records.make_page(records.make_past(), "older"), total=1_000, is_more=True)

    shell, _ = open_history(qtbot, FakeHub(pages={None: page}))

    assert shell.history.facts(page.as_of) == "Over 1,000 visits"


def test_enter_opens_the_drawer_and_escape_closes_it(qtbot: QtBot) -> None:
    shell, table = open_history(qtbot, FakeHub())
    press(qtbot, Key.Key_J, Key.Key_Return)
    drawer = child(shell, QWidget, "drawer")
    assert drawer.isVisible()
    timeline = child(shell, Timeline, "timeline")
    qtbot.waitUntil(lambda: "Signed out by badge" in timeline.accessibleName())
    assert child(shell, QLabel, "drawerName").text() == "Wei-Ling Tsai"
    chosen = table.currentIndex().row()

    press(qtbot, Key.Key_Escape)

    assert not drawer.isVisible()
    assert table.currentIndex().row() == chosen


def test_export_writes_what_the_filter_shows(qtbot: QtBot, tmp_path: Path) -> None:
    shell, _ = open_history(qtbot, FakeHub())
    shell.history.search("kim")

    shell.history.export_to(tmp_path / "visits.csv")

    progress = child(shell, QLabel, "exportProgress")
    qtbot.waitUntil(lambda: progress.text() == "0 visits written to visits.csv")
    assert (tmp_path / "visits.csv").exists()


def test_export_to_a_folder_that_is_not_there_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    shell, _ = open_history(qtbot, FakeHub())

    shell.history.export_to(tmp_path / "nowhere" / "visits.csv")

    toast = child(shell.history, QWidget, "toast")
    qtbot.waitUntil(toast.isVisible)
    assert "cannot be written" in toast.accessibleName()


def test_photo_is_asked_for_once_and_shown(qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(60, 80, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    image.save(str(tmp_path / "photo.jpg"))
    sha = "a" * 64
    visit = replace(invented_inside.make_on_site().visits[0], photo=sha)
    hub = FakeHub(
        on_site_answer=OnSite(invented.NOW, (visit,)),
        photos={sha: (tmp_path / "photo.jpg").read_bytes()},
    )

    shell, _ = open_on_site(qtbot, hub)

    qtbot.waitUntil(lambda: shell._photos.photo(sha) is not None)


@pytest.mark.qt_log_ignore("Unsupported marker")
@pytest.mark.parametrize("content", [b"", b"not a photo", b"\xff\xd8\xff broken"])
def test_photo_that_is_no_photo_is_no_photo(qtbot: QtBot, content: bytes) -> None:
    sha = "b" * 64
    visit = replace(invented_inside.make_on_site().visits[0], photo=sha)
    hub = FakeHub(on_site_answer=OnSite(invented.NOW, (visit,)), photos={sha: content})

    shell, table = open_on_site(qtbot, hub)
    table.viewport().repaint()

    assert shell._photos.photo(sha) is None
