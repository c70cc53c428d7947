"""What a page says instead of rows: why it is empty, what failed, who may. And one next thing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from admin_console.console.painting import CENTER
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Theme, Weight


class Message(QWidget):
    """One icon, one sentence, one useful next thing; never a large picture."""

    def __init__(self, theme: Theme, name: str, icon: str, action: QWidget | None = None) -> None:
        super().__init__()
        c = theme.colours
        self.setObjectName(name)
        self._title = Words(theme, "", weight=Weight.STRONG, align=CENTER)
        self._said = Words(theme, "", colour=c.muted, align=CENTER, wrap=True)
        self._said.setFixedWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 48, 24, 48)
        column.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Icon(theme, icon, c.muted, 24), 0, middle)
        column.addWidget(self._title)
        column.addWidget(self._said, 0, middle)
        if action is not None:
            column.addSpacing(8)
            column.addWidget(action, 0, middle)

    def say(self, title: str, said: str) -> None:
        self._title.setText(title)
        self._said.setText(said)
        self.setAccessibleName(f"{title}. {said}")
