"""The fields of one list entry, as a person fills them in. It asks no hub."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from admin_console.console.parts.card import Card
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.entry_history import EntryDraft
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry

_BOTTOM = Qt.AlignmentFlag.AlignBottom
_DAY = "1979-07-14"
_SEXES = (("Not known", ""), ("Woman", "F"), ("Man", "M"))
_SEX_LETTERS = {Sex.UNSPECIFIED: "", Sex.FEMALE: "F", Sex.MALE: "M"}
_WORDS = {
    "given": "given name",
    "middle": "middle name",
    "family": "family name",
    "suffix": "suffix",
    "birth_date": "birth date",
    "sex": "sex",
    "jurisdiction": "issuing place",
    "reference": "number",
    "aliases": "other names",
    "valid_from": "first day",
    "valid_until": "last day",
    "instructions": "what the desk must do",
    "note": "note",
}
FIELD_WORDS = _WORDS | {"name": "name", "born": "birth date", "photo": "photo"}
"""The fields of a history's line in the same words."""


def draft_of(entry: WatchlistEntry) -> EntryDraft:
    """An entry as its form shows it."""
    name = entry.name
    return EntryDraft(
        name.family,
        name.given,
        name.middle,
        name.suffix,
        "" if entry.born is None else str(entry.born),
        _SEX_LETTERS[entry.sex],
        "; ".join(_alias(alias) for alias in entry.aliases),
        entry.jurisdiction,
        entry.reference,
        entry.note,
        entry.instructions,
        "" if entry.valid_from is None else entry.valid_from.isoformat(),
        "" if entry.valid_until is None else entry.valid_until.isoformat(),
        entry.photo,
    )


def _alias(alias: PersonName) -> str:
    return f"{alias.family}, {alias.given}"


class EntryForm(QWidget):
    """Two cards: the person, and what the desk must do about them and when.

    Signals:
        edited: something was typed or chosen.
    """

    edited = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._fields: dict[str, Field] = {}
        self._photo = ""
        self._before = EntryDraft("")
        self._sex = Choice(theme, name="entrySex", label="Sex")
        for words, letter in _SEXES:
            self._sex.addItem(words, letter)
        self._sex.currentIndexChanged.connect(lambda _index: self.edited.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self._person_card())
        column.addWidget(self._rule_card())
        column.addStretch(1)

    def show_draft(self, draft: EntryDraft) -> None:
        """Fill the form; nothing is unsaved then."""
        self._before, self._photo = draft, draft.photo
        for name, field in self._fields.items():
            field.setText(getattr(draft, name))
            field.setCursorPosition(0)
        self._sex.setCurrentIndex(max(0, self._sex.findData(draft.sex)))
        self.edited.emit()

    def draft(self) -> EntryDraft:
        """What the form says now."""
        texts = {name: " ".join(field.text().split()) for name, field in self._fields.items()}
        return EntryDraft(**texts, sex=self._sex.currentData(), photo=self._photo)

    def unsaved(self) -> tuple[str, ...]:
        """The names of the fields that differ from what was shown."""
        now = self.draft()
        return tuple(
            words
            for name, words in _WORDS.items()
            if getattr(now, name) != getattr(self._before, name)
        )

    def set_read_only(self, *, is_on: bool) -> None:
        """Whether what stands there can be changed."""
        for field in self._fields.values():
            field.setReadOnly(is_on)
        self._sex.setEnabled(not is_on)

    def _person_card(self) -> Card:
        grid = self._grid()
        for at, (name, label) in enumerate(
            (("given", "Given name"), ("middle", "Middle name"), ("family", "Family name"))
        ):
            self._put(grid, (0, at, 1), label, self._field(name, label))
        self._put(grid, (2, 0, 1), "Birth date", self._field("birth_date", "Birth date", _DAY))
        self._put(grid, (2, 1, 1), "Sex", self._sex)
        place = self._field("jurisdiction", "Issuing place", "TX")
        self._put(grid, (2, 2, 1), "Issuing place", place)
        names = self._field("aliases", "Other names", "Family, Given; Family, Given")
        self._put(grid, (4, 0, 3), "Other names, parted by semicolons", names)
        self._put(grid, (6, 0, 1), "Suffix", self._field("suffix", "Suffix"))
        self._put(grid, (6, 1, 2), "Number on the list", self._field("reference", "Number"))
        return self._card("Person", "as much as is known", grid)

    def _rule_card(self) -> Card:
        grid = self._grid()
        first = self._field("valid_from", "In force from", _DAY)
        last = self._field("valid_until", "In force until", _DAY)
        self._put(grid, (0, 0, 1), "In force from", first)
        self._put(grid, (0, 1, 1), "In force until", last)
        must = self._field("instructions", "What the desk must do", "Call the principal")
        self._put(grid, (2, 0, 3), "What the desk must do", must)
        self._put(grid, (4, 0, 3), "Note, shown on the match card", self._field("note", "Note"))
        return self._card("What to do, and when it counts", "without days it always counts", grid)

    def _card(self, title: str, note: str, grid: QGridLayout) -> Card:
        theme = self._theme
        card = Card(theme, margins=(16, 12, 16, 16), spacing=12)
        head = Words(theme, title, Text.SECTION, Weight.STRONG)
        muted = Words(theme, note, colour=theme.colours.muted)
        row = QGridLayout()
        row.addWidget(head, 0, 0)
        row.setColumnStretch(1, 1)
        row.addWidget(muted, 0, 2)
        card.body.addLayout(row)
        card.body.addLayout(grid)
        return card

    @staticmethod
    def _grid() -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        return grid

    def _put(
        self, grid: QGridLayout, place: tuple[int, int, int], label: str, field: QWidget
    ) -> None:
        """`place` is row, column and how many columns."""
        row, column, span = place
        if row:
            grid.setRowMinimumHeight(row, 32)
        words = Words(self._theme, label, weight=Weight.LABEL)
        grid.addWidget(words, row, column, 1, span, _BOTTOM)
        grid.addWidget(field, row + 1, column, 1, span)

    def _field(self, name: str, label: str, placeholder: str = "") -> Field:
        field = Field(self._theme, name=f"entry_{name}", label=label, placeholder=placeholder)
        field.textChanged.connect(lambda _text: self.edited.emit())
        self._fields[name] = field
        return field
