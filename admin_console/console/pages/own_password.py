"""Changing one's own password, and the telephone that signs in with it. It keeps nothing typed."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from admin_console.console.pages.own_factor import OwnFactorCard
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.parts.toast import Toast
from admin_console.console.session import Connection, HubSession
from admin_console.console.theme import Text, Theme, Weight

_ABOUT = (
    "You stay signed in here, and are signed out wherever else you are. Take a few words that have "
    "nothing to do with you or the school: at least 8 characters."
)
_AWAY = "The hub is away: another password needs it."
_EMPTY = "Type the password that you have, and the new one twice."
_DIFFER = "The new password is not the same both times."


class OwnPasswordPage(Panel):
    """A form of three fields, and beside it the second factor.

    Signals:
        facts_changed: never; every page has it.
    """

    facts_changed = Signal()

    title = "Change password"

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._is_asking = False
        self.setObjectName("ownPasswordPage")
        self._fields = tuple(
            _secret(theme, name, label)
            for name, label in (
                ("passwordNow", "The password that you have"),
                ("passwordNew", "The new one"),
                ("passwordAgain", "The new one once more"),
            )
        )
        for field, following in zip(self._fields, self._fields[1:], strict=False):
            field.returnPressed.connect(following.setFocus)
        self._fields[-1].returnPressed.connect(self._on_change)
        self._error = Words(theme, "", colour=theme.colours.alarm, wrap=True, name="passwordError")
        self._change = Button(
            theme, "Change password", name="changePassword", kind=Kind.PRIMARY, key="Ctrl S"
        )
        self._change.clicked.connect(self._on_change)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self._on_change)
        self._toast = Toast(theme, self)
        self._factor = OwnFactorCard(theme, session)
        self._lay_out()

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("Ctrl S", "change password"),)

    @property
    def is_untold(self) -> bool:
        """Whether recovery codes are on their way, or there, and nobody has seen them."""
        return self._factor.is_untold

    def facts(self, _now: datetime) -> str:
        return self._session.staff.display_name

    def refresh(self) -> None:
        """What is typed stays."""
        self._factor.refresh()

    def tick(self, _now: datetime) -> None:
        """Nothing grows old."""

    def show_connection(self, connection: Connection, _now: datetime) -> None:
        off = "" if connection.is_up else _AWAY
        self._change.set_off(off or ("The hub is asked." if self._is_asking else ""))
        self._factor.show_connection()

    def start(self) -> None:
        """Empty forms, for whoever comes to them or has left them."""
        self._factor.start()
        for field in self._fields:
            field.clear()
        self._say("")
        if self.isVisible():
            self._fields[0].setFocus()

    def _on_change(self) -> None:
        if not self.isVisible() or not self._change.isEnabled():
            return
        before, new, again = (field.text() for field in self._fields)
        if not before or not new or new != again:
            self._say(_EMPTY if not (before and new and again) else _DIFFER)
            empty = (field for field in self._fields if not field.text())
            next(empty, self._fields[-1]).setFocus()
            return
        self._say("")
        self._set_asking(is_on=True)
        self._session.act(
            lambda hub: hub.staff.change_own_password(before, new),
            self._on_changed,
            self._on_failed,
        )

    def _on_changed(self, _none: None) -> None:
        self._set_asking(is_on=False)
        for field in self._fields:
            field.clear()
        self._toast.say("Your password is another one", "Use it when you sign in again.")

    def _on_failed(self, error: Exception) -> None:
        self._set_asking(is_on=False)
        self._say(str(error))
        self._fields[0].setFocus()

    def _set_asking(self, *, is_on: bool) -> None:
        self._is_asking = is_on
        for field in self._fields:
            field.setEnabled(not is_on)
        self.show_connection(self._session.connection, self._session.now())

    def _say(self, error: str) -> None:
        self._error.setText(error)
        self._error.setAccessibleName(error)
        self._error.setVisible(bool(error))

    def _lay_out(self) -> None:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="ownPasswordForm", margins=(24, 20, 24, 24), spacing=0)
        card.setFixedWidth(480)
        card.body.addWidget(Words(theme, "Your password", Text.SECTION, Weight.STRONG))
        card.body.addSpacing(8)
        card.body.addWidget(Words(theme, _ABOUT, colour=c.muted, wrap=True))
        for field in self._fields:
            card.body.addSpacing(16)
            card.body.addWidget(Words(theme, field.accessibleName(), weight=Weight.LABEL))
            card.body.addSpacing(4)
            card.body.addWidget(field)
        card.body.addSpacing(12)
        card.body.addWidget(self._error)
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 0)
        row.addStretch(1)
        row.addWidget(self._change)
        card.body.addLayout(row)
        self._error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        left = QHBoxLayout()
        left.setSpacing(16)
        self._factor.setFixedWidth(480)
        for part in (card, self._factor):
            left.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        left.addStretch(1)
        column.addLayout(left)
        column.addStretch(1)


def _secret(theme: Theme, name: str, label: str) -> Field:
    field = Field(theme, name=name, label=label)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
    return field
