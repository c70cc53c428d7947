"""The standing rules of an invented hub, and what was settled."""

from dataclasses import dataclass, field

from admin_console.console.client import DeskRules
from db.domain.policy import DeskPolicy


@dataclass
class FakeRules:
    """A part of a hub."""

    policy: DeskPolicy = field(default_factory=DeskPolicy)
    settled: list[tuple[DeskPolicy, str]] = field(default_factory=list)
    refuses_rules: Exception | None = None

    def rules(self) -> DeskRules:
        return DeskRules(self.policy, f'"{hash(self.policy)}"')

    def settle_rules(self, wanted: DeskPolicy, tag: str) -> DeskRules:
        if self.refuses_rules is not None:
            raise self.refuses_rules
        self.settled.append((wanted, tag))
        self.policy = wanted
        return self.rules()
