"""What a file would change is found out while somebody watches, and can stop it."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from db import list_import, list_lock, list_previews
from db.domain.desk import ImportProgress
from db.domain.errors import ImportCancelledError
from db.engine import Database
from db.list_lock import Phase, Progress
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE

TICKET = uuid4()
FAR = Progress(Phase.READING, 40, 100)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path) as running:
        yield running


def clock() -> datetime:
    return NINE


def progress(database: Database, ticket: UUID = TICKET) -> ImportProgress | None:
    with database.read() as session:
        return list_previews.progress(session, ticket)


def stop(database: Database, ticket: UUID = TICKET, at: datetime = NINE) -> None:
    with database.begin() as session:
        list_previews.stop(session, ticket, at)


def test_preview_is_known_by_its_ticket_as_long_as_it_lasts(any_database: Database) -> None:
    with list_previews.watching(any_database, TICKET, "Registry", clock) as watch:
        assert progress(any_database) is None
        watch(FAR)
        found = progress(any_database)
        assert progress(any_database, uuid4()) is None

    assert found == ImportProgress("Registry", NINE, "reading", 40, 100)
    assert progress(any_database) is None


def test_stop_that_came_before_the_file_stops_it_too(any_database: Database) -> None:
    stop(any_database)

    with (
        list_previews.watching(any_database, TICKET, "Registry", clock) as watch,
        pytest.raises(ImportCancelledError, match="Nothing was changed"),
    ):
        watch(FAR)
    with list_previews.watching(any_database, TICKET, "Registry", clock) as watch:
        watch(FAR)


def test_wishes_for_previews_that_never_come_are_forgotten(database: Database) -> None:
    stop(database)
    for number in range(1, list_previews.MOST_WISHES + 1):
        stop(database, uuid4(), NINE + timedelta(seconds=number))

    with list_previews.watching(database, TICKET, "Registry", clock) as watch:
        watch(FAR)


@pytest.mark.parametrize("days", [-1, 365])
def test_what_a_hub_left_that_died_or_had_a_wrong_clock_is_forgotten(
    database: Database, days: int
) -> None:
    stop(database, at=NINE + timedelta(days=days))

    with list_previews.watching(database, TICKET, "Registry", clock) as watch:
        watch(FAR)


def test_previews_and_the_one_import_do_not_touch_each_other(any_database: Database) -> None:
    with (
        list_previews.watching(any_database, TICKET, "Registry", clock) as watch,
        list_lock.held(any_database, "Alerts", clock) as lock,
    ):
        watch(FAR)
        lock.say(Progress(Phase.STORING, 1, 2), NINE)
        with any_database.read() as session:
            under_way = list_lock.under_way(session, NINE)
        found = progress(any_database)

    assert found is not None
    assert (found.list_name, found.done) == ("Registry", 40)
    assert under_way is not None
    assert (under_way.list_name, under_way.progress.done) == ("Alerts", 1)


def test_running_preview_is_watched_and_stopped_over_http(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_import, "_SAY_EVERY_SECONDS", 0.0)
    dana = hub.sign_in()
    address = f"/v1/watchlists/preview/{TICKET}"
    # Large enough to be caught at it on any machine.
    content = b"LAST,FIRST,CASE\n" + b"".join(b"Marlow,Helena,%d\n" % n for n in range(150_000))
    answers: list[httpx.Response] = []

    def preview() -> None:
        answers.append(
            hub.client.post(
                "/v1/watchlists/preview",
                params={"name": "Registry", "ticket": str(TICKET)},
                content=content,
                headers=dana,
                timeout=120,
            )
        )

    thread = threading.Thread(target=preview)
    thread.start()
    seen = hub.client.get(address, headers=dana)
    while seen.status_code == 404 and thread.is_alive():
        seen = hub.client.get(address, headers=dana)
    stopped = hub.client.delete(address, headers=dana)
    thread.join(120)

    assert seen.json()["phase"] in ("reading", "comparing")
    assert stopped.status_code == 202
    assert answers[0].status_code == 409
    assert "read no more" in answers[0].text
    assert hub.client.get(address, headers=dana).status_code == 404
    assert hub.client.get(address, headers=hub.sign_in("rbegaye")).status_code == 403
