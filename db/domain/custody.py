"""What a custody order says beside the name: when it counts, what it forbids, about whom. Pure.

The hub alone keeps it and tells staff of it. No kiosk learns which students an order is about.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

MOST_STUDENTS = 20
LONGEST_STUDENT = 80
_WEEK = tuple(range(7))
_OF_A_GRADE = frozenset({"grade", "kindergarten", "k", "pk", "tk", "prek", "room", "class"})
"""Words that tell of a student's grade, as any digit does."""


class Forbids(StrEnum):
    """What somebody may not do at school."""

    PICK_UP = "pick_up"
    CONTACT = "contact"
    PICK_UP_AND_CONTACT = "pick_up_and_contact"


@dataclass(frozen=True, slots=True)
class CustodyRule:
    """One order, as little of it as the desk needs."""

    days: tuple[int, ...] = ()
    """Weekdays on which it counts, Monday 0; none for every day."""
    begins: time | None = None
    ends: time | None = None
    """The site's own hours between which it counts on such a day; None for the whole day."""
    forbids: Forbids = Forbids.PICK_UP_AND_CONTACT
    students: tuple[str, ...] = ()
    """As the desk tells them apart, such as *Imani V., grade 3*."""
    is_paper_seen: bool = False
    """Whether somebody of the school has seen the court's paper."""

    def counts_at(self, local: datetime) -> bool:
        """Whether it counts at that moment of the site's own clock."""
        if self.days and local.weekday() not in self.days:
            return False
        clock = local.time()
        return (self.begins is None or self.begins <= clock) and (
            self.ends is None or clock < self.ends
        )

    def says_less_than(self, before: "CustodyRule") -> bool:
        """Whether it counts at fewer hours, forbids less, or names fewer students, or is empty.

        A student of another grade is the same one: else each order would wait every year.
        """
        return (
            (self == NO_RULE) > (before == NO_RULE)
            or not {*(before.days or _WEEK)} <= {*(self.days or _WEEK)}
            or (self.begins or time.min) > (before.begins or time.min)
            or (self.ends or time.max) < (before.ends or time.max)
            or self.forbids not in (before.forbids, Forbids.PICK_UP_AND_CONTACT)
            or not _names(before.students) <= _names(self.students)
        )

    def why_not(self) -> str:
        """Why this is no rule, in words that begin a sentence; empty when it is one."""
        if any(day not in _WEEK for day in self.days):
            return "A week has seven days"
        if self.begins is not None and self.ends is not None and self.ends <= self.begins:
            return "The order's hours would end before they begin"
        if len(self.students) > MOST_STUDENTS:
            return f"An order names at most {MOST_STUDENTS} students"
        if any(len(student) > LONGEST_STUDENT for student in self.students):
            return f"A student's words are at most {LONGEST_STUDENT} characters"
        return ""


def _names(students: tuple[str, ...]) -> Counter[str]:
    """How many students there are of each name; *Imani V., grade 3* is *imani v.*.

    Only a tail that tells of a grade goes: in *Vanterpool, Imani* it is the student.
    """
    counts = Counter[str]()
    for student in students:
        parts = [" ".join(part.split()) for part in _folded(student).split(",")]
        while len(parts) > 1 and _is_of_a_grade(parts[-1]):
            parts.pop()
        counts[", ".join(parts)] += 1
    return counts


def _is_of_a_grade(part: str) -> bool:
    words = part.replace("-", "").split()
    return any(w in _OF_A_GRADE or any(sign.isdigit() for sign in w) for w in words)


def _folded(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


NO_RULE = CustodyRule()
"""An order that always counts and names nobody: the same as none."""


@dataclass(frozen=True, slots=True)
class EntryBrief:
    """What the hub alone knows of an entry that somebody matched, for the desk."""

    photo: str = ""
    """SHA-256 in hex of the entry's photo as it is now, empty for none."""
    rule: CustodyRule | None = None
    counts_now: bool = True
    """Whether the rule counts at this hour; it holds the visitor at any hour."""
