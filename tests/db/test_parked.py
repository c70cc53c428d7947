"""What could not be applied is parked, and tried again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import applying, inbox, visits
from db.domain.events import (
    TYPES,
    VisitCheckedOut,
)
from db.domain.visit import CheckOutWay, VisitState
from db.engine import Database, open_database
from tests.db.backlogs import differences, receive, say
from tests.makers import make_checked_in, make_screened


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    yield database
    database.close()


def test_what_an_older_version_could_not_apply_is_tried_again(
    any_database: Database, kiosk: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    screened = make_screened()
    events = say(kiosk, screened, make_checked_in(screened.visit_id))
    with monkeypatch.context() as older:
        older.delitem(TYPES, "visitor.screened")
        receive(any_database, events)
    with any_database.read() as session:
        assert inbox.quarantined(session) == 2

    with any_database.begin() as session:
        done = applying.try_again(session).events

    assert [e.seq for e in done] == [1, 2]
    with any_database.read() as session:
        visit = visits.get(session, screened.visit_id)
        assert inbox.quarantined(session) == 0
    assert visit is not None
    assert visit.state is VisitState.ON_SITE
    assert differences(any_database) == []


def test_what_is_parked_is_tried_again_some_at_a_time(
    any_database: Database, kiosk: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = say(kiosk, *(make_screened(number=number) for number in range(5)))
    with monkeypatch.context() as older:
        older.delitem(TYPES, "visitor.screened")
        receive(any_database, events)
        with any_database.begin() as session:
            first = applying.try_again(session, 2)
    assert (first.events, first.after) == ((), 1)

    with any_database.begin() as session:
        second = applying.try_again(session, 2, after=1)
        last = applying.try_again(session, 2, after=second.after or 0)

    assert [e.seq for e in second.events + last.events] == [3, 4, 5]
    assert last.after is None
    with any_database.read() as session:
        assert inbox.quarantined(session) == 2


def test_what_comes_too_late_for_its_visit_stays_parked(
    any_database: Database, kiosk: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    screened = make_screened()
    told = (screened, make_checked_in(screened.visit_id))
    events = say(kiosk, *told, VisitCheckedOut(screened.visit_id, CheckOutWay.BADGE))
    with monkeypatch.context() as older:
        older.delitem(TYPES, "visit.checked_in")
        receive(any_database, events)

    with any_database.begin() as session:
        done = applying.try_again(session).events

    assert done == ()
    with any_database.read() as session:
        assert inbox.quarantined(session) == 1
    assert differences(any_database) == []
