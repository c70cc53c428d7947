"""Who sees the audit at the console, and what stands there."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.navigation import NavigationRow, entries_of
from admin_console.console.pages.audit import DEEDS
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.audit import Deed
from db.domain.desk import Role
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell


def show_audit(qtbot: QtBot, role: Role = Role.ADMINISTRATOR) -> tuple[Shell, RowTable]:
    shell = open_shell(qtbot, FakeHub(role=role))
    shell.go("Audit")
    table = child(shell, RowTable, "auditTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    return shell, table


def row(table: RowTable, number: int) -> list[str]:
    model = table.model()
    return [str(model.index(number, column).data()) for column in range(model.columnCount())]


def test_deeds_are_told_in_words_newest_first(qtbot: QtBot) -> None:
    _, table = show_audit(qtbot)

    assert row(table, 0)[1:3] == ["Dana Whitlock", "Looked at a visit"]
    assert row(table, 2)[2] == "from_a_newer_hub"


def test_every_deed_has_its_words() -> None:
    assert set(DEEDS) == set(Deed)


def test_older_deeds_come_when_asked_for(qtbot: QtBot) -> None:
    shell, table = show_audit(qtbot)

    child(shell, QAbstractButton, "moreAudit").click()
    qtbot.waitUntil(lambda: table.model().rowCount() == 4)

    assert not child(shell, QAbstractButton, "moreAudit").isVisible()


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.FRONT_DESK, False),
        (Role.ADMINISTRATOR, True),
        (Role.DISTRICT, True),
        (Role.AUDITOR, True),
    ],
)
def test_only_who_oversees_the_school_is_told_of_the_page(role: Role, *, sees: bool) -> None:
    assert ("Audit" in {entry.title for entry in entries_of(role)}) is sees


def test_auditor_cannot_decide_and_is_told_why(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.AUDITOR)
    shell = open_shell(qtbot, hub)

    assert "Auditor" in child(shell, QLabel, "whyOff").text()
    assert child(shell, NavigationRow, "go_audit").isVisible()
