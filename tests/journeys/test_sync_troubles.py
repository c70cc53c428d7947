"""Everything that goes wrong between kiosk and hub, and what each side still has afterwards."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from db import changes, inbox, log, outbox, photos, retention, settings, visits, watchlists
from db.chain import SealedEvent
from db.domain.decision import Decision
from db.domain.errors import HubAwayError, HubRefusedError, StorageError
from db.domain.events import BadgePrinted
from db.domain.watchlist import WatchlistEntry
from db.engine import Database, open_database
from db.log_models import EventRow
from db.outbox import Device
from kiosk.sync import exchange, http, sending
from kiosk.sync.client import HubForkError
from kiosk.sync.exchange import Learned
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE, make_checked_in
from tests.photos_of_tests import sign_in_with
from tests.sync_of_tests import NO_TOKEN, KioskOfTests, decide, device_of, import_list, pair_again


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database) -> KioskOfTests:
    given = hub.pair()
    return KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))


class EntriesFail(HttpHub):
    """The real hub, behind something that answers in its place when entries are asked for."""

    error: Exception = HubRefusedError("status 302")

    def entries(self, *_: object) -> list[WatchlistEntry]:
        raise self.error


# ---- lists and decisions ---------------------------------------------------------------------


def test_list_whose_entries_are_refused_comes_later(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    import_list(hub, "Trespass")
    fails = EntriesFail(hub.client, kiosk.token)
    with pytest.raises(HubRefusedError):
        exchange.pull(kiosk.database, fails, 0)

    kiosk.pull()

    assert kiosk.lists() == ["Trespass"]


def test_old_version_of_a_list_is_passed_over(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    import_list(hub, "Trespass")
    import_list(hub, "Trespass")

    kiosk.pull()

    with kiosk.database.read() as session:
        assert [w.version for w in watchlists.all_lists(session)] == [2]


def test_decision_is_told_though_a_later_change_fails(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    visit_id = kiosk.visitor_comes(held=True)
    kiosk.push()
    decide(hub, visit_id)
    import_list(hub, "Trespass")
    heard: list[Decision] = []

    def hear(learned: Learned) -> None:
        if learned.decision is not None:
            heard.append(learned.decision)

    fails = EntriesFail(hub.client, kiosk.token)
    fails.error = HubAwayError("away")
    with pytest.raises(HubAwayError):
        exchange.pull(kiosk.database, fails, 0, hear)

    assert [d.visit_id for d in heard] == [visit_id]


def test_hub_restored_from_a_backup_is_read_anew(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    for name in ("Kept", "Lost"):
        import_list(hub, name)
    kiosk.pull_all()
    forget_newest_change(hub, list_name="Lost")

    assert any(learned.lists_changed for learned in kiosk.pull())
    assert kiosk.lists() == ["Kept"]
    import_list(hub, "New")
    kiosk.pull_all()

    assert kiosk.lists() == ["Kept", "New"]


def test_restored_hub_that_has_grown_past_the_kiosk_is_read_anew(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    import_list(hub, "Lost")
    kiosk.pull_all()
    forget_newest_change(hub, list_name="Lost")
    for name in ("First", "Second"):
        import_list(hub, name)

    kiosk.pull_all()

    assert kiosk.lists() == ["First", "Second"]


def forget_newest_change(hub: HubOfTests, list_name: str) -> None:
    """As if the backup was from before that import."""
    with hub.database.begin() as session:
        gone = watchlists.named(session, list_name, hub.site.site_id)
        assert gone is not None
        watchlists.remove(session, gone.list_id)
        newest = changes.version(session)
        session.execute(text("DELETE FROM change WHERE version = :v"), {"v": newest})
        session.execute(text("UPDATE feed SET version = version - 1"))


# ---- events ----------------------------------------------------------------------------------


def test_visit_that_began_before_pairing_again_is_whole_at_the_hub(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    visit_id = kiosk.visitor_comes()
    pair_again(kiosk, hub)
    with kiosk.database.begin() as session:
        outbox.add(session, kiosk.device, make_checked_in(visit_id), NINE, actor="visitor")

    kiosk.push()

    assert kiosk.waiting() == 0
    with kiosk.database.read() as here, hub.database.read() as there:
        assert visits.get(here, visit_id) == visits.get(there, visit_id)
        assert inbox.quarantined(there) == 0


def test_forked_log_from_before_stays_and_the_present_one_is_sent(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/copy.db")) as copied_disk:
        KioskOfTests(copied_disk, kiosk.hub, kiosk.device).visitor_comes()
        sending.push(copied_disk, kiosk.device, kiosk.hub)
    kiosk.visitor_comes()
    with pytest.raises(HubForkError, match="Pair this kiosk again"):
        kiosk.push()

    pair_again(kiosk, hub)
    kiosk.visitor_comes()

    assert kiosk.push() == sending.Pushed(sent=1, left_behind=1)
    assert kiosk.waiting() == 1


def test_visit_of_a_forked_log_is_kept_for_its_days_and_not_for_ever(
    kiosk: KioskOfTests, tmp_path: Path
) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/copy.db")) as copied_disk:
        KioskOfTests(copied_disk, kiosk.hub, kiosk.device).visitor_comes()
        sending.push(copied_disk, kiosk.device, kiosk.hub)
    with kiosk.database.begin() as session:
        settings.write(session, outbox.OWN, kiosk.device)
    kiosk.visitor_comes()
    long_after = NINE + timedelta(days=400)
    before = retention.forget_old_visits(kiosk.database, long_after, is_kiosk=True)

    with pytest.raises(HubForkError):
        kiosk.push()

    assert before == 0
    assert retention.forget_old_visits(kiosk.database, long_after, is_kiosk=True) == 1


def test_kiosk_that_hears_its_own_hub_again_keeps_what_that_one_lacks(kiosk: KioskOfTests) -> None:
    kiosk.visitor_comes()
    kiosk.push()
    with kiosk.database.begin() as session:
        settings.write(session, outbox.OWN, kiosk.device)
        outbox.note_fork(session, kiosk.device)
    kiosk.push()
    kiosk.visitor_comes()

    long_after = NINE + timedelta(days=400)
    assert retention.forget_old_visits(kiosk.database, long_after, is_kiosk=True) == 1
    assert kiosk.waiting() == 1


def test_whatever_is_wrong_with_what_was_said_before_it_keeps_nothing_back(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    kiosk.visitor_comes()
    with kiosk.database.begin() as session:  # as a hub of an older version may refuse it
        session.scalars(select(EventRow)).one().line = b"no event"
    with pytest.raises(HubRefusedError):
        kiosk.push()

    pair_again(kiosk, hub)
    kiosk.visitor_comes(held=True)

    assert kiosk.push() == sending.Pushed(sent=1, left_behind=1)


def test_fork_that_the_hub_finds_is_told_from_other_refusals(
    kiosk: KioskOfTests, tmp_path: Path
) -> None:
    kiosk.visitor_comes()
    kiosk.push()
    with closing(open_database(f"sqlite:///{tmp_path}/copy.db")) as copied_disk:
        KioskOfTests(copied_disk, kiosk.hub, kiosk.device).visitor_comes()
        with copied_disk.read() as session:
            (other,) = outbox.pending(session, kiosk.device, 0, 10)

    with pytest.raises(HubForkError):
        kiosk.hub.push([other], kiosk.device.epoch, b"")
    with pytest.raises(HubRefusedError) as refusal:
        kiosk.hub.head(kiosk.device.epoch + 1)

    assert not isinstance(refusal.value, HubForkError)


def test_long_outage_of_large_events_is_sent_in_batches_that_the_hub_takes(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    with kiosk.database.begin() as session:
        for _ in range(150):
            event = BadgePrinted(uuid4(), '"' * 50_000)
            outbox.add(session, kiosk.device, event, NINE, actor="kiosk")

    assert kiosk.push().sent == 150

    with hub.database.read() as session:
        assert log.count(session, kiosk.device.kiosk_id) == 150


def test_batch_that_the_hub_finds_too_large_is_halved(
    hub: HubOfTests, kiosk: KioskOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH_BYTES", 10**9)
    with kiosk.database.begin() as session:
        for _ in range(60):
            event = BadgePrinted(uuid4(), "x" * 100_000)
            outbox.add(session, kiosk.device, event, NINE, actor="kiosk")

    assert kiosk.push().sent == 60

    with hub.database.read() as session:
        assert log.count(session, kiosk.device.kiosk_id) == 60


def test_locked_visit_at_the_hub_is_no_reason_to_set_its_event_aside(
    postgres_url: str, kiosk_log: KioskOfTests
) -> None:
    visit_id = kiosk_log.visitor_comes()
    with kiosk_log.database.begin() as session:
        outbox.add(session, kiosk_log.device, make_checked_in(visit_id), NINE, actor="visitor")
        first, second = outbox.pending(session, kiosk_log.device, 0, 10)
    device = kiosk_log.device
    with closing(open_database(postgres_url)) as at_hub:
        with at_hub.begin() as session:
            inbox.receive(session, device.kiosk_id, 1, [first], NINE)
        with at_hub.begin() as other:
            other.execute(text("SELECT 1 FROM visit FOR UPDATE"))

            with pytest.raises(StorageError):
                receive_impatiently(at_hub, device, second)
        with at_hub.begin() as session:
            received = inbox.receive(session, device.kiosk_id, 1, [second], NINE)
            assert len(received.new) == 1
            assert inbox.quarantined(session) == 0


def receive_impatiently(at_hub: Database, device: Device, sealed: SealedEvent) -> None:
    with at_hub.begin() as session:
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        inbox.receive(session, device.kiosk_id, 1, [sealed], NINE)


@pytest.fixture
def kiosk_log(database: Database) -> KioskOfTests:
    """A kiosk's log alone: nobody asks its hub."""
    device = Device("district", "lincoln", str(uuid4()))
    return KioskOfTests(database, http.connect("http://127.0.0.1:9", NO_TOKEN), device)


# ---- photos ----------------------------------------------------------------------------------


def test_damaged_and_vanished_photos_keep_no_other_back(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    names = [photos.keep(folder, b"\xff\xd8\xff%d\xff\xd9" % number) for number in range(3)]
    for minutes, name in enumerate(names):
        sign_in_with(kiosk.database, kiosk.device, name, NINE + timedelta(minutes=minutes))
    damaged, vanished, good = names
    photos.path_of(folder, damaged).write_bytes(b"")
    photos.path_of(folder, vanished).unlink()

    sent = sending.push_photos(kiosk.database, kiosk.device, folder, kiosk.hub, NINE)

    assert sent == 1
    assert photos.read(hub.photos, good) is not None
    with kiosk.database.read() as session:
        assert photos.unsent(session, kiosk.device.kiosk_id) == []
        assert photos.lost(session) == (damaged, vanished)


def test_photo_that_the_hub_refuses_waits_and_the_next_one_is_sent(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    good = photos.keep(folder, b"\xff\xd8\xff good \xff\xd9")
    no_photo = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"  # SHA-256 of 0
    photos.path_of(folder, no_photo).with_suffix(".jpg").write_bytes(b"0")  # not encrypted yet
    sign_in_with(kiosk.database, kiosk.device, no_photo)
    sign_in_with(kiosk.database, kiosk.device, good, NINE + timedelta(minutes=1))

    with pytest.raises(HubRefusedError, match="not a photo"):
        sending.push_photos(kiosk.database, kiosk.device, folder, kiosk.hub, NINE)

    assert photos.read(hub.photos, good) is not None
    with kiosk.database.read() as session:
        assert photos.unsent(session, kiosk.device.kiosk_id) == [no_photo]
