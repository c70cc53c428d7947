"""Who decides when two do at once, and what the office sees when a kiosk did not hear of it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from admin_console.hub import site as hub_site
from db import codec, outbox, visits
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Desk, OnSite, VisitPage, VisitStory
from db.domain.events import DecisionMade, DomainEvent
from db.domain.visit import VisitState
from db.engine import Database, open_database
from db.log_models import EventBodyRow, EventRow
from db.outbox import Device
from kiosk.sync import sending
from kiosk.sync.client import HubClient
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.makers import NINE, make_checked_in, make_screened

T = TypeVar("T")
ROUNDS = 8


@dataclass(frozen=True)
class PairedKiosk:
    """A kiosk without screens: it says things, and sends them when told to."""

    database: Database
    device: Device
    hub: HubClient

    def say(self, visit_id: UUID, event: DomainEvent, at: datetime = NINE) -> None:
        with self.database.begin() as session:
            outbox.add(session, self.device, event, at, actor="visitor", visit_id=visit_id)

    def hold(self, at: datetime = NINE) -> UUID:
        """Somebody is held, and the hub knows."""
        screened = make_screened(held=True, now=at)
        self.say(screened.visit_id, screened, at)
        self.send()
        return screened.visit_id

    def decide(self, visit_id: UUID, verdict: Verdict = Verdict.APPROVE) -> Decision:
        """A PIN at the kiosk decides; the hub does not know yet."""
        decision = Decision(
            uuid4(), visit_id, verdict, "Known here", "Pia Moreno", NINE, DecidedAt.KIOSK
        )
        self.say(visit_id, DecisionMade(decision))
        return decision

    def send(self) -> None:
        sending.push(self.database, self.device, self.hub)


def paired(hub: HubOfTests, database: Database) -> PairedKiosk:
    given = hub.pair()
    device = Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)
    return PairedKiosk(database, device, hub.kiosk(given))


@pytest.fixture
def kiosk(hub: HubOfTests, tmp_path: Path) -> Iterator[PairedKiosk]:
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    yield paired(hub, database)
    database.close()


@pytest.fixture
def dana(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in("dwhitlock")


@pytest.fixture
def rosa(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in("rbegaye")


def decide_at_console(
    hub: HubOfTests, visit_id: UUID, verdict: str, who: dict[str, str]
) -> httpx.Response:
    """On a connection of its own, as each console has one."""
    with httpx.Client(base_url=hub.client.base_url, trust_env=False) as console:
        asked = {"verdict": verdict, "reason": "Talked to them"}
        return console.post(f"/v1/visits/{visit_id}/decision", json=asked, headers=who)


def sign_out_at_console(hub: HubOfTests, visit_id: UUID, who: dict[str, str]) -> httpx.Response:
    with httpx.Client(base_url=hub.client.base_url, trust_env=False) as console:
        return console.post(f"/v1/visits/{visit_id}/check-out", headers=who)


def asked(hub: HubOfTests, page: str, who: dict[str, str], of: type[T]) -> T:
    answer = hub.client.get(page, headers=who)
    assert answer.status_code == 200, answer.text
    return codec.from_json(answer.content, of)


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Call all in threads that start together; their answers in the same order."""
    gate = threading.Barrier(len(calls))

    def call(each: Callable[[], T]) -> T:
        gate.wait(10)
        return each()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


# ---- two at once -------------------------------------------------------------------------------


def test_of_two_staff_who_decide_at_once_one_is_told_who_was_first(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str], rosa: dict[str, str]
) -> None:
    for _ in range(ROUNDS):
        visit_id = kiosk.hold()

        answers = at_once(
            partial(decide_at_console, hub, visit_id, "deny", dana),
            partial(decide_at_console, hub, visit_id, "escort", rosa),
        )

        first, second = sorted(answers, key=lambda a: a.status_code)
        assert (first.status_code, second.status_code) == (200, 409)
        assert second.json()["decision"] == first.json()


def test_office_and_kiosk_that_decide_at_once_leave_one_decision_in_force(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str]
) -> None:
    for _ in range(ROUNDS):
        visit_id = kiosk.hold()
        kiosk.decide(visit_id)

        answer, _ = at_once(
            partial[httpx.Response | None](decide_at_console, hub, visit_id, "deny", dana),
            kiosk.send,
        )

        with hub.database.read() as session:
            visit = visits.get(session, visit_id)
            in_force = visits.decision_in_force(session, visit_id)
        assert answer is not None
        assert visit is not None
        assert in_force is not None
        is_denied = in_force.verdict is Verdict.DENY
        assert answer.status_code == (200 if is_denied else 409)
        assert visit.state is (VisitState.DENIED if is_denied else VisitState.CLEARED)


def test_denial_under_way_is_not_undone_by_an_approval_that_arrives_meanwhile(
    postgres_url: str, tmp_path: Path, database: Database
) -> None:
    with hub_at(postgres_url, tmp_path / "hub") as hub:
        kiosk = paired(hub, database)
        visit_id = kiosk.hold()
        kiosk.decide(visit_id)
        denial = Decision(
            uuid4(), visit_id, Verdict.DENY, "Court order", "Dana", NINE, DecidedAt.CONSOLE
        )
        sending = threading.Thread(target=kiosk.send)

        with hub.database.begin() as session:
            hub_device = hub_site.hub_device(session, hub.site)
            outbox.add(
                session, hub_device, DecisionMade(denial), NINE, actor="staff:x", visit_id=visit_id
            )
            sending.start()
            until_somebody_waits_for_a_lock(hub.database)
        sending.join(10)

        with hub.database.read() as session:
            visit = visits.get(session, visit_id)
            in_force = visits.decision_in_force(session, visit_id)
            kept = visits.decisions_of(session, [visit_id])
    assert visit is not None
    assert (visit.state, in_force, len(kept)) == (VisitState.DENIED, denial, 2)


def until_somebody_waits_for_a_lock(database: Database) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with database.engine.connect() as connection:
            if connection.scalar(waiting):
                return
    pytest.fail("nobody waited: the decision was made beside the one under way")


def test_visitor_whom_two_staff_sign_out_at_once_leaves_once(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str], rosa: dict[str, str]
) -> None:
    screened = make_screened()
    kiosk.say(screened.visit_id, screened)
    kiosk.say(screened.visit_id, make_checked_in(screened.visit_id))
    kiosk.send()

    answers = at_once(
        partial(sign_out_at_console, hub, screened.visit_id, dana),
        partial(sign_out_at_console, hub, screened.visit_id, rosa),
    )

    assert sorted(a.status_code for a in answers) == [200, 409]


# ---- a kiosk that did not hear of the office's decision ----------------------------------------


@pytest.fixture
def let_in_anyway(hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str]) -> UUID:
    """The office denies; the kiosk, which has not heard of it, approves and signs in."""
    visit_id = kiosk.hold()
    decide_at_console(hub, visit_id, "deny", dana).raise_for_status()
    kiosk.decide(visit_id)
    kiosk.say(visit_id, make_checked_in(visit_id))
    kiosk.send()
    return visit_id


def test_somebody_let_in_against_the_offices_decision_is_an_alarm_on_the_desk(
    hub: HubOfTests, let_in_anyway: UUID, dana: dict[str, str]
) -> None:
    desk = asked(hub, "/v1/desk", dana, Desk)

    (alarm,) = desk.alarms
    assert alarm.visit.visit_id == let_in_anyway
    assert alarm.words == "Signed in although the office had decided: not admitted"
    assert (alarm.decision.decided_by, alarm.decision.verdict) == ("Dana Whitlock", Verdict.DENY)
    assert "Signed in anyway" in [h.what for h in desk.just_now]


def test_they_stand_out_among_those_on_site_and_in_their_own_story(
    hub: HubOfTests, let_in_anyway: UUID, dana: dict[str, str]
) -> None:
    on_site = asked(hub, "/v1/on-site", dana, OnSite)
    story = asked(hub, f"/v1/visits/{let_in_anyway}", dana, VisitStory)

    assert [v.visit_id for v in on_site.visits] == [let_in_anyway]
    assert on_site.not_admitted == (let_in_anyway,)
    words = [line.words for line in story.happened]
    assert "Approved by Pia Moreno, after Dana Whitlock had decided" in words
    assert "Not admitted by Dana Whitlock" in words
    assert "Signed in although the office had decided: not admitted" in words
    assert [d.decided_by for d in story.decisions if d.decision_id == story.in_force] == [
        "Dana Whitlock"
    ]


def test_alarm_ends_when_they_are_signed_out(
    hub: HubOfTests, let_in_anyway: UUID, dana: dict[str, str]
) -> None:
    sign_out_at_console(hub, let_in_anyway, dana).raise_for_status()

    assert asked(hub, "/v1/desk", dana, Desk).alarms == ()
    assert asked(hub, "/v1/on-site", dana, OnSite).not_admitted == ()


def test_approved_visitor_is_no_alarm(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str]
) -> None:
    visit_id = kiosk.hold()
    kiosk.decide(visit_id)
    kiosk.say(visit_id, make_checked_in(visit_id))
    kiosk.send()
    assert decide_at_console(hub, visit_id, "deny", dana).status_code == 409

    assert asked(hub, "/v1/desk", dana, Desk).alarms == ()
    assert asked(hub, "/v1/on-site", dana, OnSite).not_admitted == ()


def test_history_tells_how_each_hold_ended_page_by_page(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str]
) -> None:
    held = [kiosk.hold(NINE + timedelta(minutes=n)) for n in range(3)]
    decide_at_console(hub, held[0], "escort", dana).raise_for_status()
    kiosk.decide(held[1], Verdict.NOT_THIS_PERSON)
    kiosk.decide(held[0])  # too late: it is kept as superseded
    kiosk.send()

    newest = asked(hub, "/v1/visits?limit=2", dana, VisitPage)
    oldest = asked(hub, f"/v1/visits?limit=2&page={newest.next_page}", dana, VisitPage)

    assert [v.visit_id for v in (*newest.visits, *oldest.visits)] == held[::-1]
    assert newest.verdicts == {held[1]: Verdict.NOT_THIS_PERSON}
    assert oldest.verdicts == {held[0]: Verdict.ESCORT}


# ---- yesterday's holds, and the log ------------------------------------------------------------


def test_hold_of_yesterday_leaves_the_desk_and_stays_in_the_history(
    hub: HubOfTests, kiosk: PairedKiosk, clock: Clock
) -> None:
    yesterdays = kiosk.hold(NINE)
    clock.at += timedelta(days=1)
    todays = kiosk.hold(clock.at)
    dana = hub.sign_in()  # sign-ins end overnight

    waiting = asked(hub, "/v1/desk", dana, Desk).holds
    kept = asked(hub, "/v1/visits?state=held", dana, VisitPage).visits

    assert [h.visit.visit_id for h in waiting] == [todays]
    assert {v.visit_id for v in kept} == {yesterdays, todays}


def test_changed_event_of_a_visit_shows_although_its_log_was_verified_before(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str]
) -> None:
    visit_id = kiosk.hold()
    assert asked(hub, f"/v1/visits/{visit_id}", dana, VisitStory).log_verified

    with hub.database.begin() as session:
        event = session.query(EventRow).filter_by(visit_id=visit_id).one()
        body = session.query(EventBodyRow).filter_by(event_id=event.event_id).one()
        body.body = body.body.replace(b"Elena", b"Helen")

    assert not asked(hub, f"/v1/visits/{visit_id}", dana, VisitStory).log_verified


def test_changed_event_of_another_visit_shows_with_the_next_event(
    hub: HubOfTests, kiosk: PairedKiosk, dana: dict[str, str]
) -> None:
    first, second = kiosk.hold(), kiosk.hold()
    assert asked(hub, f"/v1/visits/{second}", dana, VisitStory).log_verified

    with hub.database.begin() as session:
        event = session.query(EventRow).filter_by(visit_id=first).one()
        event.line = event.line.replace(b'"visitor"', b'"kiosk"')
    kiosk.hold()

    assert not asked(hub, f"/v1/visits/{second}", dana, VisitStory).log_verified
