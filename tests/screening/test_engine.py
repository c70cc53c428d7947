"""Who is held, who is not, and why: the engine as staff and visitors meet it."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.days import Days
from db.domain.partial_date import PartialDate
from db.domain.people import Identity, PersonName, Sex
from db.domain.screening import Agreement, Field, HoldReason, Match, Outcome, Screening, Tier
from db.domain.watchlist import Category, WatchlistEntry
from db.ids import new_id
from db.screening.calibrate import Calibration, Curve, calibrate
from db.screening.engine import Visitor, find_matches, screen
from db.screening.explain import Person, chance_sentence, list_age_sentence, summary
from db.screening.index import build_index
from db.screening.names import fold
from resources.samples.people import sample_people
from tests.makers import NINE, make_entry, make_identity, make_watchlist


@pytest.fixture(autouse=True)
def _few_made_up_visitors(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here is about how often chance does what: a tenth of the time is enough."""
    monkeypatch.setattr("db.screening.index.calibrate", partial(calibrate, visitors=100))


LISTED = make_entry("Anthony", "Quintero", date(1984, 7, 3))


def screened(identity: Identity, *entries: WatchlistEntry, number_hash: str = "") -> Screening:
    index = build_index([(make_watchlist(entry_count=len(entries)), entries)])
    return screen(identity, index, number_hash=number_hash, now=NINE, screening_id=new_id(NINE))


def best(identity: Identity, *entries: WatchlistEntry) -> Match:
    return screened(identity, *(entries or (LISTED,))).matches[0]


def visitor(given_name: str, family_name: str, born: date | None) -> Identity:
    return make_identity(given_name, family_name, birth_date=born)


SAME_PERSON = [
    ("Anthony", "Quintero", date(1984, 7, 3)),
    ("ANTHONY", "QUINTERO", date(1984, 7, 3)),
    ("Tony", "Quintero", date(1984, 7, 3)),
    ("Anthony", "Ibarra-Quintero", date(1984, 7, 3)),
    ("Quintero", "Anthony", date(1984, 7, 3)),
    ("Antony", "Quinterro", date(1984, 7, 3)),
    ("Anthony", "Quintero", date(1984, 3, 7)),
    ("Anthony", "Quintero", date(1984, 7, 8)),
    ("Anthony", "Quintero", date(1985, 7, 3)),
    ("Anthony", "de Quintero", date(1984, 7, 3)),
    ("Ánthony", "Quíntero", date(1984, 7, 3)),
]


@pytest.mark.parametrize(("given_name", "family_name", "born"), SAME_PERSON)
def test_listed_person_is_held_however_the_name_is_written(
    given_name: str, family_name: str, born: date
) -> None:
    result = screened(visitor(given_name, family_name, born), LISTED)

    assert result.outcome is Outcome.HOLD
    assert result.hold_reasons == (HoldReason.MATCH,)


OTHERS = [
    ("Priya", "Raghunathan", date(1984, 7, 3)),
    ("Anthony", "Marlowe", date(1971, 1, 5)),
    ("Rosa", "Quintero", date(1959, 12, 24)),
    ("Elena", "Marlowe", date(1986, 4, 17)),
]


@pytest.mark.parametrize(("given_name", "family_name", "born"), OTHERS)
def test_other_person_is_clear(given_name: str, family_name: str, born: date) -> None:
    assert screened(visitor(given_name, family_name, born), LISTED).outcome is Outcome.CLEAR


def test_most_common_name_with_the_same_birth_date_is_always_held() -> None:
    smith = make_entry("John", "Smith", date(1970, 1, 2))
    crowd = [make_entry(p.given_name, "Smith", p.birth_date) for p in sample_people(400, 3)]

    result = screened(visitor("John", "Smith", date(1970, 1, 2)), smith, *crowd)

    assert result.matches[0].entry == smith


def tiers_of_smith(given_name: str, born: str) -> list[Tier | None]:
    """Of a registry's namesake with just this birth date, where no bits are enough to hold."""
    smith = replace(make_entry(given_name, "Smith"), born=PartialDate.read(born))
    registry = replace(make_watchlist(entry_count=1), category=Category.REGISTRY)
    built = build_index([(registry, [smith])])
    out_of_reach = Curve(1.0, 99.0, 1.0)
    calibration = Calibration(out_of_reach, out_of_reach, out_of_reach, out_of_reach)
    index = replace(built, each=(replace(built.each[0], calibration=calibration),))
    person = Person(smith.name, smith.born, Sex.UNSPECIFIED, "", has_number=False)
    return [f.tier for f in find_matches(Visitor(person), index, Days.of(NINE.date()))]


@pytest.mark.parametrize("given_name", ["", "FNU", "Unknown"])
def test_name_that_neither_side_has_is_no_difference(given_name: str) -> None:
    assert tiers_of_smith(given_name, "1970-01-02") == [Tier.POSSIBLE]


def test_common_name_with_the_same_month_and_no_day_asks_for_the_photo() -> None:
    assert tiers_of_smith("John", "1980-05") == [Tier.CHECK_PHOTO]


def test_common_name_with_the_same_year_and_no_more_is_left_to_the_bits() -> None:
    assert tiers_of_smith("John", "1980") == []


def test_common_name_with_another_birth_date_is_clear() -> None:
    smith = make_entry("John", "Smith", date(1970, 1, 2))
    others = [make_entry(p.given_name, p.family_name, p.birth_date) for p in sample_people(30, 5)]

    result = screened(visitor("John", "Smith", date(1988, 11, 9)), smith, *others)

    assert result.outcome is Outcome.CLEAR


def test_entry_without_a_birth_date_asks_for_the_photo() -> None:
    match = best(visitor("Anthony", "Quintero", date(1984, 7, 3)), make_entry(birth_date=None))

    assert match.tier is Tier.CHECK_PHOTO


LOCAL = [Category.CUSTODY, Category.TRESPASS, Category.ALERT]
OPEN_BIRTHS = [
    (date(1970, 1, 2), None, None),
    (None, date(1970, 1, 2), 1970),
    (date(1970, 1, 2), None, 1970),
]


def john_smith_among_many(
    category: Category, born: date | None, listed: date | None, year: int | None
) -> Screening:
    born_on_list = PartialDate(year) if year and listed is None else None
    smith = make_entry("John", "Smith", listed)
    smith = replace(smith, born=smith.born or born_on_list)
    crowd = [make_entry(p.given_name, p.family_name, p.birth_date) for p in sample_people(3000, 3)]
    watchlist = replace(make_watchlist(entry_count=3001), category=category)
    index = build_index([(watchlist, [smith, *crowd])])
    return screen(
        visitor("John", "Smith", born), index, number_hash="", now=NINE, screening_id=new_id(NINE)
    )


@pytest.mark.parametrize("category", LOCAL)
@pytest.mark.parametrize(("born", "listed", "year"), OPEN_BIRTHS)
def test_exact_name_on_a_local_list_is_held_while_no_birth_date_speaks_against_it(
    category: Category, born: date | None, listed: date | None, year: int | None
) -> None:
    result = john_smith_among_many(category, born, listed, year)

    assert result.hold_reasons == (HoldReason.MATCH,)
    assert [m.tier for m in result.matches if m.entry.name.family == "Smith"][:1] == [
        Tier.CHECK_PHOTO
    ]


@pytest.mark.parametrize(
    ("listed", "year"), [(date(1951, 11, 30), 1951), (None, 1951)], ids=["date", "year"]
)
def test_another_birth_date_or_year_on_a_local_list_is_clear(
    listed: date | None, year: int | None
) -> None:
    result = john_smith_among_many(Category.TRESPASS, date(1970, 1, 2), listed, year)

    assert result.outcome is Outcome.CLEAR


def test_most_common_name_without_a_birth_date_on_a_registry_is_left_to_its_bits() -> None:
    result = john_smith_among_many(Category.REGISTRY, date(1970, 1, 2), None, None)

    assert result.outcome is Outcome.CLEAR


def test_visitor_on_two_lists_shows_on_both() -> None:
    lists = [make_watchlist("District no-trespass list"), make_watchlist("Custody orders")]
    index = build_index([(w, [LISTED]) for w in lists])

    result = screen(
        visitor("Anthony", "Quintero", date(1984, 7, 3)),
        index,
        number_hash="",
        now=NINE,
        screening_id=new_id(NINE),
    )

    assert {m.list_name for m in result.matches} == {w.name for w in lists}


def test_match_explains_itself_in_seven_rows_and_words() -> None:
    match = best(visitor("Tony", "Ibarra-Quintero", date(1984, 3, 7)))

    rows = {e.field: e for e in match.evidence}
    assert list(rows) == [f for f in Field if f is not Field.SUFFIX]
    assert rows[Field.FAMILY_NAME].words == "Same, one of two surnames"
    assert rows[Field.GIVEN_NAME].words == "Same, a short form"
    assert rows[Field.BIRTH_DATE].words == "Same with day and month swapped"
    assert rows[Field.SEX].agreement is Agreement.MISSING
    assert summary(match) == "3 fields agree, 0 differ, 4 are missing."
    assert chance_sentence(replace(match, one_in=1_200)) == (
        "On a list of this size, one visitor in 1,200 would match this well by chance."
    )
    assert match.bits == pytest.approx(sum(e.bits for e in match.evidence), abs=0.05)


def test_numbers_are_never_shown_as_evidence() -> None:
    entry = replace(LISTED, number_hash="c0ffee")
    result = screened(visitor("Rosa", "Delgado", None), entry, number_hash="c0ffee")

    row = result.matches[0].evidence[-1]
    assert (row.field, row.agreement) == (Field.ID_NUMBER, Agreement.AGREES)
    assert "c0ffee" not in row.visitor + row.entry


def test_alias_is_found() -> None:
    entry = replace(LISTED, aliases=(PersonName("Rafael", "Ibarra"),))

    match = best(visitor("Rafael", "Ibarra", date(1984, 7, 3)), entry)

    assert match.entry == entry


def test_alias_that_fits_better_takes_nobody_from_the_hold_of_the_exact_name() -> None:
    """An alias with more bits, which alone would not hold, stands beside the exact name."""
    smiths = [make_entry("John", "Smith", date(1980, 3, 5 + n % 20)) for n in range(2_000)]
    listed = make_entry("John", "Smith", date(1980, 3, 4))
    name = PersonName("Johnny", "Smith", "Zebulon")
    with_alias = replace(listed, entry_id=new_id(NINE), aliases=(name,))
    identity = make_identity("John", "Smith", birth_date=date(1980, 3, 4))
    identity = replace(identity, name=PersonName("John", "Smith", "Zebulon"))

    found = screened(identity, listed, with_alias, *smiths)

    held = {m.entry.entry_id for m in found.matches}
    assert {listed.entry_id, with_alias.entry_id} <= held


def test_more_that_is_known_of_a_birth_date_never_ends_a_hold() -> None:
    crowd = [make_entry("James", "Smith", None) for _ in range(1_000)]
    by_year, by_month = (
        replace(crowd[0], entry_id=new_id(NINE), born=PartialDate.read(text))
        for text in ("1980", "1980-03")
    )
    identity = visitor("James", "Smith", date(1980, 3, 4))

    found = screened(identity, by_year, by_month, *crowd)

    assert {by_year.entry_id, by_month.entry_id} <= {m.entry.entry_id for m in found.matches}


def test_each_entry_is_one_match_however_many_names_fit() -> None:
    entry = replace(LISTED, aliases=(PersonName("Tony", "Quintero"), PersonName("A", "Quintero")))

    result = screened(visitor("Anthony", "Quintero", date(1984, 7, 3)), entry)

    assert len(result.matches) == 1


def test_empty_lists_are_clear_and_say_so() -> None:
    result = screen(
        make_identity(), build_index([]), number_hash="", now=NINE, screening_id=new_id(NINE)
    )

    assert (result.outcome, result.lists) == (Outcome.CLEAR, ())


def test_outdated_list_is_a_hold() -> None:
    watchlist = replace(make_watchlist(), max_age_days=14)
    index = build_index([(watchlist, [LISTED])])

    result = screen(
        visitor("Priya", "Raghunathan", date(1990, 1, 1)),
        index,
        number_hash="",
        now=NINE + timedelta(days=15),
        screening_id=new_id(NINE),
    )

    assert result.hold_reasons == (HoldReason.LIST_OUTDATED,)


def test_age_of_a_list_is_said_in_words() -> None:
    match = best(visitor("Anthony", "Quintero", date(1984, 7, 3)))

    assert list_age_sentence(match, NINE) == "Updated today"
    assert list_age_sentence(match, NINE + timedelta(days=40)) == "Updated 40 days ago"


PEOPLE = st.builds(
    visitor,
    st.sampled_from(["Anthony", "Tony", "Rosa", "José", "A", ""]),
    st.sampled_from(["Quintero", "Ibarra-Quintero", "Smith", "Quinteros", "D'Angelo"]),
    st.one_of(st.none(), st.dates(date(1940, 1, 1), date(2008, 1, 1))),
)


@given(PEOPLE)
def test_agreement_in_one_more_field_never_lowers_a_match(person: Identity) -> None:
    exact = replace(
        person,
        name=replace(person.name, family=LISTED.name.family),
        birth_date=LISTED.born and LISTED.born.on,
    )

    before = [m.bits for m in screened(person, LISTED).matches]
    after = [m.bits for m in screened(exact, LISTED).matches]

    assert not before or (after and after[0] >= before[0])


@given(PEOPLE, st.lists(PEOPLE, max_size=12))
def test_other_entries_in_the_same_index_hide_nobody(
    person: Identity, crowd: list[Identity]
) -> None:
    entries = [make_entry(p.name.given, p.name.family, p.birth_date) for p in crowd]
    same = make_entry(person.name.given, person.name.family, person.birth_date)

    result = screened(person, *entries, same)

    if person.name.given and person.birth_date is not None:
        assert any(m.entry.name == same.name for m in result.matches)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_family_name_that_looks_like_no_name_is_compared() -> None:
    na = make_entry("Hyejin", "Na", date(1984, 7, 3))

    same = screened(visitor("Hyejin", "Na", date(1984, 7, 3)), na)
    other = screened(visitor("Hyejin", "Raghunathan", date(1959, 12, 24)), na)

    assert (same.outcome, other.outcome) == (Outcome.HOLD, Outcome.CLEAR)
    assert {e.field: e.words for e in same.matches[0].evidence}[Field.FAMILY_NAME] == "Same"


@pytest.mark.parametrize("nothing", ["N/A", "NA", "NMN", "none"])
def test_middle_name_that_says_there_is_none_is_missing(nothing: str) -> None:
    listed = replace(LISTED, name=replace(LISTED.name, middle="Luis"))
    shown = visitor("Anthony", "Quintero", date(1984, 7, 3))

    match = best(replace(shown, name=replace(shown.name, middle=nothing)), listed)

    assert {e.field: e.agreement for e in match.evidence}[Field.MIDDLE_NAME] is Agreement.MISSING


@pytest.mark.parametrize(
    "wrong", ["Ossandon Fernandes", "Ossandon Hernandez", "Fernandos Ossandon"]
)
def test_one_of_two_surnames_with_a_wrong_letter_says_less_than_without(wrong: str) -> None:
    born = date(1984, 7, 3)
    listed = make_entry("Paola", "Fernandez", born)
    people = sample_people(1_000, seed=5)
    others = [make_entry(p.given_name, "Fernandez", p.birth_date) for p in people[:100]]
    others += [make_entry(p.given_name, p.family_name, p.birth_date) for p in people[100:]]

    def bits_of(family: str) -> float:
        match = best(visitor("Paola", family, born), listed, *others)
        return next(e.bits for e in match.evidence if e.field is Field.FAMILY_NAME)

    assert bits_of(wrong) < bits_of("Ossandon Fernandez")


def test_sex_of_the_list_weighs_in() -> None:
    man = replace(LISTED, sex=Sex.MALE)
    same = replace(visitor("Anthony", "Quintero", date(1984, 7, 3)), sex=Sex.MALE)

    assert best(same, man).bits > best(replace(same, sex=Sex.FEMALE), man).bits
