"""Entries are changed by hand over the hub's own HTTP: with history, and two to remove one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from db import codec, list_lock, staff, watchlists
from db.domain.desk import Role
from db.domain.entry_history import EntryChangeKind, EntryFile, FieldChange
from db.domain.watchlist import Watchlist
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at
from tests.makers import NINE
from tests.sync_of_tests import import_list

DRAFT = {
    "family": "Quillfeather", "given": "Daniel", "birth_date": "1984-03-07", "sex": "M",
    "aliases": "Quill, Dan", "instructions": "Call the principal",
    "valid_until": "2027-06-30",
}  # fmt: skip


@dataclass
class Ticking:
    """A clock that goes on by a second whenever somebody looks at it."""

    at: datetime = NINE

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path, Ticking()) as running:
        with running.database.begin() as session:
            staff.add(
                session,
                "jortega",
                staff.hashed(PASSWORD),
                display_name="Jo Ortega",
                role=Role.ADMINISTRATOR,
                now=NINE,
            )
        yield running


@pytest.fixture
def dana(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in()


@pytest.fixture
def jo(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in("jortega")


@pytest.fixture
def ours(hub: HubOfTests, dana: dict[str, str]) -> str:
    """The address of a list that is kept by hand."""
    begun = hub.client.post(
        "/v1/watchlists/new", json={"name": "Custody orders", "category": "custody"}, headers=dana
    )
    return f"/v1/watchlists/{codec.from_json(begun.content, Watchlist).list_id}/people"


def file_in(response: httpx.Response) -> EntryFile:
    assert response.is_success, response.text
    return codec.from_json(response.content, EntryFile)


def words_of(response: httpx.Response) -> str:
    return str(response.json()["detail"])


def add(hub: HubOfTests, ours: str, headers: dict[str, str], **other: str) -> tuple[str, EntryFile]:
    found = file_in(hub.client.post(ours, json=DRAFT | other, headers=headers))
    assert found.entry is not None
    return f"{ours}/{found.entry.entry_id}", found


def list_in_force(hub: HubOfTests) -> Watchlist:
    with hub.database.read() as session:
        (watchlist,) = watchlists.all_lists(session)
    return watchlist


def test_new_entry_is_in_force_with_who_wrote_it(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    _, found = add(hub, ours, dana)

    assert found.entry is not None
    assert (found.entry.name.full, found.entry.version) == ("Daniel Quillfeather", 1)
    assert found.entry.instructions == "Call the principal"
    (event,) = found.history
    assert (event.what, event.by) == (EntryChangeKind.ADDED, "Dana Whitlock")
    watchlist = list_in_force(hub)
    assert (watchlist.version, watchlist.entry_count) == (2, 1)


def test_change_is_kept_field_by_field_with_a_new_version(
    hub: HubOfTests, ours: str, dana: dict[str, str], jo: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)

    found = file_in(
        hub.client.put(
            address,
            params={"version": 1},
            json=DRAFT | {"jurisdiction": "NM", "note": "Order of March"},
            headers=jo,
        )
    )

    assert found.entry is not None
    assert found.entry.version == 2
    newest = found.history[0]
    assert (newest.what, newest.by, newest.entry_version) == (
        EntryChangeKind.CHANGED, "Jo Ortega", 2,
    )  # fmt: skip
    assert newest.fields == (
        FieldChange("jurisdiction", "", "NM"),
        FieldChange("note", "", "Order of March"),
    )
    assert list_in_force(hub).version == 3


def test_what_a_change_leaves_out_stays_as_it_is(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, added = add(hub, ours, dana)
    less = {"family": DRAFT["family"], "note": "Order of March"}

    found = file_in(hub.client.put(address, params={"version": 1}, json=less, headers=dana))

    assert added.entry is not None
    assert found.entry == replace(added.entry, note="Order of March", version=2)
    assert found.history[0].fields == (FieldChange("note", "", "Order of March"),)


def test_whoever_saw_an_older_version_overwrites_nothing(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)
    hub.client.put(address, params={"version": 1}, json=DRAFT | {"note": "a"}, headers=dana)

    late = hub.client.put(address, params={"version": 1}, json=DRAFT | {"note": "b"}, headers=dana)

    assert late.status_code == 409
    assert "Somebody changed this entry" in words_of(late)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"family": ""}, "No family name."),
        ({"birth_date": "soon"}, 'Birth date "soon" is not a date.'),
        ({"birth_date": "2031-01-01"}, "Birth date in the future, 2031."),
        ({"birth_date": "04/17/15"}, "The birth year has two digits"),
        ({"given": "M" * 500}, "The given name has 500 characters; 200 is the most."),
        ({"valid_from": "2028-01-01"}, "It would end before it begins to be valid."),
    ],
)
def test_what_makes_no_entry_is_refused_in_words(
    hub: HubOfTests, ours: str, dana: dict[str, str], other: dict[str, str], why: str
) -> None:
    refused = hub.client.post(ours, json=DRAFT | other, headers=dana)

    assert refused.status_code == 409
    assert words_of(refused).startswith(why)
    assert list_in_force(hub).version == 1


def test_nobody_removes_an_entry_alone(
    hub: HubOfTests, ours: str, dana: dict[str, str], jo: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)
    reason = {"version": 1, "reason": "The order has ended"}

    asked = file_in(hub.client.post(f"{address}/removal", json=reason, headers=dana))
    again = hub.client.post(f"{address}/removal", json=reason, headers=dana)

    assert asked.removal is not None
    assert (asked.removal.by, asked.removal.reason) == ("Dana Whitlock", "The order has ended")
    assert again.status_code == 409
    assert "another person has to confirm it" in words_of(again)
    assert list_in_force(hub).entry_count == 1

    gone = file_in(hub.client.post(f"{address}/removal", json={"version": 1}, headers=jo))

    assert gone.entry is None
    assert [(e.what, e.by) for e in gone.history] == [
        (EntryChangeKind.REMOVED, "Jo Ortega"),
        (EntryChangeKind.REMOVAL_ASKED, "Dana Whitlock"),
        (EntryChangeKind.ADDED, "Dana Whitlock"),
    ]
    assert gone.history[0].reason == "The order has ended"
    assert list_in_force(hub).entry_count == 0


def test_wish_to_remove_can_be_taken_back(
    hub: HubOfTests, ours: str, dana: dict[str, str], jo: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)
    asked = {"version": 1, "reason": "Ended"}
    hub.client.post(f"{address}/removal", json=asked, headers=dana)

    kept = file_in(hub.client.delete(f"{address}/removal", headers=jo))

    assert kept.removal is None
    assert kept.history[0].what is EntryChangeKind.REMOVAL_TAKEN_BACK
    assert hub.client.delete(f"{address}/removal", headers=jo).status_code == 404


def test_wish_to_remove_is_void_once_the_entry_changed(
    hub: HubOfTests, ours: str, dana: dict[str, str], jo: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)
    hub.client.post(f"{address}/removal", json={"version": 1, "reason": "moved"}, headers=dana)
    changed = hub.client.put(
        address, params={"version": 1}, json=DRAFT | {"note": "New court order"}, headers=dana
    )

    confirmed = hub.client.post(f"{address}/removal", json={"version": 2}, headers=jo)
    asked = hub.client.post(f"{address}/removal", json={"version": 2, "reason": "x"}, headers=jo)

    assert file_in(changed).removal is None
    assert "Say why" in words_of(confirmed)
    removal = file_in(asked).removal
    assert removal is not None
    assert removal.by == "Jo Ortega"
    assert list_in_force(hub).entry_count == 1


def test_one_person_removes_where_the_setting_says_so(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)
    hub.client.put("/v1/watchlists/settings", json={"two_to_remove": False}, headers=dana)

    without = hub.client.post(f"{address}/removal", json={"version": 1}, headers=dana)
    gone = hub.client.post(f"{address}/removal", json={"version": 1, "reason": "x"}, headers=dana)

    assert "Say why" in words_of(without)
    assert file_in(gone).entry is None


def test_list_that_is_being_imported_is_not_edited_meanwhile(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    with list_lock.held(hub.database, "Custody orders", hub.clock, hub.site.site_id):
        refused = hub.client.post(ours, json=DRAFT, headers=dana)

    assert refused.status_code == 409
    assert "is being imported" in words_of(refused)


def test_front_desk_sees_no_entries(hub: HubOfTests, ours: str) -> None:
    rosa = hub.sign_in("rbegaye")

    answers = [hub.client.get(ours, headers=rosa), hub.client.post(ours, json=DRAFT, headers=rosa)]

    assert {a.status_code for a in answers} == {403}


def test_entries_are_found_by_name_and_number(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    add(hub, ours, dana)
    add(hub, ours, dana, family="Ardwick", given="Clive", reference="C-7", aliases="")

    def found(words: str) -> list[str]:
        answer = hub.client.get(ours, params={"words": words}, headers=dana).json()
        return [e["name"]["family"] for e in answer["entries"]]

    assert found("") == ["Ardwick", "Quillfeather"]
    assert found("clive") == ["Ardwick"]
    assert found("c-7") == ["Ardwick"]
    assert found("dan quill") == ["Quillfeather"]
    assert found("100%") == []
    odd = hub.client.get(ours, params={"page": "100"}, headers=dana)
    assert (odd.status_code, "Search again" in odd.json()["detail"]) == (422, True)


def test_log_says_who_changed_an_entry_and_nothing_of_it(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    add(hub, ours, dana)

    with hub.database.read() as session:
        from sqlalchemy import text

        rows: list[Any] = session.execute(
            text(
                "SELECT line, body FROM event JOIN event_body USING (event_id) "
                "WHERE event_type = 'watchlist.entry_edited'"
            )
        ).all()
    ((line, body),) = rows
    assert b'"actor":"staff:' in bytes(line)
    assert b"Quillfeather" not in bytes(line) + bytes(body)


# ---- imports over HTTP -----------------------------------------------------------------------


def test_import_under_way_can_be_watched_and_stopped(hub: HubOfTests, dana: dict[str, str]) -> None:
    assert hub.client.get("/v1/watchlists/import", headers=dana).status_code == 404
    with list_lock.held(hub.database, "State registry", hub.clock) as lock:
        lock.say(list_lock.Progress(list_lock.Phase.STORING, 5, 10), hub.clock())

        seen = hub.client.get("/v1/watchlists/import", headers=dana).json()
        second = hub.client.post(
            "/v1/watchlists",
            params={"name": "Ours", "category": "alert"},
            content=b"LAST\nMarlow\n",
            headers=dana,
        )
        stopped = hub.client.delete("/v1/watchlists/import", headers=dana)

    assert (seen["list_name"], seen["phase"], seen["done"], seen["total"]) == (
        "State registry", "storing", 5, 10,
    )  # fmt: skip
    assert second.status_code == 409
    assert '"State registry" is being imported' in words_of(second)
    assert stopped.status_code == 202


def test_exported_list_imports_back_over_http(hub: HubOfTests, dana: dict[str, str]) -> None:
    import_list(hub, "Ours")
    before = list_in_force(hub)

    table = hub.client.get(f"/v1/watchlists/{before.list_id}/export.csv", headers=dana)
    hub.client.post(
        "/v1/watchlists",
        params={"name": "Ours", "category": "trespass"},
        content=table.content,
        headers=dana,
    ).raise_for_status()

    after = list_in_force(hub)
    assert (after.version, after.content_hash) == (2, before.content_hash)


def test_edit_makes_no_old_list_new(any_url: str, tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(any_url, tmp_path, clock) as hub:
        import_list(hub, "Ours")
        before = list_in_force(hub)
        clock.at = NINE + timedelta(days=40)
        add(hub, f"/v1/watchlists/{before.list_id}/people", hub.sign_in())

        assert list_in_force(hub).imported_at == before.imported_at
