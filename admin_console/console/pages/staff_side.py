"""Beside the staff: what is told once, the chosen one with the deeds, and what each role may do."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import HubClient
from admin_console.console.pages.role_card import RoleCard
from admin_console.console.pages.staff_card import Deed, StaffCard
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.labels import Words
from admin_console.console.session import HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.staffing import StaffLine

WIDTH = 496


@dataclass(frozen=True, slots=True)
class _Told:
    title: str
    secret: str = field(repr=False)
    said: str


class ToldCard(Card):
    """Passwords and PINs that are told once, one by one: each goes when somebody says so.

    Signals:
        done: it was told, and is forgotten.
    """

    done = Signal()

    def __init__(self, theme: Theme) -> None:
        c = theme.colours
        super().__init__(theme, name="toldCard", margins=(17, 15, 17, 15), line=c.primary)
        self._all: tuple[_Told, ...] = ()
        """The first one is shown."""
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

    @property
    def count(self) -> int:
        """How many there are, with the one that is shown."""
        return len(self._all)

    def tell(self, title: str, secret: str, said: str) -> None:
        """Tell it, once those that came before were."""
        self._all = (*self._all, _Told(title, secret, said))
        self._show_first()

    def forget(self) -> None:
        """Nothing is kept of the one that is shown; the next one comes."""
        self._all = self._all[1:]
        self._show_first()

    def _show_first(self) -> None:
        first = self._all[0] if self._all else _Told("", "", "")
        more = len(self._all) - 1
        after = f" {words.plural(more, 'more is', 'more are')} told after this." if more > 0 else ""
        self._title.setText(first.title)
        self._secret.setText(first.secret)
        self._secret.setAccessibleName(" ".join(first.secret))
        self._said.setText(f"{first.said}{after}")
        self.setVisible(bool(self._all))

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
        self._secrets_asked = 0
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

    @property
    def is_untold(self) -> bool:
        """Whether something is on its way, or there, that is told once and nobody has seen."""
        return self._secrets_asked > 0 or self._told.count > int(self.isVisible())

    def escape(self) -> None:
        """Take a question back, or what was told from the screen."""
        if self._card.is_asking:
            self._card.leave()
        else:
            self._on_told()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody's password waits on a page that was left, but one that nobody has seen yet."""
        super().hideEvent(event)
        if not event.spontaneous():  # a window that is put away is not a page that was left
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
                self._ask_secret(
                    lambda hub: hub.staff.new_first_password(staff_id),
                    lambda secret: self.tell_password(name, line.member.name, secret),
                )
            case Deed.PIN:
                self._ask_secret(
                    lambda hub: hub.staff.new_pin(staff_id),
                    lambda secret: self._tell(f"PIN of {name}", secret, _HOW_PIN),
                )
            case Deed.NO_PIN:
                self._end(lambda h: h.staff.end_pin(staff_id), name, "Has no PIN any more.")
            case Deed.NO_FACTOR:
                self._end(
                    lambda hub: hub.staff.end_second_factor(staff_id),
                    name,
                    "Is asked for no code, and signed out.",
                )
            case Deed.SIGN_OUT:
                self._end(lambda h: h.staff.sign_out(staff_id), name, "Is signed out.")
            case Deed.REMOVE:
                self._end(lambda h: h.staff.remove(staff_id), name, "May sign in no more.")

    def _end(self, deed: Callable[[HubClient], None], name: str, said: str) -> None:
        self._do(deed, lambda _none: self.changed.emit(name, said, "check"))

    def _do(self, deed: Callable[[HubClient], None], done: Callable[[None], object]) -> None:
        self._session.act(deed, done, self._on_failed)

    def _ask_secret(self, deed: Callable[[HubClient], str], tell: Callable[[str], object]) -> None:
        def on_done(secret: str) -> None:
            self._secrets_asked -= 1
            tell(secret)

        def on_failed(error: Exception) -> None:
            self._secrets_asked -= 1
            self._on_failed(error)

        self._secrets_asked += 1
        self._session.act(deed, on_done, on_failed)

    def _on_failed(self, error: Exception) -> None:
        self.changed.emit("Nothing was changed", str(error), "alarm")

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
