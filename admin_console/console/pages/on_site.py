"""Who is inside now, and signing them out. Whoever was not seen leaving stays until settled."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from datetime import datetime

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.on_site import (
    ROW,
    Group,
    Grouping,
    OnSiteDelegate,
    OnSiteModel,
    grouped,
)
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.parts.toast import Toast
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection, Fetch, HubSession, is_same
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import OnSite
from db.domain.visit import Visit


class TopCounts(QWidget):
    """Four counts in the top bar; exceptions in their colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        c = theme.colours
        self._theme = theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._counts: list[tuple[Words, Words]] = []
        for place, (what, colour) in enumerate(
            (
                ("inside", c.ink),
                ("overdue", c.alarm),
                ("with escort", c.ink),
                ("departure not seen", c.caution),
            )
        ):
            if place:
                self._row.addSpacing(16)
            figure = Words(theme, "", Text.HEADING, Weight.STRONG, colour, whole=True)
            label = Words(theme, what, colour=c.muted, whole=True)
            self._row.addWidget(figure)
            self._row.addWidget(label)
            self._counts.append((figure, label))

    def show_counts(self, inside: int, overdue: int, escort: int, unseen: int) -> None:
        for (figure, label), count in zip(
            self._counts, (inside, overdue, escort, unseen), strict=True
        ):
            figure.setText(words.count(count))
            for part in (figure, label):
                part.setVisible(count > 0 or figure is self._counts[0][0])


class OnSitePage(Panel):
    """The table of everybody inside.

    Signals:
        facts_changed: what stands beside the title is another.
    """

    facts_changed = Signal()

    title = "On site now"
    keys = (("J K", "move"), ("O", "sign out"), ("/", "find"))

    def __init__(self, theme: Theme, session: HubSession, photos: PhotoStore) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._shown: OnSite | None = None
        self._grouping = Grouping.TYPE
        self.setObjectName("onSitePage")
        self.top_extra = TopCounts(theme)
        self._model = OnSiteModel(session.zone, self, session.site_of)
        self._delegate = OnSiteDelegate(theme, photos)
        self._delegate.pressed.connect(self._on_pressed)
        self._fetch = Fetch(session, lambda hub: hub.on_site(), self._on_answer, self._on_failed)
        self._build()
        photos.came.connect(lambda _sha: self._table.viewport().update())
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("/", self._find.setFocus),
            ("O", lambda: self._on_pressed(self._table.currentIndex())),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    def facts(self, now: datetime) -> str:
        zone = self._session.zone
        today = f"{words.long_day(now.astimezone(zone).date())}, {words.clock(now, zone)}"
        if self._shown is None or self._session.connection.is_up:
            return today
        return f"as of {words.clock(self._shown.as_of, zone)}"

    def refresh(self) -> None:
        self._fetch.ask()

    def shown(self) -> OnSite | None:
        return self._shown

    def tick(self, now: datetime) -> None:
        if self._shown is not None:
            self._fill(now)
            self._model.tick(now)

    def show_connection(self, connection: Connection, now: datetime) -> None:
        self._delegate.is_off = not connection.is_up
        self._table.viewport().update()
        self.tick(now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._toast.place()

    def _on_answer(self, on_site: OnSite) -> None:
        before, self._shown = self._shown, on_site
        if is_same(before, on_site):
            return
        self._fill(self._session.now())
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._message.show()
            self._message.say("Who is inside could not be loaded", str(error))

    def _fill(self, now: datetime) -> None:
        if self._shown is None:
            return
        visits, zone = self._shown.visits, self._session.zone
        self._model.show_not_admitted(self._shown.not_admitted)
        rows = grouped(visits, self._grouping, self._find.text(), now, zone)
        if rows != self._model.rows():
            chosen = self._table.currentIndex().data(ROW)
            self._model.show_rows(rows, now)
            for number, row in enumerate(rows):
                self._table.setRowHeight(number, 32 if isinstance(row, Group) else 36)
                if isinstance(row, Visit) and isinstance(chosen, Visit):
                    same = row.visit_id == chosen.visit_id
                    if same:
                        self._table.setCurrentIndex(self._model.index(number, 0))
            self._table.updateGeometry()
        unseen = sum(visit.is_departure_not_seen(now, zone) for visit in visits)
        self.top_extra.show_counts(
            len(visits) - unseen,
            sum(v.is_overdue(now) and not v.is_departure_not_seen(now, zone) for v in visits),
            sum(visit.with_escort for visit in visits),
            unseen,
        )
        self._card.setVisible(bool(rows))
        self._message.setVisible(not rows)
        if visits and not rows:
            self._message.say(
                "Nobody inside fits what you typed", "Clear the field to see everybody."
            )
        elif not visits:
            self._message.say(
                "Nobody is inside", "Whoever signs in at a kiosk appears here by themselves."
            )

    def _on_pressed(self, index: QModelIndex) -> None:
        visit = index.data(ROW) if index.isValid() else None
        if not isinstance(visit, Visit) or not self._session.connection.is_up:
            return
        name = visit.identity.name.short

        def on_failed(error: Exception) -> None:
            self._toast.say(f"{name} was not signed out", str(error), "alarm")
            self.refresh()

        self._session.act(
            lambda hub: hub.check_out(visit.visit_id),
            lambda gone: self._on_signed_out(name, gone),
            on_failed,
        )

    def _on_signed_out(self, name: str, visit: Visit) -> None:
        at = visit.checked_out_at or self._session.now()
        self._toast.say(name, f"Signed out at {words.clock(at, self._session.zone)}")
        self.refresh()

    def _on_grouping(self, grouping: Grouping) -> None:
        self._grouping = grouping
        self._fill(self._session.now())

    def _build(self) -> None:
        theme = self._theme
        tools = QHBoxLayout()
        tools.setSpacing(4)
        group = QButtonGroup(self)
        for grouping in Grouping:
            tab = Button(theme, grouping.value, name=f"group_{grouping.name}", kind=Kind.TAB)
            tab.setChecked(grouping is self._grouping)
            tab.clicked.connect(lambda _=False, g=grouping: self._on_grouping(g))
            group.addButton(tab)
            tools.addWidget(tab)
        tools.addStretch(1)
        self._find = Field(
            theme,
            name="findOnSite",
            label="Find on this page",
            placeholder="Find on this page",
            icon="search",
            key="/",
        )
        self._find.setFixedWidth(220)
        self._find.textChanged.connect(lambda _text: self._fill(self._session.now()))
        tools.addWidget(self._find)
        self._table = RowTable(
            theme,
            self._model,
            self._delegate,
            name="onSiteTable",
            label="Everybody inside",
            row=36,
        )
        self._table.set_widths((236, 124, 190, 100, 84, 110, 182, 121), (2,))
        self._card = Card(theme, name="onSiteCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "onSiteMessage", "on-site")
        self._message.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(tools)
        column.addWidget(self._card)
        column.addWidget(self._message)
        column.addStretch(1)
        self._toast = Toast(theme, self)
