"""Where staff decide: ready reasons, a sentence of their own, four verdicts. It decides nothing.

Two presses decide, in either order: a figure picks the reason, a letter the verdict. A verdict
without a reason waits for one. Enter never decides.
"""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Theme, Weight
from db.domain.decision import REASON_LENGTH, Verdict

LETTERS = {
    Verdict.APPROVE: "A",
    Verdict.DENY: "D",
    Verdict.ESCORT: "E",
    Verdict.NOT_THIS_PERSON: "N",
}

_ICONS = {
    Verdict.APPROVE: "approve",
    Verdict.DENY: "deny",
    Verdict.ESCORT: "escort",
    Verdict.NOT_THIS_PERSON: "not-this-person",
}

_ASK = {
    Verdict.APPROVE: "Approve: say why. Press a figure, or write it and press A again.",
    Verdict.DENY: "Deny: say why. Press a figure, or write it and press D again.",
    Verdict.ESCORT: "Escort: say why. Press a figure, or write it and press E again.",
    Verdict.NOT_THIS_PERSON: "Not this person: say why. Press a figure, or write it and press N.",
}

OFF = "Decisions need the hub. On the kiosk: touch the logo for 3 seconds, staff PIN, Waiting."


@dataclass(frozen=True, slots=True)
class Choice:
    """A verdict with its reason, ready to be sent."""

    verdict: Verdict
    reason: str


class DecisionPanel(Panel):
    """The fixed foot of the desk.

    Signals:
        chosen: both are there, with a `Choice`.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        c = theme.colours
        super().__init__(c.surface, line=c.line, edges="t")
        self._theme = theme
        self._pending: Verdict | None = None
        self._for_match = True
        self._is_tall = False
        self.setObjectName("decisionPanel")
        self.reason = Field(
            theme,
            name="reason",
            label="Reason for the decision",
            placeholder="Write the reason, or press a figure",
            key="R",
            height=36,
        )
        self.reason.setMaxLength(REASON_LENGTH)
        self.reason.textEdited.connect(self._on_reason_edited)
        self._ready = tuple(
            Button(theme, text, name=f"ready{n}", kind=Kind.READY, key=str(n))
            for n, text in enumerate(words.READY_REASONS, start=1)
        )
        self._ask = Words(theme, "Reason", weight=Weight.LABEL, name="reasonLabel")
        self._buttons = {
            verdict: Button(
                theme,
                words.VERDICTS[verdict],
                name=f"decide_{verdict.value}",
                kind=Kind.DECISION,
                icon=_ICONS[verdict],
                key=LETTERS[verdict],
                icon_colour=colour,
            )
            for verdict, colour in (
                (Verdict.APPROVE, c.positive),
                (Verdict.DENY, c.alarm),
                (Verdict.ESCORT, c.caution),
                (Verdict.NOT_THIS_PERSON, c.primary),
            )
        }
        self._lay_out()
        self._connect()

    def start(self, *, for_match: bool) -> None:
        """Begin with another person: no reason, no verdict."""
        self.reason.clear()
        self._for_match = for_match
        self._set_pending(None)
        self._mark_ready("")
        self._buttons[Verdict.NOT_THIS_PERSON].setVisible(for_match)

    def set_off(self, reason: str) -> None:
        """Switch the verdicts off with the way out, or on with an empty reason."""
        for button in self._buttons.values():
            button.set_off(reason)
        self._stack.setCurrentIndex(1 if reason == OFF else 0)
        self._fit_top()

    def set_busy(self, *, busy: bool) -> None:
        for button in self._buttons.values():
            button.set_off("The decision is on its way to the hub." if busy else "")

    def _lay_out(self) -> None:
        c = self._theme.colours
        ready = QHBoxLayout()
        ready.setSpacing(8)
        self._ask.setFixedSize(56, 28)
        ready.addWidget(self._ask, 0, Qt.AlignmentFlag.AlignTop)
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        ready.addLayout(self._grid)
        ready.addStretch(1)
        reason = QHBoxLayout()
        reason.setContentsMargins(64, 0, 0, 0)
        reason.addWidget(self.reason)
        on, off = QWidget(), QWidget()
        upper = QVBoxLayout(on)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(8)
        upper.addLayout(ready)
        upper.addLayout(reason)
        lower = QHBoxLayout(off)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.setSpacing(8)
        lower.addWidget(Icon(self._theme, "lock", c.muted))
        lower.addWidget(Words(self._theme, OFF, colour=c.muted), 1)
        self._top = QWidget()
        self._stack = QStackedLayout(self._top)
        self._stack.addWidget(on)
        self._stack.addWidget(off)
        verdicts = QHBoxLayout()
        verdicts.setSpacing(12)
        for button in self._buttons.values():
            verdicts.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 17, 24, 16)
        column.setSpacing(12)
        column.addWidget(self._top)
        column.addLayout(verdicts)
        self._place_ready()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_ready()

    def _place_ready(self) -> None:
        """The ready reasons in one row, or in two before any of them would shrink."""
        needed = sum(button.sizeHint().width() + 8 for button in self._ready) + 64 + 48
        rows = 1 if self.width() >= needed else 2
        for place, button in enumerate(self._ready):
            columns = len(self._ready) // rows
            self._grid.addWidget(
                button, place // columns, place % columns, Qt.AlignmentFlag.AlignLeft
            )
        self._is_tall = rows > 1
        self._fit_top()

    def _fit_top(self) -> None:
        on_height = 108 if self._is_tall else 72
        self._top.setFixedHeight(20 if self._stack.currentIndex() == 1 else on_height)

    def _connect(self) -> None:
        for n, button in enumerate(self._ready):
            button.clicked.connect(lambda _=False, n=n: self.pick(n))
            self._shortcut(str(n + 1), partial(self.pick, n))
        for verdict, letter in LETTERS.items():
            self._buttons[verdict].clicked.connect(lambda _=False, v=verdict: self.decide(v))
            self._shortcut(letter, partial(self.decide, verdict))
        self._shortcut("R", self.reason.setFocus)

    def _shortcut(self, key: str, does: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(does)

    def pick(self, number: int) -> None:
        """Take a ready reason; sends when the verdict was already chosen."""
        if not self._is_on():
            return
        self.reason.setText(f"{words.READY_REASONS[number]}.")
        self._mark_ready(self.reason.text())
        if self._pending is not None:
            self.decide(self._pending)

    def decide(self, verdict: Verdict) -> None:
        """Send the verdict, or wait for its reason."""
        if not self._is_on() or (verdict is Verdict.NOT_THIS_PERSON and not self._for_match):
            return
        reason = self.reason.text().strip()
        if not reason:
            self._set_pending(verdict)
            self._ready[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._set_pending(None)
        self.chosen.emit(Choice(verdict, reason))

    def _is_on(self) -> bool:
        return self.isVisible() and self._buttons[Verdict.APPROVE].isEnabled()

    def _set_pending(self, verdict: Verdict | None) -> None:
        self._pending = verdict
        placeholder = "Write the reason, or press a figure" if verdict is None else _ASK[verdict]
        self.reason.setPlaceholderText(placeholder)
        self._ask.set_colour(
            self._theme.colours.ink if verdict is None else self._theme.colours.caution
        )

    def _on_reason_edited(self, text: str) -> None:
        self._mark_ready(text)

    def _mark_ready(self, text: str) -> None:
        for button, reason in zip(self._ready, words.READY_REASONS, strict=True):
            button.setChecked(text.startswith(f"{reason}."))
