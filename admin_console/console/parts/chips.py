"""A chip, a keycap with words, and a status dot, as widgets."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.painting import (
    CHIP_HEIGHT,
    Tone,
    chip_width,
    keycap_width,
    paint_box,
    paint_chip,
    paint_dot,
    paint_icon,
    paint_keycap,
    paint_text,
    text_width,
)
from admin_console.console.theme import Theme


class Chip(QWidget):
    """A state in words on a soft ground."""

    def __init__(
        self, theme: Theme, text: str = "", tone: Tone = Tone.NEUTRAL, icon: str = ""
    ) -> None:
        super().__init__()
        self._theme, self._text, self._tone, self._icon = theme, text, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def say(self, text: str, tone: Tone | None = None, icon: str | None = None) -> None:
        self._text = text
        self._tone = tone if tone is not None else self._tone
        self._icon = icon if icon is not None else self._icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(round(chip_width(self._theme, self._text, self._icon) + 0.5), CHIP_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_chip(QPainter(self), self._theme, 0, 0, self._text, self._tone, self._icon)


class KeyHint(QWidget):
    """A keycap with what the key does, as the status bar shows it."""

    def __init__(self, theme: Theme, key: str, does: str) -> None:
        super().__init__()
        self._theme, self._key, self._does = theme, key, does
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{key}: {does}")

    def sizeHint(self) -> QSize:
        words = text_width(self._theme.font(), self._does)
        return QSize(round(keycap_width(self._theme, self._key) + 7 + words) + 1, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        width = paint_keycap(painter, self._theme, 0, 0, self._key)
        rect = QRectF(width + 7, 0, self.width(), 20)
        colour = self._theme.colours.muted
        paint_text(painter, rect, self._does, self._theme.font(), colour, elide=False)


class DotWords(QWidget):
    """A status dot with its words: never a dot alone."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._dot, self._words, self._ink = theme.colours.dot_ok, "", theme.colours.ink
        self.setObjectName(name)
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, dot: QColor, words: str, ink: QColor | None = None) -> None:
        self._dot, self._words = dot, words
        self._ink = ink if ink is not None else self._theme.colours.ink
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(text_width(self._theme.font(), self._words)) + 17, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_dot(painter, self._dot, 0, 6)
        rect = QRectF(16, 0, self.width(), 20)
        paint_text(painter, rect, self._words, self._theme.font(), self._ink, elide=False)


class Icon(QWidget):
    """An icon that says nothing by itself: words stand beside it."""

    def __init__(self, theme: Theme, name: str, colour: QColor, size: int = 16) -> None:
        super().__init__()
        self._theme, self._name, self._colour, self._size = theme, name, colour, size
        # As high as a line of text, so that it stands beside the first one.
        self.setFixedSize(size, max(size, theme.line_height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        y = (self.height() - self._size) / 2
        paint_icon(QPainter(self), self._name, self._colour, 0, y, self._size)


class SoftIcon(QWidget):
    """An icon on a soft ground, for the head of a card that explains."""

    def __init__(self, theme: Theme, name: str, ink: QColor, ground: QColor) -> None:
        super().__init__()
        self._theme, self._name, self._ink, self._ground = theme, name, ink, ground
        self.setFixedSize(40, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), 8, self._ground)
        paint_icon(painter, self._name, self._ink, 10, 10, 20)
