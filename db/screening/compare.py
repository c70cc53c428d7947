"""On which level two values of a field meet. Pure: this is the definition.

`db.screening.name_table` and `date_table` find the same levels for a whole list at once; tests
hold them against these functions.
"""

from enum import IntEnum

from rapidfuzz.distance import OSA, JaroWinkler

from db.domain.partial_date import UNKNOWN
from db.screening.names import glued, parts, short_forms, solid, sound, spelling

CLOSE, NEAR = 0.92, 0.88
"""Jaro-Winkler similarities (Winkler 1990) at which two names count as close, or as near."""
SHORTEST_SLIP = 3
"""A name of fewer letters with one of them wrong is another name."""
SHORTEST_WORD_SLIP = 5
"""The same for a word that is only part of a name."""
SHORTEST_WORD = 2
"""Letters of a word that counts as one of two names."""


class NameLevel(IntEnum):
    """How two names compare."""

    MISSING = 0
    EXACT = 1
    REORDERED = 2
    NICKNAME = 3
    ONE_OF_TWO = 4
    ONE_LETTER = 5
    SPELLING = 6
    CLOSE = 7
    SOUND = 8
    PART_CLOSE = 9
    NEAR = 10
    INITIAL = 11
    AS_MIDDLE = 12
    """The given name of one is the middle name of the other; see `db.screening.scan`."""
    DIFFERENT = 13


class DateLevel(IntEnum):
    """How two birth dates compare."""

    MISSING = 0
    EXACT = 1
    SWAPPED = 2
    TRANSPOSED = 3
    ONE_DIGIT = 4
    YEAR_OFF_BY_ONE = 5
    SAME_DAY_AND_MONTH = 6
    TWO_DIGITS = 7
    SAME_YEAR_AND_MONTH = 8
    SAME_MONTH_ONLY_KNOWN = 9
    SAME_YEAR_ONLY_KNOWN = 10
    YEAR_NEAR_ONLY_KNOWN = 11
    DIFFERENT = 12


class DateKind(IntEnum):
    """How much of a birth date is known."""

    NOTHING = 0
    YEAR = 1
    MONTH = 2
    WHOLE = 3


def name_level(visitor: str, listed: str, *, is_given: bool) -> NameLevel:
    """Compare two folded names; `is_given` allows short forms."""
    ours, theirs = solid(visitor), solid(listed)
    if not ours or not theirs:
        return NameLevel.MISSING
    if {ours, glued(visitor)} & {theirs, glued(listed)}:
        return NameLevel.EXACT
    if len(ours) == 1 or len(theirs) == 1:
        return NameLevel.INITIAL if ours[0] == theirs[0] else NameLevel.DIFFERENT
    our_words, their_words = parts(visitor), parts(listed)
    is_double = len(our_words) > 1 or len(their_words) > 1
    if is_double:
        if sorted(our_words) == sorted(their_words):
            return NameLevel.REORDERED
        if any(len(w) >= SHORTEST_WORD and w in their_words for w in our_words):
            return NameLevel.ONE_OF_TWO
    if is_given and their_words[0] in short_forms(our_words[0]):
        return NameLevel.NICKNAME
    return _likeness(ours, theirs, our_words, their_words, is_double=is_double)


def _likeness(
    ours: str,
    theirs: str,
    our_words: tuple[str, ...],
    their_words: tuple[str, ...],
    *,
    is_double: bool,
) -> NameLevel:
    if is_slip(ours, theirs, SHORTEST_SLIP):
        return NameLevel.ONE_LETTER
    if spelling(ours) == spelling(theirs):
        return NameLevel.SPELLING
    likeness = JaroWinkler.similarity(ours, theirs)
    if likeness >= CLOSE:
        return NameLevel.CLOSE
    if sound(ours) and sound(ours) == sound(theirs):
        return NameLevel.SOUND
    if is_double and any(
        is_slip(ours, theirs, SHORTEST_WORD_SLIP) for ours in our_words for theirs in their_words
    ):
        return NameLevel.PART_CLOSE
    return NameLevel.NEAR if likeness >= NEAR else NameLevel.DIFFERENT


def is_slip(ours: str, theirs: str, shortest: int) -> bool:
    """Whether one letter is wrong, missing, too many, or has changed places with the next.

    Optimal string alignment distance of 1 (Damerau 1964).
    """
    if min(len(ours), len(theirs)) < shortest:
        return False
    return OSA.distance(ours, theirs, score_cutoff=1) == 1


def date_kind(digits: str) -> DateKind:
    """How much of a date of eight digits (`PartialDate.digits`, or empty) is known."""
    if not digits:
        return DateKind.NOTHING
    if digits[4] == UNKNOWN:
        return DateKind.YEAR
    return DateKind.MONTH if digits[6] == UNKNOWN else DateKind.WHOLE


def date_level(visitor: str, listed: str) -> DateLevel:
    """Compare two birth dates as eight digits each (`PartialDate.digits`), empty when unknown."""
    if not visitor or not listed:
        return DateLevel.MISSING
    if UNKNOWN not in visitor and UNKNOWN not in listed:
        return _whole_date_level(visitor, listed)
    if visitor[:4] != listed[:4]:
        is_near = (
            abs(int(visitor[:4]) - int(listed[:4])) == 1 or _wrong(visitor[:4], listed[:4]) == 1
        )
        return DateLevel.YEAR_NEAR_ONLY_KNOWN if is_near else DateLevel.DIFFERENT
    if UNKNOWN in (visitor[4], listed[4]):
        return DateLevel.SAME_YEAR_ONLY_KNOWN
    is_same_month = visitor[4:6] == listed[4:6]
    return DateLevel.SAME_MONTH_ONLY_KNOWN if is_same_month else DateLevel.DIFFERENT


def _whole_date_level(visitor: str, listed: str) -> DateLevel:
    if visitor == listed:
        return DateLevel.EXACT
    if visitor == listed[:4] + listed[6:] + listed[4:6]:
        return DateLevel.SWAPPED
    wrong = [i for i in range(8) if visitor[i] != listed[i]]
    if len(wrong) == 1:
        return DateLevel.ONE_DIGIT
    if _is_transposed(visitor, listed, wrong):
        return DateLevel.TRANSPOSED
    if visitor[4:] == listed[4:]:
        is_next = abs(int(visitor[:4]) - int(listed[:4])) == 1
        return DateLevel.YEAR_OFF_BY_ONE if is_next else DateLevel.SAME_DAY_AND_MONTH
    if visitor[:6] == listed[:6]:
        return DateLevel.SAME_YEAR_AND_MONTH
    return DateLevel.TWO_DIGITS if len(wrong) == 2 else DateLevel.DIFFERENT


def _wrong(ours: str, theirs: str) -> int:
    return sum(a != b for a, b in zip(ours, theirs, strict=True))


def _is_transposed(ours: str, theirs: str, wrong: list[int]) -> bool:
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:  # two neighbouring digits
        return False
    first, second = wrong
    return ours[first] == theirs[second] and ours[second] == theirs[first]
