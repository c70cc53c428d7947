"""The quick way finds the rows, and gives them the bits, of every row compared on its own."""

import random

import pytest

from db.screening.names import fold, fold_middle
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
