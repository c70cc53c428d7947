"""Alder's front kiosk in other hands: it says what it likes, by the key that it has."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from admin_console.hub import site as hub_site
from db import clearances, watchlists
from db.domain.clearance import Clearance
from db.domain.days import Days
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade
from db.domain.people import Identity
from db.domain.screening import HoldReason, Screening
from db.domain.watchlist import Watchlist, WatchlistEntry
from db.ids import new_id
from tests.makers import make_identity, make_match, make_screened, make_screening
from tests.two_schools import School

LISTED = b"LAST,FIRST,DOB\nQuillfeather,Daniel,03/07/1984\n"
FATHER = make_identity("Daniel", "Quillfeather", number="", birth_date=date(1984, 3, 7))


@dataclass(frozen=True)
class Registry:
    """A list of the district, with somebody on it."""

    known: Watchlist
    entry: WatchlistEntry
    key: str
    """Who the visitor is for clearances."""

    def screening(self, school: School) -> Screening:
        match = make_match(self.entry, self.known)
        return make_screening(school.hub.clock(), (HoldReason.MATCH,), (match,))


def registry_of(school: School, *, is_own: bool = False) -> Registry:
    """The district imports it, or the school itself."""
    hub = school.hub
    answer = hub.client.post(
        "/v1/watchlists",
        params={"name": "State registry", "category": "registry"},
        content=LISTED,
        headers=school.head if is_own else hub.token_of("district"),
    )
    list_id = UUID(answer.json()["list_id"])
    with hub.database.read() as session:
        key = bytes.fromhex(hub_site.number_key(session))
        (entry,) = watchlists.entries_of(session, list_id)
        known = watchlists.get(session, list_id)
    assert known is not None
    return Registry(known, entry, clearances.visitor_key(key, FATHER, ""))


def held(school: School, registry: Registry, identity: Identity = FATHER) -> UUID:
    """Its kiosk holds somebody who is on the list, or says so."""
    screened = replace(
        make_screened(held=True, identity=identity, now=school.hub.clock()),
        visitor_key=registry.key,
        screening=registry.screening(school),
    )
    school.say(screened, screened.visit_id)
    return screened.visit_id


def cleared_at_kiosk(
    school: School, registry: Registry, where: DecidedAt = DecidedAt.KIOSK, days_ago: int = 0
) -> UUID:
    """Its kiosk says that somebody there decided so. Returns the visit."""
    visit_id, now = held(school, registry), school.hub.clock()
    decision = Decision(
        new_id(now),
        visit_id,
        Verdict.NOT_THIS_PERSON,
        "Known here",
        "Nobody at all",
        now - timedelta(days=days_ago),
        where,
    )
    school.say(DecisionMade(decision, now.date() + timedelta(days=360)), visit_id)
    return visit_id


def cleared_at_console(school: School, registry: Registry) -> UUID:
    visit_id = held(school, registry)
    said = {"verdict": "not_this_person", "reason": "The photo differs"}
    school.ask("POST", f"/v1/visits/{visit_id}/decision", json=said)
    return visit_id


def in_force(school: School) -> list[Clearance]:
    """What its kiosk has once it has heard its hub."""
    school.kiosk.pull_all()
    with school.kiosk.database.read() as session:
        known = clearances.not_expired(session, school.hub.clock())
    return [each for each in known if each.ended_at is None]


def passes(school: School, registry: Registry) -> bool:
    """Whether its kiosk lets the one on the list pass."""
    in_force(school)
    with school.kiosk.database.read() as session:
        found = registry.screening(school)
        days = Days.of(school.hub.clock().date())
        return not clearances.consider(session, found, registry.key, days).hold_reasons
