"""What to tell the visitor to change, from what the camera sees. Pure: time is an argument."""

from dataclasses import dataclass, replace

from kiosk.scan.frames import Image
from kiosk.scan.locate import Cues, cues_of, locate
from kiosk.scan.presence import shows_front
from kiosk.ui.views import Hint

SHOWN_SECONDS = 1.2
"""A hint stays at least this long: what flickers cannot be read."""
SMALLEST_WIDTH_PX = 600.0
"""1.7 px a module of a licence's symbol of 17 columns, 2.5 of one of 10. Held still in good light
half of it is read; with blur, noise and a lamp, 0 of 10 at 1.4, 4 at 1.7, 8 at 2, 10 at 2.7."""
LARGEST_SHARE = 0.9
"""Of the frame's width: what is wider is cut off."""
STEEPEST_DEGREES = 30.0
"""A good picture is read at every turn; a bad one 8 times of 10 when level, 6 when turned by 30 to
60 degrees, 4 when it stands upright."""
GLARE_SHARE = 0.08
"""Of the symbol: up to there its error correction makes up for what is washed out."""
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


def hint_in(grey: Image) -> Hint:
    """The hint for a frame in which nothing could be read, by its likeliest symbol."""
    regions = locate(grey, most=1)
    return hint_for(cues_of(grey, regions[0]) if regions else None, grey.shape[1])


def hint_of_picture(grey: Image) -> Hint:
    """The same for a picture that comes alone: whether it is the wrong side is seen at once."""
    return Hint.TURN_OVER if shows_front(grey) else hint_in(grey)


@dataclass(frozen=True, slots=True)
class FrontSeen:
    """Whether an ID's front is shown, from looks at some frames; replaced by `then`."""

    looks: int = 0

    @property
    def is_shown(self) -> bool:
        """One look may be wrong, whichever way."""
        return self.looks >= 2

    @property
    def is_unsure(self) -> bool:
        """Whether another look would settle it."""
        return self.looks == 1

    def then(self, *, is_front: bool) -> "FrontSeen":
        return FrontSeen(min(3, self.looks + 1) if is_front else max(0, self.looks - 1))


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
