"""A kiosk proves its key to the real hub, and what it then may."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db import kiosk_tokens, outbox, pairing, settings, signing
from db.engine import open_database
from db.hub_models import DeviceTokenRow
from db.log_models import DeviceKeyRow
from kiosk import own_device
from kiosk.own_device import OwnDevice
from kiosk.sync.client import HubUnpairedError
from kiosk.sync.http import connect
from kiosk.sync.own_token import OwnKey, OwnToken
from kiosk.sync.proving import get_token, own_token
from kiosk.sync.worker import HubState, Reach, SyncWorker
from tests.hub_of_tests import Clock, HubOfTests, PairedOfTests
from tests.journeys.tokens.proving import head
from tests.makers import NINE
from tests.pairing_of_tests import new_code, wire
from tests.signed_log import kiosk_config, signing_kiosk
from tests.sync_of_tests import KioskOfTests, device_of

YEAR = timedelta(days=366)


def test_paired_kiosk_keeps_nothing_that_opens_the_hub_but_its_key(
    hub: HubOfTests, tmp_path: Path
) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
        assert kiosk.push().sent == 1
        said = kiosk.token.headers()["Authorization"].removeprefix("Bearer ")
        with kiosk.database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, value FROM setting").all()

    assert head(hub, said) == 200
    assert all(said not in value for _, value in rows)
    (access,) = (json.loads(value) for name, value in rows if name == own_device.PAIRING)
    assert set(access) == {"url", "ca", "told"}
    assert "token" not in hub.client.get("/openapi.json").json()["components"]["schemas"]["Paired"]


@pytest.mark.parametrize("off", [-YEAR, YEAR])
def test_clock_that_is_a_year_off_locks_nobody_out(
    hub: HubOfTests, clock: Clock, tmp_path: Path, off: timedelta
) -> None:
    """The hub's here: the kiosk's own is never asked."""
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
        kiosk.push()
        clock.at += off
        kiosk.visitor_comes()

        assert kiosk.push().sent == 1


def test_kiosk_whose_token_ran_out_asks_for_another_within_the_request(
    hub: HubOfTests, clock: Clock, given: PairedOfTests
) -> None:
    client, seen = hub.kiosk(given), tokens_of(hub)
    client.head(1)
    clock.at += timedelta(hours=3)

    client.head(1)

    assert len(tokens_of(hub) - seen) == 1, "what ran out is not kept"


def test_renewed_token_leaves_the_old_one_until_its_end(
    hub: HubOfTests, clock: Clock, given: PairedOfTests
) -> None:
    at = [0.0]
    token = OwnToken(lambda: get_token(hub.client, given.own_key), clock=lambda: at[0])
    first = token.headers()
    at[0], clock.at = 2400.0, NINE + timedelta(seconds=2400)

    second = token.headers()

    assert first != second
    ask = [hub.client.get("/v1/head", headers=h).status_code for h in (first, second)]
    assert ask == [200, 200]
    clock.at = NINE + timedelta(seconds=3600)
    ask = [hub.client.get("/v1/head", headers=h).status_code for h in (first, second)]
    assert ask == [401, 200]


def test_worker_goes_on_over_the_end_of_its_token(
    hub: HubOfTests, clock: Clock, tmp_path: Path, qtbot: QtBot
) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        states: list[HubState] = []
        worker = worker_of(hub, kiosk, tmp_path, states)
        qtbot.waitUntil(lambda: is_at(states, Reach.IN_TOUCH), timeout=10_000)

        for _ in range(3):
            clock.at += timedelta(hours=2)
            kiosk.visitor_comes()
            worker.wake()
            qtbot.waitUntil(lambda: not kiosk.waiting(), timeout=10_000)

        worker.stop()
    assert {s.reach for s in states} == {Reach.IN_TOUCH}


def test_revoked_kiosk_is_out_at_its_next_request_and_says_so(
    hub: HubOfTests, tmp_path: Path, qtbot: QtBot
) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        states: list[HubState] = []
        worker = worker_of(hub, kiosk, tmp_path, states)
        qtbot.waitUntil(lambda: is_at(states, Reach.IN_TOUCH), timeout=10_000)
        with hub.database.begin() as session:
            pairing.revoke(session, kiosk.device.kiosk_id, NINE)

        with pytest.raises(HubUnpairedError, match="not paired with this hub"):
            kiosk.hub.head(1)
        worker.wake()
        qtbot.waitUntil(lambda: is_at(states, Reach.UNPAIRED), timeout=10_000)
        worker.stop()


def worker_of(
    hub: HubOfTests, kiosk: KioskOfTests, folder: Path, states: list[HubState]
) -> SyncWorker:
    """The kiosk's own two threads, with one token between them."""
    worker = SyncWorker(
        kiosk.database,
        kiosk.device,
        connect=lambda: connect(str(hub.client.base_url), kiosk.token),
        photos=folder / "photos",
        learned=lambda _: None,
        state_changed=states.append,
        listen_seconds=0.1,
    )
    worker.start()
    return worker


def is_at(states: list[HubState], reach: Reach) -> bool:
    return bool(states) and states[-1].reach is reach


def test_two_threads_share_one_token(hub: HubOfTests, tmp_path: Path, qtbot: QtBot) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        states: list[HubState] = []
        worker = worker_of(hub, kiosk, tmp_path, states)
        kiosk.visitor_comes()
        worker.wake()
        qtbot.waitUntil(lambda: not kiosk.waiting(), timeout=10_000)
        worker.stop()

    assert len(tokens_of(hub)) == 1


def tokens_of(hub: HubOfTests) -> set[str]:
    with hub.database.read() as session:
        return set(session.scalars(select(DeviceTokenRow.token_hash)))


# ---- disks that were copied, and pairing again ------------------------------------------------


def own_of(folder: Path) -> OwnDevice:
    url = kiosk_config(folder).database_url
    with closing(open_database(url)) as database, database.begin() as session:
        return own_device.read(session, NINE)


def test_copied_disk_is_in_as_its_kiosk_until_that_is_paired_again(
    hub: HubOfTests, tmp_path: Path
) -> None:
    with signing_kiosk(hub, tmp_path / "kiosk"):
        pass
    copied = own_of(tmp_path / "kiosk").own_key
    assert get_token(hub.client, copied).text, "who has the key has the key"

    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        assert kiosk.hub.head(2).seq == 0
        for liar in (copied, replace(copied, epoch=2)):
            with pytest.raises(HubUnpairedError):
                get_token(hub.client, liar)


def test_what_was_not_sent_before_pairing_again_is_signed_with_the_key_of_its_time(
    hub: HubOfTests, tmp_path: Path
) -> None:
    for _ in range(2):
        with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
            kiosk.visitor_comes()

    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
        assert kiosk.push().sent == 3

    with hub.database.read() as session:
        keys = session.scalars(select(DeviceKeyRow.public_key)).all()
    assert len(set(keys)) == 3


def test_keys_of_a_time_before_each_pairing_had_its_own_still_sign(
    hub: HubOfTests, tmp_path: Path
) -> None:
    """An older version paired twice with one key."""
    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
    own = own_of(tmp_path / "kiosk")
    given = hub.pair(own.device.kiosk_id, key=own.signing_key)
    database = open_database(kiosk_config(tmp_path / "kiosk").database_url)
    with database.begin() as session:
        settings.write(session, outbox.OWN, device_of(given))
    second = KioskOfTests(database, hub.kiosk(given), device_of(given))
    second.visitor_comes()
    database.close()

    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        assert kiosk.device.epoch == 3
        kiosk.visitor_comes()

        assert kiosk.push().sent == 3


# ---- versions ---------------------------------------------------------------------------------


def make_old(hub: HubOfTests, kiosk_id: str) -> str:
    """As the update leaves a kiosk that an older version let in. Returns that version's token."""
    with hub.database.begin() as session:
        token = kiosk_tokens.issue(session, kiosk_id, 1, NINE)
        row = session.get_one(
            DeviceTokenRow, (hub.database.district_id, kiosk_tokens.hash_token(token))
        )
        row.is_of_pairing, row.expires_at = True, NINE + timedelta(days=90)
    return token


def test_older_kiosk_works_with_its_old_token_and_is_shown_until_when(
    hub: HubOfTests, clock: Clock, given: PairedOfTests
) -> None:
    old = make_old(hub, given.kiosk_id)
    clock.at += timedelta(days=89)

    assert head(hub, old) == 200
    (kiosk,) = hub.client.get("/v1/kiosks", headers=hub.sign_in()).json()["kiosks"]
    assert kiosk["old_token_until"].startswith("2027-02-21")
    clock.at += timedelta(days=2)
    refused = hub.client.get("/v1/head", headers={"Authorization": f"Bearer {old}"})
    assert refused.status_code == 401
    assert "update Vestibule on this kiosk" in refused.json()["detail"]


def test_updated_kiosk_goes_over_by_itself_and_ends_its_old_token(
    hub: HubOfTests, given: PairedOfTests
) -> None:
    old = make_old(hub, given.kiosk_id)

    assert hub.kiosk(given).head(1).seq == 0

    assert head(hub, old) == 401
    (kiosk,) = hub.client.get("/v1/kiosks", headers=hub.sign_in()).json()["kiosks"]
    assert kiosk["old_token_until"] is None


def test_kiosk_whose_key_is_not_known_is_told_to_be_paired_again(hub: HubOfTests) -> None:
    early = hub.pair()
    make_old(hub, early.kiosk_id)
    own = OwnKey(early.kiosk_id, early.epoch, signing.new_key(), early.hub_key)

    with pytest.raises(HubUnpairedError, match=r"before kiosks had keys.*Pair this kiosk again"):
        get_token(hub.client, own)


def test_older_kiosk_is_updated_before_it_is_paired(hub: HubOfTests) -> None:
    code = new_code(hub)
    older = {k: v for k, v in wire(code).items() if k != "proves_key"}

    refused = hub.client.post("/v1/pairings", json=older)

    assert refused.status_code == 422
    assert "Update Vestibule on it" in refused.json()["detail"]
    assert hub.client.post("/v1/pairings", json=wire(code)).status_code == 202


def test_hub_that_is_older_than_the_kiosk_is_said(given: PairedOfTests) -> None:
    older = httpx.MockTransport(lambda _: httpx.Response(404, json={"detail": "Not Found"}))

    with (
        httpx.Client(transport=older, base_url="http://hub") as client,
        pytest.raises(Exception, match="update the hub"),
    ):
        get_token(client, given.own_key)


def test_kiosk_that_was_paired_before_tls_sends_no_proof(given: PairedOfTests) -> None:
    with pytest.raises(HubUnpairedError, match="speaks TLS now"):
        own_token("http://192.0.2.7:8470", given.own_key).headers()
