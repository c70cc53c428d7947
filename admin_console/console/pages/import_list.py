"""Importing a list: file, columns and difference, apply. Nothing changes before the last press."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import HubClient, ListFile
from admin_console.console.pages.import_file import ImportFileStep
from admin_console.console.pages.import_preview import ImportPreviewStep
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import ActionBar, Card, Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.stepper import Stepper
from admin_console.console.session import Fetch, HubSession
from admin_console.console.theme import Theme
from db.domain.desk import ImportPreview, ImportProgress
from db.domain.watchlist import Watchlist

FILE, DIFFERENCE = 0, 1
_DONE = {"storing": "stored", "comparing": "compared"}


def _nothing(_: object) -> None:
    """What came of it is seen elsewhere."""


class ImportView(Panel):
    """The task from the file to the new version.

    Signals:
        finished: a list came into force, with the `Watchlist`.
        left: whoever imported stopped; nothing was changed.
        step_changed: another step is shown.
    """

    finished = Signal(object)
    left = Signal()
    step_changed = Signal()

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._file: ListFile | None = None
        self._preview: ImportPreview | None = None
        self._is_busy = self._is_applying = self._is_stopping = False
        self._ticket: UUID | None = None
        self._progress = Fetch(session, self._far, self._on_progress, _nothing)
        self._progress_clock = QTimer(self, interval=1000)
        self._progress_clock.timeout.connect(self._ask_progress)
        self.setObjectName("importView")
        self._steps = Stepper(theme, ("File", "Columns and difference", "Apply"))
        self._file_words = Words(theme, "", colour=theme.colours.muted, name="fileWords")
        self.file_step = ImportFileStep(theme)
        self.file_step.completed.connect(lambda _is: self._show_actions())
        self.preview_step = ImportPreviewStep(theme)
        self.preview_step.skip_changed.connect(lambda _is: self._show_actions())
        self.preview_step.accepted.connect(lambda _is: self._show_actions())
        self.preview_step.columns_changed.connect(self._on_columns)
        self._build()
        for keys, does in (
            ("Esc", self._on_cancel),
            ("Ctrl+Return", self._on_go),
            ("Ctrl+Enter", self._on_go),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    def start(self, lists: tuple[Watchlist, ...]) -> None:
        self._file, self._preview, self._is_busy = None, None, False
        self.file_step.start(lists)
        self._say("")
        self._show_step(FILE)

    def title(self) -> str:
        return f"Import: {self._file.list_name}" if self._file else "Import a list"

    def take(self, path: Path) -> None:
        self.file_step.take(path)

    def show_connection(self) -> None:
        self._show_actions()

    def _on_go(self) -> None:
        if not self._go.isEnabled() or not self.isVisible():
            return
        if self._stack.currentIndex() == FILE:
            self._ask_preview()
        else:
            self._apply()

    def _ask_preview(self) -> None:
        file = self.file_step.chosen()
        if file is not None:
            self._read(file)

    def _on_columns(self, columns: dict[str, str]) -> None:
        """Somebody says which column is which: the file is read anew."""
        if self._file is not None and not self._is_busy:
            self._read(replace(self._file, columns={**(self._file.columns or {}), **columns}))

    def _read(self, file: ListFile) -> None:
        self._file = file
        self._set_busy(f"The hub reads {file.path.name}. Esc stops it.")
        self._ticket = ticket = uuid4()
        self._progress_clock.start()
        self._show_actions()
        self._session.carry(
            lambda hub: hub.preview(file, ticket), self._on_preview, self._on_failed
        )

    def _on_preview(self, preview: ImportPreview) -> None:
        self._preview = preview
        self._set_busy("")
        self.preview_step.show_preview(preview)
        self._show_step(DIFFERENCE)

    def _apply(self) -> None:
        file, preview, step = self._file, self._preview, self.preview_step
        if file is None or preview is None:
            return
        skip_bad = step.skips_bad()
        seen = preview.current_version or 0
        file = replace(file, by_hand=step.by_hand(), seen_version=seen)
        self._steps.show_step(2)
        self._set_busy("The hub puts the list in force. Until it has, the version before holds.")
        self._is_applying = True
        self._progress_clock.start()
        self._show_actions()
        self._session.carry(
            lambda hub: hub.import_list(file, skip_bad=skip_bad), self._on_applied, self._on_failed
        )

    def _ask_progress(self) -> None:
        self._progress.ask()

    def _far(self, hub: HubClient) -> ImportProgress | None:
        ticket = self._ticket
        return hub.import_progress() if ticket is None else hub.preview_progress(ticket)

    def _on_progress(self, progress: ImportProgress | None) -> None:
        if progress is None or not self._can_stop() or not progress.total:
            return
        if progress.phase in _DONE:
            done, total = words.count(progress.done), words.count(progress.total)
            what = _DONE[progress.phase]
            self._waiting = f"The hub has {what} {done} of {total} people. Esc stops it."
        else:
            share = 100 * progress.done // progress.total
            self._waiting = f"The hub has read {share} of 100 parts of the file. Esc stops it."
        self._show_actions()

    def _can_stop(self) -> bool:
        return (self._is_applying or self._ticket is not None) and not self._is_stopping

    def _stop(self) -> None:
        """Ask the hub to stop: the version before stays, and what was chosen is kept."""
        if not self._can_stop():
            return
        self._is_stopping = True
        ticket = self._ticket
        if ticket is None:
            self._waiting = "The hub stops the import. The version before stays in force."
            self._session.act(lambda hub: hub.cancel_import(), _nothing, _nothing)
        else:
            self._waiting = "The hub stops reading. Nothing is changed."
            self._session.act(lambda hub: hub.stop_preview(ticket), _nothing, _nothing)
        self._show_actions()

    def _on_applied(self, watchlist: Watchlist) -> None:
        self._set_busy("")
        self.finished.emit(watchlist)

    def _on_failed(self, error: Exception) -> None:
        self._set_busy("")
        self._steps.show_step(self._stack.currentIndex())
        is_file = isinstance(error, OSError)
        self._say("The file cannot be opened. Choose it again." if is_file else str(error))

    def _on_back(self) -> None:
        self._say("")
        self._show_step(FILE)

    def _on_cancel(self) -> None:
        if not self.isVisible():
            return
        if self._is_applying or self._ticket is not None:
            self._stop()
        elif not self._is_busy:
            self.left.emit()

    def _set_busy(self, said: str) -> None:
        self._is_busy = bool(said)
        if not said:
            self._is_applying = self._is_stopping = False
            self._ticket = None
            self._progress_clock.stop()
        self._say("")
        self._waiting = said
        self._show_actions()

    def _say(self, error: str) -> None:
        self._error_words.setText(error)
        self._error.setVisible(bool(error))

    def _show_step(self, step: int) -> None:
        self._stack.setCurrentIndex(step)
        self._steps.show_step(step)
        file = self._file
        shown = file is not None and step == DIFFERENCE
        self._file_words.setVisible(shown)
        if file is not None and shown:
            size = words.file_size(file.path.stat().st_size) if file.path.exists() else "gone"
            self._file_words.setText(f"{file.path.name}, {size}")
        self._show_actions()
        self.step_changed.emit()

    def _show_actions(self) -> None:
        """Words and buttons of the action bar, with the reason when one is off."""
        step, preview = self._stack.currentIndex(), self._preview
        self._back.setVisible(step == DIFFERENCE)
        self._go.set_words("Read the file" if step == FILE else "Apply the list")
        off = self._waiting
        if not off and not self._session.connection.is_up:
            off = "The hub is away. What you chose is kept; go on when it is back."
        elif not off and step == FILE and self.file_step.chosen() is None:
            off = "Choose a file and name the list."
        elif not off and preview is not None and preview.bad and step == DIFFERENCE:
            rows = words.plural(preview.bad, "row", "rows")
            if not self.preview_step.skips_bad():
                off = f"{rows} cannot be read: correct the file, or leave them out."
        if not off and step == DIFFERENCE and not self.preview_step.accepts_notes():
            off = "Something of the file is not read: say that it is to be imported all the same."
        self._go.set_off(off)
        self._back.set_off(self._waiting)
        stops = "Stop reading" if self._ticket is not None else "Cancel"
        self._cancel.set_words("Stop the import" if self._is_applying else stops)
        self._cancel.set_off("" if self._can_stop() else self._waiting)
        self._unsaved.setText(off or self._consequence())

    def _consequence(self) -> str:
        preview = self._preview
        if self._stack.currentIndex() == FILE or preview is None:
            return "Next you see what the file would change. Nothing changes yet."
        good = words.count(preview.in_file - preview.bad)
        if preview.current_version is None:
            return f"{good} people come into force at once, on every kiosk."
        return f"Version {preview.current_version} stays in force until all {good} rows are in."

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._waiting = ""
        head = QHBoxLayout()
        head.addWidget(self._steps)
        head.addStretch(1)
        head.addWidget(self._file_words)
        self._error = Card(theme, name="importError", margins=(16, 12, 16, 12), line=c.alarm)
        self._error_words = Words(theme, "", wrap=True, name="importErrorWords")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Icon(theme, "alarm", c.alarm), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._error_words, 1)
        self._error.body.addLayout(row)
        self._error.hide()
        self._stack = QStackedWidget()
        for page in (self.file_step, self.preview_step):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            page.setProperty("plain", True)
            area.setWidget(page)
            self._stack.addWidget(area)
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 24, 24, 16)
        inner.setSpacing(24)
        inner.addLayout(head)
        inner.addWidget(self._error)
        inner.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner, 1)
        column.addWidget(self._action_bar())

    def _action_bar(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        self._unsaved = Words(theme, "", colour=c.muted, name="importConsequence")
        self._cancel = Button(theme, "Cancel", name="cancelImport", key="Esc")
        self._cancel.clicked.connect(self._on_cancel)
        self._back = Button(theme, "Back", name="backImport", icon="arrow-left")
        self._back.clicked.connect(self._on_back)
        self._go = Button(theme, "Read the file", name="goImport", kind=Kind.PRIMARY, key="Ctrl ↵")
        self._go.clicked.connect(self._on_go)
        return ActionBar(theme, self._cancel, self._back, self._go, said=self._unsaved)
