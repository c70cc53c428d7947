"""Why somebody waits: visitor and list entry side by side, the evidence, and what is known."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from admin_console.console import verdict_words, words
from admin_console.console.models.evidence import EvidenceDelegate, EvidenceModel
from admin_console.console.models.queue import hold_tone, queue_title
from admin_console.console.pages.custody_card import CustodyCard
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card, Line, empty
from admin_console.console.parts.chips import Chip, DotWords, Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.photo import PhotoBox
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Text, Theme, Weight
from db.domain.custody import EntryBrief
from db.domain.desk import Hold
from db.domain.screening import Match
from db.domain.watchlist import WatchlistEntry

WIDE, NARROW = (120, 152, 136, 270, 112, 60), (106, 116, 108, 200, 80, 60)
"""Columns of the evidence in px; the words take what is left."""
NARROW_BELOW = 860


def also_known(entry: WatchlistEntry) -> str:
    """What the list adds to the name, in one line."""
    if entry.aliases:
        return "Also known as " + ", ".join(alias.short for alias in entry.aliases[:2])
    return entry.note or "No other names on the list"


class Side(QWidget):
    """One of the two people: photo, what it is, name, one line, one faint line."""

    def __init__(self, theme: Theme, heading: str, name: str) -> None:
        super().__init__()
        c = theme.colours
        self.photo = PhotoBox(theme, 80, 100, 8, f"{name}Photo")
        self.person = Words(theme, "", Text.HEADING, Weight.STRONG, name=f"{name}Name")
        self.about = Words(theme, "")
        self.more = Words(theme, "", colour=c.faint)
        words_column = QVBoxLayout()
        words_column.setContentsMargins(0, 2, 0, 4)
        words_column.setSpacing(0)
        self.heading = Words(theme, heading, colour=c.muted)
        words_column.addWidget(self.heading)
        words_column.addSpacing(2)
        words_column.addWidget(self.person)
        words_column.addSpacing(2)
        words_column.addWidget(self.about)
        words_column.addStretch(1)
        words_column.addWidget(self.more)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.photo)
        row.addLayout(words_column, 1)


class MatchCard(QWidget):
    """Everything the desk knows about one hold, top to bottom."""

    def __init__(self, theme: Theme, zone: ZoneInfo, photos: PhotoStore) -> None:
        super().__init__()
        self._theme, self._zone, self._photos = theme, zone, photos
        self._hold: Hold | None = None
        self._match = 0
        self._now: datetime | None = None
        self._is_live = True
        self._is_narrow = self._is_low = False
        self._model = EvidenceModel(self)
        self.setObjectName("matchCard")
        self._build_head()
        self._build_evidence()
        self._build_facts()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 8)
        column.setSpacing(12)
        column.addLayout(self._head)
        column.addWidget(self._people)
        column.addWidget(self._custody)
        column.addWidget(self._why)
        column.addWidget(self._chance)
        column.addLayout(self._earlier)
        column.addWidget(self._hints)
        column.addStretch(1)
        photos.came.connect(self._on_photo_came)

    def show_hold(self, hold: Hold, now: datetime) -> None:
        other = self._hold is None or hold.visit.visit_id != self._hold.visit.visit_id
        self._hold, self._now = hold, now
        if other:
            self._match = 0
        self._fill()
        self.tick(now, is_live=self._is_live)

    def tick(self, now: datetime, *, is_live: bool) -> None:
        """Let the waiting time run, or stand at the clock time when the hub is away."""
        self._now, self._is_live = now, is_live
        if self._hold is None:
            return
        seconds = (now - self._hold.held_since).total_seconds()
        since = words.clock(self._hold.held_since, self._zone)
        said = f"found at {since}" if self._hold.is_inside else f"held since {since}"
        if is_live:
            ran = words.running(seconds)
            said = f"found {ran} ago" if self._hold.is_inside else f"held for {ran}"
        self._held.say(said)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._is_narrow = self.width() < NARROW_BELOW
        self._table.set_widths(NARROW if self._is_narrow else WIDE, (3,))
        for side in (self._visitor, self._entry):
            side.photo.setFixedSize(*((64, 80) if self._is_narrow else (80, 100)))
        self._fill_sides()

    def set_low(self, *, is_low: bool) -> None:
        """On a screen of little height the age of the list stands in the second line."""
        self._is_low = is_low
        row = 26 if is_low else 28
        self._table.verticalHeader().setDefaultSectionSize(row)
        self._table.setFixedHeight(28 + 7 * row)
        if is_low:
            self._list_row.addWidget(self._age)
        else:
            self._aged.insertWidget(0, self._age, 0, Qt.AlignmentFlag.AlignRight)
        self._list_row.setStretch(0, 0 if is_low else 1)
        self._allowed.setVisible(not is_low)
        self._hints.setVisible(is_low)  # else the decision panel says it
        self._fill_sides()

    def _build_head(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._title = Words(theme, "", Text.HEADING, Weight.STRONG, name="holdTitle")
        self._held = Chip(theme, "", Tone.CAUTION, "clock")
        self._where = Words(theme, "", colour=c.muted, name="holdWhere")
        self._where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._which = Words(theme, "", weight=Weight.LABEL, colour=c.muted, name="whichMatch")
        self._next = Button(theme, "Next match", name="nextMatch", icon="arrow-right", key="M")
        self._next.clicked.connect(self.next_match)
        shortcut = QShortcut(QKeySequence("M"), self)
        shortcut.activated.connect(self.next_match)
        self._head = QHBoxLayout()
        self._head.setSpacing(12)
        self._head.addWidget(self._title)
        self._head.addWidget(self._held)
        self._head.addWidget(self._where, 1)
        self._head.addWidget(self._which)
        self._head.addWidget(self._next)
        self._title.setFixedHeight(28)

    def _build_evidence(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._visitor = Side(theme, "Visitor at the kiosk", "visitor")
        self._entry = Side(theme, "List entry", "entry")
        self._divider = Line(c.line_soft, down=True)
        sides = QHBoxLayout()
        sides.setContentsMargins(16, 14, 16, 14)
        sides.setSpacing(16)
        sides.addWidget(self._visitor, 1)
        sides.addWidget(self._divider)
        sides.addWidget(self._entry, 1)
        self._table = RowTable(
            theme,
            self._model,
            EvidenceDelegate(theme),
            name="evidence",
            label="What agrees and what differs",
            row=28,
            head=28,
            padding=0,
        )
        self._table.set_widths(WIDE, (3,))
        self._table.setFixedHeight(28 * 8)
        self._table.setSelectionMode(RowTable.SelectionMode.NoSelection)
        self._table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._line = Line(c.line_soft)
        self._people = Card(theme, name="matchSides", margins=(1, 1, 1, 1))
        self._people.body.addLayout(sides)
        self._people.body.addWidget(self._line)
        self._people.body.addWidget(self._table)
        TableCardMask(theme, self._people)

    def _build_facts(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._why_words = Words(theme, "", wrap=True, name="holdSentence")
        self._why = Card(theme, name="whyCard", margins=(16, 15, 16, 15))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Icon(theme, "info", c.muted, 20), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._why_words, 1)
        self._why.body.addLayout(row)
        self._chance_words = Words(theme, "", Text.SECTION, Weight.STRONG, wrap=True, name="chance")
        self._list_words = Words(theme, "", colour=c.muted, name="listFacts")
        self._age = DotWords(theme, "listAge")
        self._allowed = Words(theme, "", colour=c.faint)
        self._custody = CustodyCard(theme)
        self._chance = Card(theme, name="chanceCard", margins=(16, 13, 17, 13))
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._chance_words)
        self._list_row = QHBoxLayout()
        self._list_row.setSpacing(16)
        self._list_row.addWidget(self._list_words)
        said.addLayout(self._list_row)
        self._aged = QVBoxLayout()
        self._aged.setSpacing(0)
        self._aged.addWidget(self._age, 0, Qt.AlignmentFlag.AlignRight)
        self._aged.addWidget(self._allowed, 0, Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout()
        row.setSpacing(15)
        row.addWidget(Icon(theme, "accuracy", c.ink, 20))
        row.addLayout(said, 1)
        row.addLayout(self._aged)
        self._chance.body.addLayout(row)
        self._visits = Card(theme, name="earlierVisits", margins=(17, 13, 17, 12))
        self._decisions = Card(theme, name="earlierDecisions", margins=(17, 13, 17, 12))
        self._hints = Words(theme, "", colour=c.muted, wrap=True, name="cardHints")
        self._hints.hide()
        self._earlier = QHBoxLayout()
        self._earlier.setSpacing(16)
        self._earlier.addWidget(self._visits, 1)
        self._earlier.addWidget(self._decisions, 1)

    def next_match(self) -> None:
        if self._hold is not None and len(self._hold.screening.matches) > 1:
            self._match = (self._match + 1) % len(self._hold.screening.matches)
            self._fill()

    def _on_photo_came(self, sha256: str) -> None:
        if self._hold is not None and self._hold.visit.photo == sha256:
            self._visitor.photo.show_photo(self._photos.photo(sha256))
        if self._hold is not None and self._hold.screening.matches:
            match = self._hold.screening.matches[self._match]
            self._show_brief(self._hold.brief_of(match))

    def _fill(self) -> None:
        hold = self._hold
        if hold is None:
            return
        matches = hold.screening.matches
        self._title.setText(queue_title(hold))
        self._held.say(self._held.text(), hold_tone(hold.screening))
        self._where.setText(self._where_words(hold))
        several = len(matches) > 1
        self._which.setText(f"{self._match + 1} of {len(matches)}" if several else "")
        self._which.setVisible(several)
        self._next.setVisible(several)
        for part in (self._divider, self._entry, self._line, self._table, self._chance):
            part.setVisible(bool(matches))
        self._custody.setVisible(False)
        self._why.setVisible(not matches)
        self._why_words.setText(words.hold_sentence(hold.screening))
        hints = (verdict_words.denial_hint(hold), verdict_words.clearing_hint(hold))
        self._hints.setText(" ".join(f"{hint.rstrip('.')}." for hint in hints if hint))
        self._fill_sides()
        self._fill_earlier(hold)

    def _fill_sides(self) -> None:
        """What is said of the two people, as long as the room allows."""
        hold, now = self._hold, self._now
        if hold is None or now is None:
            return
        self._fill_visitor(hold, now)
        if hold.screening.matches:
            self._fill_match(hold.screening.matches[self._match], now)

    def _fill_visitor(self, hold: Hold, now: datetime) -> None:
        visit, side = hold.visit, self._visitor
        side.person.setText(visit.identity.name.full)
        side.heading.setText("Visitor on site" if hold.is_inside else "Visitor at the kiosk")
        side.about.setText(words.about(visit))
        side.photo.show_photo(
            self._photos.photo(visit.photo), "Photo comes" if visit.photo else "No photo yet"
        )
        born = visit.identity.birth_date
        since = "Since" if self._is_narrow else "At the kiosk since"
        arrived = f"{since} {words.clock(visit.started_at, self._zone)}"
        if hold.is_inside:
            came = visit.checked_in_at or visit.started_at
            arrived = f"Signed in at {words.clock_or_day(came, now, self._zone)}"
        side.more.setText(f"{arrived}, born {words.day(born)}" if born else arrived)

    def _fill_match(self, match: Match, now: datetime) -> None:
        c, entry, side = self._theme.colours, match.entry, self._entry
        side.person.setText(entry.name.full)
        side.about.setText(also_known(entry))
        if self._hold is not None:
            self._show_brief(self._hold.brief_of(match))
        theirs = "" if self._is_narrow else "Their number "
        number = f"{theirs}{entry.reference}" if entry.reference else "No number of theirs"
        side.more.setText(f"{words.CATEGORIES[match.category]} · {number}")
        self._model.show_match(match)
        self._chance_words.setText(
            f"On a list of this size, one visitor in {words.count(match.one_in)}"
            " would match this well by chance."
        )
        people = words.plural(match.list_size, "person", "people")
        self._list_words.setText(f"{match.list_name}, {people}, version {match.list_version}")
        old = words.is_outdated(match.list_imported_at, match.max_age_days, now)
        dot = c.dot_warn if old else c.dot_ok
        ink = c.caution if old else c.ink
        allowed = match.max_age_days
        age = words.list_age(match.list_imported_at, now)
        self._age.say(dot, f"{age}, {allowed} allowed" if self._is_low and allowed else age, ink)
        self._allowed.setText(
            f"oldest allowed {words.plural(allowed, 'day', 'days')}" if allowed else "no oldest age"
        )

    def _show_brief(self, brief: EntryBrief) -> None:
        missing = "Photo comes" if brief.photo else "No photo on the list"
        self._entry.photo.show_photo(self._photos.photo(brief.photo), missing)
        self._custody.show_brief(brief)

    def _fill_earlier(self, hold: Hold) -> None:
        theme, c = self._theme, self._theme.colours
        empty(self._visits)
        empty(self._decisions)
        head = Words(theme, "Earlier visits", Text.SECTION, Weight.STRONG)
        self._visits.body.addWidget(head)
        # The rows of visits are higher than lines of text: these begin as far down as those beside.
        self._visits.body.addSpacing(6 if hold.earlier_visits else 8)
        if not hold.earlier_visits:
            self._visits.body.addWidget(Words(theme, "The first visit we know of.", colour=c.muted))
        for visit in hold.earlier_visits[:3]:
            row = QHBoxLayout()
            on = visit.started_at.astimezone(self._zone).date()
            date_words = Words(theme, words.day(on), colour=c.muted)
            date_words.setFixedSize(104, 28)
            row.setSpacing(0)
            row.addWidget(date_words)
            row.addWidget(Words(theme, visit.destination), 1)
            row.addWidget(Words(theme, visit.outcome, colour=c.muted))
            self._visits.body.addLayout(row)
        self._visits.body.addStretch(1)
        self._decisions.body.addWidget(
            Words(theme, _decisions_title(hold), Text.SECTION, Weight.STRONG)
        )
        self._decisions.body.addSpacing(8)
        lapsed = self._lapsed_words(hold)
        if lapsed:
            self._decisions.body.addWidget(
                Words(theme, lapsed, colour=c.caution, wrap=True, name="lapsedClearance")
            )
        if not hold.earlier_decisions and not lapsed:
            none = "Nobody had to decide before."
            self._decisions.body.addWidget(Words(theme, none, colour=c.muted, wrap=True))
        for decision in hold.earlier_decisions[-3:]:
            on = decision.decided_at.astimezone(self._zone).date()
            said = (
                f"{words.VERDICTS_DONE[decision.verdict]}, {words.day(on)},"
                f" {decision.decided_by}: {decision.reason}"
            )
            self._decisions.body.addWidget(Words(theme, said, colour=c.muted, wrap=True))
        self._decisions.body.addStretch(1)

    def _lapsed_words(self, hold: Hold) -> str:
        """That this very match was cleared once, and why that is over."""
        matches = hold.screening.matches
        lapsed = hold.screening.lapsed_of(matches[self._match]) if matches else None
        return verdict_words.lapsed_words(lapsed, self._zone) if lapsed is not None else ""

    def _where_words(self, hold: Hold) -> str:
        if hold.is_inside and hold.screening.matches and self._now is not None:
            match = hold.screening.matches[self._match]
            return verdict_words.inside_words(match, hold, self._now, self._zone)
        return _where_words(hold)


def _decisions_title(hold: Hold) -> str:
    return "Earlier decisions on this pair" if hold.screening.matches else "Earlier decisions"


def _where_words(hold: Hold) -> str:
    visit = hold.visit
    how = "ID scanned" if visit.identity.document is not None else "name typed"
    goes = words.destination(visit)
    parts = (hold.kiosk_name, how, f"wants to see {goes}" if goes else f"number {visit.number}")
    return " · ".join(part for part in parts if part)
