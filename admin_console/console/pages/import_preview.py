"""The import's second step: how the columns are read, what changes, which rows are bad."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from admin_console.console import words
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.pages.column_mapper import LEFT_OUT, ColumnMapper, field_words
from admin_console.console.pages.import_counts import Counts
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, card_head
from admin_console.console.parts.labels import Words
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.parts.toggles import Tick
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import BadRow, ByHand, ChangeKind, EntryChange, ImportPreview
from db.private_files import private
from db.table_cells import line

_KINDS = {
    ChangeKind.ADDED: ("Added", Tone.POSITIVE),
    ChangeKind.CHANGED: ("Changed", Tone.PRIMARY),
    ChangeKind.REMOVED: ("Removed", Tone.CAUTION),
}


def write_report(bad_rows: tuple[BadRow, ...], path: Path) -> None:
    """The bad rows as a table that opens anywhere, calculates nothing, and is this account's."""
    with open(path, "w", encoding="utf-8-sig", newline="", opener=private) as file:
        file.write(line(("Line", "Name", "Why it cannot be read")))
        file.writelines(line((str(row.line), row.name, row.why)) for row in bad_rows)


class ImportPreviewStep(QWidget):
    """Left the columns, right the difference and the bad rows. Nothing has changed yet.

    Signals:
        skip_changed: whether the bad rows are to be left out.
        accepted: whether the file is to be imported although something of it is not read.
        columns_changed: which column is which field, as somebody said: names in the file to fields.
    """

    skip_changed = Signal(bool)
    accepted = Signal(bool)
    columns_changed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._preview: ImportPreview | None = None
        self._kind: ChangeKind | None = None
        self._is_by_hand = False
        self.setObjectName("importPreviewStep")
        self._columns = PlainModel(Columns(("Column", "First value", "Read as")), self)
        self._changes = PlainModel(Columns(("", "Name", "Birth date", "What changes")), self)
        self._bad = PlainModel(Columns(("Line", "Name", "Why it cannot be read"), (0,)), self)
        self._remarks = PlainModel(Columns(("Line", "Name", "What is odd"), (0,)), self)
        self._counts = Counts(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, widgets in (
            (left, (self._columns_card(), self._replaces_card())),
            (
                right,
                (
                    self._asks_card(),
                    self._counts,
                    self._changes_card(),
                    self._bad_card(),
                    self._remarks_card(),
                ),
            ),
        ):
            column.setSpacing(16)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch(1)
        row.addLayout(left, 504)
        row.addLayout(right, 648)

    def show_preview(self, preview: ImportPreview) -> None:
        self._preview, self._kind, self._is_by_hand = preview, None, False
        self._all.setChecked(True)
        self._counts.show_counts(preview)
        self._columns.show_rows(
            tuple((name, value, field_words(field)) for name, value, field in preview.columns)
        )
        self._mapper.show_columns(preview.columns)
        version = preview.current_version
        self._warning.setText(preview.warning)
        self._warning.setVisible(bool(preview.warning))
        self._against.setText(
            "All of it is new" if version is None else f"Difference to version {version}"
        )
        self._show_changes()
        self._show_by_hand(preview)
        self._show_notes(preview)
        self._bad.show_rows(
            tuple((words.count(r.line), r.name or "(empty)", r.why) for r in preview.bad_rows)
        )
        shown = len(preview.bad_rows)
        first = f", the first {shown} shown" if shown < preview.bad else ""
        self._bad_note.setText(f"{words.count(preview.bad)}{first}")
        self._remarks.show_rows(
            tuple((words.count(r.line), r.name, r.why) for r in preview.remarks)
        )
        shown = len(preview.remarks)
        first = f", the first {shown} shown" if shown < preview.remarked else ""
        self._remarks_note.setText(f"{words.count(preview.remarked)}, used all the same{first}")
        self._remarks_box.setVisible(preview.remarked > 0)
        self._bad_box.setVisible(preview.bad > 0)
        self._skip_row.setVisible(preview.bad > 0)
        self._skip.setChecked(False)
        one = "Leave out the row that cannot be read"
        many = f"Leave out the {words.count(preview.bad)} rows that cannot be read"
        self._skip.setText(one if preview.bad == 1 else many)

    def skips_bad(self) -> bool:
        return self._skip.isChecked()

    def accepts_notes(self) -> bool:
        """Whether all of the file is read, or somebody wants it as it is."""
        return not self._notes.text() or self._accept.isChecked()

    def _show_notes(self, preview: ImportPreview) -> None:
        self._accept.setChecked(False)
        self._notes.setText(" ".join(preview.notes))
        self._notes_row.setVisible(bool(preview.notes))
        self._asks.setVisible(bool(preview.notes) or preview.undoes > 0)

    def by_hand(self) -> ByHand:
        """What is to become of what people wrote by hand."""
        return ByHand.KEEP if self._keep.isChecked() else ByHand.UNDO

    def _show_by_hand(self, preview: ImportPreview) -> None:
        is_asked = preview.undoes > 0
        self._keep.setChecked(True)
        for widget in (self._keep_row, self._by_hand):
            widget.setVisible(is_asked)
        entries = words.plural(preview.undoes, "entry says", "entries say")
        self._hand_words.setText(
            f"{entries} what people wrote by hand, and the file says otherwise. By hand names "
            "them; without the tick that goes."
        )

    def _on_kind(self, kind: ChangeKind | None, *, is_by_hand: bool = False) -> None:
        self._kind, self._is_by_hand = kind, is_by_hand
        self._show_changes()

    def _shown_changes(self) -> tuple[EntryChange, ...]:
        preview = self._preview
        if preview is None:
            return ()
        if self._is_by_hand:
            return preview.undone
        return tuple(c for c in preview.changes if self._kind in (None, c.kind))

    def _show_changes(self) -> None:
        rows = tuple(
            (_KINDS[change.kind][0], change.name, change.birth_date, change.what)
            for change in self._shown_changes()
        )
        self._changes.show_rows(rows)
        self._changes_table.setVisible(bool(rows))
        self._no_changes.setVisible(not rows)

    def _columns_card(self) -> Card:
        c = self._theme.colours

        def look(row: int, column: int) -> Look:
            is_out = self._columns.row(row)[2] == LEFT_OUT
            if column == 0:
                return Look(c.ink, Weight.LABEL)
            return Look(c.faint if is_out or column == 1 else c.ink)

        table = self._table(self._columns, look, "importColumns", "Columns in the file", 36)
        table.set_widths((150, 190, 164), (1,))
        card = self._table_card("Columns in the file", table, note="read by their names")
        self._mapper = ColumnMapper(self._theme)
        self._mapper.changed.connect(self.columns_changed)
        card.body.addWidget(self._mapper)
        return card

    def _replaces_card(self) -> Card:
        theme = self._theme
        card = Card(theme, name="replaces", margins=(16, 14, 16, 14))
        title = Words(theme, "The file replaces the whole list", weight=Weight.LABEL)
        said = "Entries that it lacks are removed. Until you apply it, nothing changes."
        card.body.addWidget(title)
        card.body.addWidget(Words(theme, said, colour=theme.colours.muted, wrap=True))
        self._warning = Words(
            theme, "", colour=theme.colours.caution, wrap=True, name="importWarning"
        )
        self._warning.setContentsMargins(0, 4, 0, 0)
        self._warning.hide()
        card.body.addWidget(self._warning)
        self._skip = QCheckBox()
        self._skip.setObjectName("skipBad")
        self._skip.toggled.connect(self.skip_changed)
        self._skip_row = QWidget()
        row = QHBoxLayout(self._skip_row)
        row.setContentsMargins(0, 12, 0, 0)
        row.addWidget(self._skip)
        card.body.addWidget(self._skip_row)
        return card

    def _asks_card(self) -> Card:
        """What somebody has to look at before the list is applied, above everything else."""
        self._keep = Tick(self._theme, "Keep what people wrote by hand", name="keepByHand")
        self._accept = Tick(self._theme, "Import it all the same", name="acceptNotes")
        self._accept.toggled.connect(self.accepted)
        self._asks = Card(self._theme, name="importAsks", margins=(16, 14, 16, 14))
        title = Words(self._theme, "Before you apply it", weight=Weight.LABEL)
        self._keep_row, self._hand_words = self._choice(self._keep, "byHandWords")
        self._notes_row, self._notes = self._choice(self._accept, "importNotes")
        for widget in (title, self._notes_row, self._keep_row):
            self._asks.body.addWidget(widget)
        return self._asks

    def _choice(self, box: Tick, name: str) -> tuple[QWidget, Words]:
        """Words that ask for a look, and the box to tick below them."""
        said = Words(self._theme, "", colour=self._theme.colours.caution, wrap=True, name=name)
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(said)
        column.addWidget(box)
        return row, said

    def _changes_card(self) -> Card:
        theme, c = self._theme, self._theme.colours

        def look(row: int, column: int) -> Look:
            if column == 0:
                return Look(c.ink, chip=_KINDS[self._shown_changes()[row].kind][1])
            return Look(
                c.ink if column < 3 else c.muted, Weight.LABEL if column == 1 else Weight.TEXT
            )

        table = self._table(self._changes, look, "importChanges", "What changes", 36)
        table.set_widths((100, 196, 160, 168), (1, 3))
        self._changes_table = table
        group = QButtonGroup(self)
        tabs: list[Button] = []
        for title, kind in (
            ("All", None),
            ("Added", ChangeKind.ADDED),
            ("Changed", ChangeKind.CHANGED),
            ("Removed", ChangeKind.REMOVED),
        ):
            tab = Button(theme, title, name=f"changes{title}", kind=Kind.TAB)
            tab.clicked.connect(lambda _=False, k=kind: self._on_kind(k))
            group.addButton(tab)
            tabs.append(tab)
        self._by_hand = Button(theme, "By hand", name="changesByHand", kind=Kind.TAB)
        self._by_hand.clicked.connect(lambda _=False: self._on_kind(None, is_by_hand=True))
        group.addButton(self._by_hand)
        tabs.append(self._by_hand)
        self._all = tabs[0]
        self._against = Words(theme, "", Text.SECTION, Weight.STRONG, name="against")
        card = Card(theme, name="changesCard", margins=(1, 1, 1, 1))
        head = QHBoxLayout()
        head.setContentsMargins(15, 8, 15, 8)
        head.setSpacing(4)
        head.addWidget(self._against)
        head.addStretch(1)
        for tab in tabs:
            head.addWidget(tab)
        card.body.addLayout(head)
        self._no_changes = Words(theme, "No such change in this file.", colour=c.muted)
        self._no_changes.setContentsMargins(16, 0, 16, 0)
        self._no_changes.setFixedHeight(36)
        inset = QHBoxLayout()
        inset.setContentsMargins(15, 0, 15, 0)
        inset.addWidget(self._no_changes)
        card.body.addLayout(inset)
        card.body.addWidget(table)
        TableCardMask(theme, card)
        return card

    def _bad_card(self) -> Card:
        theme, c = self._theme, self._theme.colours

        def look(_row: int, column: int) -> Look:
            inks = (c.muted, c.ink, c.alarm)
            return Look(inks[column], Weight.LABEL if column == 1 else Weight.TEXT)

        table = self._table(self._bad, look, "badRows", "Rows that cannot be read", 32)
        table.set_widths((88, 190, 346), (2,))
        self._bad_note = Words(theme, "", colour=c.muted, name="badNote")
        save = Button(theme, "Save report", name="saveReport", icon="download")
        save.clicked.connect(self._on_save)
        self._bad_box = Card(theme, name="badCard", margins=(1, 1, 1, 1))
        head = QHBoxLayout()
        head.setContentsMargins(15, 8, 15, 8)
        head.setSpacing(8)
        head.addWidget(Words(theme, "Bad rows", Text.SECTION, Weight.STRONG))
        head.addWidget(self._bad_note)
        head.addStretch(1)
        head.addWidget(save)
        self._bad_box.body.addLayout(head)
        self._bad_box.body.addWidget(table)
        TableCardMask(theme, self._bad_box)
        return self._bad_box

    def _remarks_card(self) -> Card:
        c = self._theme.colours

        def look(_row: int, column: int) -> Look:
            return Look(
                c.ink if column == 1 else c.muted, Weight.LABEL if column == 1 else Weight.TEXT
            )

        table = self._table(self._remarks, look, "remarks", "Remarks", 32)
        table.set_widths((88, 190, 346), (2,))
        self._remarks_note = Words(self._theme, "", colour=c.muted, name="remarksNote")
        self._remarks_box = Card(self._theme, name="remarksCard", margins=(1, 1, 1, 1))
        self._remarks_box.body.addLayout(card_head(self._theme, "Remarks", self._remarks_note))
        self._remarks_box.body.addWidget(table)
        TableCardMask(self._theme, self._remarks_box)
        return self._remarks_box

    def _table(
        self, model: PlainModel, look: Callable[[int, int], Look], name: str, label: str, row: int
    ) -> RowTable:
        delegate = PlainDelegate(self._theme, look)
        table = RowTable(self._theme, model, delegate, name=name, label=label, row=row)
        table.setSelectionMode(RowTable.SelectionMode.NoSelection)
        return table

    def _table_card(self, title: str, table: RowTable, note: str) -> Card:
        card = Card(self._theme, margins=(1, 1, 1, 1))
        muted = Words(self._theme, note, colour=self._theme.colours.faint)
        card.body.addLayout(card_head(self._theme, title, muted))
        card.body.addWidget(table)
        TableCardMask(self._theme, card)
        return card

    def _on_save(self) -> None:
        if self._preview is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save the report", "bad-rows.csv", "Table (*.csv)"
        )
        if chosen:
            write_report(self._preview.bad_rows, Path(chosen))
