"""Whichever way a page is found, it is what reading every visit would find."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db import history, name_search
from db.engine import Database
from db.history import BadPageError, Filters, Mark
from db.ids import new_id
from db.models import VisitRow
from db.screening.names import letters
from tests.makers import NINE

ZONE = ZoneInfo("America/Chicago")
FAMILIES = ("Raghunathan", "Mann", "Manning", "O'Brien", "Li", "de la Cruz", "Ångström")
GIVEN = ("Priya", "Ann", "Anna-Lena", "Xi", "Brien", "José")
WORDS = (
    "",
    "man",
    "anning",
    "nn",
    "brien",
    "l",
    "cruz",
    "mann ann",
    "o'brien priya",
    "zzz",
    "an x",
)
STATES, TYPES, SCHOOLS = ("departed", "held"), ("parent", "delivery"), ("north", "south", "east")
YEARS = 8


@dataclass(frozen=True)
class Seen:
    """What is compared of a visit."""

    visit_id: UUID
    at: datetime
    name: str
    state: str
    visitor_type: str
    site_id: str


@pytest.fixture
def years(any_database: Database) -> tuple[Database, list[Seen]]:
    """Visits of eight years: many of the last weeks, ever fewer before, one name only long ago."""
    chance = random.Random(11)  # noqa: S311  no secret
    moments = {
        NINE - timedelta(days=365 * YEARS * chance.random() ** 3, milliseconds=chance.randrange(99))
        for _ in range(400)
    }
    # A moment of its own for each: SQLite tells only milliseconds apart.
    whole = sorted({m.replace(microsecond=m.microsecond // 1000 * 1000) for m in moments})
    with any_database.begin() as session:
        for number, at in enumerate(whole):
            given, family = chance.choice(GIVEN), chance.choice(FAMILIES)
            if "Cruz" in family and number > len(whole) // 4:
                family = "Mann"
            session.add(
                VisitRow(
                    visit_id=new_id(at),
                    number=number,
                    site_id=chance.choice(SCHOOLS),
                    kiosk_id="front",
                    state=chance.choice(STATES),
                    given_name=given,
                    family_name=family,
                    search_name=letters(f"{family} {given}"),
                    sex="unspecified",
                    started_at=at,
                    visitor_type=chance.choice(TYPES),
                )
            )
    with any_database.read() as session:
        rows = session.scalars(select(VisitRow))
        seen = [
            Seen(r.visit_id, r.started_at, r.search_name, r.state, str(r.visitor_type), r.site_id)
            for r in rows
        ]
    return any_database, sorted(seen, key=lambda visit: visit.at, reverse=True)


def fits(visit: Seen, filters: Filters, schools: frozenset[str] | None) -> bool:
    """The rule, said once more and in another way."""
    on = visit.at.astimezone(ZONE).date()
    return (
        (schools is None or visit.site_id in schools)
        and filters.state in ("", visit.state)
        and filters.visitor_type in ("", visit.visitor_type)
        and (filters.first_day or date.min) <= on <= (filters.last_day or date.max)
        and all(
            word in visit.name
            if len(word) > 2
            else any(part.startswith(word) for part in visit.name.split())
            for word in letters(filters.text).split()
        )
    )


def questions(chance: random.Random, count: int) -> Iterator[tuple[Filters, frozenset[str] | None]]:
    def day() -> date | None:
        ago = timedelta(days=chance.randrange(365 * YEARS))
        return chance.choice((None, None, NINE.date() - ago))

    for _ in range(count):
        first, last = day(), day()
        if first is not None and last is not None:
            first, last = min(first, last), max(first, last)
        filters = Filters(
            chance.choice(WORDS),
            chance.choice(("", "", *TYPES)),
            chance.choice(("", "", *STATES)),
            first,
            last,
        )
        schools = chance.choice((None, frozenset(SCHOOLS[:1]), frozenset(SCHOOLS[1:])))
        yield filters, schools


def test_pages_are_those_of_a_plain_scan(
    years: tuple[Database, list[Seen]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, seen = years
    chance = random.Random(5)  # noqa: S311  no secret

    for filters, schools in questions(chance, 80):
        span = timedelta(days=chance.choice((0.1, 1, 9, 60, 900)))
        monkeypatch.setattr(name_search, "_FIRST_SPAN", span)
        wanted = [visit for visit in seen if fits(visit, filters, schools)]
        last, limit = chance.choice((None, *seen)), chance.choice((1, 3, 20))
        after = ""
        if last is not None:  # from the middle on
            wanted = [visit for visit in wanted if visit.at < last.at]
            after = Mark(last.at, last.visit_id, 7).written()

        with database.within(schools).read() as session:
            found = history.page(session, filters, ZONE, NINE, after=after, limit=limit)

        told = filters, schools, last, limit, span
        assert [v.visit_id for v in found.visits] == [v.visit_id for v in wanted[:limit]], told
        assert (found.next_page is None) == (len(wanted) <= limit), told
        assert found.total == (len(wanted) if last is None else 7), told
        assert not found.is_more


def test_visit_from_after_now_is_on_the_first_page(
    any_database: Database,
) -> None:
    """A kiosk's clock may be ahead of the hub's."""
    later = NINE + timedelta(days=400)
    with any_database.begin() as session:
        session.add(
            VisitRow(
                visit_id=new_id(later),
                number=1,
                site_id="north",
                kiosk_id="front",
                state="departed",
                given_name="Priya",
                family_name="Mann",
                search_name="mann priya",
                sex="unspecified",
                started_at=later,
            )
        )

    with any_database.read() as session:
        found = [history.page(session, Filters(text=t), ZONE, NINE).total for t in ("", "mann")]

    assert found == [1, 1]


def test_days_at_either_end_of_the_calendar_are_searched(any_database: Database) -> None:
    with any_database.read() as session:
        for days in ((date.min, date.min), (date.max, date.max), (None, date.min)):
            found = history.page(session, Filters("mann", "", "", *days), ZONE, NINE)
            assert found.total == 0


@pytest.mark.parametrize(
    "mark",
    [
        "nothing",
        "e30=",
        Mark(datetime(2026, 1, 1), new_id(NINE)).written(),  # noqa: DTZ001
        Mark(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), new_id(NINE)).written(),
        Mark(
            datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), new_id(NINE)
        ).written(),
    ],
)
def test_mark_of_no_page_is_refused(any_database: Database, mark: str) -> None:
    with any_database.read() as session, pytest.raises(BadPageError):
        history.page(session, Filters(), ZONE, NINE, after=mark)
