"""How wrong staff PINs lock the kiosk: kept in its database, so that a restart forgets none.

No Qt. The lock itself runs on the computer's steady clock (see `kiosk.staff_desk`); what is kept
here is when it ends by the calendar, for a program that starts in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db import settings

TRIES = 5
LOCKED_FOR, LONGEST_LOCKED = timedelta(minutes=1), timedelta(hours=1)
"""After the first five wrong tries; twice as long after every five more, up to the longest."""
PIN_LOCK = "pin_lock"
SERVICE_LOCK = "service_pin_lock"
"""Apart, since whoever stands at the welcome screen can ask for the service page: wrong PINs there
must not keep staff from deciding on a visitor who waits.
"""


@dataclass(frozen=True, slots=True)
class PinLock:
    """How many wrong PINs there were since the last right one, and how long none is taken."""

    wrong_tries: int = 0
    locked_until: datetime | None = None

    def seconds_left(self, now: datetime) -> float:
        """0.0 when it is open. A clock that was set back makes it no longer than the longest."""
        if self.locked_until is None:
            return 0.0
        left = min(self.locked_until - now, LONGEST_LOCKED)
        return max(0.0, left.total_seconds())


def read(session: Session, name: str = PIN_LOCK) -> PinLock:
    return settings.read(session, name, PinLock) or PinLock()


def count_wrong(session: Session, now: datetime, name: str = PIN_LOCK) -> PinLock:
    """One more wrong PIN; every fifth locks."""
    wrong_tries = read(session, name).wrong_tries + 1
    locked_until = None
    if wrong_tries % TRIES == 0:
        longer = LOCKED_FOR * 2 ** min(wrong_tries // TRIES - 1, 6)
        locked_until = now + min(longer, LONGEST_LOCKED)
    lock = PinLock(wrong_tries, locked_until)
    settings.write(session, name, lock)
    return lock


def forget(session: Session, name: str = PIN_LOCK) -> None:
    """Somebody gave a right PIN."""
    settings.remove(session, name)
