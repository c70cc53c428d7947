"""A backlog is stored first and applied behind; what is new of a visit does not wait for it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import delete, select, text

from db import applying, chain, inbox, log, outbox, visits, webhooks
from db.chain import SealedEvent
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import (
    BadgeFailed,
    BadgePrinted,
    DecisionMade,
    DomainEvent,
    VisitAbandoned,
    VisitCheckedOut,
)
from db.domain.visit import CheckOutWay, VisitState
from db.engine import Database, open_database
from db.ids import new_id
from db.log_models import AppliedAheadRow, EventRow
from db.models import ScreeningRow, VisitRow
from db.outbox import Device
from tests.db.backlogs import apply_all, differences, receive, say
from tests.makers import KIOSK, NINE, make_checked_in, make_screened

BACK = replace(KIOSK, kiosk_id="back-kiosk")
HUB = Device("district", "lincoln", chain.HUB)
AT_ONCE, MANY = 22, 30
"""What is taken in at once here (the product takes more), and a backlog: two steps of it."""


@pytest.fixture(autouse=True)
def _takes_in_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inbox.MOST_AT_ONCE > AT_ONCE
    monkeypatch.setattr(inbox, "MOST_AT_ONCE", AT_ONCE)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    yield database
    database.close()


def a_day_offline(kiosk: Database, *, held: bool = False) -> tuple[UUID, list[SealedEvent]]:
    """Many visits; the first one is told of at the very end, too."""
    first = make_screened(number=1, held=held)
    more = [make_screened(number=number) for number in range(2, MANY)]
    return first.visit_id, say(kiosk, first, *more)


def waiting(hub: Database) -> int:
    with hub.read() as session:
        return applying.waiting(session)


def decision_on(visit_id: UUID, verdict: Verdict = Verdict.DENY) -> DecisionMade:
    return DecisionMade(
        Decision(
            new_id(NINE), visit_id, verdict, "invented", "Dana Whitlock", NINE,
            DecidedAt.CONSOLE,
        )
    )  # fmt: skip


def test_backlog_is_confirmed_before_it_is_applied(any_database: Database, kiosk: Database) -> None:
    visit_id, events = a_day_offline(kiosk)

    got = receive(any_database, events)

    count = len(events)
    assert (got.head.seq, len(got.new), got.applied, got.is_more) == (count, count, (), True)
    assert waiting(any_database) == len(events)
    assert differences(any_database) == []
    apply_all(any_database)
    with any_database.read() as session:
        visit = visits.get(session, visit_id)
    assert visit is not None
    assert visit.state is VisitState.CLEARED
    assert waiting(any_database) == 0
    assert differences(any_database) == []


def test_backlog_that_comes_again_is_stored_once(any_database: Database, kiosk: Database) -> None:
    _, events = a_day_offline(kiosk)

    receive(any_database, events[:-5])
    again = receive(any_database, events)

    assert len(again.new) == 5
    apply_all(any_database)
    with any_database.read() as session:
        assert log.count(session) == len(events)
        assert inbox.quarantined(session) == 0
    assert differences(any_database) == []


def test_applying_goes_on_after_a_crash(any_database: Database, kiosk: Database) -> None:
    _, events = a_day_offline(kiosk)
    receive(any_database, events)
    with any_database.begin() as session:
        applying.go_on(session, 20)

    def dies() -> None:
        with any_database.begin() as session:
            applying.go_on(session, 20)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        dies()

    assert waiting(any_database) == len(events) - 20
    apply_all(any_database)
    assert differences(any_database) == []


def test_news_of_a_visit_does_not_wait_for_the_backlog_of_others(
    any_database: Database, kiosk: Database
) -> None:
    visit_id, events = a_day_offline(kiosk)
    receive(any_database, events)
    with any_database.begin() as session:
        applying.go_on(session, 0)
    told = say(kiosk, make_checked_in(visit_id), VisitCheckedOut(visit_id, CheckOutWay.BADGE))
    at_desk = make_screened(number=1)

    receive(any_database, told[len(events) :])
    receive(any_database, say(kiosk, at_desk, device=BACK), BACK)

    with any_database.read() as session:
        first, other = (visits.get(session, v) for v in (visit_id, at_desk.visit_id))
        assert first is not None
        assert other is not None
        assert first.state is VisitState.DEPARTED
        assert waiting(any_database) == len(events) - 1
    apply_all(any_database)
    with any_database.read() as session:
        assert visits.get(session, visit_id) == first
        assert session.scalars(select(AppliedAheadRow)).all() == []
        assert inbox.quarantined(session) == 0
    assert differences(any_database) == []


def test_other_programs_hear_of_a_backlog_once_it_is_applied(
    any_database: Database, kiosk: Database
) -> None:
    with any_database.begin() as session:
        webhooks.add(session, "https://door.example/told", ["visitor.screened"], NINE)
    _, events = a_day_offline(kiosk)

    receive(any_database, events)
    with any_database.begin() as session:
        webhooks.collect(session)
        before = webhooks.everyone(session)[0].waiting
    apply_all(any_database)
    with any_database.begin() as session:
        webhooks.collect(session)
        after = webhooks.everyone(session)[0].waiting

    assert (before, after) == (0, len(events))


def test_staff_decide_on_a_visit_that_waits_in_the_backlog(
    any_database: Database, kiosk: Database
) -> None:
    visit_id, events = a_day_offline(kiosk, held=True)
    receive(any_database, events)
    decision = decision_on(visit_id)

    with any_database.begin() as session:
        applying.hold_order(session)
        caught_up = applying.catch_up(session, [visit_id])
        outbox.add(session, HUB, decision, NINE, actor="staff:x", visit_id=visit_id)

    assert [e.visit_id for e in caught_up] == [visit_id]
    with any_database.read() as session:
        visit = visits.get(session, visit_id)
        assert visit is not None
        assert visit.state is VisitState.DENIED
    assert differences(any_database) == []
    apply_all(any_database)
    assert differences(any_database) == []


def test_backlog_with_an_event_that_cannot_be_applied_is_applied_to_its_end(
    any_database: Database, kiosk: Database
) -> None:
    visit_id, _ = a_day_offline(kiosk)
    events = say(kiosk, make_checked_in(visit_id))
    receive(any_database, events[:-1])
    apply_all(any_database)
    with any_database.begin() as session:  # as if retention had erased it meanwhile
        session.execute(text("DELETE FROM screening"))
        session.execute(text("DELETE FROM visit"))

    receive(any_database, events)
    more = [make_screened(number=n) for n in range(MANY)]
    receive(any_database, say(kiosk, *more))
    apply_all(any_database)

    with any_database.read() as session:
        assert inbox.quarantined(session) == 1
        parked = session.scalars(select(EventRow.seq).where(EventRow.parked.is_not(None))).one()
        assert visits.get(session, more[-1].visit_id) is not None
    assert parked == len(events)


def a_day_of_every_kind(number: int) -> tuple[UUID, list[DomainEvent]]:
    """One visit's day at the kiosk, another one for each number."""
    held = number % 5 in (1, 2, 3)
    screened = make_screened(number=number, held=held)
    visit_id = screened.visit_id
    ways: dict[int, list[DomainEvent]] = {
        0: [VisitAbandoned(visit_id)],
        1: [decision_on(visit_id), decision_on(visit_id, Verdict.APPROVE)],
        2: [decision_on(visit_id, Verdict.NOT_THIS_PERSON), make_checked_in(visit_id)],
        3: [VisitAbandoned(visit_id)],
        4: [
            make_checked_in(visit_id),
            BadgeFailed(visit_id, "front", "invented", "A 12"),
            BadgePrinted(visit_id, "front"),
            VisitCheckedOut(visit_id, CheckOutWay.BADGE),
        ],
    }
    return visit_id, [screened, *ways[number % 5]]


def test_visits_are_the_same_whether_events_are_applied_as_a_set_or_one_by_one(
    any_database: Database, kiosk: Database
) -> None:
    days = dict(a_day_of_every_kind(number) for number in range(30))
    events = say(kiosk, *(event for day in days.values() for event in day))

    receive(any_database, events)
    apply_all(any_database)

    assert differences(any_database) == []
    with any_database.read() as session, kiosk.read() as at_kiosk:
        assert inbox.quarantined(session) == 0
        for visit_id in days:
            assert visits.get(session, visit_id) == visits.get(at_kiosk, visit_id)


def test_events_that_cannot_be_applied_take_no_others_of_their_set_along(
    any_database: Database, kiosk: Database
) -> None:
    screened = [make_screened(number=number) for number in range(MANY)]
    events = say(kiosk, *screened)
    receive(any_database, events)
    apply_all(any_database)
    lost, ids = {3, 4, 11}, [event.visit_id for event in screened]
    with any_database.begin() as session:  # as if retention had erased them meanwhile
        for row in (ScreeningRow, VisitRow):
            session.execute(delete(row).where(row.visit_id.in_([ids[n] for n in lost])))
    known = len(events)

    events = say(kiosk, *(make_checked_in(visit_id) for visit_id in ids))
    receive(any_database, events[known:])
    apply_all(any_database)

    with any_database.read() as session:
        parked = session.scalars(select(EventRow.visit_id).where(EventRow.parked.is_not(None)))
        assert set(parked) == {ids[n] for n in lost}
        found = [visits.get(session, ids[n]) for n in range(MANY) if n not in lost]
    assert {visit.state for visit in found if visit is not None} == {VisitState.ON_SITE}
    assert None not in found


def test_backlog_with_the_id_of_another_event_is_a_fork(
    any_database: Database, kiosk: Database, tmp_path: Path
) -> None:
    _, events = a_day_offline(kiosk)
    other = open_database(f"sqlite:///{tmp_path}/other.db")
    receive(any_database, events)
    with other.begin() as session:
        for number in range(MANY):
            screened = make_screened(number=number)
            outbox.add(session, BACK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
        session.execute(text("SELECT 1"))
    with other.read() as session:
        theirs = outbox.pending(session, BACK, 0, 1000)
    other.close()
    taken, own = events[3].envelope.event_id, theirs[0].envelope.event_id
    line = theirs[0].line.replace(str(own).encode(), str(taken).encode())

    with pytest.raises(inbox.ForkError):
        receive(any_database, [msgspec.structs.replace(theirs[0], line=line), *theirs[1:]], BACK)

    with any_database.read() as session:
        assert log.count(session) == len(events)


def test_what_is_stored_as_a_set_reads_as_what_is_stored_one_by_one(
    any_database: Database, kiosk: Database
) -> None:
    _, events = a_day_offline(kiosk)

    receive(any_database, events)

    with any_database.read() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.seq)).all()
        for place, (row, sealed) in enumerate(zip(rows, events, strict=True)):
            envelope = sealed.envelope
            assert (row.event_id, row.visit_id) == (envelope.event_id, envelope.visit_id)
            assert (row.event_type, row.occurred_at) == (envelope.type, NINE)
            assert (row.received_at, row.leaf_index, row.parked) == (NINE, place, None)
            assert (row.device_id, row.epoch, row.line) == (KIOSK.kiosk_id, 1, sealed.line)


@pytest.mark.parametrize("visit_id", [None, UUID(int=9)])
def test_event_of_no_visit_is_stored_in_a_backlog_too(
    any_database: Database, kiosk: Database, visit_id: UUID | None
) -> None:
    with kiosk.begin() as session:
        for number in range(MANY):
            outbox.add(
                session, KIOSK, make_screened(number=number), NINE, actor="x", visit_id=visit_id
            )
    with kiosk.read() as session:
        events = outbox.pending(session, KIOSK, 0, 1000)

    receive(any_database, events)
    apply_all(any_database)

    with any_database.read() as session:
        assert log.count(session) == MANY
        assert inbox.quarantined(session) == 0
