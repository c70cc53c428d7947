"""How a kiosk keeps its database, so that nobody waits for what nobody needs there."""

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import inspect

from db import name_search, settings, watchlists
from db.engine import Database, open_database
from kiosk import app
from kiosk.flow import Step
from kiosk.write_back import WriteBack
from resources.toolkit.jobs import Jobs
from tests.file_alone import in_the_file, is_in_the_file
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


def test_list_that_was_learned_comes_into_the_file_without_a_visitor(
    open_lobby: OpenLobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WRITE_BACK_MS", 10)
    lobby = open_lobby()

    lobby.import_list("District registry", "registry")

    lobby.qtbot.waitUntil(
        lambda: "District registry" in in_the_file(lobby.kiosk.database, names), timeout=20_000
    )


def names(database: Database) -> set[str]:
    with database.read() as session:
        return {known.name for known in watchlists.all_lists(session)}


def test_kiosk_that_has_ended_writes_nothing_back(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, done = Jobs("lists"), list[str]()
    monkeypatch.setattr(Database, "write_back", lambda _: done.append("written"))

    def commit(database: Database) -> None:
        with database.begin() as session:
            settings.write(session, "hub.cursor", 1)

    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as database:
        write_back = WriteBack(database, jobs, wait_ms=1)
        for times in (1, 2):
            commit(database)
            qtbot.waitUntil(lambda t=times: len(done) == t)
        commit(database)

        write_back.close()
        commit(database)

        QCoreApplication.processEvents()
        assert not write_back._soon.isActive()
    jobs.close()


def test_kiosk_keeps_no_names_for_a_search_that_it_does_not_have(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)

    tables = inspect(lobby.kiosk.database.engine).get_table_names()

    assert "visit" in tables
    assert not [table for table in tables if table.startswith(name_search.TABLE)]
