"""Which step of a visit follows which. A pure table: no Qt, no clock, no database.

The diagram in ARCHITECTURE.md is drawn from `TRANSITIONS`; the tests prove what it promises.
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType


class Step(Enum):
    """What the kiosk shows and waits for."""

    WELCOME = auto()
    SCAN_ID = auto()
    TYPE_NAME = auto()
    CONFIRM_IDENTITY = auto()
    SCREENING = auto()
    WAIT_FOR_STAFF = auto()
    STAFF_PIN = auto()
    STAFF_DECISION = auto()
    RECORDING_DECISION = auto()
    VISIT_DETAILS = auto()
    PHOTO = auto()
    POLICY = auto()
    CHECKING_IN = auto()
    BADGE = auto()
    STICKER = auto()
    FIND_VISIT = auto()
    CHECKING_OUT = auto()
    GOODBYE = auto()
    TROUBLE = auto()
    SERVICE_PIN = auto()
    SERVICE = auto()


class Event(Enum):
    """What a visitor, a member of staff, a device or a transaction can say."""

    CHECK_IN_CHOSEN = auto()
    CHECK_OUT_CHOSEN = auto()
    ID_READ = auto()
    NO_ID = auto()
    NAME_TYPED = auto()
    IDENTITY_CONFIRMED = auto()
    IDENTITY_WRONG = auto()
    CLEAR = auto()
    HOLD = auto()
    STAFF_CALLED = auto()
    PIN_ACCEPTED = auto()
    STAFF_LEFT = auto()
    DECISION_GIVEN = auto()
    STAFF_APPROVED = auto()
    STAFF_DENIED = auto()
    DETAILS_GIVEN = auto()
    DETAILS_SUFFICE = auto()  # given, at a school that takes no photos
    PHOTO_SETTLED = auto()  # taken, or gone on without one
    POLICY_AGREED = auto()
    CHECKED_IN = auto()
    BADGE_TAKEN = auto()
    BADGE_FAILED = auto()
    STICKER_TAKEN = auto()
    VISIT_FOUND = auto()
    CHECKED_OUT = auto()
    FAILED = auto()
    BACK = auto()  # to the page before
    BACK_TO_DETAILS = auto()  # the same where no photo is taken
    LEFT = auto()  # cancelled, or the step's time ran out


class IllegalTransitionError(Exception):
    """The table has no rule for this event in this step: a bug in the caller."""


_TABLE: dict[Step, dict[Event, Step]] = {
    Step.WELCOME: {
        Event.CHECK_IN_CHOSEN: Step.SCAN_ID,
        Event.CHECK_OUT_CHOSEN: Step.FIND_VISIT,
        Event.STAFF_CALLED: Step.SERVICE_PIN,
    },
    Step.SCAN_ID: {
        Event.ID_READ: Step.CONFIRM_IDENTITY,
        Event.NO_ID: Step.TYPE_NAME,
        Event.LEFT: Step.WELCOME,
    },
    Step.TYPE_NAME: {
        Event.NAME_TYPED: Step.CONFIRM_IDENTITY,
        Event.ID_READ: Step.CONFIRM_IDENTITY,
        Event.BACK: Step.SCAN_ID,
        Event.LEFT: Step.WELCOME,
    },
    Step.CONFIRM_IDENTITY: {
        Event.IDENTITY_CONFIRMED: Step.SCREENING,
        Event.IDENTITY_WRONG: Step.SCAN_ID,
        Event.LEFT: Step.WELCOME,
    },
    # Fail closed: a screening that could not run is for staff to decide. STAFF_APPROVED and
    # STAFF_DENIED stand here for a visitor who comes back to a hold that staff decided meanwhile.
    Step.SCREENING: {
        Event.CLEAR: Step.VISIT_DETAILS,
        Event.HOLD: Step.WAIT_FOR_STAFF,
        Event.STAFF_APPROVED: Step.VISIT_DETAILS,
        Event.STAFF_DENIED: Step.GOODBYE,
        Event.FAILED: Step.TROUBLE,
    },
    # The hold is a row in the database; only its screen may time out.
    Step.WAIT_FOR_STAFF: {
        Event.STAFF_APPROVED: Step.VISIT_DETAILS,
        Event.STAFF_DENIED: Step.GOODBYE,
        Event.STAFF_CALLED: Step.STAFF_PIN,
        Event.LEFT: Step.WELCOME,
    },
    Step.STAFF_PIN: {
        Event.PIN_ACCEPTED: Step.STAFF_DECISION,
        Event.STAFF_LEFT: Step.WAIT_FOR_STAFF,
        Event.STAFF_APPROVED: Step.VISIT_DETAILS,
        Event.STAFF_DENIED: Step.GOODBYE,
    },
    Step.STAFF_DECISION: {
        Event.DECISION_GIVEN: Step.RECORDING_DECISION,
        Event.STAFF_LEFT: Step.WAIT_FOR_STAFF,
        Event.STAFF_APPROVED: Step.VISIT_DETAILS,
        Event.STAFF_DENIED: Step.GOODBYE,
    },
    Step.RECORDING_DECISION: {
        Event.STAFF_APPROVED: Step.VISIT_DETAILS,
        Event.STAFF_DENIED: Step.GOODBYE,
        Event.FAILED: Step.STAFF_PIN,
    },
    Step.VISIT_DETAILS: {
        Event.DETAILS_GIVEN: Step.PHOTO,
        Event.DETAILS_SUFFICE: Step.POLICY,
        Event.LEFT: Step.WELCOME,
    },
    Step.PHOTO: {
        Event.PHOTO_SETTLED: Step.POLICY,
        Event.BACK: Step.VISIT_DETAILS,
        Event.LEFT: Step.WELCOME,
    },
    Step.POLICY: {
        Event.POLICY_AGREED: Step.CHECKING_IN,
        Event.BACK: Step.PHOTO,
        Event.BACK_TO_DETAILS: Step.VISIT_DETAILS,
        Event.LEFT: Step.WELCOME,
    },
    Step.CHECKING_IN: {Event.CHECKED_IN: Step.BADGE, Event.FAILED: Step.TROUBLE},
    Step.BADGE: {
        Event.BADGE_TAKEN: Step.WELCOME,
        Event.BADGE_FAILED: Step.STICKER,
        Event.LEFT: Step.WELCOME,
    },
    Step.STICKER: {Event.STICKER_TAKEN: Step.WELCOME, Event.LEFT: Step.WELCOME},
    Step.FIND_VISIT: {Event.VISIT_FOUND: Step.CHECKING_OUT, Event.LEFT: Step.WELCOME},
    Step.CHECKING_OUT: {Event.CHECKED_OUT: Step.GOODBYE, Event.FAILED: Step.TROUBLE},
    Step.GOODBYE: {Event.LEFT: Step.WELCOME},
    Step.TROUBLE: {Event.LEFT: Step.WELCOME},
    # Staff look how the kiosk stands while nobody signs in.
    Step.SERVICE_PIN: {Event.PIN_ACCEPTED: Step.SERVICE, Event.STAFF_LEFT: Step.WELCOME},
    Step.SERVICE: {Event.STAFF_LEFT: Step.WELCOME},
}

TRANSITIONS: Mapping[Step, Mapping[Event, Step]] = MappingProxyType(
    {step: MappingProxyType(rules) for step, rules in _TABLE.items()}
)


def next_step(step: Step, event: Event) -> Step:
    """The step that follows, or `IllegalTransitionError` naming both."""
    try:
        return TRANSITIONS[step][event]
    except KeyError:
        msg = f"{event.name} in {step.name}"
        raise IllegalTransitionError(msg) from None
