"""What happens at the screens when an ID has expired, is a minor's, or is none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import zxingcpp

from db import clock_doubt, settings, visits
from db.domain.screening import HoldReason
from db.domain.visit import VisitState
from kiosk.clock import KioskClock
from kiosk.config import DocumentsPart, KioskConfig
from kiosk.flow import Step
from kiosk.scan.camera import put_on_reel
from kiosk.scan.documents import card_format
from resources.samples.film import Hand, write_film
from resources.samples.people import sample_person
from tests.lobby import PRIYA, Lobby, OpenLobby, now
from tests.screens.kiosk.acting import is_shown, shown_text

DEAD = datetime(2000, 1, 1, 6, 0, tzinfo=UTC)
EXPIRED = replace(PRIYA, expires_on=date(2020, 9, 14))
YOUNG = sample_person("Haruka", "Minamoto", date(2014, 6, 2))
STAFF_CARD = card_format(
    {
        "name": "Staff card",
        "pattern": r"LSD;(?P<family_name>[^;]+);(?P<given_name>[^;]+)",
        "issuer": "Lincoln School District",
    }
)


def asking(part: DocumentsPart) -> Callable[[KioskConfig], KioskConfig]:
    return lambda config: replace(config, documents=part)


def show_code(lobby: Lobby, text: str) -> None:
    """A card that bears nothing but a QR code."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = np.array(code.to_image(scale=6), dtype=np.uint8)
    card = np.full((540, 856, 3), 235, np.uint8)
    card[100 : 100 + len(picture), 300 : 300 + len(picture)] = picture[:, :, None]
    hand = Hand(width=700, tilt=2, sway=10)
    write_film(lobby.folder / "reel" / "code.avi", card, seed=1, seconds=0.5, hand=hand)
    put_on_reel(lobby.folder / "reel", "code.avi")


def held_for(lobby: Lobby) -> tuple[HoldReason, ...]:
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    (visit,) = lobby.visits()
    assert visit.state is VisitState.HELD
    with lobby.kiosk.database.read() as session:
        screening = visits.screening_of(session, visit.visit_id)
    assert screening is not None
    return screening.hold_reasons


def test_visitor_with_an_expired_id_is_told_calmly_and_goes_on(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.show_card(EXPIRED)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    told = is_shown(lobby.kiosk.window, "document_notice")
    lobby.touch("confirm_yes")
    lobby.wait_step(Step.VISIT_DETAILS)

    assert told


def test_visitor_whose_id_is_good_is_told_nothing(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    assert not is_shown(lobby.kiosk.window, "document_notice")


@pytest.mark.parametrize("hub_is_away", [True, False])
def test_visitor_is_told_that_the_id_may_have_expired_while_the_clock_is_dead(
    open_lobby: OpenLobby, *, hub_is_away: bool
) -> None:
    lobby = open_lobby(clock=KioskClock(lambda: DEAD), hub_is_away=hub_is_away)
    with lobby.kiosk.database.begin() as session:
        settings.write(session, clock_doubt.LOOKED, clock_doubt.Looked(now()))
    front_desk, lately = lobby.kiosk.front_desk, now().date() - timedelta(days=3)
    front_desk.load_lists()
    lobby.qtbot.waitUntil(lambda: front_desk.document_days().last > lately, timeout=10_000)
    lobby.show_card(replace(PRIYA, expires_on=lately))
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    assert is_shown(lobby.kiosk.window, "document_notice")


def test_school_may_have_the_office_look_at_expired_ids(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(asking(DocumentsPart(expired="hold")))
    lobby.identify(EXPIRED)

    assert held_for(lobby) == (HoldReason.ID_EXPIRED,)


def test_minor_waits_for_the_office(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(YOUNG)

    assert held_for(lobby) == (HoldReason.UNDER_AGE,)


def test_school_may_let_minors_sign_in(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(asking(DocumentsPart(minor="accept")))
    lobby.identify(YOUNG)

    lobby.wait_step(Step.VISIT_DETAILS)


def test_staff_card_of_the_schools_own_signs_in(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(asking(DocumentsPart(formats=(STAFF_CARD,))))
    show_code(lobby, "LSD;Wójcik;Tomasz")
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    assert shown_text(lobby.kiosk.window, "visitor_name") == "Tomasz Wójcik"
    assert shown_text(lobby.kiosk.window, "document") == "ID, Lincoln School District"


def test_code_that_is_no_id_is_called_so_and_never_thanked_for(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    stage = lobby.kiosk.window._stage
    said: list[tuple[str, bool]] = []
    stage.hint_changed.connect(
        lambda: said.append((stage.property("hint"), stage.property("found")))
    )
    show_code(lobby, "https://school.example/lunch")
    lobby.touch("sign_in")

    lobby.qtbot.waitUntil(lambda: any("not an ID" in words for words, _ in said), timeout=10_000)
    lobby.qtbot.waitUntil(lambda: not stage._hint_rests.isActive(), timeout=10_000)

    assert not any(is_found for _, is_found in said)
    assert sum("not an ID" in words for words, _ in said) == 1
    assert lobby.kiosk.visit.step is Step.SCAN_ID
    lobby.touch("no_id")
    lobby.wait_step(Step.TYPE_NAME)


def test_scan_that_is_too_long_is_called_no_id(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.touch("sign_in")
    lobby.wait_step(Step.SCAN_ID)

    lobby.kiosk.lens.wedge.scanned.emit(b"")

    assert shown_text(lobby.kiosk.window, "hint") == "This is not an ID we can read"
    assert lobby.kiosk.visit.step is Step.SCAN_ID
