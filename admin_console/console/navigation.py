"""The panel at the left: which pages there are, how many wait, who is signed in."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from admin_console.console import words
from admin_console.console.painting import (
    CENTER,
    paint_avatar,
    paint_box,
    paint_icon,
    paint_text,
    text_width,
)
from admin_console.console.parts.card import Line, Panel
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip
from db.domain.desk import Role, Site, StaffMember
from db.domain.rights import Action, may


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the navigation."""

    section: str
    title: str
    icon: str
    key: str
    needs: Action | None = None
    """What somebody must be allowed, to see that there is such a page."""


ENTRIES = (
    Entry("Today", "Desk", "desk", "D"),
    Entry("Today", "On site now", "on-site", "O"),
    Entry("Today", "Notices", "bell", "N"),
    Entry("Records", "History", "history", "H"),
    Entry("Records", "Lists", "list", "L"),
    Entry("Records", "Audit", "audit", "A", Action.SEE_AUDIT),
    Entry("Equipment", "Kiosks", "kiosk", "K", Action.LET_KIOSKS_IN),
    Entry("School", "Staff and roles", "staff", "T", Action.SETTLE_STAFF),
    Entry("School", "Settings", "settings", "S", Action.SETTLE_RULES),
    Entry("", "What is kept", "lock", "W", Action.SEE_INVENTORY),
    Entry("", "Change password", "key", "P"),
)
"""Those without a section are in the menu of the account: they are looked at seldom."""


def entries_of(role: Role) -> tuple[Entry, ...]:
    """The pages that there are for somebody of this role."""
    return tuple(e for e in ENTRIES if e.needs is None or may(role, e.needs))


class Logo(QWidget):
    """The product's mark: two doors, as an inner and an outer one stand in a vestibule."""

    def __init__(self, theme: Theme, size: int = 28) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(size, size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c, unit = QPainter(self), self._theme.colours, self.width() / 40
        paint_box(painter, QRectF(self.rect()), 10 * unit, c.primary)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(unit, unit)
        pen = QPen(c.on_primary, 2.8)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        doors = QPainterPath(QPointF(11.4, 31.2))
        doors.lineTo(11.4, 12.2)
        doors.quadTo(20, 7.9, 28.6, 12.2)
        doors.lineTo(28.6, 31.2)
        for x in (18.6, 21.4):
            doors.moveTo(x, 10.4)
            doors.lineTo(x, 31.2)
        painter.drawPath(doors)


class NavigationRow(QAbstractButton):
    """A row 32 high with an icon, a title and, where it matters, how many."""

    def __init__(self, theme: Theme, entry: Entry) -> None:
        super().__init__()
        self._theme, self._entry, self._count = theme, entry, 0
        self.setObjectName(f"go_{entry.title.lower().replace(' ', '_')}")
        self.setText(entry.title)
        self.setAccessibleName(entry.title)
        self.setToolTip(f"G then {entry.key}")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int) -> None:
        self._count = count
        title = self._entry.title
        self.setAccessibleName(f"{title}, {count}" if count else title)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(192, 32)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c, theme = QPainter(self), self._theme.colours, self._theme
        rect, chosen = QRectF(self.rect()), self.isChecked()
        if chosen or self.underMouse():
            paint_box(painter, rect, 6, c.primary_soft if chosen else c.hover)
        ink = c.primary if chosen else c.muted
        paint_icon(painter, self._entry.icon, ink, 8, 8)
        font = theme.font(Text.BODY, Weight.STRONG if chosen else Weight.LABEL)
        paint_text(painter, rect.adjusted(34, 0, -48, 0), self._entry.title, font, ink)
        if self._count:
            figure = words.count(self._count)
            small = theme.font(Text.CAPTION, Weight.STRONG)
            width = max(20.0, text_width(small, figure) + 12)
            badge = QRectF(rect.right() - 8 - width, 6, width, 20)
            paint_box(painter, badge, 10, c.primary if chosen else c.line_soft)
            paint_text(painter, badge, figure, small, c.on_primary if chosen else c.muted, CENTER)


class Avatar(QWidget):
    """Initials in a circle, 28."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._initials = theme, words.initials(name)
        self.setFixedSize(28, 28)

    def show_name(self, name: str) -> None:
        self._initials = words.initials(name)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_avatar(QPainter(self), self._theme, QRectF(self.rect()), self._initials)


class MoreButton(QToolButton):
    """Three dots that open a menu."""

    def __init__(self, theme: Theme, name: str, label: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setToolTip(tip(label))
        self.setFixedSize(24, 28)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c = QPainter(self), self._theme.colours
        if self.underMouse() or self.hasFocus():
            paint_box(painter, QRectF(self.rect()), 6, c.hover)
        paint_icon(painter, "more", c.muted, 4, 6)


class Navigation(Panel):
    """216 wide, only with pages that exist.

    Signals:
        chosen: go to the page with this title.
        sign_out_asked: end the session.
    """

    chosen = Signal(str)
    sign_out_asked = Signal()

    def __init__(self, theme: Theme, site: Site, staff: StaffMember) -> None:
        c = theme.colours
        super().__init__(c.surface_2, line=c.line, edges="r")
        self._theme = theme
        self.setObjectName("navigation")
        self.setFixedWidth(216)
        entries = entries_of(staff.role)
        daily = tuple(entry for entry in entries if entry.section)
        self._seldom = tuple(entry for entry in entries if not entry.section)
        self._rows = {entry.title: NavigationRow(theme, entry) for entry in daily}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(self._head(site))
        section = ""
        for entry in daily:
            if entry.section != section:
                column.addSpacing(4 if not section else 16)
                column.addWidget(self._section(entry.section))
                column.addSpacing(4)
                section = entry.section
            row = self._rows[entry.title]
            self._group.addButton(row)
            row.clicked.connect(lambda _=False, title=entry.title: self.chosen.emit(title))
            inset = QHBoxLayout()
            inset.setContentsMargins(12, 0, 12, 0)
            inset.addWidget(row)
            column.addLayout(inset)
        column.addStretch(1)
        column.addWidget(Line(c.line))
        column.addLayout(self._account(staff))

    def show_page(self, title: str) -> None:
        row = self._rows.get(title)
        # No row stands for a page of the menu, so none is chosen then.
        self._group.setExclusive(row is not None)
        for other in self._rows.values():
            other.setAutoExclusive(row is not None)
            other.setChecked(other is row)

    def show_counts(self, waiting: int, on_site: int, notices: int) -> None:
        self._rows["Desk"].show_count(waiting)
        self._rows["Notices"].show_count(notices)
        self._rows["On site now"].show_count(on_site)

    def _head(self, site: Site) -> QHBoxLayout:
        c = self._theme.colours
        names = QVBoxLayout()
        names.setSpacing(0)
        # A school's name may take two lines: it is never cut.
        names.addWidget(
            Words(self._theme, site.name, weight=Weight.STRONG, wrap=True, name="siteName")
        )
        district = Words(self._theme, site.district_name, colour=c.faint_ground)
        district.setFixedHeight(16)
        names.addWidget(district)
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 12, 16)
        row.setSpacing(12)
        mark = QVBoxLayout()
        mark.setContentsMargins(0, 6, 0, 2)
        mark.addWidget(Logo(self._theme))
        row.addLayout(mark)
        row.addLayout(names, 1)
        return row

    def _section(self, title: str) -> QWidget:
        c = self._theme.colours
        label = Words(self._theme, title, Text.CAPTION, colour=c.faint_ground)
        label.setContentsMargins(0, 0, 0, 0)
        holder = QWidget()
        inset = QHBoxLayout(holder)
        inset.setContentsMargins(20, 0, 12, 0)
        inset.addWidget(label)
        return holder

    def _account(self, staff: StaffMember) -> QHBoxLayout:
        theme, c = self._theme, self._theme.colours
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Words(theme, staff.display_name, weight=Weight.STRONG, name="staffName"))
        role = Words(theme, words.ROLES[staff.role], colour=c.faint_ground)
        role.setFixedHeight(16)
        names.addWidget(role)
        more = MoreButton(theme, "account", "Account")
        menu = QMenu(more)
        for entry in self._seldom:
            page = menu.addAction(entry.title)
            page.setObjectName(f"go_{entry.title.lower().replace(' ', '_')}")
            page.triggered.connect(lambda _=False, title=entry.title: self.chosen.emit(title))
        if self._seldom:
            menu.addSeparator()
        leave = menu.addAction("Sign out of the console")
        leave.setObjectName("signOutConsole")
        leave.triggered.connect(lambda _checked=False: self.sign_out_asked.emit())
        more.setMenu(menu)
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 8, 15)
        row.setSpacing(0)
        row.addWidget(Avatar(theme, staff.display_name))
        row.addSpacing(12)
        row.addLayout(names, 1)
        row.addWidget(more)
        return row
