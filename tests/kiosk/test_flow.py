"""The flow table, read as a specification."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.flow import TRANSITIONS, Event, IllegalTransitionError, Step, next_step
from kiosk.flow_diagram import with_diagram

APPROVALS = {Event.CLEAR, Event.STAFF_APPROVED}


def paths(
    goal: Step, step: Step = Step.WELCOME, seen: frozenset[Step] = frozenset()
) -> Iterator[list[Event]]:
    if step is goal:
        yield []
        return
    for event, target in TRANSITIONS[step].items():
        if target not in seen:
            for rest in paths(goal, target, seen | {step}):
                yield [event, *rest]


def test_nobody_gets_a_badge_unscreened() -> None:
    found = list(paths(Step.BADGE))

    assert found
    for path in found:
        assert Event.IDENTITY_CONFIRMED in path
        assert APPROVALS & set(path)


def test_screening_that_failed_leads_to_no_badge() -> None:
    assert TRANSITIONS[Step.SCREENING][Event.FAILED] is Step.TROUBLE
    assert set(TRANSITIONS[Step.TROUBLE].values()) == {Step.WELCOME}


@pytest.mark.parametrize("step", list(Step))
def test_every_step_leads_home(step: Step) -> None:
    assert step is Step.WELCOME or any(True for _ in paths(Step.WELCOME, step))


@pytest.mark.parametrize("step", list(Step))
def test_every_step_can_be_reached(step: Step) -> None:
    assert any(True for _ in paths(step))


def test_hold_is_decided_by_staff_only() -> None:
    ways_on = {
        event
        for event, target in TRANSITIONS[Step.WAIT_FOR_STAFF].items()
        if target is Step.VISIT_DETAILS
    }

    assert ways_on == {Event.STAFF_APPROVED}


def test_unlisted_pair_is_refused_with_both_names() -> None:
    with pytest.raises(IllegalTransitionError, match="BADGE_TAKEN in WELCOME"):
        next_step(Step.WELCOME, Event.BADGE_TAKEN)


@pytest.mark.parametrize(
    "step",
    [Step.SCREENING, Step.CHECKING_IN, Step.CHECKING_OUT, Step.RECORDING_DECISION],
)
def test_step_with_a_running_transaction_cannot_be_left(step: Step) -> None:
    assert Event.LEFT not in TRANSITIONS[step]


def test_diagram_in_the_architecture_is_not_stale() -> None:
    document = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert with_diagram(document) == document, "python -m kiosk.flow_diagram ARCHITECTURE.md"
