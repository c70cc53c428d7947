"""Staff look at the kiosk how it stands: real screens, and the real hub or none."""

from datetime import UTC, datetime

from PySide6.QtCore import QTimer

from db import pairing, watchlists
from kiosk import pin_lock
from kiosk.flow import Step
from tests.hub_of_tests import FRONT_KIOSK, PIN
from tests.lobby import MARCUS, PRIYA, Lobby, OpenLobby
from tests.screens.kiosk.acting import all_texts, is_shown, touch


def open_page(lobby: Lobby) -> None:
    """The school's mark is held, and the PIN typed."""
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.SERVICE_PIN)
    lobby.touch(*(f"pin_key_{digit}" for digit in PIN), "unlock")
    lobby.wait_step(Step.SERVICE)


def wait_for(lobby: Lobby, words: str) -> None:
    lobby.qtbot.waitUntil(lambda: words in read(lobby), timeout=10_000)


def read(lobby: Lobby) -> str:
    return " ".join(all_texts(lobby.kiosk.window))


def test_staff_read_how_the_kiosk_stands(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()

    open_page(lobby)

    wait_for(lobby, "In touch with the hub")
    wait_for(lobby, "Nothing waits to be sent")
    wait_for(lobby, "Version 1, 1 person, imported today.")
    assert "District no-trespass list" in read(lobby)
    assert "Dana Whitlock" in read(lobby)


def test_hub_that_is_away_is_told_with_what_waits(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(hub_is_away=True)
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.next_person_chosen.emit()
    lobby.wait_step(Step.WELCOME)

    open_page(lobby)

    wait_for(lobby, "The hub does not answer")
    wait_for(lobby, "1 event waits to be sent")
    wait_for(lobby, "The hub's lists have not all come yet")
    assert "It was never heard." in read(lobby)


def test_kiosk_that_is_revoked_meanwhile_says_so_on_the_open_page(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    open_page(lobby)
    wait_for(lobby, "In touch with the hub")

    with lobby.hub.database.begin() as session:
        pairing.revoke(session, FRONT_KIOSK, datetime.now(UTC))

    wait_for(lobby, "This kiosk was revoked or replaced")
    assert lobby.kiosk.visit.step is Step.SERVICE


def test_list_that_comes_while_the_page_is_open_is_on_it(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    open_page(lobby)

    lobby.import_list("Custody orders", "custody")

    wait_for(lobby, "Custody orders")


def test_page_says_nothing_of_a_visitor(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.next_person_chosen.emit()
    lobby.wait_step(Step.WELCOME)

    open_page(lobby)
    wait_for(lobby, "In touch with the hub")

    told = read(lobby).casefold()
    assert "fennimore" not in told
    assert "marcus" not in told


def test_wrong_pin_shows_nothing(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.SERVICE_PIN)

    lobby.touch(*(f"pin_key_{digit}" for digit in "000000"), "unlock")

    wait_for(lobby, "That PIN is not known here.")
    assert lobby.kiosk.visit.step is Step.SERVICE_PIN
    assert "hub." not in read(lobby)
    lobby.touch("back")
    lobby.wait_step(Step.WELCOME)


def test_wrong_pins_here_keep_no_staff_from_deciding_on_who_waits(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.SERVICE_PIN)

    def is_closed_after_another_try() -> bool:
        lobby.kiosk.window.pin_entered.emit("000001")
        return "Too many tries. Wait until" in read(lobby)

    lobby.qtbot.waitUntil(is_closed_after_another_try, timeout=10_000)
    with lobby.kiosk.database.read() as session:
        assert pin_lock.read(session) == pin_lock.PinLock()  # nor after a restart
    lobby.touch("back")
    lobby.wait_step(Step.WELCOME)
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    lobby.kiosk.window.pin_entered.emit(PIN)

    lobby.wait_step(Step.STAFF_DECISION)


def test_page_is_left_and_closes_by_itself(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    open_page(lobby)
    lobby.touch("leave")
    lobby.wait_step(Step.WELCOME)

    open_page(lobby)
    lobby.kiosk.visit.wait(1)

    lobby.wait_step(Step.WELCOME)
    assert not is_shown(lobby.kiosk.window, "standing_0")


def test_kiosk_that_ends_while_the_page_is_open_leaves_no_timer_behind(
    open_lobby: OpenLobby,
) -> None:
    lobby = open_lobby()
    open_page(lobby)
    timers = lobby.kiosk.visit.findChildren(QTimer)
    assert any(timer.isActive() for timer in timers)

    lobby.kiosk.visit.close()

    assert not any(timer.isActive() for timer in timers)


def test_visitor_signs_in_after_staff_have_looked(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    open_page(lobby)
    touch(lobby.kiosk.window, "leave")
    lobby.wait_step(Step.WELCOME)

    lobby.identify(PRIYA)

    lobby.wait_step(Step.VISIT_DETAILS)


def test_welcome_screen_tells_visitors_nothing_of_it(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(hub_is_away=True)
    lobby.qtbot.waitUntil(
        lambda: lobby.kiosk.sync is not None and lobby.kiosk.sync._state.words != "", timeout=10_000
    )

    assert lobby.kiosk.visit.step is Step.WELCOME
    assert "hub" not in read(lobby).casefold()
    with lobby.kiosk.database.read() as session:
        assert watchlists.all_lists(session) == []
