"""What visitors did comes into the database's file by itself, soon after."""

import pytest

from kiosk import app
from kiosk.flow import Step
from tests.file_alone import is_in_the_file
from tests.lobby import PRIYA, OpenLobby


def test_visit_comes_into_the_file_soon_after(
    open_lobby: OpenLobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WRITE_BACK_MS", 10)
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    (visit,) = lobby.visits()

    lobby.qtbot.waitUntil(
        lambda: is_in_the_file(lobby.kiosk.database, visit.visit_id), timeout=20_000
    )
