"""How a kiosk keeps its database, so that nobody waits for what nobody needs there."""

import pytest
from sqlalchemy import inspect

from db import name_search
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


def test_kiosk_keeps_no_names_for_a_search_that_it_does_not_have(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)

    tables = inspect(lobby.kiosk.database.engine).get_table_names()

    assert "visit" in tables
    assert not [table for table in tables if table.startswith(name_search.TABLE)]
