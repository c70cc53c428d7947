"""A match in words that an office worker trusts: all seven fields, always in the same order."""

from dataclasses import dataclass, replace
from datetime import datetime

from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.screening import Agreement, Evidence, Field, Match
from db.screening.compare import DateLevel, NameLevel
from db.screening.names import fold, fold_middle

_NAME_WORDS = {
    NameLevel.EXACT: "Same",
    NameLevel.REORDERED: "Same, in another order",
    NameLevel.NICKNAME: "Same, a short form",
    NameLevel.ONE_OF_TWO: "Same, one of two names",
    NameLevel.ONE_LETTER: "Same but for one letter",
    NameLevel.SPELLING: "Same, spelled another way",
    NameLevel.CLOSE: "Nearly the same spelling",
    NameLevel.SOUND: "Sounds the same",
    NameLevel.PART_CLOSE: "One of two names nearly the same",
    NameLevel.NEAR: "Similar spelling",
    NameLevel.INITIAL: "Same initial",
    NameLevel.AS_MIDDLE: "Same as the middle name",
    NameLevel.DIFFERENT: "Differs",
}
_DATE_WORDS = {
    DateLevel.EXACT: "Same",
    DateLevel.SWAPPED: "Same with day and month swapped",
    DateLevel.TRANSPOSED: "Same with two digits swapped",
    DateLevel.ONE_DIGIT: "Same but for one digit",
    DateLevel.YEAR_OFF_BY_ONE: "Same day, year off by one",
    DateLevel.SAME_DAY_AND_MONTH: "Same day and month, other year",
    DateLevel.TWO_DIGITS: "Same but for two digits",
    DateLevel.SAME_YEAR_AND_MONTH: "Same month and year, other day",
    DateLevel.SAME_MONTH_ONLY_KNOWN: "Same month and year; the day is not known",
    DateLevel.SAME_YEAR_ONLY_KNOWN: "Same year; no more is known",
    DateLevel.YEAR_NEAR_ONLY_KNOWN: "Nearly the same year; no more is known",
    DateLevel.DIFFERENT: "Differs",
}
_SEXES = {Sex.FEMALE: "Woman", Sex.MALE: "Man", Sex.UNSPECIFIED: ""}


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared of a visitor, or of one name of an entry."""

    name: PersonName
    born: PartialDate | None
    sex: Sex
    place: str
    has_number: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """On which levels a visitor and a row met, and what each is worth."""

    family: NameLevel
    family_bits: float
    given: NameLevel
    given_bits: float
    is_swapped: bool
    middle: NameLevel
    middle_bits: float
    birth: DateLevel
    birth_bits: float
    suffix_bits: float
    sex_bits: float
    place_bits: float
    number_bits: float


def evidence_of(visitor: Person, listed: Person, compared: Compared) -> tuple[Evidence, ...]:
    """Seven rows in `Field` order, and the suffix where both have one."""
    rows = _rows(visitor, listed, compared)
    codes = zip(_codes(visitor), _codes(listed), strict=True)
    return tuple(
        replace(row, visitor_code=ours, entry_code=theirs)
        for row, (ours, theirs) in zip(rows, codes, strict=False)
    )


def _codes(person: Person) -> tuple[str, ...]:
    """What a person has in each field, in `Field` order, without a word of any language.

    Nothing for a name such as FNU, which says in a language that there is none.
    """
    name = person.name
    return (
        name.family if fold(name.family) else "",
        name.given if fold(name.given) else "",
        name.middle if fold_middle(name.middle) else "",
        "" if person.born is None else str(person.born),
        "" if person.sex is Sex.UNSPECIFIED else person.sex.value,
        person.place,
        "held" if person.has_number else "",
        name.suffix,
    )


def _rows(visitor: Person, listed: Person, compared: Compared) -> tuple[Evidence, ...]:
    ours, theirs, c = visitor.name, listed.name, compared
    family = _name_row(Field.FAMILY_NAME, ours.family, theirs.family, c.family, c.family_bits)
    if c.is_swapped:
        family = replace(
            family,
            words="Same, with first and last name swapped",
            agreement=Agreement.AGREES,
            level="swapped",
        )
    elif c.family is NameLevel.ONE_OF_TWO:
        family = replace(family, words="Same, one of two surnames")
    rows = (
        family,
        _name_row(Field.GIVEN_NAME, ours.given, theirs.given, c.given, c.given_bits),
        _name_row(Field.MIDDLE_NAME, ours.middle, theirs.middle, c.middle, c.middle_bits),
        _birth_row(visitor.born, listed.born, c),
        _plain_row(Field.SEX, _SEXES[visitor.sex], _SEXES[listed.sex], c.sex_bits),
        _plain_row(Field.PLACE, visitor.place, listed.place, c.place_bits),
        _number_row(visitor, listed, c.number_bits),
    )
    if not ours.suffix or not theirs.suffix:
        return rows
    return (*rows, _plain_row(Field.SUFFIX, ours.suffix, theirs.suffix, c.suffix_bits))


def summary(match: Match) -> str:
    """``2 fields agree, 3 differ, 2 are missing.``."""
    agree, differ, missing = (
        sum(e.agreement is a for e in match.evidence)
        for a in (Agreement.AGREES, Agreement.DIFFERS, Agreement.MISSING)
    )
    return (
        f"{agree} {'field agrees' if agree == 1 else 'fields agree'}, "
        f"{differ} {'differs' if differ == 1 else 'differ'}, "
        f"{missing} {'is' if missing == 1 else 'are'} missing."
    )


def chance_sentence(match: Match) -> str:
    """How surprising the match is, in whole visitors."""
    if match.one_in <= 1:
        return "On a list of this size, most visitors would match this well by chance."
    if match.one_in >= 1_000_000:  # beyond that a figure says nothing more
        return "On a list of this size, hardly anybody would match this well by chance."
    return (
        f"On a list of this size, one visitor in {match.one_in:,} would match this well by chance."
    )


def list_age_sentence(match: Match, now: datetime) -> str:
    days = (now - match.list_imported_at).days
    if days <= 0:
        return "Updated today"
    return "Updated yesterday" if days == 1 else f"Updated {days} days ago"


def _name_row(field: Field, visitor: str, listed: str, level: NameLevel, bits: float) -> Evidence:
    if level is NameLevel.MISSING:
        # A middle name may be missing since it was already compared with the given name. What only
        # says that there is none, such as FNU, is none.
        folds = fold_middle if field is Field.MIDDLE_NAME else fold
        lacking = _missing(folds(visitor), folds(listed))
        words = lacking or "Compared with the first name"
        code = "missing" if lacking else "counted_elsewhere"
        return Evidence(field, visitor, listed, Agreement.MISSING, words, round(bits, 1), code)
    agreement = Agreement.DIFFERS if level is NameLevel.DIFFERENT else Agreement.AGREES
    words = _NAME_WORDS[level]
    return Evidence(field, visitor, listed, agreement, words, round(bits, 1), level.name.lower())


def _birth_row(visitor: PartialDate | None, listed: PartialDate | None, c: Compared) -> Evidence:
    ours, theirs = ("" if b is None else b.words for b in (visitor, listed))
    if listed is not None and listed.month is None:
        theirs = f"{theirs} (year only)"
    if c.birth is DateLevel.MISSING:
        words, bits = _missing(ours, theirs), round(c.birth_bits, 1)
        return Evidence(Field.BIRTH_DATE, ours, theirs, Agreement.MISSING, words, bits, "missing")
    agreement = Agreement.DIFFERS if c.birth is DateLevel.DIFFERENT else Agreement.AGREES
    words, bits = _DATE_WORDS[c.birth], round(c.birth_bits, 1)
    return Evidence(Field.BIRTH_DATE, ours, theirs, agreement, words, bits, c.birth.name.lower())


def _number_row(visitor: Person, listed: Person, bits: float) -> Evidence:
    # The numbers themselves are nowhere: only that there is a code to compare.
    ours, theirs = ("held as a code" if p.has_number else "none" for p in (visitor, listed))
    if not visitor.has_number or not listed.has_number:
        words = _missing(*("1" if p.has_number else "" for p in (visitor, listed)))
        return Evidence(Field.ID_NUMBER, ours, theirs, Agreement.MISSING, words, 0.0, "missing")
    return _agreement_row(Field.ID_NUMBER, ours, theirs, bits)


def _plain_row(field: Field, visitor: str, listed: str, bits: float) -> Evidence:
    if not visitor or not listed:
        words = _missing(visitor, listed)
        return Evidence(field, visitor, listed, Agreement.MISSING, words, 0.0, "missing")
    return _agreement_row(field, visitor, listed, bits)


def _agreement_row(field: Field, visitor: str, listed: str, bits: float) -> Evidence:
    """Two values are the same when they are worth something: what differs never is."""
    is_same = bits > 0 or visitor.casefold() == listed.casefold()
    return Evidence(
        field,
        visitor,
        listed,
        Agreement.AGREES if is_same else Agreement.DIFFERS,
        "Same" if is_same else "Differs",
        round(bits, 1),
        "exact" if is_same else "different",
    )


def _missing(visitor: str, listed: str) -> str:
    if visitor and listed:
        return ""
    if not visitor and not listed:
        return "Missing on both"
    return "Missing on the list" if not listed else "Missing on the ID"
