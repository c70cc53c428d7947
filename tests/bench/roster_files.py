"""Rosters on disk: made in the peers' environment, read again, cut to fewer columns or entries."""

import csv
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matchers import run_peer
from measures import Truth

NOT_ON_FEWER = ("middle_name", "suffix", "sex")
"""Columns that are empty when only name and birth date are compared."""
Line = dict[str, str]


@dataclass(frozen=True)
class Roster:
    """A list, its visitors, and who they are."""

    listed: Path
    visitors: Path
    truths: tuple[Truth, ...]


def made(python: Path, folder: Path, what: str, **numbers: int) -> Path:
    """The folder of these rosters; made unless the same call made it before."""
    name = "-".join((what, *(f"{k}{v}" for k, v in numbers.items())))
    ready = folder / name
    if not (ready / "ready").exists():
        words = [w for k, v in numbers.items() for w in (f"--{k}", str(v))]
        run_peer(python, "rosters.py", what, "--out", str(ready), *words)
        (ready / "ready").touch()
    return ready


def roster_in(folder: Path, visitors: str = "visitors.csv") -> Roster:
    """The roster of a folder; only the visitors of one file."""
    here = {line["id"] for line in lines_of(folder / visitors)}
    truths = tuple(
        Truth(
            line["visitor_id"],
            line["entry_id"],
            line["error"],
            line["population"],
            frozenset(filter(None, line["groups"].split(";"))),
        )
        for line in lines_of(folder / "truth.csv")
        if line["visitor_id"] in here
    )
    return Roster(folder / "list.csv", folder / visitors, truths)


def name_and_birth_date(roster: Roster) -> Roster:
    """The same people with the other fields emptied."""
    paths = []
    for path in (roster.listed, roster.visitors):
        paths.append(path.with_name(f"{path.stem}-name-birth.csv"))
        if not paths[-1].exists():
            rewrite(path, paths[-1], lambda line: line | dict.fromkeys(NOT_ON_FEWER, ""))
    return Roster(paths[0], paths[1], roster.truths)


def halves(folder: Path, count: int, seed: int, work: Path) -> Iterable[Roster]:
    """FEBRL4: a random half of the originals is the list, all copies are visitors."""
    originals = lines_of(folder / "originals.csv")
    copies = [line["id"] for line in lines_of(folder / "copies.csv")]
    for number in range(count):
        chance = random.Random(seed * 1_000 + number)  # noqa: S311  no secret
        kept = {o["id"] for o in chance.sample(originals, len(originals) // 2)}
        path = work / f"half-{seed}-{number}.csv"
        rewrite(folder / "originals.csv", path, lambda line: line, kept)
        owners = ((c, c.rsplit("-dup", 1)[0] + "-org") for c in copies)
        truths = tuple(Truth(c, o if o in kept else "") for c, o in owners)
        yield Roster(path, folder / "copies.csv", truths)


def lines_of(path: Path, wanted: Mapping[str, object] | None = None) -> list[Line]:
    """A table's lines; of a long one only those whose id is wanted."""
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        return [line for line in table if wanted is None or line["id"] in wanted]


def rewrite(
    old: Path, new: Path, change: Callable[[Line], Line], kept: set[str] | None = None
) -> None:
    with (
        old.open(encoding="utf-8", newline="") as file,
        new.open("w", encoding="utf-8", newline="") as other,
    ):
        table = csv.DictReader(file)
        out = csv.DictWriter(other, _columns(table.fieldnames))
        out.writeheader()
        out.writerows(change(line) for line in table if kept is None or line["id"] in kept)


def _columns(names: Sequence[str] | None) -> Sequence[str]:
    return names or ()


def count_of(path: Path) -> int:
    """People in a table."""
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1
