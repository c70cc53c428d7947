"""A device that types without end: it fills no field and no memory, and is over at its pause."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.domain.errors import UnreadableIdError
from kiosk.scan.identify import identity_of_payload
from kiosk.scan.wedge import (
    LONGEST_SCAN,
    MOST_HELD_BACK,
    PAUSE_MS,
    SHORTEST_SCAN,
    Typing,
    WedgeFilter,
)
from kiosk.ui.window import KioskWindow
from resources.samples.licence import aamva_payload
from resources.samples.people import sample_person
from tests.screens.kiosk.acting import press_keys
from tests.typing_scanner import (
    PLAIN,
    PRESS,
    RELEASE,
    Key,
    SeenKeys,
    given_name,
    keys_of,
    send,
    show_name_form,
)

PAYLOAD = aamva_payload(sample_person("Elena", "Marlowe", date(1986, 4, 17)))


def test_device_that_types_without_end_is_told_once_and_reaches_no_field(
    window: KioskWindow, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)
    seen = SeenKeys(window)

    send(window, keys_of(b"marlowe;" * (LONGEST_SCAN // 4)))
    qtbot.wait(3 * PAUSE_MS)

    assert scans == [b""]
    assert given_name(window) == ""
    assert seen.keys == []


def test_nothing_grows_while_a_device_types_without_end(
    window: KioskWindow, wedge: WedgeFilter
) -> None:
    show_name_form(window)

    send(window, keys_of(b"A" * LONGEST_SCAN * 3))

    assert wedge._held_back == []
    assert len(wedge._typing._typed) == LONGEST_SCAN + 1
    assert len(wedge._owed) <= 2


def test_keys_that_stand_for_nothing_do_not_grow_between_letters_either(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes]
) -> None:
    show_name_form(window)
    arrow: list[Key] = [(kind, Qt.Key.Key_Right, PLAIN, "") for kind in (PRESS, RELEASE)]

    began = 1000
    for _ in range(MOST_HELD_BACK // 20 + 1):
        began = send(window, [*keys_of(b"a"), *arrow * 9], began_ms=began)

    assert scans == [b""]
    assert len(wedge._held_back) <= MOST_HELD_BACK


def test_after_a_flood_and_a_pause_scans_and_typing_work_again(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)
    ended = send(window, keys_of(b"x" * (LONGEST_SCAN + 100)))

    with qtbot.waitSignal(wedge.scanned):
        ended = send(window, keys_of(PAYLOAD), began_ms=ended + 500)
    press_keys(window, "Ana")

    qtbot.waitUntil(lambda: given_name(window) == "Ana")
    assert scans == [b"", PAYLOAD]


def test_longest_scan_is_still_one(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    with qtbot.waitSignal(wedge.scanned):
        send(window, keys_of(b"x" * LONGEST_SCAN), each_ms=1)

    assert scans == [b"x" * LONGEST_SCAN]


def test_too_much_is_no_scan_and_is_forgotten_at_the_pause() -> None:
    typing = Typing()
    for number in range(LONGEST_SCAN + 500):
        typing.key("a", number * 0.002)
    assert typing.is_too_long

    assert typing.pause() is None

    for number in range(SHORTEST_SCAN):
        typing.key("b", 99.0 + number * 0.002)
    assert typing.pause() == b"b" * SHORTEST_SCAN


def test_what_was_dropped_is_refused_like_any_code_that_is_no_id() -> None:
    with pytest.raises(UnreadableIdError):
        identity_of_payload(b"")
