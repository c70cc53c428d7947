"""Outbox and inbox together: what a kiosk wrote is at the hub exactly once, or the hub says why."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, text

from db import inbox, log, outbox, quarantine, visits
from db.chain import SealedEvent
from db.domain.visit import VisitState
from db.engine import Database, open_database
from db.log_models import EventRow
from tests.makers import KIOSK, NINE, make_checked_in, make_screened


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    yield database
    database.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/hub.db")
    yield database
    database.close()


def write_visits(kiosk: Database, count: int) -> list[SealedEvent]:
    for number in range(1, count + 1):
        screened = make_screened(number=number)
        with kiosk.begin() as session:
            outbox.add(session, KIOSK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
    with kiosk.read() as session:
        return outbox.pending(session, KIOSK, 0, 1000)


def receive(hub: Database, events: list[SealedEvent]) -> inbox.Received:
    with hub.begin() as session:
        return inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, events, NINE)


def test_failed_transaction_leaves_neither_visit_nor_event(kiosk: Database) -> None:
    screened = make_screened()

    def dies() -> None:
        with kiosk.begin() as session:
            outbox.add(session, KIOSK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        dies()

    with kiosk.read() as session:
        assert outbox.pending(session, KIOSK, 0, 10) == []
        assert visits.get(session, screened.visit_id) is None
        assert outbox.head(session, KIOSK).seq == 0


def test_events_are_ordered_by_their_own_number_and_not_by_the_clock(kiosk: Database) -> None:
    first, second = make_screened(number=1), make_screened(number=2)
    with kiosk.begin() as session:
        outbox.add(session, KIOSK, first, NINE, actor="visitor")
        outbox.add(session, KIOSK, second, NINE.replace(year=2020), actor="visitor")

    with kiosk.read() as session:
        pending = outbox.pending(session, KIOSK, 0, 10)

    assert [e.envelope.seq for e in pending] == [1, 2]


def test_hub_holds_what_the_kiosk_holds(kiosk: Database, hub: Database) -> None:
    screened = make_screened()
    with kiosk.begin() as session:
        outbox.add(session, KIOSK, screened, NINE, actor="visitor")
        outbox.add(session, KIOSK, make_checked_in(screened.visit_id), NINE, actor="visitor")
        pending = outbox.pending(session, KIOSK, 0, 10)

    receive(hub, pending)

    with kiosk.read() as at_kiosk, hub.read() as at_hub:
        here, there = (visits.get(s, screened.visit_id) for s in (at_kiosk, at_hub))
        assert here == there
        assert there is not None
        assert there.state is VisitState.ON_SITE


def test_same_batch_twice_is_applied_once(kiosk: Database, hub: Database) -> None:
    events = write_visits(kiosk, 3)

    first, second = receive(hub, events), receive(hub, events)

    assert len(first.new) == 3
    assert second.new == ()
    with hub.read() as session:
        assert log.count(session) == 3


def test_gap_is_refused_with_the_place_to_go_on_from(kiosk: Database, hub: Database) -> None:
    events = write_visits(kiosk, 3)

    with pytest.raises(inbox.GapError) as refusal:
        receive(hub, [events[0], events[2]])

    assert refusal.value.expected_seq == 2
    with hub.read() as session:
        assert log.count(session) == 0


def test_other_event_under_a_known_number_is_a_fork(
    kiosk: Database, hub: Database, tmp_path: Path
) -> None:
    receive(hub, write_visits(kiosk, 2))
    copied_disk = open_database(f"sqlite:///{tmp_path}/copy.db")

    with pytest.raises(inbox.ForkError):
        receive(hub, write_visits(copied_disk, 2))

    copied_disk.close()


def test_exchanged_body_is_refused(kiosk: Database, hub: Database) -> None:
    (event,) = write_visits(kiosk, 1)

    with pytest.raises(inbox.MalformedEventError, match="body"):
        receive(hub, [SealedEvent(event.line, event.salt, b"{}")])


@pytest.mark.parametrize("count", [3, inbox.MOST_AT_ONCE + 1])
def test_event_whose_facts_its_kiosk_erased_is_kept_without_them_and_said_to_be(
    kiosk: Database, any_database: Database, count: int
) -> None:
    events = write_visits(kiosk, count)
    events[1] = SealedEvent(events[1].line, b"", b"")

    received = receive(any_database, events)

    assert received.head.seq == count
    with any_database.read() as session:
        (parked,) = session.scalars(select(EventRow).where(EventRow.parked.is_not(None)))
        assert (parked.seq, parked.parked) == (2, quarantine.ERASED)
        (found,) = log.verify_log(session)
    assert (found.events, found.erased, found.broken) == (count, 1, "")


@pytest.mark.parametrize("half", ["salt", "body"])
def test_event_whose_facts_are_half_there_is_refused(
    kiosk: Database, hub: Database, half: str
) -> None:
    (event,) = write_visits(kiosk, 1)

    with pytest.raises(inbox.MalformedEventError, match="body"):
        receive(hub, [msgspec.structs.replace(event, **{half: b""})])


def test_bytes_that_are_no_event_are_refused(hub: Database) -> None:
    with pytest.raises(inbox.MalformedEventError):
        receive(hub, [SealedEvent(b"\xff not JSON", b"", b"")])


def test_event_that_cannot_be_applied_is_stored_and_quarantined(
    kiosk: Database, hub: Database
) -> None:
    screened = make_screened()
    with kiosk.begin() as session:
        outbox.add(session, KIOSK, screened, NINE, actor="visitor")
        outbox.add(session, KIOSK, make_checked_in(screened.visit_id), NINE, actor="visitor")
        opened, checked_in = outbox.pending(session, KIOSK, 0, 10)
    receive(hub, [opened])
    with hub.begin() as session:  # as if retention had erased the visit at the hub meanwhile
        session.execute(text("DELETE FROM screening"))
        session.execute(text("DELETE FROM visit"))

    received = receive(hub, [checked_in])

    assert received.head.seq == 2
    with hub.read() as session:
        assert inbox.quarantined(session) == 1
        parked = session.scalars(select(EventRow.parked).where(EventRow.seq == 2)).one()
        assert parked is not None
        assert "could not be applied" in parked


def test_verification_finds_an_event_that_was_changed_in_the_database(kiosk: Database) -> None:
    write_visits(kiosk, 3)
    with kiosk.begin() as session:
        session.execute(text("UPDATE event SET line = :line WHERE seq = 2"), {"line": b"{}"})

    with kiosk.read() as session:
        (result,) = log.verify_log(session)

    assert not result.is_good
    assert "event 2" in result.broken


def test_verification_finds_events_cut_off_at_the_end(kiosk: Database) -> None:
    write_visits(kiosk, 3)
    with kiosk.begin() as session:
        session.execute(text("DELETE FROM event_body"))
        session.execute(text("DELETE FROM event WHERE seq = 3"))

    with kiosk.read() as session:
        (result,) = log.verify_log(session)

    assert not result.is_good


@pytest.mark.parametrize(
    "odd",
    [
        {"occurred_at": "2026-11-23T15:00:00"},
        {"type": "visitor.beamed_up" * 9},
        {"type": "visitor\0.screened"},
    ],
)
def test_line_that_no_column_takes_is_kept_and_stops_nothing(
    any_database: Database, kiosk: Database, odd: dict[str, str]
) -> None:
    first, second = write_visits(kiosk, 2)
    line = msgspec.json.encode(msgspec.json.decode(first.line) | odd)

    receive(any_database, [SealedEvent(line, first.salt, first.body), second])

    with any_database.read() as session:
        assert [v.broken for v in log.verify_log(session)] == [""]
        assert session.scalar(select(EventRow.line).where(EventRow.seq == 1)) == line


class Delivery(RuleBasedStateMachine):
    """Batches lost, repeated, cut and reordered on their way: the hub ends equal to the kiosk."""

    def __init__(self) -> None:
        super().__init__()
        self.kiosk = open_database("sqlite://")
        self.hub = open_database("sqlite://")
        self.written = 0

    def teardown(self) -> None:
        self._deliver(0, 10_000)
        with self.kiosk.read() as here, self.hub.read() as there:
            ours = outbox.head(here, KIOSK)
            theirs = inbox.head(there, KIOSK.kiosk_id, KIOSK.epoch)
            assert (theirs.seq, theirs.hash) == (ours.seq, ours.hash) == (self.written, ours.hash)
        self.kiosk.close()
        self.hub.close()

    @rule()
    def a_visitor_comes(self) -> None:
        self.written += 1
        with self.kiosk.begin() as session:
            outbox.add(session, KIOSK, make_screened(number=self.written), NINE, actor="visitor")

    @rule(back=st.integers(0, 5), size=st.integers(1, 4))
    def a_batch_arrives(self, back: int, size: int) -> None:
        with self.hub.read() as session:
            head = inbox.head(session, KIOSK.kiosk_id, KIOSK.epoch)
        self._deliver(max(0, head.seq - back), size)

    @rule(skip=st.integers(1, 3))
    def a_batch_arrives_too_early(self, skip: int) -> None:
        with self.hub.read() as session:
            head = inbox.head(session, KIOSK.kiosk_id, KIOSK.epoch)
        with self.kiosk.read() as session:
            batch = outbox.pending(session, KIOSK, head.seq + skip, 2)
        if batch:
            with pytest.raises(inbox.GapError):
                receive(self.hub, batch)

    @rule()
    def the_hub_dies_before_it_commits(self) -> None:
        with self.kiosk.read() as session:
            batch = outbox.pending(session, KIOSK, 0, 100)

        def dies() -> None:
            with self.hub.begin() as session:
                inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, batch, NINE)
                raise ConnectionError

        with pytest.raises(ConnectionError):
            dies()

    @invariant()
    def both_logs_verify(self) -> None:
        for database in (self.kiosk, self.hub):
            with database.read() as session:
                assert all(v.is_good for v in log.verify_log(session))

    def _deliver(self, after: int, size: int) -> None:
        with self.kiosk.read() as session:
            batch = outbox.pending(session, KIOSK, after, size)
        receive(self.hub, batch)


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=25, stateful_step_count=20)
