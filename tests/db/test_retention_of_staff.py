"""What is kept of staff, and beside visits, goes in its time too."""

from datetime import UTC, datetime, timedelta

import pytest

from db import audit, changes, codec, policy, retention
from db.audit import By
from db.domain.audit import Deed
from db.domain.policy import DeskPolicy
from db.domain.visit import Host
from db.engine import Database
from db.ids import new_id
from tests.makers import NINE

LATER = NINE + timedelta(days=800)


def note_deeds(database: Database, at: datetime, many: int = 1) -> None:
    with database.begin() as session:
        for number in range(many):
            audit.note(session, By("terminal", f"10.0.0.{number % 250}"), Deed.DECIDED, at)


def days_of_deeds(database: Database) -> list[datetime]:
    with database.read() as session:
        return [line.at for line in audit.every_line(session)]


def settle(database: Database, days: int) -> None:
    with database.begin() as session:
        policy.keep(session, DeskPolicy(audit_keep_days=days))


def test_audit_goes_after_the_days_that_the_district_settled(any_database: Database) -> None:
    note_deeds(any_database, NINE, audit.AT_ONCE + 2)
    note_deeds(any_database, NINE + timedelta(days=400))
    note_deeds(any_database, LATER)
    settle(any_database, 400)

    assert retention.forget_old_deeds(any_database, LATER) == audit.AT_ONCE + 2

    assert days_of_deeds(any_database) == [NINE + timedelta(days=400), LATER]


def test_hub_that_looks_each_day_deletes_them_by_itself(any_database: Database) -> None:
    note_deeds(any_database, NINE)
    settle(any_database, 365)

    for day in range(0, 371, 5):
        retention.forget_when_certain(any_database, NINE + timedelta(days=day), is_kiosk=False)
        is_over = day > 365
        assert bool(days_of_deeds(any_database)) is not is_over


def test_hub_that_begins_in_1970_goes_on(any_database: Database) -> None:
    note_deeds(any_database, NINE)
    settle(any_database, 365)

    begun = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    assert retention.forget_old_deeds(any_database, begun) == 0

    assert days_of_deeds(any_database) == [NINE]


def test_audit_stays_for_ever_where_nobody_said_otherwise(any_database: Database) -> None:
    note_deeds(any_database, NINE)

    assert retention.forget_old_deeds(any_database, LATER) == 0

    assert days_of_deeds(any_database) == [NINE]


def test_nobody_settles_away_what_they_did_lately() -> None:
    with pytest.raises(ValueError, match="365 to 3660 days, or for ever with 0"):
        DeskPolicy(audit_keep_days=364)


def tell_hosts(database: Database, name: str, site_id: str = "") -> changes.Change:
    with database.begin() as session:
        host = Host(host_id=name, name=name, place="", role="", directions="")
        changes.add(session, "hosts", (host,), site_id=site_id)
        found = changes.newest(session)
    assert found is not None
    return found


def told(database: Database, cursor: int = 0) -> list[str]:
    with database.read() as session:
        return [f"{c.version} {c.kind} {c.body}" for c in changes.since(session, cursor)]


def forget(database: Database, now: datetime = LATER) -> None:
    retention.forget_old_visits(database, now, is_kiosk=False)


def test_hosts_of_before_are_forgotten_and_those_of_another_school_stay(
    any_database: Database,
) -> None:
    for name, site_id in (("Abernathy", ""), ("Okafor", "birch"), ("Lindqvist", "")):
        tell_hosts(any_database, name, site_id)

    forget(any_database)

    assert [c.split()[0] for c in told(any_database)] == ["2", "3"]
    assert "Abernathy" not in "".join(told(any_database))
    with any_database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT body FROM change").scalars().all()
    assert "Abernathy" not in "".join(map(str, rows))


def test_place_of_a_forgotten_change_is_still_known_by_its_mark(any_database: Database) -> None:
    before = tell_hosts(any_database, "Abernathy")
    tell_hosts(any_database, "Lindqvist")

    for _ in range(2):
        forget(any_database)

    with any_database.read() as session:
        assert changes.is_place(session, before.version, before.mark)
        assert not changes.is_place(session, before.version, "0" * 64)
    assert len(told(any_database, before.version)) == 1


@pytest.mark.parametrize("kind", ["policy", "number_keys", "staff_pins", "hosts", "site"])
def test_of_what_is_told_whole_the_newest_is_left(any_database: Database, kind: str) -> None:
    with any_database.begin() as session:
        for number in range(3):
            changes.add(session, kind, {"number": number})

    forget(any_database)

    assert told(any_database) == [f'3 {kind} {{"number":2}}']


def test_who_of_the_staff_signed_somebody_out_is_told_to_kiosks_for_the_days_of_a_visit(
    any_database: Database,
) -> None:
    with any_database.begin() as session:
        for at in (NINE, LATER):
            said = {"visit_id": new_id(at), "at": at, "by": "Dana Whitlock"}
            changes.add(session, "check_out", said)

    forget(any_database)

    (left,) = told(any_database)
    assert codec.to_json(LATER).decode() in left
