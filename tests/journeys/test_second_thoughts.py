"""What goes wrong or is changed half-way: pages back, slow paper, lost decisions, coming again."""

import threading
from dataclasses import replace

import pytest

from db import codec
from db.domain.errors import PrinterError, StorageError
from db.domain.kiosks import Kiosks
from db.domain.screening import HoldReason
from db.domain.visit import CheckOutWay, VisitorType, VisitState
from kiosk import reception
from kiosk.config import KioskConfig
from kiosk.flow import Step
from kiosk.scan.camera import put_on_reel
from resources.samples.licence import aamva_payload
from tests.hub_of_tests import PIN
from tests.lobby import MARCUS, PRIYA, Lobby, OpenLobby, now
from tests.screens.kiosk.acting import all_texts, is_shown, press_keys, shown_text


class PaperJam:
    """A printer that takes its time, and then does not print."""

    def __init__(self) -> None:
        self.gave_up = threading.Event()

    def print(self, pdf: bytes, title: str) -> str:
        del pdf, title
        self.gave_up.wait(10)
        raise PrinterError("A label is stuck in the printer.")

    def describe(self) -> str:
        return "labels"


def hurried(config: KioskConfig) -> KioskConfig:
    return replace(config, times=replace(config.times, done=1))


def type_name(lobby: Lobby) -> None:
    lobby.touch("sign_in", "type_name")
    lobby.wait_step(Step.TYPE_NAME)
    press_keys(lobby.kiosk.window, "Priya")
    lobby.touch("next")
    press_keys(lobby.kiosk.window, "Raghunathan")
    lobby.touch("next", "without_birth_date")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    lobby.touch("confirm_yes")


def test_visitor_goes_back_to_what_was_chosen(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    lobby.touch("visitor_type_volunteer", "purpose_1", "next", "without_photo")
    lobby.wait_step(Step.POLICY)

    lobby.touch("back")
    lobby.wait_step(Step.PHOTO)
    lobby.touch("back")
    lobby.wait_step(Step.VISIT_DETAILS)

    lobby.touch("visitor_type_parent", "next", "without_photo", "agree_without_signing")
    lobby.wait_step(Step.BADGE)
    (visit,) = lobby.visits()
    assert visit.details is not None
    assert visit.details.visitor_type is VisitorType.PARENT
    assert visit.details.purpose == "Help in a classroom"


def test_back_from_the_typed_name_leads_to_the_camera(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.touch("sign_in", "type_name")
    lobby.wait_step(Step.TYPE_NAME)

    lobby.touch("back")

    lobby.wait_step(Step.SCAN_ID)


def test_school_without_photos_asks_for_none(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(lambda c: replace(c, visit=replace(c.visit, photo="never")))
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)

    lobby.touch("visitor_type_parent", "purpose_0", "next")
    lobby.wait_step(Step.POLICY)
    lobby.touch("back")
    lobby.wait_step(Step.VISIT_DETAILS)
    lobby.touch("next", "agree_without_signing")

    lobby.wait_step(Step.BADGE)
    assert lobby.visits()[0].photo == ""


def told_of_printer(lobby: Lobby) -> str:
    """What the console says of the kiosk's printer."""
    answer = lobby.hub.client.get("/v1/kiosks", headers=lobby.hub.sign_in())
    (kiosk,) = codec.from_json(answer.content, Kiosks).kiosks
    printer = None if kiosk.state is None else kiosk.state.printer
    return "" if printer is None else printer.trouble


def test_visitor_is_told_of_a_printer_that_fails_late(open_lobby: OpenLobby) -> None:
    printer = PaperJam()
    lobby = open_lobby(hurried, printer=printer)
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.BADGE)

    # Twice as long as the page stays once a badge is printed.
    with pytest.raises(Exception, match="timed out"):
        lobby.qtbot.waitUntil(lambda: lobby.kiosk.visit.step is not Step.BADGE, timeout=2_000)
    printer.gave_up.set()

    lobby.wait_step(Step.STICKER)
    assert [words for words in all_texts(lobby.kiosk.window) if "stuck" in words]
    lobby.qtbot.waitUntil(lambda: "stuck" in told_of_printer(lobby), timeout=10_000)


def test_badge_page_ends_by_itself_once_the_badge_is_there(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(hurried)
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.BADGE)

    lobby.wait_step(Step.WELCOME)

    assert len(lobby.badges()) == 1


def test_decision_that_was_not_kept_is_said_to_staff(
    open_lobby: OpenLobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    lobby = open_lobby()
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    press_keys(lobby.kiosk.window, PIN)
    lobby.touch("unlock")
    lobby.wait_step(Step.STAFF_DECISION)

    def disk_is_full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(reception, "record_decision", disk_is_full)
    lobby.touch("decide_deny", "reason_0", "decide")

    lobby.wait_step(Step.STAFF_PIN)
    assert "The decision was not kept" in shown_text(lobby.kiosk.window, "pin_wrong")
    assert lobby.visits()[0].state is VisitState.HELD


def test_typed_name_does_not_take_over_a_hold_that_an_id_opened(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    desk, database = lobby.kiosk.front_desk.desk, lobby.kiosk.database
    with database.begin() as session:
        shown = reception.screen_visitor(session, desk, lobby.identity_of(PRIYA), None, now())
    typed = replace(lobby.identity_of(PRIYA), document=None)

    with database.begin() as session:
        other = reception.screen_visitor(session, desk, typed, None, now())

    assert other.visit.visit_id != shown.visit.visit_id
    assert HoldReason.SCREENING_FAILED in other.screening.hold_reasons


def test_typed_name_comes_back_to_its_own_hold(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    type_name(lobby)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    assert is_shown(lobby.kiosk.window, "visit_number")
    lobby.touch("next_person")
    lobby.wait_step(Step.WELCOME)

    type_name(lobby)

    lobby.wait_step(Step.WAIT_FOR_STAFF)
    assert len(lobby.visits()) == 1


def test_approval_is_not_taken_up_when_the_lists_say_more_by_now(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.touch("next_person")
    lobby.decide("approve")
    lobby.qtbot.waitUntil(lambda: lobby.visits()[0].state is VisitState.CLEARED)
    lobby.import_list("Custody orders", "custody")

    put_on_reel(lobby.folder / "reel", "empty.avi")
    lobby.identify(MARCUS)

    lobby.wait_step(Step.WAIT_FOR_STAFF)
    assert [v.state for v in lobby.visits()] == [VisitState.ABANDONED, VisitState.HELD]


def test_who_is_on_site_twice_signs_out_of_the_newer_visit(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    for _ in range(2):
        put_on_reel(lobby.folder / "reel", "empty.avi")
        lobby.identify(PRIYA)
        lobby.say_details()
        lobby.wait_step(Step.BADGE)
        lobby.touch("done")
        lobby.wait_step(Step.WELCOME)

    put_on_reel(lobby.folder / "reel", "empty.avi")
    lobby.touch("sign_out")
    lobby.kiosk.lens.wedge.scanned.emit(aamva_payload(PRIYA))
    lobby.wait_step(Step.GOODBYE)

    assert [v.state for v in lobby.visits()] == [VisitState.ON_SITE, VisitState.DEPARTED]
    assert lobby.visits()[1].checked_out_by is CheckOutWay.IDENTITY


def test_clock_set_back_does_not_keep_a_visitor_waiting(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(lambda c: replace(c, times=replace(c.times, wait_minimum=0.5)))
    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    true_clock = lobby.kiosk.visit.now
    lobby.touch("confirm_yes")
    assert lobby.kiosk.visit.step is Step.SCREENING

    lobby.kiosk.visit.now = lambda: true_clock().replace(year=2000)

    lobby.wait_step(Step.VISIT_DETAILS)


def test_five_wrong_pins_close_the_pad_and_say_until_when(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)

    def is_closed_after_another_try() -> bool:
        lobby.kiosk.window.pin_entered.emit("000001")
        return any("Too many tries. Wait until" in t for t in all_texts(lobby.kiosk.window))

    lobby.qtbot.waitUntil(is_closed_after_another_try, timeout=10_000)
    lobby.kiosk.window.pin_entered.emit(PIN)
    lobby.wait_for_database()

    assert lobby.kiosk.visit.step is Step.STAFF_PIN
