"""Frame after frame of one step: what was read, since when it was there, what to tell the visitor.

No threads, no Qt, no clock: a frame brings its time.
"""

from dataclasses import dataclass

from kiosk.scan.decode import BUDGET_SECONDS, Decoded, Memory, Wanted, decode, grey_of
from kiosk.scan.frames import Frame
from kiosk.scan.hints import FrontSeen, SteadyHint, hint_in
from kiosk.scan.presence import shows_front
from kiosk.ui.views import Hint

FORGET_SECONDS = 2.0
"""A symbol unseen for so long is gone: the next one is another card."""
BESIDE_SECONDS = 0.8
"""A small code must stay the only one for so long: many licences bear one beside the big one."""
FRONT_EVERY = 5
"""In one of so many frames that were not read, the front of an ID is looked for: 10 to 30 ms."""
_NOT_YET = frozenset({Hint.LOOKING, Hint.CLOSER, Hint.FARTHER, Hint.TURN_OVER})
"""While one of these is due, nobody could read what is shown."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one frame showed."""

    decoded: Decoded | None = None
    first_seen_at: float = 0.0
    new_hint: Hint | None = None
    """Another hint for the screen; None while the last one stays."""
    is_empty: bool = False
    """Nothing that looks like a code was there."""


class Watch:
    """One step's watch over the frames; give it each frame once, in order."""

    def __init__(self, wanted: Wanted, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._wanted = wanted
        self._budget_seconds = budget_seconds
        self._memory = Memory()
        self._hint = SteadyHint()
        self._front = FrontSeen()
        self._missed = 0
        self._first_seen_at = 0.0
        self._last_seen_at = float("-inf")
        self._small_since: float | None = None

    def look(self, frame: Frame) -> Sight:
        """Read a frame; when that fails, see what the visitor could change."""
        if frame.taken_at - self._last_seen_at > FORGET_SECONDS:
            self._memory.forget()
        decoded = decode(frame.image, self._wanted, self._budget_seconds, self._memory)
        if decoded is not None:
            self._front = FrontSeen()
        due = self._due(frame) if decoded is None else Hint.FOUND
        if due not in _NOT_YET:
            self._saw(frame.taken_at)
        if decoded is not None and not self._is_told(decoded, frame.taken_at):
            decoded, due = None, Hint.HOLD_STILL
        before, self._hint = self._hint, self._hint.then(due, frame.taken_at)
        new_hint = self._hint.hint if self._hint.hint is not before.hint else None
        return Sight(decoded, self._first_seen_at, new_hint, due is Hint.LOOKING)

    def _due(self, frame: Frame) -> Hint:
        grey = grey_of(frame.image)
        is_looked_for = self._missed % FRONT_EVERY == 0 or self._front.is_unsure
        if self._wanted is Wanted.ID and is_looked_for:
            self._front = self._front.then(is_front=shows_front(grey))
        self._missed += 1
        return Hint.TURN_OVER if self._front.is_shown else hint_in(grey)

    def _saw(self, at: float) -> None:
        if at - self._last_seen_at > FORGET_SECONDS:
            self._first_seen_at, self._small_since = at, None
        self._last_seen_at = at

    def _is_told(self, decoded: Decoded, at: float) -> bool:
        """Whether a code is what the step waits for, or all there is."""
        if self._wanted is Wanted.BADGE or decoded.is_stacked:
            self._small_since = None
            return True
        if self._small_since is None:
            self._small_since = at
        return at - self._small_since >= BESIDE_SECONDS
