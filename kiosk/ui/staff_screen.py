"""View model of the decision at the kiosk: the match field by field, a choice, a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot

from db.domain.decision import Verdict
from kiosk.ui.views import StaffChoice, StaffView
from kiosk.ui.wording import duration_words, safe

if TYPE_CHECKING:
    from typing import Any

ANOTHER_PERSON = "Another person"
_ADMIT_REASONS = (ANOTHER_PERSON, "Known to staff", "Principal agreed", "Other")
_DENY_REASONS = ("Same person", "No permission", "Principal decided", "Other")


class StaffScreen(QObject):
    """Nothing is chosen beforehand; nothing can be decided without a reason.

    Signals:
        decided: a `StaffChoice`.
    """

    facts_changed = Signal()
    state_changed = Signal()
    time_passed = Signal()
    decided = Signal(StaffChoice)

    def __init__(
        self, view: StaffView, now: Callable[[], datetime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._now = now
        self._verdict: Verdict | None = None
        self._reason = ""
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.time_passed)
        self._second.start()

    def show(self, view: StaffView) -> None:
        self._view = view
        self.facts_changed.emit()

    @Slot(str)
    def choose(self, verdict: str) -> None:
        self._verdict = Verdict(verdict)
        if self._reason not in self._reasons():
            self._reason = ""
        self.state_changed.emit()

    @Slot(str)
    def choose_reason(self, reason: str) -> None:
        self._reason = reason
        self.state_changed.emit()

    @Slot()
    def decide(self) -> None:
        if self._verdict is None or not self._reason:
            return
        is_another = self._verdict is Verdict.APPROVE and self._reason == ANOTHER_PERSON
        verdict = Verdict.NOT_THIS_PERSON if is_another else self._verdict
        self.decided.emit(StaffChoice(verdict, self._reason))

    def _reasons(self) -> tuple[str, ...]:
        if self._verdict is Verdict.DENY:
            return _DENY_REASONS if self._view.list_heading else _DENY_REASONS[1:]
        return _ADMIT_REASONS if self._view.list_heading else _ADMIT_REASONS[1:]

    def _facts(self) -> "dict[str, Any]":
        view = self._view
        first, dot, rest = view.summary.partition(". ")
        return {
            "staffName": view.staff_name,
            "number": view.number,
            "visitorHeading": view.visitor_heading,
            "listHeading": view.list_heading,
            "lines": [
                {
                    "field": line.field,
                    "visitor": line.visitor,
                    "entry": line.entry,
                    "agreement": line.agreement.value,
                    "words": line.words,
                }
                for line in view.lines
            ],
            "summary": f"<b>{safe(first + dot)}</b>{safe(rest)}",
        }

    def _state(self) -> "dict[str, Any]":
        number = self._view.number
        words = {
            None: "Choose, then give a reason",
            Verdict.APPROVE: f"Approve visit {number}",
            Verdict.ESCORT: f"Approve {number} with escort",
            Verdict.DENY: f"Do not admit visit {number}",
        }
        return {
            "verdict": "" if self._verdict is None else self._verdict.value,
            "reason": self._reason,
            "reasons": list(self._reasons()),
            "words": words[self._verdict],
            "canDecide": self._verdict is not None and bool(self._reason),
        }

    def _waited(self) -> str:
        return duration_words(int((self._now() - self._view.waiting_since).total_seconds()))

    facts = Property(dict, _facts, notify=facts_changed)
    state = Property(dict, _state, notify=state_changed)
    waited = Property(str, _waited, notify=time_passed)
