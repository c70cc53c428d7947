"""Kiosks that wait for news: each hears of what is its school's, and the hub looks once for all."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event

from admin_console.hub.feed import Feed
from db import changes
from tests.hub_of_tests import HubOfTests, hub_at

KIOSKS = 6


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def woken(feed: Feed, *waiting: tuple[str, int]) -> list[bool]:
    """Whether each, of a site and having seen a version, need not wait."""

    async def is_woken(site_id: str, seen: int) -> bool:
        began = time.monotonic()
        await feed.wait(site_id, seen, 0.2)
        return time.monotonic() - began < 0.2

    async def together() -> list[bool]:
        return await asyncio.gather(*(is_woken(*one) for one in waiting))

    return asyncio.run(together())


def test_change_of_one_school_wakes_no_kiosk_of_another() -> None:
    feed = Feed()

    feed.grew({"north": 7})

    assert woken(feed, ("north", 6), ("north", 7), ("south", 6)) == [True, False, False]


def test_change_for_the_whole_district_wakes_every_kiosk() -> None:
    feed = Feed()

    feed.grew({"": 7})

    assert woken(feed, ("north", 6), ("south", 6), ("south", 7)) == [True, True, False]


def test_what_was_looked_up_before_takes_nothing_back_that_was_told() -> None:
    feed = Feed()

    feed.grew({"north": 8})
    feed.grew({"north": 7})

    assert feed.newest("north") == 8


def test_decision_that_was_committed_is_told_from_its_own_thread() -> None:
    feed = Feed()

    async def hears() -> int:
        feed.bind(asyncio.get_running_loop())
        await asyncio.gather(feed.wait("north", 6, 20), asyncio.to_thread(feed.tell, "north", 7))
        return feed.newest("north")

    assert asyncio.run(hears()) == 7


def test_nobody_waits_any_longer_once_the_hub_ends() -> None:
    feed = Feed()

    feed.end()

    assert woken(feed, ("north", 6)) == [True]


def test_what_is_no_news_to_kiosks_makes_none_of_them_ask_the_database(hub: HubOfTests) -> None:
    given = hub.pair()
    leaver = hub.pair("019378a0-0000-7000-8000-00000000f499", "Old kiosk")
    with hub.database.read() as session:
        newest = changes.newest(session)
    assert newest is not None
    asked: list[str] = []
    event.listen(hub.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def poll(_: int) -> httpx.Response:
        return hub.client.get(
            "/v1/changes",
            params={"cursor": newest.version, "mark": newest.mark, "wait": 25},
            headers={"Authorization": f"Bearer {given.token}"},
        )

    with ThreadPoolExecutor(KIOSKS) as kiosks:
        answers = kiosks.map(poll, range(KIOSKS))
        until(lambda: f"polls_waiting {KIOSKS}" in hub.client.get("/metrics").text)
        asked.clear()
        hub.client.post(f"/v1/kiosks/{leaver.kiosk_id}/revoke", headers=hub.sign_in())
        until(lambda: any("max(change.version)" in statement for statement in asked))
        asked.clear()
        with hub.database.begin() as session:
            changes.add(session, "of a later version", {}, site_id=given.site_id)
        found = [len(answer.json()["changes"]) for answer in answers]

    assert found == [1] * KIOSKS
    assert sum("FROM tree" in statement for statement in asked) == KIOSKS
