"""Tabs over a page's parts, 32 high. A figure chooses, as its place says."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from admin_console.console.parts.button import Button, Kind
from admin_console.console.theme import Theme


class Tabs(QWidget):
    """One of them is always chosen.

    Signals:
        chosen: with the place of the tab, from 0.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, titles: tuple[str, ...]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        for place, title in enumerate(titles):
            name = f"tab_{title.lower().replace(' ', '_')}"
            tab = Button(theme, title, name=name, kind=Kind.TAB)
            self._group.addButton(tab, place)
            row.addWidget(tab)
            shortcut = QShortcut(QKeySequence(str(place + 1)), self)
            shortcut.activated.connect(partial(self.choose, place))
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)

    def say(self, place: int, words: str) -> None:
        """Word a tab otherwise, as with how many there are behind it."""
        tab = self._group.button(place)
        if isinstance(tab, Button):
            tab.set_words(words)

    def choose(self, place: int) -> None:
        """Show another part, as if its tab had been pressed."""
        if self.isVisible() and self._group.checkedId() != place:
            self._group.button(place).setChecked(True)
            self.chosen.emit(place)
