"""Lists, their people and imports as they look at 1440x900, beside their references."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.desk import ChangeKind, EntryChange, Role
from db.domain.watchlist import Category
from tests.console import invented, listed
from tests.console.fake_hub import FakeHub
from tests.console.records import make_preview
from tests.console.windows import child, open_shell, press
from tests.screens.console.looking import Look, settle, silhouette, with_photos

Key = Qt.Key


def test_import_of_a_list(qtbot: QtBot, looks_like: Look, tmp_path: Path) -> None:
    path = tmp_path / "registry-2026-11-17.csv"
    with path.open("wb") as file:
        file.truncate(83_400_000)  # as large as a file of so many people is, and nothing in it
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("Lists")
    shell.lists.start_import()
    step = shell.lists.import_view.file_step
    step.choose_list("State registry extract", Category.REGISTRY, 14)
    shell.lists.import_view.take(path)
    looks_like(shell, "06-import-file")

    press(qtbot, Key.Key_Escape)
    shell.lists.start_import()
    step.choose_list("State registry extract", Category.REGISTRY, 14)
    shell.lists.import_view.take(path)
    qtbot.keyClick(shell, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)

    looks_like(shell, "06-list-import")


def test_import_that_asks(qtbot: QtBot, looks_like: Look, tmp_path: Path) -> None:
    path = tmp_path / "no-trespass.csv"
    path.write_text("LNAME,FNAME,WHEN_BORN\nTzul Ixcoy,Luis,1980\n", encoding="utf-8")
    note = (
        'No column is read as the birth date: the file says it of nobody. Left out: "HGT", "ADDR1".'
    )
    changed, removed = ChangeKind.CHANGED, ChangeKind.REMOVED
    undone = (
        EntryChange(changed, "Ludmila Szczepańska", "Dec 9, 1966", "written by hand: note"),
        EntryChange(removed, "Roderick Vantongeren", "1984", "its custody order"),
        EntryChange(removed, "Osgood Tremblay", "Feb 27, 1958", "added by hand"),
    )
    preview = replace(make_preview(bad=0), undone=undone, undoes=len(undone), notes=(note,))
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR, preview_answer=preview))
    shell.go("Lists")
    shell.lists.start_import()
    shell.lists.import_view.file_step.choose_list("No trespass", Category.TRESPASS, 30)
    shell.lists.import_view.take(path)
    qtbot.keyClick(shell, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)

    child(shell, Button, "changesByHand").click()

    looks_like(shell, "06-import-asks")


def test_lists_that_ask_for_attention(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    registry, custody, trespass, alerts = hub.lists_answer.lists
    old = replace(trespass, imported_at=invented.NOW - timedelta(days=40))
    lists = (registry, custody, old, replace(alerts, entry_count=0))
    hub.lists_answer = replace(hub.lists_answer, lists=lists)
    hub.desk_answer = replace(hub.desk_answer, lists_current=3)
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    settle(qtbot, shell, hub)

    looks_like(shell, "05-lists-attention")


def open_custody_orders(qtbot: QtBot, hub: FakeHub) -> Shell:
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    lists = child(shell, RowTable, "listsTable")
    lists.setFocus()
    lists.setCurrentIndex(lists.model().index(1, 0))
    press(qtbot, Key.Key_Return)
    people = child(shell, RowTable, "peopleTable")
    qtbot.waitUntil(lambda: people.isVisible() and people.model().rowCount() == 3)
    return shell


def test_people_of_a_list(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_custody_orders(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    looks_like(shell, "22-list-people")


def test_entry_of_a_custody_order(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    photo = hub.add_photo(silhouette("#7d8ba1"))
    known = listed.make_entry_file()
    assert known.entry is not None
    with_photo = replace(known, entry=replace(known.entry, photo=photo))
    hub.entries[known.entry.entry_id] = with_photo
    shell = open_custody_orders(qtbot, hub)
    people = child(shell, RowTable, "peopleTable")
    people.setFocus()
    people.setCurrentIndex(people.model().index(0, 0))
    press(qtbot, Key.Key_Return)
    family = child(shell, Field, "entry_family")
    qtbot.waitUntil(lambda: family.isVisible() and family.text() == "Vanterpool")
    qtbot.waitUntil(child(shell, QWidget, "entryDeeds").isVisible)
    typing = child(shell, Field, "entryAliases_typing")
    typing.setText("Родерик Вантерпул")
    typing.returnPressed.emit()
    settle(qtbot, shell, hub)

    looks_like(shell, "07-list-entry")


def test_desk_shows_a_custody_order_with_its_photo(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    photo = hub.add_photo(silhouette("#5d6b81"))
    first, *others = hub.desk_answer.holds
    ordered = invented.make_match(Category.CUSTODY, "Custody orders")
    match = replace(ordered, entry=replace(ordered.entry, reference="FC-26-204"))
    rule = replace(listed.RULE, students=("Mateo Q., grade 2",))
    held = replace(
        first,
        screening=replace(first.screening, matches=(match,)),
        briefs={match.entry.entry_id: replace(listed.make_brief(photo), rule=rule)},
    )
    hub.desk_answer = replace(hub.desk_answer, holds=(held, *others))
    shell = open_shell(qtbot, hub)
    settle(qtbot, shell, hub)

    looks_like(shell, "01-desk-custody")


def test_list_that_is_begun_by_hand(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("Lists")
    qtbot.mouseClick(child(shell, QWidget, "newListButton"), Qt.MouseButton.LeftButton)
    child(shell, Field, "newListName").setText("Custody orders, 2027")

    looks_like(shell, "23-new-list")
