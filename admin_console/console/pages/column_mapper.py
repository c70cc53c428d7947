"""Saying which column of a list's file is which field, where its name does not tell."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from admin_console.console.parts.fields import Choice
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Theme
from db.list_fields import FIELDS, SEVERAL

LEFT_OUT = "Left out"
_OURS = ("number_hash", "photo", "entry_id")
"""Only our own exports have these."""


_WORDS = {
    "": LEFT_OUT,
    "family": "Family name",
    "given": "Given name",
    "middle": "Middle name",
    "aliases": "Other names",
    "jurisdiction": "Issuing place",
    "reference": "Number on the list",
    "instructions": "What the desk must do",
}


def field_words(field: str) -> str:
    """``birth_date`` as ``Birth date``."""
    return _WORDS.get(field) or field.replace("_", " ").capitalize()


class ColumnMapper(QWidget):
    """Two choices: a column, and what it is.

    Signals:
        changed: of the columns that somebody has changed, names in the file to fields, empty for
            what is left out.
    """

    changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._fields: dict[str, str] = {}
        self._column = Choice(theme, name="mapColumn", label="Column")
        self._field = Choice(theme, name="mapField", label="Is read as")
        self._field.addItem(LEFT_OUT, "")
        for field in FIELDS:
            if field not in _OURS:
                self._field.addItem(field_words(field), field)
        self._column.currentTextChanged.connect(self._on_column)
        self._field.activated.connect(self._on_field)
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 8, 15, 12)
        row.setSpacing(8)
        row.addWidget(Words(theme, "Read", colour=theme.colours.muted, whole=True))
        row.addWidget(self._column, 1)
        row.addWidget(Words(theme, "as", colour=theme.colours.muted, whole=True))
        row.addWidget(self._field, 1)

    def show_columns(self, columns: tuple[tuple[str, str, str], ...]) -> None:
        """The file's columns as they are read now; the chosen one stays chosen."""
        before = self._column.currentText()
        self._fields = {name: field for name, _first, field in columns}
        self._column.clear()
        self._column.addItems(list(self._fields))
        self._column.setCurrentIndex(max(0, self._column.findText(before)))

    def _on_column(self, name: str) -> None:
        field = self._fields.get(name, "")
        self._field.setCurrentIndex(max(0, self._field.findData(field)))

    def _on_field(self, _index: int) -> None:
        """A field that another column had is taken from it, unless several columns may be it."""
        name, field = self._column.currentText(), self._field.currentData()
        if self._fields.get(name) == field:
            return
        taken = field if field not in SEVERAL else ""
        said = {n: "" for n, f in self._fields.items() if f and f == taken}
        self.changed.emit({**said, name: field})
