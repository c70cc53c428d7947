"""The first administrator of a new hub: the hub's code, a name and a password. It keeps none."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from admin_console.console.client import FirstStaff
from admin_console.console.navigation import Logo
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight

_WHAT = (
    "Nobody may sign in yet. The hub printed a set-up code when it started; whoever has it "
    "becomes the first administrator."
)


class SetUpPage(Panel):
    """A card in the middle of the window.

    Signals:
        asked: with a `FirstStaff`.
    """

    asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme.colours.ground)
        self._theme = theme
        self.setObjectName("setUpPage")
        self._fields = {
            name: Field(theme, name=name, label=label, height=36)
            for name, label in (
                ("setUpCode", "Set-up code"),
                ("setUpName", "Name to sign in with"),
                ("setUpDisplayName", "Your name, as the log shows it"),
                ("setUpPassword", "Password, at least 8 characters"),
            )
        }
        password = self._fields["setUpPassword"]
        password.setEchoMode(QLineEdit.EchoMode.Password)
        password.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        password.returnPressed.connect(self._on_go)
        self._go = Button(theme, "Set up", name="setUp", kind=Kind.PRIMARY, key="Enter")
        self._go.clicked.connect(self._on_go)
        self._said = Words(theme, "", colour=theme.colours.alarm, wrap=True, name="setUpError")
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._card())
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(middle)
        column.addStretch(3)

    def fail(self, said: str) -> None:
        """Say why it did not work; what was typed stays."""
        self._say(said)
        self.set_busy(busy=False)

    def clear(self) -> None:
        for field in self._fields.values():
            field.clear()

    def set_busy(self, *, busy: bool) -> None:
        self._go.set_off("The hub is asked." if busy else "")
        for field in self._fields.values():
            field.setEnabled(not busy)

    def _on_go(self) -> None:
        typed = {name: field.text().strip() for name, field in self._fields.items()}
        empty = next((name for name, text in typed.items() if not text), None)
        if empty is not None:
            self._say("Fill in all four.")
            self._fields[empty].setFocus()
        elif self._go.isEnabled():
            self._say("")
            self.set_busy(busy=True)
            password = self._fields["setUpPassword"].text()
            code, name, shown = typed["setUpCode"], typed["setUpName"], typed["setUpDisplayName"]
            self.asked.emit(FirstStaff(code, name, shown, password))

    def _say(self, said: str) -> None:
        self._said.setText(said)
        self._said.setAccessibleName(said)

    def _card(self) -> Card:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="setUpCard", margins=(40, 40, 40, 32))
        card.setFixedWidth(440)
        body = card.body
        body.addWidget(Logo(theme, 40))
        body.addSpacing(20)
        body.addWidget(Words(theme, "Set up Vestibule", Text.PAGE, Weight.STRONG))
        body.addSpacing(4)
        body.addWidget(Words(theme, _WHAT, colour=c.muted, wrap=True))
        body.addSpacing(20)
        for field in self._fields.values():
            body.addWidget(Words(theme, field.accessibleName(), weight=Weight.LABEL))
            body.addSpacing(4)
            body.addWidget(field)
            body.addSpacing(12)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._go)
        body.addLayout(row)
        body.addWidget(self._said)
        return card
