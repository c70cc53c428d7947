"""A stranger who guesses pairing codes, and the kiosks that are let in meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from db import pairing_requests, pairing_secret
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.pairing_of_tests import new_code, waiting, wire, wrong


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as running:
        yield running


@pytest.fixture
def stretched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which codes were stretched, which takes 32 MB and tens of milliseconds each."""
    done, stretch = list[str](), pairing_secret.stretch

    def counted(code: str, nonce: bytes, ca: str) -> bytes:
        done.append(code)
        return stretch(code, nonce, ca)

    monkeypatch.setattr(pairing_secret, "stretch", counted)
    return done


def asks(hub: HubOfTests, code: str, address: str = "127.0.0.1", **said: str) -> httpx.Response:
    headers = {"X-Forwarded-For": address}
    return hub.client.post("/v1/pairings", json=wire(code) | said, headers=headers)


def unnumbered(code: str) -> str:
    """A number that none of the codes has."""
    return f"{(int(code[:4]) + 1) % 10_000:04}{code[4:]}"


def test_wrong_codes_cost_no_other_code_a_try_and_the_hub_no_stretching(
    hub: HubOfTests, stretched: list[str]
) -> None:
    code = new_code(hub)
    for number in range(10):
        answer = asks(hub, unnumbered(code), f"192.0.2.{number}")
        assert answer.status_code == 403
    by_kiosk = len(stretched)

    assert asks(hub, code).status_code == 202
    assert by_kiosk == 10  # each by who asked, none by the hub


def test_only_the_code_that_is_guessed_at_is_used_up(hub: HubOfTests) -> None:
    guessed, other = new_code(hub), new_code(hub)
    for number in range(5):
        assert asks(hub, wrong(guessed), f"192.0.2.{number}").status_code == 403

    assert asks(hub, guessed).status_code == 403
    assert asks(hub, other).status_code == 202


def test_kiosk_of_the_version_before_is_let_in_without_a_number(hub: HubOfTests) -> None:
    new_code(hub)
    code = new_code(hub)
    new_code(hub)

    assert asks(hub, code, number="").status_code == 202
    assert len(waiting(hub)) == 1


def test_tries_without_a_number_are_counted_for_all_addresses_and_cost_no_code_one(
    hub: HubOfTests, clock: Clock
) -> None:
    code = new_code(hub)
    tries = [asks(hub, wrong(code), f"192.0.2.{n}", number="").status_code for n in range(6)]
    assert tries == [403] * 5 + [429]
    assert asks(hub, code).status_code == 202

    second = new_code(hub)
    clock.at += timedelta(minutes=1, seconds=1)
    assert asks(hub, second, number="").status_code == 202


@pytest.mark.parametrize("number", ["", "1", "%", "____", "12345678"])
def test_part_of_a_number_finds_no_code(hub: HubOfTests, number: str, clock: Clock) -> None:
    with hub.database.begin() as session:
        code = pairing_requests.new_code(session, clock())
        found = pairing_requests.begin_try(session, clock(), number)

        if number:
            assert found == {}
        assert len(pairing_requests.begin_try(session, clock(), code[:4])) == 1


def test_twelve_digits_have_a_number_and_those_of_an_older_hub_have_none() -> None:
    assert pairing_secret.number_of("7305-4829-1376") == "7305"
    assert pairing_secret.number_of("730548291376") == "7305"
    assert pairing_secret.number_of("4829-1376") == ""


def test_addresses_of_one_computer_are_slowed_as_one(hub: HubOfTests) -> None:
    code = new_code(hub)

    tries = [asks(hub, unnumbered(code), f"2001:db8::{n}").status_code for n in range(1, 7)]

    assert tries == [403] * 5 + [429]


def test_codes_are_three_groups_of_digits_with_numbers_of_their_own(hub: HubOfTests) -> None:
    codes = [new_code(hub) for _ in range(4)]

    assert all(len(c) == 14 and c.replace("-", "").isdecimal() for c in codes)
    assert len({c[:4] for c in codes}) == 4
