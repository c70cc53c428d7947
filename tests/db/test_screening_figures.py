"""What screening came to: holds by verdict, list, tier and month, and how long decisions took."""

import io
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from db import codec, list_import, outbox, screening_figures
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade, VisitorScreened
from db.domain.figures import HoldFigures, MonthFigures, ScreeningFigures
from db.domain.partial_date import PartialDate
from db.domain.screening import HoldReason, Match, Tier
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.list_import import ListWanted
from tests.makers import (
    KIOSK,
    NINE,
    make_entry,
    make_identity,
    make_match,
    make_screening,
    make_watchlist,
)

CHICAGO = ZoneInfo("America/Chicago")
YEAR = (date(2026, 8, 1), date(2027, 7, 31))
TRESPASS, CUSTODY = make_watchlist(), make_watchlist("Custody orders")


@dataclass(frozen=True)
class School:
    database: Database

    def screen(
        self, *matches: Match, at: datetime = NINE, reasons: tuple[HoldReason, ...] = ()
    ) -> UUID:
        why = (HoldReason.MATCH,) if matches else reasons
        screened = VisitorScreened(
            uuid4(), 1, make_identity(), "", make_screening(at, why, matches)
        )
        with self.database.begin() as session:
            outbox.add(session, KIOSK, screened, at, actor="visitor", visit_id=screened.visit_id)
        return screened.visit_id

    def decide(self, visit_id: UUID, verdict: Verdict, seconds: float = 30) -> None:
        at = NINE + timedelta(seconds=seconds)
        decision = Decision(uuid4(), visit_id, verdict, "Seen", "Dana", at, DecidedAt.CONSOLE)
        with self.database.begin() as session:
            outbox.add(session, KIOSK, DecisionMade(decision), at, actor="dana", visit_id=visit_id)

    def figures(
        self, span: tuple[date, date] = YEAR, list_id: UUID | None = None
    ) -> ScreeningFigures:
        with self.database.read() as session:
            return screening_figures.figures(session, CHICAGO, NINE, span, list_id)


@pytest.fixture
def school(any_database: Database) -> School:
    return School(any_database)


def match_on(watchlist: Watchlist, tier: Tier = Tier.POSSIBLE, born: str = "1984-07-03") -> Match:
    entry = replace(make_entry(), born=PartialDate.read(born) if born else None)
    return replace(make_match(entry, watchlist), tier=tier)


def test_school_without_visits_has_no_figures(school: School) -> None:
    found = school.figures()

    assert found.screened_from is None
    assert found.holds == HoldFigures()
    assert found.median_seconds_to_decide is None
    assert found.p95_seconds_to_decide is None
    assert {month.held_of_100 for month in found.months} == {None}


def test_every_hold_for_an_entry_is_counted_by_its_verdict(school: School) -> None:
    for verdict in (*Verdict, Verdict.NOT_THIS_PERSON):
        school.decide(school.screen(match_on(TRESPASS)), verdict)
    school.screen(match_on(TRESPASS))
    school.screen()

    found = school.figures()

    assert found.screenings == 7
    assert found.holds == HoldFigures(6, 2, 1, 1, 1, 1)
    assert found.screened_from == date(2026, 11, 23)


def test_hold_for_another_reason_than_an_entry_is_counted_apart(school: School) -> None:
    school.screen(reasons=(HoldReason.ID_NOT_READ,))

    found = school.figures()

    assert (found.holds.held, found.held_otherwise) == (0, 1)


def test_first_decision_is_the_one_that_counts(school: School) -> None:
    visit_id = school.screen(match_on(TRESPASS))

    school.decide(visit_id, Verdict.DENY, seconds=20)
    school.decide(visit_id, Verdict.APPROVE, seconds=500)

    found = school.figures()
    assert (found.holds.confirmed, found.holds.approved) == (1, 0)
    assert found.median_seconds_to_decide == 20


def test_somebody_on_two_lists_counts_for_both_and_once_in_all(school: School) -> None:
    school.screen(match_on(TRESPASS), match_on(CUSTODY), match_on(CUSTODY))

    found = school.figures()

    assert [(each.name, each.holds.held) for each in found.by_list] == [
        (CUSTODY.name, 1),
        (TRESPASS.name, 1),
    ]
    assert found.holds.held == 1


def test_one_list_has_its_own_holds_and_tiers(school: School) -> None:
    school.screen(match_on(TRESPASS, Tier.STRONG), match_on(CUSTODY, Tier.CHECK_PHOTO))
    school.screen(match_on(TRESPASS))

    found = school.figures(list_id=CUSTODY.list_id)

    assert found.holds.held == 1
    assert [(each.tier, each.holds.held) for each in found.by_tier] == [
        (Tier.STRONG, 0),
        (Tier.POSSIBLE, 0),
        (Tier.CHECK_PHOTO, 1),
    ]
    assert len(found.by_list) == 2


def test_months_are_the_schools_own(school: School) -> None:
    last_of_september = datetime(2026, 10, 1, 4, 59, tzinfo=UTC)
    school.screen(match_on(TRESPASS), at=last_of_september)
    school.screen(at=last_of_september + timedelta(minutes=1))

    found = school.figures((date(2026, 9, 15), date(2026, 10, 31)))

    assert found.months == (
        MonthFigures(date(2026, 9, 1), 1, 1),
        MonthFigures(date(2026, 10, 1), 1, 0),
    )


def test_days_outside_of_the_span_do_not_count(school: School) -> None:
    school.screen(match_on(TRESPASS))

    assert school.figures((date(2026, 11, 23), date(2026, 11, 23))).screenings == 1
    assert school.figures((date(2026, 11, 24), date(2026, 12, 31))).screenings == 0
    assert school.figures((date(2026, 8, 1), date(2026, 11, 22))).holds.held == 0


def test_year_before_stands_beside_every_month(school: School) -> None:
    school.screen(match_on(TRESPASS), at=NINE - timedelta(days=365))

    found = school.figures()

    assert found.screenings == 0
    assert MonthFigures(date(2025, 11, 1), 1, 1) in found.before
    assert len(found.before) == len(found.months) == 12


def test_leap_day_has_a_year_before(school: School) -> None:
    found = school.figures((date(2028, 2, 29), date(2028, 2, 29)))

    assert found.before == (MonthFigures(date(2027, 2, 1), 0, 0),)


def test_time_to_decide_is_told_as_median_and_p95(school: School) -> None:
    for seconds in range(1, 21):
        school.decide(school.screen(match_on(TRESPASS)), Verdict.APPROVE, seconds)

    found = school.figures()

    assert found.median_seconds_to_decide == 10.5
    assert found.p95_seconds_to_decide == 19


def test_false_alarms_of_entries_without_a_whole_birth_date_are_counted(school: School) -> None:
    for born in ("1984-07-03", "1984", "1984-07", ""):
        school.decide(school.screen(match_on(TRESPASS, born=born)), Verdict.NOT_THIS_PERSON)
    school.decide(school.screen(match_on(TRESPASS, born="1984")), Verdict.DENY)

    assert school.figures().not_this_person_without_birth_date == 3


def test_lists_say_how_many_entries_lack_a_whole_birth_date(school: School) -> None:
    content = b"LNAME,FNAME,DOB\nAmber,Ann,1984\nBrook,Bo,\nCole,Cy,1984-07-03\n"
    wanted = ListWanted("State registry", Category.REGISTRY)
    list_import.import_list(
        school.database,
        io.BytesIO(content),
        wanted,
        now=lambda: NINE,
        publish=lambda _session, _watchlist: None,
    )

    (gap,) = school.figures().gaps

    assert (gap.name, gap.entries, gap.without_birth_date) == ("State registry", 3, 2)


def test_figures_survive_their_json(school: School) -> None:
    school.decide(school.screen(match_on(TRESPASS)), Verdict.NOT_THIS_PERSON)
    found = school.figures()

    assert codec.from_json(codec.to_json(found), ScreeningFigures) == found
