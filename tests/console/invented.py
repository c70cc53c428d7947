"""A school's morning of invented people, as the hub would answer at 10:42."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import (
    DayFigures,
    Desk,
    EarlierVisit,
    Happening,
    Hold,
    Role,
    SignedIn,
    Site,
    StaffMember,
)
from db.domain.partial_date import PartialDate
from db.domain.people import Document, DocumentKind, Identity, PersonName, Sex
from db.domain.screening import (
    Agreement,
    Evidence,
    Field,
    HoldReason,
    ListVersion,
    Match,
    Screening,
    Tier,
)
from db.domain.visit import CheckOutWay, Host, Visit, VisitDetails, VisitorType, VisitState
from db.domain.watchlist import Category, WatchlistEntry

NOW = datetime(2026, 11, 17, 16, 42, 30, tzinfo=UTC)
"""A Tuesday, 10:42 in Chicago."""

SITE = Site("marlow", "Marlow Unified", "cedar-hollow", "Cedar Hollow", "America/Chicago")

ABERNATHY = Host("abernathy", "Ruth Abernathy", "Room 12", "Grade 5")
OFFICE = Host("office", "Front office")
WROBLEWSKI = Host("wroblewski", "Tomasz Wróblewski", "Room 4")
HALLSTROM = Host("hallstrom", "Coach Hallström", "Gym")
LIBRARY = Host("library", "Library")
BOILER = Host("boiler", "Boiler house")


def make_id(number: int) -> UUID:
    return UUID(int=number)


def at(hour: int, minute: int, *, days_ago: int = 0) -> datetime:
    """A clock time in Chicago (UTC-6 in November)."""
    return datetime(2026, 11, 17, hour + 6, minute, tzinfo=UTC) - timedelta(days=days_ago)


def make_staff(role: Role = Role.FRONT_DESK) -> StaffMember:
    if role is Role.ADMINISTRATOR:
        return StaffMember(make_id(2), "praghunathan", "Priya Raghunathan", role)
    return StaffMember(make_id(1), "dwhitlock", "Dana Whitlock", role)


def make_signed_in(role: Role = Role.FRONT_DESK) -> SignedIn:
    return SignedIn("not-a-real-token", make_staff(role), SITE)


def make_visit(
    number: int,
    given: str,
    family: str,
    *,
    state: VisitState = VisitState.ON_SITE,
    visitor_type: VisitorType | None = VisitorType.PARENT,
    purpose: str = "Meet a teacher",
    host: Host | None = ABERNATHY,
    came: datetime = NOW,
    until: datetime | None = None,
    left: datetime | None = None,
    escort: bool = False,
    document: bool = True,
    middle: str = "",
    photo: str = "",
) -> Visit:
    details = VisitDetails(visitor_type, purpose, host) if visitor_type else None
    licence = Document(DocumentKind.DRIVER_LICENSE, "TX", "USA") if document else None
    inside = state in (VisitState.ON_SITE, VisitState.DEPARTED)
    return Visit(
        visit_id=make_id(1000 + number),
        number=number,
        site_id=SITE.site_id,
        kiosk_id="front-kiosk",
        state=state,
        identity=Identity(
            PersonName(given, family, middle), date(1984, 3, 7), Sex.UNSPECIFIED, licence
        ),
        started_at=came,
        details=details,
        with_escort=escort,
        photo=photo,
        badge_code="47K-29F" if inside else "",
        valid_until=until,
        checked_in_at=came if inside else None,
        checked_out_at=left,
        checked_out_by=CheckOutWay.BADGE if left else None,
    )


def make_evidence() -> tuple[Evidence, ...]:
    agrees, differs, missing = Agreement.AGREES, Agreement.DIFFERS, Agreement.MISSING
    return (
        Evidence(
            Field.FAMILY_NAME,
            "Ibarra-Quintero",
            "Quintero",
            agrees,
            "Same, one of two surnames",
            8.6,
        ),
        Evidence(Field.GIVEN_NAME, "Tony", "Anthony", agrees, "Same, a short form", 3.0),
        Evidence(Field.MIDDLE_NAME, "Rafael", "James", differs, "Differs", -1.9),
        Evidence(
            Field.BIRTH_DATE,
            "Mar 7, 1984",
            "Jul 3, 1984",
            agrees,
            "Same with day and month swapped",
            9.1,
        ),
        Evidence(Field.SEX, "Man", "Man", agrees, "Same", 0.9),
        Evidence(Field.PLACE, "Texas", "New Mexico", differs, "Differs", -0.8),
        Evidence(Field.ID_NUMBER, "held as a code", "", missing, "Missing on the list", 0.0),
    )


@dataclass(frozen=True)
class KeptList:
    """A list as every page shows it."""

    people: int
    version: int
    imported_at: datetime
    max_age_days: int | None
    one_in: int


LISTS = {
    "State registry extract": KeptList(918_204, 41, NOW - timedelta(days=3, hours=2), 14, 4_200),
    "Custody orders": KeptList(37, 44, NOW - timedelta(days=1, hours=2), 30, 96_000),
    "District no-trespass list": KeptList(212, 8, NOW - timedelta(days=8, hours=1), 30, 31_000),
    "Office alerts": KeptList(9, 12, NOW - timedelta(seconds=60), None, 240_000),
}


def make_match(
    category: Category = Category.REGISTRY, list_name: str = "State registry extract"
) -> Match:
    entry = WatchlistEntry(
        entry_id=make_id(50),
        name=PersonName("Anthony", "Quintero", "James"),
        born=PartialDate(1984, 7, 3),
        sex=Sex.MALE,
        aliases=(PersonName("Tony", "Quintero"),),
        jurisdiction="NM",
        reference="CR-2018-0441",
    )
    kept = LISTS[list_name]
    return Match(
        entry=entry,
        list_id=make_id(60),
        list_name=list_name,
        category=category,
        list_version=kept.version,
        list_size=kept.people,
        list_imported_at=kept.imported_at,
        max_age_days=kept.max_age_days,
        tier=Tier.POSSIBLE,
        bits=18.9,
        one_in=kept.one_in,
        evidence=make_evidence(),
    )


def make_screening(
    number: int, reason: HoldReason | None = None, *matches: Match, when: datetime = NOW
) -> Screening:
    return Screening(
        make_id(2000 + number),
        when,
        "1",
        (ListVersion(make_id(60), "State registry extract", 41),),
        matches,
        (reason,) if reason else (),
    )


DENIAL_WORDS = "Tell the principal. Do not say why."


def make_hold(
    number: int,
    given: str,
    family: str,
    waited: int,
    *,
    reason: HoldReason = HoldReason.MATCH,
    matches: tuple[Match, ...] = (),
    **visit: object,
) -> Hold:
    since = NOW - timedelta(seconds=waited)
    made = make_visit(
        number,
        given,
        family,
        state=VisitState.HELD,
        came=since - timedelta(seconds=40),
        **visit,  # type: ignore[arg-type]
    )
    screening = make_screening(number, reason, *matches, when=since)
    return Hold(
        made,
        screening,
        since,
        "Front kiosk",
        clears_until=date(2027, 11, 17) if matches else None,
        on_denial=DENIAL_WORDS,
    )


def make_tony() -> Hold:
    hold = make_hold(12, "Tony", "Ibarra-Quintero", 102, matches=(make_match(),), middle="Rafael")
    earlier = tuple(
        EarlierVisit(make_id(70 + n), when, where, "No match")
        for n, (when, where) in enumerate(
            (
                (at(9, 2, days_ago=4), "Room 12, conference"),
                (at(9, 10, days_ago=26), "Room 12, conference"),
                (at(8, 40, days_ago=49), "Front office"),
            )
        )
    )
    before = Decision(
        make_id(80),
        make_id(81),
        Verdict.NOT_THIS_PERSON,
        "Birth date differs on the ID.",
        "Priya Raghunathan",
        at(9, 14, days_ago=179),
        DecidedAt.CONSOLE,
    )
    return replace(hold, earlier_visits=earlier, earlier_decisions=(before,))


def make_holds() -> tuple[Hold, ...]:
    return (
        make_tony(),
        make_hold(
            13,
            "Kateryna",
            "Шевчук",
            58,
            matches=(make_match(Category.CUSTODY, "Custody orders"),),
            purpose="Pick up a student",
        ),
        make_hold(
            14,
            "Björn",
            "Hallström",
            21,
            reason=HoldReason.ID_NOT_READ,
            visitor_type=VisitorType.CONTRACTOR,
            purpose="Boiler inspection",
            host=BOILER,
            document=False,
        ),
    )


def make_figures(**changed: object) -> DayFigures:
    hours = [0] * 24
    for hour, arrivals in ((7, 5), (8, 9), (9, 6), (10, 5)):
        hours[hour] = arrivals
    figures = DayFigures(
        visits=25,
        on_site=13,
        overdue=1,
        holds=3,
        approved=3,
        denied=0,
        median_seconds_to_decide=34.0,
        slowest_seconds_to_decide=112.0,
        arrivals_by_hour=tuple(hours),
    )
    return replace(figures, **changed)  # type: ignore[arg-type]


def make_happenings() -> tuple[Happening, ...]:
    return (
        Happening(
            at(10, 38), make_id(1), "Ravi Subramanian", "Contractor", "Server room", "Signed in"
        ),
        Happening(at(10, 21), make_id(2), "Rosa Begaye", "Volunteer", "Library", "Signed out"),
        Happening(at(9, 56), make_id(3), "Chukwuemeka Obi", "Parent", "Nurse", "Signed in"),
        Happening(
            at(9, 40), make_id(4), "Maryam al-Rashidi مريم", "Parent", "Front office", "Signed out"
        ),
        Happening(at(9, 12), make_id(5), "Wei-Ling Tsai", "Visitor", "Room 4", "Signed in"),
    )


def make_desk(holds: tuple[Hold, ...] | None = None) -> Desk:
    waiting = make_holds() if holds is None else holds
    return Desk(
        as_of=NOW,
        holds=waiting,
        figures=make_figures(),
        just_now=make_happenings(),
        kiosks_in_touch=2,
        kiosks=3,
        lists_current=4,
        lists=4,
    )
