"""How well the engine finds people on test data, and the school's own figures beside it."""

from datetime import date, timedelta
from typing import TypeGuard
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models import accuracy as told
from admin_console.console.models.accuracy import Span
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.parts.card import Card, Line, card_head
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.fields import Choice
from admin_console.console.parts.figure import Figure, Legend
from admin_console.console.parts.figure_rows import FigureRows, FoundTable
from admin_console.console.parts.labels import Words
from admin_console.console.parts.line_chart import LineChart
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Theme, Weight
from admin_console.console.tips import tip
from db.domain.figures import ScreeningFigures
from db.domain.rights import Action, may
from resources.accuracy import MOST_TIMES, Accuracy, accuracy

FRESH = timedelta(minutes=2)
"""So long figures are not counted anew, however much happens at the kiosks meanwhile."""
MAY_NOT = "Ask one of yours: the figures tell of every hold and every decision."
GUTTER = 12
"""What this page leaves of the margin at its right, for the scroll bar."""
HIDDEN = Qt.ScrollBarPolicy.ScrollBarAlwaysOff


class AccuracyView(QWidget):
    """Cards in two columns and a table below; `tools` choose list and days."""

    keys = (("1-3", "tab"),)

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__()
        self._theme, self._session = theme, session
        self._shown: ScreeningFigures | None = None
        self._may_read = may(session.staff.role, Action.SEE_FIGURES)
        self._span = Span.SCHOOL_YEAR
        self._list_id: UUID | None = None
        self._asking: tuple[date, date, UUID | None] = (date.min, date.min, None)
        self._fetch = Fetch(
            session,
            lambda hub: hub.screening_figures(*self._asking),
            self._on_figures,
            self._on_failed,
        )
        self.tools = self._tools()
        self._build()
        self.show_measured(accuracy())

    def refresh(self) -> None:
        """Ask, unless the same was counted a moment ago."""
        if not self._may_read:
            return
        now = self._session.now()
        days = told.days_of(self._span, now.astimezone(self._session.zone).date())
        self._asking = (*days, self._list_id)
        if not self._is_current(self._shown) or now - self._shown.as_of > FRESH:
            self._fetch.ask()

    def shown(self) -> ScreeningFigures | None:
        return self._shown

    def choose(self, span: Span, list_id: UUID | None = None) -> None:
        """Count other days, or one list alone."""
        self._spans.setCurrentIndex(self._spans.findData(span))
        self._lists.setCurrentIndex(max(0, self._lists.findData(list_id)))

    def show_connection(self, connection: Connection) -> None:
        for choice in (self._lists, self._spans):
            choice.setEnabled(connection.is_up)
            choice.setToolTip("" if connection.is_up else "The hub is away: counting needs it.")

    def show_measured(self, measured: Accuracy) -> None:
        """What the engine did on test data; the file that comes with this version."""
        self._measured = measured
        for table, message, rows in (
            (self._found, self._found_message, bool(measured.rows)),
            (self._groups, self._groups_message, bool(measured.groups)),
        ):
            table.setVisible(rows)
            message.setVisible(not rows)
        self._found.show_rows(told.found_rows(measured))
        self._groups.show_rows(told.group_rows(measured))
        self._measured_on.setText(told.measured(measured))
        self._measured_on.setToolTip(tip(measured.protocol))
        self._mark_words.setVisible(bool(measured.groups))
        if self._shown is not None:
            self._on_figures(self._shown)

    def _on_figures(self, figures: ScreeningFigures) -> None:
        if not self._is_current(figures):
            return  # something else was chosen since, and is asked for
        self._shown = figures
        self._fill_lists(figures)
        self._message.hide()
        self._area.show()
        self._own.show_rows(told.own_rows(figures))
        self._own_days.setText(told.days_words(figures))
        is_drawn, has_months = told.drawn(figures), bool(figures.screenings)
        self._chart.setVisible(is_drawn)
        self._legend.setVisible(is_drawn)
        self._months.setVisible(has_months and not is_drawn)
        self._nobody.setVisible(not has_months)
        self._chart.show_points(told.points(figures))
        self._months.show_rows(told.month_rows(figures))
        for tile, said in zip(self._tiles, told.tiles(figures, self._measured), strict=True):
            tile.say(*said)
        lists, tiers = self._models
        lists.show_rows(tuple(told.table_row(each.name, each.holds) for each in figures.by_list))
        tiers.show_rows(
            tuple(told.table_row(words.TIERS[each.tier], each.holds) for each in figures.by_tier)
        )
        note = told.birth_date_note(figures)
        self._note.setText(note)
        self._note_row.setVisible(bool(note))

    def _is_current(self, figures: ScreeningFigures | None) -> TypeGuard[ScreeningFigures]:
        """Whether these are the figures of what is chosen."""
        if figures is None:
            return False
        return (figures.first_day, figures.last_day, figures.list_id) == self._asking

    def _on_failed(self, error: Exception) -> None:
        if not self._is_current(self._shown):
            self._say("The figures could not be counted", str(error))

    def _say(self, title: str, said: str) -> None:
        self._message.say(title, said)
        self._message.show()
        self._area.hide()
        self._note_row.hide()

    def _fill_lists(self, figures: ScreeningFigures) -> None:
        known = [(each.list_id, each.name) for each in figures.by_list]
        here = [(self._lists.itemData(i), self._lists.itemText(i))
                for i in range(1, self._lists.count())]  # fmt: skip
        if known == here:
            return
        self._lists.blockSignals(True)
        self._lists.clear()
        self._lists.addItem("All lists", None)
        for list_id, name in known:
            self._lists.addItem(name, list_id)
        self._lists.setCurrentIndex(max(0, self._lists.findData(self._list_id)))
        self._lists.blockSignals(False)

    def _on_chosen(self) -> None:
        self._span = Span(self._spans.currentData())
        self._list_id = self._lists.currentData()
        self.refresh()

    # ---- what it is made of ------------------------------------------------------------------

    def _tools(self) -> QWidget:
        self._lists = Choice(self._theme, name="figuresList", label="Which list")
        self._lists.addItem("All lists", None)
        self._lists.setFixedWidth(208)
        self._spans = Choice(self._theme, name="figuresSpan", label="Which days")
        for span in Span:
            self._spans.addItem(span.value, span)
        self._spans.setFixedWidth(176)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for choice in (self._lists, self._spans):
            choice.currentIndexChanged.connect(lambda _index: self._on_chosen())
            row.addWidget(choice)
        holder.setVisible(False)
        return holder

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        left, right, columns = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for column, cards in (
            (left, (self._found_card(), self._groups_card())),
            (right, (self._own_card(), self._chart_card(), self._tiles_card())),
        ):
            column.setSpacing(16)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
        columns.setSpacing(24)
        columns.addLayout(left, 648)
        columns.addLayout(right, 504)
        body = QWidget()
        body.setProperty("plain", True)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(16)
        inner.addLayout(columns)
        inner.addWidget(self._tables_card())
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setHorizontalScrollBarPolicy(HIDDEN)
        self._area.setWidget(body)
        # The bar stands in the page's own margin, so that cards end where the tools end.
        self._area.verticalScrollBar().rangeChanged.connect(
            lambda _least, most: inner.setContentsMargins(0, 0, 0 if most else GUTTER, 0)
        )
        self._note = Words(theme, "", colour=c.muted, name="birthDateNote")
        self._note_row = QWidget()
        note = QHBoxLayout(self._note_row)
        note.setContentsMargins(0, 0, 0, 0)
        note.setSpacing(8)
        note.addWidget(Icon(theme, "info", c.muted))
        note.addWidget(self._note, 1)
        self._note_row.hide()
        self._message = Message(theme, "accuracyMessage", "accuracy" if self._may_read else "lock")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self._message)
        column.addWidget(self._area, 1)
        column.addWidget(self._note_row)
        if self._may_read:
            self._say("The figures are counted", "A year of visits may take some seconds.")
        else:
            self._say("Only administrators read the figures", MAY_NOT)
        column.addStretch(0)

    def _found_card(self) -> Card:
        theme, c = self._theme, self._theme.colours
        self._measured_on = Words(theme, "", colour=c.muted, name="measuredOn")
        self._found = FoundTable(theme)
        self._found_message = Message(theme, "foundMessage", "accuracy")
        self._found_message.say(
            "Not measured yet", "This version comes without figures of its engine on test data."
        )
        return self._card(
            "foundCard", "What the engine finds", (self._measured_on,),
            (self._found, self._found_message), bottom=1,
        )  # fmt: skip

    def _groups_card(self) -> Card:
        theme, c = self._theme, self._theme.colours
        limit = "three times" if MOST_TIMES == 3 else f"{MOST_TIMES:g} times"
        said = f"mark: overall rate; limit: {limit}"
        self._mark_words = Words(theme, said, colour=c.muted)
        self._groups = FigureRows(theme, "groupRows", "Flagged as often", mark_at=1 / MOST_TIMES)
        self._groups_message = Message(theme, "groupsMessage", "people")
        self._groups_message.say(
            "Not measured yet", "Groups are compared in the same run on test data."
        )
        return self._card(
            "groupsCard", "Is anybody flagged more often?", (self._mark_words,),
            (self._groups, self._groups_message),
        )  # fmt: skip

    def _own_card(self) -> Card:
        self._own_days = Words(self._theme, "", colour=self._theme.colours.muted, name="ownDays")
        self._own = FigureRows(self._theme, "ownRows", "Our own figures")
        return self._card("ownCard", "Our own figures", (self._own_days,), (self._own,))

    def _chart_card(self) -> Card:
        theme, c = self._theme, self._theme.colours
        self._legend = Legend(theme, ((c.chart_1, "these months"), (c.chart_prev, "a year before")))
        self._chart = LineChart(theme, "heldChart")
        self._months = FigureRows(theme, "heldMonths", "Visitors held, of 100")
        self._nobody = Words(theme, "Nobody was screened in these days.", colour=c.muted)
        card = self._card(
            "chartCard", "Visitors held, of 100", (self._legend,),
            (self._months,),
        )  # fmt: skip
        for widget in (self._chart, self._nobody):
            inset = QHBoxLayout()
            inset.setContentsMargins(16, 0, 16, 0 if widget is self._chart else 8)
            inset.addWidget(widget)
            card.body.addLayout(inset)
        return card

    def _tiles_card(self) -> Card:
        theme = self._theme
        self._tiles = (
            Figure(theme, "Held, of 100", "figureHeld"),
            Figure(theme, "Foretold, of 100", "figureForetold"),
            Figure(theme, "To decide", "figureToDecide"),
        )
        card = Card(theme, name="tilesCard", margins=(17, 13, 17, 13))
        row = QHBoxLayout()
        row.setSpacing(12)
        for place, tile in enumerate(self._tiles):
            if place:
                row.addWidget(Line(theme.colours.line_soft, down=True))
            row.addWidget(tile, 1)
        card.body.addLayout(row)
        return card

    def _tables_card(self) -> Card:
        self._models = tuple(
            PlainModel(Columns((head, *told.TABLE_HEADS), tuple(range(1, 7))), self)
            for head in ("By list", "By tier, of the best match")
        )
        tables = [self._table(model, place) for place, model in enumerate(self._models)]
        between = Line(self._theme.colours.line)
        rows = (tables[0], between, tables[1])
        card = self._card("tablesCard", "Held, by list and tier", (), rows, bottom=1)
        TableCardMask(self._theme, card)
        return card

    def _table(self, model: PlainModel, place: int) -> RowTable:
        c = self._theme.colours

        def look(_row: int, column: int) -> Look:
            if column == 0:
                return Look(c.ink, Weight.LABEL)
            return Look(c.ink if column == 1 else c.muted)

        name, label = (("byList", "Held by list"), ("byTier", "Held by tier"))[place]
        table = RowTable(
            self._theme, model, PlainDelegate(self._theme, look), name=name, label=label, row=36
        )
        table.set_widths((320, 96, 140, 112, 112, 112, 120), (0,))
        table.setSelectionMode(RowTable.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setVerticalScrollBarPolicy(HIDDEN)
        for changed in (model.modelReset, model.rowsInserted):
            changed.connect(lambda *_: table.setFixedHeight(table.sizeHint().height()))
        table.setFixedHeight(table.sizeHint().height())
        return table

    def _card(
        self,
        name: str,
        title: str,
        right: tuple[QWidget, ...],
        rows: tuple[QWidget, ...],
        *,
        bottom: int = 9,
    ) -> Card:
        card = Card(self._theme, name=name, margins=(1, 1, 1, bottom))
        card.body.addLayout(card_head(self._theme, title, *right))
        for widget in rows:
            card.body.addWidget(widget)
        return card
