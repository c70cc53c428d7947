"""The desk: who waits, why, and the decision. Everything shown comes from one answer of the hub."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import AlreadyDecidedError
from admin_console.console.pages.away_desk import AwayDesk, Kept, Unsent, UnsentCard
from admin_console.console.pages.decision_panel import OFF, Choice, DecisionPanel
from admin_console.console.pages.match_card import MatchCard
from admin_console.console.pages.queue_panel import QueuePanel
from admin_console.console.pages.quiet_desk import QuietDesk
from admin_console.console.parts.card import Panel
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection, HubSession
from admin_console.console.theme import Theme
from db.domain.decision import Decision
from db.domain.desk import Desk, Hold

MOVE_ON_MS = 4000
"""How long somebody else's decision is shown before the desk moves on."""


class DeskPage(QWidget):
    """Queue left, match card right, decision panel below it.

    Signals:
        history_asked: open the history.
        facts_changed: how many wait, and which keys act, is another.
    """

    history_asked = Signal()
    facts_changed = Signal()

    title = "Desk"

    def __init__(self, theme: Theme, session: HubSession, photos: PhotoStore) -> None:
        super().__init__()
        self._theme, self._session = theme, session
        self._desk: Desk | None = None
        self._shown: UUID | None = None
        self._deciding: UUID | None = None
        self._is_reading = False
        self.setObjectName("deskPage")
        self._queue = QueuePanel(theme, session.zone, photos)
        self._queue.chosen.connect(lambda: self._refill(session.now()))
        self._card = MatchCard(theme, session.zone, photos)
        self._quiet = QuietDesk(theme, session.zone)
        self._quiet.history_asked.connect(self.history_asked)
        self._away = AwayDesk(theme, session.zone, photos)
        self._away.try_asked.connect(session.try_now)
        self._away.card_asked.connect(self._on_card_asked)
        self._unsent = UnsentCard(theme, session.zone)
        self._panel = DecisionPanel(theme)
        self._panel.chosen.connect(self._on_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._queue)
        row.addWidget(self._right_side(), 1)
        for key, by in (("J", 1), ("K", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(lambda by=by: self._queue.step(by))
        for key in ("Return", "Enter"):
            # Enter never decides: it opens the card that is kept while the hub is away.
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(self._on_card_asked)

    def facts(self, now: datetime) -> str:
        local = now.astimezone(self._session.zone)
        return f"{words.long_day(local.date())}, {words.clock(now, self._session.zone)}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        if not self._session.connection.is_up:
            return (("F5", "try now"), ("Enter", "read the card"))
        if self._desk is None or not self._desk.holds:
            return (("G O", "on site now"), ("G H", "history"), ("Ctrl K", "search"))
        return (("J K", "next, previous"), ("1-4", "reason"), ("R", "write"), ("A D E N", "decide"))

    def refresh(self) -> None:
        """The window asks for the desk whenever anything changes: it shows it everywhere."""

    def show_desk(self, desk: Desk, now: datetime) -> None:
        """Show an answer; whoever was looked at stays looked at."""
        self._desk = desk
        self._quiet.show_desk(desk, now)
        self._show_queue(now)
        self.facts_changed.emit()

    def show_connection(self, connection: Connection, now: datetime) -> None:
        if connection.is_up:
            self._is_reading = False
        self._show_queue(now)

    def show_kept(self, kept: tuple[Kept, ...]) -> None:
        """What is still known of everything, for the time without the hub."""
        self._away.show_kept(kept)

    def tick(self, now: datetime) -> None:
        is_up = self._session.connection.is_up
        self._queue.tick(now)
        self._card.tick(now, is_live=is_up)
        if not is_up:
            self._away.show_connection(self._session.connection, now)

    def _right_side(self) -> QWidget:
        self._stack = QStackedWidget()
        for page in (self._card, self._quiet, self._away):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            page.setProperty("plain", True)
            area.setWidget(page)
            self._stack.addWidget(area)
        self._unsent_row = QWidget()
        unsent = QVBoxLayout(self._unsent_row)
        unsent.setContentsMargins(24, 12, 24, 0)
        unsent.addWidget(self._unsent)
        self._unsent_row.hide()
        self._unsent.discarded.connect(self._unsent_row.hide)
        right = Panel(self._theme.colours.ground)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._unsent_row)
        column.addWidget(self._stack, 1)
        column.addWidget(self._panel)
        return right

    def _show_queue(self, now: datetime) -> None:
        if self._desk is not None:
            is_live = self._session.connection.is_up
            holds, as_of = self._desk.holds, self._desk.as_of
            self._queue.show_holds(holds, now, is_live=is_live, as_of=as_of)
        self._refill(now)

    def _on_card_asked(self) -> None:
        if not self._session.connection.is_up:
            self._is_reading = True
            self._refill(self._session.now())

    def _refill(self, now: datetime) -> None:
        """Bring the right side in line with who is chosen and whether the hub answers."""
        is_up, hold = self._session.connection.is_up, self._queue.chosen_hold()
        self._panel.setVisible(hold is not None)
        if hold is not None:
            self._show_hold(hold, now)
        self._panel.set_off("" if is_up else OFF)
        if self._deciding is not None and is_up:
            self._panel.set_busy(busy=True)
        if not is_up and not self._is_reading:
            as_of = self._desk.as_of if self._desk is not None else now
            self._away.show_hold(hold, as_of)
            self._away.show_connection(self._session.connection, now)
            self._stack.setCurrentIndex(2)
        else:
            self._stack.setCurrentIndex(0 if hold is not None else 1)

    def _show_hold(self, hold: Hold, now: datetime) -> None:
        if hold.visit.visit_id != self._shown:
            self._shown = hold.visit.visit_id
            self._panel.start(for_match=bool(hold.screening.matches))
        self._card.show_hold(hold, now)
        self._card.tick(now, is_live=self._session.connection.is_up)

    def _on_chosen(self, choice: Choice) -> None:
        hold = self._queue.chosen_hold()
        if hold is None or self._deciding is not None:
            return
        visit, name = hold.visit, hold.visit.identity.name.short
        self._deciding = visit.visit_id
        self._panel.set_busy(busy=True)

        def on_failed(error: Exception) -> None:
            self._deciding = None
            self._panel.set_busy(busy=False)
            if isinstance(error, AlreadyDecidedError):
                self._on_others_decision(name, error.decision)
                return
            unsent = Unsent(name, choice.verdict, choice.reason, self._session.now(), str(error))
            self._unsent.show_unsent(unsent)
            self._unsent_row.show()
            self._refill(self._session.now())

        self._session.act(
            lambda hub: hub.decide(visit.visit_id, choice.verdict, choice.reason),
            lambda decision: self._on_decided(name, decision),
            on_failed,
        )

    def _on_decided(self, name: str, decision: Decision) -> None:
        self._deciding = None
        self._panel.set_busy(busy=False)
        self._queue.toast.say(name, f"{words.VERDICTS_DONE[decision.verdict]}, sent to the kiosk")
        self._drop(decision.visit_id)

    def _on_others_decision(self, name: str, decision: Decision) -> None:
        verdict = words.VERDICTS_DONE[decision.verdict]
        self._queue.toast.say(name, f"{verdict} by {decision.decided_by}", "eye")
        QTimer.singleShot(MOVE_ON_MS, self, lambda: self._drop(decision.visit_id))

    def _drop(self, visit_id: UUID) -> None:
        """Take a decided person off the queue without waiting for the hub's next answer."""
        if self._desk is not None:
            left = tuple(h for h in self._desk.holds if h.visit.visit_id != visit_id)
            self.show_desk(replace(self._desk, holds=left), self._session.now())
