"""Evidence as codes: what a translator needs to word a match in any language."""

from datetime import date
from itertools import product

from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.screening import Agreement, Field
from db.screening.calibrate import Curve
from db.screening.compare import DateLevel, NameLevel
from db.screening.explain import Compared, Person, evidence_of

WHOLE = Person(
    PersonName("Anthony", "Quintero", "Luis", "Jr"),
    PartialDate.of(date(1984, 7, 3)),
    Sex.MALE,
    "TX",
    has_number=True,
)
BARE = Person(PersonName("", "", "", ""), None, Sex.UNSPECIFIED, "", has_number=False)


def compared(
    name: NameLevel = NameLevel.EXACT,
    birth: DateLevel = DateLevel.EXACT,
    *,
    bits: float = 1.0,
    is_swapped: bool = False,
) -> Compared:
    """Every field on the same level."""
    return Compared(
        name, bits, name, bits, is_swapped, name, bits, birth, bits, bits, bits, bits, bits
    )


def test_codes_say_what_both_sides_have_without_a_word() -> None:
    listed = Person(
        PersonName("Antonio", "Quintero", "", "Jr"),
        PartialDate(1984, 7),
        Sex.FEMALE,
        "",
        has_number=False,
    )

    rows = {e.field: e for e in evidence_of(WHOLE, listed, compared())}

    codes = {field: (row.visitor_code, row.entry_code) for field, row in rows.items()}
    assert codes == {
        Field.FAMILY_NAME: ("Quintero", "Quintero"),
        Field.GIVEN_NAME: ("Anthony", "Antonio"),
        Field.MIDDLE_NAME: ("Luis", ""),
        Field.BIRTH_DATE: ("1984-07-03", "1984-07"),
        Field.SEX: ("male", "female"),
        Field.PLACE: ("TX", ""),
        Field.ID_NUMBER: ("held", ""),
        Field.SUFFIX: ("Jr", "Jr"),
    }


def test_swapped_names_have_a_level_of_their_own() -> None:
    family, given, *_ = evidence_of(WHOLE, WHOLE, compared(NameLevel.CLOSE, is_swapped=True))

    assert (family.level, given.level) == ("swapped", "close")


def test_middle_name_that_was_compared_as_a_given_name_is_not_called_missing() -> None:
    rows = evidence_of(WHOLE, WHOLE, compared(NameLevel.MISSING))

    assert rows[2].level == "counted_elsewhere"


def test_name_that_says_there_is_none_is_called_missing_and_not_compared() -> None:
    nameless = Person(PersonName("FNU", "Quintero", "NMN"), None, Sex.MALE, "", has_number=False)
    listed = Person(PersonName("", "Quintero", "Luis"), None, Sex.MALE, "", has_number=False)

    _, given, middle, *_ = evidence_of(nameless, listed, compared(NameLevel.MISSING, bits=10.5))

    assert (given.words, given.level, given.bits) == ("Missing on both", "missing", 10.5)
    assert (middle.words, middle.level) == ("Missing on the ID", "missing")
    assert (given.visitor_code, middle.visitor_code) == ("", "")


def test_words_follow_from_the_codes_alone() -> None:
    """Two rows with the same codes never have different words."""
    words: dict[tuple[object, ...], str] = {}
    people = (WHOLE, BARE)
    for visitor, listed, name, birth, bits, is_swapped in product(
        people, people, NameLevel, DateLevel, (2.0, -1.0), (False, True)
    ):
        how = compared(name, birth, bits=bits, is_swapped=is_swapped)
        for row in evidence_of(visitor, listed, how):
            is_there = bool(row.visitor_code), bool(row.entry_code)
            code = (row.field, row.agreement, row.level, *is_there)
            assert words.setdefault(code, row.words) == row.words
            assert (row.agreement is Agreement.MISSING) >= (row.level == "missing")


def test_staff_are_told_how_often_chance_matches_as_well_in_any_way() -> None:
    """Beside each kind of match that a list is tried out for, there are the others."""
    tried, bound = Curve(0.02, 19.0, 0.96), Curve(1.0, 12.0, 1.0, is_tried=False)

    assert tried.by_any_kind(0.001) > 3 * 0.001
    assert tried.by_any_kind(0.9) == 1.0
    assert bound.by_any_kind(0.001) == 0.001
