"""A card of labelled fields. It knows nothing of what they are for."""

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console.parts.card import Card
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight


def card_title(theme: Theme, title: str) -> Words:
    """What a card is about."""
    return Words(theme, title, Text.SECTION, Weight.STRONG)


def labelled(theme: Theme, label: str, field: QWidget) -> QVBoxLayout:
    """A field with its label above."""
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(Words(theme, label, weight=Weight.LABEL))
    column.addWidget(field)
    return column


def form_grid(columns: int) -> QGridLayout:
    """Columns of one width."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(12)
    for column in range(columns):
        grid.setColumnStretch(column, 1)
    return grid


def form_card(theme: Theme, title: QWidget, right: QWidget, *, name: str = "") -> Card:
    """A card with its head: the title, and what stands at the right."""
    card = Card(theme, name=name, margins=(16, 12, 16, 16), spacing=12)
    row = QHBoxLayout()
    row.addStrut(24)
    row.addWidget(title)
    row.addStretch(1)
    row.addWidget(right)
    card.body.addLayout(row)
    return card
