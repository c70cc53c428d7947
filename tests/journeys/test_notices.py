"""What the office is told beside the desk: denials, outdated lists, and read once for all."""

from datetime import timedelta

from db import notices
from db.domain.decision import Verdict
from db.domain.notice import NoticeKind
from tests.district import District, QuietKiosk
from tests.journeys.lists_of_tests import (
    FATHER,
    FIRST,
    SECOND,
    WITH_INSTRUCTIONS,
    come_in,
    settle,
    told,
)


def test_denial_at_the_door_is_told_to_administrators_and_to_nobody_else(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(SECOND)
    settle(district)
    held = front.screen(FATHER)
    front.push()

    district.decide(held.visit.visit_id, Verdict.DENY, "Order confirmed")

    (notice,) = told(district)
    assert (notice.kind, notice.visit_id) == (NoticeKind.DENIED, held.visit.visit_id)
    assert notice.text == (
        "Dana Whitlock decided: not admitted. Possible match on District no-trespass list."
    )
    assert told(district, "rbegaye") == []
    assert (district.desk().unread_notices, district.desk("rbegaye").unread_notices) == (1, 0)


def test_office_is_told_what_to_do_for_some_minutes_after_a_denial(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(WITH_INSTRUCTIONS)
    held = front.screen(FATHER)
    front.decide(held.visit.visit_id, Verdict.DENY, "Same person")
    front.push()

    (denial,) = district.desk("rbegaye").turned_away
    assert denial.visit.visit_id == held.visit.visit_id
    assert denial.what_to_do == "Call Officer Reyes. Tell the principal. Do not say why."

    district.later(minutes=11)
    assert district.desk("rbegaye").turned_away == ()


def test_notice_is_read_once_for_all(district: District, front: QuietKiosk) -> None:
    front.check_out(come_in(front))
    front.push()
    district.import_list(SECOND)
    settle(district)
    (notice,) = told(district)

    district.ask("POST", f"/v1/notices/{notice.notice_id}/read", "rbegaye")
    district.ask("POST", f"/v1/notices/{notice.notice_id}/read", "dwhitlock")

    (read,) = told(district)
    assert read.read_by == "Rosa Begaye"
    assert district.desk().unread_notices == 0


def test_outdated_list_is_told_once_for_each_version(district: District) -> None:
    district.import_list(FIRST, max_age_days="30")
    later = district.clock() + timedelta(days=31)

    with district.hub.database.begin() as session:
        assert notices.tell_of_outdated_lists(session, district.clock()) == 0
        assert notices.tell_of_outdated_lists(session, later) == 1
        assert notices.tell_of_outdated_lists(session, later) == 0
    (notice,) = told(district)
    assert "31 days ago; 30 are allowed" in notice.text
