"""On which level two values of a field meet. Pure; levels are ordered from best to worst."""

from datetime import date
from enum import IntEnum

from rapidfuzz.distance import JaroWinkler

from db.screening.names import nicknames, parts, solid, sound

CLOSE, NEAR = 0.92, 0.88
"""Jaro-Winkler similarities (Winkler 1990) at which two names count as close, or as near."""


class NameLevel(IntEnum):
    """How two names compare."""

    MISSING = 0
    EXACT = 1
    ONE_OF_TWO = 2
    NICKNAME = 3
    CLOSE = 4
    SOUND = 5
    NEAR = 6
    INITIAL = 7
    DIFFERENT = 8


class DateLevel(IntEnum):
    """How two birth dates compare."""

    MISSING = 0
    EXACT = 1
    SWAPPED = 2
    TRANSPOSED = 3
    ONE_DIGIT = 4
    YEAR_OFF_BY_ONE = 5
    SAME_YEAR_ONLY_KNOWN = 6
    SAME_YEAR_AND_MONTH = 7
    DIFFERENT = 8


def name_level(visitor: str, listed: str, *, is_given: bool) -> NameLevel:
    """Compare two folded names; `is_given` allows short forms."""
    if not visitor or not listed:
        return NameLevel.MISSING
    ours, theirs = solid(visitor), solid(listed)
    if ours == theirs:
        return NameLevel.EXACT
    if len(ours) == 1 or len(theirs) == 1:
        return NameLevel.INITIAL if ours[0] == theirs[0] else NameLevel.DIFFERENT
    our_parts, their_parts = parts(visitor), parts(listed)
    if (len(our_parts) > 1 or len(their_parts) > 1) and set(our_parts) & set(their_parts):
        return NameLevel.ONE_OF_TWO
    if is_given and _is_short_form(our_parts[0], their_parts[0]):
        return NameLevel.NICKNAME
    likeness = JaroWinkler.similarity(ours, theirs)
    if likeness >= CLOSE:
        return NameLevel.CLOSE
    if sound(visitor) and sound(visitor) == sound(listed):
        return NameLevel.SOUND
    return NameLevel.NEAR if likeness >= NEAR else NameLevel.DIFFERENT


def middle_level(visitor: str, listed: str) -> NameLevel:
    """Compare two folded middle names, which are often written as an initial."""
    level = name_level(visitor, listed, is_given=True)
    return NameLevel.CLOSE if level in (NameLevel.SOUND, NameLevel.NEAR) else level


def date_level(visitor: date | None, listed: date | None, listed_year: int | None) -> DateLevel:
    """Compare two birth dates; the list may know the year only."""
    if visitor is None or (listed is None and listed_year is None):
        return DateLevel.MISSING
    if listed is None:
        if listed_year == visitor.year:
            return DateLevel.SAME_YEAR_ONLY_KNOWN
        return DateLevel.DIFFERENT
    return _whole_date_level(visitor, listed)


def _whole_date_level(visitor: date, listed: date) -> DateLevel:
    if visitor == listed:
        return DateLevel.EXACT
    if (visitor.year, visitor.month, visitor.day) == (listed.year, listed.day, listed.month):
        return DateLevel.SWAPPED
    is_same_day = (visitor.month, visitor.day) == (listed.month, listed.day)
    if is_same_day and abs(visitor.year - listed.year) == 1:
        return DateLevel.YEAR_OFF_BY_ONE
    ours, theirs = f"{visitor:%Y%m%d}", f"{listed:%Y%m%d}"
    wrong = [i for i in range(8) if ours[i] != theirs[i]]
    if len(wrong) == 1:
        return DateLevel.ONE_DIGIT
    if _is_transposed(ours, theirs, wrong):
        return DateLevel.TRANSPOSED
    if (visitor.year, visitor.month) == (listed.year, listed.month):
        return DateLevel.SAME_YEAR_AND_MONTH
    return DateLevel.DIFFERENT


def _is_short_form(ours: str, theirs: str) -> bool:
    return theirs in nicknames().get(ours, frozenset())


def _is_transposed(ours: str, theirs: str, wrong: list[int]) -> bool:
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:  # two neighbouring digits
        return False
    first, second = wrong
    return ours[first] == theirs[second] and ours[second] == theirs[first]
