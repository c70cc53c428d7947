"""Ten thousand random changes of a log: each is found, or the program says which was not.

    python -m tests.bench.mutations [--count 10000] [--seed 1]

Half of them change a file of ``vestibule-hub log export`` and ask the stand-alone verifier, which
is given the hub's key and one earlier head, as an auditor has them. Half change a hub's database
and ask what ``verify-log`` asks. Ends with 1 when a change was not found.
"""

import argparse
import importlib.util
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from db.engine import Database, open_database
from tests.bench.mutated_database import DATABASE_KINDS, is_found_in
from tests.bench.mutated_export import EXPORT_KINDS, Export
from tests.bench.mutated_log import EARLIER, WrittenLog, write_log

C = TypeVar("C")
VERIFIER = Path(__file__).parents[2] / "packaging" / "verify_exported_log.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  no secret: the same changes again
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = open_database(f"sqlite:///{folder}/hub.db")
        written = write_log(database, folder)
        half = asked.count // 2
        made, missed = _exports(written, folder, chance, half)
        in_database, missed_there = _databases(database, written, chance, asked.count - half)
        database.close()
    made.update(in_database)
    missed.update(missed_there)
    for kind, count in made.items():
        sys.stdout.write(f"{kind:62} {count:6} made {count - missed[kind]:6} found\n")
    found = made.total() - missed.total()
    sys.stdout.write(f"{'all':62} {made.total():6} made {found:6} found\n")
    return 1 if missed else 0


def _exports(
    written: WrittenLog, folder: Path, chance: random.Random, count: int
) -> tuple[Counter[str], Counter[str]]:
    verifier, path = _verifier(), folder / "log"
    seen = {EARLIER: written.earlier_root.hex()}

    def is_found(content: bytes) -> bool:
        path.write_bytes(content)
        try:
            verifier.verify(str(path), written.hub_public.hex(), seen)
        except (
            verifier.WrongError, verifier.OtherHubError, ValueError, KeyError, TypeError,
        ):  # fmt: skip
            return True
        return False

    whole = Export.of(written)
    if is_found(whole.content()):
        raise SystemExit("the log is not whole before anything was changed")

    def attempt(change: Callable[[Export, random.Random], bytes]) -> bool:
        return is_found(change(whole, chance))

    return _tried("exported log: ", EXPORT_KINDS, attempt, count)


def _databases(
    database: Database, written: WrittenLog, chance: random.Random, count: int
) -> tuple[Counter[str], Counter[str]]:
    if is_found_in(database, written, lambda *_: None, chance):
        raise SystemExit("the database's log is not whole before anything was changed")
    return _tried(
        "database: ",
        DATABASE_KINDS,
        lambda change: is_found_in(database, written, change, chance),
        count,
    )


def _tried(
    where: str, kinds: Mapping[str, C], attempt: Callable[[C], bool], count: int
) -> tuple[Counter[str], Counter[str]]:
    """Each kind in turn until `count` were made: (made, not found)."""
    made, missed = Counter[str](), Counter[str]()
    names = list(kinds)
    for number in range(count):
        kind = names[number % len(names)]
        made[where + kind] += 1
        if not attempt(kinds[kind]):
            missed[where + kind] += 1
    return made, missed


def _verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_exported_log", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
