"""What to tell the visitor to change, from what the camera sees. Pure: time is an argument."""

from dataclasses import dataclass, replace

from kiosk.scan.locate import Cues
from kiosk.ui.views import Hint

SHOWN_SECONDS = 1.2
"""A hint stays at least this long: what flickers cannot be read."""
SMALLEST_WIDTH_PX = 420.0
"""Below about 1.4 px a module a licence's symbol (some 300 modules wide) is hardly read."""
LARGEST_SHARE = 0.85
STEEPEST_DEGREES = 14.0
GLARE_SHARE = 0.06
SETTLED_SECONDS = 0.25


def hint_for(cues: Cues | None, frame_width: int) -> Hint:
    """The one thing that would help most; LOOKING while nothing is seen."""
    if cues is None:
        return Hint.LOOKING
    if cues.saturated > GLARE_SHARE:
        return Hint.AWAY_FROM_LIGHT
    if cues.width_px < SMALLEST_WIDTH_PX:
        return Hint.CLOSER
    if cues.width_px > LARGEST_SHARE * frame_width:
        return Hint.FARTHER
    if abs(cues.angle) > STEEPEST_DEGREES:
        return Hint.LEVEL
    return Hint.HOLD_STILL


@dataclass(frozen=True, slots=True)
class SteadyHint:
    """The hint on the screen, and since when; replaced by `then`."""

    hint: Hint = Hint.LOOKING
    since: float = -SHOWN_SECONDS
    wished: Hint = Hint.LOOKING
    wished_since: float = 0.0

    def then(self, hint: Hint, now: float) -> "SteadyHint":
        """Take in one more frame's hint; `now` in seconds.

        The screen changes only when the old hint was there long enough and the new one lasts.
        """
        if hint is not self.wished:
            return replace(self, wished=hint, wished_since=now)
        is_settled = now - self.wished_since >= SETTLED_SECONDS
        if hint is self.hint or not is_settled or now - self.since < SHOWN_SECONDS:
            return self
        return SteadyHint(hint, now, hint, self.wished_since)
