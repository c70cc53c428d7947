"""Where staff decide: ready reasons, a sentence of their own, four verdicts. It decides nothing.

Two presses decide, in either order: a figure picks the reason, a letter the verdict. A verdict
without a reason waits for one, and Esc takes it back. Enter never decides.
"""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from admin_console.console import verdict_words, words
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.fields import Field
from admin_console.console.parts.focus_ring import REACH
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

LABEL = 64
"""What "Reason" takes, with the room behind it."""

_PENDING = "It waits for a reason. Esc takes it back."

REST_MS = 1000
"""For so long nothing decides after somebody else came onto the card by himself."""

BUSY = "The decision is on its way to the hub."
RESTING = "Somebody else is shown now. Look first."
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
        self._is_inside = False
        self._is_tall = self._is_low = False
        self._off = ""
        self._ready_words = words.READY_REASONS
        # Fingers are faster than eyes: the next two keys were meant for whoever was shown before.
        self._resting = QTimer(self, singleShot=True, interval=REST_MS)
        self._resting.timeout.connect(self._show_off)
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
        self.reason.textEdited.connect(self._mark_ready)
        self.reason.escaped.connect(self.take_back)
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

    def start(self, *, for_match: bool, is_inside: bool = False) -> None:
        """Begin with another person, at the door or inside: no reason, no verdict."""
        self.reason.clear()
        self._for_match, self._is_inside = for_match, is_inside
        for verdict, name in verdict_words.verdicts(is_inside=is_inside).items():
            self._buttons[verdict].set_words(name)
        self._ready_words = words.READY_REASONS if for_match else words.READY_REASONS_WITHOUT_MATCH
        for button, text in zip(self._ready, self._ready_words, strict=True):
            button.set_words(text)
        self._set_pending(None)
        self._mark_ready("")
        self._buttons[Verdict.NOT_THIS_PERSON].setVisible(for_match)
        self._resting.stop()
        self._show_off()
        self._place_ready()

    def explain(self, denial: str, clearing: str) -> None:
        """Say what a denial asks of the office, and how long *not this person* will hold."""
        for line, said in ((self._denial, denial), (self._clearing, clearing)):
            line.setText(said)
            line.setVisible(bool(said))
        self._show_hints()
        self._place_hints()

    def rest(self) -> None:
        """Decide nothing for a moment: the card changed under somebody's hands."""
        self._resting.start()
        self._show_off()

    def set_off(self, reason: str) -> None:
        """Switch the verdicts off with the way out, or on with an empty reason."""
        self._off = reason
        self._show_off()

    def _show_off(self) -> None:
        if self._off:
            self._set_pending(None)
        reason = self._off or (RESTING if self._resting.isActive() else "")
        for button in self._buttons.values():
            button.set_off(reason)
        self._set_pending(self._pending)
        is_told = self._off not in ("", BUSY)
        self._why_off.setText(self._off if is_told else "")
        self._lock.setVisible(self._off == OFF)
        self._eye.setVisible(self._off != OFF)
        self._stack.setCurrentIndex(1 if is_told else 0)
        self._show_hints()
        self._fit_top()

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
        self._indent = reason
        reason.addWidget(self.reason)
        on, off = QWidget(), QWidget()
        upper = QVBoxLayout(on)
        # Room for the focus ring, which is drawn inside the parent.
        upper.setContentsMargins(REACH, REACH, REACH, REACH)
        upper.setSpacing(8)
        upper.addLayout(ready)
        upper.addLayout(reason)
        lower = QHBoxLayout(off)
        lower.setContentsMargins(REACH, 0, REACH, 0)
        lower.setSpacing(8)
        self._lock, self._eye = Icon(self._theme, "lock", c.muted), Icon(self._theme, "eye", c.ink)
        self._why_off = Words(self._theme, OFF, colour=c.muted, name="whyOff")
        lower.addWidget(self._lock)
        lower.addWidget(self._eye)
        lower.addWidget(self._why_off, 1)
        self._top = QWidget()
        self._stack = QStackedLayout(self._top)
        self._stack.addWidget(on)
        self._stack.addWidget(off)
        verdicts = QHBoxLayout()
        verdicts.setContentsMargins(REACH, 0, REACH, 0)
        verdicts.setSpacing(12)
        for button in self._buttons.values():
            verdicts.addWidget(button, 1)
        self._lay_out_hints()
        self._column = QVBoxLayout(self)
        self._column.setSpacing(12 - REACH)
        self._column.addWidget(self._top)
        self._column.addLayout(verdicts)
        self._column.addWidget(self._hints)
        self.set_low(is_low=False)
        self._place_ready()

    def _lay_out_hints(self) -> None:
        c = self._theme.colours
        self._hints = QWidget()
        self._denial = Words(self._theme, "", colour=c.muted, name="denialHint")
        self._clearing = Words(self._theme, "", colour=c.muted, name="clearingHint")
        self._hint_lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._hints)
        self._hint_lines.setContentsMargins(REACH, 0, REACH, 0)
        self._hint_lines.setSpacing(0)
        self._hint_lines.addWidget(self._denial)
        self._hint_lines.addStretch(1)
        self._hint_lines.addWidget(self._clearing)
        self._hints.hide()

    def set_low(self, *, is_low: bool) -> None:
        """On a screen of little height, stand closer to the edges."""
        self._is_low = is_low
        self._show_hints()

    def _show_hints(self) -> None:
        """The rest stands closer together then, so that the card above keeps its room."""
        # On a low screen the card says it, below the fold.
        has_hints = bool(self._denial.text() or self._clearing.text()) and not self._is_low
        is_shown = has_hints and self._off in ("", BUSY)
        self._hints.setVisible(is_shown)
        top, foot, between = (10, 5, 8) if is_shown else (16, 16, 12)
        if self._is_low:
            top = foot = 12
        self._column.setSpacing(between - REACH)
        self._column.setContentsMargins(24 - REACH, top + 1 - REACH, 24 - REACH, foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_ready()
        self._place_hints()

    def _place_hints(self) -> None:
        """Side by side where both have room, else one below the other: neither is cut."""
        needed = self._denial.sizeHint().width() + self._clearing.sizeHint().width() + 24 + 48
        is_wide = self.width() >= needed
        ways = QBoxLayout.Direction
        self._hint_lines.setDirection(ways.LeftToRight if is_wide else ways.TopToBottom)

    def _place_ready(self) -> None:
        """The ready reasons in one row, or in two before any of them would shrink."""
        needed = sum(button.sizeHint().width() + 8 for button in self._ready) - 8 + 48
        # The label goes before the reasons take a second row.
        has_label = self.width() >= needed + LABEL
        self._ask.setVisible(has_label)
        self._indent.setContentsMargins(LABEL if has_label else 0, 0, 0, 0)
        rows = 1 if self.width() >= needed else 2
        for place, button in enumerate(self._ready):
            columns = len(self._ready) // rows
            self._grid.addWidget(
                button, place // columns, place % columns, Qt.AlignmentFlag.AlignLeft
            )
        self._is_tall = rows > 1
        self._fit_top()

    def _fit_top(self) -> None:
        on_height = (108 if self._is_tall else 72) + 2 * REACH
        self._top.setFixedHeight(20 if self._stack.currentIndex() == 1 else on_height)

    def _connect(self) -> None:
        for n, button in enumerate(self._ready):
            button.clicked.connect(lambda _=False, n=n: self.pick(n))
            self._shortcut(str(n + 1), partial(self._on_figure, n))
        for verdict, letter in LETTERS.items():
            self._buttons[verdict].clicked.connect(lambda _=False, v=verdict: self.decide(v))
            self._shortcut(letter, partial(self.decide, verdict))
        self._shortcut("R", self.reason.setFocus)
        self._shortcut("Escape", self.take_back)

    def _shortcut(self, key: str, does: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(does)

    def _on_figure(self, number: int) -> None:
        if not self._resting.isActive():
            self.pick(number)

    def pick(self, number: int) -> None:
        """Take a ready reason; sends when the verdict was already chosen.

        What somebody wrote stays behind it: only another ready reason gives way.
        """
        if not self.isVisible() or self._off:
            return
        written = self.reason.text().strip()
        for ready in self._ready_words:
            written = written.removeprefix(f"{ready}.").strip()
        reason = f"{self._ready_words[number]}. {written}".strip()
        if len(reason) <= REASON_LENGTH:
            self.reason.setText(reason)
        self._mark_ready(self.reason.text())
        if self._pending is not None:
            self.decide(self._pending)

    def write(self, reason: str) -> None:
        """Put a reason there that was written before."""
        self.reason.setText(reason)
        self._mark_ready(reason)

    def take_back(self) -> None:
        """Forget a verdict that waits for its reason."""
        self._set_pending(None)

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
        return self.isVisible() and not self._off and not self._resting.isActive()

    def _set_pending(self, verdict: Verdict | None) -> None:
        self._pending = verdict
        placeholder = "Write the reason, or press a figure"
        if verdict is not None:
            letter = LETTERS[verdict]
            placeholder = verdict_words.ask(verdict, letter, is_inside=self._is_inside)
        self.reason.setPlaceholderText(placeholder)
        for each, button in self._buttons.items():
            button.set_pending(_PENDING if each is verdict else "")
        self._ask.set_colour(
            self._theme.colours.ink if verdict is None else self._theme.colours.caution
        )

    def _mark_ready(self, text: str) -> None:
        for button, reason in zip(self._ready, self._ready_words, strict=True):
            button.setChecked(text.startswith(f"{reason}."))
