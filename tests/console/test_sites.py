"""Who has several schools chooses among them; who has one sees nothing new."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListView
from pytestqt.qtbot import QtBot

from admin_console.console.client import VisitFilter
from admin_console.console.http_hub import HttpHub
from admin_console.console.parts.button import Button
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.decision import Verdict
from db.domain.desk import Role
from db.domain.sites import KnownSite
from db.domain.visit import Visit
from tests.console import invented
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell, press
from tests.hub_of_tests import PASSWORD
from tests.makers import NINE
from tests.stolen_kiosks import cleared_at_kiosk, registry_of
from tests.two_schools import two_schools

ROOSEVELT = "019378a0-0000-7000-8000-0000000000a2"
SITES = (
    KnownSite(invented.SITE.site_id, invented.SITE.name, "America/Chicago", invented.NOW),
    KnownSite(ROOSEVELT, "Roosevelt Middle School", "America/Chicago", invented.NOW),
)


def of_two_schools() -> FakeHub:
    """The second of those who wait, and of those inside, is at another school."""
    hub = FakeHub(sites=SITES)
    first, second, *others = hub.desk_answer.holds
    moved = replace(second, visit=_at(second.visit, ROOSEVELT))
    hub.desk_answer = replace(hub.desk_answer, holds=(first, moved, *others))
    inside = [_at(v, SITES[n % 2].site_id) for n, v in enumerate(hub.on_site_answer.visits)]
    hub.on_site_answer = replace(hub.on_site_answer, visits=tuple(inside))
    page = hub.pages[None]
    past = [_at(v, SITES[n % 2].site_id) for n, v in enumerate(page.visits)]
    hub.pages[None] = replace(page, visits=tuple(past))
    return hub


def _at(visit: Visit, site_id: str) -> Visit:
    return replace(visit, site_id=site_id)


def waiting(shell: Shell) -> list[str]:
    model = child(shell, QListView, "queue").model()
    told = Qt.ItemDataRole.AccessibleTextRole
    return [str(model.index(row, 0).data(told)) for row in range(model.rowCount())]


def choose(shell: Shell, name: str) -> None:
    (action,) = [a for a in shell._top.sites_menu().actions() if a.text() == name]
    action.trigger()


def test_who_has_one_school_sees_no_choice_and_no_names(qtbot: QtBot) -> None:
    hub = of_two_schools()
    hub.sites = SITES[:1]

    shell = open_shell(qtbot, hub)

    assert not child(shell, Button, "siteChoice").isVisible()
    assert not any("School" in row for row in waiting(shell))


def test_each_row_says_its_school_until_one_is_chosen(qtbot: QtBot) -> None:
    hub = of_two_schools()
    shell = open_shell(qtbot, hub)
    chooser = child(shell, Button, "siteChoice")
    assert chooser.isVisible()
    first, second = waiting(shell)[:2]
    assert (SITES[0].name in first, SITES[1].name in second) == (True, True)

    choose(shell, "Roosevelt Middle School")

    assert hub.chosen_sites == [ROOSEVELT]
    assert chooser.text() == "Roosevelt Middle School"
    qtbot.waitUntil(lambda: not any("School" in row for row in waiting(shell)))

    choose(shell, "All schools")
    assert hub.chosen_sites == [ROOSEVELT, ""]


def test_history_forgets_the_visits_of_the_other_school(qtbot: QtBot) -> None:
    hub = of_two_schools()
    shell = open_shell(qtbot, hub)
    shell.go("History")
    table = child(shell.history, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 2)
    hub.pages[None] = replace(hub.pages[None], visits=(), total=0)

    choose(shell, "Roosevelt Middle School")

    qtbot.waitUntil(lambda: table.model().rowCount() == 0)


def test_console_of_the_district_reads_one_school_and_decides_anywhere(tmp_path: Path) -> None:
    """A denial is held back for five seconds: somebody may look elsewhere meanwhile."""
    with two_schools(f"sqlite:///{tmp_path}/hub.db", tmp_path) as (alder, birch):
        at_alder, at_birch = alder.visitor_comes("Ana"), birch.visitor_comes("Ben")
        hub = HttpHub(str(alder.hub.client.base_url))
        of_one = hub.sign_in("head-birch", PASSWORD)
        signed_in = hub.sign_in("district", PASSWORD)
        everybody = {hold.visit.visit_id for hold in hub.desk().holds}

        hub.choose_site(birch.site_id)
        chosen = {hold.visit.visit_id for hold in hub.desk().holds}
        found = {visit.visit_id for visit in hub.visits(VisitFilter(), None).visits}
        decided = hub.decide(at_alder, Verdict.DENY, "Order in force")
        hub.sign_out()
        hub.close()

    assert [site.name for site in signed_in.sites] == ["Birch School", "Lincoln Elementary School"]
    assert (of_one.is_limited, signed_in.is_limited) == (True, False)
    assert everybody == {at_alder, at_birch}
    assert chosen == found == {at_birch}
    assert decided.visit_id == at_alder


def test_clearance_that_holds_at_one_school_says_at_which(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, sites=SITES)
    first, *others = hub.clearances_answer.clearances
    here = replace(first, clearance=replace(first.clearance, site_id=ROOSEVELT))
    hub.clearances_answer = replace(hub.clearances_answer, clearances=(here, *others))
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    press(qtbot, Qt.Key.Key_2)

    until = child(shell, QLabel, "clearedUntil")

    qtbot.waitUntil(lambda: until.text().endswith(", at Roosevelt Middle School only."))
    press(qtbot, Qt.Key.Key_J)
    assert until.text().endswith("or until the entry changes.")


def test_console_revokes_a_stolen_kiosk_with_whom_it_cleared(tmp_path: Path) -> None:
    with two_schools(f"sqlite:///{tmp_path}/hub.db", tmp_path) as (alder, _):
        cleared_at_kiosk(alder, registry_of(alder))
        hub = HttpHub(str(alder.hub.client.base_url))
        hub.sign_in("head-alder", PASSWORD)

        revoked = hub.revoke_kiosk(alder.kiosk.device.kiosk_id, NINE.date())
        hub.sign_out()
        hub.close()

    assert (revoked.name, revoked.ended_clearances) == ("Kiosk Alder", 1)
    assert revoked.knew_pins_of == ("Dana Whitlock",)
