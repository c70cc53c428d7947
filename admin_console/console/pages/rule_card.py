"""When an entry counts and what the desk must do; for a custody order also days and students."""

from collections.abc import Mapping
from datetime import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console.pages.form_grid import card_title, form_card, labelled
from admin_console.console.parts.chip_field import ChipField
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.labels import Words
from admin_console.console.parts.toggles import DayRow, Tick
from admin_console.console.theme import Theme
from db.domain.custody import NO_RULE, CustodyRule, Forbids

FORBIDS: Mapping[Forbids, str] = {
    Forbids.PICK_UP_AND_CONTACT: "Pick up, and contact on school ground",
    Forbids.PICK_UP: "Pick up only",
    Forbids.CONTACT: "Contact on school ground only",
}


class ClockError(ValueError):
    """What was typed is no time of day."""


def clock_from(text: str) -> time | None:
    """``7:00`` or ``7`` as a time of day, None for nothing. Raises `ClockError`."""
    text = text.strip()
    if not text:
        return None
    hours, colon, minutes = text.partition(":")
    minutes = minutes if colon else "0"
    if not hours.isdecimal() or not minutes.isdecimal() or len(minutes) > 2:
        raise ClockError(text)
    try:
        return time(int(hours), int(minutes))
    except ValueError:
        raise ClockError(text) from None


def clock_words(at: time | None) -> str:
    return "" if at is None else f"{at.hour}:{at.minute:02d}"


class RuleCard(QWidget):
    """The second card of the form. `fields` are those of every list, by their names.

    Signals:
        edited: something was typed or chosen.
    """

    edited = Signal()

    def __init__(self, theme: Theme, fields: Mapping[str, Field]) -> None:
        super().__init__()
        self._theme = theme
        self._is_custody = False
        self._days = DayRow(theme, name="entryDays")
        self._days.edited.connect(self.edited)
        self._begins = self._clock("entryBegins", "Counts from, such as 7:00", "0:00")
        self._ends = self._clock("entryEnds", "Counts until, such as 18:00", "24:00")
        self._forbids = Choice(theme, name="entryForbids", label="What it forbids")
        for forbids, words in FORBIDS.items():
            self._forbids.addItem(words, forbids)
        self._forbids.currentIndexChanged.connect(lambda _index: self.edited.emit())
        self._students = ChipField(
            theme,
            name="entryStudents",
            label="Students",
            placeholder="Imani V., grade 3, Enter",
        )
        self._students.edited.connect(self.edited)
        self._paper = Tick(theme, "Court paper seen", name="entryPaper")
        self._paper.toggled.connect(lambda _on: self.edited.emit())
        self._note = Words(theme, "", colour=theme.colours.muted, name="ruleNote")
        self._lay_out(fields)

    def show_rule(self, rule: CustodyRule | None, *, is_custody: bool) -> None:
        """Fill it; on other lists than those of custody orders there are no days and students."""
        shown = rule or NO_RULE
        self._is_custody = is_custody
        self._days.show_days(shown.days)
        self._begins.setText(clock_words(shown.begins))
        self._ends.setText(clock_words(shown.ends))
        self._forbids.setCurrentIndex(self._forbids.findData(shown.forbids))
        self._students.show_texts(shown.students)
        self._paper.setChecked(shown.is_paper_seen)
        for part in (self._when, self._about, self._paper):
            part.setVisible(is_custody)
        self._title.setText("Custody rule" if is_custody else "What to do, and when it counts")
        self._note.setText(
            "the desk is told; no kiosk is" if is_custody else "without days it always counts"
        )

    def rule(self) -> CustodyRule | None:
        """What stands there; None on other lists. Raises `ClockError`."""
        if not self._is_custody:
            return None
        return CustodyRule(
            self._days.days(),
            clock_from(self._begins.text()),
            clock_from(self._ends.text()),
            Forbids(self._forbids.currentData()),
            self._students.texts(),
            self._paper.isChecked(),
        )

    def set_read_only(self, *, is_on: bool) -> None:
        for field in (self._begins, self._ends):
            field.setReadOnly(is_on)
        self._students.set_read_only(is_on=is_on)
        for part in (self._days, self._forbids, self._paper):
            part.setEnabled(not is_on)

    def _clock(self, name: str, label: str, placeholder: str) -> Field:
        field = Field(self._theme, name=name, label=label, placeholder=placeholder)
        field.setFixedWidth(64)
        field.textChanged.connect(lambda _text: self.edited.emit())
        return field

    def _lay_out(self, fields: Mapping[str, Field]) -> None:
        theme = self._theme
        self._title = card_title(theme, "")
        card = form_card(theme, self._title, self._note, name="entryRule")
        card.body.setSpacing(10)
        self._when = _holder(
            labelled(theme, "Days", self._days),
            labelled(theme, "Hours", _span(theme, self._begins, self._ends)),
        )
        force = _span(theme, fields["valid_from"], fields["valid_until"])
        for name in ("valid_from", "valid_until"):
            fields[name].setFixedWidth(112)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self._when)
        row.addLayout(labelled(theme, "In force", force))
        row.addStretch(1)
        card.body.addLayout(row)
        forbids = labelled(theme, "What it forbids", self._forbids)
        forbids.addStretch(1)
        self._forbids.setFixedWidth(284)
        self._about = _holder(forbids, labelled(theme, "Students", self._students), stretched=1)
        card.body.addWidget(self._about)
        card.body.addLayout(labelled(theme, "What the desk must do", fields["instructions"]))
        last = QHBoxLayout()
        last.setSpacing(24)
        last.addLayout(labelled(theme, "Note, shown on the match card", fields["note"]), 1)
        last.addWidget(self._paper, 0, Qt.AlignmentFlag.AlignBottom)
        card.body.addLayout(last)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)


def _span(theme: Theme, first: QWidget, last: QWidget) -> QWidget:
    """Two fields with *to* between them."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(first)
    row.addWidget(Words(theme, "to", colour=theme.colours.muted, whole=True))
    row.addWidget(last)
    return holder


def _holder(*columns: QVBoxLayout, stretched: int = -1) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(24)
    for at, column in enumerate(columns):
        row.addLayout(column, 1 if at == stretched else 0)
    return holder
