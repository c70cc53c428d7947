"""What `doctor` says of one part. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """How a part is, the best first."""

    GOOD = "good"
    LOOK = "look at this"
    BROKEN = "does not work"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page. `facts` are for programs: figures under fixed names."""

    topic: str
    verdict: Verdict
    found: str
    to_do: str = ""
    facts: Mapping[str, float | str] = field(default_factory=dict)


def shown(path: Path | str) -> str:
    """A path without the account's name, which may be a person's."""
    try:
        return f"~/{Path(path).relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # not below it; no home
        return str(path)
