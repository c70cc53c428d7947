"""One entry of a list: what it says, who changed it when, and the way to remove it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import HubClient
from admin_console.console.models.entry_story import waits_said, what_is_asked
from admin_console.console.pages.entry_form import EntryForm
from admin_console.console.pages.entry_side import ClearancesCard, DeedsCard, HistoryCard
from admin_console.console.pages.rule_card import ClockError
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import ActionBar, Card, Panel
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.photos import PhotoStore
from admin_console.console.session import HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.entry_history import EntryDeeds, EntryDraft, EntryFile
from db.domain.watchlist import Category, Watchlist
from db.entry_drafts import draft_of

_AWAY = "The hub is away. What you typed is kept; save when it is back."
_NO_CLOCK = "The hours are written like 7:00 or 18:30. Nothing was saved."
_TOO_LARGE = "That picture has more than 10 MB. Choose a smaller one."
_MOST_PHOTO_BYTES = 10 * 1024 * 1024

Deed: TypeAlias = Callable[[HubClient], EntryFile]
Done: TypeAlias = Callable[[EntryFile], object]


class EntryEditor(Panel):
    """The page of one entry, or of a new one.

    Signals:
        stepped: another entry is wanted, with 1 for the next and -1 for the one before.
        left: whoever edits goes back to the list.
        saved: the hub has it, with words for a toast.
        facts_changed: another person is shown.
    """

    stepped = Signal(int)
    left = Signal()
    saved = Signal(str, str)
    facts_changed = Signal()

    def __init__(self, theme: Theme, session: HubSession, photos: PhotoStore) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._list: Watchlist | None = None
        self._file: EntryFile | None = None
        self._waiting = ""
        self._is_removing = self._is_warned = False
        self.setObjectName("entryEditor")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.form = EntryForm(theme, photos)
        self.form.edited.connect(self._on_edited)
        self.form.photo_card.chosen.connect(self.take_photo)
        self._build()
        for keys, does in (
            ("Esc", self._on_discard),
            ("Ctrl+S", self._on_save),
            ("Alt+Down", lambda: self._on_step(1)),
            ("Alt+Up", lambda: self._on_step(-1)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    def start(self, watchlist: Watchlist, entry_id: UUID | None) -> None:
        """Show an entry, or with no id an empty form."""
        self._list, self._file = watchlist, None
        self._is_removing = self._is_warned = False
        self._say("")
        self.form.show_draft(EntryDraft(""), is_custody=self._is_custody())
        self._deeds.show_deeds(None)
        if entry_id is None:
            self._wait("")
        else:
            self._wait("The entry is asked for.")
            list_id = watchlist.list_id
            self._session.ask(lambda hub: hub.entry(list_id, entry_id), self._on_file, self._failed)
        self._show()

    @property
    def watchlist(self) -> Watchlist | None:
        return self._list

    @property
    def entry_id(self) -> UUID | None:
        """Whose page this is; None while somebody new is written."""
        entry = self._file.entry if self._file is not None else None
        return None if entry is None else entry.entry_id

    def person(self) -> str:
        """Who is shown."""
        entry = self._file.entry if self._file is not None else None
        return entry.name.full if entry is not None else "Somebody new"

    def leave(self) -> None:
        """Go back to the list; what is unsaved is asked about once."""
        self._on_discard()

    def take_photo(self, path: Path) -> None:
        """Send a picture to the hub; the entry has it once it is saved."""
        try:
            is_large = path.stat().st_size > _MOST_PHOTO_BYTES
            content = b"" if is_large else path.read_bytes()
        except OSError as error:
            self._say(f"The picture cannot be read ({error.strerror}). Nothing was changed.")
            return
        if is_large:
            self._say(_TOO_LARGE)
            return
        self._say("")
        self.form.photo_card.show_sending()
        self._session.act(lambda hub: hub.add_photo(content), self.form.set_photo, self._no_photo)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("Ctrl S", "save"), ("Alt ↑ ↓", "entry before, after"), ("Esc", "discard"))

    def show_connection(self) -> None:
        self._show()

    # ---- what happens ------------------------------------------------------------------------

    def _on_file(self, file: EntryFile) -> None:
        self._file = file
        if file.entry is not None:
            draft = draft_of(file.entry, file.rule)
            self.form.show_draft(draft, is_custody=self._is_custody())
            self._ask_deeds(file.list_id, file.entry.entry_id)
        self._wait("")
        self._show()
        self.facts_changed.emit()

    def _is_custody(self) -> bool:
        return self._list is not None and self._list.category is Category.CUSTODY

    def _ask_deeds(self, list_id: UUID, entry_id: UUID) -> None:
        def show(deeds: EntryDeeds) -> None:
            if self.entry_id == entry_id:
                self._deeds.show_deeds(deeds)

        # Without them the page is whole enough: nothing is said when they do not come.
        self._session.ask(lambda hub: hub.entry_deeds(list_id, entry_id), show, lambda _e: None)

    def _no_photo(self, error: Exception) -> None:
        self.form.photo_card.show_photo(self.form.photo)
        self._say(str(error))

    def _on_end(self, clearance_id: UUID) -> None:
        """End a clearance, then look at the entry again. What was typed stays."""
        self._say("")
        self._wait("The hub is asked.")
        self._session.act(
            lambda hub: hub.end_clearance(clearance_id), lambda _c: self._look_again(), self._failed
        )

    def _look_again(self) -> None:
        list_id, entry_id = self._list, self.entry_id
        if list_id is None or entry_id is None:
            self._wait("")
            return
        known = list_id.list_id
        self._session.ask(lambda hub: hub.entry(known, entry_id), self._on_looked, self._failed)

    def _on_looked(self, file: EntryFile) -> None:
        self._file = file
        self._wait("")

    def _on_step(self, by: int) -> None:
        if self.isVisible() and not self._waiting and not self.form.unsaved():
            self.stepped.emit(by)

    def _on_edited(self) -> None:
        self._is_warned = False
        self._show()

    def _on_save(self) -> None:
        if not self._save.isEnabled() or not self.isVisible() or self._list is None:
            return
        list_id = self._list.list_id
        try:
            draft = self.form.draft()
        except ClockError:
            self._say(_NO_CLOCK)
            return
        entry = self._file.entry if self._file is not None else None
        entry_id, version = (None, 0) if entry is None else (entry.entry_id, entry.version)
        self._act(lambda hub: hub.save_entry(list_id, entry_id, draft, version), self._on_saved)

    def _on_saved(self, file: EntryFile) -> None:
        self._on_file(file)
        if file.entry is not None:
            said = f"Version {file.entry.version} of this entry is in force on every kiosk."
            if file.removal is not None:
                said = waits_said(file.removal)
            self.saved.emit(file.entry.name.full, said)

    def _on_discard(self) -> None:
        """Go back; what is unsaved is asked about once."""
        if not self.isVisible() or self._waiting:
            return
        if self._is_removing:
            self._is_removing = False
            self._show()
        elif self.form.unsaved() and not self._is_warned:
            self._is_warned = True
            self._show()
        else:
            self.left.emit()

    def _on_remove(self) -> None:
        self._is_removing = True
        self._show()
        self._reason.setFocus()

    def _on_removal(self) -> None:
        """Ask for it, or confirm it."""
        file = self._file
        if file is None or file.entry is None:
            return
        list_id, entry, reason = file.list_id, file.entry, self._reason.text().strip()
        if file.removal is None and not reason:
            self._say("Say why the entry is to be removed.")
            return
        self._act(
            lambda hub: hub.remove_entry(list_id, entry.entry_id, entry.version, reason),
            self._on_removal_done,
        )

    def _on_removal_done(self, file: EntryFile) -> None:
        name = self.person()
        self._is_removing = False
        self._reason.clear()
        self._on_file(file)
        if file.entry is None:
            self.saved.emit(name, "Removed from the list on every kiosk.")
            self.left.emit()

    def _on_keep(self) -> None:
        file = self._file
        if file is not None and file.entry is not None:
            list_id, entry_id = file.list_id, file.entry.entry_id
            self._act(lambda hub: hub.keep_entry(list_id, entry_id), self._on_file)

    def _act(self, deed: Deed, done: Done) -> None:
        self._say("")
        self._wait("The hub is asked.")
        self._session.act(deed, done, self._failed)

    def _failed(self, error: Exception) -> None:
        self._wait("")
        self._say(str(error))

    # ---- what is shown -----------------------------------------------------------------------

    def _wait(self, what: str) -> None:
        self._waiting = what
        self._show()

    def _say(self, error: str) -> None:
        self._error.setText(error)
        self._error.setVisible(bool(error))

    def _show(self) -> None:
        file, unsaved = self._file, self.form.unsaved()
        entry = file.entry if file is not None else None
        off = self._waiting or ("" if self._session.connection.is_up else _AWAY)
        version = 1 if entry is None else entry.version + 1
        self._save.set_words("Add to the list" if entry is None else f"Save as version {version}")
        self._save.set_off(off or ("" if unsaved else "Nothing was changed."))
        self._unsaved.setText(off or self._unsaved_words(unsaved))
        asked = file.removal if file is not None else None
        self._remove.setVisible(entry is not None and asked is None and not self._is_removing)
        self._remove.set_off(off)
        zone = self._session.zone
        self._history.show_file(file, zone)
        self._clearances.setVisible(entry is not None)
        self._clearances.show_file(file, zone, off)
        self._clearances.show_ending(version, file, is_unsaved=bool(unsaved))
        self._show_removal(off)

    def _unsaved_words(self, unsaved: tuple[str, ...]) -> str:
        if self._is_warned:
            return "Not saved yet. Esc once more discards it."
        if not unsaved:
            return "Nothing is unsaved."
        many = words.plural(len(unsaved), "change", "changes")
        return f"{many} not saved: {', '.join(unsaved)}."

    def _show_removal(self, off: str) -> None:
        file = self._file
        asked = file.removal if file is not None else None
        self._removal.setVisible(self._is_removing or asked is not None)
        self._reason.setVisible(asked is None)
        self._keep.setVisible(asked is not None)
        self._give_up.setVisible(asked is None)
        is_change = asked and asked.changes
        self._removal_title.setText("A change that waits" if is_change else "Removal from the list")
        if asked is not None:
            when = words.day_and_clock(asked.at, self._session.zone)
            self._removal_words.setText(f"{asked.by} asked for it, {when}: {what_is_asked(asked)}")
            is_own = asked.by_id == self._session.staff.staff_id
            own = "You asked for it yourself: another person has to confirm it." if is_own else ""
            self._confirm.set_words("Change it" if is_change else "Remove it")
            self._confirm.set_off(off or own)
        else:
            two = file is None or file.needs_two
            said = "It counts until another person confirms." if two else "It ends at once."
            self._removal_words.setText(f"Say why this entry is to be removed. {said}")
            self._confirm.set_words("Ask for the removal" if two else "Remove it")
            self._confirm.set_off(off)
        self._keep.set_off(off)

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._error = Words(theme, "", colour=c.alarm, wrap=True, name="entryError")
        right = QVBoxLayout()
        right.setSpacing(16)
        self._history, self._deeds = HistoryCard(theme), DeedsCard(theme)
        self._clearances = ClearancesCard(theme)
        self._clearances.end_asked.connect(self._on_end)
        for card in (self._removal_card(), self._history, self._clearances, self._deeds):
            right.addWidget(card)
        right.addStretch(1)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addWidget(self.form, 752)
        row.addLayout(right, 400)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body.setProperty("plain", True)
        area.setWidget(body)
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 24, 24, 8)
        inner.setSpacing(16)
        inner.addWidget(self._error)
        inner.addWidget(area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner, 1)
        column.addWidget(self._action_bar())

    def _removal_card(self) -> Card:
        theme = self._theme
        self._removal = Card(theme, name="entryRemoval", margins=(16, 12, 16, 16), spacing=12)
        body = self._removal.body
        self._removal_title = Words(theme, "", Text.SECTION, Weight.STRONG, name="removalTitle")
        body.addWidget(self._removal_title)
        self._removal_words = Words(theme, "", wrap=True, name="removalWords")
        body.addWidget(self._removal_words)
        self._reason = Field(theme, name="removalReason", label="Why", placeholder="Why")
        body.addWidget(self._reason)
        self._confirm = Button(theme, "Remove it", name="confirmRemoval", kind=Kind.DESTRUCTIVE)
        self._confirm.clicked.connect(self._on_removal)
        self._keep = Button(theme, "Keep the entry", name="keepEntry")
        self._keep.clicked.connect(self._on_keep)
        self._give_up = Button(theme, "Cancel", name="cancelRemoval", key="Esc")
        self._give_up.clicked.connect(self._on_discard)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self._keep, self._give_up, self._confirm):
            row.addWidget(button)
        body.addLayout(row)
        return self._removal

    def _action_bar(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        self._remove = Button(
            theme, "Remove from the list", name="removeEntry", kind=Kind.DESTRUCTIVE, icon="erase"
        )
        self._remove.clicked.connect(self._on_remove)
        self._unsaved = Words(theme, "", colour=c.muted, name="entryUnsaved")
        discard = Button(theme, "Discard", name="discardEntry", key="Esc")
        discard.clicked.connect(self._on_discard)
        self._save = Button(theme, "Save", name="saveEntry", kind=Kind.PRIMARY, key="Ctrl S")
        self._save.clicked.connect(self._on_save)
        return ActionBar(theme, discard, self._save, said=self._unsaved, apart=self._remove)
