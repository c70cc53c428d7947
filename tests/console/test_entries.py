"""The people of a list and the editor of one entry, as somebody uses them."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.pages.column_mapper import ColumnMapper
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from admin_console.console.theme import load_theme
from db.aliases import aliases_from
from db.domain.desk import ImportProgress, Role
from db.domain.entry_history import FieldChange, RemovalAsked
from db.domain.errors import HubRefusedError
from db.domain.watchlist import Category
from db.entry_drafts import draft_of
from db.list_fields import DateOrders, entry_from
from tests.console import invented, listed, records
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, is_seen, open_shell, press

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
RODERICK = invented.make_id(81)


def open_people(qtbot: QtBot, hub: FakeHub) -> Shell:
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    lists = child(shell, RowTable, "listsTable")
    lists.setFocus()
    lists.setCurrentIndex(lists.model().index(1, 0))
    press(qtbot, Key.Key_Return)
    people = child(shell, RowTable, "peopleTable")
    qtbot.waitUntil(lambda: people.isVisible() and people.model().rowCount() == 3)
    return shell


def open_entry(qtbot: QtBot, hub: FakeHub) -> Shell:
    shell = open_people(qtbot, hub)
    people = child(shell, RowTable, "peopleTable")
    people.setFocus()
    people.setCurrentIndex(people.model().index(0, 0))
    press(qtbot, Key.Key_Return)
    family = child(shell, Field, "entry_family")
    qtbot.waitUntil(lambda: family.isVisible() and family.text() == "Vanterpool")
    return shell


def button(shell: Shell, name: str) -> Button:
    return child(shell, Button, name)


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub(role=Role.ADMINISTRATOR)


def test_people_of_a_list_are_found_by_name(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_people(qtbot, hub)

    child(shell, Field, "peopleSearch").setText("ahlg")

    table = child(shell, RowTable, "peopleTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    shown = [table.model().index(0, at).data() for at in range(6)]
    assert shown == ["Tove Ahlgren", "1980-02-30", "", "Call the principal", "always", "1"]


def test_changed_entry_is_saved_as_its_next_version(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    assert not button(shell, "saveEntry").isEnabled()

    child(shell, Field, "entry_note").setText("Court paper seen")

    unsaved = child(shell, QLabel, "entryUnsaved")
    assert unsaved.text() == "1 change not saved: note."
    assert button(shell, "saveEntry").text() == "Save as version 4"
    qtbot.keyClick(shell, Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(hub.drafts) == 1)
    entry_id, draft = hub.drafts[0]
    assert entry_id == RODERICK
    assert (draft.family, draft.note) == ("Vanterpool", "Court paper seen")


def test_new_person_is_put_on_the_list(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_people(qtbot, hub)
    qtbot.mouseClick(button(shell, "addEntry"), LEFT)
    child(shell, Field, "entry_family").setText("Quillfeather")

    qtbot.mouseClick(button(shell, "saveEntry"), LEFT)

    qtbot.waitUntil(lambda: len(hub.drafts) == 1)
    assert (hub.drafts[0][0], hub.drafts[0][1].family) == (None, "Quillfeather")


def test_refused_entry_keeps_what_was_typed(qtbot: QtBot, hub: FakeHub) -> None:
    hub.refuses_entry = HubRefusedError("Somebody changed this entry since you opened it.")
    shell = open_entry(qtbot, hub)
    child(shell, Field, "entry_note").setText("mine")

    qtbot.mouseClick(button(shell, "saveEntry"), LEFT)

    error = child(shell, QLabel, "entryError")
    qtbot.waitUntil(error.isVisible)
    assert "Somebody changed this entry" in error.text()
    assert child(shell, Field, "entry_note").text() == "mine"


def test_unsaved_words_are_discarded_only_at_the_second_press(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    child(shell, Field, "entry_note").setText("mine")

    qtbot.mouseClick(button(shell, "discardEntry"), LEFT)
    assert "Esc once more" in child(shell, QLabel, "entryUnsaved").text()
    qtbot.mouseClick(button(shell, "discardEntry"), LEFT)

    assert child(shell, QWidget, "listPeople").isVisible()
    assert hub.drafts == []


def test_removal_is_asked_for_with_a_reason(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    qtbot.mouseClick(button(shell, "removeEntry"), LEFT)
    qtbot.mouseClick(button(shell, "confirmRemoval"), LEFT)
    assert hub.removals == []

    child(shell, Field, "removalReason").setText("The order has ended")
    qtbot.mouseClick(button(shell, "confirmRemoval"), LEFT)

    qtbot.waitUntil(lambda: hub.removals == [(RODERICK, 3, "The order has ended")])
    said = child(shell, QLabel, "removalWords")
    qtbot.waitUntil(lambda: said.text().startswith("Dana Whitlock asked for it"))


def asked_by(staff_id_number: int) -> FakeHub:
    asked = RemovalAsked(
        "Ngozi Okonkwo", invented.make_id(staff_id_number), invented.NOW, "The order has ended"
    )
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.entries[RODERICK] = listed.make_entry_file(asked)
    return hub


def test_second_person_confirms_a_removal(qtbot: QtBot) -> None:
    hub = asked_by(4321)
    shell = open_entry(qtbot, hub)

    qtbot.mouseClick(button(shell, "confirmRemoval"), LEFT)

    qtbot.waitUntil(lambda: is_seen(shell, "listPeople"))
    assert hub.removals == [(RODERICK, 3, "")]


def test_change_that_waits_says_what_would_change(qtbot: QtBot) -> None:
    ends = FieldChange("valid_until", "", "2026-12-01")
    asked = RemovalAsked("Ngozi Okonkwo", invented.make_id(4321), invented.NOW, "", (ends,))
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.entries[RODERICK] = listed.make_entry_file(asked)

    shell = open_entry(qtbot, hub)

    assert child(shell, QLabel, "removalTitle").text() == "A change that waits"
    said = child(shell, QLabel, "removalWords").text()
    assert said.startswith("Ngozi Okonkwo asked for it")
    assert said.endswith("End date: Dec 1, 2026")
    assert button(shell, "confirmRemoval").text() == "Change it"
    assert button(shell, "confirmRemoval").isEnabled()


def test_whoever_asked_for_a_removal_cannot_confirm_it(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    own = invented.make_signed_in(Role.ADMINISTRATOR).staff
    asked = RemovalAsked(own.display_name, own.staff_id, invented.NOW, "The order has ended")
    hub.entries[RODERICK] = listed.make_entry_file(asked)

    shell = open_entry(qtbot, hub)

    confirm = button(shell, "confirmRemoval")
    assert not confirm.isEnabled()
    assert "another person has to confirm it" in confirm.accessibleDescription()
    qtbot.mouseClick(button(shell, "keepEntry"), LEFT)
    qtbot.waitUntil(lambda: not child(shell, QWidget, "entryRemoval").isVisible())


def test_form_reads_back_what_an_entry_says() -> None:
    for file in listed.make_entries().values():
        entry = file.entry
        assert entry is not None
        draft = draft_of(entry)

        known = {name: getattr(draft, name) for name in ("family", "given", "middle", "sex")}
        again = entry_from(
            known | {"birth_date": draft.birth_date}, DateOrders(), invented.NOW.date()
        )

        assert (again.name, again.born, again.sex) == (entry.name, entry.born, entry.sex)
        assert aliases_from(draft.aliases, entry.name) == entry.aliases


# ---- an import that goes on ------------------------------------------------------------------


def test_import_shows_how_far_it_is_and_can_be_stopped(qtbot: QtBot, tmp_path: Path) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, preview_answer=records.make_preview(bad=0))
    hub.progress_answer = ImportProgress("Registry", invented.NOW, "storing", 340_000, 1_000_000)
    hub.may_import.clear()
    path = tmp_path / "registry.xlsx"
    path.write_bytes(b"PK invented")
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    shell.lists.start_import()
    shell.lists.import_view.take(path)
    shell.lists.import_view.file_step.choose_list("Registry", Category.REGISTRY, 14)
    qtbot.mouseClick(button(shell, "goImport"), LEFT)
    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)
    qtbot.mouseClick(button(shell, "goImport"), LEFT)
    words = child(shell, QLabel, "importConsequence")
    qtbot.waitUntil(lambda: "stored 340,000 of 1,000,000 people" in words.text())

    qtbot.mouseClick(button(shell, "cancelImport"), LEFT)

    error = child(shell, QLabel, "importErrorWords")
    qtbot.waitUntil(error.isVisible)
    assert error.text() == "The import was stopped. Nothing was changed."
    assert (hub.cancelled, hub.imported) == (1, [])


@pytest.mark.parametrize("gone", [0, 6])
def test_preview_tells_that_a_file_lacks_many_of_the_list(
    qtbot: QtBot, tmp_path: Path, gone: int
) -> None:
    preview = replace(records.make_preview(bad=0), people=9, added=0, removed=gone)
    path = tmp_path / "ours.csv"
    path.write_text("LNAME\nQuintero\n", encoding="utf-8")
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR, preview_answer=preview))
    shell.go("Lists")
    shell.lists.start_import()
    shell.lists.import_view.take(path)
    shell.lists.import_view.file_step.choose_list("Ours", Category.ALERT, None)

    qtbot.mouseClick(button(shell, "goImport"), LEFT)

    qtbot.waitUntil(child(shell, QWidget, "importPreviewStep").isVisible)
    warning = child(shell, QLabel, "importWarning")
    assert warning.isVisible() is bool(gone)
    assert ("6 of the 15 people" in warning.text()) is bool(gone)


def test_list_with_nobody_on_it_stands_out(qtbot: QtBot) -> None:
    lists = records.make_lists()
    empty = replace(lists, lists=(replace(lists.lists[0], entry_count=0), *lists.lists[1:]))
    shell = open_shell(qtbot, FakeHub(lists_answer=empty))
    shell.go("Lists")
    table = child(shell, RowTable, "listsTable").model()

    qtbot.waitUntil(lambda: table.rowCount() > 0)

    assert table.index(0, 2).data() == "nobody"


def test_column_is_read_as_somebody_says(qtbot: QtBot, tmp_path: Path) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, preview_answer=records.make_preview(bad=0))
    path = tmp_path / "registry.csv"
    path.write_text("LNAME\nQuintero\n", encoding="utf-8")
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    shell.lists.start_import()
    shell.lists.import_view.take(path)
    shell.lists.import_view.file_step.choose_list("Registry", Category.REGISTRY, 14)
    qtbot.mouseClick(button(shell, "goImport"), LEFT)
    field = child(shell, Choice, "mapField")
    qtbot.waitUntil(field.isVisible)
    column = child(shell, Choice, "mapColumn").currentText()

    field.setCurrentIndex(field.findData("note"))
    field.activated.emit(field.currentIndex())

    qtbot.waitUntil(lambda: len(hub.previewed) == 2)
    said = hub.previewed[1].columns
    assert said is not None
    assert said[column] == "note"
    assert {*said.values()} <= {"note", ""}  # nothing of what nobody changed
    qtbot.waitUntil(button(shell, "goImport").isEnabled)
    qtbot.mouseClick(button(shell, "goImport"), LEFT)
    qtbot.waitUntil(lambda: len(hub.imported) == 1)
    assert hub.imported[0][0].columns == said


def test_several_columns_may_be_other_names_and_one_any_other_field(qtbot: QtBot) -> None:
    mapper = ColumnMapper(load_theme())
    qtbot.addWidget(mapper)
    mapper.show_columns((("AKA1", "", "aliases"), ("REASON", "", "note"), ("AKA2", "", "")))
    column, field = child(mapper, Choice, "mapColumn"), child(mapper, Choice, "mapField")
    column.setCurrentText("AKA2")

    said = []
    for name in ("aliases", "note"):
        with qtbot.waitSignal(mapper.changed) as changed:
            field.setCurrentIndex(field.findData(name))
            field.activated.emit(field.currentIndex())
        said.append(changed.args[0])

    assert said == [
        {"AKA2": "aliases"},
        {"REASON": "", "AKA2": "note"},
    ]


def test_reading_a_file_shows_how_far_it_is_and_can_be_stopped(
    qtbot: QtBot, tmp_path: Path
) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.progress_answer = ImportProgress("Registry", invented.NOW, "comparing", 70_000, 100_000)
    hub.may_preview.clear()
    path = tmp_path / "registry.xlsx"
    path.write_bytes(b"PK invented")
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    shell.lists.start_import()
    shell.lists.import_view.take(path)
    shell.lists.import_view.file_step.choose_list("Registry", Category.REGISTRY, 14)
    qtbot.mouseClick(button(shell, "goImport"), LEFT)
    words = child(shell, QLabel, "importConsequence")
    qtbot.waitUntil(lambda: "compared 70,000 of 100,000 people" in words.text())
    assert button(shell, "cancelImport").text() == "Stop reading"

    qtbot.mouseClick(button(shell, "cancelImport"), LEFT)

    error = child(shell, QLabel, "importErrorWords")
    qtbot.waitUntil(error.isVisible)
    assert error.text() == "The file is read no more. Nothing was changed."
    assert button(shell, "cancelImport").text() == "Cancel"
    assert child(shell, QWidget, "importFileStep").isVisible()
    assert hub.imported == []
