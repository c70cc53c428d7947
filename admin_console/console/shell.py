"""What stands around the pages once somebody is signed in, and what all pages need of the hub."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.bars import Banner, StatusBar, TopBar
from admin_console.console.keys_sheet import KeysSheet
from admin_console.console.navigation import Navigation, entries_of
from admin_console.console.pages.audit import AuditView
from admin_console.console.pages.away_desk import Kept
from admin_console.console.pages.desk import DeskPage
from admin_console.console.pages.history import HistoryPage
from admin_console.console.pages.kept import KeptPage
from admin_console.console.pages.kiosks import KiosksPage
from admin_console.console.pages.lists import ListsPage
from admin_console.console.pages.notices import NoticesPage
from admin_console.console.pages.on_site import OnSitePage
from admin_console.console.pages.own_password import OwnPasswordPage
from admin_console.console.pages.settings import SettingsPage
from admin_console.console.pages.staff import StaffView
from admin_console.console.parts.toast import Toast
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Theme
from db.domain.desk import Desk
from db.domain.rights import Action, may

DESK_SECONDS = 60.0
"""How often the desk is asked for without news: that a kiosk falls silent, or a list grows old, is
none that the hub could tell."""

Page: TypeAlias = (
    DeskPage
    | OnSitePage
    | NoticesPage
    | HistoryPage
    | ListsPage
    | AuditView
    | KeptPage
    | KiosksPage
    | SettingsPage
    | StaffView
    | OwnPasswordPage
)


class Shell(QWidget):
    """Navigation, bars and pages.

    Signals:
        sign_out_asked: whoever is signed in wants to leave.
    """

    sign_out_asked = Signal()

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__()
        self._session = session
        self._desk: Desk | None = None
        self._photos = PhotoStore(session, self)
        self._navigation = Navigation(theme, session.site, session.staff)
        self._top, self._banner = TopBar(theme), Banner(theme)
        self._status = StatusBar(theme)
        self.desk = DeskPage(theme, session, self._photos)
        self.on_site = OnSitePage(theme, session, self._photos)
        self.notices = NoticesPage(theme, session)
        self.history = HistoryPage(theme, session, self._photos)
        self.lists = ListsPage(theme, session, self._photos)
        self.audit = AuditView(theme, session)
        pages = (self.desk, self.on_site, self.notices, self.history, self.lists, self.audit)
        self._pages: dict[str, Page] = {page.title: page for page in pages}
        if may(session.staff.role, Action.SEE_INVENTORY):
            self._pages[KeptPage.title] = KeptPage(theme, session)
        if may(session.staff.role, Action.LET_KIOSKS_IN):
            self._pages[KiosksPage.title] = KiosksPage(theme, session)
        if may(session.staff.role, Action.SETTLE_RULES):
            self._pages[SettingsPage.title] = SettingsPage(theme, session)
        self._own_password = OwnPasswordPage(theme, session)
        self._telling: tuple[StaffView | OwnPasswordPage, ...] = (self._own_password,)
        if may(session.staff.role, Action.SETTLE_STAFF):
            self._telling = (StaffView(theme, session), self._own_password)
        self._pages.update({page.title: page for page in self._telling})
        self._was_led = False
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._toast = Toast(theme, self._stack)
        self._toast.setObjectName("leavingToast")
        self._lay_out()
        self._keys_sheet = KeysSheet(theme, self)
        self._connect()
        self._desk_fetch = Fetch(session, lambda hub: hub.desk(), self._on_desk, lambda _e: None)
        self._desk_asked_at = session.now()
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.tick)

    def start(self) -> None:
        """Ask for everything once, then listen."""
        self.go("Desk")
        self.on_site.refresh()
        self.lists.refresh()
        self._session.start()
        self._ask_desk()
        self._clock.start()

    def page(self) -> Page:
        return self._pages[self._title]

    def go(self, title: str) -> None:
        """Show a page; what it shows is asked for again."""
        self._title = title
        page = self._pages[title]
        self._stack.setCurrentWidget(page)
        self._navigation.show_page(title)
        self._top.show_title(title, getattr(page, "top_extra", None))
        self._show_trail()
        self._status.show_keys((*page.keys, ("?", "all keys")))
        page.refresh()
        page.setFocus()
        self._own_password.start()  # nobody's password waits in a page that was left
        self.tick()

    def finish(self) -> bool:
        """Finish what the desk has begun. Returns whether nothing is lost if somebody leaves now.

        Where something would be that is told only once, they are led there; not twice.
        """
        if not self.desk.finish():
            return False
        untold = self._untold()
        if untold is None or self._was_led:
            return True
        self._was_led = True
        self.go(untold.title)
        self._toast.say("This is told only once", "Leave once more to go without it.", "alarm")
        return False

    def _untold(self) -> StaffView | OwnPasswordPage | None:
        """A page with something that nobody has seen."""
        return next((page for page in self._telling if page.is_untold), None)

    def tick(self) -> None:
        """Once a second: times run, ages grow."""
        self._was_led = self._was_led and self._untold() is not None
        now = self._session.now()
        if (now - self._desk_asked_at).total_seconds() >= DESK_SECONDS:
            self._ask_desk()
        self.page().tick(now)
        self._top.show_facts(self.page().facts(now))
        self._show_bars(now)

    def _connect(self) -> None:
        session = self._session
        session.changed.connect(self._on_changed)
        session.connection_changed.connect(self._on_connection_changed)
        self._navigation.chosen.connect(self.go)
        self._navigation.sign_out_asked.connect(self.sign_out_asked)
        self._top.searched.connect(self._on_searched)
        self._top.offer_sites(session.sites)
        self._top.site_chosen.connect(self._on_site_chosen)
        self._top.back_asked.connect(self.lists.go_up)
        self.desk.history_asked.connect(lambda: self.go("History"))
        self.notices.visit_asked.connect(self._on_visit_asked)
        for page in self._pages.values():
            page.facts_changed.connect(self._on_facts_changed)
        self.audit.visit_asked.connect(lambda visit_id: self._on_visit_asked(UUID(visit_id)))
        for entry in entries_of(session.staff.role):
            self._key(f"G, {entry.key}", partial(self.go, entry.title))
        self._key("Ctrl+K", self._top.search.setFocus)
        self._key("F5", self._on_try_now)
        self._key("?", self._keys_sheet.open)

    def _show_trail(self) -> None:
        page = self.page()
        if isinstance(page, ListsPage):
            self._top.show_trail(*page.trail())
        else:
            self._top.show_trail(self._title, ())

    def _on_facts_changed(self) -> None:
        self._show_trail()
        self._top.show_facts(self.page().facts(self._session.now()))
        self._status.show_keys((*self.page().keys, ("?", "all keys")))
        self._show_counts()

    def _key(self, keys: str, does: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(does)

    def _on_try_now(self) -> None:
        self._session.try_now()
        if self._session.connection.is_up:
            self._on_changed()

    def _ask_desk(self) -> None:
        self._desk_asked_at = self._session.now()
        self._desk_fetch.ask()

    def _on_changed(self) -> None:
        self._ask_desk()
        self.page().refresh()

    def _on_site_chosen(self, site_id: str) -> None:
        self._session.choose_site(site_id)
        self.history.begin_anew()
        self.on_site.refresh()
        self.lists.refresh()
        self._on_changed()

    def _on_desk(self, desk: Desk) -> None:
        self._desk = desk
        now = self._session.now()
        self.desk.show_desk(desk, now)
        self._show_counts()
        self._show_bars(now)

    def _on_connection_changed(self, connection: Connection) -> None:
        now = self._session.now()
        self.desk.show_kept(self._kept())
        for page in self._pages.values():
            page.show_connection(connection, now)
        self._on_facts_changed()
        self._show_bars(now)

    def _on_visit_asked(self, visit_id: UUID) -> None:
        self.go("History")
        self.history.open_visit(visit_id)

    def _on_searched(self, text: str) -> None:
        self.go("History")
        self.history.search(text)

    def _show_counts(self) -> None:
        if self._desk is not None:
            on_site, unread = self._desk.figures.on_site, self._desk.unread_notices
            self._navigation.show_counts(self.desk.waiting, on_site, unread)

    def _show_bars(self, now: datetime) -> None:
        connection, zone = self._session.connection, self._session.zone
        self._banner.show_connection(connection, now, zone)
        self._status.show_hub(connection, self._desk, now, zone)

    def _kept(self) -> tuple[Kept, ...]:
        desk, inside, lists = self._desk, self.on_site.shown(), self.lists.shown()
        waiting = words.plural(len(desk.holds), "person", "people") if desk else "nothing"
        people = words.plural(len(inside.visits), "person", "people") if inside else "nothing"
        visits, as_of = self.history.loaded()
        looked_at = f"{words.plural(visits, 'visit', 'visits')} of those looked at"
        return (
            Kept("Waiting", f"{waiting}, kept from before", desk.as_of if desk else None),
            Kept("On site now", f"{people}, kept from before", inside.as_of if inside else None),
            Kept("History", looked_at if visits else "nothing was looked at yet", as_of),
            Kept("Lists", "kept on each kiosk; screening goes on", lists.as_of if lists else None),
        )

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._top)
        right.addWidget(self._banner)
        right.addWidget(self._stack, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self._navigation)
        upper.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper, 1)
        column.addWidget(self._status)
