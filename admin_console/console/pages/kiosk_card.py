"""The chosen kiosk: what is known of it, a line each, and ending it. And events that are parked."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from admin_console.console.models.kiosks import Fact
from admin_console.console.painting import Tone, tone_colours
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight

LABEL_WIDTH = 200
_TOP = Qt.AlignmentFlag.AlignTop


class KioskCard(Card):
    """Hidden while no kiosk is chosen.

    Signals:
        revoke_asked: end this one, with the day as it was typed since when it may be in other
            hands; empty where it is not.
    """

    revoke_asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="kioskCard", margins=(17, 15, 17, 15))
        self._theme = theme
        self._name = Words(theme, "", Text.SECTION, Weight.STRONG, name="kioskName")
        self._since = Field(
            theme,
            name="stolenSince",
            label="Stolen since which day, as 2026-01-31; whom it cleared since then is held again",
            placeholder="If stolen, since 2026-01-31",
        )
        self._since.setFixedWidth(216)
        self._since.setToolTip("Whom it cleared with a PIN since that day is held again.")
        self._revoke = Button(theme, "Revoke", name="revokeKiosk", kind=Kind.DESTRUCTIVE)
        self._revoke.clicked.connect(lambda: self.revoke_asked.emit(self._since.text().strip()))
        self._left = Words(theme, "", colour=theme.colours.caution, wrap=True, name="leftToDo")
        self._left.hide()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addStrut(32)
        head.addWidget(self._name, 1)
        head.addWidget(self._since)
        head.addWidget(self._revoke)
        self.body.addLayout(head)
        self.body.addWidget(self._left)
        self.body.addSpacing(8)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self._rows: list[tuple[Words, Words]] = []
        self.hide()

    def show_kiosk(
        self, name: str, facts: tuple[Fact, ...], off_reason: str, left_to_do: str = ""
    ) -> None:
        """Say it anew; lines that are there already only change their words.

        `left_to_do`: what there is to do since it was revoked here.
        """
        self._name.setText(name)
        self._revoke.set_off(off_reason)
        self._since.setEnabled(not off_reason)
        self._left.setVisible(bool(left_to_do))
        if self._left.text() != left_to_do:
            self._left.setText(left_to_do)
        while len(self._rows) < len(facts):
            self._add_row()
        for number, (label, said) in enumerate(self._rows):
            is_told = number < len(facts)
            label.setVisible(is_told)
            said.setVisible(is_told)
            if is_told:
                self._say(label, said, facts[number])

    def begin_anew(self) -> None:
        """It is about another kiosk: what was typed was about the one before."""
        self._since.clear()

    def facts(self) -> dict[str, str]:
        """What the card says, by label."""
        return {label.text(): said.text() for label, said in self._rows if not label.isHidden()}

    def _say(self, label: Words, said: Words, fact: Fact) -> None:
        if label.text() != fact.label:
            label.setText(fact.label)
        if said.text() != fact.words:
            said.setText(fact.words)
            said.setAccessibleName(f"{fact.label}: {fact.words}")
        is_plain = fact.tone is Tone.NEUTRAL
        said.set_colour(
            self._theme.colours.ink if is_plain else tone_colours(self._theme, fact.tone)[0]
        )

    def _add_row(self) -> None:
        theme, row = self._theme, len(self._rows)
        label = Words(theme, "", colour=theme.colours.muted)
        label.setFixedWidth(LABEL_WIDTH)
        said = Words(theme, "", wrap=True)
        self._grid.addWidget(label, row, 0, _TOP)
        self._grid.addWidget(said, row, 1, _TOP)
        self._rows.append((label, said))


class ParkedCard(Card):
    """Events that the hub keeps and could not apply; hidden while there are none.

    Signals:
        try_asked: try to apply them again.
    """

    try_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="parkedCard", margins=(17, 11, 17, 15))
        self._theme = theme
        self._said: tuple[tuple[str, str], ...] = ()
        c = theme.colours
        self._title = Words(theme, "", Text.SECTION, Weight.STRONG, name="parkedTitle")
        self._try = Button(theme, "Try again", name="tryParked", icon="sync")
        self._try.clicked.connect(self.try_asked)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addStrut(32)
        head.addWidget(Icon(theme, "alert", c.caution))
        head.addWidget(self._title, 1)
        head.addWidget(self._try)
        self.body.addLayout(head)
        self._groups = QWidget()
        self.body.addWidget(self._groups)
        self.hide()

    def show_groups(self, groups: tuple[tuple[str, str], ...], title: str, off: str) -> None:
        """`groups`: which events since when, and why with what to do."""
        self.setVisible(bool(groups))
        self._title.setText(title)
        self._try.set_off(off)
        if groups == self._said:
            return
        self._said = groups
        before, self._groups = self._groups, self._filled(groups)
        self.body.replaceWidget(before, self._groups)
        before.deleteLater()

    def words(self) -> str:
        """All that the card says of the events."""
        return "\n".join(f"{which}. {why}" for which, why in self._said)

    def _filled(self, groups: tuple[tuple[str, str], ...]) -> QWidget:
        theme, inner = self._theme, QWidget()
        inner.setProperty("plain", True)
        grid = QGridLayout(inner)
        grid.setContentsMargins(24, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for number, (which, why) in enumerate(groups):
            grid.addWidget(Words(theme, which, weight=Weight.LABEL), 3 * number, 0)
            said = Words(theme, why, colour=theme.colours.muted, wrap=True)
            grid.addWidget(said, 3 * number + 1, 0)
            if number + 1 < len(groups):
                grid.setRowMinimumHeight(3 * number + 2, 8)
        return inner
