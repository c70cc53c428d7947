"""The console's window: sign-in first, then the shell until somebody leaves."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from admin_console.console.account_sign_in import AccountSignIn, OpenBrowser
from admin_console.console.answers import (
    CodeNeededError,
    NotLinkedError,
    OddAnswerError,
    PasswordNeededError,
    UnknownHubError,
)
from admin_console.console.client import FirstStaff, HubClient
from admin_console.console.pages.set_up import SetUpPage
from admin_console.console.pages.sign_in import SignInPage
from admin_console.console.parts.focus_ring import FocusRing
from admin_console.console.session import Clock, HubSession
from admin_console.console.shell import Shell
from admin_console.console.theme import Theme
from db.domain.desk import SignedIn
from db.domain.errors import HubAwayError
from resources.toolkit.jobs import Jobs

SMALLEST, WANTED = QSize(1280, 720), QSize(1440, 900)
"""What the pages are drawn for, and how large the window opens where the screen has room."""


class ConsoleWindow(QMainWindow):
    """One window, one member of staff at a time."""

    def __init__(
        self,
        theme: Theme,
        hub: HubClient,
        hub_address: str,
        clock: Clock,
        open_browser: OpenBrowser,
    ) -> None:
        super().__init__()
        self._theme, self._hub, self._clock = theme, hub, clock
        self._session: HubSession | None = None
        self.shell: Shell | None = None
        self._jobs = Jobs("sign-in", self)
        self.sign_in_page = SignInPage(theme, hub_address)
        self.sign_in_page.asked.connect(self.sign_in)
        self.sign_in_page.compared.connect(self._on_compared)
        self._met = ""
        self._account = AccountSignIn(hub, self._jobs, open_browser, self)
        self._account.waiting.connect(self.sign_in_page.wait_for_browser)
        self._account.finishing.connect(self._on_browser_back)
        self._account.signed_in.connect(self._on_signed_in)
        self._account.failed.connect(self._on_refused)
        self.sign_in_page.account_asked.connect(self._account.begin)
        self.sign_in_page.browser_asked.connect(self._account.open_again)
        self.sign_in_page.browser_left.connect(self._on_browser_left)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.sign_in_page)
        self.set_up_page = SetUpPage(theme)
        self.set_up_page.asked.connect(self.set_up)
        self._stack.addWidget(self.set_up_page)
        self.setCentralWidget(self._stack)
        self.setWindowTitle("Vestibule")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableGeometry().size() if self.screen() else WANTED
        self.setMinimumSize(SMALLEST.boundedTo(room))
        self.resize(WANTED.boundedTo(room))
        self._ring = FocusRing(theme, self)
        self.sign_in_page.start()
        # A hub that is away, or is older, is found so once somebody signs in.
        self._jobs.run(hub.waits_for_set_up, self._on_set_up_known, self._on_not_known)
        self._ask_account()

    def _ask_account(self) -> None:
        """Which account staff may sign in with is the hub's to say: it may have changed.

        A hub that is away, is not known yet, or is older, offers none.
        """
        offer = self.sign_in_page.offer_account
        self._jobs.run(self._hub.account_name, offer, lambda _error: offer(""))

    def _on_browser_back(self) -> None:
        self.sign_in_page.finish()
        self.activateWindow()

    def _on_browser_left(self) -> None:
        self._account.leave()
        self.sign_in_page.start()

    def set_up(self, first: FirstStaff) -> None:
        """Ask the hub for the first administrator; its refusal stays on the page."""
        self._jobs.run(
            lambda: self._hub.set_up(first),
            self._on_signed_in,
            lambda error: self.set_up_page.fail(str(error)),
        )

    def _on_set_up_known(self, waits: bool) -> None:
        if waits and self.shell is None:
            self._stack.setCurrentWidget(self.set_up_page)

    def sign_in(self, name: str, password: str, code: str = "", new_password: str = "") -> None:
        """Ask the hub; its answer opens the shell, its refusal stays on the sign-in page."""
        self.sign_in_page.set_busy(busy=True)
        self._jobs.run(
            lambda: self._hub.sign_in(name, password, code, new_password),
            self._on_signed_in,
            self._on_refused,
        )

    def _on_signed_in(self, signed_in: SignedIn) -> None:
        self.set_up_page.clear()
        self.sign_in_page.forget()
        self._session = HubSession(self._hub, signed_in, self._clock, self)
        self._session.over.connect(self._on_session_over)
        self.shell = Shell(self._theme, self._session)
        self.shell.sign_out_asked.connect(self._on_sign_out_asked)
        self._stack.addWidget(self.shell)
        self._stack.setCurrentWidget(self.shell)
        self.setWindowTitle(f"{signed_in.site.name}: Vestibule")
        self.shell.start()

    def _on_compared(self) -> None:
        """Somebody has seen that the number is the hub's: know it, then go on signing in."""
        ca, self._met = self._met, ""

        def meet() -> bool:
            self._hub.trust(ca)
            return self._hub.waits_for_set_up()

        def on_met(waits: bool) -> None:
            self.sign_in_page.go_on()
            self._on_set_up_known(waits)
            self._ask_account()

        self._jobs.run(meet, on_met, self._on_refused)

    def _on_not_known(self, error: Exception) -> None:
        if isinstance(error, UnknownHubError):
            self._on_refused(error)

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, UnknownHubError):
            self._met = error.ca
            self.sign_in_page.ask_to_compare(error.digits)
            return
        said = str(error)
        if isinstance(error, CodeNeededError):
            self.sign_in_page.ask_code(said)
            return
        if isinstance(error, PasswordNeededError):
            self.sign_in_page.ask_own_password(said)
            return
        if self.sign_in_page.is_choosing and not isinstance(error, HubAwayError):
            self.sign_in_page.ask_own_password(said)
            return
        if isinstance(error, NotLinkedError):
            self.sign_in_page.tell_not_linked(error.subject)
            return
        if isinstance(error, HubAwayError) and not isinstance(error, OddAnswerError):
            said = (
                "The hub does not answer. Check that it runs and that this computer is on the"
                " school's network, then try again. The kiosks go on without it."
            )
        self.sign_in_page.fail(said)
        self._ask_account()

    def _on_sign_out_asked(self) -> None:
        if self.shell is not None and not self.shell.finish():
            return  # it tells what did not get through, or was not seen
        self._jobs.run(self._hub.sign_out, lambda _none: None, lambda _error: None)
        self._leave("")

    def _on_session_over(self, said: str) -> None:
        unsent = self.shell.desk.unsent_words() if self.shell is not None else ""
        self._leave(f"{said or 'Your session is over. Sign in again.'} {unsent}".strip())

    def _leave(self, said: str) -> None:
        """Back to the sign-in page; nobody's name stays on the screen."""
        shell, session = self.shell, self._session
        if shell is None or session is None:
            return
        self.shell, self._session = None, None
        self._ring.rest()
        self._stack.setCurrentWidget(self.sign_in_page)
        self._stack.removeWidget(shell)
        shell.deleteLater()
        session.close()
        self.setWindowTitle("Vestibule")
        self.sign_in_page.start(said=said)
        self._ask_account()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.shell is not None and not self.shell.finish():
            # Closing once more closes: by then it was told what did not get through.
            event.ignore()
            return
        self._ring.stop()
        self._account.leave()
        if self._session is not None:
            self._session.close()
        self._hub.close()
        self._jobs.close()
        super().closeEvent(event)
