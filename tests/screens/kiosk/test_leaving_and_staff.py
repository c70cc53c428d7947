"""What the screens of a sign-out and of staff say when they are touched or typed on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from db.domain.decision import Verdict
from kiosk.flow import Step
from kiosk.ui import views
from kiosk.ui.window import KioskWindow
from tests.screens.kiosk.acting import NOON, find, is_shown, press_keys, shown_text, texts, touch
from tests.screens.kiosk.sights import STAFF

STICKER = views.StickerView("The printer is out of labels.", "Lincoln Elementary School")


def test_a_name_signs_out(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView())

    touch(window, "sign_out_by_name")
    press_keys(window, "Elena\rMarlowe")
    with qtbot.waitSignal(window.sign_out_named) as said:
        touch(window, "next")

    assert said.args == [views.TypedName("Elena", "Marlowe")]


def test_a_sticker_signs_out(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView())

    touch(window, "sign_out_by_sticker")
    assert not find(window, "continue").isEnabled()
    touch(window, *(f"sticker_key_{digit}" for digit in "0418"))
    with qtbot.waitSignal(window.sticker_sign_out) as said:
        touch(window, "continue")

    assert said.args == ["0418"]


def test_what_was_not_found_is_said_where_it_was_typed(window: KioskWindow) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView())
    touch(window, "sign_out_by_name")

    window.show_step(Step.FIND_VISIT, views.SignOutView(not_found="We did not find that name."))

    assert "We did not find that name." in texts(window)
    assert is_shown(window, "given_name")


def test_signing_out_goes_back_to_the_camera_and_then_home(
    window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView())

    touch(window, "sign_out_by_id", "back", "sign_out_by_sticker", "back")
    with qtbot.waitSignal(window.left):
        touch(window, "back")


def test_without_a_camera_the_other_ways_stay(window: KioskWindow) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView(camera_trouble="No camera answers."))

    assert shown_text(window, "camera_trouble") == "No camera answers."
    assert is_shown(window, "sign_out_by_name")


def test_goodbye_is_left(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.GOODBYE, views.GoodbyeView("Elena", NOON, views.Farewell.SIGNED_OUT))

    with qtbot.waitSignal(window.left):
        touch(window, "done")


def test_a_declined_visitor_reads_nothing_of_a_list(window: KioskWindow) -> None:
    window.show_step(Step.GOODBYE, views.GoodbyeView("", NOON, views.Farewell.DECLINED, number=47))

    read = " ".join(texts(window)).lower()

    assert "visit 47" in read
    assert not [w for w in ("list", "match", "denied", "declined", "not admit") if w in read]


@pytest.mark.parametrize("is_typed", [True, False])
def test_a_sticker_is_worn_instead_of_a_badge(
    is_typed: bool, window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.STICKER, STICKER)

    if is_typed:
        press_keys(window, "0418")
    else:
        touch(window, *(f"sticker_key_{k}" for k in ("0", "4", "9", "back", "1", "8")))
    with qtbot.waitSignal(window.sticker_given) as said:
        touch(window, "continue")

    assert said.args == ["0418"]


def test_an_empty_holder_is_said_without_a_number(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.STICKER, STICKER)

    with qtbot.waitSignal(window.sticker_given) as said:
        touch(window, "holder_empty")

    assert said.args == [""]


def test_a_pin_is_entered_and_never_shown(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.STAFF_PIN, views.PinView())

    touch(window, *(f"pin_key_{digit}" for digit in "135792"))
    assert not [text for text in texts(window) if "135" in text]
    with qtbot.waitSignal(window.pin_entered) as said:
        touch(window, "unlock")

    assert said.args == ["135792"]


def test_after_a_wrong_pin_all_digits_are_typed_again(window: KioskWindow) -> None:
    window.show_step(Step.STAFF_PIN, views.PinView())
    press_keys(window, "135792")

    window.show_step(Step.STAFF_PIN, views.PinView(wrong="That PIN is not known here."))

    assert shown_text(window, "pin_wrong") == "That PIN is not known here."
    assert not find(window, "unlock").isEnabled()


def test_a_locked_pin_takes_no_digits(window: KioskWindow) -> None:
    locked_until = NOON + timedelta(minutes=1)
    window.show_step(Step.STAFF_PIN, views.PinView(wrong="Wait.", locked_until=locked_until))

    touch(window, *(f"pin_key_{digit}" for digit in "135792"))

    assert not find(window, "unlock").isEnabled()


def test_a_visitor_goes_back_from_the_pin(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.STAFF_PIN, views.PinView())

    with qtbot.waitSignal(window.staff_left):
        touch(window, "back")


@pytest.mark.parametrize(
    ("choice", "reason", "expected"),
    [
        ("approve", 0, views.StaffChoice(Verdict.NOT_THIS_PERSON, "Another person")),
        ("approve", 1, views.StaffChoice(Verdict.APPROVE, "Known to staff")),
        ("escort", 2, views.StaffChoice(Verdict.ESCORT, "Principal agreed")),
        ("deny", 0, views.StaffChoice(Verdict.DENY, "Same person")),
    ],
)
def test_staff_decide_with_a_reason(
    choice: str, reason: int, expected: views.StaffChoice, window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.STAFF_DECISION, STAFF)

    touch(window, f"decide_{choice}", f"reason_{reason}")
    with qtbot.waitSignal(window.staff_decided) as said:
        touch(window, "decide")

    assert said.args == [expected]


def test_nothing_is_decided_without_a_choice_and_a_reason(
    window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.STAFF_DECISION, STAFF)

    with qtbot.assertNotEmitted(window.staff_decided):
        touch(window, "decide", "reason_1", "decide")
        touch(window, "decide_approve", "decide_deny", "decide")


def test_without_a_match_nobody_is_called_another_person(window: KioskWindow) -> None:
    window.show_step(Step.STAFF_DECISION, replace(STAFF, list_heading=""))

    assert "Another person" not in texts(window)


@pytest.mark.parametrize("item", ["leave", "decide_later"])
def test_staff_leave(item: str, window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.STAFF_DECISION, STAFF)

    with qtbot.waitSignal(window.staff_left):
        touch(window, item)
