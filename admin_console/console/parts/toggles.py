"""A box to tick with its words, and a row of weekdays to switch on and off."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from admin_console.console.painting import CENTER, paint_box, paint_icon, paint_text, text_width
from admin_console.console.theme import Text, Theme, Weight

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Tick(QAbstractButton):
    """A box that is ticked or not, and what that means."""

    def __init__(self, theme: Theme, words: str, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName(name)
        self.setText(words)
        self.setAccessibleName(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(text_width(self._theme.font(), self.text()) + 0.5) + 24, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c = QPainter(self), self._theme.colours
        box = QRectF(0, 8, 16, 16)
        if self.isChecked():
            paint_box(painter, box, 4, c.primary)
            paint_icon(painter, "check", c.on_primary, 2, 10, 12)
        else:
            paint_box(painter, box, 4, c.surface, c.control)
        words = QRectF(24, 0, self.width() - 24, self.height())
        paint_text(painter, words, self.text(), self._theme.font(), c.ink)


class _Day(QAbstractButton):
    def __init__(self, theme: Theme, day: str, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName(name)
        self.setText(day[:2])
        self.setAccessibleName(day)
        self.setToolTip(day)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(32, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c = QPainter(self), self._theme.colours
        rect, is_on = QRectF(self.rect()), self.isChecked()
        paint_box(painter, rect, 6, c.primary if is_on else c.surface, None if is_on else c.control)
        font = self._theme.font(Text.BODY, Weight.LABEL)
        paint_text(painter, rect, self.text(), font, c.on_primary if is_on else c.muted, CENTER)


class DayRow(QWidget):
    """The days of a week, Monday first.

    Signals:
        edited: a day was switched.
    """

    edited = Signal()

    def __init__(self, theme: Theme, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._days = tuple(_Day(theme, day, f"{name}_{at}") for at, day in enumerate(DAYS))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for day in self._days:
            day.clicked.connect(self.edited)
            row.addWidget(day)
        self.setFixedSize(7 * 32 + 6 * 4, 32)

    def days(self) -> tuple[int, ...]:
        """The days that are on, Monday 0."""
        return tuple(at for at, day in enumerate(self._days) if day.isChecked())

    def show_days(self, days: Iterable[int]) -> None:
        for at, day in enumerate(self._days):
            day.setChecked(at in days)
