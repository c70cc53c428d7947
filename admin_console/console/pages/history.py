"""The history: every visit, newest first, page by page; one opened beside the list; the export."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from datetime import datetime
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QModelIndex, QStandardPaths, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import HubClient, VisitFilter
from admin_console.console.models.history import (
    ROW,
    HistoryDelegate,
    HistoryModel,
    Loaded,
)
from admin_console.console.pages.drawer import Drawer
from admin_console.console.pages.filters import FilterBar
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.parts.toast import Toast
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection, HubSession
from admin_console.console.theme import Theme
from db.domain.desk import VisitPage, VisitStory
from db.domain.visit import Visit

DRAWER_OVER_BELOW = 1360
"""Windows narrower than this have the drawer over the list instead of beside it, in px."""


class HistoryPage(Panel):
    """List and drawer.

    Signals:
        exported: so many visits are written so far (from the export's thread).
        facts_changed: what stands beside the title is another.
    """

    facts_changed = Signal()
    exported = Signal(int)

    title = "History"
    keys = (("/", "search"), ("J K", "move"), ("Enter", "open"), ("T", "go to date"))

    def __init__(self, theme: Theme, session: HubSession, photos: PhotoStore) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._loaded = Loaded()
        self._asked = 0
        self._is_loading_more = False
        self.setObjectName("historyPage")
        self._model = HistoryModel(session.zone, self, session.site_of)
        self._model.more_wanted.connect(self._on_more_wanted)
        self._filters = FilterBar(theme, session.zone)
        self._filters.changed.connect(self._on_filter_changed)
        self._drawer = Drawer(theme, session.zone, photos)
        self._drawer.closed.connect(self.close_drawer)
        self._drawer.hide()
        self.exported.connect(self._on_exported)
        self._build()
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("/", self._filters.text.setFocus),
            ("F", self._filters.open_menu),
            ("T", lambda: self._filters.open_calendar(self._go_to)),
            ("Return", self._table.open_current),
            ("Esc", self.close_drawer),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    def facts(self, _now: datetime) -> str:
        if self._loaded.as_of is None:
            return "The visits are asked for"
        total = words.visits(self._loaded.total, is_more=self._loaded.is_more)
        if self._session.connection.is_up:
            return total
        return f"{total}, as of {words.clock(self._loaded.as_of, self._session.zone)}"

    def loaded(self) -> tuple[int, datetime | None]:
        """How many visits are here, and when that was true."""
        return len(self._loaded.visits), self._loaded.as_of

    def refresh(self) -> None:
        """Ask for the newest page again; older pages stay as they are."""
        wanted, self._asked = self._filters.wanted(), self._asked + 1
        number = self._asked
        self._session.ask(
            lambda hub: hub.visits(wanted, None),
            lambda page: self._on_first(number, page),
            self._on_failed,
        )

    def begin_anew(self) -> None:
        """Forget what was loaded: other visits are looked at from now on."""
        self.close_drawer()
        self._loaded = Loaded()
        self.refresh()

    def search(self, text: str) -> None:
        self._filters.want(VisitFilter(text=text))

    def tick(self, now: datetime) -> None:
        self._filters.tick(now)

    def show_connection(self, connection: Connection, _now: datetime) -> None:
        self._export.set_off("" if connection.is_up else "The hub is away: export needs it.")

    def open_visit(self, visit_id: UUID) -> None:
        """Show a visit in the drawer although the list may not have it: a notice asked for it."""

        def on_story(story: VisitStory) -> None:
            last = story.decisions[-1].verdict if story.decisions else None
            self._drawer.show_visit(story.visit, last)
            self._drawer.show()
            self._place()
            self._drawer.show_story(story)

        self._session.ask(lambda hub: hub.story(visit_id), on_story, self._on_failed)

    def open(self, index: QModelIndex) -> None:
        """Show a visit in the drawer; the list keeps its scroll and choice."""
        visit = index.data(ROW)
        if not isinstance(visit, Visit):
            return
        self._drawer.show_visit(visit, self._loaded.verdicts.get(visit.visit_id))
        self._drawer.show()
        self._place()
        self._session.ask(
            lambda hub: hub.story(visit.visit_id),
            self._drawer.show_story,
            lambda error: self._drawer.fail(str(error)),
        )

    def close_drawer(self) -> None:
        self._drawer.hide()
        self._place()
        self._table.setFocus()

    def export_to(self, path: Path) -> None:
        """Write the visits that the filter shows as CSV."""
        wanted = self._filters.wanted()
        self._export.set_off("An export is being written.")
        self._progress.setText("Export is being written")

        def write(hub: HubClient) -> int:
            return hub.export(wanted, path, self.exported.emit)

        def done(count: int) -> None:
            self._export.set_off("")
            self._progress.setText(
                f"{words.plural(count, 'visit', 'visits')} written to {path.name}"
            )

        def failed(error: Exception) -> None:
            self._export.set_off("")
            self._progress.setText("")
            said = "The file cannot be written there." if isinstance(error, OSError) else error
            self._toast.say("Nothing was exported", str(said), "alarm")

        self._session.carry(write, done, failed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
        self._toast.place()

    def _on_exported(self, count: int) -> None:
        self._progress.setText(f"{words.plural(count, 'visit', 'visits')} written")

    def _on_export_asked(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        today = self._session.now().astimezone(self._session.zone).date()
        proposed = str(Path(folder) / f"visits-{today.isoformat()}.csv")
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export the visits", proposed, "Table (*.csv)"
        )
        if chosen:
            self.export_to(Path(chosen))

    def _on_filter_changed(self, _wanted: VisitFilter) -> None:
        self._loaded = Loaded()
        self._table.scrollToTop()
        self.refresh()

    def _on_more_wanted(self) -> None:
        page, wanted, number = self._loaded.next_page, self._filters.wanted(), self._asked
        if page is None or self._is_loading_more:
            return
        self._is_loading_more = True
        self._session.ask(
            lambda hub: hub.visits(wanted, page),
            lambda answer: self._on_more(number, answer),
            self._on_failed,
        )

    def _on_first(self, number: int, page: VisitPage) -> None:
        # An answer to an older question must not replace a newer one's.
        if number == self._asked:
            self._show(self._loaded.with_first(page))

    def _on_more(self, number: int, page: VisitPage) -> None:
        self._is_loading_more = False
        if number == self._asked:
            self._show(self._loaded.with_next(page))

    def _on_failed(self, error: Exception) -> None:
        self._is_loading_more = False
        if self._loaded.as_of is None:
            self._card.hide()
            self._message.say("The visits could not be loaded", str(error))
            self._message.show()

    def _show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.facts_changed.emit()
        chosen = self._table.currentIndex().data(ROW)
        at = self._table.verticalScrollBar().value()
        self._model.show_loaded(loaded, self._session.now())
        if isinstance(chosen, Visit):
            number = self._model.number_of(chosen)
            if number is not None and number != self._table.currentIndex().row():
                self._table.setCurrentIndex(self._model.index(number, 0))
        self._table.verticalScrollBar().setValue(at)
        shown = words.visits(loaded.total, is_more=loaded.is_more)
        is_all = self._filters.wanted() == VisitFilter()
        self._in_view.setText(f"{shown} {'in the log' if is_all else 'in this view'}")
        self._card.setVisible(bool(loaded.visits))
        self._message.setVisible(not loaded.visits)
        if not loaded.visits and is_all:
            self._message.say(
                "No visits yet", "The first visitor at a kiosk appears here by themselves."
            )
        elif not loaded.visits:
            self._message.say("No visit fits", "Take a filter off, or search for another name.")

    def _place(self) -> None:
        """The drawer beside the list, or over it in a narrow window."""
        width = self._drawer.width()
        beside = self.window().width() >= DRAWER_OVER_BELOW
        room = width if beside and not self._drawer.isHidden() else 0
        self._list.setGeometry(0, 0, self.width() - room, self.height())
        self._drawer.setGeometry(self.width() - width, 0, width, self.height())
        self._drawer.raise_()

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._go_to = Button(theme, "Go to date", name="goToDate", icon="calendar", key="T")
        self._go_to.clicked.connect(lambda: self._filters.open_calendar(self._go_to))
        self._export = Button(theme, "Export", name="export", icon="download")
        self._export.clicked.connect(self._on_export_asked)
        self._in_view = Words(theme, "", colour=c.muted, name="inView")
        self._progress = Words(theme, "", colour=c.muted, name="exportProgress")
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self._in_view)
        tools.addStretch(1)
        tools.addWidget(self._progress)
        tools.addWidget(self._go_to)
        tools.addWidget(self._export)
        self._table = RowTable(
            theme,
            self._model,
            HistoryDelegate(theme),
            name="historyTable",
            label="Visits, newest first",
            row=32,
        )
        self._table.set_widths((68, 80, 174, 92, 130, 116, 132), (4, 5))
        self._table.opened.connect(self.open)
        self._table.clicked.connect(self._on_clicked)
        self._card = Card(theme, name="historyCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        clear = Button(theme, "Show all visits", name="clearFilters", kind=Kind.PLAIN)
        clear.clicked.connect(lambda: self._filters.want(VisitFilter()))
        self._message = Message(theme, "historyMessage", "history", clear)
        self._message.hide()
        self._list = QWidget(self)
        column = QVBoxLayout(self._list)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        column.addWidget(self._filters)
        column.addLayout(tools)
        column.addWidget(self._card)
        column.addWidget(self._message)
        column.addStretch(1)
        self._drawer.setParent(self)
        self._toast = Toast(theme, self)

    def _on_clicked(self, index: QModelIndex) -> None:
        if not self._drawer.isHidden():
            self.open(index)
