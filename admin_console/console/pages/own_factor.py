"""One's own second factor: beginning with a telephone, and ending it. The key is shown once."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from admin_console.console.client import HubClient
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.parts.qr_code import QrCode
from admin_console.console.session import HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.staffing import FactorStanding, FactorStart, RecoveryCodes

T = TypeVar("T")

_OFF = (
    "Signing in takes your password alone. With a telephone it also takes a code that only your "
    "telephone shows, which changes every half minute."
)
_READ = (
    "Read this with an authenticator application, or type its key there. Then type your password, "
    "and the code that the telephone shows."
)
_ENDING = "Type your password. From then on signing in takes it alone. Your other sign-ins end."
_CODES = (
    "Write these down, and keep them away from the telephone. Each lets you in once when it is "
    "lost. They are shown here only once."
)
MOST_CODES = 8
_AWAY = "The hub is away: this needs it."


class OwnFactorCard(Card):
    """How the second factor stands, or one step of changing that."""

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme, name="ownFactor", margins=(24, 20, 24, 24))
        self._theme, self._session = theme, session
        self._standing: FactorStanding | None = None
        self._start: FactorStart | None = None
        self._is_ending = self._is_asking = self._is_confirming = False
        self._said = Words(theme, "", colour=theme.colours.muted, wrap=True, name="factorSaid")
        self._qr = QrCode("factorQr", "QR code for an authenticator application")
        self._key = Words(theme, "", weight=Weight.LABEL, wrap=True, name="factorKey")
        self._codes: tuple[str, ...] = ()
        self._code_words = tuple(
            Words(theme, "", Text.SECTION, Weight.STRONG, name=f"recoveryCode_{number}")
            for number in range(MOST_CODES)
        )
        self._password = self._field("factorPassword", "Your password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._code = self._field("factorCode", "Code of the telephone")
        self._error = Words(theme, "", colour=theme.colours.alarm, wrap=True, name="factorError")
        self._begin = Button(theme, "Use a telephone", name="beginFactor", icon="phone")
        self._end = Button(theme, "Use no telephone", name="endFactor")
        self._back = Button(theme, "Cancel", name="leaveFactor")
        self._go = Button(theme, "", name="confirmFactor")
        for button, does in (
            (self._begin, self._on_begin),
            (self._end, self._on_end),
            (self._back, self._on_back),
            (self._go, self._on_go),
        ):
            button.clicked.connect(does)
        self._password.returnPressed.connect(self._on_entered)
        self._code.returnPressed.connect(self._on_go)
        self._lay_out()
        self._switch()

    def refresh(self) -> None:
        """Ask how it stands; a step that was begun goes on."""
        self._session.ask(lambda hub: hub.staff.own_factor(), self._on_standing, lambda _e: None)

    @property
    def is_untold(self) -> bool:
        """Whether recovery codes are on their way, or there, and nobody has seen them."""
        return self._is_confirming or (bool(self._codes) and not self.isVisible())

    def hideEvent(self, event: QHideEvent) -> None:
        """Codes that were seen do not wait on a page that was left; others do."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._codes = ()
            self._switch()

    def start(self) -> None:
        """Forget the key and what was typed. Recovery codes go once they were seen."""
        self._start, self._is_ending = None, False
        self._password.clear()
        self._code.clear()
        self._say("")
        self._switch()

    def show_connection(self) -> None:
        off = "" if self._session.connection.is_up else _AWAY
        off = off or ("The hub is asked." if self._is_asking else "")
        for button in (self._begin, self._end, self._go):
            button.set_off(off)

    def _on_standing(self, standing: FactorStanding) -> None:
        self._standing = standing
        self._switch()

    def _switch(self) -> None:
        standing, start = self._standing, self._start
        is_told, is_typing = bool(self._codes), start is not None or self._is_ending
        is_at_rest = not is_told and not is_typing
        self._said.setText(self._words())
        self._qr.show_text("" if start is None else start.address)
        self._qr.setVisible(start is not None)
        self._key.setText("" if start is None else f"Key: {start.key}")
        self._key.setVisible(start is not None)
        for number, said in enumerate(self._code_words):
            said.setText(self._codes[number] if number < len(self._codes) else "")
        self._told.setVisible(is_told)
        self._passwords.setVisible(is_typing)
        self._typed_code.setVisible(start is not None)
        is_on = standing is not None and standing.is_on
        self._begin.set_words("Use another telephone" if is_on else "Use a telephone")
        self._begin.setVisible(is_at_rest and standing is not None)
        self._end.setVisible(is_at_rest and is_on)
        self._back.setVisible(is_typing or is_told)
        self._back.set_words("Done" if is_told else "Cancel")
        self._go.setVisible(is_typing)
        self._go.set_words("Use no telephone" if self._is_ending else "Use this telephone")
        self.show_connection()

    def _words(self) -> str:
        if self._codes:
            return _CODES
        if self._start is not None:
            return _READ
        if self._is_ending:
            return _ENDING
        if self._standing is None:
            return "The hub is asked how it stands."
        if not self._standing.is_on:
            return _OFF
        left = self._standing.recovery_codes
        many = f"{left} recovery codes are" if left != 1 else "1 recovery code is"
        return f"Signing in takes a code of your telephone too. {many} left for when it is lost."

    def _on_begin(self) -> None:
        def on_start(start: FactorStart) -> None:
            self._start = start
            self._switch()
            self._password.setFocus()

        self._ask(lambda hub: hub.staff.begin_own_factor(), on_start)

    def _on_end(self) -> None:
        self._is_ending = True
        self._switch()
        self._password.setFocus()

    def _on_entered(self) -> None:
        if self._start is not None:
            self._code.setFocus()
        else:
            self._on_go()

    def _on_go(self) -> None:
        password, code, start = self._password.text(), self._code.text().strip(), self._start
        if not self._go.isEnabled() or not (start or self._is_ending):
            return
        if not password or (start is not None and not code):
            self._say("Type your password and the code." if start else "Type your password.")
            return
        if start is None:
            self._ask(lambda hub: hub.staff.end_own_factor(password), self._on_ended)
        else:
            key = start.key
            self._is_confirming = True
            self._ask(
                lambda hub: hub.staff.confirm_own_factor(password, key, code), self._on_confirmed
            )

    def _on_confirmed(self, recovery: RecoveryCodes) -> None:
        self.start()
        self._codes = recovery.codes
        self._switch()
        if self.isVisible():
            self._back.setFocus()
        self.refresh()

    def _on_ended(self, _none: None) -> None:
        self._on_back()
        self.refresh()

    def _on_back(self) -> None:
        self._codes = ()
        self.start()
        self._begin.setFocus()

    def _ask(self, deed: Callable[[HubClient], T], done: Callable[[T], object]) -> None:
        def on_done(value: T) -> None:
            self._is_asking = self._is_confirming = False
            done(value)
            self.show_connection()

        def on_failed(error: Exception) -> None:
            self._is_asking = self._is_confirming = False
            self._say(str(error))
            self.show_connection()

        self._is_asking = True
        self._say("")
        self.show_connection()
        self._session.act(deed, on_done, on_failed)

    def _say(self, error: str) -> None:
        self._error.setText(error)
        self._error.setAccessibleName(error)
        self._error.setVisible(bool(error))

    def _field(self, name: str, label: str) -> Field:
        field = Field(self._theme, name=name, label=label)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        return field

    def _labelled(self, field: Field) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(Words(self._theme, field.accessibleName(), weight=Weight.LABEL))
        column.addWidget(field)
        return part

    def _lay_out(self) -> None:
        self.body.setSpacing(12)
        self._passwords, self._typed_code = (
            self._labelled(field) for field in (self._password, self._code)
        )
        self.body.addWidget(Words(self._theme, "Your telephone", Text.SECTION, Weight.STRONG))
        self._told = QWidget()
        grid = QGridLayout(self._told)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        for number, said in enumerate(self._code_words):
            grid.addWidget(said, number // 2, number % 2)
        for told in (self._said, self._qr, self._key, self._told):
            self.body.addWidget(told)
        for typed in (self._passwords, self._typed_code, self._error):
            self.body.addWidget(typed)
        self._error.hide()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        for button in (self._back, self._end, self._begin, self._go):
            row.addWidget(button)
        self.body.addLayout(row)
