"""What changed, as lines with a dot before each change; words that hold no more are struck out."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.models.entry_story import Run, Said
from admin_console.console.painting import paint_dot, paint_text, text_width, wrapped
from admin_console.console.theme import Theme

WORDS_AT, LINE, GAP = 20, 20, 12


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its lines, and who made it when."""

    said: tuple[Said, ...]
    by: str


class ChangeList(QWidget):
    """As high as its changes need."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._changes: tuple[Change, ...] = ()
        self.setObjectName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_changes(self, changes: tuple[Change, ...]) -> None:
        self._changes = changes
        told = (
            f"{'; '.join(''.join(run.text for run in line) for line in each.said)}, {each.by}"
            for each in changes
        )
        self.setAccessibleName(f"What happened: {'. '.join(told)}")
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return sum(self._height(change, width) for change in self._changes)

    def sizeHint(self) -> QSize:
        return QSize(336, self.heightForWidth(self.width() or 336))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c, y = QPainter(self), self._theme.colours, 0.0
        struck = QFont(self._theme.font())
        struck.setStrikeOut(True)
        for change in self._changes:
            paint_dot(painter, c.differ, 0, y + 6)
            for row in self._rows(change, self.width()):
                x = float(WORDS_AT)
                for run in row:
                    font = struck if run.is_struck else self._theme.font()
                    rect = QRectF(x, y, self.width() - x, LINE)
                    ink = c.muted if run.is_struck else c.ink
                    paint_text(painter, rect, run.text, font, ink, elide=False)
                    x += text_width(font, run.text)
                y += LINE
            for line in self._by(change, self.width()):
                rect = QRectF(WORDS_AT, y, self.width() - WORDS_AT, LINE)
                paint_text(painter, rect, line, self._theme.font(), c.muted, elide=False)
                y += LINE
            y += GAP

    def _height(self, change: Change, width: int) -> int:
        rows = len(list(self._rows(change, width))) + len(self._by(change, width))
        return LINE * rows + GAP

    def _by(self, change: Change, width: int) -> tuple[str, ...]:
        return wrapped(change.by, self._theme.font(), width - WORDS_AT)

    def _rows(self, change: Change, width: int) -> Iterator[list[Run]]:
        """The runs of each line, broken between words where the room ends."""
        font, room = self._theme.font(), width - WORDS_AT
        for said in change.said:
            row: list[Run] = []
            taken = 0.0
            for run, word in ((r, w) for r in said for w in _words(r.text)):
                wide = text_width(font, word)
                if row and taken + text_width(font, word.rstrip()) > room:
                    yield row
                    row, taken = [], 0.0
                row.append(Run(word, run.is_struck))
                taken += wide
            yield row


def _words(text: str) -> Iterator[str]:
    """Words, each with the blank behind it."""
    parts = text.split(" ")
    for part in parts[:-1]:
        yield f"{part} "
    if parts[-1]:
        yield parts[-1]
