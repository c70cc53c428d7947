"""A photo in its frame, or a dashed box that says that there is none."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from admin_console.console.painting import CENTER, paint_box, paint_photo, paint_text, wrapped
from admin_console.console.theme import Text, Theme


class PhotoBox(QWidget):
    """One photo of a fixed size."""

    def __init__(self, theme: Theme, width: int, height: int, radius: int, name: str) -> None:
        super().__init__()
        self._theme, self._radius = theme, radius
        self._photo: QPixmap | None = None
        self._words = "No photo"
        self.setFixedSize(width, height)
        self.setObjectName(name)

    def show_photo(self, photo: QPixmap | None, missing: str = "No photo") -> None:
        self._photo, self._words = photo, missing
        self.setAccessibleName("Photo" if photo is not None else missing)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self._photo is not None:
            paint_photo(painter, self._theme, rect, self._radius, self._photo)
            return
        c = self._theme.colours
        paint_box(painter, rect, self._radius, None, c.control, dashed=True)
        font = self._theme.font(Text.CAPTION)
        lines = wrapped(self._words, font, rect.width() - 16)
        top = (rect.height() - 16 * len(lines)) / 2
        for row, line in enumerate(lines):
            paint_text(
                painter, QRectF(0, top + 16 * row, rect.width(), 16), line, font, c.faint, CENTER
            )
