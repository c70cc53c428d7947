"""Invented people in numbers: names of a population, an age, a sex. For the peers' Python."""

from collections.abc import Callable, Sequence

import numpy as np
from roster_errors import Person
from roster_names import Population

FIRST_OF_JANUARY = 0.03
"""Share of people from elsewhere whose papers say so, since nobody knew the day."""
Births = Callable[[int, np.random.Generator], np.ndarray]
"""How many, and chance: years with fractions."""


def births_on_a_list(count: int, chance: np.random.Generator) -> np.ndarray:
    """1935 to 2008, most of them around 1972."""
    return 1935 + 74 * chance.beta(2.4, 2.3, count)


def births_at_a_door(count: int, chance: np.random.Generator) -> np.ndarray:
    """Three parents for each grandparent."""
    years = np.where(
        chance.random(count) < 0.75,
        chance.normal(1984, 7.5, count),
        chance.normal(1959, 8.0, count),
    )
    return np.clip(years, 1935.0, 2008.99)


def people(
    count: int,
    parts: Sequence[tuple[Population, float]],
    seed: int,
    men: float,
    births: Births,
) -> list[Person]:
    """So many people in a random order, drawn from populations by their shares."""
    chance = np.random.default_rng(seed)
    counts = chance.multinomial(count, [share for _, share in parts])
    found: list[Person] = []
    for (population, _), some in zip(parts, counts, strict=True):
        found += _of_population(population, int(some), chance, men, births)
    return [found[i] for i in chance.permutation(len(found))]


def _of_population(
    population: Population, count: int, chance: np.random.Generator, men: float, births: Births
) -> list[Person]:
    is_man = chance.random(count) < men
    female, male = (
        [stock.drawn(count, chance) for _ in range(2)]
        for stock in (population.female, population.male)
    )
    family, second = (population.family.drawn(count, chance) for _ in range(2))
    draws = chance.random((count, 7))
    years = births(count, chance)
    days = ((years - 1970) * 365.2425).astype("timedelta64[D]") + np.datetime64("1970-01-01")
    dates = np.datetime_as_string(days.astype("datetime64[D]"))
    found = []
    for i in range(count):
        given, other = (male if is_man[i] else female)[0][i], (male if is_man[i] else female)[1][i]
        middle = ""
        usual = population.middles[0 if not is_man[i] else 1]
        if draws[i, 0] < population.middle:
            middle = usual[int(draws[i, 1] * len(usual))] if usual else other
        if draws[i, 2] < population.compound and other != given:
            given = f"{given}{population.given_joint}{other}"
            middle = "" if middle == other else middle
        name = family[i]
        if population.is_gendered and not is_man[i]:
            name = _feminine(name)
        if draws[i, 3] < population.particle and " " not in name:
            particle = population.particles[int(draws[i, 4] * len(population.particles))]
            name = particle.format(name)
        if draws[i, 5] < population.two_surnames and second[i] != family[i]:
            name = f"{name}{population.joint}{second[i]}"
        born = str(dates[i])
        if not population.is_english and draws[i, 6] < FIRST_OF_JANUARY:
            born = f"{born[:4]}-01-01"
        suffix = ("Jr", "Jr", "III")[i % 3] if is_man[i] and draws[i, 6] > 0.97 else ""
        suffix = suffix if population.is_english else ""
        sex = "M" if is_man[i] else "F"
        found.append(Person(given, middle, name, suffix, born, sex, population.key))
    return found


def _feminine(family: str) -> str:
    return family[:-1] + "a" if family.endswith(("ski", "cki", "dzki")) else family
