"""Buttons of every kind, painted: icon, words, keycap, and why one is off."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from admin_console.console.painting import (
    LEFT,
    keycap_width,
    paint_box,
    paint_icon,
    paint_keycap,
    paint_text,
    text_width,
)
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip


class Kind(StrEnum):
    """How much a button asks for attention. One primary per page."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DESTRUCTIVE = "destructive"
    GHOST = "ghost"
    LINK = "link"
    TRAIL = "trail"
    TAB = "tab"
    DECISION = "decision"
    READY = "ready"
    ON_TOAST = "on_toast"


class Button(QAbstractButton):
    """One button. `icon_colour` is for decisions; `off_reason` is told to screen readers."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        *,
        name: str,
        kind: Kind = Kind.PLAIN,
        icon: str = "",
        key: str = "",
        icon_colour: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._kind, self._icon, self._key = theme, kind, icon, key
        self._icon_colour = icon_colour
        self._is_pending = False
        self.setText(words)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(kind in (Kind.TAB, Kind.READY))
        across = QSizePolicy.Policy.Expanding if kind is Kind.DECISION else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)

    def set_off(self, reason: str) -> None:
        """Switch off with the reason, or on with an empty one."""
        self.setEnabled(not reason)
        self.setAccessibleDescription(reason)
        self.setToolTip(tip(reason))

    def set_pending(self, reason: str) -> None:
        """Show that this was pressed and what it still waits for; nothing with an empty reason."""
        self._is_pending = bool(reason)
        if self.isEnabled():  # otherwise it says why it is off
            self.setAccessibleDescription(reason)
        self.update()

    def set_words(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        lines = dict.fromkeys((Kind.LINK, Kind.TRAIL), 20)
        height = {Kind.DECISION: 48, Kind.READY: 28, **lines}.get(self._kind, 32)
        width = self._content_width() + 2 * self._padding()
        return QSize(round(width), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        ink, ground, line = self._look()
        radius = 6 if self._kind is Kind.READY else 8
        if ground is not None or line is not None:
            paint_box(painter, rect, radius, ground, line)
        size = 20 if self._kind is Kind.DECISION else 16
        x = self._padding()
        if self._kind is Kind.READY and self._key:
            x += paint_keycap(painter, self._theme, 5, 4, self._key) + 9
        elif self._kind not in (Kind.DECISION, Kind.LINK, Kind.TRAIL):
            x += max(0.0, (rect.width() - 2 * x - self._content_width()) / 2)
        if self._icon:
            colour = self._icon_colour if self._icon_colour and self.isEnabled() else ink
            paint_icon(painter, self._icon, colour, x, (rect.height() - size) / 2, size)
            x += size + (12 if self._kind is Kind.DECISION else 8)
        words = QRectF(x, 0, rect.width() - x, rect.height())
        x += paint_text(painter, words, self.text(), self._words_font(), ink, LEFT, elide=False)
        if self._key and self._kind is not Kind.READY:
            self._paint_key(painter, rect, x)

    def _paint_key(self, painter: QPainter, rect: QRectF, x: float) -> None:
        c = self._theme.colours
        colours = None
        if self._kind is Kind.PRIMARY and self.isEnabled():
            edge = QColor(c.on_primary)
            edge.setAlphaF(0.55)
            colours = (c.on_primary, self._look()[1] or c.primary, edge)
        if self._kind is Kind.ON_TOAST:
            ink, ground, edge_of_box = self._look()
            colours = (ink, ground or c.toast, edge_of_box or c.on_toast)
        at = x + 8
        if self._kind is Kind.DECISION:
            at = rect.right() - 13 - keycap_width(self._theme, self._key)
        paint_keycap(painter, self._theme, at, (rect.height() - 20) / 2, self._key, colours)

    def _padding(self) -> float:
        bare = dict.fromkeys((Kind.LINK, Kind.TRAIL), 0.0)
        paddings = {Kind.DECISION: 18.0, Kind.READY: 5.0, Kind.PLAIN: 13.0, **bare}
        return paddings.get(self._kind, 12.0)

    def _content_width(self) -> float:
        width = text_width(self._words_font(), self.text())
        if self._icon:
            width += 32 if self._kind is Kind.DECISION else 24
        if self._key:
            width += keycap_width(self._theme, self._key) + 8
        if self._kind is Kind.READY:
            width += 6
        return width

    def _words_font(self) -> QFont:
        if self._kind is Kind.DECISION:
            return self._theme.font(Text.SECTION, Weight.STRONG)
        if self._kind is Kind.TAB and self.isChecked():
            return self._theme.font(Text.BODY, Weight.STRONG)
        if self._kind in (Kind.LINK, Kind.READY, Kind.TRAIL):
            return self._theme.font(Text.BODY, Weight.TEXT)
        return self._theme.font(Text.BODY, Weight.LABEL)

    def _look(self) -> tuple[QColor, QColor | None, QColor | None]:
        """(ink, ground, line) in the button's present state."""
        c = self._theme.colours
        hovered = self.isEnabled() and self.underMouse()
        lifted = hovered or self.isDown()
        if not self.isEnabled():
            if self._kind in (Kind.GHOST, Kind.LINK, Kind.TRAIL, Kind.TAB):
                return c.faint_ground, None, None
            return c.faint_ground, c.ground, c.line
        if self._kind is Kind.PRIMARY:
            return c.on_primary, c.primary_hover if lifted else c.primary, None
        if self._kind is Kind.ON_TOAST:
            edge = QColor(c.on_toast)
            edge.setAlphaF(0.75 if lifted else 0.4)
            return c.on_toast, c.toast, edge
        if self._kind in (Kind.LINK, Kind.TRAIL):
            resting = c.primary if self._kind is Kind.LINK else c.muted
            return c.primary_hover if lifted else resting, None, None
        if self._kind in (Kind.TAB, Kind.READY) and self.isChecked():
            return c.primary, c.primary_soft, c.primary if self._kind is Kind.READY else None
        if self._is_pending:
            return c.caution, c.caution_soft, c.caution
        ground = c.hover if lifted else c.surface
        if self._kind in (Kind.GHOST, Kind.TAB):
            return c.muted, c.hover if lifted else None, None
        if self._kind is Kind.DESTRUCTIVE:
            return c.alarm, ground, c.line
        return c.ink, ground, c.control if self._kind is Kind.DECISION else c.line
