"""What lets a listed person pass takes two people, and administrators hear of the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import codec, staff, watchlists
from db.domain.desk import ImportPreview, Role
from db.domain.entry_history import EntryChangeKind, EntryFile
from db.domain.notice import Notice, NoticeKind, Notices
from db.domain.watchlist import Watchlist, WatchlistEntry
from tests.hub_of_tests import PASSWORD, HubOfTests, hub_at
from tests.makers import NINE

DANIEL = {
    "family": "Quillfeather",
    "given": "Daniel",
    "birth_date": "1984-03-07",
    "aliases": "Dan Quill",
    "reference": "T-1",
}
LISTED = b"LAST,FIRST,DOB,AKA,CASE\nQuillfeather,Daniel,03/07/1984,Dan Quill,T-1\n"
MARLOW = b"Marlow,Helena,04/17/1986,,T-2\n"


class Office:
    """A list with one man on it, and two administrators."""

    def __init__(self, hub: HubOfTests) -> None:
        self.hub = hub
        self.dana, self.jo = hub.sign_in(), hub.sign_in("jortega")
        self.list_id = self.take(LISTED).list_id
        (entry,) = self.entries()
        self.address = f"/v1/watchlists/{self.list_id}/people/{entry.entry_id}"

    def take(self, content: bytes, category: str = "trespass") -> Watchlist:
        where = {"name": "No trespass", "category": category}
        answer = self.hub.client.post(
            "/v1/watchlists", params=where, content=content, headers=self.dana
        )
        assert answer.is_success, answer.text
        return codec.from_json(answer.content, Watchlist)

    def entries(self) -> list[WatchlistEntry]:
        with self.hub.database.read() as session:
            known = watchlists.named(session, "No trespass", self.hub.site.site_id)
            assert known is not None
            return watchlists.entries_of(session, known.list_id)

    def change(self, version: int = 1, **other: str) -> EntryFile:
        answer = self.hub.client.put(
            self.address, params={"version": version}, json=DANIEL | other, headers=self.dana
        )
        assert answer.is_success, answer.text
        return codec.from_json(answer.content, EntryFile)

    def confirm(self, who: dict[str, str]) -> EntryFile:
        answer = self.hub.client.post(f"{self.address}/removal", json={"version": 1}, headers=who)
        assert answer.is_success, answer.text
        return codec.from_json(answer.content, EntryFile)

    def notices(self) -> list[Notice]:
        answer = self.hub.client.get("/v1/notices", headers=self.jo)
        return list(codec.from_json(answer.content, Notices).notices)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with hub_at(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path) as hub:
        with hub.database.begin() as session:
            staff.add(
                session,
                "jortega",
                PASSWORD,
                display_name="Jo Ortega",
                role=Role.ADMINISTRATOR,
                now=NINE,
            )
        yield Office(hub)


@pytest.mark.parametrize(
    "other",
    [
        {"valid_until": "2020-01-01"},
        {"valid_from": "2040-01-01"},
        {"family": "Zzyzx"},
        {"birth_date": "1900-01-01"},
        {"birth_date": ""},
        {"aliases": ""},
    ],
)
def test_nobody_lets_a_listed_man_pass_alone_by_changing_his_entry(
    office: Office, other: dict[str, str]
) -> None:
    before = office.entries()

    asked = office.change(**other)

    assert office.entries() == before
    assert asked.removal is not None
    assert asked.removal.by == "Dana Whitlock"
    assert len(asked.removal.changes) == 1
    assert asked.history[0].what is EntryChangeKind.CHANGE_ASKED


def test_second_person_confirms_a_change(office: Office) -> None:
    asked = office.change(family="Quill", note="Married")
    own = office.hub.client.post(
        f"{office.address}/removal", json={"version": 1}, headers=office.dana
    )

    changed = office.confirm(office.jo)

    assert own.status_code == 409
    assert "another person has to confirm it" in own.text
    assert changed.entry is not None
    assert (changed.entry.name.family, changed.entry.note) == ("Quill", "Married")
    assert (changed.entry.version, changed.removal) == (2, None)
    last = changed.history[0]
    assert (last.what, last.by) == (EntryChangeKind.CHANGED, "Jo Ortega")
    assert last.reason == "Asked for by Dana Whitlock"
    assert asked.removal is not None
    assert last.fields == asked.removal.changes


def test_change_that_waits_is_taken_back(office: Office) -> None:
    office.change(valid_until="2020-01-01")

    kept = office.hub.client.delete(f"{office.address}/removal", headers=office.jo)

    assert codec.from_json(kept.content, EntryFile).removal is None
    assert office.entries()[0].valid_until is None


@pytest.mark.parametrize(
    "other",
    [
        {"note": "Seen at the gate"},
        {"aliases": "Dan Quill; Brandon Okonkwo"},
        {"family": "Quill", "aliases": "Dan Quill; Quillfeather, Daniel"},
        {"given": "DÁNIEL"},
        {"middle": "James"},
        {"suffix": "Jr"},
    ],
)
def test_change_that_lets_nobody_pass_takes_one_person(
    office: Office, other: dict[str, str]
) -> None:
    changed = office.change(**other)

    assert changed.removal is None
    assert changed.entry is not None
    assert changed.entry.version == 2


def test_entry_that_holds_nobody_any_more_is_changed_by_one(office: Office) -> None:
    office.change(valid_until="2020-01-01")
    office.confirm(office.jo)

    assert office.change(version=2, valid_until="2019-01-01").removal is None


def test_switching_the_rule_off_is_told_to_administrators_once(office: Office) -> None:
    for is_on in (False, False):
        office.hub.client.put(
            "/v1/watchlists/settings", json={"two_to_remove": is_on}, headers=office.dana
        )

    (notice,) = office.notices()
    assert notice.kind is NoticeKind.ONE_TO_REMOVE
    assert office.change(valid_until="2020-01-01").removal is None


def test_import_that_takes_people_off_a_list_is_told_to_administrators(office: Office) -> None:
    office.take(LISTED + MARLOW)
    assert office.notices() == []

    office.take(LISTED)

    (notice,) = office.notices()
    assert notice.kind is NoticeKind.PEOPLE_REMOVED
    assert notice.text.startswith("An import took 1 person off No trespass")
    assert "Marlow" not in notice.text


@pytest.mark.parametrize(
    "file",
    [
        b"LAST,FIRST,DOB,AKA,CASE\nZzyzx,Quentin,03/07/1984,Dan Quill,T-1\n",
        b"LAST,FIRST,DOB,AKA,CASE\nQuillfeather,Daniel,01/01/1900,Dan Quill,T-1\n",
        b"LAST,FIRST,DOB,AKA,CASE\nQuillfeather,Daniel,03/07/1984,,T-1\n",
        b"LAST,FIRST,DOB,CASE,VALID_UNTIL\nQuillfeather,Daniel,03/07/1984,T-1,2020-01-01\n",
    ],
)
def test_import_by_which_a_listed_man_may_pass_is_told_before_and_after(
    office: Office, file: bytes
) -> None:
    where = {"name": "No trespass", "category": "trespass"}
    preview = office.hub.client.post(
        "/v1/watchlists/preview", params=where, content=file, headers=office.dana
    )
    shown = codec.from_json(preview.content, ImportPreview)

    office.take(file)

    assert shown.laxer == 1
    assert shown.notes[0].startswith("With 1 changed entry somebody may pass who was held before")
    assert shown.changes[0].what.endswith("; may let pass whom it held")
    (notice,) = office.notices()
    assert notice.kind is NoticeKind.LIST_LAXER
    assert notice.text.startswith("No trespass: an import changed 1 entry of it so that somebody")
    assert "Quillfeather" not in notice.text


def test_import_by_which_nobody_passes_is_no_notice(office: Office) -> None:
    office.take(b"LAST,FIRST,MI,DOB,AKA,CASE\nQuillfeather,Daniel,J,03/07/1984,Dan Quill,T-1\n")

    assert office.notices() == []


def test_import_that_makes_a_list_a_registry_is_told_to_administrators(office: Office) -> None:
    office.take(LISTED, "alert")
    assert office.notices() == []

    office.take(LISTED, "registry")

    (notice,) = office.notices()
    assert notice.kind is NoticeKind.LIST_LAXER
    assert "made it a registry, in which an exact name without a birth date need" in notice.text
