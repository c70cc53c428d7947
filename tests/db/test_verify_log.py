"""Whatever is changed or removed below the log, its check says so, on every server."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from db import chain, inbox, log, outbox, replay
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade, DomainEvent, VisitCheckedOut
from db.domain.visit import CheckOutWay
from db.engine import Database, open_database
from db.ids import new_id
from db.outbox import Device
from tests.makers import KIOSK, NINE, make_checked_in, make_identity, make_screened

HUB = Device("district", "lincoln", "hub")


def make_decision(visit_id: UUID, verdict: Verdict = Verdict.DENY) -> Decision:
    return Decision(
        new_id(NINE), visit_id, verdict, "listed", "Dana Whitlock", NINE, DecidedAt.CONSOLE
    )


@pytest.fixture
def hub(any_database: Database, tmp_path: Path) -> Database:
    """A hub with one visitor who came and left, and one who was held and turned away."""
    kiosk = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    came = make_screened(number=1, identity=make_identity("Priya", "Raghunathan"))
    held = make_screened(number=2, held=True, identity=make_identity("Daniel", "Quillfeather"))
    left = VisitCheckedOut(came.visit_id, CheckOutWay.BADGE)
    with kiosk.begin() as session:
        for event, visit_id in (
            (came, came.visit_id),
            (make_checked_in(came.visit_id), came.visit_id),
            (held, held.visit_id),
            (left, came.visit_id),
        ):
            outbox.add(session, KIOSK, event, NINE, actor="visitor", visit_id=visit_id)
        sent = outbox.pending(session, KIOSK, 0, 10)
    kiosk.close()
    with any_database.begin() as session:
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE)
    with any_database.begin() as session:
        denied = DecisionMade(make_decision(held.visit_id))
        outbox.add(session, HUB, denied, NINE, actor="staff:x", visit_id=held.visit_id)
    return any_database


def change(hub: Database, *statements: str) -> None:
    with hub.begin() as session:
        for statement in statements:
            session.execute(text(statement))


def check(hub: Database) -> tuple[list[chain.Verification], list[str]]:
    with hub.read() as session:
        return log.verify_log(session), replay.differences(session)


def test_untouched_log_is_whole_and_shown_as_it_is(hub: Database) -> None:
    chains, differences = check(hub)

    assert [(c.device_id, c.events, c.broken) for c in chains] == [
        ("front-kiosk", 4, ""),
        ("hub", 1, ""),
    ]
    assert differences == []


EVENTS_GONE = (
    "DELETE FROM event_body",
    "DELETE FROM event WHERE device_id = 'front-kiosk'",
)


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (("DELETE FROM chain WHERE device_id = 'front-kiosk'",), "where it ends is missing"),
        (EVENTS_GONE, "0 events are kept where the head says 4"),
        ((*EVENTS_GONE, "DELETE FROM chain WHERE device_id = 'front-kiosk'"), "its events not"),
        (("UPDATE event SET event_type = 'badge.printed' WHERE seq = 2",), "beside event 2"),
        (("UPDATE event SET occurred_at = '2020-01-01 00:00:00' WHERE seq = 1",), "beside event 1"),
        (("UPDATE event SET visit_id = NULL",), "beside event 1"),
    ],
)
def test_changed_log_is_broken(hub: Database, statements: tuple[str, ...], why: str) -> None:
    change(hub, *statements)

    with hub.read() as session:
        broken = [c.broken for c in log.verify_log(session) if not c.is_good]

    assert any(why in words for words in broken), broken


def test_event_that_is_put_behind_the_end_outside_the_hubs_order_is_found(hub: Database) -> None:
    change(
        hub,
        "INSERT INTO event (district_id, event_id, device_id, epoch, seq, event_type, visit_id,"
        " occurred_at, line, hash) SELECT district_id, '019ac0a5b5c07000800000000000000a',"
        " device_id, epoch, seq + 1, event_type, visit_id, occurred_at, line, hash"
        " FROM event WHERE device_id = 'front-kiosk' AND seq = 4",
    )

    (front, own), _ = check(hub)

    assert "event 5 was changed" in front.broken
    assert own.is_good


def test_chain_is_whole_in_whatever_order_the_hubs_tree_has_its_events(hub: Database) -> None:
    """That the order was changed says the check of the tree."""
    change(
        hub,
        "UPDATE event SET leaf_index = 100 - leaf_index WHERE device_id = 'front-kiosk'",
    )

    (front, own), _ = check(hub)

    assert (front.events, front.broken, own.broken) == (4, "", "")
    with hub.read() as session:
        assert log.verify_tree(session)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE event SET line = CAST(line AS TEXT) WHERE seq = 1", "event 1 was changed"),
        ("UPDATE event_body SET body = CAST(body AS TEXT)", "facts of event 1 were changed"),
        ("UPDATE chain SET head_hash = 'none'", "where the head says"),
        ("UPDATE event SET occurred_at = 'never'", "beside event 1 was changed"),
    ],
)
def test_value_of_another_form_is_a_change(tmp_path: Path, statement: str, why: str) -> None:
    """SQLite alone keeps text where bytes belong."""
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    with database.begin() as session:
        outbox.add(session, KIOSK, make_screened(), NINE, actor="visitor")
    change(database, statement)

    with database.read() as session:
        (found,) = log.verify_log(session)
    database.close()

    assert why in found.broken


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (("UPDATE visit SET given_name = 'Nobody' WHERE given_name = 'Priya'",), "was changed"),
        (("UPDATE visit SET state = 'cleared' WHERE given_name = 'Daniel'",), "was changed"),
        (("UPDATE visit SET state = 'unheard of'",), "form it was written in"),
        (("UPDATE decision SET verdict = 'approve'",), "a decision on visit .* was changed"),
        (("DELETE FROM decision",), "a decision on visit .* was removed"),
        (("DELETE FROM screening", "DELETE FROM visit"), "was removed"),
        (("UPDATE screening SET screening = '{}'",), "form it was written in"),
    ],
)
def test_visit_that_is_not_as_the_log_tells_it_is_named(
    hub: Database, statements: tuple[str, ...], why: str
) -> None:
    change(hub, *statements)

    chains, differences = check(hub)

    assert all(c.is_good for c in chains)
    assert any(re.search(why, words) for words in differences), differences


def test_visit_that_the_log_does_not_know_is_named(hub: Database) -> None:
    columns = (
        "district_id, number, site_id, kiosk_id, state, given_name, middle_name, family_name, "
        "suffix, search_name, sex, number_hash, started_at, with_escort, photo, badge_token_hash, "
        "badge_code, sticker"
    )
    invented = str(UUID(int=7)) if hub.engine.dialect.name == "postgresql" else UUID(int=7).hex
    change(
        hub,
        f"INSERT INTO visit (visit_id, {columns}) SELECT '{invented}', {columns} FROM visit "  # noqa: S608
        "WHERE given_name = 'Daniel'",
    )

    _, differences = check(hub)

    assert differences == [f"visit {UUID(int=7)} is not in the log"]


def test_erased_facts_are_counted_and_break_nothing(hub: Database) -> None:
    change(hub, "DELETE FROM event_body")

    chains, differences = check(hub)

    assert [(c.is_good, c.erased) for c in chains] == [(True, 4), (True, 1)]
    assert differences == []


def test_hub_that_applied_events_of_a_kiosk_with_a_wrong_clock_finds_no_difference(
    any_database: Database, tmp_path: Path
) -> None:
    kiosk = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    held, tomorrow = make_screened(held=True), NINE.replace(day=24)
    with kiosk.begin() as session:
        outbox.add(session, KIOSK, held, tomorrow, actor="visitor", visit_id=held.visit_id)
        sent = outbox.pending(session, KIOSK, 0, 10)
    kiosk.close()
    with any_database.begin() as session:
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE)
        event = DecisionMade(make_decision(held.visit_id))
        outbox.add(session, HUB, event, NINE, actor="staff:x", visit_id=held.visit_id)

    _, differences = check(any_database)

    assert differences == []


def test_hub_that_decided_before_it_heard_of_a_kiosk_finds_no_difference(
    any_database: Database, tmp_path: Path
) -> None:
    """Two decisions, two departures: the first that the hub knew counts, as when it was live."""
    kiosk = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    held = make_screened(held=True)
    visit_id = held.visit_id

    def at(minute: int) -> datetime:
        return NINE + timedelta(minutes=minute)

    def says(database: Database, device: Device, event: DomainEvent, minute: int) -> None:
        with database.begin() as session:
            outbox.add(session, device, event, at(minute), actor="staff:x", visit_id=visit_id)

    def syncs(minute: int) -> None:
        with kiosk.read() as here, any_database.begin() as there:
            sent = outbox.pending(here, KIOSK, 0, 10)
            inbox.receive(there, KIOSK.kiosk_id, KIOSK.epoch, sent, at(minute))

    says(kiosk, KIOSK, held, 0)
    syncs(1)
    says(kiosk, KIOSK, DecisionMade(make_decision(visit_id)), 2)
    says(any_database, HUB, DecisionMade(make_decision(visit_id, Verdict.APPROVE)), 3)
    says(kiosk, KIOSK, make_checked_in(visit_id), 4)
    syncs(5)
    says(kiosk, KIOSK, VisitCheckedOut(visit_id, CheckOutWay.BADGE), 6)
    says(any_database, HUB, VisitCheckedOut(visit_id, CheckOutWay.STAFF), 7)
    syncs(8)
    kiosk.close()

    _, differences = check(any_database)

    assert differences == []
