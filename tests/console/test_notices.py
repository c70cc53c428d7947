"""What the office is told, who has read it, and the way from a notice to its visit."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.navigation import NavigationRow
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.notice import Notices
from tests.console import invented
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell, press

Key = Qt.Key


def show_notices(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    hub.desk_answer = replace(hub.desk_answer, unread_notices=hub.notices_answer.unread)
    shell = open_shell(qtbot, hub)
    shell.go("Notices")
    table = child(shell, RowTable, "noticesTable")
    count = len(hub.notices_answer.notices)
    qtbot.waitUntil(
        lambda: table.model().rowCount() == count and shell.notices.chosen() is not None
    )
    return shell, table


def test_navigation_counts_what_is_unread(qtbot: QtBot) -> None:
    shell, _ = show_notices(qtbot, FakeHub())

    assert child(shell, NavigationRow, "go_notices").accessibleName() == "Notices, 3"


def test_chosen_notice_is_shown_whole(qtbot: QtBot) -> None:
    shell, _ = show_notices(qtbot, FakeHub())

    press(qtbot, Key.Key_J)

    assert child(shell, QLabel, "noticeText").text().endswith("3 visits since October 18.")


def test_notice_is_marked_as_read_and_counted_no_more(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_notices(qtbot, hub)

    press(qtbot, Key.Key_X)
    row = child(shell, NavigationRow, "go_notices")
    qtbot.waitUntil(lambda: row.accessibleName() == "Notices, 2")

    assert hub.notices_answer.notices[0].read_by == "Dana Whitlock"
    assert not child(shell, QAbstractButton, "readNotice").isEnabled()


def test_notice_leads_to_its_visit(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_notices(qtbot, hub)
    press(qtbot, Key.Key_J)

    press(qtbot, Key.Key_Return)
    timeline = child(shell, QWidget, "timeline")
    qtbot.waitUntil(lambda: "Signed out" in timeline.accessibleName())

    assert shell.page() is shell.history


def test_notice_of_a_list_leads_to_no_visit(qtbot: QtBot) -> None:
    shell, _ = show_notices(qtbot, FakeHub())

    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_J)

    assert not child(shell, QAbstractButton, "openNoticeVisit").isEnabled()


def test_page_without_notices_says_what_would_stand_there(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub(notices_answer=Notices(invented.NOW, (), 0)))

    shell.go("Notices")

    qtbot.waitUntil(child(shell, QWidget, "noticesMessage").isVisible)
