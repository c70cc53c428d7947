"""What a thief or a liar gets of the hub by whatever they know of a kiosk."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from db import signing
from kiosk.sync.client import HubUnpairedError
from kiosk.sync.proving import get_token
from tests.hub_of_tests import FRONT_KIOSK, Clock, HubOfTests, PairedOfTests, hub_at
from tests.journeys.tokens.proving import ASK, PROVE, challenge_of, head, proof_of


def test_stolen_token_is_worth_nothing_after_an_hour(
    hub: HubOfTests, clock: Clock, given: PairedOfTests
) -> None:
    stolen = get_token(hub.client, given.own_key).text
    assert head(hub, stolen) == 200

    clock.at += timedelta(hours=1)

    assert head(hub, stolen) == 401


def test_replayed_answer_gets_nothing(hub: HubOfTests, given: PairedOfTests) -> None:
    answer = proof_of(given, challenge_of(hub, given))
    assert hub.client.post(PROVE, json=answer).status_code == 200

    again = hub.client.post(PROVE, json=answer)

    assert again.status_code == 403
    assert "answered before" in again.json()["detail"]
    challenge_of(hub, given)
    assert hub.client.post(PROVE, json=answer).status_code == 403


def test_answer_after_a_minute_gets_nothing(
    hub: HubOfTests, clock: Clock, given: PairedOfTests
) -> None:
    answer = proof_of(given, challenge_of(hub, given))
    clock.at += timedelta(seconds=61)

    assert hub.client.post(PROVE, json=answer).status_code == 403


def test_challenge_carried_over_to_a_kiosk_of_another_hub_gets_nothing(
    hub: HubOfTests, given: PairedOfTests, tmp_path: Path
) -> None:
    """Somebody answers the kiosk in its own hub's name, with what `hub` asked of it."""
    nonce = challenge_of(hub, given)
    answered: list[dict[str, str | int]] = []

    def relay(request: httpx.Request) -> httpx.Response:
        if request.url.path == ASK:
            return httpx.Response(200, json={"nonce": nonce, "seconds": 60})
        answered.append(json.loads(request.content))
        return httpx.Response(200, json={"token": "of the relay", "seconds": 3600})

    with hub_at(f"sqlite:///{tmp_path}/other.db", tmp_path / "other", hub.clock) as other:
        same_key_there = other.pair(key=given.key)
        relaying = httpx.Client(transport=httpx.MockTransport(relay), base_url="http://relay")
        get_token(relaying, same_key_there.own_key)

        refused = hub.client.post(PROVE, json=answered[0])

    assert answered[0]["nonce"] == nonce
    assert refused.status_code == 401
    assert "another hub" in refused.json()["detail"]


@pytest.mark.parametrize("nonce", ["", "vestibule chain head v1\nk", "0" * 63, "G" * 64])
def test_kiosk_signs_nothing_but_what_a_hub_can_have_made_up(
    given: PairedOfTests, nonce: str
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"nonce": nonce, "seconds": 60})

    with (
        httpx.Client(transport=httpx.MockTransport(answer), base_url="http://hub") as client,
        pytest.raises(Exception, match="no hub"),
    ):
        get_token(client, given.own_key)

    assert asked == [ASK]


def test_other_key_gets_nothing(hub: HubOfTests, given: PairedOfTests) -> None:
    thief = replace(given, key=signing.new_key())

    with pytest.raises(HubUnpairedError, match="not the one that it was paired with"):
        hub.kiosk(thief).head(1)


def test_kiosk_gets_no_token_in_another_ones_name(hub: HubOfTests, given: PairedOfTests) -> None:
    other = hub.pair("019378a0-0000-7000-8000-00000000f408", key=signing.new_key())
    answer = proof_of(other, challenge_of(hub, given)) | {"kiosk_id": given.kiosk_id}

    assert hub.client.post(PROVE, json=answer).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"kiosk_id": "\0"}, {"kiosk_id": "hub"}, {"kiosk_id": FRONT_KIOSK.upper()}, {"epoch": 2},
        {"epoch": -(2**70)}, {"nonce": "\0" * 64}, {"nonce": "é" * 64}, {"signature": "zz"},
        {"signature": ""}, {"signature": "00" * 64}, {"signature": "00" * 9_000},
    ],
)  # fmt: skip
def test_whatever_comes_is_refused_in_words(
    hub: HubOfTests, given: PairedOfTests, change: dict[str, str | int]
) -> None:
    answer = proof_of(given, challenge_of(hub, given)) | change
    has_zero_byte = any("\0" in str(value) for value in change.values())
    refusals = (422,) if has_zero_byte else (401, 403)

    for path in (PROVE, ASK) if {"kiosk_id", "epoch"} & set(change) else (PROVE,):
        refused = hub.client.post(path, json=answer)
        assert refused.status_code in refusals, refused.text
        assert refused.json()["detail"].endswith((".", "pair"))


def test_who_asks_without_end_is_slowed_and_nobody_else(
    hub: HubOfTests, clock: Clock, given: PairedOfTests
) -> None:
    for _ in range(5):
        challenge_of(hub, given)
    asked = {"kiosk_id": given.kiosk_id, "epoch": 1}
    slowed = hub.client.post(ASK, json=asked)
    other = hub.pair("019378a0-0000-7000-8000-00000000f408", key=signing.new_key())

    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) <= 60
    assert hub.kiosk(other).head(1).seq == 0, "at the same address"
    clock.at += timedelta(seconds=61)
    assert hub.kiosk(given).head(1).seq == 0


def test_kiosk_that_proves_its_key_is_never_slowed(hub: HubOfTests, given: PairedOfTests) -> None:
    for _ in range(12):
        assert get_token(hub.client, given.own_key).text


def test_invented_kiosks_leave_nothing_behind(hub: HubOfTests) -> None:
    hub.pair(key=signing.new_key())
    before = rows_of(hub)
    for number in range(20):
        asked = {"kiosk_id": f"019378a0-0000-7000-8000-0000000001{number:02}", "epoch": 1}
        assert hub.client.post(ASK, json=asked).status_code == 401

    assert rows_of(hub) == before


def rows_of(hub: HubOfTests) -> list[int]:
    tables = ("attempt", "device_challenge", "device_token")
    with hub.database.engine.connect() as connection:
        query = "SELECT count(*) FROM {}"
        return [connection.exec_driver_sql(query.format(t)).scalar() or 0 for t in tables]


def test_nothing_secret_is_logged(
    hub: HubOfTests, given: PairedOfTests, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        token = get_token(hub.client, given.own_key)
        head(hub, token.text)
        hub.client.post(PROVE, json=proof_of(given, challenge_of(hub, given)) | {"epoch": 2})

    assert token.text not in caplog.text
    assert given.key.hex() not in caplog.text
    assert given.key.hex() not in repr(given.own_key)
