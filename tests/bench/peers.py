"""Other matchers over the same files: run by `screening.py` with the peers' Python.

``peers.py METHOD LIST.csv VISITORS.csv OUT.csv``; OUT has for each visitor with any score the best
one, its entry, and milliseconds. An alias is a further row of its entry, as in our own engine.

jaro-winkler          rapidfuzz among entries with exactly this birth date: the best of the mean of
                      given and family name, the same with the two swapped, and the whole name;
                      without a birth date nothing is found
jaro-winkler, graded  the same among all entries (the whole name for the 50 best only), plus for the
                      birth date 0.5 when equal, 0.35 for one wrong digit or day and month swapped,
                      0.2 for the same year where one side knows no more, 0.15 when missing
splink                its own NameComparison with term frequency and DateOfBirthComparison, middle
                      name and sex exactly, learnt without labels on these very files
brute force           Jaro-Winkler of the whole name with every entry's: for its time only
logic-v2              nomenklatura's, among the ten best by graded Jaro-Winkler, which flatters it:
                      what a search for candidates loses is not counted, nor its time
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler
from roster_errors import plain

CANDIDATES, WHOLE, BLOCK = 10, 50, 64
Found = tuple[float, str, float]


@dataclass(frozen=True)
class Row:
    """One name of one entry, or a visitor; names folded."""

    number: str
    given: str
    middle: str
    family: str
    birth: str
    sex: str


def rows_of(path: Path) -> list[Row]:
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            birth = _digits(line["birth_date"])
            middle, sex = _folded(line["middle_name"]), line["sex"]
            names = [(line["given_name"], line["family_name"])]
            for alias in filter(None, (line.get("aliases") or "").split(";")):
                last, comma, first = alias.partition(",")
                names.append((first, last) if comma else tuple(alias.rsplit(" ", 1)))
            found += [Row(line["id"], _folded(g), middle, _folded(f), birth, sex) for g, f in names]
    return found


def _folded(name: str) -> str:
    return plain(name).casefold().strip()


def _digits(birth: str) -> str:
    return birth.replace("-", "")


class Graded:
    """Graded Jaro-Winkler against every entry: each different name and date is compared once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.given, self.given_of = _unique([r.given for r in rows])
        self.family, self.family_of = _unique([r.family for r in rows])
        self.birth, self.birth_of = _unique([r.birth for r in rows])
        known = [b if len(b) == 8 else "00000000" for b in self.birth]
        self.codes = np.frombuffer("".join(known).encode(), np.uint8).reshape(-1, 8)
        self.is_whole = np.array([len(b) == 8 for b in self.birth])
        self.years = np.array([b[:4] for b in self.birth])

    def scores(self, visitors: Sequence[Row]) -> Iterator[tuple[np.ndarray, float]]:
        """For each visitor every row's score, and milliseconds; names are compared in blocks."""
        for start in range(0, len(visitors), BLOCK):
            some = visitors[start : start + BLOCK]
            began = time.perf_counter()
            given, family = [v.given for v in some], [v.family for v in some]
            likeness = [
                process.cdist(ours, theirs, scorer=JaroWinkler.similarity, dtype=np.float32)
                for ours in (given, family)
                for theirs in (self.given, self.family)
            ]
            shared = (time.perf_counter() - began) * 1000 / len(some)
            for at, visitor in enumerate(some):
                began = time.perf_counter()
                given_given, given_family, family_given, family_family = (x[at] for x in likeness)
                scores = np.maximum(
                    given_given[self.given_of] + family_family[self.family_of],
                    given_family[self.family_of] + family_given[self.given_of],
                )
                scores = scores / 2 + self._births(visitor)[self.birth_of]
                self._with_whole_names(visitor, scores)
                yield scores, shared + (time.perf_counter() - began) * 1000

    def _with_whole_names(self, visitor: Row, scores: np.ndarray) -> None:
        births = self._births(visitor)
        for at in _best(scores, WHOLE):
            row = self.rows[at]
            whole = JaroWinkler.similarity(_whole(visitor), _whole(row)) + births[self.birth_of[at]]
            scores[at] = max(scores[at], whole)

    def _births(self, visitor: Row) -> np.ndarray:
        if len(visitor.birth) != 8:
            return np.where(self.years == visitor.birth[:4], np.float32(0.2), np.float32(0.15))
        code = np.frombuffer(visitor.birth.encode(), np.uint8)
        wrong = (self.codes != code).sum(axis=1)
        turned = visitor.birth[:4] + visitor.birth[6:] + visitor.birth[4:6]
        is_turned = (self.codes == np.frombuffer(turned.encode(), np.uint8)).all(axis=1)
        whole = np.select([wrong == 0, (wrong == 1) | is_turned], [0.5, 0.35], 0.0)
        part = np.where(self.years == "", 0.15, np.where(self.years == visitor.birth[:4], 0.2, 0))
        return np.where(self.is_whole, whole, part).astype(np.float32)


def _best(scores: np.ndarray, count: int) -> list[int]:
    count = min(count, len(scores))
    top = np.argpartition(-scores, count - 1)[:count]
    return [int(i) for i in top[np.argsort(-scores[top])]]


def _unique(values: list[str]) -> tuple[list[str], np.ndarray]:
    places: dict[str, int] = {}
    of = np.array([places.setdefault(v, len(places)) for v in values])
    return list(places), of


def _whole(row: Row) -> str:
    return f"{row.given} {row.family}".strip()


def _name_likeness(one: Row, other: Row) -> float:
    alike = JaroWinkler.similarity
    return max(
        alike(one.given, other.given) / 2 + alike(one.family, other.family) / 2,
        alike(one.given, other.family) / 2 + alike(one.family, other.given) / 2,
        alike(_whole(one), _whole(other)),
    )


def exact_date(listed: Sequence[Row], visitors: Sequence[Row]) -> Iterator[Found | None]:
    born: dict[str, list[Row]] = {}
    for row in listed:
        if len(row.birth) == 8:
            born.setdefault(row.birth, []).append(row)
    for visitor in visitors:
        began = time.perf_counter()
        found = [(_name_likeness(visitor, row), row.number) for row in born.get(visitor.birth, ())]
        spent = (time.perf_counter() - began) * 1000
        yield (*max(found), spent) if found else None


def graded(listed: Sequence[Row], visitors: Sequence[Row]) -> Iterator[Found | None]:
    for scores, spent in Graded(listed).scores(visitors):
        best = int(scores.argmax())
        yield float(scores[best]), listed[best].number, spent


def brute(listed: Sequence[Row], visitors: Sequence[Row]) -> Iterator[Found | None]:
    names = [_whole(row) for row in listed]
    for visitor in visitors:
        began = time.perf_counter()
        scores = process.cdist(
            [_whole(visitor)], names, scorer=JaroWinkler.similarity, dtype=np.float32
        )[0]
        best = int(scores.argmax())
        yield float(scores[best]), listed[best].number, (time.perf_counter() - began) * 1000


def logic_v2(listed: Sequence[Row], visitors: Sequence[Row]) -> Iterator[Found | None]:
    from followthemoney import EntityProxy  # each peer loads its own
    from nomenklatura.matching import ScoringConfig, get_algorithm

    index, config = Graded(listed), ScoringConfig.defaults()
    compare = get_algorithm("logic-v2").compare

    def entity(row: Row) -> EntityProxy:
        birth = row.birth
        if len(birth) == 8:
            birth = f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"
        values = {
            "name": " ".join(filter(None, (row.given, row.middle, row.family))),
            "firstName": row.given,
            "middleName": row.middle,
            "lastName": row.family,
            "birthDate": birth,
            "gender": {"M": "male", "F": "female"}.get(row.sex, ""),
        }
        kept = {k: [v] for k, v in values.items() if v}
        return EntityProxy.from_dict({"id": row.number, "schema": "Person", "properties": kept})

    for visitor, (scores, _) in zip(visitors, index.scores(visitors), strict=True):
        began = time.perf_counter()
        ours = entity(visitor)
        found = [
            (compare(ours, entity(listed[i]), config).score, -place, listed[i].number)
            for place, i in enumerate(_best(scores, CANDIDATES))
        ]
        score, _, number = max(found)  # of equals the better by Jaro-Winkler, which flatters too
        yield (score, number, (time.perf_counter() - began) * 1000) if score > 0 else None


def splink(listed: Sequence[Row], visitors: Sequence[Row]) -> Iterator[Found | None]:
    import duckdb  # each peer loads its own
    import pandas as pd
    import splink.comparison_library as library
    from splink import Linker, SettingsCreator, block_on

    frames = [
        pd.DataFrame(
            {
                "unique_id": [f"{n}" for n in range(len(rows))],
                "given": [r.given or None for r in rows],
                "middle": [r.middle or None for r in rows],
                "family": [r.family or None for r in rows],
                "birth": [_iso(r.birth) for r in rows],
                "sex": [r.sex or None for r in rows],
            }
        )
        for rows in (listed, visitors)
    ]
    comparisons = [
        library.NameComparison("given").configure(term_frequency_adjustments=True),
        library.NameComparison("family").configure(term_frequency_adjustments=True),
        library.DateOfBirthComparison("birth", input_is_string=True),
    ]
    comparisons += [
        library.ExactMatch(name)
        for name, has in (("middle", lambda r: r.middle), ("sex", lambda r: r.sex))
        if any(has(r) for r in visitors)
    ]
    database = _backend(duckdb.connect())
    rules = [
        block_on("birth"),
        block_on("given", "family"),
        block_on("family", "substr(birth, 1, 4)"),
        block_on("given", "substr(birth, 1, 4)", "substr(family, 1, 1)"),
        block_on("family", "substr(given, 1, 1)"),
    ]
    settings = SettingsCreator(
        "link_only", comparisons, rules, probability_two_random_records_match=1 / len(listed)
    )
    tables = [
        database.register(frame, dataset_display_name=name)
        for frame, name in zip(frames, ("listed", "visitors"), strict=True)
    ]
    linker = Linker(tables, settings, log_level="ERROR")
    began = time.perf_counter()
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("birth"), block_on("given", "family")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_weight=-20).as_pandas_dataframe()
    spent = (time.perf_counter() - began) * 1000 / max(1, len(visitors))
    is_listed_left = pairs.source_dataset_l.iloc[0] == "listed" if len(pairs) else True
    ours, theirs = ("r", "l") if is_listed_left else ("l", "r")
    best = pairs.sort_values("match_weight").groupby(f"unique_id_{ours}").last()
    found = dict(
        zip(
            best.index,
            zip(best.match_weight, best[f"unique_id_{theirs}"], strict=True),
            strict=True,
        )
    )
    for place in range(len(visitors)):
        pair = found.get(str(place))
        yield (float(pair[0]), listed[int(pair[1])].number, spent) if pair else None


def _backend(connection: object) -> object:
    from splink.internals.duckdb.database_api import DuckDBAPI

    return DuckDBAPI(connection=connection)


def _iso(birth: str) -> str | None:
    if len(birth) != 8:
        return None
    try:
        time.strptime(birth, "%Y%m%d")
    except ValueError:
        return None
    return f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"


Method = Callable[[Sequence[Row], Sequence[Row]], Iterator[Found | None]]
METHODS: dict[str, Method] = {
    "jaro-winkler": exact_date,
    "jaro-winkler, graded": graded,
    "brute force": brute,
    "splink": splink,
    "logic-v2": logic_v2,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("list", type=Path)
    parser.add_argument("visitors", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    visitors = rows_of(asked.visitors)
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["visitor_id", "score", "entry_id", "milliseconds"])
        found = METHODS[asked.method](rows_of(asked.list), visitors)
        for visitor, one in zip(visitors, found, strict=True):
            if one is not None:
                table.writerow([visitor.number, one[0], one[1], one[2]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
