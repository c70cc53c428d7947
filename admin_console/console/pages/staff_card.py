"""The chosen member of staff: how they stand, and what can be done, which asks once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console.navigation import Avatar
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.rights import Action, may
from db.domain.staffing import StaffLine

_TOP = Qt.AlignmentFlag.AlignTop
IN_A_ROW = 3


class Deed(StrEnum):
    """What can be done with somebody who may sign in."""

    PASSWORD = "password"  # noqa: S105  the name of a deed
    PIN = "pin"
    NO_PIN = "no_pin"
    NO_FACTOR = "no_factor"
    SIGN_OUT = "sign_out"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Wording:
    """A deed on its button, what it means, and what is pressed to do it."""

    button: str
    means: str
    do: str


WORDS = {
    Deed.PASSWORD: Wording(
        "New first password",
        "{name} is signed out everywhere, and signs in with the password that is shown here once. "
        "Then they choose their own.",
        "Make the password",
    ),
    Deed.PIN: Wording(
        "New PIN",
        "{name} decides at the kiosks with the PIN that is shown here once. Kiosks learn it, and "
        "forget one from before, as soon as they reach the hub.",
        "Make the PIN",
    ),
    Deed.NO_PIN: Wording(
        "Take the PIN away",
        "{name} decides at the kiosks no more. Kiosks forget the PIN as soon as they reach the "
        "hub.",
        "Take it away",
    ),
    Deed.NO_FACTOR: Wording(
        "Telephone is lost",
        "{name} is signed out everywhere, and signs in with the password alone, until they begin "
        "with another telephone. Be sure that it is them who asks.",
        "Ask for no code",
    ),
    Deed.SIGN_OUT: Wording(
        "Sign out everywhere",
        "Every console on which {name} is signed in asks for the password again.",
        "Sign out",
    ),
    Deed.REMOVE: Wording(
        "Remove",
        "{name} signs in no more, from this moment. Kiosks forget the PIN as soon as they reach "
        "the hub. What {name} did keeps their name.",
        "Remove",
    ),
}


class StaffCard(Card):
    """Hidden while nobody is chosen.

    Signals:
        change_asked: settle something else for them.
        deed_asked: with a `Deed`, which was confirmed.
        answered: the buttons of a question are about to go, and the focus with them.
    """

    change_asked = Signal()
    deed_asked = Signal(object)
    answered = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="staffCard", margins=(17, 15, 17, 15))
        self._theme = theme
        self._line: StaffLine | None = None
        self._asked: Deed | None = None
        self._off = ""
        self._build()
        self.hide()

    def show_line(self, line: StaffLine, standing: str, facts: str, off: str) -> None:
        """Say it anew. A question that was begun stays while it is about the same person."""
        before, self._line, self._off = self._line, line, off
        if before is None or before.member.staff_id != line.member.staff_id:
            self._asked = None
        self._avatar.show_name(line.member.display_name)
        self._name.setText(line.member.display_name)
        self._standing.setText(standing)
        self._facts.setText(facts)
        self._why.setText(line.why_not)
        self._switch()
        self.show()

    def forget(self) -> None:
        """Nobody is chosen."""
        self._line, self._asked = None, None
        self.hide()

    @property
    def is_asking(self) -> bool:
        """Whether a deed waits to be confirmed."""
        return self._asked is not None

    def leave(self) -> None:
        """Take the question back."""
        self._asked = None
        self.answered.emit()
        self._switch()

    def _switch(self) -> None:
        line = self._line
        if line is None:
            return
        is_mine = not line.why_not
        asked = self._asked if is_mine else None
        self._lock.setVisible(not is_mine)
        self._change.setVisible(is_mine and asked is None)
        self._change.set_off(self._off)
        for part in (self._means, self._leave, self._do):
            part.setVisible(asked is not None)
        may_do = is_mine and asked is None
        fit = [deed for deed in Deed if may_do and _fits(deed, line)]
        for deed, button in self._buttons.items():
            button.set_off(self._off)
            button.setVisible(deed in fit)
            for row in self._rows:
                row.removeWidget(button)
        for number, deed in enumerate(fit):
            row = self._rows[number // IN_A_ROW]
            row.insertWidget(row.count() - 1, self._buttons[deed])
        # A layout without anything to show would still take its margins.
        for number, row in enumerate(self._rows):
            is_used = number * IN_A_ROW < len(fit)
            row.setContentsMargins(0, (8 if number else 12) if is_used else 0, 0, 0)
        for row in self._asking_rows:
            row.setContentsMargins(0, 12 if asked is not None else 0, 0, 0)
        if asked is not None:
            wording = WORDS[asked]
            self._means.setText(wording.means.format(name=line.member.display_name))
            self._do.set_words(wording.do)
            self._do.set_off(self._off)

    def _on_deed(self, deed: Deed) -> None:
        self._asked = deed
        self._switch()
        self._leave.setFocus()

    def _on_do(self) -> None:
        asked, self._asked = self._asked, None
        self.answered.emit()
        self._switch()
        if asked is not None:
            self.deed_asked.emit(asked)

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._avatar = Avatar(theme, "")
        self._name = Words(theme, "", Text.SECTION, Weight.STRONG, name="chosenStaff")
        self._standing = Words(theme, "", colour=c.muted, wrap=True, name="chosenStanding")
        self._change = Button(theme, "Change", name="changeStaff", key="Enter")
        self._change.clicked.connect(self.change_asked)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._name)
        names.addWidget(self._standing)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._avatar, 0, _TOP)
        head.addLayout(names, 1)
        head.addWidget(self._change, 0, _TOP)
        self.body.addLayout(head)
        self._facts = Words(theme, "", colour=c.muted, wrap=True, name="chosenFacts")
        self.body.addSpacing(4)
        self.body.addWidget(self._indented(self._facts))
        self._why = Words(theme, "", colour=c.muted, wrap=True, name="whyNot")
        self._lock = QWidget()
        lock = QHBoxLayout(self._lock)
        lock.setContentsMargins(6, 12, 0, 0)
        lock.setSpacing(18)
        lock.addWidget(Icon(theme, "lock", c.muted), 0, _TOP)
        lock.addWidget(self._why, 1)
        self.body.addWidget(self._lock)
        # Straight in the card, which has room for the ring of the focus.
        self._rows = tuple(QHBoxLayout() for _ in range(-(-len(Deed) // IN_A_ROW)))
        for row in self._rows:
            row.setSpacing(8)
            row.addStretch(1)
            self.body.addLayout(row)
        self._buttons = {deed: self._button(deed) for deed in Deed}
        self._build_question()

    def _button(self, deed: Deed) -> Button:
        kind = Kind.DESTRUCTIVE if deed is Deed.REMOVE else Kind.PLAIN
        button = Button(
            self._theme, WORDS[deed].button, name=f"staff_{deed}", kind=kind, parent=self
        )
        button.clicked.connect(lambda: self._on_deed(deed))
        return button

    def _build_question(self) -> None:
        theme = self._theme
        self._means = Words(theme, "", wrap=True, name="deedMeans")
        self._leave = Button(theme, "Cancel", name="leaveDeed", key="Esc")
        self._leave.clicked.connect(self.leave)
        self._do = Button(theme, "", name="doDeed", kind=Kind.DESTRUCTIVE)
        self._do.clicked.connect(self._on_do)
        above, row = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self._means)
        row.setSpacing(12)
        row.addStretch(1)
        row.addWidget(self._leave)
        row.addWidget(self._do)
        self._asking_rows = (above, row)
        for each in self._asking_rows:
            self.body.addLayout(each)

    def _indented(self, words: Words) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(40, 0, 0, 0)
        row.addWidget(words)
        return holder


def _fits(deed: Deed, line: StaffLine) -> bool:
    """Whether there is something to do."""
    fits: dict[Deed, Callable[[], bool]] = {
        Deed.PIN: lambda: may(line.member.role, Action.DECIDE),
        Deed.NO_PIN: lambda: line.member.has_pin,
        Deed.NO_FACTOR: lambda: line.member.has_second_factor,
        Deed.SIGN_OUT: lambda: line.sign_ins > 0,
    }
    return deed not in fits or fits[deed]()
