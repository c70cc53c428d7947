"""The console before the real hub, over real HTTP on loopback, with a kiosk's real events."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.app import build_console
from admin_console.console.parts.button import Button
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db import policy, visits
from db.domain.decision import Verdict
from db.domain.visit import VisitDetails, VisitorType, VisitState
from db.engine import Database
from db.list_index import ListIndexes
from db.outbox import Device
from kiosk import reception
from kiosk.draft import VisitDraft
from kiosk.lists import load_index
from kiosk.reception import Desk, NewBadge, ScreenedVisit
from kiosk.sync import exchange, sending
from tests.console.windows import child, let_old_windows_go, let_time_pass, press, show
from tests.hub_of_tests import PASSWORD, HubOfTests, hub_at
from tests.makers import NINE, OKAFOR, make_identity

Key = Qt.Key
SAID = "settingsSaid"

LIST_CSV = "LNAME,FNAME,DOB,CASE_NO\nQuillfeather,Daniel,03/07/1984,T-1\nMarlow,Helena,,T-2\n"


class Kiosk:
    """A paired kiosk without screens."""

    def __init__(self, hub: HubOfTests, database: Database, folder: Path) -> None:
        given = hub.pair()
        self.database, self.hub = database, hub.kiosk(given)
        self.desk = Desk(
            Device(given.district_id, given.site_id, given.kiosk_id, given.epoch),
            ZoneInfo(given.site.time_zone),
            bytes.fromhex(given.number_key),
            folder / "photos",
        )

    def screen(self, given: str, family: str, born: date) -> ScreenedVisit:
        index = load_index(self.database, ListIndexes(self.database, None))
        identity = make_identity(given, family, birth_date=born)
        with self.database.begin() as session:
            screened = reception.screen_visitor(session, self.desk, identity, index, NINE)
        self.sync()
        return screened

    def check_in(self, screened: ScreenedVisit) -> None:
        draft = VisitDraft().with_visit(screened.visit, screened.screening)
        draft = draft.with_details(VisitDetails(VisitorType.PARENT, "Meet a teacher", OKAFOR))
        badge = NewBadge("T" * 16, "47K-29F", NINE.replace(hour=21))
        with self.database.begin() as session:
            reception.check_in(session, self.desk, draft, badge, NINE)
        self.sync()

    def sync(self) -> None:
        sending.push(self.database, self.desk.device, self.hub)
        exchange.pull(self.database, self.hub, 0)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub") as running:
        yield running


@pytest.fixture
def shell(qtbot: QtBot, hub: HubOfTests) -> Shell:
    """Dana's console."""
    let_old_windows_go()
    window = build_console(str(hub.client.base_url), clock=lambda: NINE, dark=False)
    show(qtbot, window)
    window.sign_in("dwhitlock", PASSWORD)
    qtbot.waitUntil(lambda: window.shell is not None)
    assert window.shell is not None
    return window.shell


@pytest.fixture
def kiosk(qtbot: QtBot, shell: Shell, hub: HubOfTests, database: Database, tmp_path: Path) -> Kiosk:
    """A kiosk that has the list which Dana brought in through the console."""
    path = tmp_path / "no-trespass.csv"
    path.write_text(LIST_CSV, encoding="utf-8")
    shell.go("Lists")
    qtbot.mouseClick(child(shell, Button, "importList"), Qt.MouseButton.LeftButton)
    shell.lists.import_view.take(path)
    go_on = child(shell, Button, "goImport")
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    table = child(shell, RowTable, "listsTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    shell.go("Desk")
    paired = Kiosk(hub, database, tmp_path)
    paired.sync()
    return paired


def test_list_comes_in_through_the_console(kiosk: Kiosk) -> None:
    assert load_index(kiosk.database, ListIndexes(kiosk.database, None)) is not None
    held = kiosk.screen("Daniel", "Quillfeather", date(1984, 3, 7))

    assert held.visit.state is VisitState.HELD


def test_rules_that_are_settled_at_the_console_reach_the_kiosk_and_others_are_not_overwritten(
    qtbot: QtBot, shell: Shell, hub: HubOfTests, kiosk: Kiosk
) -> None:
    shell.go("Settings")
    cleared, told = child(shell, QLineEdit, "rule_clearance_days"), child(shell, QLabel, SAID)
    qtbot.waitUntil(cleared.isVisible)
    cleared.setText("100")
    qtbot.mouseClick(child(shell, Button, "saveSettings"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: told.text().startswith("Saved."))
    kiosk.sync()
    with kiosk.database.read() as session:
        assert policy.of(session).clearance_days == 100

    cleared.setText("50")
    with hub.database.begin() as session:
        policy.keep(session, replace(policy.of(session), rescreen_days=3))
    qtbot.mouseClick(child(shell, Button, "saveSettings"), Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: "changed this meanwhile" in told.text())
    with hub.database.read() as session:
        rules = policy.of(session)
    assert (rules.clearance_days, rules.rescreen_days) == (100, 3)


def test_held_visitor_is_denied_by_two_keys_and_the_kiosk_hears_it(
    qtbot: QtBot, shell: Shell, kiosk: Kiosk
) -> None:
    held = kiosk.screen("Daniel", "Quillfeather", date(1984, 3, 7))
    queue = child(shell, QListView, "queue").model()
    qtbot.waitUntil(lambda: queue.rowCount() == 1, timeout=1000)
    assert child(shell, QLabel, "entryName").text() == "Daniel Quillfeather"

    qtbot.waitUntil(child(shell, Button, "decide_deny").isEnabled)
    press(qtbot, Key.Key_3, Key.Key_D)
    qtbot.waitUntil(lambda: queue.rowCount() == 0, timeout=1000)
    toast = child(shell.desk, QWidget, "toast")
    sent = "Daniel Quillfeather. Denied, sent to the kiosk"
    let_time_pass(shell)
    qtbot.waitUntil(lambda: toast.accessibleName() == sent)
    kiosk.sync()

    with kiosk.database.read() as session:
        decision = visits.decision_in_force(session, held.visit.visit_id)
    assert decision is not None
    assert (decision.verdict, decision.decided_by) == (Verdict.DENY, "Dana Whitlock")


def test_visitor_who_signed_in_is_on_site_and_in_the_history(
    qtbot: QtBot, shell: Shell, kiosk: Kiosk
) -> None:
    kiosk.check_in(kiosk.screen("Priya", "Raghunathan", date(1990, 2, 1)))

    shell.go("On site now")
    inside = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: inside.model().rowCount() == 2)
    press(qtbot, Key.Key_J, Key.Key_O)
    qtbot.waitUntil(lambda: inside.model().rowCount() == 0)
    shell.go("History")
    past = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: past.model().rowCount() == 2)
    press(qtbot, Key.Key_J, Key.Key_Return)

    timeline = child(shell, QWidget, "timeline")
    qtbot.waitUntil(lambda: "Signed out by staff" in timeline.accessibleName())
    assert child(shell, QLabel, "drawerName").text() == "Priya Raghunathan"


def test_history_is_exported_as_a_table(
    qtbot: QtBot, shell: Shell, kiosk: Kiosk, tmp_path: Path
) -> None:
    kiosk.check_in(kiosk.screen("Priya", "Raghunathan", date(1990, 2, 1)))
    shell.go("History")

    shell.history.export_to(tmp_path / "visits.csv")

    progress = child(shell, QLabel, "exportProgress")
    qtbot.waitUntil(lambda: "written to visits.csv" in progress.text())
    assert "Raghunathan" in (tmp_path / "visits.csv").read_text(encoding="utf-8-sig")
