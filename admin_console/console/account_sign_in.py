"""Signing in with the district's account: the browser goes there, and comes back to this computer.

The hub makes all secrets of it (`db.oidc`); the console keeps its ticket, which is in no address.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from admin_console.console.client import AccountStart, HubClient
from db.domain.desk import SignedIn
from db.domain.errors import VestibuleError
from db.hub_trust import is_safe_address
from resources.toolkit.jobs import Jobs

if TYPE_CHECKING:
    from admin_console.console.browser_return import BrowserReturn, Returned

OpenBrowser = Callable[[str], bool]
"""Shows an address in the person's own browser; False when there is none."""

_PASSWORD = "Sign in with your password"  # noqa: S105  words
_WORDS = {
    "no port": f"This computer lets nothing wait for the browser. {_PASSWORD}.",
    "no browser": f"No browser could be opened on this computer. {_PASSWORD}.",
    "odd address": f"The hub named an address that is not safe to open. {_PASSWORD}, and tell "
    "whoever looks after the hub.",
    "too late": f"Nobody came back from the browser in time. Begin again, or {_PASSWORD.lower()}.",
    "access_denied": "{} was told not to sign you in, or you may not use it for this. Begin again, "
    f"or {_PASSWORD.lower()}.",
    "": f"{{}} could not sign you in. Begin again later, or {_PASSWORD.lower()}.",
}
"""What became of it, by what happened here or by the provider's own word."""


class AccountError(VestibuleError):
    """A sign-in with an account came to nothing, in words for who tried."""


class AccountSignIn(QObject):
    """One sign-in at a time. What comes of one that was left, or was too late, is dropped.

    Signals:
        waiting: somebody signs in at the browser, with which account and for how many minutes.
        finishing: it came back, and the hub is asked.
        signed_in: with what the hub answered, a `SignedIn`.
        failed: with the error whose words say why not.
    """

    waiting = Signal(str, int)
    finishing = Signal()
    signed_in = Signal(object)
    failed = Signal(object)
    _returned = Signal(int, object)

    def __init__(
        self, hub: HubClient, jobs: Jobs, open_browser: OpenBrowser, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._hub, self._jobs, self._open_browser = hub, jobs, open_browser
        self._name = ""
        self._turn = 0
        """Which sign-in this is: others are over."""
        self._back: BrowserReturn | None = None
        self._begun: AccountStart | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(lambda: self._fail("too late"))
        # It comes from the thread that listens.
        self._returned.connect(self._on_returned, Qt.ConnectionType.QueuedConnection)

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is at the browser."""
        return self._back is not None and self._begun is not None

    def begin(self, name: str) -> None:
        """Sign in at the provider of this name."""
        # Loaded when somebody asks: the window would open 20 ms later for it.
        from admin_console.console.browser_return import BrowserReturn

        self.leave()
        self._name, turn = name, self._turn
        try:
            back = BrowserReturn(lambda returned: self._returned.emit(turn, returned))
        except OSError:
            self._fail("no port")
            return
        self._back = back
        self._jobs.run(
            lambda: self._hub.begin_account(back.port),
            lambda begun: self._on_begun(turn, begun),
            lambda error: self._on_refused(turn, error),
        )

    def open_again(self) -> None:
        """Show the same address once more: somebody closed the browser, or it is another one."""
        if self._begun is not None and not self._open_browser(self._begun.address):
            self._fail("no browser")

    def leave(self) -> None:
        """Stop waiting. Whoever comes back from the browser later is told so there."""
        self._turn += 1
        self._timer.stop()
        self._begun = None
        back, self._back = self._back, None
        if back is not None:
            back.close()

    def _on_begun(self, turn: int, begun: AccountStart) -> None:
        if turn != self._turn or self._back is None:
            return
        if not is_safe_address(begun.address):
            self._fail("odd address")
            return
        self._begun = begun
        self._back.expect(parse_qs(urlsplit(begun.address).query).get("state", [""])[0])
        self._timer.start(begun.seconds * 1000)
        self.waiting.emit(self._name, begun.seconds // 60)
        self.open_again()

    @Slot(int, object)
    def _on_returned(self, turn: int, returned: "Returned") -> None:
        begun = self._begun
        if turn != self._turn or begun is None:
            return
        self.leave()
        if returned.error:
            self._fail(returned.error)
            return
        turn = self._turn
        self.finishing.emit()
        self._jobs.run(
            lambda: self._hub.finish_account(begun.ticket, returned.state, returned.code),
            lambda signed_in: self._on_signed_in(turn, signed_in),
            lambda error: self._on_refused(turn, error),
        )

    def _on_signed_in(self, turn: int, signed_in: SignedIn) -> None:
        if turn == self._turn:
            self.signed_in.emit(signed_in)

    def _on_refused(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self.leave()
            self.failed.emit(error)

    def _fail(self, why: str) -> None:
        self.leave()
        words = _WORDS.get(why, _WORDS[""])
        self.failed.emit(AccountError(words.format(self._name)))
