"""How far a decision goes that a kiosk tells: its PIN was checked there and nowhere else."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from admin_console.hub import list_desk
from db import clearances, replay, settings
from db.domain.days import Days
from db.domain.decision import DecidedAt
from db.engine import open_database
from kiosk.sync import exchange
from tests.stolen_kiosks import (
    cleared_at_console,
    cleared_at_kiosk,
    in_force,
    passes,
    registry_of,
)
from tests.sync_of_tests import KioskOfTests, device_of
from tests.two_schools import School, two_schools

OTHER_AT_ALDER = "019378a0-0000-7000-8000-00000000f409"


@pytest.fixture
def schools(any_url: str, tmp_path: Path) -> Iterator[tuple[School, School]]:
    with two_schools(any_url, tmp_path) as both:
        yield both


@pytest.mark.parametrize("where", DecidedAt)
def test_whom_a_kiosk_cleared_passes_at_its_school_and_is_held_at_another(
    schools: tuple[School, School], where: DecidedAt
) -> None:
    """Also where the kiosk says that the console decided."""
    alder, birch = schools
    registry = registry_of(alder)

    cleared_at_kiosk(alder, registry, where)

    assert passes(alder, registry)
    assert not passes(birch, registry)


def test_whom_the_console_cleared_passes_at_every_school(schools: tuple[School, School]) -> None:
    alder, birch = schools
    registry = registry_of(alder)

    cleared_at_console(alder, registry)

    assert passes(alder, registry)
    assert passes(birch, registry)


def test_new_kiosk_learns_whom_kiosks_of_its_own_school_cleared_and_no_other(
    schools: tuple[School, School], tmp_path: Path
) -> None:
    alder, _ = schools
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)

    told = []
    for school, name in ((alder, "gym"), (schools[1], "hall")):
        given = alder.hub.pair(f"{OTHER_AT_ALDER[:-1]}{len(told)}", name, site_id=school.site_id)
        with closing(open_database(f"sqlite:///{tmp_path}/{name}.db")) as database:
            new = KioskOfTests(database, alder.hub.kiosk(given), device_of(given))
            new.pull_all()
            with database.read() as session:
                told.append(len(clearances.not_expired(session, alder.hub.clock())))

    assert told == [1, 0]


def test_end_of_what_a_kiosk_cleared_is_told_to_its_school(schools: tuple[School, School]) -> None:
    alder, _ = schools
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)
    (known,) = in_force(alder)

    alder.ask("POST", f"/v1/clearances/{known.clearance_id}/end")

    assert not passes(alder, registry)


def test_school_that_shares_its_list_shares_whom_the_console_cleared_and_not_whom_a_kiosk_did(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    registry = registry_of(alder, is_own=True)
    cleared_at_kiosk(alder, registry)
    visit_id = cleared_at_console(alder, registry)

    with alder.hub.database.begin() as session:
        list_desk.share(session, registry.known.name, alder.site_id, alder.hub.clock())

    assert [each.visit_id for each in in_force(birch)] == [visit_id]
    assert len(in_force(alder)) == 2


def test_hub_that_screens_again_goes_by_another_schools_console_and_not_by_its_kiosk(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)
    found, days = registry.screening(alder), Days.of(alder.hub.clock().date())

    with alder.hub.database.read() as session:
        at = [
            clearances.consider(session, found, registry.key, days, school.site_id).hold_reasons
            for school in schools
        ]

    assert [bool(held) for held in at] == [False, True]
    assert birch.site_id != alder.site_id


def test_log_tells_where_a_clearance_holds(schools: tuple[School, School]) -> None:
    alder, _ = schools
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry, DecidedAt.CONSOLE)
    cleared_at_console(alder, registry)

    with alder.hub.database.read() as session:
        assert replay.differences(session) == []


def test_kiosk_that_was_told_more_by_an_older_hub_forgets_it_with_its_update(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    registry = registry_of(alder)
    cleared_at_console(alder, registry)
    cleared_at_kiosk(alder, registry)
    told = in_force(alder)
    with birch.kiosk.database.begin() as session:
        for each in told:
            clearances.learn(session, each)
        settings.write(session, exchange.KINDS, 3)
    assert len(told) == 2

    with birch.kiosk.database.begin() as session:
        exchange.read_anew_after_update(session)

    assert len(in_force(birch)) == 1
    assert passes(birch, registry), "whom the console cleared"
