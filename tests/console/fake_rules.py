"""The standing rules of an invented hub, and what was settled."""

import threading
from dataclasses import dataclass, field

from admin_console.console.client import DeskRules
from db.domain.policy import DeskPolicy


def set_event() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class FakeRules:
    """A part of a hub."""

    policy: DeskPolicy = field(default_factory=DeskPolicy)
    settled: list[tuple[DeskPolicy, str]] = field(default_factory=list)
    refuses_rules: Exception | None = None
    may_settle: threading.Event = field(default_factory=set_event)
    times_asked: int = 0

    def rules(self) -> DeskRules:
        self.times_asked += 1
        return DeskRules(self.policy, f'"{hash(self.policy)}"')

    def settle_rules(self, wanted: DeskPolicy, tag: str) -> DeskRules:
        assert self.may_settle.wait(10)
        if self.refuses_rules is not None:
            raise self.refuses_rules
        self.settled.append((wanted, tag))
        self.policy = wanted
        return self.rules()
