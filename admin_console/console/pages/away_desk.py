"""The desk while the hub does not answer: what is shown, how old it is, and what to do."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.queue import hold_tone
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Line, card_head
from admin_console.console.parts.chips import Chip, Icon, SoftIcon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.photo import PhotoBox
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection
from admin_console.console.theme import Text, Theme, Weight
from db.domain.decision import Verdict
from db.domain.desk import Hold


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of what is still shown: what it is, and when it was true (None: not loaded)."""

    title: str
    what: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A decision that did not get through."""

    name: str
    verdict: Verdict
    reason: str
    at: datetime
    why: str
    """What stood in the way, in the words of the error."""

    def words(self, zone: ZoneInfo) -> str:
        verdict = words.VERDICTS_DONE[self.verdict]
        return f"{verdict} for {self.name}, {words.exact_clock(self.at, zone)}: {self.reason}"


class UnsentCard(Card):
    """Stays until somebody discards it: nothing is shown as done that is not.

    Signals:
        discarded: whoever saw it does not need it any more.
    """

    discarded = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme, name="unsent", margins=(16, 15, 16, 15), line=theme.colours.alarm)
        self._theme, self._zone = theme, zone
        self._unsent: tuple[Unsent, ...] = ()
        self._title = Words(theme, "", Text.SECTION, Weight.STRONG, name="unsentTitle")
        self._said = Words(theme, "", colour=theme.colours.muted, wrap=True, name="unsentWords")
        copy = Button(theme, "Copy for the kiosk", name="copyUnsent")
        copy.clicked.connect(self._copy)
        discard = Button(theme, "Discard", name="discardUnsent", kind=Kind.DESTRUCTIVE)
        discard.clicked.connect(self._discard)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._title)
        said.addWidget(self._said)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Icon(theme, "alarm", theme.colours.alarm, 20))
        row.addLayout(said, 1)
        row.addWidget(copy)
        row.addWidget(discard)
        self.body.addLayout(row)
        self.hide()

    def show_unsent(self, unsent: Unsent) -> None:
        self._unsent = (*self._unsent, unsent)
        many = len(self._unsent)
        self._title.setText(
            f"{many} decisions did not get through"
            if many > 1
            else "One decision did not get through"
        )
        kiosk = (
            "They have not taken effect. The kiosk still asks these visitors to wait."
            if many > 1
            else "It has not taken effect. The kiosk still asks the visitor to wait."
        )
        self._said.setText(f"{self._words(' ')} {kiosk} {unsent.why}")
        self.show()

    def _words(self, between: str) -> str:
        return between.join(unsent.words(self._zone) for unsent in self._unsent)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._words("\n"))

    def _discard(self) -> None:
        self._unsent = ()
        self.hide()
        self.discarded.emit()


class AwayDesk(QWidget):
    """Nothing disappears; everything says how old it is.

    Signals:
        try_asked: ask the hub now.
        card_asked: read the match card of the person who is looked at.
    """

    try_asked = Signal()
    card_asked = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, photos: PhotoStore) -> None:
        super().__init__()
        self._theme, self._zone, self._photos = theme, zone, photos
        self._kept: tuple[Kept, ...] = ()
        self.setObjectName("awayDesk")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 20, 24, 20)
        self._column.setSpacing(16)
        self._column.addWidget(self._silence_card())
        self._column.addWidget(self._kept_card())
        self._column.addWidget(self._person_card())
        self._column.addStretch(1)

    def show_connection(self, connection: Connection, now: datetime) -> None:
        since = words.clock(connection.heard_at, self._zone)
        self._title.setText(
            f"The hub answers only with errors since {since}. Tell whoever looks after it."
            if connection.is_troubled
            else f"The hub has not answered since {since}"
        )
        tries = f"tried {words.plural(connection.tries, 'time', 'times')}"
        if connection.next_try_at is not None:
            left = max(0, round((connection.next_try_at - now).total_seconds()))
            tries += f", next in {left} s" if left else ", trying"
        self._tries.setText(tries)
        for label, kept in zip(self._ages, self._kept, strict=False):
            label.setText(
                words.long_age((now - kept.as_of).total_seconds()) if kept.as_of else "not loaded"
            )

    def show_kept(self, kept: tuple[Kept, ...]) -> None:
        self._kept = kept
        for (title, what), line in zip(self._lines, kept, strict=True):
            title.setText(line.title)
            what.setText(line.what)

    def show_hold(self, hold: Hold | None, as_of: datetime) -> None:
        self._person.setVisible(hold is not None)
        if hold is None:
            return
        self._photo.show_photo(self._photos.photo(hold.visit.photo))
        self._name.setText(hold.visit.identity.name.short)
        self._chip.say(words.hold_title(hold.screening), hold_tone(hold.screening))
        held, seen = (words.clock(at, self._zone) for at in (hold.held_since, as_of))
        where = f" at the {hold.kiosk_name[:1].lower()}{hold.kiosk_name[1:]}"
        self._held.setText(f"Held{where} at {held}. Match card as it was at {seen}.")

    def _silence_card(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="hubAway", margins=(25, 21, 25, 21))
        self._title = Words(theme, "", Text.HEADING, Weight.STRONG, name="awayTitle")
        said = Words(
            theme,
            "What you see was loaded before and can be read. Decisions made here would not reach"
            " the kiosk, so they are switched off. The kiosks keep screening on their own; decide"
            " there with the staff PIN.",
            colour=c.muted,
            wrap=True,
        )
        try_now = Button(theme, "Try now", name="tryNow", kind=Kind.PRIMARY, icon="sync", key="F5")
        try_now.clicked.connect(self.try_asked)
        self._tries = Words(theme, "", colour=c.faint, whole=True, name="tries")
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._title)
        left.addWidget(said)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(try_now, 0, Qt.AlignmentFlag.AlignRight)
        right.addWidget(self._tries, 0, Qt.AlignmentFlag.AlignRight)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(20)
        icon = SoftIcon(theme, "offline", c.caution, c.caution_soft)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(left, 1)
        row.addLayout(right)
        card.body.addLayout(row)
        return card

    def _kept_card(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="keptCard", margins=(1, 1, 1, 1))
        card.body.addLayout(card_head(theme, "What is shown, and how old it is"))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(0)
        for column, head in enumerate(("What you see", "What it is", "How old")):
            label = Words(theme, head, weight=Weight.LABEL, colour=c.muted)
            label.setFixedHeight(36)
            grid.addWidget(label, 0, column + 1)
        self._lines: list[tuple[Words, Words]] = []
        self._ages: list[Words] = []
        for row in range(4):
            line = Line(c.line if row == 0 else c.line_soft)
            grid.addWidget(line, 1 + 2 * row, 0, 1, 5)
            cells = (
                Words(theme, "", weight=Weight.LABEL),
                Words(theme, ""),
                Words(theme, "", colour=c.caution),
            )
            for column, cell in enumerate(cells):
                cell.setFixedHeight(31)
                grid.addWidget(cell, 2 + 2 * row, column + 1)
            self._lines.append(cells[:2])
            self._ages.append(cells[2])
        for column, width in ((0, 16), (1, 172), (3, 172), (4, 16)):
            grid.setColumnMinimumWidth(column, width)
        grid.setColumnStretch(2, 1)
        card.body.addLayout(grid)
        return card

    def _person_card(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        self._person = Card(theme, name="awayPerson", margins=(17, 17, 17, 17))
        self._photo = PhotoBox(theme, 56, 70, 8, "awayPhoto")
        self._name = Words(theme, "", Text.SECTION, Weight.STRONG)
        self._chip = Chip(theme)
        self._held = Words(theme, "", colour=c.muted)
        read = Button(theme, "Read the match card", name="readCard", key="Enter")
        read.clicked.connect(self.card_asked)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._name)
        top.addWidget(self._chip)
        top.addStretch(1)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addStretch(1)
        said.addLayout(top)
        said.addWidget(self._held)
        said.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._photo)
        row.addLayout(said, 1)
        row.addWidget(read)
        self._person.body.addLayout(row)
        return self._person
