"""What stands beside an entry's form: its history, who was cleared of it, what it has done."""

from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.entry_story import said_of
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.changes import Change, ChangeList
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.clearance import ClearanceLine, Standing
from db.domain.entry_history import EntryChangeKind, EntryDeeds, EntryEvent, EntryFile

_SHOWN = 3
_STANDINGS = {
    Standing.EXPIRED: "expired",
    Standing.ENDED: "ended",
    Standing.ENTRY_CHANGED: "the entry has changed since",
    Standing.ENTRY_GONE: "the entry is gone",
}


class SideCard(Card):
    """A card with a title and a muted note at the right."""

    def __init__(self, theme: Theme, title: str, name: str) -> None:
        super().__init__(theme, name=name, margins=(16, 12, 16, 12), spacing=12)
        self.theme = theme
        self.note = Words(theme, "", colour=theme.colours.muted, whole=True, name=f"{name}Note")
        head = QHBoxLayout()
        head.addWidget(Words(theme, title, Text.SECTION, Weight.STRONG))
        head.addStretch(1)
        head.addWidget(self.note)
        self.body.addLayout(head)


class HistoryCard(SideCard):
    """Who changed what, newest first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "History", "entryHistory")
        self._changes = ChangeList(theme, "entryTimeline")
        said = "Nothing has changed since it was imported."
        self._none = Words(theme, said, colour=theme.colours.muted, wrap=True)
        self.body.addWidget(self._changes)
        self.body.addWidget(self._none)

    def show_file(self, file: EntryFile | None, zone: ZoneInfo) -> None:
        events = file.history if file is not None else ()
        changes = tuple(Change(said_of(event), _by(event, zone)) for event in events)
        self._changes.show_changes(changes)
        self._changes.setVisible(bool(events))
        self._none.setVisible(file is not None and not events)
        entry = file.entry if file is not None else None
        self.note.setText("new" if entry is None else f"version {entry.version}")


def _by(event: EntryEvent, zone: ZoneInfo) -> str:
    how = "imported" if event.what is EntryChangeKind.IMPORTED else ""
    return ", ".join(p for p in (event.by, words.day_and_clock(event.at, zone), how) if p)


class ClearancesCard(SideCard):
    """Visitors of whom staff said *not this person*, and what saving does to that.

    Signals:
        end_asked: a clearance shall end, with its id.
    """

    end_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Clearances", "entryClearances")
        self._lines: tuple[ClearanceLine, ...] | None = None
        self._buttons: list[Button] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(12)
        self.body.addLayout(self._rows)
        self._ends = self._warning()
        self.body.addWidget(self._ends)

    def show_file(self, file: EntryFile | None, zone: ZoneInfo, off: str) -> None:
        lines = file.clearances if file is not None else ()
        if lines != self._lines:
            self._lines = lines
            self._show_lines(zone)
        for button in self._buttons:
            button.set_off(off)

    def _show_lines(self, zone: ZoneInfo) -> None:
        self._buttons = []
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        in_force = [line for line in self._lines or () if line.standing is Standing.IN_FORCE]
        over = [line for line in self._lines or () if line.standing is not Standing.IN_FORCE]
        for line in (*in_force, *over)[: max(_SHOWN, len(in_force))]:
            self._rows.addWidget(self._row(line, zone))
        if not self._lines:
            said = "Nobody was cleared of this entry."
            self._rows.addWidget(Words(self.theme, said, colour=self.theme.colours.muted))
        self.note.setText(f"{len(in_force)} in force" if in_force else "none in force")

    def show_ending(self, version: int, file: EntryFile | None, *, is_unsaved: bool) -> None:
        """Warn of what saving that version ends."""
        lines = file.clearances if file is not None else ()
        ending = sum(line.standing is Standing.IN_FORCE for line in lines)
        self._ends.setVisible(is_unsaved and ending > 0)
        which = (
            "This clearance ends, and that visitor is"
            if ending == 1
            else (f"These {ending} clearances end, and those visitors are")
        )
        self._ends_words.setText(f"Saving makes version {version}. {which} held once more.")

    def _row(self, line: ClearanceLine, zone: ZoneInfo) -> QWidget:
        theme, c, clearance = self.theme, self.theme.colours, line.clearance
        holder = QWidget()
        said = QVBoxLayout()
        said.setSpacing(0)
        name = line.visitor_name or "Somebody whose name was erased"
        said.addWidget(Words(theme, name, weight=Weight.LABEL))
        said.addWidget(Words(theme, f"Not this person: {clearance.reason}", wrap=True))
        on = words.day(clearance.decided_at.astimezone(zone).date())
        stands = _STANDINGS.get(line.standing, "")
        by = ", ".join(part for part in (clearance.decided_by, on, stands) if part)
        said.addWidget(Words(theme, by, colour=c.muted, wrap=True))
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(said, 1)
        if line.standing is Standing.IN_FORCE:
            end = Button(theme, "End", name="endEntryClearance")
            self._buttons.append(end)
            end.clicked.connect(lambda: self._ask(clearance.clearance_id))
            row.addWidget(end, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _ask(self, clearance_id: UUID) -> None:
        self.end_asked.emit(clearance_id)

    def _warning(self) -> Card:
        theme, c = self.theme, self.theme.colours
        card = Card(theme, name="entryEnds", margins=(12, 10, 12, 10), fill=c.caution_soft,
                    line=c.caution_soft, radius=8)  # fmt: skip
        self._ends_words = Words(theme, "", colour=c.caution, wrap=True, name="entryEndsWords")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Icon(theme, "warning", c.caution), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._ends_words, 1)
        card.body.addLayout(row)
        return card


class DeedsCard(SideCard):
    """How often the entry held somebody, and what staff decided."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "What it has done", "entryDeeds")
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(8)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnMinimumWidth(0, 112)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)

    def show_deeds(self, deeds: EntryDeeds | None) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.setVisible(deeds is not None)
        if deeds is None:
            return
        self.note.setText(f"since {words.day(deeds.since)}")
        theme, c = self.theme, self.theme.colours
        for row, (label, said) in enumerate(deed_lines(deeds)):
            self._grid.addWidget(Words(theme, label, colour=c.muted), row, 0)
            self._grid.addWidget(Words(theme, said, name=f"deed{row}"), row, 1)


def deed_lines(deeds: EntryDeeds) -> tuple[tuple[str, str], ...]:
    """Label and words; what never happened is left out, but for holds."""
    holds = deeds.holds
    on = f", last on {words.day(deeds.confirmed_on)}" if deeds.confirmed_on else ""
    lines = (
        ("Screened since", words.plural(deeds.screenings, "visitor", "visitors")),
        ("Held", words.plural(holds.held, "visitor", "visitors")),
        ("Not this person", str(holds.not_this_person) if holds.not_this_person else ""),
        ("Approved", str(holds.approved) if holds.approved else ""),
        ("With an escort", str(holds.escorted) if holds.escorted else ""),
        ("Not admitted", f"{holds.confirmed}{on}" if holds.confirmed else ""),
        ("Not decided", str(holds.undecided) if holds.undecided else ""),
    )
    return tuple((label, said) for label, said in lines if said)
