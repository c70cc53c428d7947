"""The console's page of the staff: the list, the deeds and the form."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.models.plain import PlainModel
from admin_console.console.models.staff import HEADS, MAY, givable, role_rows, suggested_name
from admin_console.console.navigation import NavigationRow
from admin_console.console.pages.staff_card import WORDS, Deed
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.table import RowTable
from admin_console.console.parts.toast import Toast
from admin_console.console.parts.toggles import Tick
from admin_console.console.shell import Shell
from db.domain.desk import Role
from db.domain.errors import HubRefusedError
from db.domain.rights import WHO_MAY, Action
from db.domain.staffing import StaffDraft, StaffStart
from tests.console.fake_hub import FakeHub
from tests.console.fake_staff import FIRST
from tests.console.invented import NOW
from tests.console.test_sites import ROOSEVELT, SITES
from tests.console.windows import child, is_seen, open_shell, press

Key = Qt.Key


def show_staff(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    hub.role = Role.ADMINISTRATOR
    shell = open_shell(qtbot, hub)
    child(shell, NavigationRow, "go_staff_and_roles").click()
    table = child(shell, RowTable, "staffTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    return shell, table


def click(shell: Shell, name: str) -> None:
    button = child(shell, QAbstractButton, name)
    assert button.isVisible(), name
    button.click()


def text(shell: Shell, name: str) -> str:
    return child(shell, QLabel, name).text()


def rows(table: RowTable) -> list[tuple[str, ...]]:
    model = table.model()
    assert isinstance(model, PlainModel)
    return [model.row(n) for n in range(model.rowCount())]


def choose(table: RowTable, name: str) -> None:
    number = [row[0] for row in rows(table)].index(name)
    table.setCurrentIndex(table.model().index(number, 0))


# ---- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [Deed.PIN, Deed.NO_PIN, Deed.REMOVE])
def test_what_is_done_at_kiosks_says_when_they_learn_it(deed: Deed) -> None:
    assert "as soon as they reach the hub" in WORDS[deed].means


def test_every_action_stands_once_in_what_roles_may_do_and_is_told_as_it_is() -> None:
    told = [action for _, actions in MAY for action in actions]

    assert sorted(told) == sorted(Action)
    for (said, actions), row in zip(MAY, role_rows(), strict=True):
        assert len({WHO_MAY[action] for action in actions}) == 1, said
        assert [cell == "yes" for cell in row[1:]] == [
            role in WHO_MAY[actions[0]] for role in HEADS
        ]
    assert set(HEADS) == set(Role)


def test_nobody_is_offered_a_role_that_is_more_than_their_own() -> None:
    of_one_school = givable(Role.ADMINISTRATOR, is_of_all_sites=False)
    of_the_only_one = givable(Role.ADMINISTRATOR, is_of_all_sites=True)

    assert of_one_school == (Role.FRONT_DESK, Role.ADMINISTRATOR)
    assert of_the_only_one == (Role.FRONT_DESK, Role.ADMINISTRATOR, Role.AUDITOR)
    assert givable(Role.DISTRICT, is_of_all_sites=True) == tuple(Role)


@pytest.mark.parametrize(
    ("shown", "name"),
    [("Dana Whitlock", "dwhitlock"), ("Şebnem Öztürk", "sozturk"), ("Cher", "cher"), ("李雷", "")],
)
def test_name_to_sign_in_with_is_suggested_in_plain_letters(shown: str, name: str) -> None:
    assert suggested_name(shown) == name


# ---- the page --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.AUDITOR])
def test_who_may_not_keep_the_staff_has_no_such_page(qtbot: QtBot, role: Role) -> None:
    shell = open_shell(qtbot, FakeHub(role=role))

    assert shell.findChild(NavigationRow, "go_staff_and_roles") is None


def test_staff_are_listed_with_how_they_sign_in_and_when_they_were_there(qtbot: QtBot) -> None:
    shell, table = show_staff(qtbot, FakeHub())

    told = {name: rest for name, *rest in rows(table)}
    assert told["Ngozi Okonkwo"] == ["Front office", "Password, code, PIN", "today 8:02"]
    assert told["Edda Guðmundsdóttir"] == ["Front office", "First password", "not yet"]
    assert told["Tomasz Wróblewski"][2] == "yesterday"
    assert told["Priya Raghunathan"][2] == "now"
    assert child(shell, Button, "tab_staff").text() == "Staff 8"
    assert child(shell, Button, "tab_signed_in_now").text() == "Signed in now 2"


def test_who_is_signed_in_now_is_one_tab_away(qtbot: QtBot) -> None:
    _, table = show_staff(qtbot, FakeHub())

    press(qtbot, Key.Key_2)

    qtbot.waitUntil(lambda: table.model().rowCount() == 2)
    assert [row[0] for row in rows(table)] == ["Dana Whitlock", "Priya Raghunathan"]


def test_staff_are_found_as_a_name_is_typed(qtbot: QtBot) -> None:
    shell, table = show_staff(qtbot, FakeHub())

    press(qtbot, Key.Key_Slash)
    qtbot.keyClicks(child(shell, Field, "findStaff"), "ngozi")

    qtbot.waitUntil(lambda: [row[0] for row in rows(table)] == ["Ngozi Okonkwo"])


def test_search_that_finds_nobody_says_so(qtbot: QtBot) -> None:
    shell, _ = show_staff(qtbot, FakeHub())

    child(shell, Field, "findStaff").setText("nobody")

    qtbot.waitUntil(lambda: is_seen(shell, "staffMessage"))
    assert not is_seen(shell, "staffCard")


def test_oneself_is_not_changed_and_the_card_says_why(qtbot: QtBot) -> None:
    shell, table = show_staff(qtbot, FakeHub())

    choose(table, "Dana Whitlock")

    assert "Nobody changes what they may do themselves" in text(shell, "whyNot")
    assert not is_seen(shell, "changeStaff")
    press(qtbot, Key.Key_Return)
    assert not is_seen(shell, "staffForm")


@pytest.mark.parametrize(
    ("button", "deed"),
    [
        ("staff_no_pin", "no pin"),
        ("staff_no_factor", "no second factor"),
        ("staff_remove", "remove"),
    ],
)
def test_deed_is_done_once_it_was_confirmed(qtbot: QtBot, button: str, deed: str) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    choose(table, "Ngozi Okonkwo")

    click(shell, button)
    assert "Ngozi Okonkwo" in text(shell, "deedMeans")
    assert hub.staff.deeds == []
    click(shell, "doDeed")

    qtbot.waitUntil(lambda: hub.staff.deeds == [(deed, "Ngozi Okonkwo")])


def test_question_is_taken_back_with_esc_and_by_looking_at_somebody_else(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    choose(table, "Ngozi Okonkwo")
    table.setFocus()
    click(shell, "staff_remove")
    child(shell, Button, "leaveDeed").clearFocus()

    press(qtbot, Key.Key_Escape)
    assert not is_seen(shell, "doDeed")
    click(shell, "staff_remove")
    choose(table, "Kahu Paraone")

    assert not is_seen(shell, "doDeed")
    assert hub.staff.deeds == []


def test_what_does_not_fit_somebody_is_not_offered(qtbot: QtBot) -> None:
    shell, table = show_staff(qtbot, FakeHub())

    choose(table, "Inspector Reyes")

    offered = ["pin", "no_pin", "no_factor", "sign_out", "password", "remove"]
    seen = [name for name in offered if is_seen(shell, f"staff_{name}")]
    assert seen == ["no_factor", "password", "remove"]


def test_first_password_is_told_once_and_goes_with_the_page(qtbot: QtBot) -> None:
    shell, table = show_staff(qtbot, FakeHub())
    choose(table, "Ngozi Okonkwo")

    click(shell, "staff_password")
    click(shell, "doDeed")
    qtbot.waitUntil(lambda: text(shell, "toldSecret") == FIRST)
    assert "nokonkwo" in text(shell, "toldSaid")
    shell.go("Desk")
    shell.go("Staff and roles")

    assert text(shell, "toldSecret") == ""
    assert not is_seen(shell, "toldCard")


def test_refused_deed_says_why(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    choose(table, "Ngozi Okonkwo")

    click(shell, "staff_pin")
    hub.staff.refuses = HubRefusedError("They are the whole district's. Nothing was changed.")
    click(shell, "doDeed")

    page = shell.page()
    qtbot.waitUntil(lambda: "whole district" in child(page, Toast, "toast").accessibleName())


def test_hub_that_is_away_switches_every_deed_off(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    choose(table, "Ngozi Okonkwo")

    hub.go_away()

    remove = child(shell, Button, "staff_remove")
    qtbot.waitUntil(lambda: not remove.isEnabled())
    assert not child(shell, Button, "addStaff").isEnabled()
    assert "hub is away" in remove.accessibleDescription()


# ---- the form --------------------------------------------------------------------------------


def test_somebody_is_added_by_keyboard_and_their_password_told(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)

    press(qtbot, Key.Key_N)
    qtbot.keyClicks(child(shell, Field, "staffDisplayName"), "Ruth Abernathy")
    press(qtbot, Key.Key_Return)

    qtbot.waitUntil(lambda: is_seen(shell, "toldCard"))
    start = StaffStart("rabernathy", "Ruth Abernathy", Role.FRONT_DESK)
    assert hub.staff.deeds == [("add", start)]
    assert text(shell, "toldSecret") == FIRST
    qtbot.waitUntil(lambda: text(shell, "chosenStaff") == "Ruth Abernathy")
    assert table.isVisible()


def test_somebody_is_changed_with_the_tag_that_they_had(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    choose(table, "Ngozi Okonkwo")

    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: is_seen(shell, "staffForm"))
    role = child(shell, Choice, "staffRole")
    role.setCurrentIndex(role.findData(Role.ADMINISTRATOR))
    assert not child(shell, Field, "staffName").isEnabled()
    click(shell, "saveStaff")

    qtbot.waitUntil(lambda: not is_seen(shell, "staffForm"))
    ((draft, tag),) = hub.staff.drafts
    assert draft == StaffDraft("Ngozi Okonkwo", Role.ADMINISTRATOR)
    assert tag.strip('"')


def test_refused_form_keeps_what_was_typed(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_staff(qtbot, hub)
    press(qtbot, Key.Key_N)
    child(shell, Field, "staffDisplayName").setText("Ruth Abernathy")

    hub.staff.refuses = HubRefusedError("Somebody signs in as rabernathy already.")
    click(shell, "saveStaff")

    qtbot.waitUntil(lambda: "already" in text(shell, "staffError"))
    assert child(shell, Field, "staffDisplayName").text() == "Ruth Abernathy"


def test_who_has_several_schools_chooses_among_them(qtbot: QtBot) -> None:
    hub = FakeHub(sites=SITES)
    shell, _ = show_staff(qtbot, hub)
    press(qtbot, Key.Key_N)
    child(shell, Field, "staffDisplayName").setText("Ruth Abernathy")
    save = child(shell, Button, "saveStaff")
    assert save.accessibleDescription() == "Choose a school."

    child(shell, Tick, f"staffSite_{ROOSEVELT}").click()
    click(shell, "saveStaff")

    qtbot.waitUntil(lambda: bool(hub.staff.deeds))
    ((_, start),) = hub.staff.deeds
    assert isinstance(start, StaffStart)
    assert start.sites == (ROOSEVELT,)


def test_only_school_that_is_open_is_chosen_where_the_others_were_closed(qtbot: QtBot) -> None:
    closed = tuple(
        site if site.site_id == ROOSEVELT else replace(site, closed_at=NOW) for site in SITES
    )
    hub = FakeHub(sites=closed)
    shell, _ = show_staff(qtbot, hub)
    click(shell, "addStaff")
    child(shell, Field, "staffDisplayName").setText("Ngozi Okonkwo")
    tick = child(shell, Tick, f"staffSite_{ROOSEVELT}")
    assert (tick.isVisible(), tick.isChecked()) == (True, True)

    click(shell, "saveStaff")

    qtbot.waitUntil(lambda: bool(hub.staff.deeds))
    assert hub.staff.deeds == [
        ("add", StaffStart("nokonkwo", "Ngozi Okonkwo", Role.FRONT_DESK, (ROOSEVELT,)))
    ]


def test_school_that_was_closed_is_kept_by_who_had_it(qtbot: QtBot) -> None:
    hub = FakeHub(sites=(*SITES, replace(SITES[0], site_id="old", closed_at=SITES[0].opened_at)))
    known = hub.staff.lines[0]
    member = replace(known.member, sites=(ROOSEVELT, "old"))
    hub.staff.lines = (replace(known, member=member), *hub.staff.lines[1:])
    shell, table = show_staff(qtbot, hub)
    choose(table, member.display_name)

    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: is_seen(shell, "staffForm"))
    click(shell, "saveStaff")

    qtbot.waitUntil(lambda: bool(hub.staff.drafts))
    assert hub.staff.drafts[0][0].sites == (ROOSEVELT, "old")


def test_form_is_left_with_esc_and_nothing_is_settled(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, _ = show_staff(qtbot, hub)
    press(qtbot, Key.Key_N)
    child(shell, Field, "staffDisplayName").setText("Ruth Abernathy")

    press(qtbot, Key.Key_Escape, Key.Key_Escape)

    qtbot.waitUntil(lambda: not is_seen(shell, "staffForm"))
    assert hub.staff.deeds == []
