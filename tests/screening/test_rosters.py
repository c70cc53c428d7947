"""The benchmark's own rules: what recall counts, and what an error does to a name."""

import random
from dataclasses import replace

import pytest

from tests.bench import roster_errors as errors
from tests.bench.measures import Score, Truth, recalls, threshold, wilson

ANA = errors.Person("Ana María", "", "de la Cruz López", "", "1980-03-07", "F")


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  no secret


def score(bits: float, entry_id: str) -> Score:
    return Score(bits, entry_id, 1.0)


def test_no_more_of_the_unlisted_than_allowed_are_above_the_threshold() -> None:
    least = threshold([5.0, 4.0, 3.0, 2.0], 0.5)

    assert least == 3.0


def test_ties_at_the_threshold_count_against_a_matcher() -> None:
    least = threshold([5.0, 5.0, 5.0, 1.0], 0.25)

    assert least == 5.0


def test_only_the_right_person_counts_as_found() -> None:
    truths = [Truth("V1", "E1"), Truth("V2", "E2"), *(Truth(f"U{n}", "") for n in range(100))]
    scores = {"V1": score(20, "E1"), "V2": score(20, "E9"), "U1": score(10, "E3")}

    (found,) = recalls(scores, truths, [0.01])

    assert (found.right, found.flagged) == (0.5, 1.0)


def test_a_visitor_without_a_match_is_not_found() -> None:
    truths = [Truth("V1", "E1"), Truth("U1", "")]

    (found,) = recalls({}, truths, [0.01])

    assert found.flagged == 0.0


def test_an_interval_holds_its_share() -> None:
    low, high = wilson(5, 1_000)

    assert low < 0.005 < high


@pytest.mark.parametrize(
    ("error", "changed"),
    [
        (errors.turned, {"family": "López de la Cruz"}),
        (errors.swapped, {"given": "de la Cruz López", "family": "Ana María"}),
        (errors.day_and_month, {"birth": "1980-07-03"}),
        (errors.year_only, {"birth": "1980"}),
        (errors.unmarked, {"given": "Ana Maria", "family": "de la Cruz Lopez"}),
    ],
)
def test_an_error_changes_what_it_says(error: errors.Error, changed: dict[str, str]) -> None:
    assert error(ANA, chance(1)) == replace(ANA, **changed)


@pytest.mark.parametrize("error", [errors.nickname, errors.masculine, errors.middle_as_given])
def test_an_error_that_cannot_be_says_so(error: errors.Error) -> None:
    assert error(ANA, chance(1)) is None


def test_a_wrong_digit_gives_another_possible_date() -> None:
    for seed in range(200):
        wrong = errors.digit(ANA, chance(seed))

        assert wrong.birth != ANA.birth
        assert sum(a != b for a, b in zip(wrong.birth, ANA.birth, strict=True)) == 1
