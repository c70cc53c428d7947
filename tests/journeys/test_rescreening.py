"""Screening again when it is not simple: what fails, what begins later, what many matches hide."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from admin_console.hub.context import Context
from admin_console.hub.rescreen import MOST_TRIES, Rescreening
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import clock_doubt, comparing
from db.domain.decision import Verdict
from db.domain.desk import Role
from db.domain.notice import NoticeKind
from db.domain.screening import Outcome
from db.models import ScreeningRow
from tests.district import District, QuietKiosk
from tests.journeys.lists_of_tests import FATHER, SECOND, THIRD, come_in, settle, told
from tests.makers import make_identity

MIDNIGHT = datetime(2026, 11, 24, 6, tzinfo=UTC)
"""At the school of these tests."""
LUDMILA = make_identity("Ludmila", "Szczepanska", number="40215", birth_date=date(1966, 12, 9))
HEADER = b"LNAME,FNAME,DOB,CASE_NO\n"
MANY = HEADER + b"".join(b"Quillfeather,Daniel,03/07/1984,R-%d\n" % n for n in range(22))
CUSTODY = HEADER + b"Quillfeather,Daniel,,C-1\n"
BEGINS_TOMORROW = (
    b"LNAME,FNAME,DOB,CASE_NO,VALID_FROM\n"
    b"Marlow,Helena,04/17/1986,T-2,\n"
    b"Quillfeather,Daniel,03/07/1984,T-1,2026-11-24\n"
)
ENDS_TOMORROW = (
    b"LNAME,FNAME,DOB,CASE_NO,VALID_UNTIL\n"
    b"Marlow,Helena,04/17/1986,T-2,\n"
    b"Quillfeather,Daniel,03/07/1984,T-1,2026-11-24\n"
)
NOTED = b"LNAME,FNAME,DOB,CASE_NO,NOTE\nQuillfeather,Daniel,03/07/1984,T-1,%s\n"


def worker(district: District) -> Rescreening:
    hub = district.hub
    return Rescreening(Context(hub.database, hub.photos, hub.clock, Wake(), Throttle()))


def work_off(work: Rescreening) -> None:
    while work.step():
        pass


def spoil_screening(district: District, visit_id: UUID) -> None:
    with district.hub.database.begin() as session:
        session.execute(
            update(ScreeningRow)
            .where(ScreeningRow.visit_id == visit_id)
            .values(screening='{"Ludmila": 1}')
        )


# ---- what fails ------------------------------------------------------------------------------


def test_visit_that_could_not_be_compared_is_tried_again(
    district: District, front: QuietKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_id = come_in(front)
    work = worker(district)
    with monkeypatch.context() as patch:

        def entry_is_gone(*_: object, **__: object) -> None:
            raise LookupError("Quillfeather")

        patch.setattr(comparing, "screen", entry_is_gone)
        district.import_list(SECOND)
        work_off(work)
    assert told(district) == []

    district.later(minutes=1)
    work_off(work)

    (notice,) = told(district)
    assert (notice.kind, notice.visit_id) == (NoticeKind.ON_SITE, visit_id)
    assert [hold.visit.visit_id for hold in district.desk().holds] == [visit_id]


def test_desk_is_told_of_whoever_cannot_be_compared(district: District, front: QuietKiosk) -> None:
    visit_id = come_in(front)
    spoil_screening(district, visit_id)
    work = worker(district)
    district.import_list(SECOND)

    for _ in range(MOST_TRIES):
        assert told(district, "rbegaye") == []
        work_off(work)
        district.later(minutes=1)

    (notice,) = told(district, "rbegaye")
    assert (notice.kind, notice.visit_id) == (NoticeKind.NOT_COMPARED, visit_id)
    assert notice.text == (
        "Somebody on site now could not be compared with the lists in force. "
        "Search the lists by hand for whoever this visit is of."
    )
    assert not work.step()


def test_many_visits_of_earlier_days_that_cannot_be_compared_are_one_notice(
    district: District, front: QuietKiosk
) -> None:
    for identity in (FATHER, LUDMILA):
        visit_id = come_in(front, identity)
        front.check_out(visit_id)
        front.push()
        spoil_screening(district, visit_id)
    district.later(days=1)
    work = worker(district)
    district.import_list(SECOND)

    for _ in range(MOST_TRIES):
        work_off(work)
        district.later(minutes=1)

    (notice,) = told(district)
    assert (notice.kind, notice.visit_id) == (NoticeKind.NOT_COMPARED, None)


def test_one_unreadable_screening_hides_nobody_else(district: District, front: QuietKiosk) -> None:
    visit_id = come_in(front)
    spoil_screening(district, come_in(front, LUDMILA))

    district.import_list(SECOND)
    settle(district)

    assert [notice.visit_id for notice in told(district)] == [visit_id]


# ---- what many matches hide ------------------------------------------------------------------


def test_custody_entry_is_on_the_card_behind_any_number_of_registry_matches(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(MANY, name="Registry", category="registry")
    district.import_list(CUSTODY, name="Custody", category="custody")

    matches = front.screen(FATHER).screening.matches

    assert len(matches) == 20
    assert [m.list_name for m in matches if m.entry.reference == "C-1"] == ["Custody"]
    assert [m.bits for m in matches] == sorted((m.bits for m in matches), reverse=True)


def test_list_that_names_somebody_inside_is_told_behind_any_number_of_others(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(MANY, name="Registry", category="registry")
    district.import_list(MANY, name="Other registry", category="registry")
    settle(district)
    visit = front.screen(FATHER)
    front.push()
    district.decide(visit.visit.visit_id, Verdict.APPROVE)
    front.check_in(visit)
    front.push()

    district.import_list(CUSTODY, name="Custody", category="custody")
    settle(district)

    (hold,) = district.desk().holds
    assert [m.entry.reference for m in hold.screening.matches] == ["C-1"]


# ---- what begins later -----------------------------------------------------------------------


def test_entry_is_compared_with_earlier_visits_on_the_day_from_which_it_counts(
    district: District, front: QuietKiosk
) -> None:
    visit_id = come_in(front)
    front.check_out(visit_id)
    front.push()
    district.import_list(BEGINS_TOMORROW)
    work = worker(district)
    work_off(work)
    assert told(district) == []

    district.later(days=1)
    work_off(work)

    (notice,) = told(district)
    assert (notice.kind, notice.visit_id) == (NoticeKind.WAS_HERE, visit_id)
    district.later(days=1)
    work_off(work)
    assert len(told(district)) == 1


@pytest.mark.parametrize(
    ("time_zone", "midnight"),
    [("Pacific/Honolulu", datetime(2026, 11, 24, 10, tzinfo=UTC)),
     ("Asia/Kolkata", datetime(2026, 11, 23, 18, 30, tzinfo=UTC))],
)  # fmt: skip
def test_entry_is_compared_at_each_school_when_the_day_from_which_it_counts_begins_there(
    district: District, front: QuietKiosk, time_zone: str, midnight: datetime
) -> None:
    far = district.open_school("Zenith School", time_zone)
    district.hub.add_staff("district", Role.DISTRICT)
    content = {"name": "District list", "category": "trespass"}
    district.ask("POST", "/v1/watchlists", "district", params=content, content=BEGINS_TOMORROW)
    district.sync()  # whoever was screened with an older version has news by that alone
    kiosks, came = {midnight: far, MIDNIGHT: front}, {}
    work = worker(district)
    work_off(work)
    seen = []

    for begins_at in sorted(kiosks):
        district.clock.at = begins_at - timedelta(minutes=1)
        came[begins_at] = come_in(kiosks[begins_at])
        work_off(work)
        seen.append([notice.visit_id for notice in told(district, "district")])
        district.clock.at = begins_at
        work_off(work)
        seen.append([notice.visit_id for notice in told(district, "district")][:1])
    district.later(days=1)
    work_off(work)

    first, second = (came[at] for at in sorted(came))
    assert seen == [[], [first], [first], [second]]
    assert len(told(district, "district")) == 2


def test_clock_that_leapt_ends_no_entry_while_it_is_doubted(
    district: District, front: QuietKiosk
) -> None:
    come_in(front)
    with district.hub.database.begin() as session:
        assert clock_doubt.look(session, district.clock()).is_believed
        assert not clock_doubt.look(session, district.later(days=400)).is_believed

    district.import_list(ENDS_TOMORROW)
    settle(district)

    assert [n.kind for n in told(district)] == [NoticeKind.WAS_HERE]


def test_whoever_stayed_overnight_is_found_when_an_entry_begins(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(BEGINS_TOMORROW)
    come_in(front)
    settle(district)

    district.later(days=1)
    settle(district)

    (notice,) = told(district)
    assert "Nobody saw them leave" in notice.text


# ---- who was cleared -------------------------------------------------------------------------


def test_cleared_visitor_inside_is_asked_about_again_when_the_entry_says_more(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(NOTED % b"no photo")
    settle(district)
    held = front.screen(FATHER)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_in(held)
    front.push()

    district.import_list(NOTED % b"the court says it is he")
    settle(district)

    (hold,) = district.desk().holds
    assert (hold.visit.visit_id, hold.is_inside) == (held.visit.visit_id, True)
    assert hold.screening.lapsed
    assert front.screen(FATHER).screening.outcome is Outcome.HOLD


def test_visitor_whom_an_earlier_clearance_let_in_is_asked_about_when_the_entry_says_more(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(NOTED % b"no photo")
    settle(district)
    held = front.screen(FATHER)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)
    district.later(days=1)
    visit_id = come_in(front)

    district.import_list(NOTED % b"no photo")
    settle(district)
    assert district.desk().holds == ()
    district.import_list(NOTED % b"the court says it is he")
    settle(district)

    assert [hold.visit.visit_id for hold in district.desk().holds] == [visit_id]


def test_log_of_what_could_not_be_compared_names_nobody(
    district: District, front: QuietKiosk, caplog: pytest.LogCaptureFixture
) -> None:
    spoil_screening(district, come_in(front, LUDMILA))

    district.import_list(THIRD)
    settle(district)

    assert "could not be compared" in caplog.text
    assert "Ludmila" not in caplog.text
