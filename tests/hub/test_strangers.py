"""Strangers who try to sign in by the hundred, and the staff who want to sign in meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from admin_console.hub import devices, session_routes, site
from admin_console.hub.strangers import MOST, Regulars, Tally, is_told
from admin_console.hub.throttle import Throttle
from admin_console.hub.turns import Turns
from db import attempts
from db.domain.audit import Deed
from db.engine import Database
from db.hub_models import AuditRow
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at
from tests.makers import NINE

DANA = {"name": "dwhitlock", "password": PASSWORD}
MOST_HERE = 6


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_routes, "MOST_OF_ADDRESS", MOST_HERE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as running:
        yield running


def tries(hub: HubOfTests, number: int, address: str = "") -> httpx.Response:
    """Nobody's name; as if from another address where one is given."""
    headers = {"X-Forwarded-For": address} if address else {}
    guess = {"name": f"nobody-{number}", "password": "not hers"}
    return hub.client.post("/v1/session", json=guess, headers=headers)


def test_an_address_that_invents_names_waits_before_a_password_is_checked(hub: HubOfTests) -> None:
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(tries, hub, number) for number in range(MOST_HERE + 10)]
        answers = Counter(a.result().status_code for a in asked)

    assert answers == {401: MOST_HERE, 429: 10}


def test_a_stranger_elsewhere_keeps_nobody_out(hub: HubOfTests) -> None:
    for number in range(MOST_HERE + 1):
        last = tries(hub, number, "192.0.2.9")
    assert last.status_code == 429

    assert hub.client.post("/v1/session", json=DANA).status_code == 200


def test_who_signed_in_here_before_is_let_in_while_a_stranger_here_waits(hub: HubOfTests) -> None:
    assert hub.client.post("/v1/session", json=DANA).status_code == 200
    for number in range(MOST_HERE + 1):
        last = tries(hub, number)
    assert last.status_code == 429

    assert hub.client.post("/v1/session", json=DANA).status_code == 200


def test_wrong_tries_from_behind_an_office_keep_nobody_out_who_comes_with_a_known_device(
    hub: HubOfTests,
) -> None:
    came_in = hub.client.post("/v1/session", json=DANA).json()
    for number in range(attempts.MOST + 1):
        last = hub.client.post("/v1/session", json=DANA | {"password": f"guess {number}"})
    assert last.status_code == 429

    again = hub.client.post("/v1/session", json=DANA | {"device": came_in["device"]})

    assert again.status_code == 200
    assert again.json()["device"] == came_in["device"]


def test_a_known_device_is_known_to_the_other_hubs_of_a_database_too(
    tmp_path: Path, clock: Clock
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with hub_at(url, tmp_path / "one", clock) as one:
        known = DANA | {"device": one.client.post("/v1/session", json=DANA).json()["device"]}
        for number in range(attempts.MOST):
            one.client.post("/v1/session", json=DANA | {"password": f"guess {number}"})

    with hub_at(url, tmp_path / "two", clock) as two:
        assert two.client.post("/v1/session", json=DANA).status_code == 429
        assert two.client.post("/v1/session", json=known).status_code == 200


def test_a_device_of_before_the_hub_s_key_was_changed_is_exchanged_at_the_next_sign_in(
    hub: HubOfTests,
) -> None:
    """Whoever has stolen that key could make devices without end."""
    before = hub.client.post("/v1/session", json=DANA).json()["device"]
    with hub.database.begin() as session:
        site.change_signing_key(session, NINE)

    now = hub.client.post("/v1/session", json=DANA | {"device": before}).json()["device"]

    with hub.database.read() as session:
        key = site.signing_key(session)
    assert devices.nonce_of(key, "dwhitlock", before) == ""
    assert devices.nonce_of(key, "dwhitlock", now)
    again = hub.client.post("/v1/session", json=DANA | {"device": now})
    assert again.json()["device"] == now


def test_a_device_guesses_no_oftener_than_an_address(hub: HubOfTests) -> None:
    device = hub.client.post("/v1/session", json=DANA).json()["device"]

    guess = DANA | {"password": "not hers", "device": device}
    answers = Counter(hub.client.post("/v1/session", json=guess).status_code for _ in range(10))

    assert answers == {401: attempts.MOST, 429: 10 - attempts.MOST}


@pytest.mark.parametrize("changed", ["name", "seal", "nonce", "all"])
def test_a_device_that_the_hub_did_not_give_to_this_name_counts_for_nothing(changed: str) -> None:
    key, name = b"k" * 32, "dwhitlock"
    nonce, seal = devices.make(key, name).split(".")
    forged = {
        "name": devices.make(key, "rbegaye"),
        "seal": f"{nonce}.{'0' * len(seal)}",
        "nonce": f"{'0' * len(nonce)}.{seal}",
        "all": "\u00e9",
    }

    assert devices.nonce_of(key, name, forged[changed]) == ""
    assert devices.nonce_of(b"o" * 32, name, f"{nonce}.{seal}") == ""
    assert devices.nonce_of(key, " DWhitlock", f"{nonce}.{seal}") == nonce


def test_a_whole_office_signs_in_from_one_address(hub: HubOfTests) -> None:
    for _ in range(2 * MOST_HERE):
        assert hub.client.post("/v1/session", json=DANA).status_code == 200
    assert tries(hub, 1).status_code == 401


def test_who_has_a_whole_network_of_addresses_guesses_a_password_no_oftener(
    hub: HubOfTests,
) -> None:
    own = {"X-Forwarded-For": "2001:db8:1:2::10"}
    assert hub.client.post("/v1/session", json=DANA, headers=own).status_code == 200

    answers = Counter(
        hub.client.post(
            "/v1/session",
            json=DANA | {"password": f"guess {number}"},
            headers={"X-Forwarded-For": f"2001:db8:1:2::{number + 100:x}"},
        ).status_code
        for number in range(20)
    )

    assert answers == {401: attempts.MOST, 429: 20 - attempts.MOST}


def test_many_addresses_together_guess_a_password_so_often_and_keep_out_no_known_console(
    hub: HubOfTests, clock: Clock
) -> None:
    device = hub.client.post("/v1/session", json=DANA).json()["device"]

    def tried(number: int) -> int:
        headers = {"X-Forwarded-For": f"192.0.2.{number}"}
        guess = DANA | {"password": "not hers"}
        return hub.client.post("/v1/session", json=guess, headers=headers).status_code

    answers = Counter(tried(number) for number in range(session_routes.MOST_OF_NAME + 5))
    known = DANA | {"device": device}
    there = {"X-Forwarded-For": "192.0.2.200"}

    assert answers == {401: session_routes.MOST_OF_NAME, 429: 5}
    assert hub.client.post("/v1/session", json=DANA, headers=there).status_code == 429
    assert hub.client.post("/v1/session", json=known, headers=there).status_code == 200
    clock.at += timedelta(minutes=1, seconds=1)
    assert hub.client.post("/v1/session", json=DANA, headers=there).status_code == 200


def test_an_address_may_try_again_after_a_minute(hub: HubOfTests, clock: Clock) -> None:
    for number in range(MOST_HERE + 1):
        tries(hub, number)

    clock.at += timedelta(minutes=1, seconds=1)

    assert tries(hub, 1).status_code == 401


def test_names_of_nobody_fill_no_audit(hub: HubOfTests, clock: Clock) -> None:
    for number in range(12):
        tries(hub, number)
        clock.at += timedelta(seconds=15)

    with hub.database.read() as session:
        refused = select(AuditRow).where(AuditRow.deed == Deed.SIGN_IN_REFUSED)
        details = [row.detail for row in session.scalars(refused.order_by(AuditRow.audit_id))]
    assert details == ["", "10 names of nobody within an hour"]


def test_each_wrong_password_of_a_known_name_is_in_the_audit(hub: HubOfTests) -> None:
    for _ in range(3):
        hub.client.post("/v1/session", json=DANA | {"password": "not hers"})

    with hub.database.read() as session:
        refused = select(AuditRow.about_id).where(AuditRow.deed == Deed.SIGN_IN_REFUSED)
        about = session.scalars(refused).all()
    assert len(about) == 3
    assert len(set(about)) == 1
    assert about[0]


def test_turns_go_round_so_that_a_crowd_delays_one_by_one() -> None:
    served: list[str] = []

    async def one(turns: Turns, queue: str) -> None:
        async with turns.of(queue):
            served.append(queue)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        turns = Turns(1)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(50):
                tasks.create_task(one(turns, "stranger"))
            await asyncio.sleep(0)
            tasks.create_task(one(turns, "staff"))

    asyncio.run(all_of_them())

    assert len(served) == 51
    assert served.index("staff") <= 3


def test_turn_of_somebody_who_went_away_is_the_next_ones() -> None:
    async def all_of_them() -> bool:
        turns = Turns(1)
        async with turns.of("first"):
            gone = asyncio.create_task(turns.of("second").__aenter__())
            there = asyncio.create_task(turns.of("third").__aenter__())
            await asyncio.sleep(0)
            gone.cancel()
        await asyncio.wait_for(there, 5)
        return True

    assert asyncio.run(all_of_them())


def test_turn_that_was_given_while_its_owner_went_away_is_the_next_ones() -> None:
    async def all_of_them() -> bool:
        turns = Turns(1)
        async with turns.of("first"):
            gone = asyncio.create_task(turns.of("second").__aenter__())
            await asyncio.sleep(0)
        gone.cancel()  # the turn is its already
        async with asyncio.timeout(5), turns.of("third"):
            return True

    assert asyncio.run(all_of_them())


def test_one_try_is_taken_back_and_the_others_count(database: Database) -> None:
    throttle = Throttle()
    with database.begin() as session:
        for second in range(3):
            throttle.count_try("office", second, 3)
            attempts.count_try(session, "office", NINE + timedelta(seconds=second), 3)
        throttle.take_back("office")
        attempts.take_back(session, "office")
        later: datetime = NINE + timedelta(seconds=3)

        assert throttle.count_try("office", 3, 3) == 0.0
        assert throttle.count_try("office", 3, 3) > 0.0
        assert attempts.count_try(session, "office", later, 3) == 0.0
        assert attempts.count_try(session, "office", later, 3) > 0.0


def test_what_is_remembered_of_strangers_has_an_end() -> None:
    regulars, tally = Regulars(), Tally()
    for number in range(MOST + 1):
        regulars.add("192.0.2.1", f"name {number}")
        tally.count(f"address {number}", 0.0)

    assert ("192.0.2.1", "name 0") not in regulars
    assert ("192.0.2.1", f"name {MOST}") in regulars
    assert tally.count("address 0", 1.0) == 1
    assert tally.count(f"address {MOST}", 1.0) == 2
    assert tally.count(f"address {MOST}", 3_600.0) == 1


def test_lines_are_written_at_each_power_of_ten() -> None:
    assert [n for n in range(1_001) if is_told(n)] == [1, 10, 100, 1_000]
