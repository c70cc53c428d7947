"""What the screens of a sign-in say when they are touched or typed on."""

from datetime import date

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.domain.visit import VisitDetails, VisitorType
from kiosk.flow import Step
from kiosk.ui import views
from kiosk.ui.window import KioskWindow
from tests.screens.kiosk.acting import (
    centre,
    find,
    frame,
    is_shown,
    press_keys,
    shown_text,
    touch,
)
from tests.screens.kiosk.sights import BADGE, DETAILS, HOSTS, LONGEST_NAME, OFFICE, POLICY

SIMPLE = (
    (Step.WELCOME, views.WelcomeView(), "sign_in", "check_in_chosen"),
    (Step.WELCOME, views.WelcomeView(), "sign_out", "check_out_chosen"),
    (Step.SCAN_ID, views.ScanView(), "type_name", "no_id_chosen"),
    (Step.SCAN_ID, views.ScanView(), "no_id", "no_id_chosen"),
    (Step.SCAN_ID, views.ScanView(), "back", "left"),
    (Step.SCAN_ID, views.ScanView("The camera does not answer."), "no_id", "no_id_chosen"),
    (Step.TYPE_NAME, views.TypeNameView(), "back", "back_chosen"),
    (Step.TYPE_NAME, views.TypeNameView(), "start_over", "left"),
    (Step.CONFIRM_IDENTITY, views.ConfirmView("A B", 1986, "ID"), "back", "identity_rejected"),
    (Step.CONFIRM_IDENTITY, views.ConfirmView("A B", 1986, "ID"), "start_over", "left"),
    (Step.WAIT_FOR_STAFF, views.WaitView(47), "cancel_visit", "wait_cancelled"),
    (Step.WAIT_FOR_STAFF, views.WaitView(47), "next_person", "next_person_chosen"),
    (Step.WAIT_FOR_STAFF, views.WaitView(47), "need_help", "help_asked"),
    (Step.VISIT_DETAILS, DETAILS, "start_over", "left"),
    (Step.PHOTO, views.PhotoView(30, 3), "without_photo", "photo_skipped"),
    (Step.PHOTO, views.PhotoView(30, 3, "No camera."), "without_photo", "photo_skipped"),
    (Step.PHOTO, views.PhotoView(30, 3), "back", "back_chosen"),
    (Step.POLICY, POLICY, "back", "back_chosen"),
    (Step.BADGE, BADGE, "done", "badge_done"),
    (Step.BADGE, BADGE, "badge_trouble", "badge_trouble_reported"),
    (Step.TROUBLE, views.TroubleView("a", "b", "c"), "done", "left"),
)


@pytest.mark.parametrize("saying", SIMPLE)
def test_touching_says_what_was_touched(
    saying: tuple[Step, views.StepView, str, str], window: KioskWindow, qtbot: QtBot
) -> None:
    step, view, item, signal = saying
    window.show_step(step, view)

    with qtbot.waitSignal(getattr(window, signal)):
        touch(window, item)


@pytest.mark.parametrize(
    ("item", "signal"), [("confirm_yes", "identity_confirmed"), ("confirm_no", "identity_rejected")]
)
def test_the_longest_name_is_confirmed_or_not(
    item: str, signal: str, window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.CONFIRM_IDENTITY, views.ConfirmView(LONGEST_NAME, 1986, "Passport"))

    with qtbot.waitSignal(getattr(window, signal)):
        touch(window, item)

    assert shown_text(window, "birth_year") == "1986"


def test_a_name_is_typed_on_our_keyboard(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.TYPE_NAME, views.TypeNameView())

    touch(window, "key_a", "key_n", "key_x", "key_backspace", "key_a", "next")
    touch(window, "key_accents", "key_ñ", "next")
    touch(window, *(f"birth_key_{digit}" for digit in "02291992"))
    with qtbot.waitSignal(window.name_typed) as said:
        touch(window, "next")

    assert said.args == [views.TypedName("Ana", "Ñ", date(1992, 2, 29))]


def test_a_name_is_typed_on_a_real_keyboard(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.TYPE_NAME, views.TypeNameView())

    press_keys(window, "Mary Ann\rO'Brien\r05071990")
    with qtbot.waitSignal(window.name_typed) as said:
        press_keys(window, "\r")

    assert said.args == [views.TypedName("Mary Ann", "O'Brien", date(1990, 5, 7))]


def test_an_impossible_birth_date_is_explained_and_kept(window: KioskWindow) -> None:
    window.show_step(Step.TYPE_NAME, views.TypeNameView())

    press_keys(window, "A\rB\r02301990\r")

    assert shown_text(window, "entry_trouble").startswith("Please check the date")


def test_a_birth_date_need_not_be_said(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.TYPE_NAME, views.TypeNameView())

    press_keys(window, "Ana\rRuiz\r")
    with qtbot.waitSignal(window.name_typed) as said:
        touch(window, "without_birth_date")

    assert said.args == [views.TypedName("Ana", "Ruiz", None)]


def test_back_goes_through_the_fields_before_it_leaves(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.TYPE_NAME, views.TypeNameView())
    press_keys(window, "Ana\r")

    with qtbot.assertNotEmitted(window.back_chosen):
        touch(window, "back")
    with qtbot.waitSignal(window.back_chosen):
        touch(window, "back")


def test_help_is_explained_over_the_page_and_closed(window: KioskWindow) -> None:
    window.show_step(Step.SCAN_ID, views.ScanView())

    touch(window, "tool_help")
    assert is_shown(window, "close_explanation")
    touch(window, "close_explanation")

    assert not is_shown(window, "close_explanation")


def test_a_visit_is_described(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.VISIT_DETAILS, DETAILS)

    touch(window, "visitor_type_volunteer", "purpose_1", "next")
    press_keys(window, "hana o")
    touch(window, "host_0")
    with qtbot.waitSignal(window.details_given) as said:
        touch(window, "next")

    assert said.args == [VisitDetails(VisitorType.VOLUNTEER, "Help in a classroom", HOSTS[1])]


@pytest.mark.parametrize("item", ["host_office", "host_unknown"])
def test_somebody_who_knows_no_name_goes_to_the_office(
    item: str, window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.VISIT_DETAILS, DETAILS)

    touch(window, "visitor_type_other", "purpose_4", "next", item)
    with qtbot.waitSignal(window.details_given) as said:
        touch(window, "next")

    assert said.args == [VisitDetails(VisitorType.OTHER, "Something else", OFFICE)]


def test_a_school_without_published_names_sends_everybody_to_the_office(
    window: KioskWindow, qtbot: QtBot
) -> None:
    view = views.DetailsView(DETAILS.name, DETAILS.types, DETAILS.purposes, (), OFFICE)
    window.show_step(Step.VISIT_DETAILS, view)

    touch(window, "visitor_type_delivery", "purpose_3")
    with qtbot.waitSignal(window.details_given) as said:
        touch(window, "next")

    assert said.args == [VisitDetails(VisitorType.DELIVERY, "Drop something off", OFFICE)]


def test_nothing_is_chosen_beforehand(window: KioskWindow) -> None:
    window.show_step(Step.VISIT_DETAILS, DETAILS)

    assert not find(window, "next").isEnabled()


def test_what_was_chosen_survives_a_refresh_and_the_way_back(window: KioskWindow) -> None:
    window.show_step(Step.VISIT_DETAILS, DETAILS)
    touch(window, "visitor_type_parent", "purpose_0", "next", "back")

    window.show_step(Step.VISIT_DETAILS, DETAILS)

    assert find(window, "visitor_type_parent").property("isChosen")
    assert find(window, "next").isEnabled()


def test_a_photo_is_cut_and_agreed_to(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.PHOTO, views.PhotoView(30, 0))
    window.show_frame(frame())

    touch(window, "take_photo", "retake")
    with qtbot.waitSignal(window.photo_taken) as said:
        touch(window, "use_photo")

    (jpeg,) = said.args
    photo = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert photo is not None
    assert photo.shape == (600, 480, 3)


def test_a_photo_is_counted_down_to(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.PHOTO, views.PhotoView(30, 1))
    window.show_frame(frame())

    touch(window, "take_photo")

    assert shown_text(window, "photo_countdown") == "1"
    qtbot.waitUntil(lambda: is_shown(window, "use_photo"), timeout=3000)


def test_no_photo_is_taken_before_a_picture_comes(window: KioskWindow) -> None:
    window.show_step(Step.PHOTO, views.PhotoView(30, 0))

    assert not find(window, "take_photo").isEnabled()


def test_a_signature_is_drawn_cleared_and_agreed_to(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.POLICY, POLICY)
    at = centre(window, "signature")
    left = Qt.MouseButton.LeftButton

    for _ in range(2):
        QTest.mousePress(window.view, left, Qt.KeyboardModifier.NoModifier, at)
        QTest.mouseMove(window.view, at + QPoint(40, 10))
        QTest.mouseRelease(window.view, left, Qt.KeyboardModifier.NoModifier, at + QPoint(40, 10))
        if find(window, "agree").isEnabled() and _ == 0:
            touch(window, "clear_signature")
    with qtbot.waitSignal(window.policy_agreed) as said:
        touch(window, "agree")

    (agreement,) = said.args
    assert len(agreement.signature) == 1
    first, *_, last = agreement.signature[0]
    assert (last[0] - first[0], last[1] - first[1]) == pytest.approx((40, 10))


def test_nobody_has_to_sign(window: KioskWindow, qtbot: QtBot) -> None:
    window.show_step(Step.POLICY, POLICY)

    assert not find(window, "agree").isEnabled()
    with qtbot.waitSignal(window.policy_agreed) as said:
        touch(window, "agree_without_signing")

    assert said.args == [views.PolicyAgreement()]


def test_a_second_agreement_waits_while_the_first_is_kept(
    window: KioskWindow, qtbot: QtBot
) -> None:
    window.show_step(Step.POLICY, POLICY)

    window.show_step(Step.CHECKING_IN, POLICY)

    with qtbot.assertNotEmitted(window.policy_agreed):
        touch(window, "agree_without_signing")
    assert shown_text(window, "agree") == "One moment, please"


def test_waiting_looks_the_same_before_and_after_the_screening(window: KioskWindow) -> None:
    window.show_step(Step.SCREENING, views.WaitView())
    title = shown_text(window, "title")

    window.show_step(Step.WAIT_FOR_STAFF, views.WaitView(47))

    assert shown_text(window, "title") == title
    assert shown_text(window, "visit_number") == "47"


def test_the_badge_page_tells_when_it_is_printed(window: KioskWindow) -> None:
    window.show_step(Step.BADGE, BADGE)
    assert is_shown(window, "badge_printing")

    window.show_step(
        Step.BADGE,
        views.BadgeView("Elena", "Room 12", "", "", b"", views.Printing.PRINTED),
    )

    assert is_shown(window, "badge_printed")
