"""Who sees at the console what is kept of people, and what stands there."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.navigation import entries_of
from admin_console.console.pages.kept import KeptPage
from admin_console.console.shell import Shell
from db.domain.desk import Role
from tests.console.fake_hub import FakeHub
from tests.console.invented import NOW
from tests.console.windows import open_shell


def show_kept(qtbot: QtBot) -> tuple[Shell, list[str]]:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("What is kept")
    page = shell.page()
    assert isinstance(page, KeptPage)
    qtbot.waitUntil(lambda: len(page.findChildren(QLabel)) > 20)
    return shell, [label.text() for label in page.findChildren(QLabel)]


def test_days_are_those_of_the_school(qtbot: QtBot) -> None:
    shell, told = show_kept(qtbot)

    assert any(text.startswith("180 days from the sign-in; then blanked") for text in told)
    assert not [text for text in told if "{" in text or "`" in text or "365" in text]
    assert shell.page().facts(NOW).startswith("4,812 visits with names, the oldest of ")


@pytest.mark.parametrize("role", list(Role))
def test_only_who_oversees_the_school_is_told_of_the_page(role: Role) -> None:
    sees = "What is kept" in {entry.title for entry in entries_of(role)}

    assert sees is (role is not Role.FRONT_DESK)
