"""The sign-in card's other way: the district's account, and waiting for the browser meanwhile."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Line
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip

WIDTH = 320
"""Of what is within the card."""
_ROOM = WIDTH - 26
"""For a button's words between its edges."""


class AccountPart(QWidget):
    """*Sign in with NAME*, below the password.

    Signals:
        asked: sign in with the account.
    """

    asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.account = theme, ""
        self._go = Button(theme, "", name="accountSignIn")
        self._go.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._go.clicked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 4)  # room for the ring of the focus
        column.setSpacing(16)
        column.addLayout(self._or())
        column.addWidget(self._go)
        self.hide()

    def offer(self, account: str) -> None:
        """What the account is called; without a name there is none."""
        self.account = account
        whole = f"Sign in with {account}"
        font = QFontMetricsF(self._theme.font(Text.BODY, Weight.LABEL))
        self._go.set_words(font.elidedText(whole, Qt.TextElideMode.ElideRight, _ROOM))
        self._go.setAccessibleName(whole)
        self._go.setToolTip(tip(whole) if self._go.text() != whole else "")
        self.setVisible(bool(account))

    def set_busy(self, *, busy: bool) -> None:
        self._go.setEnabled(not busy)

    def _or(self) -> QHBoxLayout:
        c = self._theme.colours
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Line(c.line), 1)
        row.addWidget(Words(self._theme, "or", Text.CAPTION, colour=c.muted))
        row.addWidget(Line(c.line), 1)
        return row


class AtBrowser(QWidget):
    """What stands in place of name and password while somebody is at the browser.

    Signals:
        again: show the browser once more.
        left: stop waiting.
    """

    again = Signal()
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("atBrowser")
        c = theme.colours
        self._title = Words(theme, "", Text.SECTION, Weight.STRONG, wrap=True)
        self._said = Words(theme, "", colour=c.muted, wrap=True, name="atBrowserSaid")
        again = Button(theme, "Open the browser again", name="browserAgain")
        again.clicked.connect(self.again)
        self._leave = Button(theme, "Cancel", name="leaveBrowser", key="Esc")
        self._leave.clicked.connect(self.left)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WindowShortcut)
        escape.activated.connect(self.left)
        row = QHBoxLayout()
        row.setContentsMargins(0, 16, 4, 4)
        row.addWidget(again)
        row.addStretch(1)
        row.addWidget(self._leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._said)
        column.addLayout(row)
        self.hide()

    def wait(self, account: str, minutes: int) -> None:
        self._title.setText(f"Sign in to {account} in your browser")
        self._said.setText(
            "It is open now. This window goes on by itself as soon as you are signed in there, "
            f"and waits for {minutes} minutes."
        )
        self.setAccessibleName(f"{self._title.text()}. {self._said.text()}")
        self.show()
        self._leave.setFocus()


class NotLinked(QWidget):
    """Which account it was that is nobody's here, to be told to whoever looks after the hub."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("notLinked")
        said = (
            "Give this number of the account to whoever looks after the hub, who can link it with "
            "you (vestibule-hub staff link). Until then sign in with your password."
        )
        self._subject = Field(theme, name="accountSubject", label="Number of the account")
        self._subject.setReadOnly(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(Words(theme, said, colour=theme.colours.muted, wrap=True))
        column.addWidget(self._subject)
        self.hide()

    def tell(self, subject: str) -> None:
        self._subject.setText(subject)
        self._subject.setCursorPosition(0)
        self.show()
