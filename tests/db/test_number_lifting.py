"""While the key for ID numbers is changed, everybody goes on with their work."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from db import chain, number_keys, number_lifting, outbox, replay, visit_events, visits
from db.desk_models import ClearanceRow
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.errors import StorageError
from db.domain.events import DecisionMade, VisitAbandoned, VisitorScreened
from db.engine import Database, open_database
from db.ids import new_id
from db.models import VisitRow
from db.outbox import Device
from tests.makers import NINE, make_identity, make_match, make_screened

HASH, KEY = "ab" * 32, "cd" * 32
HUB = Device("", "", chain.HUB)


@pytest.fixture
def hub(any_database: Database) -> Database:
    with any_database.begin() as session:
        number_keys.make(session)
    return any_database


def screen(hub: Database, minutes: int, key_id: str = "", number_hash: str = HASH) -> UUID:
    """A held visit of the one person with this number, that long after nine."""
    at = NINE + timedelta(minutes=minutes)
    made = make_screened(held=True)
    screening = replace(made.screening, screening_id=new_id(at), matches=(make_match(),))
    event = replace(
        made,
        visit_id=new_id(at),
        number=minutes,
        number_hash=number_hash,
        visitor_key=KEY,
        key_id=key_id,
        screening=screening,
    )
    say(hub, event)
    return event.visit_id


def say(hub: Database, event: VisitorScreened | VisitAbandoned) -> None:
    with hub.begin() as session:
        outbox.add(session, HUB, event, NINE, visit_id=event.visit_id, actor="visitor")


def clear(hub: Database, visit_id: UUID) -> None:
    decision = Decision(
        decision_id=new_id(NINE),
        visit_id=visit_id,
        verdict=Verdict.NOT_THIS_PERSON,
        reason="another birth date",
        decided_by="Dana",
        decided_at=NINE,
        where=DecidedAt.CONSOLE,
    )
    with hub.begin() as session:
        event = DecisionMade(decision, date(2030, 1, 1))
        outbox.add(session, HUB, event, NINE, visit_id=visit_id, actor="staff:1")


def begin(hub: Database) -> None:
    with hub.begin() as session:
        number_keys.add(session, NINE)


def step(hub: Database, limit: int = 1) -> number_keys.Lifted:
    with hub.begin() as session:
        return number_keys.go_on(session, limit)


def hashes(hub: Database) -> list[str]:
    with hub.read() as session:
        return list(session.scalars(select(VisitRow.number_hash).order_by(VisitRow.visit_id)))


def keys_cleared(hub: Database) -> set[str]:
    with hub.read() as session:
        return set(session.scalars(select(ClearanceRow.visitor_key)))


def differences(hub: Database) -> list[str]:
    with hub.read() as session:
        return replay.differences(session)


def lifted(hub: Database, digest: str) -> str:
    with hub.read() as session:
        return number_keys.lift(digest, number_keys.later(session))


def found(hub: Database, number_hash: str, since: datetime = NINE) -> int:
    with hub.read() as session:
        return len(visits.of_person_since(session, make_identity(), number_hash, since))


def test_clearance_that_is_given_while_the_key_is_changed_is_as_the_log_tells(
    hub: Database,
) -> None:
    first, second, third = (screen(hub, at) for at in range(3))
    clear(hub, second)
    begin(hub)
    assert differences(hub) == []
    step(hub)

    clear(hub, first)
    clear(hub, third)

    assert differences(hub) == []
    assert keys_cleared(hub) == {lifted(hub, KEY)}
    assert number_lifting.lift_all(hub) == 2
    assert differences(hub) == []


def test_person_is_found_under_either_key_half_way(hub: Database) -> None:
    for at in range(3):
        screen(hub, at)
    begin(hub)
    step(hub)
    new = lifted(hub, HASH)
    assert hashes(hub) == [new, HASH, HASH]

    assert found(hub, new) == found(hub, HASH) == 3
    assert found(hub, lifted(hub, "ef" * 32)) == 0


def test_visit_that_comes_half_way_is_lifted_whatever_its_kiosk_has_heard(hub: Database) -> None:
    for at in (0, 10):
        screen(hub, at)
    begin(hub)
    with hub.read() as session:
        key_id = number_keys.newest_id(number_keys.later(session))
    new = lifted(hub, HASH)

    screen(hub, 5)
    screen(hub, 6, key_id, new)
    screen(hub, 20)
    screen(hub, 21, key_id, new)

    assert hashes(hub) == [HASH, HASH, new, HASH, new, new]
    assert found(hub, new) == 6
    number_lifting.lift_all(hub)
    assert hashes(hub) == [new] * 6
    begin(hub)
    number_lifting.lift_all(hub)
    assert len(set(hashes(hub))) == 1
    assert differences(hub) == []


def test_hub_restored_from_before_a_change_agrees_with_its_log_after_the_next_one(
    hub: Database,
) -> None:
    visit_id = screen(hub, 0, key_id="0123456789abcdef")
    clear(hub, visit_id)
    assert differences(hub) == []

    begin(hub)
    number_lifting.lift_all(hub)

    assert differences(hub) == []
    assert hashes(hub) == [""]


def test_key_is_not_changed_again_before_all_visits_have_it(hub: Database) -> None:
    screen(hub, 0)
    begin(hub)

    with pytest.raises(StorageError, match="being changed already"):
        begin(hub)


def test_check_out_that_comes_while_the_key_is_changed_waits_for_nothing(
    postgres_url: str,
) -> None:
    hub, other = open_database(postgres_url), open_database(postgres_url)
    with hub.begin() as session:
        number_keys.make(session)
    visit_ids = [screen(hub, at) for at in range(3)]
    with hub.begin() as session:
        visits.locked_rows(session, visit_ids[1:2])  # a check-out is being taken in
        changing = threading.Thread(target=change, args=(other,))
        changing.start()
        wait_until(lambda: len(set(hashes(hub))) == 2)  # the first visit is lifted

        with visit_events.together(session, [VisitAbandoned(visit_ids[2])]):
            assert number_keys.settled(session).lifting is not None

    changing.join(30)

    assert len(set(hashes(hub))) == 1 != hashes(hub).count(HASH)
    hub.close()
    other.close()


def change(database: Database) -> None:
    begin(database)
    number_lifting.lift_all(database)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_kiosk_writes_between_two_steps_of_a_new_key(hub: Database) -> None:
    count = 3 * 500
    with hub.begin() as session:
        for number in range(count):
            session.add(copy_of_visit(number))
    begin(hub)
    lifting = threading.Thread(target=number_lifting.lift_all, args=(hub,))
    lifting.start()
    wait_until(lambda: hashes(hub)[0] != HASH)

    screen(hub, -5)

    is_between = HASH in hashes(hub)
    lifting.join(60)
    assert is_between
    number_lifting.lift_all(hub)
    assert set(hashes(hub)) == {lifted(hub, HASH)}


def copy_of_visit(number: int) -> VisitRow:
    at = NINE + timedelta(seconds=number)
    return VisitRow(
        visit_id=new_id(at),
        number=number,
        site_id="",
        kiosk_id="lobby",
        state="departed",
        given_name="Mira",
        middle_name="",
        family_name="Quillfeather",
        suffix="",
        search_name="quillfeather mira",
        sex="unspecified",
        number_hash=HASH,
        visitor_key=KEY,
        started_at=at,
        with_escort=False,
    )


def test_looking_for_somebody_half_way_hashes_nothing_of_the_others(
    hub: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub.begin() as session:
        for number in range(100):
            of_another = copy_of_visit(number)
            of_another.number_hash, of_another.search_name = f"{number:064x}", f"nobody {number}"
            session.add(of_another)
    for at in (-1, 30):
        screen(hub, at)
    begin(hub)
    step(hub)
    new, hashed, lift = lifted(hub, HASH), list[str](), number_keys.lift

    def counted(digest: str, *rest: Any) -> str:
        hashed.append(digest)
        return lift(digest, *rest)

    monkeypatch.setattr(number_keys, "lift", counted)

    assert found(hub, new, since=NINE - timedelta(days=1)) == 2
    assert len(hashed) < 5


def test_kiosk_that_hears_of_one_more_key_half_way_recognises_everybody(database: Database) -> None:
    with database.begin() as session:
        number_keys.make(session)
    for at in range(3):
        screen(database, at)
    one, two = (number_keys.LaterKey(letter * 64, NINE) for letter in "ab")
    with database.begin() as session:
        number_keys.take(session, [one])
    step(database)

    with database.begin() as session:
        number_keys.take(session, [one, two])

    number_lifting.lift_all(database)
    assert hashes(database) == [lifted(database, HASH)] * 3
