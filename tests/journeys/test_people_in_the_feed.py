"""The hub's feed names entries of lists and says nothing of them: kiosks are told from the list."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from admin_console.hub import list_desk
from db import changes, codec, retention, settings, watchlists
from db.domain.desk import ByHand
from db.domain.watchlist import Category, EntryDelta, Watchlist, WatchlistEntry
from db.engine import Database
from db.hub_models import ChangeRow
from db.list_import import ListWanted
from kiosk.sync import exchange
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import HubOfTests, hub_at, known_hub
from tests.makers import NINE
from tests.sync_of_tests import KioskOfTests, device_of, import_list

SHE = {"family": "Zebrafinch", "given": "Quentina", "note": "Shelter", "instructions": "Call 911"}
HE = {"family": "Okonkwo", "given": "Bartholomew"}


class CountingHub(HttpHub):
    """The real hub; counts the pages of lists that were fetched."""

    pages = 0

    def entries(
        self, list_id: UUID, version: int, after: UUID | None, limit: int
    ) -> list[WatchlistEntry]:
        self.pages += 1
        return super().entries(list_id, version, after, limit)


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        import_list(running, "Orders")
        headers = running.sign_in()
        rules = {"two_to_remove": False}
        running.client.put("/v1/watchlists/settings", headers=headers, json=rules)
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database) -> KioskOfTests:
    given = hub.pair()
    pages = CountingHub(hub.client, hub.own_token(given), known_hub(given))
    kiosk = KioskOfTests(database, pages, device_of(given), hub.own_token(given))
    kiosk.pull_all()
    pages.pages = 0
    return kiosk


def pages(kiosk: KioskOfTests) -> int:
    assert isinstance(kiosk.hub, CountingHub)
    return kiosk.hub.pages


def listed(database: Database) -> Watchlist:
    with database.read() as session:
        (found,) = watchlists.all_lists(session)
    return found


def ask(hub: HubOfTests, method: str, below: str, wanted: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/watchlists/{listed(hub.database).list_id}/people{below}"
    answer = hub.client.request(method, path, headers=hub.sign_in(), json=wanted)
    assert answer.is_success, answer.text
    entry: dict[str, Any] = answer.json()["entry"] or {}
    return entry


def add(hub: HubOfTests, draft: dict[str, str]) -> dict[str, Any]:
    return ask(hub, "POST", "", draft)


def change(hub: HubOfTests, entry: dict[str, Any], draft: dict[str, str]) -> dict[str, Any]:
    return ask(hub, "PUT", f"/{entry['entry_id']}?version={entry['version']}", draft)


def remove(hub: HubOfTests, entry: dict[str, Any]) -> None:
    wanted = {"version": entry["version"], "reason": "Order withdrawn"}
    ask(hub, "POST", f"/{entry['entry_id']}/removal", wanted)


def is_right(kiosk: KioskOfTests, hub: HubOfTests) -> bool:
    wanted = listed(hub.database)
    with kiosk.database.read() as session, hub.database.read() as there:
        here, right = (watchlists.entries_of(s, wanted.list_id) for s in (session, there))
    return listed(kiosk.database) == wanted and here == right


def feed_of(hub: HubOfTests) -> str:
    with hub.database.read() as session:
        return "\n".join(session.scalars(select(ChangeRow.body)))


def forget(hub: HubOfTests) -> None:
    retention.forget_old_visits(hub.database, NINE + timedelta(days=1), is_kiosk=False)


def as_of_a_version_before(hub: HubOfTests, change: int, entry: WatchlistEntry | None) -> None:
    """Such a hub wrote all that the entry said into its feed."""
    with hub.database.begin() as session:
        row = session.scalars(select(ChangeRow).where(ChangeRow.version == change)).one()
        said = codec.from_json(row.body, dict[str, Any])
        said.pop("edited")
        row.body = codec.to_json(said | {"delta": EntryDelta(put=entry)}).decode()


def test_feed_says_nothing_of_who_is_on_a_list(hub: HubOfTests) -> None:
    entry = add(hub, SHE)
    change(hub, entry, SHE | {"note": "Shelter at Elm Street"})

    told = feed_of(hub)

    assert entry["entry_id"] in told
    assert [word in told for word in ("Zebrafinch", "Quentina", "Shelter", "Call 911")] == [
        False
    ] * 4


def test_kiosk_that_was_off_while_two_people_were_added_fetches_no_list(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    add(hub, SHE)
    add(hub, HE)

    kiosk.pull_all()

    assert is_right(kiosk, hub)
    assert pages(kiosk) == 0


def test_kiosk_that_was_off_while_an_entry_was_changed_twice_has_the_list_all_the_same(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    entry = add(hub, SHE)
    change(hub, entry, SHE | {"note": "Another"})

    kiosk.pull_all()

    assert is_right(kiosk, hub)


def test_kiosk_that_was_off_while_somebody_was_added_and_removed_never_hears_of_them(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    entry = add(hub, SHE)
    remove(hub, entry)
    with kiosk.database.read() as session:
        place = settings.read(session, exchange.CURSOR, int) or 0
        mark = settings.read(session, exchange.MARK, str) or ""
    told = kiosk.hub.changes(place, mark, 0).changes

    kiosk.pull_all()

    assert is_right(kiosk, hub)
    assert len(told) == 2
    assert b"Zebrafinch" not in b"".join(bytes(change.body) for change in told)


def test_kiosk_that_was_off_while_the_list_was_imported_anew_has_the_newest(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    add(hub, SHE)
    file = io.BytesIO(b"LAST,FIRST\nMarlow,Helena\nMarlow,Ann\n")
    site_id = listed(hub.database).site_id
    wanted = ListWanted("Orders", Category.TRESPASS, site_id=site_id, by_hand=ByHand.UNDO)
    list_desk.import_list(hub.database, file, wanted, "hub", hub.clock)
    add(hub, HE)

    kiosk.pull_all()

    assert is_right(kiosk, hub)


def test_what_the_feed_of_a_version_before_says_of_people_goes_and_kiosks_go_on_in_it(
    hub: HubOfTests, kiosk: KioskOfTests, caplog: pytest.LogCaptureFixture
) -> None:
    entry = add(hub, SHE)
    with hub.database.read() as session:
        place = changes.version(session)
        list_id = listed(hub.database).list_id
        said = watchlists.entry(session, list_id, UUID(entry["entry_id"]))
    as_of_a_version_before(hub, place, said)
    kiosk.pull_all()

    forget(hub)
    add(hub, HE)
    with caplog.at_level(logging.WARNING):
        kiosk.pull_all()

    assert "Zebrafinch" not in feed_of(hub)
    assert is_right(kiosk, hub)
    assert pages(kiosk) == 0
    assert "restored" not in caplog.text


def test_place_in_the_feed_counts_only_with_the_mark_of_what_was_read_there(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    with hub.database.read() as session:
        place = changes.version(session)

    assert kiosk.hub.changes(1, "", 0).start_over
    assert kiosk.hub.changes(place, "", 0).start_over
    assert not kiosk.hub.changes(0, "", 0).start_over


def test_place_of_which_the_hub_knows_nothing_any_more_does_not_count(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    add(hub, SHE)
    with hub.database.begin() as session:
        session.execute(text("DELETE FROM change WHERE version = 1"))

    assert kiosk.hub.changes(1, "f" * 64, 0).start_over
