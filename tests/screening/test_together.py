"""What goes together counts once, and what both sides lack counts at all."""

import numpy as np
import pytest

from db.screening import together, weights
from db.screening.compare import DateKind, DateLevel, NameLevel
from db.screening.weights import Shape

EVERYBODY = 100_000.0
NAMES = len(NameLevel)


def rows(**by_level: float) -> np.ndarray:
    """Rows by level."""
    found = np.zeros(NAMES)
    for level, count in by_level.items():
        found[NameLevel[level]] = count
    return found


def test_rare_name_says_less_where_such_names_are_at_home() -> None:
    everywhere = rows(EXACT=2, DIFFERENT=EVERYBODY)
    beside = rows(EXACT=1, DIFFERENT=400)

    away = together.together_bits(beside, everywhere, Shape.SINGLE, home=1.0)
    at_home = together.together_bits(beside, everywhere, Shape.SINGLE, home=0.015)

    assert away[NameLevel.EXACT] == 0.0
    assert at_home[NameLevel.EXACT] == pytest.approx(np.log2(0.015), abs=0.01)


def test_name_is_not_more_common_at_home_than_those_beside_show() -> None:
    everywhere = rows(EXACT=2_000, DIFFERENT=EVERYBODY)
    beside = rows(EXACT=1, DIFFERENT=400)

    lost = together.together_bits(beside, everywhere, Shape.SINGLE, home=0.03)

    assert lost[NameLevel.EXACT] == 0.0


def test_home_of_a_surname_that_few_have_is_everywhere() -> None:
    assert together.home_of(np.array([3_000.0, 3.0, 3.0]), EVERYBODY) == 1.0
    assert together.home_of(np.array([1_000.0, 400.0, 150.0]), EVERYBODY) < 0.02


def test_crowded_day_says_less_beside_a_name_whose_people_have_it() -> None:
    day = np.array([1_100.0, 95_000.0])

    assert together.is_crowded(day)
    assert together.day_bits(np.array([13.0, 300.0]), day) < -1.0
    assert together.day_bits(np.array([1.0, 300.0]), day) == 0.0


def test_day_like_any_other_is_not_crowded() -> None:
    assert not together.is_crowded(np.array([270.0, 95_000.0]))
    assert not together.is_crowded(np.array([3.0, 60.0]))


def test_one_name_on_the_id_and_on_the_list_speaks_for_a_person() -> None:
    counts = np.zeros((len(Shape), NAMES))
    counts[Shape.SINGLE, NameLevel.MISSING] = 9_900.0
    counts[Shape.NOTHING, NameLevel.MISSING] = 100.0

    bits = weights.name_bits(counts, np.zeros(NAMES), Shape.NOTHING, is_given=True)

    assert bits[Shape.NOTHING, NameLevel.MISSING] == pytest.approx(np.log2(0.505 / 0.01))
    assert bits[Shape.SINGLE, NameLevel.MISSING] == pytest.approx(-1.0)


def test_birth_date_that_neither_side_has_speaks_for_a_person_where_few_lack_one() -> None:
    counts = np.zeros((len(DateKind), len(DateLevel)))
    counts[DateKind.WHOLE, DateLevel.MISSING] = 9_800.0
    counts[DateKind.NOTHING, DateLevel.MISSING] = 200.0

    bits = weights.date_bits(counts, DateKind.NOTHING)

    assert bits[DateKind.NOTHING, DateLevel.MISSING] > 3.0
    assert -1.0 < bits[DateKind.WHOLE, DateLevel.MISSING] < 0.0
