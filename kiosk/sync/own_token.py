"""The kiosk's token: got when it is needed, renewed ahead of its end, kept in memory alone.

No network here: `kiosk.sync.proving` gets one from the hub. Times are this computer's running
time, never its clock, which may be a year off.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from db.domain.errors import HubError

LOG = logging.getLogger(__name__)

RENEWED_AT = (0.4, 0.6)
"""Which part of its time a token is used before the next one is asked for: kiosks that started
together do not ask together."""
AGAIN_SECONDS = 60.0
"""How soon that is tried again while the token at hand still works."""
_NAME = "Authorization"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """With what a kiosk proves who it is, and to whom. `hub_key` is the hub's public key in hex."""

    kiosk_id: str
    epoch: int
    key: bytes = field(repr=False)
    hub_key: str


@dataclass(frozen=True, slots=True)
class Token:
    """What the hub gave, and for how long from then on."""

    text: str = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class _Held:
    headers: Mapping[str, str] = field(repr=False)
    renew_at: float
    ends_at: float


class OwnToken:
    """One for all threads of a kiosk that talk to its hub."""

    def __init__(
        self,
        get: Callable[[], Token],
        clock: Callable[[], float] = time.monotonic,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`get` asks the hub; `clock` counts seconds and is never set."""
        self._get, self._clock, self._spread = get, clock, spread
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def headers(self) -> Mapping[str, str]:
        """What a request to the hub says of who asks; a WebSocket's first one too.

        Asks the hub for a token when there is none, or the one at hand is through half its time.
        Raises `HubAwayError` or `HubRefusedError` when the hub gives none and none is left.
        """
        with self._lock:
            now, held = self._clock(), self._held
            if held is not None and now < held.renew_at:
                return held.headers
            try:
                held = self._renewed()
            except HubError as error:
                if held is None or now >= held.ends_at:
                    raise
                LOG.info("the hub gives no other token yet: %s", error)
                held = _Held(held.headers, now + AGAIN_SECONDS, held.ends_at)
            self._held = held
            return held.headers

    def refused(self, headers: Mapping[str, str]) -> None:
        """The hub does not take these any more (401): the next request asks for another token."""
        with self._lock:
            if self._held is not None and self._held.headers == headers:
                self._held = None

    def _renewed(self) -> _Held:
        asked_at = self._clock()
        token = self._get()
        return _Held(
            {_NAME: f"Bearer {token.text}"},
            asked_at + token.seconds * self._spread(*RENEWED_AT),
            asked_at + token.seconds,
        )
