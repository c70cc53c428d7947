"""The rules of a stay, of a name, and of a decision."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from db.domain.decision import REASON_LENGTH, DecidedAt, Decision, Verdict
from db.domain.people import PersonName
from db.domain.visit import Visit, VisitState
from tests.makers import NINE, make_identity

CHICAGO = ZoneInfo("America/Chicago")


def make_visit(state: VisitState = VisitState.ON_SITE) -> Visit:
    return Visit(
        visit_id=uuid4(),
        number=1,
        site_id="lincoln",
        kiosk_id="front-kiosk",
        state=state,
        identity=make_identity(number=""),
        started_at=NINE,
        valid_until=NINE + timedelta(hours=6),
        checked_in_at=NINE,
    )


@pytest.mark.parametrize("state", VisitState)
def test_only_who_was_let_in_and_not_seen_leaving_is_on_site(state: VisitState) -> None:
    assert make_visit(state).is_on_site() == (state is VisitState.ON_SITE)


def test_visit_is_overdue_after_its_badge_and_not_at_its_last_moment() -> None:
    visit = make_visit()
    assert visit.valid_until is not None

    assert not visit.is_overdue(visit.valid_until)
    assert visit.is_overdue(visit.valid_until + timedelta(seconds=1))


def test_who_left_is_never_overdue() -> None:
    assert not make_visit(VisitState.DEPARTED).is_overdue(NINE + timedelta(days=3))


def test_departure_is_not_seen_from_the_sites_own_midnight_on() -> None:
    visit = make_visit()
    midnight = NINE.astimezone(CHICAGO).replace(hour=0, minute=0) + timedelta(days=1)

    assert not visit.is_departure_not_seen(midnight - timedelta(minutes=1), CHICAGO)
    assert visit.is_departure_not_seen(midnight, CHICAGO)


def test_visit_without_a_check_in_has_no_departure() -> None:
    visit = replace(make_visit(VisitState.HELD), checked_in_at=None)

    assert not visit.is_departure_not_seen(NINE + timedelta(days=2), CHICAGO)


def test_name_is_shown_whole_short_and_as_initials() -> None:
    name = PersonName("Elena", "Marlowe", "Ruth", "Jr")

    assert (name.full, name.short, name.initials) == (
        "Elena Ruth Marlowe Jr",
        "Elena Marlowe",
        "E. M.",
    )


def test_missing_parts_of_a_name_leave_no_gap() -> None:
    name = PersonName("", "Suharto")

    assert (name.full, name.short, name.initials) == ("Suharto", "Suharto", "S.")


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_but_one_admits(verdict: Verdict) -> None:
    assert verdict.admits == (verdict is not Verdict.DENY)


@pytest.mark.parametrize(
    ("reason", "by"), [("", "Dana"), (" ", "Dana"), ("x", " "), ("x" * (REASON_LENGTH + 1), "Dana")]
)
def test_decision_without_a_reason_or_a_person_cannot_be(reason: str, by: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        Decision(uuid4(), uuid4(), Verdict.APPROVE, reason, by, NINE, DecidedAt.CONSOLE)
