"""What lets a listed person pass takes two people, and administrators hear of the rest."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from admin_console.hub import entry_photos
from db import codec, photos, staff, watchlists
from db.domain.desk import ImportPreview, Role
from db.domain.entry_history import EntryChangeKind, EntryFile
from db.domain.notice import Notice, NoticeKind, Notices
from db.domain.people import Identity, PersonName
from db.domain.watchlist import Watchlist, WatchlistEntry
from db.ids import new_id
from db.screening.engine import screen
from db.screening.index import build_index
from tests.hub.test_entry_photos import picture
from tests.hub_of_tests import PASSWORD, HubOfTests, hub_at
from tests.makers import NINE, make_identity, make_watchlist

DANIEL = {
    "family": "Quillfeather",
    "given": "Daniel",
    "birth_date": "1984-03-07",
    "aliases": "Dan Quill",
    "reference": "T-1",
}
LISTED = b"LAST,FIRST,DOB,AKA,CASE\nQuillfeather,Daniel,03/07/1984,Dan Quill,T-1\n"
MARLOW = b"Marlow,Helena,04/17/1986,,T-2\n"
WITH_MIDDLE = b"LAST,FIRST,MIDDLE,DOB,AKA,CASE\nQuillfeather,Daniel,%s,03/07/1984,Dan Quill,T-1\n"


def bits_of(visitor: Identity, entry: WatchlistEntry) -> float:
    index = build_index([(make_watchlist(), (entry,))])
    found = screen(visitor, index, number_hash="", now=NINE, screening_id=new_id(NINE))
    return found.matches[0].bits


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

    def preview(self, content: bytes) -> ImportPreview:
        where = {"name": "No trespass", "category": "trespass"}
        answer = self.hub.client.post(
            "/v1/watchlists/preview", params=where, content=content, headers=self.dana
        )
        return codec.from_json(answer.content, ImportPreview)

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
                staff.hashed(PASSWORD),
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
        {"middle": "James"},
        {"suffix": "Jr"},
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


def test_photo_of_a_change_stays_until_a_second_person_confirms_it(office: Office) -> None:
    hub = office.hub
    photo = entry_photos.take(hub.photos, picture())
    office.change(family="Quill", photo=photo)

    with hub.database.read() as session:
        assert entry_photos.sweep(session, hub.photos, datetime.now(UTC) + timedelta(days=9)) == 0
    office.confirm(office.jo)

    assert [entry.photo for entry in office.entries()] == [photo]
    assert entry_photos.is_kept(hub.photos, photo)


def test_change_whose_photo_is_gone_is_not_made(office: Office) -> None:
    hub = office.hub
    photo = entry_photos.take(hub.photos, picture())
    office.change(family="Quill", photo=photo)
    photos.path_of(hub.photos, photo, entry_photos.FOLDER).unlink()

    refused = hub.client.post(f"{office.address}/removal", json={"version": 1}, headers=office.jo)

    assert refused.status_code == 409
    assert "choose the photo again" in refused.text
    assert [entry.name.family for entry in office.entries()] == ["Quillfeather"]


def test_who_confirms_their_own_change_reads_that_it_takes_another_person_whatever_else_is_wrong(
    office: Office,
) -> None:
    hub = office.hub
    photo = entry_photos.take(hub.photos, picture())
    office.change(family="Quill", photo=photo)
    photos.path_of(hub.photos, photo, entry_photos.FOLDER).unlink()

    asked = hub.client.post(f"{office.address}/removal", json={"version": 1}, headers=office.dana)

    assert asked.status_code == 409
    assert "another person has to confirm it" in asked.json()["detail"]


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
        {"middle": "James", "aliases": "Dan Quill; Quillfeather, Daniel"},
        {"suffix": "Jr", "aliases": "Dan Quill; Quillfeather, Daniel"},
    ],
)
def test_change_that_lets_nobody_pass_takes_one_person(
    office: Office, other: dict[str, str]
) -> None:
    changed = office.change(**other)

    assert changed.removal is None
    assert changed.entry is not None
    assert changed.entry.version == 2


@pytest.mark.parametrize("middles", [("Robert", "", "James"), ("", "James"), ("Robert", "James")])
def test_entry_means_a_man_of_another_middle_name_in_no_number_of_steps_of_one_person(
    office: Office, middles: tuple[str, ...]
) -> None:
    middle, *later = middles
    office.take(WITH_MIDDLE % middle.encode())
    before, version = office.entries(), office.entries()[0].version
    robert = PersonName("Daniel", "Quillfeather", "Robert")
    visitor = replace(make_identity(birth_date=date(1984, 3, 8)), name=robert)

    for other in later:
        asked = office.change(version, middle=other)
        assert asked.removal is not None

    james = replace(before[0], name=replace(before[0].name, middle="James"))
    assert office.entries() == before
    assert bits_of(visitor, before[0]) > bits_of(visitor, james)


@pytest.mark.parametrize("middles", [("Robert", ""), ("", "James"), ("Robert", "James")])
def test_import_that_changes_a_middle_name_is_told_before_and_after(
    office: Office, middles: tuple[str, str]
) -> None:
    was, now_is = (WITH_MIDDLE % middle.encode() for middle in middles)
    office.take(was)
    told = len(office.notices())

    assert office.preview(now_is).laxer == 1
    office.take(now_is)

    assert len(office.notices()) == told + 1


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
    shown = office.preview(file)

    office.take(file)

    assert shown.laxer == 1
    assert shown.notes[0].startswith("With 1 changed entry somebody may pass who was held before")
    assert shown.changes[0].what.endswith("; may let pass whom it held")
    (notice,) = office.notices()
    assert notice.kind is NoticeKind.LIST_LAXER
    assert notice.text.startswith("No trespass: an import changed 1 entry of it so that somebody")
    assert "Quillfeather" not in notice.text


def with_birth_date(born: str) -> bytes:
    return b"LAST,FIRST,DOB,AKA,CASE\nQuillfeather,Daniel,%s,Dan Quill,T-1\n" % born.encode()


@pytest.mark.parametrize(("was", "now_is"), [("1984", "03/07/1984"), ("1984-03", "1984-03-07")])
def test_birth_date_that_a_file_completes_is_told_as_that_and_no_notice(
    office: Office, was: str, now_is: str
) -> None:
    office.take(with_birth_date(was))
    told = office.notices()

    shown = office.preview(with_birth_date(now_is))
    office.take(with_birth_date(now_is))

    assert (shown.laxer, shown.notes) == (0, ())
    assert [change.what for change in shown.changes] == ["birth date now complete"]
    assert office.notices() == told


@pytest.mark.parametrize(("was", "now_is"), [("1984", "03/07/1985"), ("1984-03-07", "1984")])
def test_birth_date_that_contradicts_or_loses_the_one_before_is_told(
    office: Office, was: str, now_is: str
) -> None:
    office.take(with_birth_date(was))

    assert office.preview(with_birth_date(now_is)).laxer == 1


def test_birth_date_that_one_person_completes_by_hand_waits(office: Office) -> None:
    office.take(with_birth_date("1984"))
    (entry,) = office.entries()

    assert office.change(entry.version, birth_date="1984-03-07").removal is not None


def test_import_by_which_nobody_passes_is_no_notice(office: Office) -> None:
    office.take(
        b"LAST,FIRST,MI,DOB,AKA,CASE\n"
        b'Quillfeather,Daniel,J,03/07/1984,"Dan Quill; Quillfeather, Daniel",T-1\n'
    )

    assert office.notices() == []


def test_import_that_makes_a_list_a_registry_is_told_to_administrators(office: Office) -> None:
    office.take(LISTED, "alert")
    assert office.notices() == []

    office.take(LISTED, "registry")

    (notice,) = office.notices()
    assert notice.kind is NoticeKind.LIST_LAXER
    assert "made it a registry, in which an exact name without a birth date need" in notice.text
