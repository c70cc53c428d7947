"""A kiosk that waits to be let in: the digits to compare, and what to do with it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.kiosks import PairingRequest

_COMPARE = (
    "Go to the kiosk, or ask whoever stands there, and compare the digits. If they differ, or no "
    "kiosk of yours shows any, turn it away."
)
_NAMESAKE = (
    "A kiosk with this name is there already. When this one takes its place, because its disk or "
    "computer was replaced, let the other one end."
)


class AskingCard(Card):
    """Hidden while nobody asks.

    Signals:
        accepted: let this `PairingRequest` in; True when the kiosk of the same name ends.
        rejected: turn this `PairingRequest` away.
    """

    accepted = Signal(object, bool)
    rejected = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="askingCard", margins=(17, 15, 17, 15))
        c = theme.colours
        self._request: PairingRequest | None = None
        self._title = Words(theme, "", Text.SECTION, Weight.STRONG, name="askingTitle")
        self._digits = Words(theme, "", Text.PAGE, Weight.STRONG, name="askingDigits")
        self._more = Words(theme, "", colour=c.muted, wrap=True, name="askingMore")
        self._replace = Button(
            theme, "Same digits: let it take the other's place", name="replaceKiosk", icon="check"
        )
        self._accept = Button(
            theme, "Same digits: let it in", name="acceptKiosk", kind=Kind.PRIMARY, icon="check"
        )
        self._reject = Button(theme, "Turn it away", name="rejectKiosk", kind=Kind.DESTRUCTIVE)
        self._accept.clicked.connect(lambda: self.accepted.emit(self._request, False))
        self._replace.clicked.connect(lambda: self.accepted.emit(self._request, True))
        self._reject.clicked.connect(lambda: self.rejected.emit(self._request))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self._reject, self._replace, self._accept):
            row.addWidget(button)
        for part in (self._title, self._digits, self._more):
            self.body.addWidget(part)
            self.body.addSpacing(4)
        self.body.addLayout(row)
        self.hide()

    def show_request(self, request: PairingRequest | None, off_reason: str) -> None:
        self._request = request
        self.setVisible(request is not None)
        if request is None:
            return
        self._title.setText(f"{request.name} asks to be let in")
        self._digits.setText(request.short_string)
        is_double = request.replaces is not None
        self._more.setText(f"{_NAMESAKE} {_COMPARE}" if is_double else _COMPARE)
        self._replace.setVisible(is_double)
        for button in (self._accept, self._replace, self._reject):
            button.set_off(off_reason)
