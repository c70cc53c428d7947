"""Whole visits through the real kiosk: its screens touched, a film for a camera, the real hub."""

from dataclasses import replace

import cv2
import httpx
import numpy as np
import pytest
from sqlalchemy import event

from db import photos, visits
from db.domain.errors import StorageError
from db.domain.events import BadgePrinted
from db.domain.visit import VisitState
from kiosk import reception
from kiosk.config import CameraPart, PrinterPart
from kiosk.flow import Step
from kiosk.scan.camera import put_on_reel
from resources.samples.film import write_person
from tests.hub_of_tests import PIN
from tests.lobby import MARCUS, PRIYA, Lobby, OpenLobby, badge_film, now
from tests.screens.kiosk.acting import all_texts, is_shown, press_keys, shown_text


def test_unlisted_visitor_signs_in_and_leaves_by_the_printed_badge(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.BADGE)
    lobby.qtbot.waitUntil(lambda: len(lobby.badges()) == 1)
    lobby.touch("done")
    lobby.wait_step(Step.WELCOME)

    put_on_reel(lobby.folder / "reel", "empty.avi")
    badge_film(lobby)
    lobby.touch("sign_out")
    lobby.wait_step(Step.GOODBYE)

    (visit,) = lobby.visits()
    assert visit.state is VisitState.DEPARTED
    assert visit.identity.name.short == "Priya Raghunathan"
    lobby.qtbot.waitUntil(lobby.all_arrived, timeout=10_000)


def test_denied_visitor_sees_a_neutral_goodbye_and_gets_no_badge(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)

    lobby.decide("deny")
    lobby.wait_step(Step.GOODBYE)

    shown = shown_text(lobby.kiosk.window, "goodbye")
    words = {*shown.lower().split(), *shown_text(lobby.kiosk.window, "goodbye_words").split()}
    assert shown == "Visit 1"  # called by number: the next in line reads it too
    assert not {"denied", "match", "list", "refused", "marcus"} & words
    assert lobby.badges() == []
    assert lobby.visits()[0].state is VisitState.DENIED


def test_staff_pin_decides_at_the_kiosk_while_the_hub_is_away(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(hub_is_away=True)
    lobby.touch("sign_in", "type_name")
    lobby.wait_step(Step.TYPE_NAME)
    press_keys(lobby.kiosk.window, "Priya")
    lobby.touch("next")
    press_keys(lobby.kiosk.window, "Raghunathan")
    lobby.touch("next", "without_birth_date")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    lobby.touch("confirm_yes")
    lobby.wait_step(Step.WAIT_FOR_STAFF)

    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    lobby.kiosk.window.pin_entered.emit("000000")
    lobby.qtbot.waitUntil(lambda: is_shown(lobby.kiosk.window, "pin_wrong"), timeout=5_000)
    lobby.kiosk.window.pin_entered.emit(PIN)
    lobby.wait_step(Step.STAFF_DECISION)
    lobby.touch("decide_approve", "reason_1", "decide")
    lobby.say_details()
    lobby.wait_step(Step.BADGE)

    with lobby.kiosk.database.read() as session:
        decision = visits.decision_in_force(session, lobby.visits()[0].visit_id)
    assert decision is not None
    assert decision.decided_by == "Dana Whitlock"


def test_desk_stays_open_without_a_camera(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(lambda c: replace(c, camera=CameraPart("none")))

    lobby.touch("sign_in")
    lobby.wait_step(Step.SCAN_ID)

    lobby.qtbot.waitUntil(lambda: is_shown(lobby.kiosk.window, "camera_trouble"), timeout=5_000)
    lobby.touch("type_name")
    lobby.wait_step(Step.TYPE_NAME)


def test_visitor_takes_a_sticker_when_no_badge_comes_out(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(lambda c: replace(c, printer=PrinterPart(kind="none")))
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.STICKER)

    lobby.kiosk.window.sticker_given.emit("0418")
    lobby.wait_step(Step.WELCOME)

    lobby.qtbot.waitUntil(lambda: lobby.visits()[0].sticker == "0418", timeout=5_000)
    assert lobby.visits()[0].state is VisitState.ON_SITE


def fill(lobby: Lobby) -> None:
    """Write real events until not even the smallest one can be kept."""
    for size in (2_000, 200, 0):
        with pytest.raises(StorageError, match="disk is full"):
            write_events(lobby, size)


def write_events(lobby: Lobby, size: int) -> None:
    desk, (visit,) = lobby.kiosk.front_desk.desk, lobby.visits()
    for _ in range(10_000):
        with lobby.kiosk.database.begin() as session:
            printed = BadgePrinted(visit.visit_id, "x" * size)
            reception.badge_settled(session, desk, printed, now())


def test_full_disk_is_told_in_words_and_nothing_is_half_kept(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)

    @event.listens_for(lobby.kiosk.database.engine, "begin")
    def disk_is_full(connection) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    fill(lobby)
    lobby.say_details()
    lobby.wait_step(Step.TROUBLE)

    assert "disk is full" in lobby.kiosk.visit.trouble.what_happened
    event.remove(lobby.kiosk.database.engine, "begin", disk_is_full)
    assert lobby.visits()[0].state is VisitState.CLEARED
    assert lobby.badges() == []


def test_photo_that_cannot_be_kept_does_not_lose_the_visit(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    lobby.touch("visitor_type_parent", "purpose_0", "next")
    lobby.wait_step(Step.PHOTO)

    lobby.kiosk.window.photo_taken.emit(b"not a photo")
    lobby.wait_step(Step.POLICY)
    lobby.touch("agree_without_signing")
    lobby.wait_step(Step.BADGE)

    (visit,) = lobby.visits()
    assert visit.state is VisitState.ON_SITE
    assert visit.photo == ""


def test_name_is_gone_from_the_screen_when_the_visitor_leaves(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    assert "Priya" in shown_text(lobby.kiosk.window, "visitor_name")
    lobby.kiosk.window.left.emit()

    assert lobby.kiosk.visit.step is Step.WELCOME
    assert lobby.kiosk.visit.draft.identity is None
    assert not [words for words in all_texts(lobby.kiosk.window) if "Priya" in words]


def test_photo_is_kept_in_the_badges_shape_and_reaches_the_hub(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    write_person(lobby.folder / "reel" / "person.avi", seed=1, seconds=0.25)
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    put_on_reel(lobby.folder / "reel", "person.avi")
    lobby.touch("visitor_type_parent", "purpose_0", "next")
    lobby.wait_step(Step.PHOTO)
    lobby.touch("take_photo")
    lobby.touch("use_photo")
    lobby.wait_step(Step.POLICY)
    lobby.touch("agree_without_signing")
    lobby.wait_step(Step.BADGE)

    (visit,) = lobby.visits()
    jpeg = photos.read(lobby.folder / "kiosk" / "photos", visit.photo) or b"?"
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[0] / picture.shape[1] == pytest.approx(1.25, abs=0.02)
    sent = f"/v1/blobs/{visit.photo}"
    lobby.qtbot.waitUntil(
        lambda: (
            lobby.hub.client.get(sent, headers=lobby.hub.sign_in()).status_code == httpx.codes.OK
        ),
        timeout=10_000,
    )
