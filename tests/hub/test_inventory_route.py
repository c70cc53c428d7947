"""The hub tells who oversees the school what is kept of people, with the school's own days."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from db import codec, retention
from db.domain.inventory import Inventory
from db.domain.visit import VisitState
from db.engine import open_database
from db.models import VisitRow
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.makers import NINE
from tests.sync_of_tests import KioskOfTests, device_of


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, Clock()) as running:
        yield running


def ask(hub: HubOfTests) -> Inventory:
    found = hub.client.get("/v1/inventory", headers=hub.token_of("dwhitlock"))
    assert found.status_code == 200, found.text
    return codec.from_json(found.content, Inventory)


def test_days_and_visits_are_those_of_the_school(hub: HubOfTests, tmp_path: Path) -> None:
    assert (ask(hub).visits, ask(hub).oldest_at) == (0, None)
    given, database = hub.pair(), open_database(f"sqlite:///{tmp_path}/kiosk.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given))
    kiosk.visitor_comes()
    kiosk.push()
    database.close()
    rules = {"visit_keep_days": 90, "rescreen_days": 120, "audit_keep_days": 730}
    hub.client.put("/v1/policy", json=rules, headers=hub.token_of("dwhitlock"))

    kept = ask(hub)

    assert (kept.visit_days, kept.visits, kept.oldest_at) == (120, 1, NINE)
    assert kept.facts[0].how_long.startswith("120 days from the sign-in; then blanked")
    (audit,) = (fact for fact in kept.facts if fact.what.startswith("The audit"))
    assert audit.how_long.startswith("730 days")
    assert {fact.protection.split(";")[0] for fact in kept.facts[:5]} == {"encrypted database"}


def test_hub_on_a_server_does_not_say_that_its_database_is_encrypted(
    postgres_url: str, tmp_path: Path
) -> None:
    with hub_at(postgres_url, tmp_path, Clock()) as hub:
        told = {fact.what.split(":")[0]: fact.protection for fact in ask(hub).facts}

    assert told["Who came"].startswith("encrypted database on kiosks; at the hub as its operator")
    assert told["Notices to the office"].startswith("as its operator protects the PostgreSQL")


def test_visit_that_was_forgotten_is_counted_no_more(hub: HubOfTests, tmp_path: Path) -> None:
    given, database = hub.pair(), open_database(f"sqlite:///{tmp_path}/kiosk.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given))
    kiosk.visitor_comes()
    kiosk.push()
    database.close()
    with hub.database.begin() as session:
        session.execute(update(VisitRow).values(state=VisitState.DEPARTED.value))
    assert ask(hub).visits == 1

    retention.forget_old_visits(hub.database, NINE + timedelta(days=400), is_kiosk=False)

    assert ask(hub).visits == 0
