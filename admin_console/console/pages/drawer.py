"""One visit beside the history: who, when, who let them in, what happened, is the log whole."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.history import outcome
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Line, Panel
from admin_console.console.parts.chips import Chip, Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.photo import PhotoBox
from admin_console.console.parts.timeline import Step, Timeline
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Text, Theme, Weight
from db.domain.decision import Verdict
from db.domain.desk import LogLine, VisitStory
from db.domain.screening import Outcome
from db.domain.visit import Visit

FACTS = ("Visit", "Host, place", "Came as", "Decided by", "Reason")


class Drawer(Panel):
    """376 wide at the right of the list.

    Signals:
        closed: whoever looked has seen enough.
    """

    closed = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, photos: PhotoStore) -> None:
        c = theme.colours
        super().__init__(c.surface, line=c.line, edges="l")
        self._theme, self._zone, self._photos = theme, zone, photos
        self._visit: Visit | None = None
        self._verdict: Verdict | None = None
        self.setObjectName("drawer")
        self.setAccessibleName("The visit")
        self.setFixedWidth(376)
        self._build()
        photos.came.connect(self._on_photo_came)

    def show_visit(self, visit: Visit, verdict: Verdict | None) -> None:
        """What the list knows, until the story comes; `verdict` is the one in force."""
        self._visit, self._verdict = visit, verdict
        self._name.setText(visit.identity.name.full)
        kind = words.VISITOR_TYPES[visit.details.visitor_type] if visit.details else "Visitor"
        worn = visit.badge_code and f", badge {visit.badge_code}"
        self._kind.setText(f"{kind}{worn}" if worn else kind)
        said = outcome(visit, verdict)
        self._chip.setVisible(said is not None)
        if said is not None:
            icon = "escort" if visit.with_escort else ""
            tone = Tone.PRIMARY if visit.with_escort else said[1]
            self._chip.say(said[0], tone, icon)
        self._on_photo_came(visit.photo)
        self._say_facts(visit, "", "")
        self._events.setText("")
        self._timeline.show_steps(())
        self._verified.hide()

    def show_story(self, story: VisitStory) -> None:
        if self._visit is None or story.visit.visit_id != self._visit.visit_id:
            return
        self.show_visit(story.visit, self._verdict)
        last = story.decisions[-1] if story.decisions else None
        if last is not None and story.screening is not None:
            took = (last.decided_at - story.screening.screened_at).total_seconds()
            self._say_facts(
                story.visit, f"{last.decided_by}, after {words.length(took)}", last.reason
            )
        self._events.setText(words.plural(len(story.happened), "event", "events"))
        self._timeline.show_steps(tuple(self._step(story, line) for line in story.happened))
        self._show_log(story)

    def fail(self, said: str) -> None:
        self._events.setText("not loaded")
        dot = self._theme.colours.dot_warn
        self._timeline.show_steps((Step("", "What happened could not be loaded", said, dot),))

    def _on_photo_came(self, sha256: str) -> None:
        if self._visit is not None and self._visit.photo == sha256:
            self._photo.show_photo(self._photos.photo(sha256))

    def _say_facts(self, visit: Visit, decided: str, reason: str) -> None:
        began = visit.checked_in_at or visit.started_at
        on = words.short_day(began.astimezone(self._zone).date())
        when = f"{on}, {words.clock(began, self._zone)}"
        if visit.checked_out_at is not None:
            when += f" to {words.clock(visit.checked_out_at, self._zone)}"
        elif visit.is_on_site():
            when += ", not seen leaving"
        texts = (when, words.destination(visit), words.document(visit.identity), decided, reason)
        for (label, value), text in zip(self._facts, texts, strict=True):
            value.setText(text)
            label.setVisible(bool(text))
            value.setVisible(bool(text))

    def _step(self, story: VisitStory, line: LogLine) -> Step:
        return Step(
            words.exact_clock(line.at, self._zone), line.words, line.detail, self._dot(story, line)
        )

    def _dot(self, story: VisitStory, line: LogLine) -> QColor:
        c = self._theme.colours
        held = story.screening is not None and story.screening.outcome is Outcome.HOLD
        if line.event_type == "visitor.screened" and held:
            return c.dot_warn
        if line.event_type == "decision.made":
            denied = any(d.verdict is Verdict.DENY for d in story.decisions)
            return c.dot_bad if denied else c.dot_ok
        return c.dot_warn if line.event_type == "badge.failed" else c.control

    def _show_log(self, story: VisitStory) -> None:
        events = words.plural(len(story.happened), "event is", "events are")
        where = story.kiosk_name
        self._log_ok.setVisible(story.log_verified)
        self._log_bad.setVisible(not story.log_verified)
        self._log_ok_words.setText(
            f"Log verified. The {events} signed by {where} and the chain up to here is unbroken."
        )
        self._log_bad_words.setText(
            f"Log not verified. The chain of {where} has a gap or a change at the hub. Tell your"
            " administrator; vestibule-hub verify-log says where."
        )
        self._verified.show()

    def _build(self) -> None:
        theme = self._theme
        inner = QWidget()
        inner.setProperty("plain", True)
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addSpacing(12)
        column.addLayout(self._facts_grid())
        column.addSpacing(12)
        column.addWidget(Line(theme.colours.line))
        column.addSpacing(12)
        head = QHBoxLayout()
        head.addWidget(Words(theme, "What happened", Text.SECTION, Weight.STRONG))
        head.addStretch(1)
        self._events = Words(theme, "", colour=theme.colours.faint, name="eventCount")
        head.addWidget(self._events)
        column.addLayout(head)
        column.addSpacing(8)
        self._timeline = Timeline(theme, "timeline")
        column.addWidget(self._timeline)
        column.addSpacing(12)
        column.addWidget(self._log_panels())
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.addWidget(area)

    def _head(self) -> QHBoxLayout:
        theme, c = self._theme, self._theme.colours
        self._photo = PhotoBox(theme, 56, 70, 8, "drawerPhoto")
        self._name = Words(theme, "", Text.HEADING, Weight.STRONG, name="drawerName")
        self._kind = Words(theme, "", colour=c.muted)
        self._chip = Chip(theme)
        close = Button(theme, "", name="closeDrawer", kind=Kind.GHOST, icon="close")
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.closed)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._name)
        said.addWidget(self._kind)
        said.addSpacing(4)
        said.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignLeft)
        said.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._photo, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _facts_grid(self) -> QGridLayout:
        theme, c = self._theme, self._theme.colours
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 76)
        grid.setColumnStretch(1, 1)
        self._facts: list[tuple[Words, Words]] = []
        for row, fact in enumerate(FACTS):
            label = Words(theme, fact, colour=c.muted)
            value = Words(theme, "", wrap=True, name=f"fact{fact.replace(', ', '')}")
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
            self._facts.append((label, value))
        return grid

    def _log_panels(self) -> QWidget:
        self._verified = QWidget()
        column = QVBoxLayout(self._verified)
        column.setContentsMargins(0, 0, 0, 0)
        c = self._theme.colours
        self._log_ok, self._log_ok_words = self._log_panel(c.positive, c.positive_soft, "audit")
        self._log_bad, self._log_bad_words = self._log_panel(c.alarm, c.alarm_soft, "alarm")
        column.addWidget(self._log_ok)
        column.addWidget(self._log_bad)
        return self._verified

    def _log_panel(self, ink: QColor, ground: QColor, icon: str) -> tuple[Card, Words]:
        card = Card(self._theme, margins=(12, 12, 12, 12), fill=ground, line=ground, radius=8)
        said = Words(self._theme, "", colour=ink, wrap=True, name="logState")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Icon(self._theme, icon, ink), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(said, 1)
        card.body.addLayout(row)
        return card, said
