"""Two hubs at one PostgreSQL database answer a console alike, whichever a proxy sends it to."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from db import list_previews
from db.domain.errors import ImportCancelledError
from db.engine import open_database
from db.list_lock import Phase, Progress
from tests.hub_of_tests import HubOfTests, hub_at, running

LONG = 20.0
ROOT = Path(__file__).parents[2]


@pytest.fixture
def hubs(postgres_url: str, tmp_path: Path) -> Iterator[tuple[HubOfTests, HubOfTests]]:
    with (
        hub_at(postgres_url, tmp_path / "one") as one,
        running(open_database(postgres_url), tmp_path / "two", one.clock, one.site) as two,
    ):
        yield one, two


def live(
    hub: HubOfTests, headers: dict[str, str], since: int = -1, wait: float = 0
) -> tuple[int, float]:
    """The number that a hub says, and after how many seconds."""
    begun = time.monotonic()
    answer = hub.client.get("/v1/live", params={"since": since, "wait": wait}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["version"], time.monotonic() - begun


def test_number_of_one_hub_keeps_a_console_waiting_at_neither(
    hubs: tuple[HubOfTests, HubOfTests],
) -> None:
    headers = hubs[0].sign_in()
    numbers = [live(hub, headers)[0] for hub in hubs]

    for hub, of_other in zip(hubs, reversed(numbers), strict=True):
        number, seconds = live(hub, headers, since=of_other, wait=LONG)

        assert number != of_other
        assert 0.5 < seconds < LONG / 2  # soon, and not in a ring without a pause


def test_number_of_before_a_restart_is_answered_soon(
    hubs: tuple[HubOfTests, HubOfTests],
) -> None:
    hub, headers = hubs[0], hubs[0].sign_in()
    number, _ = live(hub, headers)

    for of_before in (number + 1_000_000, 1):
        _, seconds = live(hub, headers, since=of_before, wait=LONG)
        assert seconds < LONG / 2


def test_what_another_program_changes_is_heard_at_both(
    hubs: tuple[HubOfTests, HubOfTests], postgres_url: str, tmp_path: Path
) -> None:
    headers = hubs[0].sign_in()
    hosts = tmp_path / "hosts.csv"
    hosts.write_text("name\nAda Okafor\n")
    command = [sys.executable, "-m", "admin_console.hub", "hosts", "import", str(hosts)]

    for hub in hubs:
        number, _ = live(hub, headers)
        with subprocess.Popen(
            [*command, "--database", postgres_url], stdout=subprocess.DEVNULL, cwd=ROOT
        ) as other:
            new, seconds = live(hub, headers, since=number, wait=LONG)
            assert other.wait(60) == 0

        assert new > number
        assert seconds < LONG - 1


def test_preview_of_a_file_at_one_hub_is_watched_and_stopped_at_the_other(
    hubs: tuple[HubOfTests, HubOfTests],
) -> None:
    one, two = hubs
    headers, ticket = one.sign_in(), uuid4()
    address = f"/v1/watchlists/preview/{ticket}"

    with list_previews.watching(one.database, ticket, "Registry", one.clock) as watch:
        watch(Progress(Phase.READING, 40, 100))
        seen = two.client.get(address, headers=headers)
        stopped = two.client.delete(address, headers=headers)
        with pytest.raises(ImportCancelledError):
            watch(Progress(Phase.READING, 50, 100))

    assert (seen.status_code, seen.json()["done"]) == (200, 40)
    assert stopped.status_code == 202
