"""What visitors and staff read at the welcome screen when the hub no longer takes this kiosk."""

import pytest

from admin_console.hub import site
from db import settings, signing
from kiosk.flow import Step
from tests.lobby import PRIYA, OpenLobby
from tests.screens.kiosk.acting import is_shown, shown_text


def test_kiosk_that_is_no_longer_paired_says_so_and_goes_on(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    assert not is_shown(lobby.kiosk.window, "notice")

    lobby.hub.pair()  # its token is worth nothing any more

    lobby.qtbot.waitUntil(lambda: is_shown(lobby.kiosk.window, "notice"), timeout=10_000)
    assert "no longer paired with the hub" in shown_text(lobby.kiosk.window, "notice")
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)


def test_kiosk_that_hears_another_hub_than_its_own_says_so_and_goes_on(
    open_lobby: OpenLobby,
) -> None:
    lobby = open_lobby()

    with lobby.hub.database.begin() as session:
        settings.write(session, site.SIGNING_KEY, signing.new_key().hex())

    lobby.qtbot.waitUntil(lambda: is_shown(lobby.kiosk.window, "notice"), timeout=10_000)
    assert "not from its own hub" in shown_text(lobby.kiosk.window, "notice")
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)


def test_hub_that_is_away_is_nothing_to_tell_a_visitor(
    open_lobby: OpenLobby, caplog: pytest.LogCaptureFixture
) -> None:
    lobby = open_lobby(hub_is_away=True)

    # The log, since the signal may have come before anybody could wait for it.
    lobby.qtbot.waitUntil(lambda: "the hub (AWAY)" in caplog.text, timeout=10_000)
    lobby.wait_for_database()

    assert not is_shown(lobby.kiosk.window, "notice")
