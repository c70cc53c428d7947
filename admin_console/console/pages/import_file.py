"""The import's first step: which list, why it exists, and the file. It reads nothing."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIntValidator
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import ListFile
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.watchlist import Category, Watchlist

FIRST_COLUMNS = ("LAST", "FIRST", "DOB")
MORE_COLUMNS = ("MIDDLE", "SUFFIX", "SEX", "AKA", "STATE", "CASE_NO", "NOTE", "INSTRUCTIONS")
COLUMNS = (
    f"Columns: {', '.join(FIRST_COLUMNS)}; more columns: {', '.join(MORE_COLUMNS)}."
    f" Only {FIRST_COLUMNS[0]} is required."
)


class DropZone(Card):
    """A dashed box that takes a file by drop or by choice.

    Signals:
        taken: a file, as a path in words.
    """

    taken = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            name="dropZone",
            margins=(24, 22, 24, 22),
            line=theme.colours.control,
            dashed=True,
        )
        self.setAcceptDrops(True)
        self._title = Words(theme, "Drop the file here", weight=Weight.LABEL)
        self._said = Words(theme, "", colour=theme.colours.muted)
        self._columns = Words(theme, COLUMNS, colour=theme.colours.muted, name="listColumns")
        choose = Button(theme, "Choose a file", name="chooseFile", icon="upload")
        choose.clicked.connect(self._on_choose)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._title)
        said.addWidget(self._said)
        said.addWidget(self._columns)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Icon(theme, "import", theme.colours.muted, 24))
        row.addLayout(said, 1)
        row.addWidget(choose)
        self.body.addLayout(row)
        self.show_file(None)

    def show_file(self, path: Path | None) -> None:
        if path is None:
            self._title.setText("Drop the file here")
            self._said.setText(
                "CSV or XLSX, up to a million people. It goes to your hub and nowhere else."
            )
            return
        self._title.setText(path.name)
        self._said.setText(f"{words.file_size(path.stat().st_size)}. Drop another to replace it.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.taken.emit(event.mimeData().urls()[0].toLocalFile())

    def _on_choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "The list's file", "", "Table (*.csv *.txt *.xlsx)"
        )
        if chosen:
            self.taken.emit(chosen)


class ImportFileStep(QWidget):
    """A form of three fields and the file.

    Signals:
        completed: whether everything that is needed is there.
    """

    completed = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lists: tuple[Watchlist, ...] = ()
        self._path: Path | None = None
        self.setObjectName("importFileStep")
        self._name = Choice(theme, name="listName", label="List")
        self._name.setEditable(True)
        self._category = Choice(theme, name="listCategory", label="Kind of list")
        for category in Category:
            self._category.addItem(words.CATEGORIES[category], category)
        self._age = Field(theme, name="listMaxAge", label="Oldest allowed, in days")
        self._age.setValidator(QIntValidator(1, 3650, self))
        self._zone = DropZone(theme)
        self._zone.taken.connect(lambda path: self.take(Path(path)))
        self._name.currentTextChanged.connect(self._on_name_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self._form())
        column.addWidget(self._zone)
        column.addStretch(1)

    def start(self, lists: tuple[Watchlist, ...]) -> None:
        self._lists, self._path = lists, None
        self._name.clear()
        for watchlist in lists:
            self._name.addItem(watchlist.name)
        self._name.setCurrentIndex(-1)
        self._name.setEditText("")
        self._category.setCurrentIndex(0)
        self._age.clear()
        self._zone.show_file(None)
        self._report()

    def take(self, path: Path) -> None:
        """Use this file; without a list's name yet, the file's name proposes one."""
        if not path.is_file():
            return
        self._path = path
        self._zone.show_file(path)
        if not self._name.currentText().strip():
            self._name.setEditText(path.stem.replace("_", " ").replace("-", " ").capitalize())
        self._report()

    def choose_list(self, name: str, category: Category, max_age_days: int | None) -> None:
        self._name.setEditText(name)
        self._category.setCurrentIndex(self._category.findData(category))
        self._age.setText(str(max_age_days) if max_age_days else "")

    def chosen(self) -> ListFile | None:
        """What is to be imported, once it is complete."""
        name = self._name.currentText().strip()
        if self._path is None or not name:
            return None
        category = Category(self._category.currentData())
        age = int(self._age.text()) if self._age.hasAcceptableInput() else None
        return ListFile(self._path, name, category, age)

    def _on_name_changed(self, name: str) -> None:
        same = next((w for w in self._lists if w.name == name.strip()), None)
        if same is not None:
            self._category.setCurrentIndex(self._category.findData(same.category))
            self._age.setText(str(same.max_age_days) if same.max_age_days else "")
        self._report()

    def _report(self) -> None:
        self.completed.emit(self.chosen() is not None)

    def _form(self) -> Card:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="listForm", margins=(24, 20, 24, 24), spacing=0)
        card.body.addWidget(Words(theme, "Which list is it?", Text.SECTION, Weight.STRONG))
        card.body.addSpacing(4)
        card.body.addWidget(
            Words(
                theme,
                "A list names people whom the desk must look at before they come in. A match never"
                " closes the door by itself: it asks you.",
                colour=c.muted,
                wrap=True,
            )
        )
        card.body.addSpacing(16)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        fields = (
            ("List", self._name, "One in force, or a new name."),
            ("Kind of list", self._category, "How the desk words a match."),
            ("Oldest allowed, in days", self._age, "Empty: it never counts as outdated."),
        )
        for column, (label, field, help_words) in enumerate(fields):
            grid.addWidget(Words(theme, label, weight=Weight.LABEL), 0, column)
            grid.addWidget(field, 1, column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Words(theme, help_words, colour=c.muted), 2, column)
            grid.setColumnStretch(column, 1)
        card.body.addLayout(grid)
        return card
