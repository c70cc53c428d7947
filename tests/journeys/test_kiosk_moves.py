"""A kiosk that stands at another school since this noon."""

from dataclasses import replace

import pytest

from db.domain.decision import Verdict
from db.domain.visit import VisitState
from db.outbox import Device
from tests.district import District, QuietKiosk
from tests.journeys.lists_of_tests import FATHER, SECOND


def stands(kiosk: QuietKiosk, at: Device) -> None:
    kiosk.desk = replace(kiosk.desk, device=at)


@pytest.mark.parametrize("is_decided", [True, False])
def test_what_one_school_decided_or_holds_lets_nobody_in_at_another(
    district: District, front: QuietKiosk, *, is_decided: bool
) -> None:
    district.import_list(SECOND)
    first = front.screen(FATHER)
    if is_decided:
        front.decide(first.visit.visit_id, Verdict.APPROVE, "Known to staff")
    district.later(hours=3)
    here = front.desk.device

    stands(front, replace(here, kiosk_id="another", site_id="another"))
    there = front.screen(FATHER)

    assert there.visit.visit_id != first.visit.visit_id
    assert (there.visit.state, there.decision) == (VisitState.HELD, None)
    assert front.visit(first.visit.visit_id).state is not VisitState.ABANDONED

    stands(front, here)
    assert front.screen(FATHER).visit.visit_id == first.visit.visit_id


def test_hold_of_before_a_kiosk_was_paired_is_gone_on_with(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(SECOND)
    at_school = front.desk.device
    stands(front, replace(at_school, district_id="", site_id=""))
    first = front.screen(FATHER)

    stands(front, at_school)

    assert front.screen(FATHER).visit.visit_id == first.visit.visit_id
