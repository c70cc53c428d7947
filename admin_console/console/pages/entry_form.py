"""The fields of one list entry, as a person fills them in. It asks no hub."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from admin_console.console.pages.form_grid import card_title, form_card, form_grid, labelled
from admin_console.console.pages.photo_card import PhotoCard
from admin_console.console.pages.rule_card import ClockError, RuleCard
from admin_console.console.painting import Tone
from admin_console.console.parts.card import Card
from admin_console.console.parts.chip_field import ChipField
from admin_console.console.parts.chips import Chip
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Theme
from db.aliases import alias_as_said
from db.domain.custody import NO_RULE, CustodyRule
from db.domain.entry_history import EntryDraft

_DAY = "1979-07-14"
_WHOLE_DATE = len(_DAY)
_SEXES = (("Not known", ""), ("Woman", "F"), ("Man", "M"))
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
    "photo": "photo",
}
_LABELS = {
    "given": ("Given name", ""),
    "middle": ("Middle name", ""),
    "family": ("Family name", ""),
    "suffix": ("Suffix", ""),
    "birth_date": ("Birth date", _DAY),
    "jurisdiction": ("Issuing place", "TX"),
    "reference": ("Number on the list", ""),
    "valid_from": ("In force from", _DAY),
    "valid_until": ("In force until", _DAY),
    "instructions": ("What the desk must do", "Call the principal"),
    "note": ("Note", ""),
}


class EntryForm(QWidget):
    """Three cards: the person, what the desk must do about them and when, and the photo.

    Signals:
        edited: something was typed or chosen.
    """

    edited = Signal()

    def __init__(self, theme: Theme, photos: PhotoStore) -> None:
        super().__init__()
        self._theme = theme
        self._photo = ""
        self._is_custody = False
        self._before = EntryDraft("")
        self._fields = {name: self._field(name, *words) for name, words in _LABELS.items()}
        self._sex = Choice(theme, name="entrySex", label="Sex")
        for words, letter in _SEXES:
            self._sex.addItem(words, letter)
        self._sex.currentIndexChanged.connect(lambda _index: self.edited.emit())
        self._aliases = ChipField(
            theme,
            name="entryAliases",
            label="Other names",
            placeholder="add a name, Enter",
            shown=alias_as_said,
        )
        self._aliases.edited.connect(self.edited)
        self._enough = Chip(theme)
        self._enough.setObjectName("entryEnough")
        self._rule = RuleCard(theme, self._fields)
        self._rule.edited.connect(self.edited)
        self.photo_card = PhotoCard(theme, photos)
        self.photo_card.taken_out.connect(lambda: self.set_photo(""))
        self.edited.connect(self._show_enough)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for part in (self._person_card(), self._rule, self.photo_card):
            column.addWidget(part)
        column.addStretch(1)

    def show_draft(self, draft: EntryDraft, *, is_custody: bool = False) -> None:
        """Fill the form; nothing is unsaved then."""
        self._before, self._photo, self._is_custody = draft, draft.photo, is_custody
        for name, field in self._fields.items():
            field.setText(getattr(draft, name))
            field.setCursorPosition(0)
        self._aliases.show_texts(p for part in draft.aliases.split(";") if (p := part.strip()))
        self._sex.setCurrentIndex(max(0, self._sex.findData(draft.sex)))
        self._rule.show_rule(draft.rule, is_custody=is_custody)
        self.photo_card.show_photo(draft.photo)
        self.edited.emit()

    def set_photo(self, sha256: str) -> None:
        """Give the entry another photo, or with no hash none."""
        self._photo = sha256
        self.photo_card.show_photo(sha256)
        self.edited.emit()

    @property
    def photo(self) -> str:
        return self._photo

    def draft(self) -> EntryDraft:
        """What the form says now. Raises `ClockError` for hours that are none."""
        return self._draft(self._rule.rule())

    def unsaved(self) -> tuple[str, ...]:
        """The names of the fields that differ from what was shown."""
        now = self._draft(None)
        found = [
            words
            for name, words in _WORDS.items()
            if getattr(now, name) != getattr(self._before, name)
        ]
        try:
            rule = self._rule.rule()
        except ClockError:
            return (*found, "custody rule")
        if self._is_custody and rule != (self._before.rule or NO_RULE):
            found.append("custody rule")
        return tuple(found)

    def set_read_only(self, *, is_on: bool) -> None:
        """Whether what stands there can be changed."""
        for field in self._fields.values():
            field.setReadOnly(is_on)
        self._aliases.set_read_only(is_on=is_on)
        self._rule.set_read_only(is_on=is_on)
        self._sex.setEnabled(not is_on)

    def _draft(self, rule: CustodyRule | None) -> EntryDraft:
        text = {name: " ".join(field.text().split()) for name, field in self._fields.items()}
        return EntryDraft(
            family=text["family"],
            given=text["given"],
            middle=text["middle"],
            suffix=text["suffix"],
            birth_date=text["birth_date"],
            sex=self._sex.currentData(),
            aliases="; ".join(self._aliases.texts()),
            jurisdiction=text["jurisdiction"],
            reference=text["reference"],
            note=text["note"],
            instructions=text["instructions"],
            valid_from=text["valid_from"],
            valid_until=text["valid_until"],
            photo=self._photo,
            rule=rule,
        )

    def _show_enough(self) -> None:
        """Say whether few others would match as well: without a whole birth date many do."""
        has_names = all(self._fields[name].text().strip() for name in ("given", "family"))
        born = self._fields["birth_date"].text().strip()
        if not has_names:
            self._enough.say("Without both names few are found", Tone.CAUTION, "warning")
        elif len(born) < _WHOLE_DATE or "?" in born:
            said = "Without a whole birth date others match too"
            self._enough.say(said, Tone.CAUTION, "warning")
        else:
            self._enough.say("Complete enough to match well", Tone.POSITIVE, "check")

    def _person_card(self) -> Card:
        theme = self._theme
        card = form_card(theme, card_title(theme, "Person"), self._enough, name="entryPerson")
        grid = form_grid(12)
        rows = (
            (("given", 4), ("middle", 3), ("family", 4), ("suffix", 1)),
            (("birth_date", 3), ("sex", 3), ("jurisdiction", 3), ("reference", 3)),
        )
        for row, fields in enumerate(rows):
            column = 0
            for name, span in fields:
                label, field = (
                    ("Sex", self._sex) if name == "sex" else (_LABELS[name][0], self._fields[name])
                )
                grid.addLayout(labelled(theme, label, field), row, column, 1, span)
                column += span
        card.body.addLayout(grid)
        card.body.addLayout(labelled(theme, "Other names", self._aliases))
        return card

    def _field(self, name: str, label: str, placeholder: str) -> Field:
        field = Field(self._theme, name=f"entry_{name}", label=label, placeholder=placeholder)
        field.textChanged.connect(lambda _text: self.edited.emit())
        return field
