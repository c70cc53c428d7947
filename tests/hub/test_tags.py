"""Answers have tags: what is known is not sent again, nor what was not seen overwritten."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from db import codec
from db.domain.desk import Role
from db.domain.entry_history import EntryFile
from db.domain.watchlist import Watchlist
from db.engine import open_database
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.sync_of_tests import KioskOfTests, device_of

POLICY = {"clearance_days": 90, "denial_words": "Call the principal."}


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as running:
        yield running


@pytest.fixture
def dana(hub: HubOfTests) -> dict[str, str]:
    return hub.token_of("dwhitlock")


def get(hub: HubOfTests, path: str, headers: dict[str, str], known: str = "") -> httpx.Response:
    more = {"If-None-Match": known} if known else {}
    return hub.client.get(path, headers={**headers, **more})


@pytest.mark.parametrize("path", ["/v1/policy", "/v1/desk", "/v1/on-site", "/v1/watchlists"])
def test_what_is_known_is_not_sent_again(
    hub: HubOfTests, clock: Clock, dana: dict[str, str], path: str
) -> None:
    tag = get(hub, path, dana).headers["ETag"]
    clock.at += timedelta(minutes=1)

    again = get(hub, path, dana, f'"other", {tag}')

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert get(hub, path, dana, "*").status_code == 304
    assert get(hub, path, dana, '"other"').status_code == 200


def test_tag_is_weak_where_the_answer_says_of_which_moment_it_is(
    hub: HubOfTests, dana: dict[str, str]
) -> None:
    assert get(hub, "/v1/desk", dana).headers["ETag"].startswith('W/"')
    assert get(hub, "/v1/policy", dana).headers["ETag"].startswith('"')


def test_news_has_another_tag(hub: HubOfTests, dana: dict[str, str], tmp_path: Path) -> None:
    tag = get(hub, "/v1/desk", dana).headers["ETag"]
    given, database = hub.pair(), open_database(f"sqlite:///{tmp_path}/kiosk.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given))
    kiosk.visitor_comes(held=True)
    kiosk.push()
    database.close()

    assert get(hub, "/v1/desk", dana, tag).status_code == 200


def test_who_may_not_ask_learns_nothing_by_a_tag(hub: HubOfTests, dana: dict[str, str]) -> None:
    tag = get(hub, "/v1/policy", dana).headers["ETag"]

    assert get(hub, "/v1/policy", {}, tag).status_code == 401


def put(
    hub: HubOfTests, path: str, headers: dict[str, str], told: object, tag: str | None = None
) -> httpx.Response:
    more = {} if tag is None else {"If-Match": tag}
    return hub.client.put(path, json=told, headers={**headers, **more})


def test_rules_that_somebody_else_settled_meanwhile_are_not_overwritten(
    hub: HubOfTests, dana: dict[str, str]
) -> None:
    tag = get(hub, "/v1/policy", dana).headers["ETag"]

    first = put(hub, "/v1/policy", dana, POLICY, tag)
    second = put(hub, "/v1/policy", dana, {"clearance_days": 10}, tag)

    assert (first.status_code, second.status_code) == (200, 412)
    assert "ETag" not in first.headers
    assert "Nothing was changed" in second.json()["detail"]
    assert get(hub, "/v1/policy", dana).json()["clearance_days"] == 90
    assert put(hub, "/v1/policy", dana, {"clearance_days": 10}).status_code == 200
    assert put(hub, "/v1/policy", dana, POLICY, "*").status_code == 200


def test_rules_that_are_left_out_stay_as_they_are(hub: HubOfTests, dana: dict[str, str]) -> None:
    settled = {"audit_keep_days": 400, "visit_keep_days": 90, "denial_words": "Call Ms. Ito."}
    whole = put(hub, "/v1/policy", dana, settled).json()

    told = put(hub, "/v1/policy", dana, {"clearance_days": 10})

    assert told.json() == {**whole, "clearance_days": 10} == get(hub, "/v1/policy", dana).json()
    assert {**whole, **settled} == whole
    assert put(hub, "/v1/policy", dana, {"audit_keep_days": 0}).json()["audit_keep_days"] == 0


def test_list_settings_that_somebody_else_changed_meanwhile_are_not_overwritten(
    hub: HubOfTests, dana: dict[str, str]
) -> None:
    path = "/v1/watchlists/settings"
    tag = get(hub, path, dana).headers["ETag"]

    first = put(hub, path, dana, {"two_to_remove": False}, tag)
    second = put(hub, path, dana, {"two_to_remove": True}, tag)

    assert (first.status_code, second.status_code) == (200, 412)
    assert get(hub, path, dana).json() == {"two_to_remove": False}


def test_school_that_somebody_else_renamed_meanwhile_is_not_overwritten(hub: HubOfTests) -> None:
    hub.add_staff("district", Role.DISTRICT)
    who, path = hub.token_of("district"), f"/v1/sites/{hub.site.site_id}"
    tag = get(hub, "/v1/sites", who).headers["ETag"]

    first = put(hub, path, who, {"name": "Lincoln"}, tag)
    second = put(hub, path, who, {"name": "Lincoln Elementary"}, tag)

    assert (first.status_code, second.status_code) == (200, 412)
    (known,) = get(hub, "/v1/sites", who).json()["sites"]
    assert known["name"] == "Lincoln"
    assert put(hub, path, who, {"name": "Lincoln Elementary"}).status_code == 200


def test_entry_that_somebody_else_changed_meanwhile_is_not_overwritten(
    hub: HubOfTests, clock: Clock, dana: dict[str, str]
) -> None:
    told = {"name": "Custody orders", "category": "custody"}
    begun = hub.client.post("/v1/watchlists/new", json=told, headers=dana)
    people = f"/v1/watchlists/{codec.from_json(begun.content, Watchlist).list_id}/people"

    def add(family: str) -> EntryFile:
        added = hub.client.post(people, json={"family": family}, headers=dana)
        return codec.from_json(added.content, EntryFile)

    entry = add("Quillfeather").entry
    assert entry is not None
    path, address = f"{people}/{entry.entry_id}", f"{people}/{entry.entry_id}?version=1"
    tag = get(hub, path, dana).headers["ETag"]
    clock.at += timedelta(minutes=1)
    add("Marlowe")

    assert get(hub, path, dana, tag).status_code == 304
    first, later = ({"family": "Quillfeather", "note": note} for note in ("Seen", "Not seen"))
    assert put(hub, address, dana, first, tag).status_code == 200
    assert put(hub, address, dana, later, tag).status_code == 412
    assert put(hub, address, dana, later).status_code == 409
    assert get(hub, path, dana).json()["entry"]["note"] == "Seen"
