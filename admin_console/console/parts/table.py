"""What every table of the console shares: its head, its rows' ground, and moving by keyboard."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)
# ruff: noqa: PLR0917  (strokes take place, words and colour by position, as QPainter's do)

from typing import TypeAlias

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from admin_console.console.painting import LEFT, RIGHT, paint_text
from admin_console.console.theme import Text, Theme, Weight

Index: TypeAlias = QModelIndex | QPersistentModelIndex

CELL_PADDING, EDGE_PADDING = 12, 16


class Head(QHeaderView):
    """The heads of the columns, 36 high: muted, medium, a line below."""

    def __init__(self, theme: Theme, parent: QWidget, height: int, padding: int) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._padding = theme, padding
        self.setFixedHeight(height)
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(16)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        c, model = self._theme.colours, self.model()
        across = Qt.Orientation.Horizontal
        text = str(model.headerData(section, across) or "")
        align = model.headerData(section, across, Qt.ItemDataRole.TextAlignmentRole) or LEFT
        painter.fillRect(rect, c.surface)
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), c.line)
        font = self._theme.font(Text.BODY, Weight.LABEL)
        cell = cell_rect(rect, section, self.count(), self._padding)
        paint_text(painter, cell, text, font, c.muted, RIGHT if align == RIGHT else LEFT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        c = self._theme.colours
        painter.fillRect(self.viewport().rect(), c.surface)
        painter.fillRect(0, self.height() - 1, self.width(), 1, c.line)
        painter.end()
        super().paintEvent(event)


def cell_rect(rect: QRect, column: int, columns: int, padding: int = CELL_PADDING) -> QRectF:
    """Where a cell's words stand: 12 from its edges, 16 at the table's own edges."""
    left = EDGE_PADDING if column == 0 else padding
    right = EDGE_PADDING if column == columns - 1 else padding
    return QRectF(rect).adjusted(left, 0, -right, 0)


def paint_ground(
    painter: QPainter,
    theme: Theme,
    option: QStyleOptionViewItem,
    index: Index,
    *,
    hovered: bool,
    current: bool,
) -> None:
    """A row's ground, the bar of the current one, and the line below."""
    c, rect = theme.colours, option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, c.primary_soft)
    elif hovered:
        painter.fillRect(rect, c.hover)
    if index.row() < index.model().rowCount() - 1:
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), c.line_soft)
    if current and index.column() == 0:
        painter.fillRect(QRect(rect.x(), rect.y(), 3, rect.height()), c.primary)


class RowTable(QTableView):
    """A table whose rows are the unit: one is current, hover is by row, Tab leaves.

    Signals:
        opened: a row was opened by Enter or a double click, with its index.
    """

    opened = Signal(QModelIndex)

    def __init__(
        self,
        theme: Theme,
        model: QAbstractItemModel,
        delegate: QStyledItemDelegate,
        *,
        name: str,
        label: str,
        row: int,
        head: int = 36,
        padding: int = CELL_PADDING,
    ) -> None:
        super().__init__()
        self._theme = theme
        self.hovered_row = -1
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setHorizontalHeader(Head(theme, self, head, padding))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(16)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(row)
        self.setModel(model)
        self.setItemDelegate(delegate)
        delegate.setParent(self)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self.opened)
        model.modelReset.connect(self.updateGeometry)
        model.rowsInserted.connect(lambda *_: self.updateGeometry())

    def sizeHint(self) -> QSize:
        """As high as its rows, so that a short table ends where its last row ends."""
        rows = self.verticalHeader().length()
        head = 0 if self.horizontalHeader().isHidden() else self.horizontalHeader().height()
        return QSize(400, rows + head)

    def set_widths(self, widths: tuple[int, ...], stretched: tuple[int, ...]) -> None:
        """Fixed columns in px; the stretched ones share the rest."""
        for column, width in enumerate(widths):
            stretch = column in stretched
            mode = QHeaderView.ResizeMode
            self.horizontalHeader().setSectionResizeMode(
                column, mode.Stretch if stretch else mode.Fixed
            )
            self.setColumnWidth(column, width)

    def step(self, by: int) -> None:
        """Make the next row that can be chosen the current one; the first when there is none."""
        model, row = self.model(), self.currentIndex().row()
        row = row + by if self.currentIndex().isValid() else 0
        while 0 <= row < model.rowCount():
            index = model.index(row, 0)
            if model.flags(index) & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(index)
                return
            row += by or 1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Letters belong to the page's shortcuts and not to Qt's search by first letter.
        if event.text().isprintable() and event.text():
            event.ignore()
            return
        super().keyPressEvent(event)

    def open_current(self) -> None:
        if self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())


def paint_group(
    painter: QPainter, theme: Theme, option: QStyleOptionViewItem, title: str, count: str, note: str
) -> None:
    """A group's heading over the whole row, cell by cell so that any part may be redrawn."""
    c, view = theme.colours, option.widget
    width = view.viewport().width() if isinstance(view, QTableView) else option.rect.width()
    row = QRectF(0, option.rect.y(), width, option.rect.height())
    painter.save()
    painter.setClipRect(option.rect, Qt.ClipOperation.IntersectClip)
    painter.fillRect(option.rect, c.ground)
    painter.fillRect(QRectF(0, row.bottom() - 1, width, 1), c.line)
    strong = theme.font(Text.BODY, Weight.STRONG)
    words = row.adjusted(EDGE_PADDING, 0, -EDGE_PADDING, -1)
    wide = paint_text(painter, words, title, strong, c.muted)
    faint = words.adjusted(wide + 8, 0, 0, 0)
    paint_text(painter, faint, count, theme.font(Text.BODY, Weight.LABEL), c.faint_ground)
    paint_text(painter, words, note, theme.font(), c.muted, RIGHT)
    painter.restore()


class TableCardMask(QWidget):
    """Rounds the corners of a table in a card, by painting the ground over them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(watched, QWidget) and event.type() == QEvent.Type.Resize:
            self.setGeometry(watched.rect())
            self.raise_()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        outside = QPainterPath()
        outside.addRect(rect)
        inside = QPainterPath()
        inside.addRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 11.5, 11.5)
        painter.fillPath(outside - inside, self._theme.colours.ground)
        painter.setPen(self._theme.colours.line)
        painter.drawPath(inside)
