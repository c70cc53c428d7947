"""What holds on every screen: time-out, emergency, staff, keyboard, touch, looks, hints."""

import gc
import weakref
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.flow import Step
from kiosk.ui import views
from kiosk.ui.window import KioskWindow, WindowSettings
from resources.toolkit.theme import Look
from tests.screens.kiosk.acting import (
    NOON,
    centre,
    find,
    frame,
    is_shown,
    pixels,
    shown_text,
    texts,
    touch,
)
from tests.screens.kiosk.conftest import OpenWindow
from tests.screens.kiosk.sights import BADGE, DETAILS, EMERGENCY, SIGHTS

CONFIRM = views.ConfirmView("Elena Marlowe", 1986, "Driver license, Texas")


def test_every_touch_and_key_says_that_somebody_is_there(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.WELCOME, views.WelcomeView())

    with qtbot.waitSignal(window.touched):
        QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=QPoint(10, 600))
    with qtbot.waitSignal(window.touched):
        QTest.keyClick(window.view, Qt.Key.Key_Tab)


def test_a_finger_works_like_a_mouse(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.WELCOME, views.WelcomeView())
    screen: QPointingDevice = QTest.createTouchDevice()
    at = centre(window, "sign_in")

    with qtbot.waitSignals([window.touched, window.check_in_chosen]):
        QTest.touchEvent(window.view, screen).press(0, at, window.view)
        QTest.touchEvent(window.view, screen).release(0, at, window.view)


def test_the_marks_long_press_calls_staff(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.WAIT_FOR_STAFF, views.WaitView(47))
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    with qtbot.waitSignal(window.staff_called):
        QTest.mousePress(window.view, left, none, centre(window, "logo"))
    QTest.mouseRelease(window.view, left, none, centre(window, "logo"))


def test_a_time_out_is_asked_about_and_blanks_what_is_personal(
    window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.CONFIRM_IDENTITY, CONFIRM)

    window.show_timeout_warning(20)

    assert shown_text(window, "countdown") == "20"
    assert not [text for text in texts(window) if "Marlowe" in text or "1986" in text]
    with (
        qtbot.assertNotEmitted(window.touched),
        qtbot.waitSignal(window.more_time_chosen),
    ):
        touch(window, "more_time")


def test_somebody_who_is_finished_leaves(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.CONFIRM_IDENTITY, CONFIRM)
    window.show_timeout_warning(20)

    with qtbot.waitSignal(window.left):
        touch(window, "finished")


def test_what_was_blanked_comes_back(window: KioskWindow) -> None:
    window.show_step(Step.CONFIRM_IDENTITY, CONFIRM)
    before = pixels(window.grab())

    window.show_timeout_warning(20)
    window.show_timeout_warning(None)

    assert "Elena Marlowe" in texts(window)
    assert (pixels(window.grab()) == before).all()


def test_nothing_below_the_question_can_be_touched(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.CONFIRM_IDENTITY, CONFIRM)
    yes = centre(window, "confirm_yes")
    window.show_timeout_warning(20)

    with qtbot.assertNotEmitted(window.identity_confirmed):
        QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=yes)
        QTest.keyClick(window.view, Qt.Key.Key_Tab)
        QTest.keyClick(window.view, Qt.Key.Key_Tab)


def test_an_emergency_replaces_everything_and_the_visit_resumes(
    window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.VISIT_DETAILS, DETAILS)
    touch(window, "visitor_type_parent")
    tile = centre(window, "visitor_type_volunteer")

    window.show_emergency(EMERGENCY)
    assert shown_text(window, "emergency_title") == "Lockdown"
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=tile)
    with qtbot.waitSignal(window.staff_called):
        touch(window, "emergency_staff")
    window.show_emergency(None)

    assert not is_shown(window, "emergency_title")
    assert find(window, "visitor_type_parent").property("isChosen")
    assert not find(window, "visitor_type_volunteer").property("isChosen")


def test_everything_works_from_the_keyboard_with_a_visible_focus(
    window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.CONFIRM_IDENTITY, CONFIRM)
    before = pixels(window.grab())

    seen = []
    for _ in range(6):
        QTest.keyClick(window.view, Qt.Key.Key_Tab)
        focused = window.view.activeFocusItem()
        assert focused is not None
        seen.append(focused.objectName())

    assert {"confirm_no", "confirm_yes", "back", "start_over", "tool_contrast"} <= set(seen)
    assert (pixels(window.grab()) != before).any()
    find(window, "confirm_yes").forceActiveFocus()
    with qtbot.waitSignal(window.identity_confirmed):
        QTest.keyClick(window.view, Qt.Key.Key_Return)


def test_high_contrast_is_turned_on_and_ends_with_the_visit(window: KioskWindow) -> None:
    window.show_step(Step.SCAN_ID, views.ScanView())
    touch(window, "tool_contrast")
    assert tuple(pixels(window.grab())[1000, 300]) == (0, 0, 0)

    window.show_step(Step.WELCOME, views.WelcomeView())

    assert tuple(pixels(window.grab())[1000, 300]) == (0xFA, 0xF6, 0xF5)


def test_hints_come_one_at_a_time_and_stay_readable(window: KioskWindow) -> None:
    window.show_step(Step.SCAN_ID, views.ScanView())

    window.show_hint(views.Hint.CLOSER)
    window.show_hint(views.Hint.LEVEL)
    assert shown_text(window, "hint") == "A little closer"
    window.show_hint(views.Hint.FOUND)

    assert shown_text(window, "hint") == "Thank you, we have it"


def test_a_page_that_only_changes_keeps_its_seconds(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.BADGE, BADGE)
    assert not [words for words in texts(window) if words.endswith(" s")]
    printed = replace(BADGE, printing=views.Printing.PRINTED, returns_after=15)
    window.show_step(Step.BADGE, printed)
    qtbot.waitUntil(lambda: "14 s" in texts(window), timeout=3000)

    window.show_step(Step.BADGE, printed)

    assert "14 s" in texts(window)


def test_no_picture_of_one_visitor_is_left_for_the_next(window: KioskWindow) -> None:
    window.show_step(Step.SCAN_ID, views.ScanView())
    window.show_frame(frame())

    window.show_step(Step.WELCOME, views.WelcomeView())
    assert window._feed.picture is None
    window.show_step(Step.SCAN_ID, views.ScanView())

    assert tuple(pixels(window.grab())[500, 600]) == (0x4C, 0x42, 0x3C)


def test_the_photos_picture_is_mirrored_and_an_ids_is_not(window: KioskWindow) -> None:
    picture = frame()
    picture[:, :588] = (0, 0, 255)

    window.show_step(Step.SCAN_ID, views.ScanView())
    window.show_frame(picture)
    assert tuple(pixels(window.grab())[860, 150]) == (0, 0, 255)
    window.show_step(Step.PHOTO, views.PhotoView(30, 3))
    window.show_frame(picture)

    shown = pixels(window.grab())
    assert shown[300, 1150, 2] > shown[300, 150, 2]


def test_a_name_with_markup_is_only_a_name(window: KioskWindow) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView(just_left=(("<b>", NOON),)))

    assert any("&lt;b&gt;" in text for text in texts(window))


def test_a_page_that_moves_in_comes_to_rest(qtbot: QtBot) -> None:
    window = KioskWindow("Lincoln Elementary School", WindowSettings(), lambda: NOON)
    window.open()

    window.show_step(Step.WELCOME, views.WelcomeView())
    window.show_step(Step.SCAN_ID, views.ScanView())

    pages = find(window, "pages")
    qtbot.waitUntil(lambda: (pages.opacity(), pages.x()) == (1.0, 0.0))
    window.close()


def test_a_closed_window_leaves_nothing_in_memory(qtbot: QtBot) -> None:
    def open_and_close() -> "list[weakref.ref[QObject]]":
        window = KioskWindow("Lincoln", WindowSettings(is_still=True), lambda: NOON)
        window.open()
        window.show_step(Step.SCAN_ID, views.ScanView())
        window.check_in_chosen.connect(lambda: window.show_step(Step.SCAN_ID, views.ScanView()))
        engine = window.view.engine()
        with qtbot.waitSignals([engine.destroyed, window.destroyed]):
            window.close()
        return [weakref.ref(each) for each in (window, window.view, engine)]

    gone = open_and_close()
    gc.collect()

    assert [each() for each in gone] == [None] * 3


def test_every_screen_fits_a_small_window(open_window: OpenWindow) -> None:
    window = open_window(Look.LIGHT, (1024, 600))

    for sight in SIGHTS.values():
        window.show_step(Step.WELCOME, views.WelcomeView())
        window.show_step(sight.step, sight.view)
        assert window.grab().width() == 1024
