"""The quick way finds the rows, and gives them the bits, of every row compared on its own."""

import random

import pytest

from db.screening.compare import DateKind, NameLevel, date_kind, name_level
from db.screening.names import fold, fold_middle, solid
from db.screening.population import load_population
from db.screening.scan import Scan
from db.screening.segment import Row, build_segment, fold_suffix
from db.screening.side import Query
from db.screening.tally import count
from tests.screening.brute import totals

FAMILIES = [
    "Smith",
    "Smyth",
    "Garcia",
    "García-López",
    "Lopez",
    "Nguyen",
    "Tran",
    "Müller",
    "Mueller",
    "Kowalski",
    "Kowalska",
    "Johnson",
    "Johnston",
    "Quintero",
    "Thomas",
    "James",
    "O'Brien",
    "de-la-Cruz",
    "Lee",
    "Li",
]
GIVENS = [
    "John",
    "Jon",
    "Anthony",
    "Tony",
    "Maria",
    "María-José",
    "Minh",
    "Anna",
    "Ann",
    "Kate",
    "Katarzyna",
    "Kasia",
    "J",
    "Thomas",
    "James",
    "Garcia",
    "Rosa",
    "Luis",
]


def someone(rng: random.Random, entry: int, families: list[str] = FAMILIES) -> Row:
    year, month, day = rng.randint(1978, 1984), rng.randint(1, 4), rng.randint(1, 29)
    born = rng.choice([f"{year}{month:02}{day:02}", f"{year}0101"])
    born = rng.choice([born, born, born, born, f"{year}????", f"{year}{month:02}??", ""])
    return Row(
        entry=entry,
        family=rng.choice([*families, *families, ""]),
        given=rng.choice([*GIVENS, *GIVENS, ""]),
        middle=rng.choice([*GIVENS, "", "", "", "", "NMN"]),
        suffix=rng.choice(["", "", "", "Jr", "III"]),
        born=born,
        sex=rng.choice([0, 1, 2, 2, 2]),
        place=rng.choice(["", "TX", "OK"]),
        number_hash=rng.choice(["", "", f"n{rng.randint(1, 30)}"]),
    )


def asked(row: Row) -> Query:
    return Query(
        family=fold(row.family),
        given=fold(row.given),
        middle=fold_middle(row.middle),
        suffix=fold_suffix(row.suffix),
        born=row.born,
        sex=row.sex,
        place=row.place.casefold(),
        number_hash=row.number_hash,
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("floor", [-40.0, 4.0, 12.0])
def test_rows_and_bits_are_those_of_every_row_compared_alone(seed: int, floor: float) -> None:
    rng = random.Random(seed)  # noqa: S311
    families = FAMILIES[: rng.choice([2, 20])]
    rows = [someone(rng, at, families) for at in range(rng.choice([1, 7, 90]))]
    segment = count(build_segment(rows))

    for _ in range(6):
        query = asked(someone(rng, 0, families))
        (scored,) = Scan(query, [segment], load_population()).found(floor)

        found: dict[int, float] = {}
        for row, bits in zip(scored.rows.tolist(), scored.total.tolist(), strict=True):
            entry = int(segment.segment.entry_of[row])
            found[entry] = max(bits, found.get(entry, bits))
        alone = {at: bits for at, bits in enumerate(totals(query, rows)) if bits >= floor}
        missed = {at: bits for at, bits in alone.items() if at not in found}
        assert missed == {}
        assert {at: found[at] for at in alone} == pytest.approx(alone, abs=1e-4)


def is_same_name(query: Query, row: Row) -> bool:
    """Both names are, or one is and neither side has the other."""
    pairs = [(query.family, fold(row.family), False), (query.given, fold(row.given), True)]
    levels = [
        NameLevel.EXACT
        if not solid(ours) and not solid(theirs)
        else name_level(ours, theirs, is_given=is_given)
        for ours, theirs, is_given in pairs
    ]
    is_named = any(solid(ours) for ours, _, _ in pairs)
    return is_named and levels == [NameLevel.EXACT, NameLevel.EXACT]


@pytest.mark.parametrize("seed", range(20))
def test_same_names_and_date_are_found_whatever_they_are_worth(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    rows = [someone(rng, at, FAMILIES[:2]) for at in range(90)]
    segment = count(build_segment(rows))

    for asked_for in rows[:30]:
        query = asked(asked_for)
        (scored,) = Scan(query, [segment], load_population()).found(90.0)

        found = {int(segment.segment.entry_of[row]) for row in scored.rows.tolist()}
        is_enough = date_kind(query.born) in (DateKind.WHOLE, DateKind.MONTH)
        held = {
            at
            for at, row in enumerate(rows)
            if is_enough and row.born == query.born and is_same_name(query, row)
        }
        assert held <= found
        flags = scored.names.is_same_person_by_name_and_date
        assert held == {int(segment.segment.entry_of[r]) for r in scored.rows[flags].tolist()}
