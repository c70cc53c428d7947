"""The bars around a page: title and search on top, a banner when it matters, the status below."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from admin_console.console import words
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Panel
from admin_console.console.parts.chips import DotWords, Icon, KeyHint
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.session import Connection
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import Desk
from db.domain.sites import KnownSite

ALL_SITES = "All schools"


class TopBar(Panel):
    """56 high: the page's title, one line of facts, and the search.

    Signals:
        searched: look for these words in the history.
        back_asked: a page above is wanted, with its place in the trail.
        site_chosen: one school is to be looked at, by its id; all of them: empty.
    """

    site_chosen = Signal(str)
    searched = Signal(str)
    back_asked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        c = theme.colours
        super().__init__(c.surface, line=c.line, edges="b")
        self._theme = theme
        self.setFixedHeight(56)
        self._shown_trail: tuple[str, ...] = ()
        self._trail = QHBoxLayout()
        self._trail.setSpacing(8)
        self._title = Words(theme, "", Text.PAGE, Weight.STRONG, name="pageTitle")
        self._facts = Words(theme, "", colour=c.muted, name="pageFacts")
        self._extra = QHBoxLayout()
        self._extra.setContentsMargins(0, 0, 12, 0)
        self.search = Field(
            theme,
            name="search",
            label="Search visits",
            placeholder="Search visits",
            icon="search",
            key="Ctrl K",
            quiet=True,
        )
        self.search.setFixedWidth(288)
        self._sites: tuple[KnownSite, ...] = ()
        self.site = Button(theme, ALL_SITES, name="siteChoice", icon="place")
        self.site.clicked.connect(self.open_sites)
        self.site.hide()
        self.search.returnPressed.connect(self._on_search)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 24, 1)
        row.setSpacing(0)
        row.addLayout(self._trail)
        row.addWidget(self._title)
        row.addSpacing(12)
        row.addWidget(self._facts, 1)
        row.addLayout(self._extra)
        row.addWidget(self.site)
        row.addSpacing(12)
        row.addWidget(self.search)

    def offer_sites(self, sites: tuple[KnownSite, ...]) -> None:
        """Let one of these schools be chosen; where there is one, nothing is shown."""
        self._sites = sites
        self.site.setVisible(len(sites) > 1)

    def open_sites(self) -> None:
        self.sites_menu().popup(self.site.mapToGlobal(self.site.rect().bottomLeft()))

    def sites_menu(self) -> QMenu:
        """All schools, then each by name."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for site_id, name in ("", ALL_SITES), *((s.site_id, s.name) for s in self._sites):
            action = menu.addAction(name)
            action.triggered.connect(
                lambda _=False, chosen=site_id, shown=name: self._on_site(chosen, shown)
            )
            if not site_id:
                menu.addSeparator()
        return menu

    def _on_site(self, site_id: str, name: str) -> None:
        self.site.setText(name)
        self.site.setAccessibleName(f"School: {name}")
        self.site.updateGeometry()
        self.site_chosen.emit(site_id)

    def show_title(self, title: str, extra: QWidget | None) -> None:
        self._title.setText(title)
        while (item := self._extra.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
        if extra is not None:
            self._extra.addWidget(extra)
            extra.show()

    def show_trail(self, title: str, above: tuple[str, ...]) -> None:
        """The page's title, and the pages above it as the way back."""
        self._title.setText(title)
        if above == self._shown_trail:
            return
        self._shown_trail = above
        while (item := self._trail.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for at, words_above in enumerate(above):
            link = Button(self._theme, words_above, name=f"trail{at}", kind=Kind.TRAIL)
            link.clicked.connect(partial(self.back_asked.emit, at))
            self._trail.addWidget(link)
            self._trail.addWidget(Icon(self._theme, "chevron-right", self._theme.colours.muted))
        self._trail.setContentsMargins(0, 0, 12 if above else 0, 0)

    def show_facts(self, facts: str) -> None:
        if facts != self._facts.text():
            self._facts.setText(facts)

    def _on_search(self) -> None:
        text = self.search.text().strip()
        if text:
            self.search.clear()
            self.search.clearFocus()
            self.searched.emit(text)


class Banner(Panel):
    """40 high under the top bar, only while the hub is away."""

    def __init__(self, theme: Theme) -> None:
        c = theme.colours
        super().__init__(c.caution_soft, line=c.line, edges="b")
        self.setFixedHeight(40)
        self.setObjectName("banner")
        self._strong = Words(theme, "", weight=Weight.STRONG, colour=c.caution, name="bannerTitle")
        self._more = Words(theme, "", colour=c.caution, name="bannerMore")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 24, 1)
        row.setSpacing(8)
        row.addWidget(Icon(theme, "offline", c.caution))
        row.addWidget(self._strong)
        row.addWidget(self._more, 1)
        self.hide()

    def show_connection(self, connection: Connection, now: datetime, zone: ZoneInfo) -> None:
        self.setVisible(not connection.is_up)
        gone = (now - connection.heard_at).total_seconds()
        what = "Hub in trouble" if connection.is_troubled else "Hub out of reach"
        self._strong.setText(f"{what} for {words.long_age(gone)}.")
        seen = words.clock(connection.heard_at, zone)
        self._more.setText(f"Everything on this screen is as of {seen}.")
        self.setAccessibleName(f"{self._strong.text()} {self._more.text()}")


class StatusBar(Panel):
    """32 high across the window: the hub, the kiosks, and the keys that act here."""

    def __init__(self, theme: Theme) -> None:
        c = theme.colours
        super().__init__(c.surface_2, line=c.line, edges="t")
        self._theme = theme
        self.setObjectName("statusBar")
        self.setFixedHeight(32)
        self._hub = DotWords(theme, "hubStatus")
        holder = QWidget()
        holder.setFixedWidth(202)
        inset = QHBoxLayout(holder)
        inset.setContentsMargins(16, 0, 0, 0)
        inset.addWidget(self._hub)
        inset.addStretch(1)
        self._kiosks = Words(theme, "", colour=c.muted, name="kioskStatus")
        self._shown: tuple[tuple[str, str], ...] = ()
        self._keys = QHBoxLayout()
        self._keys.setSpacing(20)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 16, 0)
        row.setSpacing(17)
        row.addWidget(holder)
        row.addWidget(self._kiosks, 1)
        row.addLayout(self._keys)

    def show_keys(self, keys: tuple[tuple[str, str], ...]) -> None:
        if keys == self._shown:
            return
        self._shown = keys
        while (item := self._keys.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for key, does in keys:
            self._keys.addWidget(KeyHint(self._theme, key, does))

    def show_hub(
        self, connection: Connection, desk: Desk | None, now: datetime, zone: ZoneInfo
    ) -> None:
        c = self._theme.colours
        age = words.age((now - connection.heard_at).total_seconds())
        if connection.is_up:
            self._hub.say(c.dot_ok, f"Hub connected, {age} ago")
        else:
            what = "Hub in trouble" if connection.is_troubled else "Hub out of reach"
            self._hub.say(c.dot_warn, f"{what}, {age}")
        if desk is None:
            self._kiosks.setText("Waiting for the hub's first answer")
            return
        kiosks = f"{desk.kiosks_in_touch} of {desk.kiosks} in touch"
        outdated = desk.lists - desk.lists_current
        lists = f"{words.plural(desk.lists_current, 'list', 'lists')} current"
        if outdated:
            lists += f", {outdated} outdated"
        said = f"Kiosks {kiosks}  ·  {lists}"
        seen = words.clock(desk.as_of, zone)
        self._kiosks.setText(said if connection.is_up else f"As of {seen}: kiosks {kiosks}")
