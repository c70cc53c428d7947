"""Office and kiosk acted within one moment: the log's check does not take that for tampering."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from db import inbox, outbox, replay, visits
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade, DomainEvent, VisitCheckedOut
from db.domain.visit import CheckOutWay
from db.engine import Database, open_database
from db.ids import new_id
from db.outbox import Device
from tests.makers import KIOSK, NINE, make_checked_in, make_screened

HUB = Device("district", "lincoln", "hub")


def at(second: float) -> datetime:
    return NINE + timedelta(seconds=second)


@dataclass(frozen=True)
class School:
    """A hub with one visitor who was held, and the kiosk where that was."""

    hub: Database
    kiosk: Database
    visit_id: UUID

    def office_says(self, event: DomainEvent, second: float) -> None:
        with self.hub.begin() as session:
            visit_id = self.visit_id
            outbox.add(session, HUB, event, at(second), actor="staff:x", visit_id=visit_id)

    def kiosk_says(self, event: DomainEvent, second: float) -> None:
        with self.kiosk.begin() as session:
            visit_id = self.visit_id
            outbox.add(session, KIOSK, event, at(second), actor="staff:x", visit_id=visit_id)

    def kiosk_sends(self, second: float) -> None:
        with self.kiosk.read() as here, self.hub.begin() as there:
            sent = outbox.pending(here, KIOSK, 0, 100)
            inbox.receive(there, KIOSK.kiosk_id, KIOSK.epoch, sent, at(second))

    def decision(self, verdict: Verdict, second: float) -> DecisionMade:
        moment = at(second)
        return DecisionMade(
            Decision(
                new_id(moment), self.visit_id, verdict, "listed", "Dana", moment, DecidedAt.CONSOLE
            )
        )

    def change(self, *statements: str) -> None:
        with self.hub.begin() as session:
            for statement in statements:
                session.execute(text(statement))

    def differences(self) -> list[str]:
        with self.hub.read() as session:
            return replay.differences(session)


@pytest.fixture
def school(any_database: Database, tmp_path: Path) -> Iterator[School]:
    kiosk = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    held = make_screened(held=True)
    made = School(any_database, kiosk, held.visit_id)
    made.kiosk_says(held, 0)
    made.kiosk_sends(0)
    yield made
    kiosk.close()


def both_decide(school: School, *, kiosk_asked_at: float) -> None:
    """The kiosk's batch came at its moment, but had to wait for the office's decision."""
    school.kiosk_says(school.decision(Verdict.APPROVE, 90), 90)
    school.office_says(school.decision(Verdict.DENY, 100), 100)
    school.kiosk_sends(kiosk_asked_at)


def test_decision_that_overtook_a_kiosks_batch_is_no_difference(school: School) -> None:
    both_decide(school, kiosk_asked_at=99)

    with school.hub.read() as session:
        in_force = visits.decision_in_force(session, school.visit_id)
    assert in_force is not None
    assert in_force.verdict is Verdict.DENY
    assert school.differences() == []


def test_visitor_whom_the_kiosk_let_in_meanwhile_is_no_difference(school: School) -> None:
    school.kiosk_says(school.decision(Verdict.APPROVE, 90), 90)
    school.kiosk_says(make_checked_in(school.visit_id), 92)
    school.office_says(school.decision(Verdict.DENY, 100), 100)
    school.kiosk_sends(99)

    assert school.differences() == []


def test_departure_that_overtook_a_kiosks_batch_is_no_difference(school: School) -> None:
    school.kiosk_says(school.decision(Verdict.APPROVE, 1), 1)
    school.kiosk_says(make_checked_in(school.visit_id), 2)
    school.kiosk_sends(3)
    school.kiosk_says(VisitCheckedOut(school.visit_id, CheckOutWay.BADGE), 90)
    school.office_says(VisitCheckedOut(school.visit_id, CheckOutWay.STAFF), 100)
    school.kiosk_sends(99)

    assert school.differences() == []


def test_other_decision_put_in_force_is_found_however_close_both_were(school: School) -> None:
    both_decide(school, kiosk_asked_at=99)

    school.change(
        "UPDATE decision SET superseded = true WHERE verdict = 'deny'",
        "UPDATE decision SET superseded = false WHERE verdict = 'approve'",
    )

    assert school.differences() != []


def test_hub_whose_clock_was_set_back_finds_nothing_changed(school: School) -> None:
    both_decide(school, kiosk_asked_at=-7200)

    assert school.differences() == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE visit SET with_escort = true", "visit"),
        ("UPDATE visit SET state = 'on_site'", "visit"),
        ("UPDATE decision SET superseded = true", "a decision"),
        ("UPDATE decision SET verdict = 'approve'", "a decision"),
        ("UPDATE decision SET reason = 'none' WHERE verdict = 'deny'", "a decision"),
        ("DELETE FROM decision WHERE verdict = 'deny'", "a decision"),
    ],
)
def test_change_of_what_was_decided_at_once_is_found(
    school: School, statement: str, why: str
) -> None:
    both_decide(school, kiosk_asked_at=99)

    school.change(statement)

    assert any(words.startswith(why) for words in school.differences())
