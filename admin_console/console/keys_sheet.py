"""All keys of the console on one card over the page. Esc or ? closes it."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import KeyHint
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight

KEYS = (
    (
        "Everywhere",
        (
            ("G D", "desk"),
            ("G O", "on site now"),
            ("G N", "notices"),
            ("G H", "history"),
            ("G L", "lists"),
            ("Ctrl K", "search visits"),
            ("F5", "ask the hub now"),
            ("?", "this card"),
        ),
    ),
    (
        "Desk",
        (
            ("J K", "next, previous person"),
            ("1-4", "ready reason"),
            ("R", "write the reason"),
            ("A", "approve"),
            ("D", "deny"),
            ("E", "escort"),
            ("N", "not this person"),
            ("Z", "take a denial back"),
            ("M", "next match of this person"),
        ),
    ),
    (
        "Tables",
        (
            ("J K", "next, previous row"),
            ("Enter", "open"),
            ("Esc", "close, back"),
            ("/", "search on this page"),
            ("F", "add a filter"),
            ("T", "go to a date"),
            ("O", "sign out the chosen person"),
        ),
    ),
)


class KeysSheet(QWidget):
    """A scrim over the window with the card in its middle."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keysSheet")
        self.setAccessibleName("All keys")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        card = Card(theme, name="keysCard", margins=(24, 20, 24, 24), spacing=16)
        card.body.addWidget(Words(theme, "All keys", Text.HEADING, Weight.STRONG))
        grid = QGridLayout()
        grid.setHorizontalSpacing(48)
        grid.setVerticalSpacing(10)
        for column, (title, keys) in enumerate(KEYS):
            grid.addWidget(Words(theme, title, weight=Weight.LABEL), 0, column)
            for row, (key, does) in enumerate(keys, start=1):
                grid.addWidget(KeyHint(theme, key, does), row, column)
        card.body.addLayout(grid)
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if watched is parent and parent is not None and event.type() == QEvent.Type.Resize:
            self.setGeometry(parent.rect())
        return False

    def event(self, event: QEvent) -> bool:
        # While the card is open no letter may decide on whoever is behind it.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Question):
            self.hide()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(15, 23, 42, 97))
