"""The desk: who waits, why, and the decision. Everything shown comes from one answer of the hub."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import verdict_words, words
from admin_console.console.pages.alarms import Alarms
from admin_console.console.pages.away_desk import AwayDesk, Kept, Unsent, UnsentCard
from admin_console.console.pages.deciding import Deciding, News, Overtaken
from admin_console.console.pages.decision_panel import BUSY, OFF, Choice, DecisionPanel
from admin_console.console.pages.held_back import Ruling
from admin_console.console.pages.left_queue import LeftQueue
from admin_console.console.pages.match_card import MatchCard
from admin_console.console.pages.queue_panel import NARROW, WIDE, QueuePanel
from admin_console.console.pages.quiet_desk import QuietDesk
from admin_console.console.pages.turned_away import TurnedAwayCards
from admin_console.console.parts.card import Panel
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection, HubSession, is_same
from admin_console.console.theme import Theme
from db.domain.desk import Alarm, Desk, Hold
from db.domain.rights import Action, may
from db.domain.visit import Visit

MAY_NOT = "Auditors look at everything and decide nothing."
NARROW_BELOW, LOW_BELOW = 1144, 712
"""The page in a window of less than 1360x800."""


class DeskPage(QWidget):
    """Queue left; right alarms, match card, and the decision panel below it.

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
        self._may_decide = may(session.staff.role, Action.DECIDE)
        self._desk: Desk | None = None
        self._shown: UUID | None = None
        self._deciding = Deciding(session, self)
        self._deciding.told.connect(self._on_told)
        self._deciding.changed.connect(lambda: self._show_queue(session.now()))
        self._deciding.overtaken.connect(self._on_overtaken)
        self._deciding.failed.connect(self._on_failed)
        self.finish = self._deciding.finish
        self.unsent_words = self._deciding.unsent_words
        self._left = LeftQueue(session, self)
        self._left.told.connect(lambda: self._refill(session.now()))
        self._left.over.connect(lambda: self._show_queue(session.now()))
        self._is_reading = False
        self.setObjectName("deskPage")
        self._queue = QueuePanel(theme, session.zone, photos, session.site_of)
        self._queue.chosen.connect(self._on_looked)
        self._queue.toast.undo_asked.connect(self.undo)
        self._card = MatchCard(theme, session.zone, photos)
        self._quiet = QuietDesk(theme, session.zone)
        self._quiet.history_asked.connect(self.history_asked)
        self._away = AwayDesk(theme, session.zone, photos)
        self._away.try_asked.connect(session.try_now)
        self._away.card_asked.connect(self._on_card_asked)
        self._unsent = UnsentCard(theme, session.zone)
        self._alarms = Alarms(theme, session.zone)
        self._alarms.sign_out_asked.connect(self._on_sign_out_asked)
        self._turned_away = TurnedAwayCards(theme, session.zone)
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
        QShortcut(QKeySequence("Z"), self).activated.connect(self.undo)
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
        hold = self._queue.chosen_hold()
        if hold is None:
            return (("G O", "on site now"), ("G H", "history"), ("Ctrl K", "search"))
        letters = "A D E N" if hold.screening.matches else "A D E"
        return (("J K", "next, previous"), ("1-4", "reason"), ("R", "write"), (letters, "decide"))

    @property
    def waiting(self) -> int:
        """How many wait for a decision, without those who have one from here."""
        return len(self._holds())

    def refresh(self) -> None:
        """The window asks for the desk whenever anything changes: it shows it everywhere."""

    def show_desk(self, desk: Desk, now: datetime) -> None:
        """Show an answer; whoever was looked at stays looked at."""
        before, self._desk = self._desk, desk
        listed = {hold.visit.visit_id for hold in desk.holds}
        self._deciding.forget_all_but(listed)
        shown = self._queue.chosen_hold()
        if shown is not None and shown.visit.visit_id not in listed:
            self._keep_shown(shown)
        if any(self._left.is_kept(hold.visit.visit_id) for hold in self._holds()):
            self._left.forget()
        if not is_same(before, desk):
            self._quiet.show_desk(desk, now)
            self._alarms.show_alarms(desk.alarms, now)
            self._turned_away.show_denials(desk.turned_away, now)
        self._show_queue(now, is_asked=before is None)

    def show_connection(self, connection: Connection, now: datetime) -> None:
        if connection.is_up:
            self._is_reading = False
        self._alarms.set_up(is_up=connection.is_up)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_low = self.height() < LOW_BELOW
        self._queue.setFixedWidth(NARROW if self.width() < NARROW_BELOW else WIDE)
        self._panel.set_low(is_low=is_low)
        self._card.set_low(is_low=is_low)

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
        column.addWidget(self._alarms)
        column.addWidget(self._turned_away)
        column.addWidget(self._unsent_row)
        column.addWidget(self._stack, 1)
        column.addWidget(self._panel)
        return right

    def _holds(self) -> tuple[Hold, ...]:
        holds = self._desk.holds if self._desk is not None else ()
        return tuple(hold for hold in holds if not self._deciding.is_handled(hold.visit.visit_id))

    def _keep_shown(self, shown: Hold) -> None:
        """The card stays for a moment although its person waits no more."""
        visit_id = shown.visit.visit_id
        if not self._deciding.is_admitting(visit_id) and not self._left.is_kept(visit_id):
            self._left.keep(shown)

    def _show_queue(self, now: datetime, *, is_asked: bool = False) -> None:
        if self._desk is not None:
            is_live = self._session.connection.is_up
            holds, as_of = self._holds(), self._desk.as_of
            if self._left.hold is not None:
                kept = (*holds, self._left.hold)
                holds = tuple(sorted(kept, key=lambda hold: hold.held_since))
            self._queue.show_holds(holds, now, is_live=is_live, as_of=as_of)
        self._refill(now, is_asked=is_asked)
        self.facts_changed.emit()

    def _on_looked(self) -> None:
        self._refill(self._session.now(), is_asked=True)
        self.facts_changed.emit()

    def _on_card_asked(self) -> None:
        if not self._session.connection.is_up:
            self._is_reading = True
            self._refill(self._session.now())

    def _refill(self, now: datetime, *, is_asked: bool = False) -> None:
        """Bring the right side in line with who is chosen and whether the hub answers.

        Unless somebody asked for another person, a new one on the card is looked at first.
        """
        is_up, hold = self._session.connection.is_up, self._queue.chosen_hold()
        self._panel.setVisible(hold is not None)
        if hold is None:
            self._shown = None
        else:
            self._show_hold(hold, now, is_asked=is_asked)
        self._panel.set_off(self._why_off(hold))
        if not is_up and not self._is_reading:
            as_of = self._desk.as_of if self._desk is not None else now
            self._away.show_hold(hold, as_of)
            self._away.show_connection(self._session.connection, now)
            self._stack.setCurrentIndex(2)
        else:
            self._stack.setCurrentIndex(0 if hold is not None else 1)

    def _why_off(self, hold: Hold | None) -> str:
        if not self._session.connection.is_up:
            return OFF
        if not self._may_decide:
            return MAY_NOT
        if hold is not None and self._left.is_kept(hold.visit.visit_id):
            return self._left.words
        return BUSY if self._deciding.is_admitting() else ""

    def _show_hold(self, hold: Hold, now: datetime, *, is_asked: bool) -> None:
        if hold.visit.visit_id != self._shown:
            self._shown = hold.visit.visit_id
            self._panel.start(for_match=bool(hold.screening.matches), is_inside=hold.is_inside)
            if not is_asked:
                self._panel.rest()
        self._panel.explain(verdict_words.denial_hint(hold), verdict_words.clearing_hint(hold))
        self._card.show_hold(hold, now)
        self._card.tick(now, is_live=self._session.connection.is_up)

    def _on_chosen(self, choice: Choice) -> None:
        hold = self._queue.chosen_hold()
        if hold is not None and not self._deciding.is_admitting():
            self._deciding.decide(Ruling(hold, choice))
            self._refill(self._session.now())

    def undo(self) -> None:
        """Take back the denial that was not sent yet: its person and its reason come back."""
        denial = self._deciding.take_back()
        if denial is None:
            return
        self._show_queue(self._session.now(), is_asked=True)
        if all(hold.visit.visit_id != denial.visit_id for hold in self._holds()):
            self._on_told(News(denial.name, "Not denied, and waits no more", "eye"))
            return
        self._queue.choose(denial.visit_id)
        self._on_looked()
        self._panel.write(denial.choice.reason)
        self._on_told(News(denial.name, "Taken back, still waits", "undo"))

    def _on_told(self, news: News) -> None:
        self._queue.toast.say(news.name, news.words, news.icon, can_undo=news.can_undo)

    def _on_sign_out_asked(self, alarm: Alarm) -> None:
        visit_id, name = alarm.visit.visit_id, alarm.visit.identity.name.short

        def on_gone(visit: Visit) -> None:
            at = words.clock(visit.checked_out_at or self._session.now(), self._session.zone)
            self._queue.toast.say(name, f"Signed out at {at}")

        def on_failed(error: Exception) -> None:
            self._queue.toast.say(f"{name} was not signed out", str(error), "alarm")
            self._alarms.failed(visit_id)

        self._session.act(lambda hub: hub.check_out(visit_id), on_gone, on_failed)

    def _on_overtaken(self, overtaken: Overtaken) -> None:
        if self._shown == overtaken.hold.visit.visit_id:
            self._left.keep(overtaken.hold, overtaken.decision)

    def _on_failed(self, unsent: Unsent) -> None:
        self._unsent.show_unsent(unsent)
        self._unsent_row.show()
