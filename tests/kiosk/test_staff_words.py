"""What the kiosk's staff page says of a hold, behind the PIN."""

import pytest

from db.domain.clearance import Lapse
from db.domain.screening import HoldReason, LapsedClearance, Screening
from db.domain.visit import Visit, VisitState
from db.ids import new_id
from kiosk.presenting import staff_view
from tests.makers import NINE, make_identity, make_match, make_screening


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Lapse.ENTRY_CHANGED, "had cleared this visitor; the entry has changed since."),
        (Lapse.EXPIRED, "had cleared this visitor; that has expired."),
        (Lapse.ENDED, "had cleared this visitor; that was taken back."),
    ],
)
def test_page_says_that_the_pair_was_cleared_once_and_why_that_is_over(
    why: Lapse, words: str
) -> None:
    match = make_match()
    lapsed = LapsedClearance(
        match.list_id, match.entry.entry_id, new_id(NINE), "Dana Whitlock", NINE, why
    )
    held = make_screening(NINE, (HoldReason.MATCH,), (match,))
    visit = Visit(
        new_id(NINE), 1, "lincoln", "front", VisitState.HELD, make_identity(), started_at=NINE
    )
    screening = Screening(
        held.screening_id,
        NINE,
        held.engine_version,
        (),
        held.matches,
        held.hold_reasons,
        lapsed=(lapsed,),
    )

    summary = staff_view(visit, screening, "Pia Moreno", NINE).summary

    assert f"Dana Whitlock {words}" in summary
    assert summary.endswith("The decision is yours.")
