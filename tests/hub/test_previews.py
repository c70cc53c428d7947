"""What a file would change is found out while somebody watches, and can stop it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from admin_console.hub.previews import Previews
from db import list_import
from db.domain.errors import ImportCancelledError
from db.list_lock import Phase, Progress
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE

TICKET = uuid4()
FAR = Progress(Phase.READING, 40, 100)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path) as running:
        yield running


def test_preview_is_known_by_its_ticket_as_long_as_it_lasts() -> None:
    previews = Previews()

    with previews.watching(TICKET, "Registry", NINE) as watch:
        assert previews.progress(TICKET) is None
        watch(FAR)
        found = previews.progress(TICKET)
        assert previews.progress(uuid4()) is None

    assert found is not None
    assert (found.list_name, found.phase, found.done, found.total) == (
        "Registry", "reading", 40, 100,
    )  # fmt: skip
    assert previews.progress(TICKET) is None


def test_stop_that_came_before_the_file_stops_it_too() -> None:
    previews = Previews()
    previews.stop(TICKET)

    with (
        previews.watching(TICKET, "Registry", NINE) as watch,
        pytest.raises(ImportCancelledError, match="Nothing was changed"),
    ):
        watch(FAR)
    with previews.watching(TICKET, "Registry", NINE) as watch:
        watch(FAR)


def test_wishes_for_previews_that_never_come_are_forgotten() -> None:
    previews = Previews()
    previews.stop(TICKET)
    for _ in range(100):
        previews.stop(uuid4())

    with previews.watching(TICKET, "Registry", NINE) as watch:
        watch(FAR)


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
