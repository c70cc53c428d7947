"""Custody orders: what the hub keeps beside the name, tells the desk, and no kiosk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from db import changes, codec, custody, list_told, outbox, watchlists
from db.domain.clearance import Standing
from db.domain.custody import NO_RULE, CustodyRule, Forbids
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Desk, Role
from db.domain.entry_history import EntryDeeds, EntryDraft, EntryFile, FieldChange
from db.domain.events import DecisionMade, VisitorScreened
from db.domain.figures import HoldFigures
from db.domain.screening import HoldReason, Match
from db.domain.watchlist import Watchlist
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import KIOSK, NINE, make_identity, make_match, make_screening

CHICAGO = ZoneInfo("America/Chicago")
RULE = CustodyRule(
    (0, 1, 2, 3, 4), time(7), time(18), Forbids.PICK_UP, ("Imani V., grade 3",), is_paper_seen=True
)
DRAFT = EntryDraft("Vanterpool", "Roderick", birth_date="1986-08-30", rule=RULE)


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path) as running:
        yield running


@pytest.fixture
def dana(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in()


@pytest.fixture
def ours(hub: HubOfTests, dana: dict[str, str]) -> str:
    begun = hub.client.post(
        "/v1/watchlists/new", json={"name": "Custody orders", "category": "custody"}, headers=dana
    )
    return f"/v1/watchlists/{codec.from_json(begun.content, Watchlist).list_id}/people"


def file_in(answer: Any) -> EntryFile:
    assert answer.is_success, answer.text
    return codec.from_json(answer.content, EntryFile)


def add(hub: HubOfTests, ours: str, dana: dict[str, str]) -> tuple[str, EntryFile]:
    found = file_in(hub.client.post(ours, content=codec.to_json(DRAFT), headers=dana))
    assert found.entry is not None
    return f"{ours}/{found.entry.entry_id}", found


def save(
    hub: HubOfTests, address: str, dana: dict[str, str], draft: EntryDraft, version: int
) -> EntryFile:
    content = codec.to_json(draft)
    params = {"version": version}
    return file_in(hub.client.put(address, params=params, content=content, headers=dana))


def let_one_decide(hub: HubOfTests, dana: dict[str, str]) -> None:
    answer = hub.client.put("/v1/watchlists/settings", json={"two_to_remove": False}, headers=dana)
    assert answer.is_success


@pytest.mark.parametrize(
    ("local", "counts"),
    [
        (datetime(2026, 11, 20, 7, 0, tzinfo=CHICAGO), True),  # a Friday
        (datetime(2026, 11, 20, 6, 59, tzinfo=CHICAGO), False),
        (datetime(2026, 11, 20, 18, 0, tzinfo=CHICAGO), False),
        (datetime(2026, 11, 21, 12, 0, tzinfo=CHICAGO), False),
    ],
)
def test_order_counts_on_its_days_between_its_hours(local: datetime, counts: bool) -> None:
    assert RULE.counts_at(local) is counts
    assert NO_RULE.counts_at(local)


def test_order_is_kept_with_its_history(hub: HubOfTests, ours: str, dana: dict[str, str]) -> None:
    address, added = add(hub, ours, dana)
    let_one_decide(hub, dana)

    later = replace(DRAFT, rule=replace(RULE, days=(4,), students=("Jonah V.",)))
    changed = save(hub, address, dana, later, 1)

    assert added.rule == RULE
    assert changed.rule == later.rule
    assert changed.entry is not None
    assert changed.entry.version == 2
    assert changed.history[0].fields == (
        FieldChange("days", "Mon Tue Wed Thu Fri", "Fri"),
        FieldChange("students", "Imani V., grade 3", "Jonah V."),
    )


@pytest.mark.parametrize(
    "less",
    [
        NO_RULE,
        replace(RULE, days=(0, 1)),
        replace(RULE, begins=time(8)),
        replace(RULE, ends=time(17)),
        replace(RULE, forbids=Forbids.CONTACT),
        replace(RULE, students=()),
    ],
)
def test_order_that_is_to_say_less_waits_for_a_second_person(
    hub: HubOfTests, ours: str, dana: dict[str, str], less: CustodyRule
) -> None:
    address, added = add(hub, ours, dana)

    asked = save(hub, address, dana, replace(DRAFT, rule=less), 1)

    assert asked.rule == added.rule
    assert asked.removal is not None
    assert asked.removal.by == "Dana Whitlock"
    hub.add_staff("jortega", Role.ADMINISTRATOR)
    second = hub.sign_in("jortega")
    confirmed = hub.client.post(f"{address}/removal", json={"version": 1}, headers=second)
    assert file_in(confirmed).rule == (less if less != NO_RULE else None)


@pytest.mark.parametrize(
    "more",
    [
        replace(RULE, days=(), begins=None, ends=None),
        replace(RULE, forbids=Forbids.PICK_UP_AND_CONTACT),
        replace(RULE, students=("Imani V., grade 3", "Jonah V.")),
        replace(RULE, students=("Imani V., grade 4",)),
    ],
)
def test_order_that_is_to_say_more_takes_one_person(
    hub: HubOfTests, ours: str, dana: dict[str, str], more: CustodyRule
) -> None:
    address, _ = add(hub, ours, dana)

    assert save(hub, address, dana, replace(DRAFT, rule=more), 1).rule == more


@pytest.mark.parametrize(
    ("before", "after", "is_less"),
    [
        (("Imani V., grade 3",), ("Imani V., grade 4",), False),
        (("Imani V., grade K",), ("Imani V., 1st",), False),
        (("Imani V., Pre-K",), ("Imani V.",), False),
        (("Imani V., grade 3, room 12",), ("IMANÍ  V., grade 4",), False),
        (("Imani V., grade 3",), ("Jonah V., grade 3",), True),
        (("Imani V., grade 3", "Imani V., grade 5"), ("Imani V., grade 4",), True),
        (("Vanterpool, Imani, grade 3",), ("Vanterpool, Jonah, grade 3",), True),
        (("Vanterpool, Imani",), ("Vanterpool, Jonah",), True),
    ],
)
def test_grade_of_a_student_changes_alone_and_the_student_does_not(
    before: tuple[str, ...], after: tuple[str, ...], is_less: bool
) -> None:
    rule = replace(RULE, students=before)

    assert replace(RULE, students=after).says_less_than(rule) is is_less


def test_first_order_of_an_imported_entry_takes_one_person_and_is_told_at_the_desk(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    hub.client.post(
        "/v1/watchlists",
        params={"name": "Custody orders", "category": "custody"},
        content=b"LAST,FIRST,DOB\nVanterpool,Roderick,08/30/1986\n",
        headers=dana,
    ).raise_for_status()
    with hub.database.read() as session:
        (entry,) = watchlists.entries_of(session, UUID(ours.split("/")[-2]))
    address = f"{ours}/{entry.entry_id}"

    ruled = save(hub, address, dana, DRAFT, entry.version)
    mine = match_with(ruled)
    screen(hub, mine)
    (hold,) = codec.from_json(hub.client.get("/v1/desk", headers=dana).content, Desk).holds

    assert ruled.removal is None
    assert hold.brief_of(mine).rule == RULE


def test_draft_that_says_nothing_of_an_order_leaves_it(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, _ = add(hub, ours, dana)

    changed = save(hub, address, dana, replace(DRAFT, rule=None, note="Paper filed"), 1)
    unchanged = hub.client.put(
        address,
        params={"version": 2},
        content=codec.to_json(replace(DRAFT, note="Paper filed")),
        headers=dana,
    )

    assert changed.rule == RULE
    assert "Nothing differs" in unchanged.text


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (replace(RULE, ends=time(6)), "would end before they begin"),
        (replace(RULE, days=(7,)), "A week has seven days"),
        (replace(RULE, students=("x" * 81,)), "at most 80 characters"),
        (replace(RULE, students=tuple(map(str, range(21)))), "at most 20 students"),
    ],
)
def test_what_is_no_order_is_refused_in_words(
    hub: HubOfTests, ours: str, dana: dict[str, str], rule: CustodyRule, why: str
) -> None:
    refused = hub.client.post(ours, content=codec.to_json(replace(DRAFT, rule=rule)), headers=dana)

    assert refused.status_code == 409
    assert why in refused.text


def test_no_kiosk_and_no_log_learns_of_the_students(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    add(hub, ours, dana)

    with hub.database.read() as session:
        feed = [c.body for c in list_told.filled(session, changes.since(session, 0))]
        log = session.execute(text("SELECT body FROM event_body")).scalars().all()
        entry = codec.to_json(watchlists.entries_of(session, UUID(ours.split("/")[3])))
    assert any("Vanterpool" in body for body in feed)
    assert not any("Imani" in str(body) for body in (*feed, *log, entry))


def test_removed_entry_takes_its_order_with_it(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, added = add(hub, ours, dana)
    hub.client.put("/v1/watchlists/settings", json={"two_to_remove": False}, headers=dana)

    hub.client.post(f"{address}/removal", json={"version": 1, "reason": "x"}, headers=dana)

    assert added.entry is not None
    with hub.database.read() as session:
        assert custody.rule_of(session, added.list_id, added.entry.entry_id) is None


def screen(hub: HubOfTests, *matches: Match, verdict: Verdict | None = None, days: int = 0) -> UUID:
    """Somebody is screened so many days later, and decided on; returns the visit's id."""
    at, visit_id = NINE + timedelta(days=days), uuid4()
    screening = make_screening(at, (HoldReason.MATCH,) if matches else (), matches)
    screened = VisitorScreened(visit_id, 1, make_identity(), "", screening, "1" * 64)
    with hub.database.begin() as session:
        outbox.add(session, KIOSK, screened, at, actor="visitor", visit_id=visit_id)
        if verdict is not None:
            decision = Decision(uuid4(), visit_id, verdict, "Seen", "Dana", at, DecidedAt.CONSOLE)
            outbox.add(session, KIOSK, DecisionMade(decision), at, actor="dana", visit_id=visit_id)
    return visit_id


def match_with(added: EntryFile) -> Match:
    assert added.entry is not None
    return replace(make_match(added.entry), list_id=added.list_id)


def deeds_of(hub: HubOfTests, address: str, dana: dict[str, str]) -> EntryDeeds:
    return codec.from_json(hub.client.get(f"{address}/deeds", headers=dana).content, EntryDeeds)


def test_entry_tells_whom_it_held_and_what_staff_decided(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, added = add(hub, ours, dana)
    mine = match_with(added)
    screen(hub)
    screen(hub, mine, verdict=Verdict.NOT_THIS_PERSON)
    screen(hub, mine, verdict=Verdict.DENY, days=3)
    screen(hub, mine)
    screen(hub, make_match(), verdict=Verdict.DENY, days=9)

    found = deeds_of(hub, address, dana)

    assert (found.since, found.screenings) == (date(2026, 11, 23), 5)
    assert found.holds == HoldFigures(held=3, not_this_person=1, confirmed=1, undecided=1)
    assert found.confirmed_on == date(2026, 11, 26)


def test_same_person_on_another_list_is_another_entry(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, added = add(hub, ours, dana)
    screen(hub, replace(match_with(added), list_id=uuid4()), verdict=Verdict.DENY)

    assert deeds_of(hub, address, dana).holds == HoldFigures()


def test_desk_is_told_of_the_order_as_it_is_now(
    hub: HubOfTests, ours: str, dana: dict[str, str]
) -> None:
    address, added = add(hub, ours, dana)
    mine = match_with(added)
    screen(hub, mine, make_match())
    let_one_decide(hub, dana)
    save(hub, address, dana, replace(DRAFT, rule=replace(RULE, days=(1,))), 1)

    rosa = hub.sign_in("rbegaye")
    (hold,) = codec.from_json(hub.client.get("/v1/desk", headers=rosa).content, Desk).holds

    brief = hold.brief_of(mine)
    assert brief.rule is not None
    assert brief.rule.students == ("Imani V., grade 3",)
    assert not brief.counts_now  # it is Monday
    assert set(hold.briefs) == {mine.entry.entry_id}


def test_entry_file_names_who_was_cleared(hub: HubOfTests, ours: str, dana: dict[str, str]) -> None:
    address, added = add(hub, ours, dana)
    visit_id = screen(hub, match_with(added))
    hub.client.post(
        f"/v1/visits/{visit_id}/decision",
        json={"verdict": "not_this_person", "reason": "Another photo"},
        headers=dana,
    ).raise_for_status()

    found = file_in(hub.client.get(address, headers=dana))

    (line,) = found.clearances
    assert (line.visitor_name, line.clearance.reason) == ("Elena Marlowe", "Another photo")
    assert line.standing is Standing.IN_FORCE
