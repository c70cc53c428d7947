"""Lists at the console: a file is looked at before it counts, and a wrong one changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.pages.import_preview import write_report
from admin_console.console.parts.button import Button
from admin_console.console.parts.table import RowTable
from admin_console.console.parts.toggles import Tick
from admin_console.console.shell import Shell
from db.domain.desk import BadRow, ByHand, ChangeKind, EntryChange, Role
from db.domain.errors import HubRefusedError
from db.domain.watchlist import Category
from tests.console import records
from tests.console.fake_hub import FakeHub
from tests.console.windows import (
    child,
    open_shell,
)

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def open_import(qtbot: QtBot, hub: FakeHub, tmp_path: Path) -> Shell:
    path = tmp_path / "registry.csv"
    path.write_text("LNAME,FNAME\nQuintero,Anthony\n", encoding="utf-8")
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    qtbot.mouseClick(child(shell, Button, "importList"), LEFT)
    shell.lists.import_view.take(path)
    shell.lists.import_view.file_step.choose_list("Registry", Category.REGISTRY, 14)
    return shell


def read_file(qtbot: QtBot, shell: Shell) -> None:
    qtbot.mouseClick(child(shell, Button, "goImport"), LEFT)
    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)


def test_list_is_applied_after_its_difference_was_seen(qtbot: QtBot, tmp_path: Path) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, preview_answer=records.make_preview(bad=0))
    shell = open_import(qtbot, hub, tmp_path)
    read_file(qtbot, shell)
    assert hub.imported == []

    qtbot.mouseClick(child(shell, Button, "goImport"), LEFT)

    qtbot.waitUntil(lambda: len(hub.imported) == 1)
    file, skip_bad = hub.imported[0]
    assert (file.list_name, file.category, file.max_age_days) == ("Registry", "registry", 14)
    assert not skip_bad
    qtbot.waitUntil(child(shell, QWidget, "listsTable").isVisible)


def test_bad_rows_wait_for_somebody_to_leave_them_out(qtbot: QtBot, tmp_path: Path) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = open_import(qtbot, hub, tmp_path)
    read_file(qtbot, shell)
    apply = child(shell, Button, "goImport")
    assert not apply.isEnabled()
    assert "5 rows cannot be read" in apply.accessibleDescription()

    child(shell, QCheckBox, "skipBad").click()
    qtbot.mouseClick(apply, LEFT)

    qtbot.waitUntil(lambda: len(hub.imported) == 1)
    assert hub.imported[0][1]


@pytest.mark.parametrize("keeps", [True, False])
def test_what_people_wrote_by_hand_is_named_and_stays_unless_it_is_to_go(
    qtbot: QtBot, tmp_path: Path, *, keeps: bool
) -> None:
    gone = EntryChange(ChangeKind.REMOVED, "Hanna Handmade", "", "added by hand")
    preview = replace(records.make_preview(bad=0), undone=(gone,), undoes=1)
    hub = FakeHub(role=Role.ADMINISTRATOR, preview_answer=preview)
    shell = open_import(qtbot, hub, tmp_path)
    read_file(qtbot, shell)

    child(shell, Button, "changesByHand").click()
    model = child(shell, RowTable, "importChanges").model()
    assert [model.index(0, column).data() for column in (1, 3)] == ["Hanna Handmade", gone.what]
    assert "1 entry says" in child(shell, QLabel, "byHandWords").text()
    child(shell, Tick, "keepByHand").setChecked(keeps)
    qtbot.mouseClick(child(shell, Button, "goImport"), LEFT)

    qtbot.waitUntil(lambda: len(hub.imported) == 1)
    assert hub.imported[0][0].by_hand is (ByHand.KEEP if keeps else ByHand.UNDO)


def test_file_without_birth_dates_waits_for_somebody_who_wants_it_so(
    qtbot: QtBot, tmp_path: Path
) -> None:
    note = 'No column is read as the birth date: the file says it of nobody. Left out: "When".'
    hub = FakeHub(
        role=Role.ADMINISTRATOR, preview_answer=replace(records.make_preview(bad=0), notes=(note,))
    )
    shell = open_import(qtbot, hub, tmp_path)
    read_file(qtbot, shell)
    apply = child(shell, Button, "goImport")
    assert child(shell, QLabel, "importNotes").text() == note
    assert not apply.isEnabled()

    child(shell, Tick, "acceptNotes").click()
    qtbot.mouseClick(apply, LEFT)

    qtbot.waitUntil(lambda: len(hub.imported) == 1)
    assert hub.imported[0][0].seen_version == 41


def test_nothing_is_asked_where_nothing_was_written_by_hand(qtbot: QtBot, tmp_path: Path) -> None:
    shell = open_import(qtbot, FakeHub(role=Role.ADMINISTRATOR), tmp_path)
    read_file(qtbot, shell)

    assert not child(shell, Tick, "keepByHand").isVisible()
    assert not child(shell, Button, "changesByHand").isVisible()
    assert not child(shell, Tick, "acceptNotes").isVisible()


def test_refused_list_changes_nothing_and_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    hub = FakeHub(
        role=Role.ADMINISTRATOR,
        preview_answer=records.make_preview(bad=0),
        refuses_import=HubRefusedError("The file has no family names; nothing was changed."),
    )
    shell = open_import(qtbot, hub, tmp_path)
    read_file(qtbot, shell)

    qtbot.mouseClick(child(shell, Button, "goImport"), LEFT)

    error = child(shell, QWidget, "importError")
    qtbot.waitUntil(error.isVisible)
    assert "nothing was changed" in child(shell, QLabel, "importErrorWords").text()


def test_file_that_went_away_is_asked_for_again(qtbot: QtBot, tmp_path: Path) -> None:
    shell = open_import(qtbot, FakeHub(role=Role.ADMINISTRATOR), tmp_path)
    (tmp_path / "registry.csv").unlink()

    qtbot.mouseClick(child(shell, Button, "goImport"), LEFT)

    qtbot.waitUntil(child(shell, QWidget, "importError").isVisible)
    assert "Choose it again" in child(shell, QLabel, "importErrorWords").text()


def test_front_desk_sees_the_lists_and_who_may_change_them(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    shell.go("Lists")

    assert child(shell, RowTable, "listsTable").model().rowCount() == 4
    assert not child(shell, Button, "importList").isVisible()
    assert "Only administrators" in child(shell, QLabel, "mayNotImport").text()


def test_report_of_bad_rows_opens_anywhere(tmp_path: Path) -> None:
    write_report(records.make_preview().bad_rows, tmp_path / "bad.csv")

    lines = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Line,Name,Why it cannot be read"
    assert len(lines) == 6


def test_report_of_bad_rows_calculates_nothing_of_the_file(tmp_path: Path) -> None:
    rows = tuple(BadRow(2, f"{start}HYPERLINK(1)", "no day") for start in ("=", "\ufeff=", "\n@"))

    write_report(rows, tmp_path / "bad.csv")

    lines = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:] == ["2,'=HYPERLINK(1),no day"] * 2 + ["2,'@HYPERLINK(1),no day"]
