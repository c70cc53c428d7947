"""The flow table as a picture: Mermaid text for ARCHITECTURE.md. Pure.

``python -m kiosk.flow_diagram ARCHITECTURE.md`` writes it between its two marks; a test says when
it is stale.
"""

import sys
from pathlib import Path

from kiosk.flow import TRANSITIONS, Event, Step

BEGIN, END = "<!-- flow: begin -->", "<!-- flow: end -->"


def diagram() -> str:
    """A Mermaid state diagram; LEFT is left out, since every step it stands in leads home."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> WELCOME"]
    for step, rules in TRANSITIONS.items():
        by_target: dict[Step, list[str]] = {}
        for event, target in rules.items():
            if event is not Event.LEFT:
                by_target.setdefault(target, []).append(event.name.lower())
        lines += [
            f"    {step.name} --> {target.name}: {' / '.join(names)}"
            for target, names in by_target.items()
        ]
    left = ", ".join(step.name for step, rules in TRANSITIONS.items() if Event.LEFT in rules)
    return "\n".join(
        [*lines, "```", "", f"LEFT (cancel or time-out) leads to WELCOME from {left}."]
    )


def with_diagram(document: str) -> str:
    """The document with today's diagram between its marks; raises ValueError without them."""
    before, _, rest = document.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the document has no place for the diagram: {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


def main() -> int:
    path = Path(sys.argv[1])
    path.write_text(with_diagram(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
