"""Signing in with a second factor, and the first administrator of a new hub."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from admin_console.hub import session_routes, setting_up
from admin_console.hub import site as hub_site
from admin_console.hub.staff_command import begin_second_factor
from db import second_factor, staff, totp
from db.domain.desk import Role
from db.staff import StaffError
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at

ROSA = {"name": "rbegaye", "password": PASSWORD}


@pytest.fixture
def hub(any_url: str, tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path, clock) as running:
        yield running


def turn_on(hub: HubOfTests) -> tuple[str, tuple[str, ...]]:
    """Rosa's key and recovery codes."""
    key, now = totp.new_key(), hub.clock()
    with hub.database.begin() as session:
        rosa = staff.named(session, "rbegaye").staff_id
        codes = second_factor.begin(session, rosa, key, totp.code_at(key, totp.step_at(now)), now)
    return key, codes


def sign_in(hub: HubOfTests, code: str = "") -> httpx.Response:
    return hub.client.post("/v1/session", json=ROSA | {"code": code})


def code_of(hub: HubOfTests, key: str) -> str:
    return totp.code_at(key, totp.step_at(hub.clock()))


def test_password_alone_opens_nothing_any_more(hub: HubOfTests) -> None:
    turn_on(hub)

    answer = sign_in(hub)

    assert answer.status_code == 401
    assert answer.json()["needs_code"] is True


def test_wrong_password_does_not_tell_that_there_is_a_second_factor(hub: HubOfTests) -> None:
    turn_on(hub)

    answer = hub.client.post("/v1/session", json=ROSA | {"password": "not hers"})

    assert answer.status_code == 401
    assert "needs_code" not in answer.json()


def test_code_opens_once_and_then_never_again(hub: HubOfTests, clock: Clock) -> None:
    key, _ = turn_on(hub)
    clock.at += timedelta(seconds=60)
    code = code_of(hub, key)

    assert sign_in(hub, f"{code[:3]} {code[3:]}").status_code == 200
    assert sign_in(hub, code).status_code == 401


def test_code_that_turned_it_on_does_not_sign_in(hub: HubOfTests) -> None:
    key, _ = turn_on(hub)

    assert sign_in(hub, code_of(hub, key)).status_code == 401


def test_recovery_code_opens_once(hub: HubOfTests) -> None:
    _, codes = turn_on(hub)

    assert sign_in(hub, codes[0].lower()).status_code == 200
    assert sign_in(hub, codes[0]).status_code == 401
    assert sign_in(hub, codes[1]).status_code == 200


def test_recovery_code_of_somebody_else_opens_nothing(hub: HubOfTests) -> None:
    turn_on(hub)
    with hub.database.begin() as session:
        dana, now = staff.named(session, "dwhitlock").staff_id, hub.clock()
        key = totp.new_key()
        codes = second_factor.begin(session, dana, key, totp.code_at(key, totp.step_at(now)), now)

    assert sign_in(hub, codes[0]).status_code == 401


def test_codes_are_guessed_no_faster_than_passwords(hub: HubOfTests) -> None:
    turn_on(hub)

    assert [sign_in(hub, f"00000{n}").status_code for n in range(6)] == [401] * 5 + [429]


def test_second_factor_is_not_turned_on_by_a_wrong_code(hub: HubOfTests) -> None:
    url = hub.database.engine.url.render_as_string(hide_password=False)

    with pytest.raises(StaffError, match="Nothing was changed"):
        begin_second_factor(url, "rbegaye", lambda _address: "123")

    assert sign_in(hub).status_code == 200


# ---- the first administrator -----------------------------------------------------------------


@pytest.fixture
def empty(hub: HubOfTests) -> tuple[HubOfTests, str]:
    """A hub without staff, and its set-up code."""
    for name in ("dwhitlock", "rbegaye"):
        hub.remove_staff(name)
    with hub.database.begin() as session:
        code = setting_up.new_code(session)
    assert code is not None
    return hub, code


def first(code: str, **other: str) -> dict[str, str]:
    wanted = {"name": "pia", "display_name": "Pia Moreno", "password": "quiet river stone"}
    return {"code": code} | wanted | other


def test_first_administrator_comes_in_with_the_code_that_the_hub_printed(
    empty: tuple[HubOfTests, str],
) -> None:
    hub, code = empty
    assert hub.client.get("/v1/set-up").json() == {"is_open": True}

    answer = hub.client.post("/v1/set-up", json=first(code.lower()))

    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert hub.client.get("/v1/audit", headers=headers).status_code == 200
    assert hub.client.get("/v1/set-up").json() == {"is_open": False}


def test_set_up_code_works_once(empty: tuple[HubOfTests, str]) -> None:
    hub, code = empty
    hub.client.post("/v1/set-up", json=first(code))

    again = hub.client.post("/v1/set-up", json=first(code, name="other"))

    assert again.status_code == 403
    with hub.database.read() as session:
        assert [m.name for m in staff.everybody(session)] == ["pia"]


def test_code_is_still_good_after_a_password_that_will_not_do(
    empty: tuple[HubOfTests, str],
) -> None:
    hub, code = empty

    refused = hub.client.post("/v1/set-up", json=first(code, password="Pia Moreno"))  # noqa: S106

    assert refused.status_code == 422
    assert hub.client.post("/v1/set-up", json=first(code)).status_code == 200


def test_set_up_code_is_guessed_no_faster_than_passwords(empty: tuple[HubOfTests, str]) -> None:
    hub, code = empty

    tries = [hub.client.post("/v1/set-up", json=first("AAAA")).status_code for _ in range(5)]

    assert tries == [403] * 5
    assert hub.client.post("/v1/set-up", json=first(code)).status_code == 429


def test_hub_with_staff_has_no_set_up_code(hub: HubOfTests) -> None:
    with hub.database.begin() as session:
        assert setting_up.new_code(session) is None
        assert hub_site.of(session) is not None

    assert hub.client.post("/v1/set-up", json=first("")).status_code == 403
    hub.add_staff("more", Role.FRONT_DESK)
    assert hub.client.get("/v1/set-up").json() == {"is_open": False}


def from_address(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"192.0.2.{number}"}


def test_wrong_codes_are_counted_for_the_account_from_wherever_they_come(
    hub: HubOfTests, clock: Clock
) -> None:
    key, _ = turn_on(hub)
    clock.at += timedelta(minutes=1)
    right, wrong = code_of(hub, key), "".join(str(9 - int(d)) for d in code_of(hub, key))

    def tried(number: int, code: str) -> int:
        body, headers = ROSA | {"code": code}, from_address(number)
        return hub.client.post("/v1/session", json=body, headers=headers).status_code

    answers = [tried(number, wrong) for number in range(12)]

    assert answers == [401] * session_routes.MOST_CODES + [429] * 2
    assert tried(50, right) == 429
    clock.at += timedelta(minutes=15)
    assert tried(51, code_of(hub, key)) == 200


def test_owner_gets_in_while_a_stranger_with_their_password_types_wrong_codes(
    hub: HubOfTests, clock: Clock
) -> None:
    key, recovery = turn_on(hub)
    clock.at += timedelta(minutes=1)
    device = sign_in(hub, code_of(hub, key)).json()["device"]
    clock.at += timedelta(minutes=1)
    for number in range(12):
        body = ROSA | {"code": "not it"}
        last = hub.client.post("/v1/session", json=body, headers=from_address(number))

    own = hub.client.post("/v1/session", json=ROSA | {"code": code_of(hub, key), "device": device})
    lost = hub.client.post(
        "/v1/session", json=ROSA | {"code": recovery[0]}, headers=from_address(99)
    )

    assert (last.status_code, own.status_code, lost.status_code) == (429, 200, 200)


def test_administrators_are_told_that_somebody_has_a_password_and_no_code(hub: HubOfTests) -> None:
    turn_on(hub)
    for number in range(session_routes.MOST_CODES):
        hub.client.post("/v1/session", json=ROSA | {"code": "000000"}, headers=from_address(number))

    told = [
        hub.client.get("/v1/notices", headers=hub.token_of(name)).json()["notices"]
        for name in ("dwhitlock", "rbegaye")
    ]

    assert [notice["kind"] for notice in told[0]] == ["wrong_codes"]
    assert "password of Rosa Begaye" in told[0][0]["text"]
    assert told[1] == []
