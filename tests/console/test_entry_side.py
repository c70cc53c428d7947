"""Custody rule, photo and what stands beside an entry, as somebody uses them."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.models.entry_story import Run, said_of, waits_said
from admin_console.console.pages.custody_card import when_words
from admin_console.console.pages.entry_side import deed_lines
from admin_console.console.pages.rule_card import ClockError, clock_from
from admin_console.console.parts.chip_field import ChipField
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.toggles import Tick
from db.domain.custody import CustodyRule, Forbids
from db.domain.desk import Role
from db.domain.entry_history import (
    EntryChangeKind,
    EntryDeeds,
    EntryEvent,
    FieldChange,
    RemovalAsked,
)
from db.domain.errors import HubRefusedError
from db.domain.figures import HoldFigures
from tests.console import invented, listed
from tests.console.fake_hub import FakeHub
from tests.console.test_entries import LEFT, RODERICK, button, open_entry
from tests.console.windows import child, open_shell, press
from tests.makers import NINE
from tests.screens.console.looking import silhouette

Key = Qt.Key


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub(role=Role.ADMINISTRATOR)


def test_order_is_saved_with_days_hours_and_students(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    qtbot.mouseClick(child(shell, QAbstractButton, "entryDays_5"), LEFT)
    child(shell, Field, "entryEnds").setText("19:30")
    forbids = child(shell, Choice, "entryForbids")
    forbids.setCurrentIndex(forbids.findData(Forbids.PICK_UP))
    students = child(shell, ChipField, "entryStudents")
    qtbot.keyClicks(students.typing, "Ada V., grade 1")
    child(shell, Tick, "entryPaper").click()

    assert child(shell, QLabel, "entryUnsaved").text() == "1 change not saved: custody rule."
    qtbot.mouseClick(button(shell, "saveEntry"), LEFT)

    qtbot.waitUntil(lambda: len(hub.drafts) == 1)
    assert hub.drafts[0][1].rule == CustodyRule(
        (0, 1, 2, 3, 4, 5),
        time(7),
        time(19, 30),
        Forbids.PICK_UP,
        ("Imani V., grade 3", "Jonah V., kindergarten", "Ada V., grade 1"),
    )


def test_hours_that_are_none_are_not_saved(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    child(shell, Field, "entryBegins").setText("soon")

    qtbot.mouseClick(button(shell, "saveEntry"), LEFT)

    assert "7:00 or 18:30" in child(shell, QLabel, "entryError").text()
    assert hub.drafts == []


@pytest.mark.parametrize("text", ["24:00", "7:60", "7.30", "-1", "7:000", ":30"])
def test_what_is_no_time_of_day_is_told(text: str) -> None:
    with pytest.raises(ClockError):
        clock_from(text)


def test_time_of_day_is_read_as_people_write_it() -> None:
    read = [clock_from(text) for text in ("", " 7 ", "7:00", "18:30")]
    assert read == [None, time(7), time(7), time(18, 30)]


def test_other_names_are_added_and_taken_out_one_by_one(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    names = child(shell, ChipField, "entryAliases")
    assert names.texts() == ("Vanterpool, Rod", "Van der Pool, Roderick")

    qtbot.keyClicks(names.typing, "Roddy Vane")
    qtbot.keyClick(names.typing, Key.Key_Return)
    qtbot.keyClick(names.typing, Key.Key_Backspace)
    qtbot.keyClick(names.typing, Key.Key_Backspace)
    qtbot.keyClicks(names.typing, "Rory Vane")

    qtbot.mouseClick(button(shell, "saveEntry"), LEFT)
    qtbot.waitUntil(lambda: len(hub.drafts) == 1)
    assert hub.drafts[0][1].aliases == "Vanterpool, Rod; Rory Vane"


def test_photo_is_sent_at_once_and_saved_with_the_entry(
    qtbot: QtBot, hub: FakeHub, tmp_path: Path
) -> None:
    path = tmp_path / "roderick.jpg"
    path.write_bytes(silhouette("#7d8ba1"))
    shell = open_entry(qtbot, hub)

    shell.lists.editor.take_photo(path)
    qtbot.waitUntil(lambda: shell.lists.editor.form.photo != "")

    assert child(shell, QLabel, "entryUnsaved").text() == "1 change not saved: photo."
    qtbot.mouseClick(button(shell, "saveEntry"), LEFT)
    qtbot.waitUntil(lambda: len(hub.drafts) == 1)
    assert hub.pictures == [path.read_bytes()]
    assert hub.drafts[0][1].photo in hub.photos


def test_refused_photo_is_told_and_the_entry_keeps_its_own(
    qtbot: QtBot, hub: FakeHub, tmp_path: Path
) -> None:
    hub.refuses_picture = HubRefusedError("That is neither a JPEG nor a PNG picture.")
    path = tmp_path / "letter.jpg"
    path.write_bytes(b"Dear school")
    shell = open_entry(qtbot, hub)

    shell.lists.editor.take_photo(path)

    error = child(shell, QLabel, "entryError")
    qtbot.waitUntil(error.isVisible)
    assert "neither a JPEG nor a PNG" in error.text()
    assert child(shell, QWidget, "choosePhoto").isEnabled()


def test_photo_that_is_too_large_is_not_sent(qtbot: QtBot, hub: FakeHub, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    shell = open_entry(qtbot, hub)

    shell.lists.editor.take_photo(path)
    shell.lists.editor.take_photo(tmp_path / "gone.png")

    assert "cannot be read" in child(shell, QLabel, "entryError").text()
    assert hub.pictures == []


def test_clearance_of_an_entry_is_ended_where_it_stands(qtbot: QtBot, hub: FakeHub) -> None:
    cleared = listed.make_cleared().clearance
    line = replace(hub.clearances_answer.clearances[0], clearance=cleared)
    hub.clearances_answer = replace(hub.clearances_answer, clearances=(line,))
    shell = open_entry(qtbot, hub)
    hub.entries[RODERICK] = replace(hub.entries[RODERICK], clearances=())

    qtbot.mouseClick(button(shell, "endEntryClearance"), LEFT)

    qtbot.waitUntil(lambda: hub.ended == [cleared.clearance_id])
    note = child(shell, QLabel, "entryClearancesNote")
    qtbot.waitUntil(lambda: note.text() == "none in force")


def test_way_back_leads_to_the_list_and_to_all_lists(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    assert child(shell, QLabel, "pageTitle").text() == "Roderick Elliot Vanterpool"

    qtbot.mouseClick(button(shell, "trail1"), LEFT)
    assert child(shell, QWidget, "listPeople").isVisible()
    assert child(shell, QLabel, "pageTitle").text() == "Custody orders"

    qtbot.mouseClick(button(shell, "trail0"), LEFT)
    assert child(shell, QWidget, "listsTable").isVisible()
    shell.go("Desk")
    assert child(shell, QLabel, "pageTitle").text() == "Desk"


def test_next_entry_is_a_key_away(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_entry(qtbot, hub)
    family = child(shell, Field, "entry_family")

    qtbot.keyClick(shell, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: family.text() == "Ahlgren")
    qtbot.keyClick(shell, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: family.text() == "Vanterpool")
    child(shell, Field, "entry_note").setText("mine")
    qtbot.keyClick(shell, Key.Key_Down, Qt.KeyboardModifier.AltModifier)

    assert family.text() == "Vanterpool"
    assert child(shell, Field, "entry_note").text() == "mine"


def test_desk_says_what_an_order_forbids(qtbot: QtBot) -> None:
    hub = FakeHub()
    first, *others = hub.desk_answer.holds
    entry_id = first.screening.matches[0].entry.entry_id
    brief = replace(listed.make_brief(), counts_now=False)
    hub.desk_answer = replace(
        hub.desk_answer, holds=(replace(first, briefs={entry_id: brief}), *others)
    )
    shell = open_shell(qtbot, hub)

    what, when = (child(shell, QLabel, f"custody{name}") for name in ("What", "When"))
    assert what.text() == (
        "Forbidden: pick up, and contact on school ground · "
        "Imani V., grade 3; Jonah V., kindergarten"
    )
    said = "Counts Mon to Fri, 7:00 to 18:00, not at this hour · court paper seen"
    assert when.text() == said
    press(qtbot, Key.Key_J)
    assert not child(shell, QWidget, "custodyCard").isVisible()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (CustodyRule(), "Counts every day, now"),
        (CustodyRule((0, 2)), "Counts Mon, Wed, now"),
        (CustodyRule((0, 1, 2, 4)), "Counts Mon, Tue, Wed, Fri, now"),
        (CustodyRule((5, 6), time(9)), "Counts Sat, Sun, 9:00 to 24:00, now"),
    ],
)
def test_days_and_hours_are_said_shortly(rule: CustodyRule, said: str) -> None:
    assert when_words(rule, counts_now=True) == said


def event(*fields: FieldChange, what: EntryChangeKind = EntryChangeKind.CHANGED) -> EntryEvent:
    return EntryEvent(what, 2, 9, invented.NOW, "Dana Whitlock", fields, "The order has ended")


def test_history_says_field_by_field_what_changed() -> None:
    said = said_of(
        event(
            FieldChange("valid_until", "2026-12-18", "2027-06-12"),
            FieldChange("aliases", "Vane, Rod", "Vane, Rod; Van der Pool, Roderick"),
            FieldChange("students", "Imani V.", ""),
            FieldChange("photo", "0" * 64, "1" * 64),
            FieldChange("note", "", "Paper filed"),
            FieldChange("hours", "7:00 to 18:00", ""),
        )
    )

    assert said == (
        (Run("End date "), Run("Dec 18, 2026", is_struck=True), Run(" to Jun 12, 2027")),
        (Run("Other name added: Roderick Van der Pool"),),
        (Run("Student taken out: "), Run("Imani V.", is_struck=True)),
        (Run("Photo replaced"),),
        (Run("Note: Paper filed"),),
        (Run("Hours "), Run("7:00 to 18:00", is_struck=True), Run(" taken out")),
    )
    asked = said_of(event(what=EntryChangeKind.REMOVAL_ASKED))
    assert asked == ((Run("Removal asked for: The order has ended"),),)


def test_deeds_leave_out_what_never_happened() -> None:
    deeds = EntryDeeds(date(2026, 8, 31), 1, HoldFigures())

    assert deed_lines(deeds) == (("Screened since", "1 visitor"), ("Held", "0 visitors"))


def test_words_that_ask_for_another_person_say_how_a_name_needs_none() -> None:
    name, born = FieldChange("name", "Dee Ott", "Dee Jay Ott"), FieldChange("born", "1980", "1981")

    asked = [RemovalAsked("Jo", uuid4(), NINE, "", (change,)) for change in (name, born)]

    assert [waits_said(a).endswith("Or keep the old name as another name.") for a in asked] == [
        True,
        False,
    ]
