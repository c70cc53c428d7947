"""``vestibule-hub calibrate``: what each list's tiers are worth, tried out on made-up visitors."""

from collections.abc import Iterator

from db.engine import Database
from db.list_index import ListIndexes
from db.screening.calibrate import FEWEST_ROWS, OTHER_DATE, POSSIBLE, STRONG, best_by_chance
from db.screening.index import ListIndex
from db.screening.population import Population

_SEED = 2_026
"""Other made-up visitors than those from whom the tiers were found."""


def calibrate_lists(database: Database, visitors: int) -> Iterator[str]:
    """Lines that say for each list in force how many bits a tier takes, and what chance does."""
    index = ListIndexes(database, None).load()
    if not index.each:
        yield "No list is in force, so there is nothing to try."
    for one in index.each:
        yield from _list_lines(one, index.population, visitors)


def _list_lines(one: ListIndex, population: Population, visitors: int) -> Iterator[str]:
    chance = one.calibration
    bits = (
        chance.whole.bits_at(STRONG),
        chance.whole.bits_at(POSSIBLE),
        chance.other.bits_at(OTHER_DATE),
        chance.partial.bits_at(chance.partial.check_photo),
    )
    yield f"{one.watchlist.name}: {one.watchlist.entry_count:,} people, {one.rows:,} names"
    rates = (STRONG, POSSIBLE, OTHER_DATE, chance.partial.check_photo)
    if one.rows < FEWEST_ROWS:
        yield f"  Too small to try out (under {FEWEST_ROWS:,} names): tiers go by the estimate."
    if not one.rows:
        return
    best = best_by_chance(one.segments, population, _SEED, visitors, floor=min(bits) - 1)
    for name, least, rate, column in zip(_TIERS, bits, rates, (0, 0, 1, 2), strict=True):
        found = 100 * float((best[:, column] >= least).mean())
        yield (
            f"  {name:<29} from {least:4.1f} bits; at most {100 * rate:.3f} in 100 visitors, "
            f"{found:.2f} of {visitors:,} made-up ones"
        )


_TIERS = ("strong", "possible", "possible, another birth date", "check the photo")
