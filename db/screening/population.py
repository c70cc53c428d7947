"""How common a name is among people, for lists too small to tell."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from db.screening.compare import NameLevel
from db.screening.name_table import NameTable, build_name_table
from db.screening.names import population, population_source

Shares = NDArray[np.float64]
_WOMAN, _MAN = 1, 2
"""Places in `segment.SEXES`."""


@dataclass(frozen=True, slots=True)
class Population:
    """Surnames and given names with their shares of people (US census of 1990)."""

    family_names: NameTable
    family_shares: Shares
    given_names: NameTable
    given_shares: tuple[Shares, Shares, Shares]
    """Of everybody, of women, of men."""

    def family(self, folded: str) -> Shares:
        """Share of people whose surname is on each `NameLevel` with this one."""
        levels = self.family_names.compare(folded, is_given=False)
        return _by_level(levels.ids, levels.levels, self.family_shares)

    def given(self, folded: str, sex: int) -> Shares:
        """The same for a given name, among people of a sex (place in `segment.SEXES`)."""
        levels = self.given_names.compare(folded, is_given=True)
        return _by_level(levels.ids, levels.levels, self.given_shares[sex])


@lru_cache(maxsize=1)
def load_population() -> Population:
    """Read the tables. A quarter of a second, once."""
    family, woman, man = population()
    given = list(dict.fromkeys([*woman, *man]))
    women, men = (np.array([of.get(n, 0.0) for n in given]) for of in (woman, man))
    surnames = list(family)
    return Population(
        build_name_table(surnames, surnames),
        np.array([family[n] for n in surnames]),
        build_name_table(given, given),
        ((women + men) / 2, women, men),
    )


def digest_of_source() -> str:
    """SHA-256 of the file of names, by which a saved table is known to be of this one."""
    return hashlib.sha256(population_source().encode()).hexdigest()


def _by_level(ids: NDArray[np.int32], levels: NDArray[np.int8], shares: Shares) -> Shares:
    found = np.zeros(len(NameLevel))
    found += np.bincount(levels, weights=shares[ids], minlength=len(NameLevel))
    if found.any():
        found[NameLevel.DIFFERENT] += max(1.0 - found.sum(), 0.0)
    return found
