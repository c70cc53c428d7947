"""What a kiosk cannot read of its hub holds back nothing behind it, and lets nobody pass by it."""

import logging
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from db import changes, policy, staff_pins, watchlists
from db.domain.decision import Verdict
from db.domain.errors import StorageError
from db.domain.policy import DeskPolicy
from db.domain.screening import HoldReason, Outcome
from db.domain.visit import VisitState
from kiosk import standing
from kiosk.sync import exchange, unread
from tests.district import District, QuietKiosk
from tests.makers import make_identity

LISTED = b"LNAME,FNAME,DOB,CASE_NO\nQuillfeather,Daniel,03/07/1984,T-1\n"
OTHERS = b"LNAME,FNAME,DOB,CASE_NO\nMarlow,Helena,04/17/1986,T-2\n"
FATHER = make_identity("Daniel", "Quillfeather", number="88211", birth_date=date(1984, 3, 7))
NOBODY = make_identity("Ada", "Quennell", number="40117", birth_date=date(1979, 5, 2))
NEWER = {"clearance_days": "as a newer hub says it, of Daniel"}


def tell(district: District, kind: str, body: object) -> None:
    with district.hub.database.begin() as session:
        changes.add(session, kind, body)


def list_id(district: District) -> UUID:
    with district.hub.database.read() as session:
        (known,) = watchlists.all_lists(session)
    return known.list_id


def missed(kiosk: QuietKiosk) -> frozenset[str]:
    with kiosk.database.read() as session:
        return unread.kinds(session)


def start_again(kiosk: QuietKiosk) -> None:
    with kiosk.database.begin() as session:
        exchange.read_anew_after_update(session)


def test_list_and_decision_come_behind_a_change_that_cannot_be_read(
    district: District, caplog: pytest.LogCaptureFixture
) -> None:
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    front.push()

    with caplog.at_level(logging.ERROR):
        tell(district, "policy", NEWER)
        district.import_list(OTHERS, "Of today")
        district.decide(held.visit.visit_id, Verdict.DENY)

    with front.database.read() as session:
        assert {known.name for known in watchlists.all_lists(session)} >= {"Of today"}
        assert policy.of(session) == DeskPolicy()
        kept = standing.read(session, front.desk.device)
    assert front.visit(held.visit.visit_id).state is VisitState.DENIED
    assert front.screen(NOBODY).screening.outcome is Outcome.CLEAR
    assert kept.unread == {"policy"}
    assert "policy, version" in caplog.text
    assert "Daniel" not in caplog.text


def test_next_rules_that_can_be_read_take_the_place_of_those_that_could_not(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    tell(district, "policy", NEWER)
    tell(district, "staff_pins", "of a newer hub")
    front.sync()

    tell(district, "policy", DeskPolicy(clearance_days=7))
    front.sync()

    with front.database.read() as session:
        assert policy.of(session).clearance_days == 7
        assert staff_pins.everybody(session)  # those of before
    assert missed(front) == {"staff_pins"}


def test_list_that_cannot_be_read_holds_everybody_until_it_can(district: District) -> None:
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    assert front.screen(NOBODY).screening.outcome is Outcome.CLEAR

    tell(district, "watchlist", {"list_id": list_id(district), "category": "of a newer hub"})
    front.sync()
    held = front.screen(make_identity("Bea", "Quennell", number="40118"))
    district.import_list(OTHERS, "Another list")
    held_yet = front.screen(make_identity("Cleo", "Quennell", number="40119"))
    district.import_list(LISTED + b"Marlow,Helena,04/17/1986,T-2\n")
    passes = front.screen(make_identity("Dora", "Quennell", number="40120"))

    for one in (held, held_yet):
        assert one.screening.hold_reasons == (HoldReason.SCREENING_FAILED,)
    assert passes.screening.outcome is Outcome.CLEAR
    assert not missed(front)


def test_list_with_an_entry_that_cannot_be_read_holds_everybody_and_nothing_behind_it(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = district.open_kiosk("front")
    waiting = front.screen(FATHER)
    front.push()
    with monkeypatch.context() as newer:
        newer.setattr(watchlists, "page", lambda *_: [{"entry_id": "of a newer hub"}])
        district.import_list(LISTED)

    tell(district, "policy", DeskPolicy(clearance_days=7))
    front.sync()

    assert waiting.screening.outcome is Outcome.CLEAR
    assert front.screen(NOBODY).screening.hold_reasons == (HoldReason.SCREENING_FAILED,)
    assert missed(front) == {unread.LIST}
    with front.database.read() as session:
        assert policy.of(session).clearance_days == 7


def test_kiosk_that_starts_again_reads_what_it_could_not_and_holds_until_it_has(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = district.open_kiosk("front")
    with monkeypatch.context() as newer:
        newer.setattr(watchlists, "page", lambda *_: [{"entry_id": "of a newer hub"}])
        district.import_list(LISTED)
    tell(district, "policy", NEWER)
    front.sync()

    start_again(front)
    before = front.screen(NOBODY)
    front.sync()

    assert before.screening.hold_reasons == (HoldReason.SCREENING_FAILED,)
    assert not missed(front)
    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)


def test_nobody_passes_by_a_clearance_while_the_end_of_one_cannot_be_read(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)

    tell(district, "clearance", {"ended_at": "as a newer hub says it"})
    district.later(days=1)
    front.sync()

    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)


def import_what_stumbles(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of which the hub sends each entry twice, as nobody foresaw."""
    page = watchlists.page
    with monkeypatch.context() as wrong:
        wrong.setattr(watchlists, "page", lambda *asked: page(*asked) * 2)
        district.import_list(LISTED)


def test_list_that_the_kiosk_stumbles_over_holds_everybody_and_nothing_behind_it(
    district: District, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    front = district.open_kiosk("front")
    with caplog.at_level(logging.ERROR):
        import_what_stumbles(district, monkeypatch)

    tell(district, "policy", DeskPolicy(clearance_days=7))
    front.sync()

    assert front.screen(NOBODY).screening.hold_reasons == (HoldReason.SCREENING_FAILED,)
    assert missed(front) == {unread.LIST}
    assert "watchlist, version" in caplog.text
    assert "IntegrityError, list_bulk.py line" in caplog.text
    assert "Quillfeather" not in caplog.text
    with front.database.read() as session:
        assert policy.of(session).clearance_days == 7


def test_list_that_the_kiosk_stumbled_over_is_taken_when_it_starts_again(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = district.open_kiosk("front")
    import_what_stumbles(district, monkeypatch)

    start_again(front)
    front.sync()

    assert not missed(front)
    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)


class Overtaken:
    """The kiosk's hub, where the list is imported anew between its news and its entries."""

    def __init__(self, district: District, kiosk: QuietKiosk) -> None:
        self.district, self.hub, self.is_done = district, kiosk.hub, False

    def __getattr__(self, name: str) -> object:
        return getattr(self.hub, name)

    def entries(self, *asked: Any) -> object:
        if not self.is_done:
            self.is_done = True
            kiosks, self.district.kiosks = self.district.kiosks, []  # they hear of it later
            self.district.import_list(LISTED + b"Marlow,Helena,04/17/1986,T-2\n")
            self.district.kiosks = kiosks
        return self.hub.entries(*asked)


def pull_overtaken(district: District, kiosk: QuietKiosk) -> None:
    hub: Any = Overtaken(district, kiosk)
    exchange.pull(kiosk.database, hub, 0)
    assert hub.is_done


def test_list_that_is_overtaken_while_it_is_read_anew_holds_everybody_until_the_next_is_here(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = district.open_kiosk("front")
    import_what_stumbles(district, monkeypatch)

    start_again(front)
    pull_overtaken(district, front)
    assert front.screen(NOBODY).screening.hold_reasons == (HoldReason.SCREENING_FAILED,)

    front.sync()
    assert not missed(front)
    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)


def test_list_that_is_overtaken_before_it_was_ever_here_holds_everybody_until_the_next_is_here(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    kiosks, district.kiosks = district.kiosks, []
    district.import_list(LISTED)
    district.kiosks = kiosks

    pull_overtaken(district, front)
    assert front.screen(NOBODY).screening.hold_reasons == (HoldReason.SCREENING_FAILED,)

    front.sync()
    assert not missed(front)
    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)


def test_list_that_never_comes_as_the_hub_has_it_holds_everybody_and_nothing_behind_it(
    district: District,
) -> None:
    """As of a newer hub, of whose entries this kiosk does not know everything that counts."""
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    with district.hub.database.read() as session:
        (known,) = watchlists.all_lists(session)

    tell(district, unread.LIST, replace(known, content_hash="00" * 32))
    tell(district, "policy", DeskPolicy(clearance_days=7))
    front.sync()

    assert front.screen(NOBODY).screening.hold_reasons == (HoldReason.SCREENING_FAILED,)
    assert missed(front) == {unread.LIST}
    with front.database.read() as session:
        assert policy.of(session).clearance_days == 7


def test_check_out_at_a_moment_that_no_calendar_has_holds_back_nothing_behind_it(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    visit = front.check_in(front.screen(NOBODY))
    never = "0001-01-01T00:00:00+14:00"

    tell(district, "check_out", {"visit_id": visit.visit_id, "at": never, "by": "dwhitlock"})
    tell(district, "policy", DeskPolicy(clearance_days=7))
    front.sync()

    assert missed(front) == {"check_out"}
    assert front.visit(visit.visit_id).state is VisitState.ON_SITE
    with front.database.read() as session:
        assert policy.of(session).clearance_days == 7


def test_list_that_the_full_disk_has_no_room_for_is_waited_for_and_not_passed_over(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    many = b"".join(b"Quillfeather,Daniel,03/07/1984,T-%d\n" % n for n in range(1_500))
    with front.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    with pytest.raises(StorageError, match="disk is full"):
        district.import_list(b"LNAME,FNAME,DOB,CASE_NO\n" + many)
    assert not missed(front)
    with front.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    front.sync()

    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)
