"""The same father: flagged once, cleared by staff, and from then on let pass, until it changes."""

from datetime import date, timedelta

import httpx
import pytest

from db import clearance_lines, clearances, log, replay
from db.domain.clearance import Lapse, Standing
from db.domain.decision import Verdict
from db.domain.people import Identity, PersonName
from db.domain.screening import HoldReason, Outcome
from db.domain.visit import VisitState
from db.list_index import ListIndexes
from kiosk import reception
from kiosk.lists import load_index
from tests.district import District
from tests.makers import make_identity

LISTED = b"LNAME,FNAME,DOB,CASE_NO\nQuillfeather,Daniel,03/07/1984,T-1\n"
CHANGED = b"LNAME,FNAME,DOB,CASE_NO,AKA\nQuillfeather,Daniel,03/07/1984,T-1,Dan Quill\n"
FATHER = make_identity("Daniel", "Quillfeather", number="88211", birth_date=date(1984, 3, 7))


def clear_the_father(district: District) -> None:
    """He was held at the front door, and the office saw that he is somebody else."""
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    assert held.visit.state is VisitState.HELD
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)


def test_cleared_father_passes_on_another_kiosk_the_next_day(district: District) -> None:
    clear_the_father(district)
    gym = district.open_kiosk("gym")
    district.later(days=1)

    again = gym.screen(FATHER)

    assert again.screening.outcome is Outcome.CLEAR
    assert again.visit.state is VisitState.CLEARED
    (cleared,) = again.screening.cleared
    assert (cleared.cleared_by, cleared.reason) == ("Dana Whitlock", "Photo differs")
    assert cleared.match.entry.reference == "T-1"


@pytest.mark.parametrize(("other", "outcome"), [(-400, Outcome.CLEAR), (400, Outcome.HOLD)])
def test_cleared_father_passes_only_if_his_clearance_holds_by_either_of_two_clocks(
    district: District, other: int, outcome: Outcome
) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    now = district.later(days=1)
    index = load_index(front.database, ListIndexes(front.database, None))

    with front.database.begin() as session:
        again = reception.screen_visitor(
            session, front.desk, FATHER, index, now, clocks=[now + timedelta(days=other)]
        )

    assert again.screening.outcome is outcome


def test_log_says_who_cleared_whoever_passes(district: District) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    district.later(days=1)

    again = front.screen(FATHER)
    front.push()

    story = district.ask("GET", f"/v1/visits/{again.visit.visit_id}").json()
    assert "Cleared by Dana Whitlock until Nov 23, 2027" in story["happened"][0]["detail"]


def test_father_is_held_again_when_the_entry_changes(district: District) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    district.later(days=1)

    district.import_list(CHANGED)
    again = front.screen(FATHER)

    assert again.screening.hold_reasons == (HoldReason.MATCH,)
    (lapsed,) = again.screening.lapsed
    assert (lapsed.why, lapsed.cleared_by) == (Lapse.ENTRY_CHANGED, "Dana Whitlock")


def test_new_version_of_the_list_with_the_same_entry_changes_nothing(district: District) -> None:
    clear_the_father(district)
    (front,) = district.kiosks

    district.import_list(LISTED + b"Marlow,Helena,04/17/1986,T-2\n")

    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR


REORDERED = (
    b"LNAME,FNAME,DOB,CASE_NO,INSTRUCTIONS\n"
    b"Quillfeather,Daniel,03/07/1984,T-1,New order: call the police.\n"
)
WITHOUT_HIM = b"LNAME,FNAME,DOB,CASE_NO\nMarlow,Helena,04/17/1986,T-2\n"


@pytest.mark.parametrize("is_by_hand", [False, True])
def test_father_is_held_when_his_entry_was_removed_and_comes_back_saying_something_else(
    district: District, *, is_by_hand: bool
) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    if is_by_hand:
        district.ask("PUT", "/v1/watchlists/settings", json={"two_to_remove": False})
        (line,) = district.clearances().clearances
        entry = f"{line.clearance.list_id}/people/{line.clearance.entry_id}"
        said = {"version": 1, "reason": "The order was served"}
        district.ask("POST", f"/v1/watchlists/{entry}/removal", json=said)
    else:
        district.import_list(WITHOUT_HIM)

    district.import_list(REORDERED)

    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)
    assert district.clearances().in_force == 0


def test_father_passes_when_a_file_lacked_him_by_mistake(district: District) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    district.import_list(WITHOUT_HIM)

    district.import_list(LISTED)

    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR


def test_entry_that_comes_back_never_grows_into_the_version_that_was_cleared(
    district: District,
) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    for content in (CHANGED, WITHOUT_HIM, LISTED):
        district.import_list(content)

    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR
    district.import_list(WITHOUT_HIM)
    for content in (CHANGED, LISTED):
        district.import_list(content)

    assert front.screen(FATHER).screening.outcome is Outcome.HOLD


def test_father_is_held_again_once_the_clearance_has_expired(district: District) -> None:
    clear_the_father(district)
    (front,) = district.kiosks

    district.later(days=365)
    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR
    district.later(days=1)
    again = front.screen(FATHER)

    assert again.screening.hold_reasons == (HoldReason.MATCH,)
    assert again.screening.lapsed[0].why is Lapse.EXPIRED


def test_another_man_of_the_same_name_is_held_although_the_father_was_cleared(
    district: District,
) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    other = make_identity("Daniel", "Quillfeather", number="99", birth_date=date(1984, 3, 7))

    assert front.screen(other).screening.outcome is Outcome.HOLD


def test_other_reasons_for_a_hold_stay(district: District) -> None:
    typed = Identity(PersonName("Daniel", "Quillfeather"), date(1984, 3, 7))
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(typed)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)

    again = front.screen(typed)

    assert again.screening.hold_reasons == (HoldReason.ID_NOT_READ,)
    assert len(again.screening.cleared) == 1


def test_name_without_a_birth_date_is_never_cleared_for_later(district: District) -> None:
    typed = Identity(PersonName("Daniel", "Quillfeather"))
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(typed)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)

    assert HoldReason.MATCH in front.screen(typed).screening.hold_reasons
    assert district.clearances().clearances == ()


def test_pin_at_a_kiosk_clears_there_at_once_and_elsewhere_by_the_hub(district: District) -> None:
    front, gym = district.open_kiosk("front"), district.open_kiosk("gym")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    front.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)

    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR
    assert gym.screen(FATHER).screening.outcome is Outcome.HOLD
    district.sync()

    assert gym.screen(FATHER).screening.outcome is Outcome.CLEAR


def test_office_that_denied_first_leaves_nothing_cleared_anywhere(district: District) -> None:
    front, gym = district.open_kiosk("front"), district.open_kiosk("gym")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    front.push()
    front.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)  # before it hears of the office

    district.decide(held.visit.visit_id, Verdict.DENY)
    district.sync()
    district.later(days=1)

    for kiosk in (front, gym):
        again = kiosk.screen(FATHER)
        assert again.screening.outcome is Outcome.HOLD
        assert again.screening.lapsed[0].why is Lapse.ENDED
    (line,) = district.clearances().clearances
    assert line.standing is Standing.ENDED


def test_office_that_asked_for_an_escort_first_leaves_nothing_cleared_anywhere(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    front.push()
    told = {"verdict": "escort", "reason": "With an escort"}
    district.ask("POST", f"/v1/visits/{held.visit.visit_id}/decision", json=told)

    front.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)  # it has not heard of the escort
    front.check_out(front.check_in(held).visit_id)
    district.sync()
    district.later(days=1)

    assert district.clearances().in_force == 0
    assert front.screen(FATHER).screening.outcome is Outcome.HOLD
    with district.hub.database.read() as session:
        assert replay.differences(session) == []


def test_administrator_ends_a_clearance_on_every_kiosk(district: District) -> None:
    clear_the_father(district)
    gym = district.open_kiosk("gym")
    (line,) = district.clearances().clearances
    assert (line.visitor_name, line.entry_name) == ("Daniel Quillfeather",) * 2

    district.ask("POST", f"/v1/clearances/{line.clearance.clearance_id}/end")
    district.sync()

    assert gym.screen(FATHER).screening.outcome is Outcome.HOLD
    (ended,) = district.clearances().clearances
    assert (ended.standing, ended.clearance.ended_by) == (Standing.ENDED, "Dana Whitlock")


def test_clearances_in_force_are_counted_beyond_those_that_are_shown(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearance_lines, "SHOWN", 1)
    clear_the_father(district)
    (front,) = district.kiosks
    district.import_list(LISTED + b"Marlow,Helena,04/17/1986,T-2\n")
    helena = make_identity("Helena", "Marlow", number="5", birth_date=date(1986, 4, 17))
    held = front.screen(helena)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)

    page = district.clearances()

    assert (len(page.clearances), page.in_force) == (1, 2)


def test_front_desk_may_not_end_a_clearance(district: District) -> None:
    clear_the_father(district)
    (line,) = district.clearances().clearances

    with pytest.raises(httpx.HTTPStatusError, match="403"):
        district.ask("POST", f"/v1/clearances/{line.clearance.clearance_id}/end", "rbegaye")


def test_policy_says_how_long_a_clearance_holds(district: District) -> None:
    settled = {"clearance_days": 7, "rescreen_days": 30, "denial_words": "Tell the principal."}
    district.ask("PUT", "/v1/policy", json=settled)

    clear_the_father(district)

    (line,) = district.clearances().clearances
    assert line.clearance.expires_on == date(2026, 11, 30)


def test_clearance_that_was_written_into_the_database_is_found_by_verify_log(
    district: District,
) -> None:
    clear_the_father(district)
    district.sync()
    with district.hub.database.read() as session:
        assert all(chain.is_good for chain in log.verify_log(session))
        assert replay.differences(session) == []
    (line,) = district.clearances().clearances

    with district.hub.database.begin() as session:
        forged = line.clearance
        clearances.end(session, forged.clearance_id, district.clock(), "Nobody")

    with district.hub.database.read() as session:
        (found,) = replay.differences(session)
    assert "clearance" in found
    assert "was changed" in found


def test_hold_that_waits_elsewhere_is_not_taken_up_again_once_the_pair_is_cleared(
    district: District,
) -> None:
    front, gym = district.open_kiosk("front"), district.open_kiosk("gym")
    district.import_list(LISTED)
    waiting, decided = front.screen(FATHER), gym.screen(FATHER)
    gym.push()
    district.decide(decided.visit.visit_id, Verdict.NOT_THIS_PERSON)

    again = front.screen(FATHER)

    assert again.screening.outcome is Outcome.CLEAR
    assert front.visit(waiting.visit.visit_id).state is VisitState.ABANDONED
