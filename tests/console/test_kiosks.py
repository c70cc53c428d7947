"""The console's page of kiosks, and the first contact with a hub."""

from dataclasses import replace

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.answers import UnknownHubError
from admin_console.console.navigation import NavigationRow
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from admin_console.hub.authority import make_ca
from db import hub_trust
from db.domain.desk import Role, SignedIn
from tests.console import invented
from tests.console.fake_hub import PASSWORD, FakeHub
from tests.console.windows import child, open_console, open_shell


def show_kiosks(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    hub.role = Role.ADMINISTRATOR
    shell = open_shell(qtbot, hub)
    child(shell, QAction, "go_kiosks").trigger()
    table = child(shell, RowTable, "kiosksTable")
    count = len(hub.kiosks_answer.kiosks)
    qtbot.waitUntil(lambda: table.model().rowCount() == count)
    return shell, table


def click(shell: Shell, name: str) -> None:
    child(shell, QAbstractButton, name).click()


def test_page_of_the_menu_has_no_row_and_the_way_back_has(qtbot: QtBot) -> None:
    shell, _ = show_kiosks(qtbot, FakeHub())
    desk = child(shell, NavigationRow, "go_desk")
    assert not desk.isChecked()

    desk.click()

    assert desk.isChecked()
    assert shell.page() is shell.desk


def test_kiosk_that_asks_is_shown_with_its_digits(qtbot: QtBot) -> None:
    shell, _ = show_kiosks(qtbot, FakeHub())

    assert child(shell, QLabel, "askingDigits").text() == "482 913"
    assert "Front door" in child(shell, QLabel, "askingTitle").text()


def test_kiosk_is_let_in_beside_the_one_of_its_name(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_kiosks(qtbot, hub)
    (request,) = hub.kiosks_answer.requests

    click(shell, "acceptKiosk")

    qtbot.waitUntil(lambda: not child(shell, QLabel, "askingDigits").isVisible())
    assert hub.accepted == [(request.request_id, False)]


def test_kiosk_takes_the_place_of_the_one_of_its_name(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_kiosks(qtbot, hub)
    (request,) = hub.kiosks_answer.requests

    click(shell, "replaceKiosk")

    qtbot.waitUntil(lambda: hub.accepted == [(request.request_id, True)])


def test_kiosk_is_turned_away(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_kiosks(qtbot, hub)
    (request,) = hub.kiosks_answer.requests

    click(shell, "rejectKiosk")

    qtbot.waitUntil(lambda: hub.rejected == [request.request_id])


def test_chosen_kiosk_is_revoked(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_kiosks(qtbot, hub)
    table.step(1)
    assert child(shell, QLabel, "kioskName").text() == "Gym door"

    click(shell, "revokeKiosk")

    qtbot.waitUntil(lambda: hub.revoked == ["gym"])


def test_forked_kiosk_says_what_to_do(qtbot: QtBot) -> None:
    shell, table = show_kiosks(qtbot, FakeHub())

    table.step(1)

    assert "paired again" in child(shell, QLabel, "kioskWhat").text()


def test_code_is_shown_with_the_time_until_it_is_good(qtbot: QtBot) -> None:
    hub = FakeHub()
    hub.kiosks_answer = replace(hub.kiosks_answer, requests=())
    shell, _ = show_kiosks(qtbot, hub)

    click(shell, "newCode")

    code = child(shell, QLabel, "pairingCode")
    qtbot.waitUntil(code.isVisible)
    assert code.text() == "4829-1376"


def test_front_desk_has_no_page_of_kiosks(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    assert shell.findChild(QAction, "go_kiosks") is None


class UnknownHub(FakeHub):
    """One that this computer meets for the first time."""

    ca = make_ca(invented.NOW).pem()

    def sign_in(self, name: str, password: str, code: str = "") -> SignedIn:
        if not self.trusted:
            raise UnknownHubError(self.ca)
        return super().sign_in(name, password, code)


def test_hubs_number_is_compared_before_anything_is_sent(qtbot: QtBot) -> None:
    hub = UnknownHub()
    window = open_console(qtbot, hub)
    page = window.sign_in_page
    page._name.setText("dwhitlock")
    page._password.setText(PASSWORD)

    child(page, QAbstractButton, "signIn").click()
    number = child(page, QLabel, "hubNumber")
    qtbot.waitUntil(number.isVisible)
    assert number.text() == hub_trust.digits_to_compare(hub.ca)
    assert not child(page, QAbstractButton, "signIn").isEnabled()

    child(page, QAbstractButton, "sameNumber").click()

    qtbot.waitUntil(lambda: window.shell is not None)
    assert hub.trusted == [hub.ca]
