"""How long a list of a million people takes to come into force, and how much memory.

.. code-block:: sh

    python tests/bench/lists.py                        # a million rows, SQLite
    python tests/bench/lists.py --rows 100000 --xlsx   # as a spreadsheet (needs openpyxl)
    python tests/bench/lists.py --postgres             # on a PostgreSQL server of its own

The first import adds everybody; the second one of the same file with every hundredth row changed
compares everybody. Each is a program of its own, so that its peak memory is its own. All people
are invented.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from db import list_bulk, list_history, list_import, watchlists
from db.domain.watchlist import Category
from db.engine import open_database
from db.list_import import ListWanted
from tests.postgres import start_postgres

HEADER = "LNAME,FNAME,MI,SUFFIX,DOB,SEX,ST,CASE_NO,AKA,NOTE"
_STARTS = (
    "Al Ba Bel Cor Da Del El Fa Fen Gar Hal Is Jo Ka Kel La Lor Ma Mor Na Ol Pe Qui Ra Ro Sa Tha "
    "Ul Va Wen Ya Zo"
)
_MIDDLES = "ber der dri fin gan la len li mar men na nor ra ri ro san sen ta ther ti van vi wan"
_ENDS = (
    "a an by do el er ez field ford gren holm i in ler low man more na ne o on rez s sen son ton "
    "well wood"
)
_STATES = "AL AK AZ AR CA CO FL GA IL IN KY LA MI MN MO NC NM NY OH OK OR PA TN TX UT VA WA WI"


def write_list(path: Path, rows: int, changed: int = 0) -> None:
    """Invented people; with `changed`, every so many-th has another note."""
    chance = random.Random(7)  # noqa: S311  no secret
    starts, middles, ends = _STARTS.split(), _MIDDLES.split(), _ENDS.split()
    states = _STATES.split()
    families = [s + m + e for s in starts for m in middles for e in ends]
    givens = [s + e for s in starts for e in ends]
    first = date(1935, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{HEADER}\r\n")
        for number in range(rows):
            born = first + timedelta(days=chance.randrange(26_000))
            family, given = chance.choice(families), chance.choice(givens)
            aka = f"{chance.choice(givens)} {chance.choice(families)}" if number % 3 == 0 else ""
            note = "seen again" if changed and number % changed == 0 else ""
            file.write(
                f"{family},{given},{chance.choice('ABCDEJKLMRST')},,{born:%m/%d/%Y},"
                f"{'MF'[number % 15 == 0]},{chance.choice(states)},R-{number:07},{aka},{note}\r\n"
            )


@contextmanager
def _timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[phase] = seconds.get(phase, 0.0) + time.perf_counter() - began


def import_once(url: str, path: Path) -> dict[str, object]:
    """Import a file and say how long each phase took."""
    seconds: dict[str, float] = {}
    database = open_database(url)
    parts: list[tuple[object, str, str]] = [
        (list_import, "read_list_file", "read"),
        (list_import, "compared", "compare"),
        (list_history, "remember", "history"),
        (list_bulk, "add", "store"),
        (watchlists, "content_hash", "hash"),
        (list_import, "sweep", "sweep"),
    ]
    for module, name, phase in parts:
        setattr(module, name, _watched(getattr(module, name), seconds, phase))
    began = time.perf_counter()
    with path.open("rb") as file:
        done = list_import.import_list(
            database,
            file,
            ListWanted("Registry", Category.REGISTRY),
            now=lambda: datetime.now(UTC),
            publish=lambda _session, _watchlist: None,
        )
    whole = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    database.close()
    return {
        "people": done.watchlist.entry_count,
        "added": done.preview.added,
        "changed": done.preview.changed,
        "seconds": round(whole, 1),
        "processor seconds": round(used.ru_utime + used.ru_stime, 1),
        "by phase": {
            **{phase: round(s, 1) for phase, s in seconds.items()},
            "rest": round(whole - sum(seconds.values()), 1),
        },
        "peak MB": used.ru_maxrss // 1024,
    }


def _watched(
    does: Callable[..., object], seconds: dict[str, float], phase: str
) -> Callable[..., object]:
    def watched(*given: object, **named: object) -> object:
        with _timed(seconds, phase):
            return does(*given, **named)

    return watched


def main() -> int:
    """Run the imports and print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--once", nargs=2, metavar=("URL", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        print(json.dumps(import_once(arguments.once[0], Path(arguments.once[1]))))  # noqa: T201
        return 0
    with tempfile.TemporaryDirectory(prefix="vestibule-lists-") as name:
        folder = Path(name)
        if not arguments.postgres:
            _both(f"sqlite:///{folder}/hub.db", folder, arguments)
            return 0
        server_folder = folder / "server"
        server_folder.mkdir()
        folder.chmod(0o755)
        with start_postgres(server_folder) as server, server.new_database() as url:
            _both(url, folder, arguments)
    return 0


def _both(url: str, folder: Path, arguments: argparse.Namespace) -> None:
    for what, changed in (("first import", 0), ("again, one in 100 changed", 100)):
        path = folder / "list.csv"
        write_list(path, arguments.rows, changed)
        if arguments.xlsx:
            path = _as_xlsx(path)
        command = [sys.executable, __file__, "--once", url, str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        size = f"{path.stat().st_size >> 20} MB {path.suffix[1:]}"
        print(f"{what}, {size}: {done.stdout.strip()}", flush=True)  # noqa: T201


def _as_xlsx(path: Path) -> Path:
    import csv

    from openpyxl import Workbook  # only here, by hand

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append(row)
    target = path.with_suffix(".xlsx")
    book.save(target)
    return target


if __name__ == "__main__":
    sys.exit(main())
