"""``vestibule-hub report``: a day on paper, with the seal of the log."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from admin_console.hub import site_parser
from admin_console.hub.typed import day, visit_id
from db.domain.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from db.engine import Database

Add = Callable[..., argparse.ArgumentParser]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the command; `add` makes one that has ``--database``."""
    report = add(
        commands, "report", "write a day, or one visit, with the log's seal as PDF", _report
    )
    report.add_argument("file", type=Path, metavar="FILE.pdf")
    report.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="today unless said")
    report.add_argument("--visit", type=visit_id, metavar="ID", help="one visit with its evidence")
    site_parser.of_one(report)
    report.add_argument("--paper", choices=["letter", "a4"], default="letter")


def _report(arguments: argparse.Namespace) -> int:
    from admin_console.hub import site as hub_site
    from admin_console.hub.commands import existing
    from admin_console.hub.writing import write_lines
    from resources.lettering import NoFontError

    with existing(arguments.database) as database:
        with database.read() as session:
            is_set_up = hub_site.of(session) is not None
        if not is_set_up:
            raise StorageError("This hub is not set up yet: there is no school to report on.")
        try:
            if arguments.visit is not None:
                made = _visit(database, arguments)
            else:
                made = _day(database, arguments)
        except NoFontError as error:
            raise StorageError(f"{error} Nothing was written.") from error
    write_lines(arguments.file, [made], arguments.database)
    return 0


def _visit(database: "Database", arguments: argparse.Namespace) -> bytes:
    from admin_console.hub import site as hub_site
    from admin_console.hub.visit_pdf import visit_pdf
    from db import audit, story
    from db.domain.audit import About, Deed

    now, asked = datetime.now(UTC), arguments.visit
    with database.read() as session:
        told, head = story.story(session, asked), hub_site.head(session, now)
    if told is None:
        raise ConfigError(f"There is no visit {asked}. Nothing was written.")
    with database.begin() as session:
        site = hub_site.at(session, told.visit.site_id)
        audit.note(
            session, audit.TERMINAL, Deed.VISIT_VIEWED, now, about=About.VISIT, about_id=asked
        )
    return visit_pdf(told, site, head, arguments.paper)


def _day(database: "Database", arguments: argparse.Namespace) -> bytes:
    from admin_console.hub import site as hub_site
    from admin_console.hub.commands import one_site
    from admin_console.hub.report_pdf import report_pdf
    from db import audit, daily_report
    from db.domain.audit import Deed

    now = datetime.now(UTC)
    with database.read() as session:
        site = hub_site.at(session, one_site(session, arguments.site))
    of_site = database.within(frozenset({site.site_id}))
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    wanted: date = arguments.day or today
    if wanted > today:
        raise ConfigError(f"{wanted} is still to come. Nothing was written.")
    with of_site.begin() as session:
        audit.note(session, audit.TERMINAL, Deed.VISITS_EXPORTED, now, detail=f"report of {wanted}")
    with of_site.read() as session:
        told = daily_report.daily_report(session, site, wanted, hub_site.head(session, now))
    return report_pdf(told, arguments.paper)
