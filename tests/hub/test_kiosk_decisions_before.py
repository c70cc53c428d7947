"""A hub of the version before held what a kiosk had cleared good at every school."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import delete, select, update

from db import replay, schema
from db.desk_models import ClearanceRow
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade
from db.engine import open_database
from db.ids import new_id
from db.log_models import EventBodyRow, EventRow
from tests import quick
from tests.raw import raw_engine
from tests.stolen_kiosks import cleared_at_console, cleared_at_kiosk, held, registry_of
from tests.two_schools import School, two_schools

BEFORE = "0024"


@pytest.fixture
def alder(any_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    monkeypatch.setattr(schema, "bring_up_to_date", quick.BRING_UP_TO_DATE)
    with two_schools(any_url, tmp_path) as (alder, _):
        yield alder


def told(url: str) -> dict[UUID, set[str]]:
    """At which schools a visit's clearances hold."""
    database = open_database(url)
    with database.read() as session:
        found: dict[UUID, set[str]] = {}
        for row in session.execute(select(ClearanceRow.visit_id, ClearanceRow.site_id)):
            found.setdefault(row.visit_id, set()).add(row.site_id)
    database.close()
    return found


def go_back(url: str) -> None:
    engine, config = raw_engine(url), schema.alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
    engine.dispose()


def say_again(alder: School, visit_id: UUID) -> None:
    """A kiosk decides on a visit too on which the console has decided."""
    now = alder.hub.clock()
    why = ("It is somebody else", "Nobody at all", now, DecidedAt.KIOSK)
    decision = Decision(new_id(now), visit_id, Verdict.NOT_THIS_PERSON, *why)
    alder.say(DecisionMade(decision, now.date() + timedelta(days=360)), visit_id)


def test_update_limits_what_kiosks_cleared_before_to_their_schools(
    alder: School, any_url: str
) -> None:
    registry = registry_of(alder)
    at_kiosk = cleared_at_kiosk(alder, registry, DecidedAt.CONSOLE)
    at_console, at_both = (cleared_at_console(alder, registry) for _ in "ab")
    say_again(alder, at_both)
    waits = held(alder, registry)
    before = told(any_url)

    go_back(any_url)

    assert told(any_url) == before
    assert before == {
        at_kiosk: {alder.site_id}, at_console: {""}, at_both: {"", alder.site_id},
    }  # fmt: skip
    assert waits not in before
    with alder.hub.database.read() as session:
        assert replay.differences(session) == []


def test_update_knows_who_cleared_somebody_whose_visit_was_forgotten(
    alder: School, any_url: str
) -> None:
    """The lines stay, and say who spoke."""
    registry = registry_of(alder)
    at_kiosk, at_console = cleared_at_kiosk(alder, registry), cleared_at_console(alder, registry)
    decided = select(EventRow.event_id).where(EventRow.event_type == "decision.made")
    with alder.hub.database.begin() as session:
        session.execute(delete(EventBodyRow).where(EventBodyRow.event_id.in_(decided)))
        session.execute(update(ClearanceRow).values(site_id=""))

    go_back(any_url)

    assert told(any_url) == {at_kiosk: {alder.site_id}, at_console: {""}}
