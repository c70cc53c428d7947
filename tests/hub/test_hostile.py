"""What somebody sends who means harm, or whose clock, network or disk is broken.

More of it lies where its subject does: guessed passwords and codes in `test_api.py`, files that
unpack hugely in `test_unpacking.py`, formulas in exported lists in
`tests/db/test_list_import.py`.
"""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from admin_console.hub import answers
from db import outbox
from db.chain import SealedEvent
from db.engine import Database, open_database
from db.outbox import Device
from kiosk.sync.client import HubGapError
from tests.hub_of_tests import HubOfTests, PairedOfTests, hub_at
from tests.makers import NINE, make_identity, make_screened
from tests.sync_of_tests import device_of

NDJSON = {"Content-Type": "application/x-ndjson"}


AS_JSON = {"Content-Type": "application/json"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


@pytest.fixture
def given(hub: HubOfTests) -> PairedOfTests:
    return hub.pair()


@pytest.fixture
def kiosk(given: PairedOfTests) -> dict[str, str]:
    return {"Authorization": f"Bearer {given.token}"}


@pytest.fixture
def own_log(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    yield database
    database.close()


def events_of(database: Database, device: Device, days: int = 0) -> list[SealedEvent]:
    """Four visitors, so many days from today."""
    at = NINE + timedelta(days=days)
    with database.begin() as session:
        for number in range(1, 5):
            came = make_screened(number=number, now=at)
            outbox.add(session, device, came, at, actor="visitor", visit_id=came.visit_id)
        return outbox.pending(session, device, 0, 100)


def raw(hub: HubOfTests, *parts: bytes) -> bytes:
    """What the hub answers to these bytes, sent as they are, with nothing behind them."""
    parsed = urlsplit(str(hub.client.base_url))
    with socket.create_connection((parsed.hostname or "", parsed.port or 0), timeout=10) as talk:
        for part in parts:
            talk.sendall(part)
        found = b""
        while more := talk.recv(4096):
            found += more
            if b"\r\n\r\n" in found and found.endswith(b"}"):
                return found
        return found


def test_body_that_does_not_come_is_not_waited_for(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PATIENCE_SECONDS", 0.2)

    found = raw(
        hub,
        b"POST /v1/session HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n",
        b'{"name"',
    )

    assert found.startswith(b"HTTP/1.1 408 ")
    assert b"too slowly" in found


def test_body_that_says_it_is_too_large_is_refused_before_it_comes(hub: HubOfTests) -> None:
    found = raw(
        hub, b"POST /v1/pairings HTTP/1.1\r\nHost: hub\r\nContent-Length: 9999999999\r\n\r\n"
    )

    assert found.startswith(b"HTTP/1.1 413 ")


def test_endless_body_without_a_length_is_cut_off(hub: HubOfTests) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 4096

    answer = hub.client.post("/v1/session", content=endless(), headers=AS_JSON)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/session"), ("POST", "/v1/events"), ("PUT", f"/v1/blobs/{'0' * 64}")],
)
@pytest.mark.parametrize("kind", ["text/html", "application/x-www-form-urlencoded"])
def test_body_of_another_kind_is_refused(
    hub: HubOfTests, kiosk: dict[str, str], method: str, path: str, kind: str
) -> None:
    answer = hub.client.request(
        method, path, content=b"name=x", headers={**kiosk, "Content-Type": kind}
    )

    assert answer.status_code == 415
    assert "Nothing was changed" in answer.json()["detail"]


def test_page_in_a_browser_makes_no_try_to_sign_in_since_it_cannot_say_json(
    hub: HubOfTests,
) -> None:
    try_ = b'{"name":"dwhitlock","password":"not hers"}'

    answer = hub.client.post("/v1/session", content=try_)

    assert answer.status_code == 415


def test_address_where_nothing_is_says_so_in_words(hub: HubOfTests) -> None:
    answer = hub.client.get("/v1/visitors", headers=hub.sign_in())

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "There is nothing at this address. Nothing was changed."


@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"x","password":"y","z":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b"[" * 60_000,
        b'{"name":"\\ud800","password":"\\udfff"}',
        b'{"name":"\\u0000","password":"\\u0000"}',
        b'{"name":1e999,"password":""}',
        b'{"name":"' + b"x" * 60_000 + b'","password":""}',
    ],
    ids=["deep", "deeper", "half a letter", "zero", "endless number", "long name"],
)
def test_odd_json_is_refused_in_words(hub: HubOfTests, body: bytes) -> None:
    answer = hub.client.post("/v1/session", content=body, headers=AS_JSON)

    assert 400 <= answer.status_code < 500
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%ff%fe", "q=%25_%27%22%3B--", "from=9999-12-31", "from=0001-01-01", "page=%00"],
)
def test_odd_question_makes_no_fault(hub: HubOfTests, query: str) -> None:
    answer = hub.client.get(f"/v1/visits?{query}", headers=hub.sign_in())

    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("days", [-365, 365, 3650])
def test_kiosk_whose_clock_is_years_off_is_heard(
    hub: HubOfTests, given: PairedOfTests, own_log: Database, days: int
) -> None:
    batch = events_of(own_log, device_of(given), days)

    receipt = hub.kiosk(given).push(batch, 1, b"")

    assert receipt.acked_seq == 4


def test_batch_sent_again_changes_nothing(
    hub: HubOfTests, given: PairedOfTests, own_log: Database
) -> None:
    batch, client = events_of(own_log, device_of(given)), hub.kiosk(given)

    first = client.push(batch, 1, b"")
    again = client.push(batch, 1, b"")
    part = client.push(batch[:2], 1, b"")

    assert (again.acked_seq, again.hash) == (first.acked_seq, first.hash)
    assert (part.acked_seq, part.hash) == (first.acked_seq, first.hash)
    assert hub.client.get("/v1/visits", headers=hub.sign_in()).json()["total"] == 4


def test_batches_in_the_wrong_order_wait_for_each_other(
    hub: HubOfTests, given: PairedOfTests, own_log: Database
) -> None:
    batch, client = events_of(own_log, device_of(given)), hub.kiosk(given)

    with pytest.raises(HubGapError):
        client.push(batch[2:], 1, b"")
    with pytest.raises(HubGapError):
        client.push([*batch[:1], *batch[2:]], 1, b"")

    assert client.head(1).seq == 0
    assert client.push(batch, 1, b"").acked_seq == 4


def test_refused_gap_says_to_programs_from_where_on(
    hub: HubOfTests, given: PairedOfTests, kiosk: dict[str, str], own_log: Database
) -> None:
    late = events_of(own_log, device_of(given))[3]
    line = {"line": late.line.decode(), "salt": late.salt.hex(), "body": late.body.decode()}

    answer = hub.client.post("/v1/events", content=json.dumps(line), headers={**kiosk, **NDJSON})

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "title": "Conflict",
        "status": 409,
        "detail": "events from 1 on are missing",
        "expected_seq": 1,
    }


def test_kiosk_cannot_speak_for_another(
    hub: HubOfTests, given: PairedOfTests, own_log: Database
) -> None:
    batch = events_of(own_log, device_of(given))
    other = hub.pair("019378a0-0000-7000-8000-0000000bad01", "Other")

    line = {
        "line": batch[0].line.decode(),
        "salt": batch[0].salt.hex(),
        "body": batch[0].body.decode(),
    }
    answer = hub.client.post(
        "/v1/events",
        content=json.dumps(line),
        headers={"Authorization": f"Bearer {other.token}", **NDJSON},
    )

    assert answer.status_code == 422
    assert hub.kiosk(given).head(1).seq == 0


def test_salt_of_another_length_is_refused(
    hub: HubOfTests, given: PairedOfTests, kiosk: dict[str, str], own_log: Database
) -> None:
    """A byte that moves from the body to the salt would change no hash."""
    event = events_of(own_log, device_of(given))[0]
    body, salt = event.body.decode(), event.salt.hex()
    line = {
        "line": event.line.decode(),
        "salt": salt + body[:1].encode().hex(),
        "body": body[1:],
    }

    answer = hub.client.post("/v1/events", content=json.dumps(line), headers={**kiosk, **NDJSON})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "name",
    ["../hub.db", "..%2fhub.db", "%2e%2e/%2e%2e/hub.db", "con", "0" * 63 + "/", "\u0660" * 64],
)
def test_photo_cannot_be_put_elsewhere(
    hub: HubOfTests, kiosk: dict[str, str], name: str, tmp_path: Path
) -> None:
    before = sorted(path.name for path in tmp_path.rglob("*"))

    answer = hub.client.put(f"/v1/blobs/{name}", content=b"\xff\xd8\xff\xff\xd9", headers=kiosk)

    assert answer.status_code in (404, 405, 422)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_name_that_is_a_formula_is_text_in_the_table_of_visits(
    hub: HubOfTests, given: PairedOfTests, own_log: Database
) -> None:
    device = device_of(given)
    came = make_screened(identity=make_identity("=cmd|'/c calc'!A0", "@SUM(1)"))
    with own_log.begin() as session:
        outbox.add(session, device, came, NINE, actor="visitor", visit_id=came.visit_id)
        batch = outbox.pending(session, device, 0, 10)
    hub.kiosk(given).push(batch, 1, b"")

    table = hub.client.get("/v1/visits.csv", headers=hub.sign_in()).content.decode("utf-8-sig")

    cells = [cell.strip('"') for row in table.splitlines() for cell in row.split(",")]
    assert any("cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_unknown_token_is_told_nothing_of_others(hub: HubOfTests, given: PairedOfTests) -> None:
    wrong = given.token[:-1] + ("A" if given.token[-1] != "A" else "B")

    told = [
        hub.client.get("/v1/head", headers={"Authorization": f"Bearer {token}"})
        for token in (wrong, "x", "x" * 10_000)
    ]

    assert {answer.status_code for answer in told} == {401}
    assert len({answer.content for answer in told}) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("PATCH", "/v1/desk", 405), ("GET", "/v1/desk", 401)],
)
def test_every_refusal_is_a_problem_in_words(
    hub: HubOfTests, method: str, path: str, status: int
) -> None:
    answer = hub.client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert isinstance(answer.json()["detail"], str)


def test_fault_of_the_hub_is_told_without_its_insides(hub: HubOfTests) -> None:
    headers = hub.sign_in()
    with hub.database.begin() as session:
        session.execute(text("UPDATE site SET time_zone = 'No/Where'"))

    answer = hub.client.get("/v1/visits", headers=headers)

    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("The hub stumbled")
    assert "Where" not in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/desk", "/v1/visits.csv", "/healthz", "/v1/nothing"])
def test_nothing_that_the_hub_answers_is_kept_on_the_way(hub: HubOfTests, path: str) -> None:
    answer = hub.client.get(path, headers=hub.sign_in())

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
