"""The fields of a desk's standing rules, a row each. It asks no hub."""

from dataclasses import replace

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console.pages.form_grid import card_title
from admin_console.console.parts.card import Card, Line
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Theme, Weight
from db.domain.policy import AUDIT_DAYS, WORDS_LENGTH, DeskPolicy

FIELD_WIDTH = 96
_Row = tuple[str, str, str]
_CLEARED = (
    "For so long a visitor who was found to be another person than somebody on a list is not held "
    "for that entry again, unless the entry changes."
)
_AGAIN = (
    "When a list changes, visits of so many days are compared with it anew. 0: only who is inside."
)
_FORGOTTEN = (
    "Names, birth dates, hosts and reasons go then, here and on every kiosk. That somebody came "
    "stays, and the log still verifies. They stay at least as long as visits are screened again. "
    "Notices, and people who were taken off a list, go as late, but not within a year."
)
_AUDIT = f"A year, {AUDIT_DAYS} days, at least. Empty: for ever."
_DESK: tuple[_Row, ...] = (
    ("clearance_days", "Not this person", _CLEARED),
    ("rescreen_days", "Screened again", _AGAIN),
)
_KEPT: tuple[_Row, ...] = (
    ("visit_keep_days", "Who came", _FORGOTTEN),
    ("audit_keep_days", "Who of the staff did what", _AUDIT),
)
_NAMES = tuple(name for name, _, _ in (*_DESK, *_KEPT))
_NO_END = "audit_keep_days"
_DIGITS = QRegularExpression("[0-9]{0,4}")


class RulesForm(QWidget):
    """Two cards: the desk, and what is kept for how long.

    Signals:
        edited: something was typed, or another policy is shown.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._before, self._words_shown = DeskPolicy(), ""
        self._units = {
            name: Words(theme, "days", colour=theme.colours.muted, name=f"unit_{name}")
            for name in _NAMES
        }
        for unit in self._units.values():
            unit.setFixedWidth(unit.sizeHint().width())  # also where it says nothing
        self._days = {name: self._field(name, title) for name, title, _ in (*_DESK, *_KEPT)}
        self._words = Field(theme, name="rule_denial_words", label="What the office does then")
        self._words.setMaxLength(WORDS_LENGTH)
        self._words.textChanged.connect(lambda _text: self.edited.emit())
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        desk = self._card("The desk", _DESK)
        desk.body.addWidget(Line(theme.colours.line_soft))
        desk.body.addLayout(self._at_a_denial())
        column.addWidget(desk)
        column.addWidget(self._card("What is kept, and for how long", _KEPT))
        self.show_policy(self._before)

    def show_policy(self, policy: DeskPolicy) -> None:
        """Fill the fields; nothing is changed then."""
        self._before = policy
        for name, field in self._days.items():
            field.setText(_text(name, getattr(policy, name)))
            self._units[name].setText(_unit(name, field.text()))
        self._words.setText(policy.denial_words)
        self._words_shown = self._words.text().strip()
        self._words.setCursorPosition(0)
        self.edited.emit()

    def show_only(self, why: str) -> None:
        """Look like what nobody can type into, and say above why."""
        self.hold(is_held=True)
        self._column.insertWidget(0, Words(self._theme, why, wrap=True, name="rulesShownOnly"))
        ink = self._theme.colours.ink.name()
        for field in (*self._days.values(), self._words):
            field.setStyleSheet(
                "QLineEdit { background: transparent; border: none; padding: 0; "
                f"placeholder-text-color: {ink}; }}"
            )
            field.setTextMargins(-2, 0, -2, 0)  # a line's own, which nothing else on the page has
        for field in self._days.values():
            field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def hold(self, *, is_held: bool) -> None:
        """Take nothing that is typed, while what is there is being saved."""
        for field in (*self._days.values(), self._words):
            field.setReadOnly(is_held)

    def changes(self) -> int:
        """How many fields say something else than what was shown."""
        others = [
            name
            for name, field in self._days.items()
            if _number(name, field.text()) != getattr(self._before, name)
        ]
        return len(others) + self._are_words_other()

    def _are_words_other(self) -> bool:
        """Compared with what the field made of those before: it may not show them as they are."""
        return self._words.text().strip() != self._words_shown

    def policy(self) -> DeskPolicy | None:
        """What the fields say; None while they make no rules."""
        return self._read()[0]

    def wrong(self) -> str:
        """Why they make none, in words."""
        return self._read()[1]

    def _read(self) -> tuple[DeskPolicy | None, str]:
        typed = {name: _number(name, field.text()) for name, field in self._days.items()}
        days = {name: number for name, number in typed.items() if number is not None}
        if len(days) < len(typed):
            return None, "Say for how many days."
        words = self._words.text().strip() if self._are_words_other() else self._before.denial_words
        try:
            return replace(self._before, **days, denial_words=words), ""
        except ValueError as error:
            told = str(error)
            return None, f"{told[:1].upper()}{told[1:]}."

    def _field(self, name: str, title: str) -> Field:
        field = Field(self._theme, name=f"rule_{name}", label=f"{title}, days")
        # One of numbers lets signs and a comma between thousands through, which `int` does not.
        field.setValidator(QRegularExpressionValidator(_DIGITS, self))
        field.setFixedWidth(FIELD_WIDTH)
        if name == _NO_END:
            field.setPlaceholderText("for ever")
        field.textChanged.connect(lambda text: self._units[name].setText(_unit(name, text)))
        field.textChanged.connect(lambda _text: self.edited.emit())
        return field

    def _card(self, title: str, rows: tuple[_Row, ...]) -> Card:
        theme = self._theme
        card = Card(theme, margins=(17, 13, 17, 15), spacing=12)
        card.body.addWidget(card_title(theme, title))
        for name, what, help_words in rows:
            card.body.addWidget(Line(theme.colours.line_soft))
            row = QHBoxLayout()
            row.setSpacing(24)
            row.addLayout(self._told(what, help_words), 1)
            days = QHBoxLayout()
            days.setSpacing(8)
            days.addWidget(self._days[name])
            days.addWidget(self._units[name])
            row.addLayout(days)
            card.body.addLayout(row)
        return card

    def _at_a_denial(self) -> QGridLayout:
        told = self._told(
            "When somebody is turned away",
            "The office reads this beside the decision. No visitor sees it.",
        )
        grid = QGridLayout()
        grid.setVerticalSpacing(8)
        grid.addLayout(told, 0, 0)
        grid.addWidget(self._words, 1, 0)
        return grid

    def _told(self, what: str, help_words: str) -> QVBoxLayout:
        theme = self._theme
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(Words(theme, what, weight=Weight.LABEL))
        column.addWidget(Words(theme, help_words, colour=theme.colours.muted, wrap=True))
        return column


def _unit(name: str, text: str) -> str:
    """What stands behind the field: for ever has no days."""
    if name == _NO_END and not _number(name, text):
        return ""
    return "day" if _number(name, text) == 1 else "days"


def _text(name: str, days: int) -> str:
    return "" if name == _NO_END and not days else str(days)


def _number(name: str, text: str) -> int | None:
    """The days that were typed; None where nothing says how many."""
    return int(text) if text else 0 if name == _NO_END else None
