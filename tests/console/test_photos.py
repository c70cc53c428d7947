"""A photo whose days are over: the console shows the person sign, and asks again later."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from admin_console.console.parts.photo import PhotoBox
from admin_console.console.parts.table import RowTable
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell


def pixels_of_first_photo(qtbot: QtBot, hub: FakeHub) -> list[int]:
    shell = open_shell(qtbot, hub)
    shell.go("On site now")
    table = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 1)
    image = table.viewport().grab().toImage()
    return [image.pixel(x, 32 + y) for x in range(16, 44) for y in range(4, 32)]


def test_photo_that_is_gone_looks_like_one_that_was_never_taken(qtbot: QtBot) -> None:
    never, gone = FakeHub(), FakeHub()
    gone.on_site_answer = replace(
        gone.on_site_answer,
        visits=tuple(replace(v, photo="d" * 64) for v in gone.on_site_answer.visits),
    )

    assert pixels_of_first_photo(qtbot, gone) == pixels_of_first_photo(qtbot, never)


def test_visit_whose_photo_is_gone_says_so_in_the_history(qtbot: QtBot) -> None:
    hub = FakeHub()
    page = hub.pages[None]
    hub.pages = {None: replace(page, visits=tuple(replace(v, photo="d" * 64) for v in page.visits))}
    shell = open_shell(qtbot, hub)
    shell.go("History")
    table = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 1)

    shell.history.open(table.model().index(1, 0))

    box = child(shell, PhotoBox, "drawerPhoto")
    qtbot.waitUntil(box.isVisible)
    assert box.accessibleName() == "No photo"
