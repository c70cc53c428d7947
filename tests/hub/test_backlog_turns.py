"""Many kiosks hand over a backlog at once, and the office goes on working."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from admin_console.hub import applying as hub_applying
from admin_console.hub import backlog
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import inbox
from db.engine import open_database
from tests.hub.test_going_on import goes_on
from tests.hub_of_tests import Clock, hub_at

KIOSKS = 45
"""More than a server has threads (40, of anyio)."""
LINES = b'{"line":"{}","salt":"","body":"{}"}\n' * (inbox.MOST_AT_ONCE + 1)
"""Taken for a backlog, and looked at only once it is this kiosk's turn."""

ALL_ARE_THERE_SECONDS, IMPATIENT_SECONDS = 1.0, 2.0
"""Together well before the hub gives up on a database that is busy (`BUSY_TIMEOUT_MS`)."""


def test_while_every_kiosk_stands_in_line_with_its_backlog_the_desk_is_answered(
    tmp_path: Path,
) -> None:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub") as hub:
        office = hub.sign_in()
        given = [
            hub.pair(f"019378a0-0000-7000-8000-{number:012x}", f"Kiosk {number}")
            for number in range(KIOSKS)
        ]

        sent = {"Content-Type": "application/x-ndjson"}
        own = [{"Authorization": f"Bearer {kiosk.token}"} for kiosk in given]
        for headers in own:  # that they are heard from is noted before
            assert hub.client.get("/v1/head", headers=headers).status_code == 200

        def hand_over(headers: dict[str, str]) -> int:
            return hub.client.post("/v1/events", content=LINES, headers=headers | sent).status_code

        assert backlog.MOST_IN_LINE >= KIOSKS
        with ThreadPoolExecutor(KIOSKS) as pool:
            with hub.database.begin() as session:
                session.connection()  # nothing else can be stored meanwhile
                coming = [pool.submit(hand_over, headers) for headers in own]
                time.sleep(ALL_ARE_THERE_SECONDS)
                seen = hub.client.get("/v1/desk", headers=office, timeout=IMPATIENT_SECONDS)
                assert seen.status_code == 200
                assert not any(one.done() for one in coming)
            assert {one.result() for one in coming} == {422}


def test_whoever_would_stand_in_line_too_long_is_told_at_once_when_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MOST_IN_LINE", 0)
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub") as hub:
        given = hub.pair()
        own = {"Authorization": f"Bearer {given.token}", "Content-Type": "application/x-ndjson"}
        told = hub.client.post("/v1/events", content=LINES, headers=own)
        assert told.status_code == 503
        assert told.json()["is_busy"] is True
        assert 1 <= int(told.headers["Retry-After"]) <= backlog.LATEST_SECONDS
        few = hub.client.post("/v1/events", content=LINES[:36], headers=own)
        assert few.status_code == 422  # somebody may wait for these: they do not stand in line


def test_those_who_are_told_to_come_again_come_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "MOST_IN_LINE", 0)

    async def turned_away() -> list[float]:
        line, told = backlog.Backlog(), list[float]()
        for _ in range(5_000):
            try:
                async with line.turn():
                    pytest.fail("there was room")
            except backlog.CrowdedError as crowded:
                told.append(crowded.seconds)
        return told

    told = asyncio.run(turned_away())
    assert told[0] >= backlog.SOONEST_SECONDS
    assert told[100] == pytest.approx(told[0] + 100 * backlog.FIRST_PACE, abs=1)  # not all at once
    assert max(told) <= backlog.LATEST_SECONDS


def test_what_comes_is_stored_first_and_applied_once_no_more_comes_or_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub_applying, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(hub_applying, "HELD_SECONDS", 0.05)
    growing = iter([True, True, False])
    rush = backlog.Backlog()

    async def asked_until_it_may_go_on(left: float) -> tuple[list[bool], float]:
        asked = list[bool]()

        def is_growing() -> bool:
            asked.append(next(growing, True))
            return asked[-1]

        monkeypatch.setattr(rush, "is_growing", is_growing)
        return asked, await hub_applying.let_kiosks_go_first(rush, left)

    assert asyncio.run(asked_until_it_may_go_on(0.05)) == ([True, True, False], 0.05)
    asked, left = asyncio.run(asked_until_it_may_go_on(0.05))
    assert (len(asked), left) == (5, 0.0)  # it never ends: 0.05 s, and on
    assert asyncio.run(asked_until_it_may_go_on(left)) == ([True], 0.0)


def test_next_rush_is_let_go_first_too_once_all_of_the_one_before_was_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_applying, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(hub_applying, "HELD_SECONDS", 0.2)
    monkeypatch.setattr(hub_applying, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(hub_applying, "_try_again", lambda _context: True)
    steps = list[float]()
    monkeypatch.setattr(backlog.Backlog, "is_growing", lambda _self: len(steps) not in {0, 3})

    def step(_context: Context) -> bool:
        steps.append(time.monotonic())
        return len(steps) != 3

    monkeypatch.setattr(hub_applying, "_step", step)
    with closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as database:
        context = Context(database, tmp_path / "photos", Clock(), Wake(), Throttle())
        work = hub_applying.keep_applying(context)
        assert asyncio.run(goes_on(work, lambda: len(steps) >= 6))

    held = [later - before > 0.15 for before, later in pairwise(steps)]
    assert held[:5] == [True, False, False, True, False]  # the third one found nothing more


def test_kiosk_that_sends_without_an_end_does_not_hold_back_what_others_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_applying, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(hub_applying, "HELD_SECONDS", 0.2)
    monkeypatch.setattr(hub_applying, "_try_again", lambda _context: True)
    monkeypatch.setattr(backlog.Backlog, "is_growing", lambda _self: True)
    steps = list[float]()

    def step(_context: Context) -> bool:
        steps.append(time.monotonic())
        return True

    monkeypatch.setattr(hub_applying, "_step", step)
    with closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as database:
        context = Context(database, tmp_path / "photos", Clock(), Wake(), Throttle())
        work = hub_applying.keep_applying(context)
        assert asyncio.run(goes_on(work, lambda: len(steps) >= 12))

    assert steps[1] - steps[0] > 0.15  # once they are let go first
    assert steps[11] - steps[1] < 10 * 0.15  # and then no more
