"""What comes of a visit after it was forgotten is forgotten too."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from db import (
    inbox,
    log,
    outbox,
    replay,
    rescreening,
    retention,
    visits,
)
from db.comparing import Found
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import (
    DecisionMade,
    RecheckDecided,
    VisitorRechecked,
)
from db.domain.people import Identity, PersonName
from db.engine import Database, open_database
from db.ids import new_id
from tests.db.forgetting import (
    A_YEAR_ON,
    HUB,
    INSIDE,
    PEOPLE,
    TWO_YEARS_ON,
    everything,
    hub_of_the_day,
    kiosk_of_the_day,
    say,
)
from tests.makers import (
    KIOSK,
    NINE,
    make_match,
    make_screened,
    make_screening,
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Database:
    return kiosk_of_the_day(tmp_path)


@pytest.fixture
def hub(any_database: Database, kiosk: Database) -> Database:
    return hub_of_the_day(any_database, kiosk)


def test_facts_that_come_late_are_forgotten_the_next_day(hub: Database) -> None:
    retention.forget_old_visits(hub, A_YEAR_ON, is_kiosk=False)
    with hub.begin() as session:
        session.execute(text("UPDATE visit SET family_name = 'Raghunathan', search_name = 'r'"))

    assert retention.forget_old_visits(hub, A_YEAR_ON, is_kiosk=False) == 2


def test_somebody_who_typed_signs_for_a_name_is_forgotten_no_sooner_than_others(
    hub: Database, tmp_path: Path
) -> None:
    nameless = make_screened(number=9, held=True, identity=Identity(PersonName("-", "-")))
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk:
        say(kiosk, nameless, nameless.visit_id)
        with kiosk.begin() as session:
            sent = outbox.pending(session, KIOSK, 6, 100)
    with hub.begin() as session:
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE)

    assert not retention.forget_late_facts(hub, is_kiosk=False)

    with hub.read() as session:
        assert visits.screening_of(session, nameless.visit_id) is not None
        kept = visits.get(session, nameless.visit_id)
    assert kept is not None
    assert kept.identity.name.family == "-"


def late_decision() -> Decision:
    return Decision(
        new_id(NINE),
        INSIDE.visit_id,
        Verdict.DENY,
        "There is a court order",
        "Dana Whitlock",
        NINE,
        DecidedAt.KIOSK,
    )


def test_decision_that_comes_after_its_visit_was_forgotten_is_forgotten_too(
    hub: Database, tmp_path: Path
) -> None:
    assert retention.forget_old_visits(hub, TWO_YEARS_ON, is_kiosk=False) == 3
    assert not retention.forget_late_facts(hub, is_kiosk=False)
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk:
        say(kiosk, DecisionMade(late_decision()), INSIDE.visit_id)
        with kiosk.begin() as session:
            sent = outbox.pending(session, KIOSK, 6, 100)
    with hub.begin() as session:
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, TWO_YEARS_ON)
    assert "court order" in everything(hub)

    assert not retention.forget_late_facts(hub, is_kiosk=False)

    left = everything(hub)
    assert [name in left for name in PEOPLE] == [False] * 4
    with hub.read() as session:
        assert all(c.is_good for c in log.verify_log(session))
        assert replay.differences(session) == []


def test_what_staff_decide_of_a_visit_that_was_forgotten_meanwhile_is_forgotten_too(
    hub: Database,
) -> None:
    screening = replace(make_screening(), matches=(make_match(),))
    found = VisitorRechecked(INSIDE.visit_id, screening)
    with hub.begin() as session:
        outbox.add(session, HUB, found, NINE, actor="hub", visit_id=INSIDE.visit_id)
    retention.forget_old_visits(hub, TWO_YEARS_ON, is_kiosk=False)
    decided = RecheckDecided(screening.screening_id, late_decision())
    with hub.begin() as session:
        outbox.add(session, HUB, decided, NINE, actor="staff:x", visit_id=INSIDE.visit_id)
    assert "court order" in everything(hub)

    assert not retention.forget_late_facts(hub, is_kiosk=False)

    assert [name in everything(hub) for name in PEOPLE] == [False] * 4


def test_hub_looks_for_late_facts_a_few_events_at_a_time(
    hub: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    retention.forget_old_visits(hub, TWO_YEARS_ON, is_kiosk=False)
    with hub.begin() as session:
        outbox.add(
            session,
            HUB,
            DecisionMade(late_decision()),
            NINE,
            actor="staff:x",
            visit_id=INSIDE.visit_id,
        )
    monkeypatch.setattr("db.late_facts.AT_ONCE", 2)
    monkeypatch.setattr("db.retention.LOOKS_A_RUN", 3)

    assert retention.forget_late_facts(hub, is_kiosk=False)
    assert "court order" in everything(hub)
    assert not retention.forget_late_facts(hub, is_kiosk=False)
    assert "court order" not in everything(hub)


def test_what_was_found_anew_of_a_forgotten_visit_is_not_kept(hub: Database) -> None:
    retention.forget_old_visits(hub, TWO_YEARS_ON, is_kiosk=False)
    found = Found(INSIDE.visit_id, replace(make_screening(), matches=(make_match(),)))

    def desk_of(_: str) -> rescreening.Desk:
        return rescreening.Desk(HUB, ZoneInfo("UTC"))

    with hub.begin() as session:
        assert not rescreening.keep(session, desk_of, found, TWO_YEARS_ON)
        assert session.scalar(text("SELECT count(*) FROM recheck")) == 0


def test_kiosk_forgets_what_it_says_of_a_forgotten_visit_once_the_hub_has_it(
    kiosk: Database,
) -> None:
    with closing(kiosk):
        with kiosk.begin() as session:
            outbox.accept(session, KIOSK, 6)
        retention.forget_old_visits(kiosk, TWO_YEARS_ON, is_kiosk=True)
        say(kiosk, DecisionMade(late_decision()), INSIDE.visit_id)

        retention.forget_late_facts(kiosk, is_kiosk=True)
        assert "court order" in everything(kiosk)
        with kiosk.begin() as session:
            outbox.accept(session, KIOSK, 7)
        retention.forget_late_facts(kiosk, is_kiosk=True)

        assert "court order" not in everything(kiosk)
