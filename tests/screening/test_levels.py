"""On which level two names or two birth dates meet."""

import pytest

from db.screening.compare import DateLevel, NameLevel, date_level, name_level

LEVELS = [
    ("smith", "smith", NameLevel.EXACT),
    ("garcia lopez", "garcia", NameLevel.ONE_OF_TWO),
    ("catherine", "kathryn", NameLevel.NICKNAME),
    ("quintero", "quintera", NameLevel.ONE_LETTER),
    ("raghunathan", "ragunatan", NameLevel.CLOSE),
    ("martinez", "martines", NameLevel.ONE_LETTER),
    ("mueller", "muler", NameLevel.SPELLING),
    ("garcia lopez", "lopez garcia", NameLevel.REORDERED),
    ("garcia lopez", "lopes", NameLevel.PART_CLOSE),
    ("de la cruz", "delacruz", NameLevel.EXACT),
    ("von der schohricht", "schohricht", NameLevel.EXACT),
    ("j", "jonathan", NameLevel.INITIAL),
    ("smith", "raghunathan", NameLevel.DIFFERENT),
    ("", "smith", NameLevel.MISSING),
]


@pytest.mark.parametrize(("one", "other", "level"), LEVELS)
def test_names_meet_on_the_level_that_people_would_say(
    one: str, other: str, level: NameLevel
) -> None:
    assert name_level(one, other, is_given=True) is level


DATES = [
    ("19790703", "19790703", DateLevel.EXACT),
    ("19790307", "19790703", DateLevel.SWAPPED),
    ("19800703", "19790703", DateLevel.YEAR_OFF_BY_ONE),
    ("19790708", "19790703", DateLevel.ONE_DIGIT),
    ("19970703", "19790703", DateLevel.TRANSPOSED),
    ("19790721", "19790703", DateLevel.SAME_YEAR_AND_MONTH),
    ("19720713", "19790703", DateLevel.TWO_DIGITS),
    ("19520703", "19790703", DateLevel.SAME_DAY_AND_MONTH),
    ("19611130", "19790703", DateLevel.DIFFERENT),
    ("19800230", "19800220", DateLevel.ONE_DIGIT),
    ("19790703", "197907??", DateLevel.SAME_MONTH_ONLY_KNOWN),
    ("19790703", "1979????", DateLevel.SAME_YEAR_ONLY_KNOWN),
    ("19790703", "1980????", DateLevel.YEAR_NEAR_ONLY_KNOWN),
    ("19790703", "1965????", DateLevel.DIFFERENT),
    ("1979????", "19790703", DateLevel.SAME_YEAR_ONLY_KNOWN),
    ("19790703", "", DateLevel.MISSING),
]


@pytest.mark.parametrize(("born", "listed", "level"), DATES)
def test_birth_dates_meet_on_their_level(born: str, listed: str, level: DateLevel) -> None:
    assert date_level(born, listed) is level
