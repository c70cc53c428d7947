"""The console's page of kiosks, and the first contact with a hub."""

from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.answers import UnknownHubError
from admin_console.console.models.plain import PlainModel
from admin_console.console.navigation import NavigationRow
from admin_console.console.pages.kiosk_card import KioskCard, ParkedCard
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from admin_console.hub.authority import make_ca
from db import hub_trust
from db.domain.desk import Role, SignedIn
from db.domain.kiosks import LastUse
from tests.console import invented, records
from tests.console.fake_hub import PASSWORD, FakeHub
from tests.console.invented_kiosks import make_parked
from tests.console.windows import Clock, child, open_console, open_shell, press


def show_kiosks(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    hub.role = Role.ADMINISTRATOR
    shell = open_shell(qtbot, hub)
    child(shell, NavigationRow, "go_kiosks").click()
    table = child(shell, RowTable, "kiosksTable")
    count = len(hub.kiosks_answer.kiosks)
    qtbot.waitUntil(lambda: table.model().rowCount() == count)
    return shell, table


def click(shell: Shell, name: str) -> None:
    child(shell, QAbstractButton, name).click()


def test_page_of_the_menu_has_no_row_and_the_way_back_has(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    child(shell, QAction, "go_what_is_kept").trigger()
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


def test_stolen_kiosk_is_revoked_with_whom_it_cleared_since_a_day(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_kiosks(qtbot, hub)
    table.step(1)
    since, left = child(shell, QLineEdit, "stolenSince"), child(shell, QLabel, "leftToDo")
    assert not left.isVisible()

    since.setText("2026-11-20")
    click(shell, "revokeKiosk")
    qtbot.waitUntil(left.isVisible)

    assert (hub.revoked, hub.revoked_since) == (["gym"], [date(2026, 11, 20)])
    assert "2 clearances ended" in left.text()
    assert "give another PIN to Dana Whitlock and Rosa Begaye" in left.text()
    assert since.text() == ""
    table.step(-1)
    assert not left.isVisible()


def test_kiosk_is_not_revoked_where_the_day_is_none(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_kiosks(qtbot, hub)

    child(shell, QLineEdit, "stolenSince").setText("last week")
    click(shell, "revokeKiosk")

    assert "like 2026-01-31" in child(shell.page(), QWidget, "toast").accessibleName()
    assert hub.revoked == []


def test_day_that_was_typed_for_one_kiosk_is_none_for_another(qtbot: QtBot) -> None:
    shell, table = show_kiosks(qtbot, FakeHub())
    since = child(shell, QLineEdit, "stolenSince")
    since.setText("2026-11-20")

    table.step(1)

    assert since.text() == ""


def test_forked_kiosk_says_what_to_do(qtbot: QtBot) -> None:
    shell, table = show_kiosks(qtbot, FakeHub())

    table.step(1)

    assert "paired again" in child(shell, KioskCard, "kioskCard").facts()["Forked"]


def rows(table: RowTable) -> dict[str, list[str]]:
    """What the table says of each kiosk."""
    model = table.model()
    assert isinstance(model, PlainModel)
    said = [model.row(n) for n in range(model.rowCount())]
    return {name: rest for name, *rest in said}


def test_silent_kiosk_is_shown_with_what_it_said_and_when(qtbot: QtBot) -> None:
    _, table = show_kiosks(qtbot, FakeHub())

    said = rows(table)

    assert said["Front door"][:4] == ["In touch", "10:42", "nothing", "newest, 8 days old"]
    assert said["Events cart"] == [
        "Silent for 3 h 12",
        "7:30",
        "12 events, as of 7:30",
        "1 of 2 behind, as of 7:30",
        "1.4.1",
    ]
    assert said["Gym door"][2:4] == ["not known", "not known"]


def test_kiosk_in_touch_whose_printer_failed_is_found_on_top_and_says_why(qtbot: QtBot) -> None:
    hub = FakeHub()
    front, _, _, old = hub.kiosks_answer.kiosks
    assert front.state is not None
    jammed = LastUse(invented.at(10, 32), "A label is stuck.")
    gym = replace(
        front, kiosk_id="g", name="Gym", state=replace(front.state, camera=None, printer=jammed)
    )
    many = [replace(front, kiosk_id=f"k{n}", name=f"Door {n:02}") for n in range(20)]
    hub.kiosks_answer = replace(hub.kiosks_answer, kiosks=(*many, gym, old), requests=())
    shell, table = show_kiosks(qtbot, hub)

    name, said = next(iter(rows(table).items()))
    assert (name, said[0]) == ("Gym", "Look at its printer")
    facts = child(shell, KioskCard, "kioskCard").facts()
    assert facts["Camera"] == "not known"
    assert facts["Printer"] == "A label is stuck. Last tried 10:32."


def test_chosen_kiosk_tells_each_list_with_its_version_and_age(qtbot: QtBot) -> None:
    shell, table = show_kiosks(qtbot, FakeHub())
    table.step(1)
    table.step(1)

    said = child(shell, KioskCard, "kioskCard").facts()

    assert said["State registry"] == "version 41, the newest, 3 days old, as of 7:30"
    assert "behind since Nov 17, 2026, 8:14: the hub has version 18" in said["Custody orders"]
    assert said["Software"] == "1.4.1; the hub has 1.4.2"
    assert said["Clock"] == "3 minutes ahead of the hub's"
    assert "silent for 3 h 12" in said["Last heard"]


def test_silent_and_forked_kiosks_are_counted_above(qtbot: QtBot) -> None:
    shell, _ = show_kiosks(qtbot, FakeHub())

    said = shell.page().facts(invented.NOW)

    assert said == "3 kiosks paired, 1 silent, 1 forked, 1 waiting to be let in"


def test_silent_kiosk_of_many_is_found_on_top(qtbot: QtBot) -> None:
    hub = FakeHub()
    front, _, cart, old = hub.kiosks_answer.kiosks
    many = [replace(front, kiosk_id=f"k{n}", name=f"Door {n:02}") for n in range(20)]
    hub.kiosks_answer = replace(hub.kiosks_answer, kiosks=(*many, cart, old), requests=())

    _, table = show_kiosks(qtbot, hub)

    names = list(rows(table))
    assert (names[0], names[1], names[-1]) == ("Events cart", "Door 00", "Old lobby")


def test_kiosk_of_a_hub_that_was_restored_is_not_called_current(qtbot: QtBot) -> None:
    hub = FakeHub()
    front = hub.kiosks_answer.kiosks[0]
    assert front.state is not None
    ahead = replace(front.state.lists[0], version=44)
    state = replace(front.state, lists=(ahead, *front.state.lists[1:]))
    others = hub.kiosks_answer.kiosks[1:]
    hub.kiosks_answer = replace(hub.kiosks_answer, kiosks=(replace(front, state=state), *others))

    shell, table = show_kiosks(qtbot, hub)

    assert rows(table)["Front door"][3] == "1 of 2 unlike the hub's"
    said = child(shell, KioskCard, "kioskCard").facts()["State registry"]
    assert said == "version 44; the hub has 41, of a backup"


def test_kiosk_that_has_to_be_updated_is_shown_with_the_day(qtbot: QtBot) -> None:
    hub = FakeHub()
    first, *others = hub.kiosks_answer.kiosks
    old = replace(first, old_token_until=records.at(12, 0) + timedelta(days=30))
    hub.kiosks_answer = replace(hub.kiosks_answer, kiosks=(old, *others))

    shell, _ = show_kiosks(qtbot, hub)

    said = child(shell, KioskCard, "kioskCard").facts()["Comes in"]
    assert "an older version" in said
    assert "Dec " in said
    assert "update Vestibule" in said


def test_kiosk_that_does_not_follow_to_the_hubs_next_authority_is_shown(qtbot: QtBot) -> None:
    hub = FakeHub()
    first, *others = hub.kiosks_answer.kiosks
    behind = replace(first, lacks_authority=True)
    hub.kiosks_answer = replace(hub.kiosks_answer, kiosks=(behind, *others))

    shell, _ = show_kiosks(qtbot, hub)

    said = child(shell, KioskCard, "kioskCard").facts()["Knows the hub by"]
    assert said.startswith("not the hub's newest. Switch it on")


def test_kiosk_that_falls_silent_is_seen_without_any_news(qtbot: QtBot) -> None:
    hub, clock = FakeHub(role=Role.ADMINISTRATOR), Clock()
    shell = open_shell(qtbot, hub, clock)
    shell.go("Kiosks")
    table = child(shell, RowTable, "kiosksTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    asked = hub.kiosks_asked
    clock.now += timedelta(minutes=5)
    hub.kiosks_answer = replace(hub.kiosks_answer, as_of=clock.now)

    shell.tick()

    qtbot.waitUntil(lambda: hub.kiosks_asked > asked)
    qtbot.waitUntil(lambda: rows(table)["Front door"][0] == "Silent for 5 min")
    assert rows(table)["Front door"][2] == "nothing, as of 10:42"


def test_ages_are_by_the_hubs_clock(qtbot: QtBot) -> None:
    hub, clock = FakeHub(role=Role.ADMINISTRATOR), Clock()
    clock.now += timedelta(hours=2)  # this computer's clock is wrong
    shell = open_shell(qtbot, hub, clock)

    shell.go("Kiosks")

    table = child(shell, RowTable, "kiosksTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    assert rows(table)["Front door"][0] == "In touch"


def test_chosen_kiosk_stays_chosen_while_ages_grow(qtbot: QtBot) -> None:
    hub, clock = FakeHub(role=Role.ADMINISTRATOR), Clock()
    shell = open_shell(qtbot, hub, clock)
    shell.go("Kiosks")
    table = child(shell, RowTable, "kiosksTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    press(qtbot, Qt.Key.Key_J, Qt.Key.Key_J)
    clock.now += timedelta(minutes=1)

    shell.tick()

    assert child(shell, QLabel, "kioskName").text() == "Events cart"
    assert table.currentIndex().row() == 2


def test_parked_events_say_why_and_what_to_do(qtbot: QtBot) -> None:
    hub = FakeHub()
    hub.kiosks_answer = replace(hub.kiosks_answer, parked=make_parked())
    shell, _ = show_kiosks(qtbot, hub)
    card = child(shell, ParkedCard, "parkedCard")

    assert card.isVisible()
    assert "13 events" in child(shell, QLabel, "parkedTitle").text()
    assert "Front door: 12 events since Nov 16, 2026, 9:12" in card.words()
    assert "Update the hub" in card.words()

    click(shell, "tryParked")

    qtbot.waitUntil(lambda: hub.tried_again == 1)
    qtbot.waitUntil(lambda: not card.isVisible())


def test_nothing_parked_shows_no_card(qtbot: QtBot) -> None:
    shell, _ = show_kiosks(qtbot, FakeHub())

    assert not child(shell, ParkedCard, "parkedCard").isVisible()


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

    assert shell.findChild(NavigationRow, "go_kiosks") is None


class UnknownHub(FakeHub):
    """One that this computer meets for the first time."""

    ca = make_ca(invented.NOW).pem()

    def sign_in(self, name: str, password: str, code: str = "", new_password: str = "") -> SignedIn:
        if not self.trusted:
            raise UnknownHubError(self.ca)
        return super().sign_in(name, password, code, new_password)


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
