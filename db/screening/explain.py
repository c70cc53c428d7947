"""A match in words that an office worker trusts: all seven fields, always in the same order."""

from dataclasses import dataclass
from datetime import date, datetime

from db.domain.partial_date import PartialDate
from db.domain.people import Identity, PersonName, Sex
from db.domain.screening import Agreement, Evidence, Field, Match
from db.domain.watchlist import WatchlistEntry
from db.screening import weights
from db.screening.compare import DateLevel, NameLevel

_NAME_WORDS = {
    NameLevel.EXACT: "Same",
    NameLevel.ONE_OF_TWO: "Same, one of two names",
    NameLevel.NICKNAME: "Same, a short form",
    NameLevel.CLOSE: "Nearly the same spelling",
    NameLevel.SOUND: "Sounds the same",
    NameLevel.NEAR: "Similar spelling",
    NameLevel.INITIAL: "Same initial",
    NameLevel.DIFFERENT: "Differs",
}
_DATE_WORDS = {
    DateLevel.EXACT: "Same",
    DateLevel.SWAPPED: "Same with day and month swapped",
    DateLevel.TRANSPOSED: "Same with two digits swapped",
    DateLevel.ONE_DIGIT: "Same but for one digit",
    DateLevel.YEAR_OFF_BY_ONE: "Same day, year off by one",
    DateLevel.SAME_YEAR_ONLY_KNOWN: "Same year; the list has no more",
    DateLevel.SAME_YEAR_AND_MONTH: "Same month and year, other day",
    DateLevel.DIFFERENT: "Differs",
}
_LONGEST_PLACE = 2
"""Letters of a state: a consulate or a school that issued a card is no place to compare."""
_SEXES = {Sex.FEMALE: "Woman", Sex.MALE: "Man", Sex.UNSPECIFIED: ""}


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
    number_hash: str


def evidence_of(
    identity: Identity, name: PersonName, entry: WatchlistEntry, compared: Compared
) -> tuple[Evidence, ...]:
    """All seven rows in `Field` order."""
    return (
        _family_row(identity.name, name, compared),
        _name_row(
            Field.GIVEN_NAME, identity.name.given, name.given, compared.given, compared.given_bits
        ),
        _name_row(
            Field.MIDDLE_NAME,
            identity.name.middle,
            name.middle,
            compared.middle,
            compared.middle_bits,
        ),
        _birth_row(identity.birth_date, entry.born, compared),
        _sex_row(identity.sex, entry.sex),
        _place_row(identity, entry),
        _number_row(compared.number_hash, entry.number_hash),
    )


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


def _family_row(visitor: PersonName, listed: PersonName, compared: Compared) -> Evidence:
    row = _name_row(
        Field.FAMILY_NAME, visitor.family, listed.family, compared.family, compared.family_bits
    )
    words = row.words
    if compared.is_swapped:
        words = "Same, with first and last name swapped"
    elif compared.family is NameLevel.ONE_OF_TWO:
        words = "Same, one of two surnames"
    if words == row.words:
        return row
    return Evidence(row.field, row.visitor, row.entry, Agreement.AGREES, words, row.bits)


def _name_row(field: Field, visitor: str, listed: str, level: NameLevel, bits: float) -> Evidence:
    if level is NameLevel.MISSING:
        return Evidence(field, visitor, listed, Agreement.MISSING, _missing(visitor, listed), 0.0)
    agreement = Agreement.DIFFERS if level is NameLevel.DIFFERENT else Agreement.AGREES
    return Evidence(field, visitor, listed, agreement, _NAME_WORDS[level], round(bits, 1))


def _birth_row(visitor: date | None, listed: PartialDate | None, compared: Compared) -> Evidence:
    level = compared.birth
    theirs = "" if listed is None else listed.words
    if listed is not None and listed.month is None:
        theirs = f"{theirs} (year only)"
    if level is DateLevel.MISSING:
        words = _missing(_day(visitor), theirs)
        return Evidence(Field.BIRTH_DATE, _day(visitor), theirs, Agreement.MISSING, words, 0.0)
    agreement = Agreement.DIFFERS if level is DateLevel.DIFFERENT else Agreement.AGREES
    bits = round(compared.birth_bits, 1)
    return Evidence(Field.BIRTH_DATE, _day(visitor), theirs, agreement, _DATE_WORDS[level], bits)


def _sex_row(visitor: Sex, listed: Sex) -> Evidence:
    return _plain_row(Field.SEX, _SEXES[visitor], _SEXES[listed], weights.SEX_BITS)


def _place_row(identity: Identity, entry: WatchlistEntry) -> Evidence:
    place = identity.document.jurisdiction if identity.document is not None else ""
    if len(place) > _LONGEST_PLACE:
        place = ""
    return _plain_row(Field.PLACE, place, entry.jurisdiction, weights.PLACE_BITS)


def _number_row(visitor: str, listed: str) -> Evidence:
    row = _plain_row(Field.ID_NUMBER, visitor, listed, weights.NUMBER_BITS)
    # The numbers themselves are nowhere: only that there is a code to compare.
    shown = ("held as a code" if visitor else "none", "held as a code" if listed else "none")
    return Evidence(row.field, *shown, row.agreement, row.words, row.bits)


def _plain_row(field: Field, visitor: str, listed: str, bits: dict[bool, float]) -> Evidence:
    if not visitor or not listed:
        words = _missing(visitor, listed)
        return Evidence(field, visitor, listed, Agreement.MISSING, words, 0.0)
    is_same = visitor.casefold() == listed.casefold()
    agreement = Agreement.AGREES if is_same else Agreement.DIFFERS
    return Evidence(
        field, visitor, listed, agreement, "Same" if is_same else "Differs", bits[is_same]
    )


def _missing(visitor: str, listed: str) -> str:
    if not visitor and not listed:
        return "Missing on both"
    return "Missing on the list" if not listed else "Missing on the ID"


def _day(moment: date | None) -> str:
    return "" if moment is None else f"{moment:%b} {moment.day}, {moment.year}"
