"""The history's filters: words, type, outcome, days. It changes a value and says so."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCalendarWidget,
    QHBoxLayout,
    QMenu,
    QWidget,
    QWidgetAction,
)

from admin_console.console import words
from admin_console.console.client import VisitFilter
from admin_console.console.painting import paint_box, paint_icon, paint_text, text_width
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.theme import Text, Theme, Weight
from db.domain.visit import VisitorType, VisitState

TYPING_MS = 250
"""How long typing rests before the hub is asked."""


def days_words(wanted: VisitFilter) -> str:
    """``Nov 9 to Nov 13, 2026``."""
    if wanted.from_on and wanted.to_on:
        if wanted.from_on == wanted.to_on:
            return words.day(wanted.from_on)
        return f"{words.day(wanted.from_on)} to {words.day(wanted.to_on)}"
    if wanted.to_on:
        return f"until {words.day(wanted.to_on)}"
    return f"since {words.day(wanted.from_on)}" if wanted.from_on else ""


class FilterChip(QAbstractButton):
    """A filter that is set, 28 high; pressing it takes it off."""

    def __init__(self, theme: Theme, name: str, value: str) -> None:
        super().__init__()
        self._theme, self._name, self._value = theme, name, value
        self.setObjectName(f"filter_{name}")
        self.setAccessibleName(f"{name} {value}, remove")
        self.setToolTip("Remove this filter")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(round(self._name_width() + self._value_width()) + 53, 28)

    def _name_width(self) -> float:
        return text_width(self._theme.font(), self._name)

    def _value_width(self) -> float:
        return text_width(self._theme.font(Text.BODY, Weight.LABEL), self._value)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c, theme = QPainter(self), self._theme.colours, self._theme
        rect = QRectF(self.rect())
        paint_box(painter, rect, 6, c.hover if self.underMouse() else c.surface, c.line)
        x = 12 + paint_text(
            painter, rect.adjusted(12, 0, 0, 0), self._name, theme.font(), c.muted, elide=False
        )
        font = theme.font(Text.BODY, Weight.LABEL)
        paint_text(painter, rect.adjusted(x + 6, 0, 0, 0), self._value, font, c.ink, elide=False)
        paint_icon(painter, "close", c.muted, rect.right() - 23, 7, 14)


class FilterBar(QWidget):
    """Search field, chips, and the menu that adds one.

    Signals:
        changed: other visits are wanted, with a `VisitFilter`.
    """

    changed = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._wanted = VisitFilter()
        self._today = date.min
        self.text = Field(
            theme,
            name="historySearch",
            label="Search the history",
            placeholder="Name, host, purpose",
            icon="search",
            key="/",
        )
        self.text.setFixedWidth(220)
        self.add = Button(theme, "Filter", name="addFilter", icon="plus", key="F")
        self.add.clicked.connect(self.open_menu)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.text)
        self._row.addWidget(self.add)
        self._row.addStretch(1)
        self._chips: list[FilterChip] = []
        self._resting = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._resting.timeout.connect(self._on_typed)
        self.text.textChanged.connect(lambda _text: self._resting.start())
        self.text.returnPressed.connect(self._on_typed)

    def wanted(self) -> VisitFilter:
        return self._wanted

    def tick(self, now: datetime) -> None:
        self._today = now.astimezone(self._zone).date()

    def want(self, wanted: VisitFilter) -> None:
        """Set the whole filter, as a search from elsewhere does."""
        self._resting.stop()
        if self.text.text() != wanted.text:
            self.text.blockSignals(True)
            self.text.setText(wanted.text)
            self.text.blockSignals(False)
        if wanted != self._wanted:
            self._wanted = wanted
            self._show_chips()
            self.changed.emit(wanted)

    def _on_typed(self) -> None:
        self.want(replace(self._wanted, text=self.text.text()))

    def open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def menu(self) -> QMenu:
        """Types, outcomes and days to choose from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        kinds = menu.addMenu("Type")
        for kind in VisitorType:
            self._offer(kinds, words.VISITOR_TYPES[kind], replace(self._wanted, visitor_type=kind))
        states = menu.addMenu("Outcome")
        for state in VisitState:
            self._offer(states, words.STATES[state], replace(self._wanted, state=state))
        days = menu.addMenu("When")
        today = self._today
        monday = today - timedelta(days=today.weekday())
        for title, first, last in (
            ("Today", today, today),
            ("Yesterday", today - timedelta(days=1), today - timedelta(days=1)),
            ("This week", monday, today),
            ("The last 30 days", today - timedelta(days=30), today),
            ("This year", date(today.year, 1, 1), today),
        ):
            self._offer(days, title, replace(self._wanted, from_on=first, to_on=last))
        return menu

    def open_calendar(self, below: QWidget) -> None:
        """Choose a day: the list then begins with it and goes back from there."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget()
        calendar.setObjectName("calendar")
        calendar.setMaximumDate(QDate(self._today))  # type: ignore[call-overload]
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)

        def choose(chosen: QDate) -> None:
            menu.close()
            on = date(chosen.year(), chosen.month(), chosen.day())
            self.want(replace(self._wanted, from_on=None, to_on=on))

        calendar.activated.connect(choose)
        calendar.clicked.connect(choose)
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        menu.addAction(action)
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))

    def _offer(self, menu: QMenu, title: str, wanted: VisitFilter) -> None:
        menu.addAction(title).triggered.connect(lambda _=False: self.want(wanted))

    def _show_chips(self) -> None:
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        w = self._wanted
        kind = words.VISITOR_TYPES[w.visitor_type] if w.visitor_type else ""
        state = words.STATES[w.state] if w.state else ""
        for name, value, without in (
            ("When", days_words(w), replace(w, from_on=None, to_on=None)),
            ("Type", kind, replace(w, visitor_type=None)),
            ("Outcome", state, replace(w, state=None)),
        ):
            if value:
                chip = FilterChip(self._theme, name, value)
                chip.clicked.connect(lambda _=False, less=without: self.want(less))
                self._row.insertWidget(1 + len(self._chips), chip)
                self._chips.append(chip)
