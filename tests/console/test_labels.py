"""Words on the console that must be true of what they stand for."""

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from admin_console.console import words
from admin_console.console.pages import import_file
from admin_console.console.parts.labels import Words
from admin_console.console.theme import load_theme
from db.list_file import read_list_file
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell

WAIT_SCREEN = Path(__file__).parents[2] / "kiosk/ui/WaitScreen.qml"


def test_tool_tip_never_keeps_the_name_of_somebody_before(qtbot: QtBot) -> None:
    label = Words(load_theme(dark=False), "Maximiliana Ibarra-Quintero de la Cruz")
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.toolTip() == "Maximiliana Ibarra-Quintero de la Cruz"

    label.setText("Grace Kim")
    assert label.toolTip() == ""
    label.setText("Nguyễn Thị Lan Anh Maximiliana")

    assert label.toolTip() == "Nguyễn Thị Lan Anh Maximiliana"


def test_desk_quotes_what_the_kiosk_shows_while_somebody_waits(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    note = child(shell, QLabel, "queueNote").text()

    assert note == f'The visitor sees only "{words.VISITOR_SEES}".'
    assert f'"{words.VISITOR_SEES}"' in WAIT_SCREEN.read_text(encoding="utf-8")


def test_columns_named_at_the_import_are_all_understood() -> None:
    header = ",".join([*import_file.FIRST_COLUMNS, *import_file.MORE_COLUMNS])

    row = "Quillfeather" + "," * header.count(",")
    with read_list_file(f"{header}\n{row}\n".encode(), date(2026, 11, 17)) as read:
        assert all(field for _name, _first, field in read.columns)


def test_only_the_column_that_is_said_to_be_required_is_required() -> None:
    required = import_file.FIRST_COLUMNS[0]

    with read_list_file(f"{required}\nQuillfeather\n".encode(), date(2026, 11, 17)) as read:
        assert [entry.name.family for entry in read.entries()] == ["Quillfeather"]
