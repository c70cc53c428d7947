"""A page that scrolls where the screen is small, with the margins that every page has."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

MARGIN = 24


class PageArea(QScrollArea):
    """Its `column` takes the widgets. The bar stands in the margin, so that nothing moves."""

    def __init__(self, title: str) -> None:
        super().__init__()
        inner = QWidget()
        inner.setProperty("plain", True)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setWidget(inner)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)

    def _on_range(self, _least: int, most: int) -> None:
        taken = self.verticalScrollBar().sizeHint().width() if most else 0
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN - taken, MARGIN)
