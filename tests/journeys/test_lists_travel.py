"""Lists on their way to a kiosk: in pages, from where they stopped, and put in force at once."""

import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from admin_console.hub import list_desk
from db import watchlists
from db.domain.errors import HubAwayError
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.engine import Database
from db.list_import import ListWanted
from kiosk.sync import exchange, list_pull
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import HubOfTests, PairedOfTests, hub_at, known_hub
from tests.sync_of_tests import KioskOfTests, device_of, import_list, pair_again

DRAFT = {"family": "Quillfeather", "given": "Daniel"}


class CountingHub(HttpHub):
    """The real hub; goes away after so many pages, and counts what was asked for."""

    pages = 0
    goes_away_after = 1_000_000

    def entries(
        self, list_id: UUID, version: int, after: UUID | None, limit: int
    ) -> list[WatchlistEntry]:
        if self.pages >= self.goes_away_after:
            raise HubAwayError("gone in the middle")
        self.pages += 1
        return super().entries(list_id, version, after, limit)


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def given(hub: HubOfTests) -> PairedOfTests:
    return hub.pair()


@pytest.fixture
def pages(hub: HubOfTests, given: PairedOfTests) -> CountingHub:
    return CountingHub(hub.client, hub.own_token(given), known_hub(given))


@pytest.fixture
def kiosk(database: Database, pages: CountingHub, given: PairedOfTests) -> KioskOfTests:
    return KioskOfTests(database, pages, device_of(given))


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_pull, "PAGE", 10)


def put(hub: HubOfTests, people: int, name: str = "Registry") -> Watchlist:
    rows = "".join(f"Marlow{n},Helena\n" for n in range(people))
    file = io.BytesIO(f"LAST,FIRST\n{rows}".encode())
    wanted = ListWanted(name, Category.REGISTRY)
    return list_desk.import_list(hub.database, file, wanted, "hub", hub.clock).watchlist


def edit(hub: HubOfTests, watchlist: Watchlist) -> None:
    hub.client.post(
        f"/v1/watchlists/{watchlist.list_id}/people", json=DRAFT, headers=hub.sign_in()
    ).raise_for_status()


def people_of(database: Database) -> list[WatchlistEntry]:
    with database.read() as session:
        (watchlist,) = watchlists.all_lists(session)
        entries = watchlists.entries_of(session, watchlist.list_id)
    assert len(entries) == watchlist.entry_count
    return entries


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(text("SELECT count(*) FROM watchlist_entry")) or 0


@pytest.mark.parametrize("people", [1, 9, 10, 11, 30, 35])
def test_list_of_any_size_comes_whole_in_pages(
    hub: HubOfTests, kiosk: KioskOfTests, pages: CountingHub, people: int
) -> None:
    put(hub, people)

    kiosk.pull_all()

    assert people_of(kiosk.database) == people_of(hub.database)
    assert pages.pages == people // 10 + 1


def test_list_that_stopped_in_the_middle_goes_on_from_there(
    hub: HubOfTests, kiosk: KioskOfTests, pages: CountingHub
) -> None:
    put(hub, 5)
    kiosk.pull_all()
    put(hub, 35)
    pages.pages, pages.goes_away_after = 0, 2
    with pytest.raises(HubAwayError):
        kiosk.pull()
    assert len(people_of(kiosk.database)) == 5  # the version before is in force meanwhile

    pages.pages, pages.goes_away_after = 0, 99
    kiosk.pull_all()

    assert pages.pages == 2
    assert people_of(kiosk.database) == people_of(hub.database)
    assert stored(kiosk.database) == 35


def test_newer_version_ends_the_one_that_was_coming(
    hub: HubOfTests, kiosk: KioskOfTests, pages: CountingHub
) -> None:
    put(hub, 35)
    pages.goes_away_after = 2
    with pytest.raises(HubAwayError):
        kiosk.pull()
    put(hub, 12)

    pages.goes_away_after = 99
    kiosk.pull_all()

    assert people_of(kiosk.database) == people_of(hub.database)
    assert stored(kiosk.database) == 12


def test_list_that_does_not_come_whole_is_not_put_in_force(
    hub: HubOfTests, kiosk: KioskOfTests, pages: CountingHub
) -> None:
    put(hub, 25)
    pages.goes_away_after = 2
    with pytest.raises(HubAwayError):
        kiosk.pull()
    with kiosk.database.begin() as session:
        session.execute(
            text("UPDATE watchlist_entry SET digest = x'00' WHERE family_name LIKE '%1'")
        )

    pages.goes_away_after = 99
    with pytest.raises(HubAwayError, match="did not come whole"):
        kiosk.pull()
    assert kiosk.lists() == []
    kiosk.pull_all()

    assert people_of(kiosk.database) == people_of(hub.database)


def test_entry_that_was_changed_by_hand_travels_alone(
    hub: HubOfTests, kiosk: KioskOfTests, pages: CountingHub
) -> None:
    watchlist = put(hub, 25)
    kiosk.pull_all()
    pages.pages = 0

    edit(hub, watchlist)
    kiosk.pull_all()

    assert pages.pages == 0
    assert people_of(kiosk.database) == people_of(hub.database)
    assert "Quillfeather" in {e.name.family for e in people_of(kiosk.database)}


def test_kiosk_that_missed_a_version_fetches_all_of_the_newest(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    watchlist = put(hub, 25)
    edit(hub, watchlist)
    edit(hub, watchlist)

    kiosk.pull_all()

    assert people_of(kiosk.database) == people_of(hub.database)


def test_one_entry_never_makes_a_list_that_the_hub_does_not_have(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    watchlist = put(hub, 25)
    kiosk.pull_all()
    with kiosk.database.begin() as session:
        session.execute(text("DELETE FROM watchlist_entry WHERE family_name = 'Marlow7'"))

    edit(hub, watchlist)
    kiosk.pull_all()

    assert people_of(kiosk.database) == people_of(hub.database)


def test_list_that_is_here_already_is_not_fetched_again(
    hub: HubOfTests, kiosk: KioskOfTests, pages: CountingHub
) -> None:
    put(hub, 25)
    kiosk.pull_all()
    pages.pages = 0

    with kiosk.database.begin() as session:
        exchange.start_over(session)
    kiosk.pull_all()

    assert pages.pages == 0


def test_small_lists_still_travel_after_pairing_again(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    import_list(hub, "Trespass")
    pair_again(kiosk, hub)

    kiosk.pull_all()

    assert people_of(kiosk.database) == people_of(hub.database)
