"""The desk when nobody waits: the day's figures, arrivals by hour, what just happened."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.happenings import HappeningsDelegate, HappeningsModel
from admin_console.console.painting import CENTER
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Line, card_head
from admin_console.console.parts.chart import ArrivalsChart
from admin_console.console.parts.figure import Figure
from admin_console.console.parts.labels import Words
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import DayFigures, Desk


class QuietDesk(QWidget):
    """What the office looks at between two visitors.

    Signals:
        history_asked: open the history.
    """

    history_asked = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self.setObjectName("quietDesk")
        c = theme.colours
        self._sentence = Words(theme, "", colour=c.muted, name="quietSentence")
        self._figures = (
            Figure(theme, "Visits today", "figureVisits"),
            Figure(theme, "On site now", "figureOnSite"),
            Figure(theme, "Holds today", "figureHolds"),
            Figure(theme, "Time to decide", "figureDecide"),
        )
        self._chart = ArrivalsChart(theme)
        self._model = HappeningsModel(zone, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(Words(theme, "A quiet moment", Text.HEADING, Weight.STRONG))
        head.addWidget(self._sentence)
        column.addLayout(head)
        column.addWidget(self._figures_card())
        column.addWidget(self._chart_card())
        column.addWidget(self._happenings_card())
        column.addStretch(1)

    def show_desk(self, desk: Desk, now: datetime) -> None:
        day = desk.figures
        self._sentence.setText(_sentence(day))
        visits, inside, holds, decide = self._figures
        local = now.astimezone(self._zone)
        visits.say(words.count(day.visits), f"{local:%A}, until {words.clock(now, self._zone)}")
        overdue = f"{day.overdue} overdue" if day.overdue else "nobody overdue"
        inside.say(words.count(day.on_site), overdue)
        decided = f"{day.approved} let in, {day.denied} denied" if day.holds else "nobody was held"
        holds.say(words.count(day.holds), decided)
        if day.median_seconds_to_decide is None:
            decide.say("–", "nobody waited yet")  # noqa: RUF001 (a dash stands for no figure)
        else:
            slowest = day.slowest_seconds_to_decide or day.median_seconds_to_decide
            decide.say(
                words.length(day.median_seconds_to_decide),
                f"median; slowest {words.length(slowest)}",
            )
        self._chart.show_counts(day.arrivals_by_hour)
        self._model.show_happenings(desk.just_now)
        self._nothing.setVisible(not desk.just_now)
        self._table.setVisible(bool(desk.just_now))
        self._table.setFixedHeight(44 * len(desk.just_now) + 1)

    def _figures_card(self) -> QWidget:
        card = Card(self._theme, name="figures", margins=(25, 17, 25, 17))
        row = QHBoxLayout()
        row.setSpacing(24)
        for place, figure in enumerate(self._figures):
            if place:
                row.addWidget(Line(self._theme.colours.line_soft, down=True))
            row.addWidget(figure, 1)
        card.body.addLayout(row)
        return card

    def _chart_card(self) -> QWidget:
        card = Card(self._theme, name="arrivals", margins=(1, 1, 1, 9), spacing=0)
        card.body.addLayout(card_head(self._theme, "Arrivals by hour"))
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 0, 0)
        row.addWidget(self._chart)
        card.body.addLayout(row)
        return card

    def _happenings_card(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        history = Button(
            theme, "Open history", name="openHistory", kind=Kind.GHOST, icon="history", key="G H"
        )
        history.clicked.connect(self.history_asked)
        card = Card(theme, name="justNow", margins=(1, 1, 1, 1))
        card.body.addLayout(card_head(theme, "Just now", history))
        card.body.addWidget(Line(c.line_soft))
        self._table = RowTable(
            theme,
            self._model,
            HappeningsDelegate(theme),
            name="justNowTable",
            label="What just happened",
            row=44,
            head=1,
        )
        self._table.horizontalHeader().hide()
        self._table.set_widths((72, 260, 132, 200, 160), (3,))
        self._table.setSelectionMode(RowTable.SelectionMode.NoSelection)
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = Words(
            theme,
            "Nothing has happened today. The first visitor appears here by themselves.",
            colour=c.muted,
            align=CENTER,
            name="nothingYet",
        )
        self._nothing.setFixedHeight(88)
        card.body.addWidget(self._table)
        card.body.addWidget(self._nothing)
        TableCardMask(theme, card)
        return card


def _sentence(day: DayFigures) -> str:
    new = "A new one appears here by itself."
    if day.median_seconds_to_decide is None:
        return f"Nobody waits. {new}"
    took = words.length(day.median_seconds_to_decide)
    return f"Nobody waits. Whoever waited today was decided after {took}. {new}"
