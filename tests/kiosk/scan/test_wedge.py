"""A scanner that types, and people who type: each gets what it meant."""

import threading
from datetime import date

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.flow import Step
from kiosk.scan.aamva import parse_aamva
from kiosk.scan.readers import text_of
from kiosk.scan.wedge import GAP_SECONDS, PAUSE_MS, SHORTEST_SCAN, Typing, WedgeFilter
from kiosk.ui import views
from kiosk.ui.window import KioskWindow
from resources.samples.licence import aamva_payload
from resources.samples.people import sample_person
from tests.screens.kiosk.acting import find, press_keys
from tests.typing_scanner import (
    CONTROL,
    PLAIN,
    PRESS,
    RELEASE,
    SHIFT,
    Key,
    SeenKeys,
    given_name,
    keys_of,
    send,
    show_name_form,
)

PAYLOAD = aamva_payload(sample_person("Elena", "Marlowe", date(1986, 4, 17)))
OTHER = aamva_payload(sample_person("Tomas", "Rivera", date(1979, 1, 2)))


# ---- a real window ---------------------------------------------------------------------------


def test_scan_is_told_once_byte_for_byte_and_no_field_sees_it(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    with qtbot.waitSignal(wedge.scanned):
        send(window, keys_of(PAYLOAD))

    assert scans == [PAYLOAD]
    assert parse_aamva(scans[0]).name.family == "MARLOWE"
    assert given_name(window) == ""


def test_quick_typing_of_a_person_lands_in_the_field_in_its_order(
    window: KioskWindow, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    press_keys(window, "Ana Luxa")
    QTest.keyClick(window.view, Qt.Key.Key_Backspace)
    press_keys(window, "z")

    qtbot.waitUntil(lambda: given_name(window) == "Ana Luxz")
    assert scans == []


def test_long_name_of_a_quick_typist_is_no_scan(
    window: KioskWindow, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    send(window, keys_of(b"maximiliana josefa"), each_ms=28)  # a key and its release: 56 ms

    qtbot.waitUntil(lambda: given_name(window).lower() == "maximiliana josefa")
    assert scans == []


def test_quick_space_on_a_button_clicks_it(
    window: KioskWindow, wedge: WedgeFilter, qtbot: QtBot
) -> None:
    assert wedge is not None
    window.show_step(Step.WELCOME, views.WelcomeView())
    find(window, "sign_in").forceActiveFocus()

    with qtbot.waitSignal(window.check_in_chosen):
        QTest.keyClick(window.view, Qt.Key.Key_Space)

    assert not find(window, "sign_in").property("down")


def test_space_held_down_clicks_once_when_it_is_let_go(
    window: KioskWindow, wedge: WedgeFilter, qtbot: QtBot
) -> None:
    assert wedge is not None
    window.show_step(Step.WELCOME, views.WelcomeView())
    button = find(window, "sign_in")
    button.forceActiveFocus()

    QTest.keyPress(window.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(button.property("down")))

    with qtbot.waitSignal(window.check_in_chosen):
        QTest.keyRelease(window.view, Qt.Key.Key_Space)


def test_arrow_does_not_overtake_the_letters_before_it(
    window: KioskWindow, wedge: WedgeFilter, qtbot: QtBot
) -> None:
    show_name_form(window)
    seen = SeenKeys(window)

    press_keys(window, "a")
    QTest.keyClick(window.view, Qt.Key.Key_Right)

    qtbot.waitUntil(lambda: len(seen.keys) == 4)
    assert seen.keys == [
        (PRESS, Qt.Key.Key_A),
        (RELEASE, Qt.Key.Key_A),
        (PRESS, Qt.Key.Key_Right),
        (RELEASE, Qt.Key.Key_Right),
    ]
    assert wedge is not None


def test_return_ends_a_line_and_not_the_scan(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)
    line = keys_of(b"dcsmarlowe")
    enter: list[Key] = [(kind, Qt.Key.Key_Return, PLAIN, "\r") for kind in (PRESS, RELEASE)]

    with qtbot.waitSignal(wedge.scanned):
        send(window, [*line, *enter, *line, *enter])

    assert scans == [b"dcsmarlowe\ndcsmarlowe\n"]


def test_control_and_a_letter_is_a_control_character(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    controls: list[Key] = [
        (kind, key, CONTROL, "")
        for key in (Qt.Key.Key_J, Qt.Key.Key_AsciiCircum, Qt.Key.Key_M)
        for kind in (PRESS, RELEASE)
    ]

    with qtbot.waitSignal(wedge.scanned):
        send(window, [*keys_of(b"@"), *controls, *keys_of(b"ANSI 636015")])

    assert scans == [b"@\n\x1e\rANSI 636015"]


def test_two_scans_one_after_the_other_are_two(
    window: KioskWindow, wedge: WedgeFilter, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    with qtbot.waitSignal(wedge.scanned):
        ended = send(window, keys_of(PAYLOAD))
    with qtbot.waitSignal(wedge.scanned):
        send(window, keys_of(OTHER), began_ms=ended + 500)

    assert scans == [PAYLOAD, OTHER]


def test_two_scans_that_a_busy_kiosk_sees_at_once_are_two(
    window: KioskWindow, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)

    ended = send(window, keys_of(PAYLOAD))
    send(window, keys_of(OTHER), began_ms=ended + 500)

    qtbot.waitUntil(lambda: len(scans) == 2)
    assert scans == [PAYLOAD, OTHER]


def test_scan_during_which_the_kiosk_was_busy_stays_one(
    window: KioskWindow, scans: list[bytes], qtbot: QtBot
) -> None:
    show_name_form(window)
    keys = keys_of(PAYLOAD)

    ended = send(window, keys[:100])
    threading.Event().wait(2 * PAUSE_MS / 1000)  # the kiosk draws, and sees no keys
    # Behind the pause's own time, as keys of the window system may be.
    QTimer.singleShot(1, lambda: send(window, keys[100:], began_ms=ended))

    qtbot.waitUntil(lambda: len(scans) > 0)
    assert scans == [PAYLOAD]


def test_last_release_of_a_scan_that_comes_late_reaches_nobody(
    window: KioskWindow, wedge: WedgeFilter, qtbot: QtBot
) -> None:
    show_name_form(window)
    seen = SeenKeys(window)
    keys = keys_of(b"vb0123456789abcdef")
    with qtbot.waitSignal(wedge.scanned):
        ended = send(window, keys[:-1])

    send(window, keys[-1:], began_ms=ended + 100)

    assert seen.keys == []


def test_key_that_was_down_before_a_scan_is_let_go_of(
    window: KioskWindow, wedge: WedgeFilter, qtbot: QtBot
) -> None:
    show_name_form(window)
    seen = SeenKeys(window)
    shift: list[Key] = [
        (PRESS, Qt.Key.Key_Shift, SHIFT, ""),
        (RELEASE, Qt.Key.Key_Shift, PLAIN, ""),
    ]

    with qtbot.waitSignal(wedge.scanned):
        send(window, [shift[0], *keys_of(b"vb0123456789abcdef"), shift[1]])

    assert seen.keys == [(PRESS, Qt.Key.Key_Shift), (RELEASE, Qt.Key.Key_Shift)]


# ---- Typing alone ----------------------------------------------------------------------------


def typed(text: str, gap_seconds: float) -> Typing:
    typing = Typing()
    for number, character in enumerate(text):
        typing.key(character, number * gap_seconds)
    return typing


def test_fast_keys_are_a_scan() -> None:
    assert typed("a" * SHORTEST_SCAN, 0.002).pause() == b"a" * SHORTEST_SCAN


def test_few_keys_are_a_person_however_fast() -> None:
    assert typed("a" * (SHORTEST_SCAN - 1), 0.002).pause() is None


def test_one_slow_key_makes_it_a_person() -> None:
    typing = typed("a" * SHORTEST_SCAN, 0.002)
    typing.key("a", SHORTEST_SCAN * 0.002 + 1.1 * GAP_SECONDS)

    assert typing.pause() is None


def test_slowness_of_what_was_before_is_forgotten() -> None:
    typing = typed("a" * SHORTEST_SCAN, 2 * GAP_SECONDS)
    typing.pause()
    for number in range(SHORTEST_SCAN):
        typing.key("b", 9.0 + number * 0.002)

    assert typing.pause() == b"b" * SHORTEST_SCAN


def test_nothing_typed_is_no_scan() -> None:
    assert Typing().pause() is None


def test_typing_is_over_after_a_pause_and_not_before() -> None:
    typing = typed("ab", 0.01)

    assert not typing.is_over(0.01 + 0.5 * PAUSE_MS / 1000)
    assert typing.is_over(0.01 + 1.5 * PAUSE_MS / 1000)
    assert not Typing().is_over(99.0)


@pytest.mark.parametrize("name", ["Łoś;Zażółć", "José;Peña", "李;Wei-Ling", "Nguyễn;Thị"])
def test_no_letter_of_a_name_gets_lost(name: str) -> None:
    """A name without a letter would be another name, and be screened as one."""
    text = f"LSD;{name};1979"
    card = text.encode()
    as_letters, as_bytes = typed(text, 0.002).pause(), typed(card.decode("latin-1"), 0.002).pause()

    assert as_letters is not None
    assert text_of(as_letters) == text
    assert as_bytes == card
