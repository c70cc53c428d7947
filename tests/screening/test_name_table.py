"""A whole list of names compared at once meets the levels of names compared one by one."""

from hypothesis import given
from hypothesis import strategies as st

from db.screening.compare import NameLevel, date_level, name_level
from db.screening.date_table import DateTable
from db.screening.name_table import build_name_table
from db.screening.names import LONGEST, fold
from db.screening.population import load_population

WORDS = st.sampled_from(
    [
        "maria",
        "mario",
        "marie",
        "anna",
        "ana",
        "ann",
        "smith",
        "smyth",
        "smiht",
        "johnson",
        "jonson",
        "johnston",
        "garcia",
        "garzia",
        "lopez",
        "lopes",
        "nguyen",
        "tran",
        "jean",
        "pierre",
        "j",
        "m",
        "li",
        "lee",
        "le",
        "mueller",
        "muller",
        "mühlner",
        "kowalski",
        "kowalska",
        "de",
        "van",
        "von",
        "la",
        "der",
        "cruz",
        "delacruz",
        "tony",
        "anthony",
        "antonio",
        "kasia",
        "katarzyna",
    ]
)
NAMES = st.one_of(
    st.lists(WORDS, max_size=3).map(" ".join),
    st.lists(WORDS, min_size=1, max_size=2).map("-".join),
    st.text("abemnst", max_size=8),
    st.text(max_size=60),
)


@given(st.lists(NAMES, min_size=1, max_size=25, unique=True), NAMES)
def test_every_name_of_a_table_is_on_the_level_it_has_alone(
    listed: list[str], visitor: str
) -> None:
    table = build_name_table(listed, [fold(n) for n in listed])

    for is_given in (False, True):
        levels = table.compare(fold(visitor), is_given=is_given).dense(len(table))

        alone = [name_level(fold(visitor), fold(n), is_given=is_given) for n in listed]
        assert [NameLevel(int(v)) for v in levels] == alone


def test_common_surnames_are_all_on_the_level_they_have_alone() -> None:
    table = load_population().family_names
    names = [str(n) for n in table.written]

    for visitor in ("smith", "garcia lopez", "hernandes", "o", "nguyen", "schmidt"):
        levels = table.compare(visitor, is_given=False).dense(len(table))

        alone = [name_level(visitor, n, is_given=False) for n in names]
        assert levels.tolist() == alone


def test_name_is_compared_up_to_its_longest_part() -> None:
    long = "x" * LONGEST
    table = build_name_table([long + "abc"], [long + "abc"])

    assert table.compare(long + "def", is_given=False).levels.tolist() == [NameLevel.EXACT]


DIGITS = st.one_of(
    st.just(""),
    st.builds(
        "{:04}{:02}{:02}".format, st.integers(1978, 1991), st.integers(0, 13), st.integers(0, 39)
    ),
    st.builds("{:04}{:02}??".format, st.integers(1978, 1991), st.integers(1, 12)),
    st.builds("{:04}????".format, st.integers(1978, 1991)),
)


@given(st.lists(DIGITS, min_size=1, max_size=40, unique=True), DIGITS)
def test_every_birth_date_of_a_table_is_on_the_level_it_has_alone(
    listed: list[str], visitor: str
) -> None:
    levels = DateTable(listed).compare(visitor)

    assert levels.tolist() == [date_level(visitor, d) for d in listed]
