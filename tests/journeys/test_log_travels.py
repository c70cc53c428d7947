"""A visit's facts between kiosk and hub, without screens: online, offline then online, held."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from db import codec, log, outbox, visits
from db.chain import SealedEvent
from db.domain.decision import Verdict
from db.domain.desk import Desk as DeskPage
from db.domain.desk import OnSite
from db.domain.errors import HubAwayError
from db.domain.people import Identity
from db.domain.screening import HoldReason
from db.domain.visit import CheckOutWay, Visit, VisitDetails, VisitorType, VisitState
from db.engine import Database
from db.list_index import ListIndexes
from db.outbox import Device
from kiosk import reception
from kiosk.draft import VisitDraft
from kiosk.lists import load_index
from kiosk.reception import Desk, NewBadge, ScreenedVisit
from kiosk.sync import exchange, sending
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE, OKAFOR, make_identity, make_typed_identity
from tests.pairing_of_tests import new_code, wire

LIST_CSV = b"""LNAME,FNAME,DOB,CASE_NO
Quillfeather,Daniel,03/07/1984,T-1
Marlow,Helena,04/17/1986,T-2
"""


@dataclass
class KioskOfTests:
    database: Database
    desk: Desk
    hub: HttpHub
    token: str

    def screen(self, identity: Identity) -> ScreenedVisit:
        index = load_index(self.database, ListIndexes(self.database, None))
        with self.database.begin() as session:
            return reception.screen_visitor(session, self.desk, identity, index, NINE)

    def check_in(self, screened: ScreenedVisit, token: str = "T" * 16) -> Visit:
        draft = VisitDraft().with_visit(screened.visit, screened.screening)
        draft = draft.with_details(VisitDetails(VisitorType.PARENT, "Meet a teacher", OKAFOR))
        badge = NewBadge(token, "47K-29F", NINE.replace(hour=21))
        with self.database.begin() as session:
            return reception.check_in(session, self.desk, draft, badge, NINE)

    def sync(self) -> None:
        sending.push(self.database, self.desk.device, self.hub)
        exchange.pull(self.database, self.hub, 0)


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database, tmp_path: Path) -> KioskOfTests:
    given = hub.pair()
    desk = Desk(
        Device(given.district_id, given.site_id, given.kiosk_id, given.epoch),
        ZoneInfo(given.site.time_zone),
        bytes.fromhex(given.number_key),
        tmp_path / "photos",
    )
    hub.client.post(
        "/v1/watchlists",
        params={"name": "District no-trespass list", "category": "trespass"},
        content=LIST_CSV,
        headers=hub.sign_in(),
    ).raise_for_status()
    paired = KioskOfTests(database, desk, hub.kiosk(given), hub.own_token(given))
    paired.sync()
    return paired


def desk_page(hub: HubOfTests) -> DeskPage:
    return codec.from_json(hub.client.get("/v1/desk", headers=hub.sign_in()).content, DeskPage)


def test_unlisted_visitor_is_on_site_at_the_console(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    screened = kiosk.screen(make_identity("Priya", "Raghunathan"))

    kiosk.check_in(screened)
    kiosk.sync()

    answer = hub.client.get("/v1/on-site", headers=hub.sign_in())
    (visit,) = codec.from_json(answer.content, OnSite).visits
    assert visit.identity.name.family == "Raghunathan"
    assert visit.details is not None
    assert visit.details.host == OKAFOR


def test_listed_visitor_is_held_and_the_office_sees_why(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    screened = kiosk.screen(make_identity("Daniel", "Quillfeather", birth_date=date(1984, 3, 7)))
    kiosk.sync()

    (hold,) = desk_page(hub).holds

    assert screened.visit.state is VisitState.HELD
    assert hold.visit.visit_id == screened.visit.visit_id
    assert hold.screening.hold_reasons == (HoldReason.MATCH,)
    assert hold.screening.matches[0].entry.reference == "T-1"


def test_held_visitor_gets_no_badge(kiosk: KioskOfTests) -> None:
    screened = kiosk.screen(make_identity("Daniel", "Quillfeather", birth_date=date(1984, 3, 7)))

    with pytest.raises(reception.NotAdmittedError):
        kiosk.check_in(screened)

    with kiosk.database.read() as session:
        assert visits.get(session, screened.visit.visit_id) == screened.visit


def test_approval_at_the_console_lets_the_visitor_in(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    screened = kiosk.screen(make_identity("Elena", "Marlowe", birth_date=date(1986, 4, 17)))
    kiosk.sync()
    hub.client.post(
        f"/v1/visits/{screened.visit.visit_id}/decision",
        json={"verdict": "approve", "reason": "Known to the office"},
        headers=hub.sign_in(),
    ).raise_for_status()

    kiosk.sync()
    visit = kiosk.check_in(screened)

    assert visit.state is VisitState.ON_SITE
    with kiosk.database.read() as session:
        decision = visits.decision_in_force(session, visit.visit_id)
    assert decision is not None
    assert (decision.verdict, decision.decided_by) == (Verdict.APPROVE, "Dana Whitlock")


def test_denied_visitor_stays_outside_until_staff_say_otherwise(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    identity = make_identity("Daniel", "Quillfeather", birth_date=date(1984, 3, 7))
    screened = kiosk.screen(identity)
    kiosk.sync()
    hub.client.post(
        f"/v1/visits/{screened.visit.visit_id}/decision",
        json={"verdict": "deny", "reason": "Order in force"},
        headers=hub.sign_in(),
    ).raise_for_status()
    kiosk.sync()

    with pytest.raises(reception.NotAdmittedError):
        kiosk.check_in(screened)
    again = kiosk.screen(identity)

    assert again.visit.state is VisitState.HELD
    assert again.visit.visit_id != screened.visit.visit_id


def test_second_decision_is_told_who_was_first(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    screened = kiosk.screen(make_typed_identity())
    kiosk.sync()
    place = f"/v1/visits/{screened.visit.visit_id}/decision"
    choice = {"verdict": "approve", "reason": "Known to the office"}
    hub.client.post(place, json=choice, headers=hub.sign_in("rbegaye")).raise_for_status()

    answer = hub.client.post(place, json=choice | {"verdict": "deny"}, headers=hub.sign_in())

    assert answer.status_code == 409
    assert "Rosa Begaye" in answer.json()["detail"]


def test_whole_visit_offline_arrives_later_and_both_logs_verify(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    screened = kiosk.screen(make_identity("Priya", "Raghunathan"))
    kiosk.check_in(screened)
    with kiosk.database.begin() as session:
        reception.check_out(session, kiosk.desk, screened.visit.visit_id, CheckOutWay.BADGE, NINE)

    kiosk.sync()  # the hub hears of it only now

    with kiosk.database.read() as here, hub.database.read() as there:
        visit_id = screened.visit.visit_id
        assert visits.get(here, visit_id) == visits.get(there, visit_id)
        assert log.count(here) == log.count(there, kiosk.desk.device.kiosk_id) == 3
        assert all(v.is_good for v in (*log.verify_log(here), *log.verify_log(there)))


def test_lost_answer_is_sent_again_and_counts_once(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    kiosk.check_in(kiosk.screen(make_identity("Priya", "Raghunathan")))

    class LosesOneAnswer(HttpHub):
        lost = False

        def push(self, *batch: object) -> object:  # type: ignore[override]
            answer = super().push(*batch)  # type: ignore[arg-type]
            if not self.lost:
                self.lost = True
                raise HubAwayError("the answer was lost")
            return answer

    shaky = LosesOneAnswer(hub.client, kiosk.token)
    with pytest.raises(HubAwayError):
        sending.push(kiosk.database, kiosk.desk.device, shaky)
    sending.push(kiosk.database, kiosk.desk.device, shaky)

    with hub.database.read() as session:
        assert log.count(session, kiosk.desk.device.kiosk_id) == 2


def test_id_number_is_never_written(kiosk: KioskOfTests) -> None:
    number = "98765432"
    kiosk.check_in(kiosk.screen(make_identity("Priya", "Raghunathan", number=number)))

    with kiosk.database.read() as session:
        sealed: list[SealedEvent] = outbox.pending(session, kiosk.desk.device, 0, 10)

    assert not any(number.encode() in e.line + e.body for e in sealed)


def test_visitor_with_the_same_id_comes_back_to_the_same_hold(kiosk: KioskOfTests) -> None:
    identity = make_identity("Daniel", "Quillfeather", birth_date=date(1984, 3, 7))

    first, again = kiosk.screen(identity), kiosk.screen(identity)

    assert first.visit.visit_id == again.visit.visit_id


def test_screening_that_cannot_run_is_a_hold(kiosk: KioskOfTests) -> None:
    with kiosk.database.begin() as session:
        screened = reception.screen_visitor(
            session, kiosk.desk, make_identity("Priya", "Raghunathan"), None, NINE
        )

    assert screened.screening.hold_reasons == (HoldReason.SCREENING_FAILED,)
    assert screened.visit.state is VisitState.HELD


def test_unknown_kiosk_is_refused(hub: HubOfTests) -> None:
    answer = hub.client.get("/v1/head", headers={"Authorization": f"Bearer {uuid4()}"})

    assert answer.status_code == 401
    assert "pair it again" in answer.json()["detail"]


def test_pairing_code_works_once(hub: HubOfTests) -> None:
    request = wire(new_code(hub))

    first, second = (hub.client.post("/v1/pairings", json=request) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 403)


def test_replaced_draft_keeps_nothing_of_the_visitor_before() -> None:
    draft = replace(VisitDraft(), photo=b"x", signed=True).with_identity(make_identity())

    assert draft == VisitDraft(identity=make_identity())
