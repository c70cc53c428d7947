"""Beside the staff: what is told once, the chosen one with the deeds, and what each role may do."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console.client import HubClient
from admin_console.console.pages.role_card import RoleCard
from admin_console.console.pages.staff_card import Deed, StaffCard
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.labels import Words
from admin_console.console.session import HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.staffing import StaffLine

T = TypeVar("T")
WIDTH = 496


class ToldCard(Card):
    """A password or PIN that is told once: it goes from the screen when somebody says so.

    Signals:
        done: it was told, and is forgotten.
    """

    done = Signal()

    def __init__(self, theme: Theme) -> None:
        c = theme.colours
        super().__init__(theme, name="toldCard", margins=(17, 15, 17, 15), line=c.primary)
        self._title = Words(theme, "", Text.SECTION, Weight.STRONG, name="toldTitle")
        self._secret = Words(theme, "", Text.HEADING, Weight.STRONG, wrap=True, name="toldSecret")
        self._said = Words(theme, "", colour=c.muted, wrap=True, name="toldSaid")
        copy = Button(theme, "Copy", name="copyTold")
        copy.clicked.connect(self._on_copy)
        done = Button(theme, "Done", name="doneTold", key="Esc")
        done.clicked.connect(self.done)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(done)
        for part, gap in ((self._title, 8), (self._secret, 8), (self._said, 12)):
            self.body.addWidget(part)
            self.body.addSpacing(gap)
        self.body.addLayout(row)
        self.hide()

    def tell(self, title: str, secret: str, said: str) -> None:
        self._title.setText(title)
        self._secret.setText(secret)
        self._secret.setAccessibleName(" ".join(secret))
        self._said.setText(said)
        self.show()

    def forget(self) -> None:
        """Nothing is kept of it."""
        self._secret.setText("")
        self._secret.setAccessibleName("")
        self.hide()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._secret.text())


class StaffSide(QScrollArea):
    """Three cards, one above the other. It does what is asked of the chosen one.

    Signals:
        change_asked: settle something else for the chosen one.
        changed: something was done or refused, with a title, words and an icon; ask again.
        answered: what had the focus goes.
    """

    change_asked = Signal()
    changed = Signal(str, str, str)
    answered = Signal()

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__()
        self._session = session
        self._line: StaffLine | None = None
        self._told, self._card = ToldCard(theme), StaffCard(theme)
        self._told.done.connect(self._on_told)
        self._card.answered.connect(self.answered)
        self._card.change_asked.connect(self.change_asked)
        self._card.deed_asked.connect(self._on_deed)
        inner = QWidget()
        inner.setProperty("plain", True)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for card in (self._told, self._card, RoleCard(theme)):
            column.addWidget(card)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)
        self.setWidget(inner)

    def show_line(self, line: StaffLine, standing: str, facts: str, off: str) -> None:
        """Say how the chosen one stands."""
        self._line = line
        self._card.show_line(line, standing, facts, off)

    def show_nobody(self) -> None:
        self._line = None
        self._card.forget()

    def tell_password(self, name: str, sign_in_name: str, secret: str) -> None:
        """Tell the first password of somebody who is new."""
        self._tell(
            f"First password of {name}",
            secret,
            f"{name} signs in as {sign_in_name}. {_HOW_TO_SIGN_IN}",
        )

    @property
    def is_asking(self) -> bool:
        """Whether a deed waits to be confirmed."""
        return self._card.is_asking

    def escape(self) -> None:
        """Take a question back, or what was told from the screen."""
        if self._card.is_asking:
            self._card.leave()
        else:
            self._on_told()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody's password waits on a page that was left."""
        super().hideEvent(event)
        self._told.forget()

    def _on_told(self) -> None:
        self.answered.emit()
        self._told.forget()

    def _on_deed(self, deed: Deed) -> None:
        line = self._line
        if line is None:
            return
        staff_id, name = line.member.staff_id, line.member.display_name
        match deed:
            case Deed.PASSWORD:
                self._do(
                    lambda hub: hub.staff.new_first_password(staff_id),
                    lambda secret: self.tell_password(name, line.member.name, secret),
                )
            case Deed.PIN:
                self._do(
                    lambda hub: hub.staff.new_pin(staff_id),
                    lambda secret: self._tell(f"PIN of {name}", secret, _HOW_PIN),
                )
            case Deed.NO_PIN:
                self._end(lambda h: h.staff.end_pin(staff_id), name, "Has no PIN any more.")
            case Deed.NO_FACTOR:
                self._end(
                    lambda hub: hub.staff.end_second_factor(staff_id), name, "Is asked for no code."
                )
            case Deed.SIGN_OUT:
                self._end(lambda h: h.staff.sign_out(staff_id), name, "Is signed out.")
            case Deed.REMOVE:
                self._end(lambda h: h.staff.remove(staff_id), name, "May sign in no more.")

    def _end(self, deed: Callable[[HubClient], None], name: str, said: str) -> None:
        self._do(deed, lambda _none: self.changed.emit(name, said, "check"))

    def _do(self, deed: Callable[[HubClient], T], done: Callable[[T], object]) -> None:
        self._session.act(
            deed,
            done,
            lambda error: self.changed.emit("Nothing was changed", str(error), "alarm"),
        )

    def _tell(self, title: str, secret: str, said: str) -> None:
        self._told.tell(title, secret, said)
        self.verticalScrollBar().setValue(0)
        self.changed.emit("", "", "")


_HOW_TO_SIGN_IN = (
    "Read it out, or write it down for them. It is shown here only once, and is void as soon as "
    "they have signed in and chosen their own."
)
_HOW_PIN = (
    "Tell it to nobody else: what is decided with it is decided in their name. It is shown here "
    "only once; kiosks learn it as soon as they reach the hub."
)
