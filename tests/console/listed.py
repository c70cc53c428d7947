"""People on the invented school's lists, as their pages show them."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID

from db.domain.clearance import Clearance, ClearanceLine, Standing
from db.domain.custody import CustodyRule, EntryBrief
from db.domain.entry_history import (
    EntryChangeKind,
    EntryDeeds,
    EntryEvent,
    EntryFile,
    FieldChange,
    RemovalAsked,
)
from db.domain.figures import HoldFigures
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import Category, WatchlistEntry
from tests.console.invented import NOW, at, make_id

RULE = CustodyRule(
    days=(0, 1, 2, 3, 4),
    begins=time(7),
    ends=time(18),
    students=("Imani V., grade 3", "Jonah V., kindergarten"),
    is_paper_seen=True,
)


def make_brief(photo: str = "") -> EntryBrief:
    """What the hub alone knows of somebody on the list of custody orders."""
    return EntryBrief(photo, RULE)


def make_deeds() -> EntryDeeds:
    """Three holds since the entry was written."""
    holds = HoldFigures(held=3, not_this_person=2, confirmed=1)
    return EntryDeeds(date(2026, 8, 31), 1_226, holds, date(2026, 9, 14))


def make_cleared() -> ClearanceLine:
    """Somebody who was cleared of the entry below, in its third version."""
    decided = at(9, 14, days_ago=1)
    clearance = Clearance(
        clearance_id=make_id(690),
        visitor_key="0" * 64,
        visit_id=make_id(1490),
        list_id=make_id(61),
        list_name="Custody orders",
        entry_id=make_id(81),
        entry_version=3,
        entry_mark="0" * 64,
        reason="Photo and middle name differ.",
        decided_by="Dana Whitlock",
        decided_at=decided,
        expires_on=(decided + timedelta(days=365)).date(),
    )
    return ClearanceLine(
        clearance, "Rodrigo Vanterpoel", "Roderick Elliot Vanterpool", Standing.IN_FORCE
    )


def make_entry_file(removal: RemovalAsked | None = None) -> EntryFile:
    """Somebody on the list of custody orders, changed twice by hand."""
    entry = WatchlistEntry(
        make_id(81),
        PersonName("Roderick", "Vanterpool", "Elliot"),
        PartialDate(1986, 8, 30),
        Sex.MALE,
        (PersonName("Rod", "Vanterpool"), PersonName("Roderick", "Van der Pool")),
        "TX",
        reference="FC-26-118",
        instructions="Do not release the children. Tell the principal first, then the officer.",
        valid_from=date(2026, 9, 1),
        valid_until=date(2027, 6, 12),
        version=3,
    )
    changed, added = EntryChangeKind.CHANGED, EntryChangeKind.ADDED
    history = (
        EntryEvent(
            changed, 3, 44, at(8, 41, days_ago=1), "Priya Raghunathan",
            (FieldChange("valid_until", "2026-12-18", "2027-06-12"),),
        ),
        EntryEvent(
            changed, 2, 31, NOW - timedelta(days=77), "Ngozi Okonkwo",
            (FieldChange("aliases", "Vanterpool, Rod", "Vanterpool, Rod; Van der Pool, Roderick"),),
        ),
        EntryEvent(added, 1, 30, NOW - timedelta(days=78), "Priya Raghunathan"),
    )  # fmt: skip
    return EntryFile(
        NOW,
        make_id(61),
        "Custody orders",
        44,
        entry,
        history,
        removal,
        category=Category.CUSTODY,
        rule=RULE,
        clearances=(make_cleared(),),
    )


def make_entries() -> dict[UUID, EntryFile]:
    """Three people of that list, by their ids."""
    known = make_entry_file()
    assert known.entry is not None
    plain = replace(
        known.entry,
        entry_id=make_id(82),
        name=PersonName("Tove", "Ahlgren"),
        born=PartialDate(1980, 2, 30),
        aliases=(),
        instructions="Call the principal",
        valid_from=None,
        valid_until=None,
        version=1,
    )
    year = replace(plain, entry_id=make_id(83), name=PersonName("Jun", "Nakashima"))
    year = replace(year, born=PartialDate(1979), instructions="", valid_until=date(2026, 12, 31))
    bare = replace(known, history=(), rule=None, clearances=())
    files = (known, replace(bare, entry=plain), replace(bare, entry=year))
    return {f.entry.entry_id: f for f in files if f.entry is not None}
