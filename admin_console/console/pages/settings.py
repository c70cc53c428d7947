"""What the school has settled for its desks, and how long it is kept who came: seen and changed."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.client import DeskRules
from admin_console.console.pages.rules_form import RulesForm
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Panel
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.page_area import PageArea
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Theme
from db.domain.policy import AUDIT_DAYS, DeskPolicy

_AWAY = "The hub is away: it keeps the settings."
_ASKED = "The hub is asked."
_NOT_YOURS = (
    "These hold for every school of the district, so that only staff with the role District change "
    "them."
)


class SettingsPage(Panel):
    """One form. What somebody typed stays until it is saved or discarded, whatever the hub says.

    Signals:
        facts_changed: what is shown is another.
    """

    facts_changed = Signal()

    title = "Settings"

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._rules: DeskRules | None = None
        self._is_asking = False
        self.setObjectName("settingsPage")
        self._fetch = Fetch(session, lambda hub: hub.rules(), self._on_rules, self._on_failed)
        self._is_limited = session.is_limited
        self._form = RulesForm(theme)
        if self._is_limited:
            self._form.show_only(_NOT_YOURS)
        self._form.edited.connect(self._show_bar)
        self._message = Message(theme, "settingsMessage", "settings")
        self._said = Words(theme, "", wrap=True, name="settingsSaid")
        self._discard = Button(theme, "Discard", name="discardSettings", key="Esc")
        self._discard.clicked.connect(self._on_discard)
        self._save = Button(theme, "Save", name="saveSettings", kind=Kind.PRIMARY, key="Ctrl S")
        self._save.clicked.connect(self._on_save)
        self._lay_out()
        for keys, does in (("Esc", self._on_discard), ("Ctrl+S", self._on_save)):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("Ctrl S", "save"), ("Esc", "discard")) if self._form.changes() else ()

    def facts(self, _now: datetime) -> str:
        """Whose settings these are."""
        return "The same for every desk of the hub"

    def refresh(self) -> None:
        self._fetch.ask()

    def tick(self, now: datetime) -> None:
        """Nothing here runs."""

    def show_connection(self, _connection: Connection, _now: datetime) -> None:
        self._show_bar()

    def _on_rules(self, rules: DeskRules) -> None:
        is_saved = self._form.policy() == rules.policy  # also where the answer was lost
        if self._is_asking or (self._form.changes() and not is_saved):
            return  # what it was changed from is what the hub has to have still
        if rules == self._rules:  # what is told of the last change stays
            return
        self._rules = rules
        self._form.show_policy(rules.policy)
        self._form.show()
        self._bar.setVisible(not self._is_limited)
        self._message.hide()

    def _on_failed(self, error: Exception) -> None:
        if self._rules is None:
            self._message.say("The settings could not be loaded", str(error))
            self._message.show()

    def _on_save(self) -> None:
        wanted, rules = self._form.policy(), self._rules
        if not self._save.isVisible() or not self._save.isEnabled():
            return
        if wanted is None or rules is None:
            return
        self._ask(is_asking=True)
        self._show_bar()
        self._session.act(
            lambda hub: hub.settle_rules(wanted, rules.tag), self._on_saved, self._on_refused
        )

    def _on_saved(self, rules: DeskRules) -> None:
        self._ask(is_asking=False)
        self._rules = rules
        self._form.show_policy(rules.policy)
        self._tell("Saved. Kiosks learn it when they next reach the hub.", self._theme.colours.ink)

    def _on_refused(self, error: Exception) -> None:
        self._ask(is_asking=False)
        self._show_bar()
        self._tell(str(error), self._theme.colours.alarm)

    def _ask(self, *, is_asking: bool) -> None:
        self._is_asking = is_asking
        self._form.hold(is_held=is_asking)

    def _on_discard(self) -> None:
        if self.isVisible() and not self._is_asking and self._rules is not None:
            self._form.show_policy(self._rules.policy)
            self.refresh()

    def _show_bar(self) -> None:
        """What is not saved, what that brings about, and whether it can be saved now."""
        changes, wrong = self._form.changes(), self._form.wrong()
        off = "" if self._session.connection.is_up else _AWAY
        off = off or (_ASKED if self._is_asking else "") or wrong
        self._save.set_off(off or ("" if changes else "Nothing was changed."))
        self._discard.setVisible(bool(changes))
        many = words.plural(changes, "change", "changes")
        lost = self._consequence()
        told = f"{many} not saved. {wrong or lost}".strip() if changes else ""
        c = self._theme.colours
        self._tell(told, c.alarm if wrong else c.caution if lost else c.ink)
        self.facts_changed.emit()

    def _consequence(self) -> str:
        wanted, rules = self._form.policy(), self._rules
        return "" if wanted is None or rules is None else consequence(rules.policy, wanted)

    def _tell(self, said: str, ink: QColor) -> None:
        self._said.set_colour(ink)
        self._said.setText(said)

    def _lay_out(self) -> None:
        c = self._theme.colours
        area = PageArea(self.title)
        area.column.addWidget(self._form)
        area.column.addWidget(self._message)
        area.column.addStretch(1)
        self.setFocusProxy(area)
        self._bar = Panel(c.surface, line=c.line, edges="t")
        self._bar.setMinimumHeight(64)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(24, 9, 24, 8)
        row.setSpacing(12)
        row.addWidget(self._said, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._discard)
        row.addWidget(self._save)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(self._bar)
        for part in (self._form, self._message, self._bar):
            part.hide()


def consequence(before: DeskPolicy, wanted: DeskPolicy) -> str:
    """What is lost for good once this is saved; nothing when nothing is. As `db.retention` does."""
    kept = [max(rules.visit_keep_days, rules.rescreen_days) for rules in (before, wanted)]
    gone = [max(days, AUDIT_DAYS) for days in kept]
    lost = []
    if kept[1] < kept[0]:
        lost.append(f"who came more than {words.plural(kept[1], 'day', 'days')} ago")
    if gone[1] < gone[0]:
        days = words.plural(gone[1], "day", "days")
        lost.append(f"who was taken off a list more than {days} ago, and notices as old")
    audit = wanted.audit_keep_days
    if audit and (not before.audit_keep_days or audit < before.audit_keep_days):
        lost.append(f"the audit of more than {words.plural(audit, 'day', 'days')} ago")
    return f"Saving deletes for good, within a day: {'; '.join(lost)}." if lost else ""
