"""A change of the key of ID numbers' hashes that ends half-way, or goes on beside all else."""

import time
from pathlib import Path

import pytest

from db import (
    changes,
    number_keys,
    number_lifting,
)
from db.domain.screening import Outcome
from kiosk import reception
from kiosk.sync import exchange
from kiosk.sync.client import LogHead
from tests.district import District
from tests.hub_of_tests import Clock, hub_at
from tests.journeys.number_keys_of_tests import MOTHER, change_the_key, hashes
from tests.journeys.test_clearances import FATHER, clear_the_father
from tests.makers import make_identity


def test_kiosk_that_was_switched_off_half_way_screens_as_ever_and_goes_on_later(
    district: District,
) -> None:
    clear_the_father(district)
    front = district.kiosks[0]
    inside = front.check_in(front.screen(FATHER))
    front.sync()
    with district.hub.database.begin() as session:
        number_keys.add(session, district.clock())
        changes.add(session, "number_keys", number_keys.sealed(session))
        told = number_keys.sealed(session)
    number_lifting.lift_all(district.hub.database)
    before = hashes(front.database)
    with front.database.begin() as session:
        assert number_keys.learn(session, told)
    with front.database.begin() as session:
        number_keys.go_on(session, 1)  # and off it goes
    assert len(set(hashes(front.database).values()) - set(before.values())) == 1

    with front.database.read() as session:
        found = reception.on_site_of(session, front.desk, FATHER)
    assert [visit.visit_id for visit in found] == [inside.visit_id]
    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR
    front.sync()

    assert hashes(front.database) == hashes(district.hub.database)


def test_kiosk_hears_the_hub_while_it_brings_visits_up_to_a_new_key(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = district.open_kiosk("front")
    for number in range(4):
        front.screen(make_identity("Priya", "Raghunathan", number=f"5551{number}"))
    front.push()
    monkeypatch.setattr(exchange, "LIFT_SECONDS", 0)
    monkeypatch.setattr(number_keys.go_on, "__defaults__", (1,))
    change_the_key(district)
    waited, ask = list[float](), front.hub.changes

    def changes_at_once(
        cursor: int, mark: str, wait_seconds: float, seen: LogHead | None
    ) -> exchange.Changes:
        waited.append(wait_seconds)
        return ask(cursor, mark, 0, seen)

    monkeypatch.setattr(front.hub, "changes", changes_at_once)
    for _ in range(5):
        exchange.pull(front.database, front.hub, 20)

    assert waited == [20, 0, 0, 0, 20]
    assert hashes(front.database) == hashes(district.hub.database)


def test_hub_goes_on_with_a_change_of_the_key_that_was_ended_half_way(
    any_url: str, tmp_path: Path
) -> None:
    clock = Clock()
    with hub_at(any_url, tmp_path / "hub", clock) as hub:
        opened = District(hub, clock, tmp_path)
        front = opened.open_kiosk("front")
        front.screen(MOTHER)
        front.push()
        with hub.database.begin() as session:
            number_keys.add(session, clock())
        old = hashes(hub.database)
        opened.close()

    with hub_at(any_url, tmp_path / "hub", clock) as again:
        deadline = time.monotonic() + 30
        while hashes(again.database) == old:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with again.database.read() as session:
            assert not number_keys.is_lifting(session)
