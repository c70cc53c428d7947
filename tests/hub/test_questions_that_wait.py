"""Whoever is let in no more is told nothing more, by whatever they had asked before that."""

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from admin_console.hub import streams
from admin_console.hub.breaking_off import BrokenOffError
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import changes, number_keys
from tests.hub_of_tests import Clock, HubOfTests, hub_at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as running:
        yield running


def waiting(
    hub: HubOfTests, pool: ThreadPoolExecutor, ask: Callable[[], httpx.Response]
) -> Future[httpx.Response]:
    """A question that the hub has and does not answer yet."""
    asked = pool.submit(ask)
    until(lambda: "polls_waiting 1" in hub.client.get("/metrics").text)
    return asked


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def news_with_another_key(hub: HubOfTests) -> None:
    """What a kiosk that was stolen must not hear of: the order is to revoke it first."""
    with hub.database.begin() as session:
        number_keys.add(session, hub.clock())
        changes.add(session, "number_keys", number_keys.sealed(session))


def test_revoked_kiosk_is_not_told_the_next_key_by_the_question_it_had_open(
    hub: HubOfTests,
) -> None:
    given, dana = hub.pair(), hub.sign_in()
    own = {"Authorization": f"Bearer {given.token}"}
    read = hub.client.get("/v1/changes", headers=own).json()
    place = f"cursor={read['cursor']}&mark={read['changes'][-1]['mark']}"

    with ThreadPoolExecutor(1) as pool:
        asked = waiting(
            hub, pool, lambda: hub.client.get(f"/v1/changes?{place}&wait=25", headers=own)
        )
        assert hub.client.post(f"/v1/kiosks/{given.kiosk_id}/revoke", headers=dana).is_success
        news_with_another_key(hub)
        told = asked.result(30)

    assert told.status_code == 401, told.text
    assert "changes" not in told.json()


def test_revoked_kiosk_hands_nothing_over_by_the_batch_it_had_begun(hub: HubOfTests) -> None:
    given, dana = hub.pair(), hub.sign_in()

    def slowly() -> Iterator[bytes]:
        yield b"\n"
        answer = hub.client.post(f"/v1/kiosks/{given.kiosk_id}/revoke", headers=dana)
        assert answer.is_success, answer.text
        yield b"\n"

    told = httpx.post(
        f"{hub.client.base_url}/v1/events",
        content=slowly(),
        headers={
            "Authorization": f"Bearer {given.token}",
            "Content-Type": "application/x-ndjson",
        },
    )

    assert told.status_code == 401, told.text


def test_who_is_signed_out_hears_it_by_the_question_their_console_had_open(
    hub: HubOfTests,
) -> None:
    rosa = hub.sign_in("rbegaye")

    def listen() -> httpx.Response:
        """As a console does: what is done as a hub starts is news too."""
        since = 0
        while True:
            told = hub.client.get(f"/v1/live?since={since}&wait=25", headers=rosa)
            if not told.is_success:
                return told
            since = told.json()["version"]

    with ThreadPoolExecutor(1) as pool:
        asked = waiting(hub, pool, listen)
        hub.remove_staff("rbegaye")
        news_with_another_key(hub)
        told = asked.result(30)

    assert told.status_code == 401, told.text


def test_table_breaks_off_for_who_is_signed_out_while_it_is_sent(
    hub: HubOfTests, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.0)
    token = hub.token_of("rbegaye")["Authorization"].removeprefix("Bearer ")
    context = Context(hub.database, hub.photos, clock, Wake(), Throttle())
    ended: list[str] = []

    def lines() -> Generator[str]:
        try:
            yield from ("one", "two", "three")
        finally:
            ended.append("with its transaction")

    sent = streams.while_signed_in(context, token, lines())
    assert [next(sent), next(sent)] == ["one", "two"]
    hub.remove_staff("rbegaye")

    with pytest.raises(BrokenOffError, match="not signed in"):
        next(sent)
    assert ended == ["with its transaction"]
