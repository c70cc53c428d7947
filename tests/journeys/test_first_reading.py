"""What a kiosk is told that has read nothing yet: how things stand, and nobody's old decisions."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import changes, inbox, log_models, settings, staff_pins, visits
from db.domain.visit import VisitState
from db.engine import Database, open_database
from db.models import DecisionRow
from kiosk.sync import exchange
from tests.hub_of_tests import HubOfTests, hub_at
from tests.sync_of_tests import KioskOfTests, decide, device_of, import_list, pair_again

OTHER_KIOSK = "019378a0-0000-7000-8000-00000000f408"


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database) -> KioskOfTests:
    given = hub.pair()
    return KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))


@pytest.fixture
def newcomer(hub: HubOfTests) -> Iterator[KioskOfTests]:
    database, given = open_database("sqlite://"), hub.pair(OTHER_KIOSK, "Gym kiosk")
    yield KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))
    database.close()


def decisions(kiosk: KioskOfTests) -> int:
    with kiosk.database.read() as session:
        return session.scalar(select(func.count()).select_from(DecisionRow)) or 0


def test_new_kiosk_learns_what_holds_and_no_decision_of_others(
    hub: HubOfTests, kiosk: KioskOfTests, newcomer: KioskOfTests
) -> None:
    import_list(hub, "Trespass")
    held = kiosk.visitor_comes(held=True)
    kiosk.push()
    decide(hub, held)

    newcomer.pull()

    assert newcomer.lists() == ["Trespass"]
    assert decisions(newcomer) == 0
    with newcomer.database.read() as session:
        assert len(staff_pins.everybody(session)) == 1


def test_only_the_newest_version_of_a_list_is_fetched(
    hub: HubOfTests, newcomer: KioskOfTests
) -> None:
    for _ in range(3):
        import_list(hub, "Trespass")

    told = newcomer.hub.changes(0, "", 0).changes

    assert [c.kind for c in told].count("watchlist") == 1


def test_kiosk_that_has_read_the_start_goes_on_from_the_newest_change(
    hub: HubOfTests, newcomer: KioskOfTests
) -> None:
    newcomer.pull()
    import_list(hub, "Trespass")

    newcomer.pull()

    assert newcomer.lists() == ["Trespass"]
    with newcomer.database.read() as session, hub.database.read() as there:
        assert settings.read(session, exchange.CURSOR, int) == changes.version(there)


def test_kiosk_that_stopped_within_the_start_begins_it_again(
    hub: HubOfTests, newcomer: KioskOfTests
) -> None:
    import_list(hub, "Trespass")
    told = newcomer.hub.changes(0, "", 0).changes

    assert {c.version for c in told[:-1]} == {0}
    assert told[-1].version > 0


def test_kiosk_that_was_paired_again_learns_what_became_of_its_own_visits(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    held = kiosk.visitor_comes(held=True)
    kiosk.push()
    decide(hub, held)
    pair_again(kiosk, hub)
    with kiosk.database.begin() as session:
        exchange.start_over(session)

    kiosk.pull()

    with kiosk.database.read() as session:
        visit = visits.get(session, held)
    assert visit is not None
    assert visit.state is VisitState.DENIED


# ---- whose events they are -------------------------------------------------------------------


def test_event_that_says_it_is_of_another_school_is_kept_and_changes_nothing(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    kiosk.device = replace(kiosk.device, site_id="019378a0-0000-7000-8000-00000000aaaa")
    visit_id = kiosk.visitor_comes()

    kiosk.push()

    with hub.database.read() as session:
        assert visits.get(session, visit_id) is None
        assert inbox.quarantined(session) == 1
        why = session.scalar(select(log_models.EventRow.parked))
    assert why == "it says that it is of another school than its kiosk"
    assert kiosk.waiting() == 0


def test_what_a_kiosk_saw_before_it_was_paired_is_taken_in(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    kiosk.device = replace(kiosk.device, site_id="", district_id="")
    visit_id = kiosk.visitor_comes()

    kiosk.push()

    with hub.database.read() as session:
        assert visits.get(session, visit_id) is not None
