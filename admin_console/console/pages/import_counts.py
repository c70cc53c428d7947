"""The figures of an import that is still to be applied."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.parts.card import Card, Line
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import ImportPreview


class Counts(Card):
    """Five figures in one card."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="importCounts", margins=(16, 12, 16, 12))
        c = theme.colours
        row = QHBoxLayout()
        row.setSpacing(16)
        self._figures: list[Words] = []
        for place, (what, colour) in enumerate(
            (
                ("in the file", c.ink),
                ("added", c.positive),
                ("changed", c.primary),
                ("removed", c.caution),
                ("bad rows", c.alarm),
            )
        ):
            if place:
                row.addWidget(Line(c.line_soft, down=True))
            cell = QVBoxLayout()
            cell.setSpacing(2)
            figure = Words(theme, "0", Text.PAGE, Weight.STRONG, colour, whole=True)
            cell.addWidget(figure)
            cell.addWidget(Words(theme, what, colour=c.muted))
            row.addLayout(cell, 1)
            self._figures.append(figure)
        self.body.addLayout(row)

    def show_counts(self, preview: ImportPreview) -> None:
        counts = (
            preview.in_file,
            preview.added,
            preview.changed,
            preview.removed,
            preview.bad,
        )
        for figure, count in zip(self._figures, counts, strict=True):
            figure.setText(words.count(count))
