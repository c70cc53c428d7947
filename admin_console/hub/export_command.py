"""``vestibule-hub export``: who came, as a table."""

import argparse
import sys
from collections.abc import Callable, Generator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from admin_console.hub.typed import day
from db.domain.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Add = Callable[..., argparse.ArgumentParser]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the command; `add` makes one that has ``--database``."""
    export = add(commands, "export", "write the log as a table", _export)
    export.add_argument("--csv", default="-", metavar="FILE", nargs="?", const="-")
    export.add_argument("--from", dest="first", type=day, metavar="YYYY-MM-DD")
    export.add_argument("--to", dest="last", type=day, metavar="YYYY-MM-DD")


def _export(arguments: argparse.Namespace) -> int:
    from admin_console.hub import site as hub_site
    from admin_console.hub.commands import existing
    from db import audit
    from db.domain.audit import Deed

    first, last, target = arguments.first, arguments.last, arguments.csv or "-"
    now = datetime.now(UTC)
    with existing(arguments.database) as database:
        with database.read() as session:
            site = hub_site.of(session)
        zone = ZoneInfo(site.time_zone if site else "UTC")
        _refuse_empty(first, last, now.astimezone(zone).date())
        days = f"{first or 'the first day'} to {last or 'now'}"
        with database.begin() as session:
            audit.note_look(session, audit.TERMINAL, Deed.VISITS_EXPORTED, now, detail=days)
        with database.read() as session:
            count = _write(session, arguments, target, zone)
    if target != "-":
        sys.stdout.write("1 visit.\n" if count == 1 else f"{count:,} visits.\n")
    return 0


def _refuse_empty(first: date | None, last: date | None, today: date) -> None:
    """Raise `ConfigError` for days on which nobody can have come: an empty table would hide it."""
    if first is not None and first > today:
        raise ConfigError(f"--from {first} is still to come. Nothing was written.")
    if first is not None and last is not None and first > last:
        raise ConfigError(f"--from {first} is after --to {last}. Nothing was written.")


def _write(session: "Session", arguments: argparse.Namespace, target: str, zone: ZoneInfo) -> int:
    """Returns how many visits were written."""
    from admin_console.hub.writing import write_to
    from db import export
    from db.history import Filters

    wanted = Filters(first_day=arguments.first, last_day=arguments.last)
    count = -1  # the line of names

    def lines() -> Generator[str]:
        nonlocal count
        for line in export.csv_lines(session, wanted, zone, datetime.now(UTC)):
            yield line
            count += 1

    try:
        write_to(target, lines(), arguments.database)
    except ValueError as error:
        raise StorageError(
            f"The table was not finished: a visit cannot be read ({error}). Nothing was "
            "changed. See what vestibule-hub verify-log says."
        ) from error
    return count
