"""A QR code, painted: black on white in both looks, since telephones read no other."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

import segno
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

QUIET = 4
"""Modules of white around it (ISO/IEC 18004, 6.3.8)."""


class QrCode(QWidget):
    """As large as whole pixels for each module allow within `side`."""

    def __init__(self, name: str, label: str, side: int = 176) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFixedSize(side, side)
        self._rows: tuple[bytes, ...] = ()

    def show_text(self, text: str) -> None:
        """Show this; nothing for an empty text."""
        made = segno.make(text, error="m", micro=False).matrix if text else ()
        self._rows = tuple(bytes(row) for row in made)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if not self._rows:
            return
        across = len(self._rows) + 2 * QUIET
        size = max(1, self.width() // across)
        left = (self.width() - size * len(self._rows)) // 2
        for y, row in enumerate(self._rows):
            for x, is_dark in enumerate(row):
                if is_dark:
                    module = QRectF(left + x * size, left + y * size, size, size)
                    painter.fillRect(module, Qt.GlobalColor.black)
