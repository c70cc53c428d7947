"""The hub's interface, through real HTTP on loopback: who gets in, what is refused, in words."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from db import outbox
from db.outbox import Device
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.makers import NINE, make_identity, make_screened
from tests.pairing_of_tests import new_code, wire

LISTS = {"name": "District no-trespass list", "category": "trespass"}
LIST_CSV = b"LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n"
AS_JSON = {"Content-Type": "application/json"}
STAFF_PAGES = (
    "/v1/desk",
    "/v1/on-site",
    "/v1/visits",
    "/v1/visits.csv",
    "/v1/watchlists",
    "/v1/live",
)
KIOSK_PAGES = ("/v1/head", "/v1/changes")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubOfTests]:
    """One hub for all tests here that leave it as it was."""
    folder = tmp_path_factory.mktemp("hub")
    with hub_at(f"sqlite:///{folder}/hub.db", folder) as running:
        yield running


@pytest.fixture(scope="module")
def staff(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in()


@pytest.fixture(scope="module")
def kiosk(hub: HubOfTests) -> dict[str, str]:
    return {"Authorization": f"Bearer {hub.pair().token}"}


def words_of(answer: httpx.Response) -> str:
    detail: str = answer.json()["detail"]
    return detail


@pytest.mark.parametrize("page", STAFF_PAGES + KIOSK_PAGES)
@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic d2hpdGxvY2s6eA=="])
def test_nobody_gets_in_without_a_token(hub: HubOfTests, page: str, token: str) -> None:
    answer = hub.client.get(page, headers={"Authorization": token} if token else {})

    assert answer.status_code == 401
    assert "again" in words_of(answer)


def test_strangers_do_not_wait_for_a_transaction_that_writes(hub: HubOfTests) -> None:
    with hub.database.begin():
        answer = hub.client.get("/v1/head", headers={"Authorization": "Bearer wrong"}, timeout=4)

    assert answer.status_code == 401


def test_kiosk_is_heard_while_another_transaction_writes(
    hub: HubOfTests, kiosk: dict[str, str]
) -> None:
    hub.client.get("/v1/head", headers=kiosk, params={"epoch": 1})

    with hub.database.begin():
        answer = hub.client.get("/v1/head", headers=kiosk, params={"epoch": 1}, timeout=4)

    assert answer.status_code == 200


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_kiosk_does_not_see_what_staff_see(
    hub: HubOfTests, kiosk: dict[str, str], page: str
) -> None:
    assert hub.client.get(page, headers=kiosk).status_code == 401


@pytest.mark.parametrize("page", KIOSK_PAGES)
def test_staff_are_no_kiosk(hub: HubOfTests, staff: dict[str, str], page: str) -> None:
    assert hub.client.get(page, headers=staff).status_code == 401


def test_signed_out_token_opens_nothing_more(hub: HubOfTests) -> None:
    headers = hub.sign_in()
    assert hub.client.get("/v1/desk", headers=headers).status_code == 200

    assert hub.client.delete("/v1/session", headers=headers).status_code == 204

    assert hub.client.get("/v1/desk", headers=headers).status_code == 401


def test_wrong_password_is_told_in_the_same_words_as_a_wrong_name(hub: HubOfTests) -> None:
    answers = [
        hub.client.post("/v1/session", json={"name": name, "password": "not hers"})
        for name in ("dwhitlock", "nobody")
    ]

    assert [a.status_code for a in answers] == [401, 401]
    assert words_of(answers[0]) == words_of(answers[1])


def test_guesser_waits_and_the_same_person_elsewhere_does_not(tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as hub:
        guess = {"name": "dwhitlock", "password": "not hers"}
        tries = [hub.client.post("/v1/session", json=guess).status_code for _ in range(6)]
        assert tries == [401] * 5 + [429]

        assert hub.sign_in("rbegaye")
        clock.at += timedelta(minutes=2)
        assert hub.sign_in("dwhitlock")


def test_guesses_made_at_once_are_counted_like_others(tmp_path: Path) -> None:
    guess = {"name": "dwhitlock", "password": "not hers"}

    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as hub, ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(hub.client.post, "/v1/session", json=guess) for _ in range(12)]
        answers = sorted(a.result().status_code for a in asked)

    assert answers == [401] * 5 + [429] * 7


def test_right_password_takes_the_tries_before_it_back(hub: HubOfTests) -> None:
    wrong = {"name": "rbegaye", "password": "not hers"}

    for _ in range(3):
        assert hub.client.post("/v1/session", json=wrong).status_code == 401
        assert hub.client.post("/v1/session", json=wrong).status_code == 401
        assert hub.sign_in("rbegaye")


def test_pairing_code_is_worthless_after_ten_minutes(tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as hub:
        code = new_code(hub)
        clock.at += timedelta(minutes=11)

        answer = hub.client.post("/v1/pairings", json=wire(code))

        assert answer.status_code == 403
        assert "vestibule-hub pair" in words_of(answer)


def test_codes_cannot_be_guessed_one_after_the_other(tmp_path: Path) -> None:
    asked = wire("0000-0000")

    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as hub:
        tries = [hub.client.post("/v1/pairings", json=asked).status_code for _ in range(6)]

    assert tries == [403] * 5 + [429]


def test_codes_that_are_guessed_at_once_are_counted_like_others(tmp_path: Path) -> None:
    asked = wire("0000-0000")

    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as hub, ThreadPoolExecutor(12) as threads:
        tried = [threads.submit(hub.client.post, "/v1/pairings", json=asked) for _ in range(12)]
        answers = sorted(t.result().status_code for t in tried)

    assert answers == [403] * 5 + [429] * 7


def test_front_desk_may_not_change_lists(hub: HubOfTests) -> None:
    headers = hub.sign_in("rbegaye")

    answer = hub.client.post("/v1/watchlists", params=LISTS, content=LIST_CSV, headers=headers)

    assert answer.status_code == 403
    assert hub.client.get("/v1/watchlists", headers=headers).json()["lists"] == []


def test_damaged_list_changes_nothing_and_says_which_line(
    hub: HubOfTests, staff: dict[str, str]
) -> None:
    damaged = LIST_CSV + b"Marlow,Helena,unheard of\n"

    answer = hub.client.post("/v1/watchlists", params=LISTS, content=damaged, headers=staff)

    assert answer.status_code == 422
    assert "line 3" in words_of(answer)
    assert hub.client.get("/v1/watchlists", headers=staff).json()["lists"] == []


def test_preview_changes_nothing(hub: HubOfTests, staff: dict[str, str]) -> None:

    answer = hub.client.post(
        "/v1/watchlists/preview", params=LISTS, content=LIST_CSV, headers=staff
    )

    assert answer.status_code == 200
    assert hub.client.get("/v1/watchlists", headers=staff).json()["lists"] == []


def test_photo_under_a_wrong_name_and_what_is_no_photo_are_refused(
    hub: HubOfTests, staff: dict[str, str], kiosk: dict[str, str]
) -> None:
    no_photo = b"this is no photo"
    own_name = sha256(no_photo).hexdigest()

    wrong_name = hub.client.put(f"/v1/blobs/{'0' * 64}", content=no_photo, headers=kiosk)
    no_jpeg = hub.client.put(f"/v1/blobs/{own_name}", content=no_photo, headers=kiosk)

    assert (wrong_name.status_code, no_jpeg.status_code) == (422, 422)
    assert hub.client.get(f"/v1/blobs/{own_name}", headers=staff).status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fhub.db", "%2Fetc%2Fpasswd", "a" * 63, "G" * 64])
def test_photo_names_lead_nowhere_else(hub: HubOfTests, staff: dict[str, str], name: str) -> None:
    assert hub.client.get(f"/v1/blobs/{name}", headers=staff).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name": 1}', b"\xff\xfe"])
def test_any_body_is_answered_in_words(hub: HubOfTests, body: bytes) -> None:
    for address in ("/v1/session", "/v1/pairings", "/v1/token/challenge", "/v1/token"):
        answer = hub.client.post(address, content=body, headers=AS_JSON)

        assert answer.status_code == 422
        assert words_of(answer)


@pytest.mark.parametrize("address", ["/v1/session", "/v1/pairings", "/v1/token"])
def test_stranger_cannot_make_the_hub_read_much(hub: HubOfTests, address: str) -> None:
    answer = hub.client.post(address, content=b"x" * 70_000, headers=AS_JSON)

    assert answer.status_code == 413
    assert "64 KB" in words_of(answer)


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("/v1/visits?limit=501", "limit"),
        ("/v1/live?wait=soon", "wait"),
        ("/v1/visits/x", "visit_id"),
    ],
)
def test_wrong_question_is_answered_in_words(
    hub: HubOfTests, staff: dict[str, str], page: str, wrong: str
) -> None:
    answer = hub.client.get(page, headers=staff)

    assert answer.status_code == 422
    assert words_of(answer).startswith(f"The request cannot be understood: {wrong}: ")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_list_needs_a_name(hub: HubOfTests, staff: dict[str, str], name: str) -> None:
    asked = {"name": name, "category": "trespass"}

    answer = hub.client.post("/v1/watchlists", params=asked, content=LIST_CSV, headers=staff)

    assert answer.status_code == 422
    assert "name" in words_of(answer)


def test_table_of_visits_is_whole_and_read_right_by_a_spreadsheet(tmp_path: Path) -> None:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as hub:
        device = Device("district", "lincoln", "front-kiosk")
        with hub.database.begin() as session:
            for number in range(1, 602):
                screened = make_screened(number=number, identity=make_identity("José", "Núñez"))
                outbox.add(session, device, screened, NINE, actor="visitor")

        answer = hub.client.get("/v1/visits.csv", headers=hub.sign_in())

    assert answer.content.startswith("\ufeffvisit,number".encode())
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 602
    assert all("José Núñez" in row for row in rows[1:])


def test_batch_with_a_line_that_is_no_event_is_refused_whole(
    hub: HubOfTests, kiosk: dict[str, str]
) -> None:
    line = json.dumps({"line": "{}", "salt": "zz", "body": "{}"}).encode()

    answer = hub.client.post("/v1/events", content=line, headers=kiosk)

    assert answer.status_code == 422
    assert hub.client.get("/v1/head", headers=kiosk).json()["seq"] == 0


def test_batch_that_is_too_large_is_refused_before_it_is_read(
    hub: HubOfTests, kiosk: dict[str, str]
) -> None:
    answer = hub.client.post("/v1/events", content=b"x" * 5_000_000, headers=kiosk)

    assert answer.status_code == 413


def test_decision_needs_a_reason_and_a_visit(hub: HubOfTests, staff: dict[str, str]) -> None:
    address = f"/v1/visits/{uuid4()}/decision"

    unknown = hub.client.post(address, json={"verdict": "deny", "reason": "x"}, headers=staff)
    unheard = hub.client.post(address, json={"verdict": "maybe", "reason": "x"}, headers=staff)

    assert unknown.status_code == 404
    assert unheard.status_code == 422


def test_health_says_that_the_hub_is_there_and_nothing_else(hub: HubOfTests) -> None:
    answer = hub.client.get("/v1/health")

    assert answer.status_code == 200
    assert "Lincoln" not in answer.text


def test_wrong_method_is_refused_with_all_methods_of_the_address(hub: HubOfTests) -> None:
    refused = hub.client.delete("/v1/policy")

    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, PUT")
    assert words_of(refused) == "This address takes GET and PUT only. Nothing was changed."
