"""Plain functions that make values for tests, all of invented people."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from db.domain.events import VisitCheckedIn, VisitorScreened
from db.domain.partial_date import PartialDate
from db.domain.people import Document, DocumentKind, Identity, PersonName, Sex
from db.domain.screening import (
    Agreement,
    Evidence,
    Field,
    HoldReason,
    Match,
    Screening,
    Tier,
)
from db.domain.visit import Host, VisitDetails, VisitorType
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.ids import new_id
from db.outbox import Device

NINE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Chicago."""

KIOSK = Device("district", "lincoln", "front-kiosk", epoch=1)
OKAFOR = Host("okafor", "Mr. Okafor", place="Room 12", role="Grade 3")


def make_identity(
    given_name: str = "Elena",
    family_name: str = "Marlowe",
    number: str = "12345678",
    birth_date: date | None = date(1986, 4, 17),
) -> Identity:
    return Identity(
        PersonName(given_name, family_name),
        birth_date,
        Sex.FEMALE,
        Document(
            DocumentKind.DRIVER_LICENSE,
            "TX",
            "USA",
            number=number,
            expires_on=date(2029, 4, 17),
        ),
    )


def make_typed_identity(given_name: str = "Elena", family_name: str = "Marlowe") -> Identity:
    return Identity(PersonName(given_name, family_name), date(1986, 4, 17))


def make_screening(
    now: datetime = NINE, hold_reasons: tuple[HoldReason, ...] = (), matches: tuple[Match, ...] = ()
) -> Screening:
    return Screening(new_id(now), now, "test", (), matches, hold_reasons)


def make_screened(
    visit_id: UUID | None = None,
    *,
    number: int = 1,
    held: bool = False,
    identity: Identity | None = None,
    now: datetime = NINE,
) -> VisitorScreened:
    shown = identity or make_identity()
    document = shown.document and replace(shown.document, number="")
    return VisitorScreened(
        visit_id or new_id(now),
        number,
        replace(shown, document=document),
        number_hash="",
        screening=make_screening(now, (HoldReason.MATCH,) if held else ()),
    )


def make_checked_in(visit_id: UUID, now: datetime = NINE) -> VisitCheckedIn:
    return VisitCheckedIn(
        visit_id=visit_id,
        details=VisitDetails(VisitorType.PARENT, "Meet a teacher", OKAFOR),
        with_escort=False,
        photo="",
        badge_token_hash="0" * 64,
        badge_code="47K-29F",
        valid_until=now + timedelta(hours=6),
        agreed_to="1",
        signed=False,
    )


def make_entry(
    given_name: str = "Anthony",
    family_name: str = "Quintero",
    birth_date: date | None = date(1984, 7, 3),
    reference: str = "",
) -> WatchlistEntry:
    return WatchlistEntry(
        new_id(NINE),
        PersonName(given_name, family_name),
        PartialDate.of(birth_date) if birth_date else None,
        reference=reference,
    )


def make_watchlist(name: str = "District no-trespass list", entry_count: int = 1) -> Watchlist:
    return Watchlist(new_id(NINE), name, Category.TRESPASS, 1, NINE, entry_count)


def make_match(entry: WatchlistEntry | None = None, watchlist: Watchlist | None = None) -> Match:
    on_list, listed = watchlist or make_watchlist(), entry or make_entry()
    evidence = tuple(
        Evidence(f, "", "", Agreement.MISSING, "Missing on the list", 0.0) for f in Field
    )
    return Match(
        entry=listed,
        list_id=on_list.list_id,
        list_name=on_list.name,
        category=on_list.category,
        list_version=on_list.version,
        list_size=on_list.entry_count,
        list_imported_at=on_list.imported_at,
        max_age_days=on_list.max_age_days,
        tier=Tier.POSSIBLE,
        bits=20.0,
        one_in=4_200,
        evidence=evidence,
    )
