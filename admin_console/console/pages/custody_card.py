"""What a custody order asks of the desk, on the match card."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console.pages.rule_card import FORBIDS, clock_words
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.custody import CustodyRule, EntryBrief

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def days_words(days: tuple[int, ...]) -> str:
    """``every day``, ``Mon to Fri``, ``Mon, Wed``."""
    if not days or len(days) == len(_DAYS):
        return "every day"
    is_row = len(days) > 2 and days == tuple(range(days[0], days[-1] + 1))
    if is_row:
        return f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}"
    return ", ".join(_DAYS[day] for day in days)


def hours_words(rule: CustodyRule) -> str:
    """``7:00 to 18:00``; empty for the whole day."""
    if rule.begins is None and rule.ends is None:
        return ""
    return f"{clock_words(rule.begins) or '0:00'} to {clock_words(rule.ends) or '24:00'}"


def when_words(rule: CustodyRule, *, counts_now: bool) -> str:
    """When the order counts, and whether it does at this hour."""
    parts = (days_words(rule.days), hours_words(rule), "now" if counts_now else "not at this hour")
    return "Counts " + ", ".join(part for part in parts if part)


class CustodyCard(Card):
    """One order in two lines; hidden where there is none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="custodyCard", margins=(16, 11, 17, 11))
        c = theme.colours
        self._theme = theme
        self._what = Words(theme, "", Text.SECTION, Weight.STRONG, wrap=True, name="custodyWhat")
        self._when = Words(theme, "", wrap=True, name="custodyWhen")
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._what)
        said.addWidget(self._when)
        row = QHBoxLayout()
        row.setSpacing(15)
        row.addWidget(Icon(theme, "guardian", c.ink, 20), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        self.body.addLayout(row)

    def show_brief(self, brief: EntryBrief) -> None:
        rule = brief.rule
        self.setVisible(rule is not None)
        if rule is None:
            return
        students = "; ".join(rule.students) or "no student named"
        paper = "court paper seen" if rule.is_paper_seen else "court paper not seen"
        self._what.setText(f"Forbidden: {FORBIDS[rule.forbids].lower()} · {students}")
        when = when_words(rule, counts_now=brief.counts_now)
        self._when.setText(f"{when} · {paper}")
        c = self._theme.colours
        self._when.set_colour(c.muted if brief.counts_now else c.caution)
