"""What ``vestibule-hub`` does besides serving. Each opens the database, which may be in use."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from admin_console.hub import list_desk
from admin_console.hub import site as hub_site
from admin_console.hub.list_desk import ListStart
from admin_console.hub.writing import write_to
from db import (
    audit,
    beginnings,
    changes,
    list_asking,
    list_before,
    list_export,
    list_import,
    list_lock,
    list_table,
    move,
    outbox,
    policy,
    settings,
    sites,
    watchlists,
)
from db.domain.audit import About, Deed
from db.domain.desk import ByHand
from db.domain.errors import ConfigError, ImportRefusedError, StorageError
from db.domain.visit import Host
from db.domain.watchlist import Watchlist
from db.engine import Database, database_file, open_database, open_existing
from db.feed_start import HOSTS
from db.list_import import ListWanted
from db.list_lock import Phase, Progress

SHOWN = 20
"""Of many remarks, more would hide the others."""


def import_list(url: str, path: Path, wanted: ListWanted, site: str = "") -> str:
    """Put a file in force as a list of a site, or of the district when none is named.

    The progress is written to a terminal's standard error.
    """
    watch = _ProgressLine()
    with _opened(path) as file, set_up(url) as database:
        owned = replace(wanted, site_id=_owner(database, site))
        _say_whose(database, owned)
        with watch.shown():
            done = list_desk.import_list(database, file, owned, "hub", _now, watch=watch)
    shown, new, before = done.preview, done.watchlist, done.category_before
    bad = f", {shown.bad} bad rows left out" if shown.bad else ""
    counts = f"{shown.added} added, {shown.changed} changed, {shown.removed} removed{bad}"
    lines = [f"{new.name}, version {new.version}: {new.entry_count} people ({counts})."]
    if before is not None and before is not new.category:
        lines.append(f"Its category was {before.value} and is now {new.category.value}.")
    lines += [f"Look: {note}" for note in (*shown.notes, shown.warning) if note]
    if shown.undoes:
        became = "undone" if wanted.by_hand is ByHand.UNDO else "kept"
        lines.append(f"What people wrote by hand was {became}: {shown.undoes:,} entries.")
    lines += [f"Line {r.line}: {r.why}." for r in shown.remarks[:SHOWN]]
    if shown.remarked > SHOWN:
        lines.append(f"... and {shown.remarked - SHOWN} more remarks: see lists diff.")
    return "\n".join(lines)


def begin_list(url: str, wanted: ListStart, site: str = "") -> str:
    """Begin a list that is kept by hand. Raises `EntryRefusedError` when the name is taken."""
    with set_up(url) as database:
        owned = replace(wanted, site_id=_owner(database, site))
        begun = list_desk.begin_list(database, owned, "hub", _now())
    return (
        f"{begun.name} is in force with nobody on it. Add people at the console, or import a file "
        f'into it: vestibule-hub lists import FILE --name "{begun.name}" --category '
        f"{begun.category.value}"
    )


def diff_list(url: str, path: Path, wanted: ListWanted, site: str = "") -> Iterator[str]:
    """What importing the file would change, a line for each person."""
    with _opened(path) as file, existing(url) as database:
        owned = replace(wanted, site_id=_owner(database, site))
        with database.begin() as session:
            name = watchlists.name_for(session, owned.name, owned.site_id)
            known = watchlists.named(session, name, owned.site_id)
            if known is not None:  # whom it would lose is named
                audit.note(
                    session, audit.TERMINAL, Deed.ENTRIES_VIEWED, _now(),
                    about=About.LIST, about_id=known.list_id,
                )  # fmt: skip
        yield from list_import.differences(database, file, owned, _now())


def share_list(url: str, name: str, site: str) -> str:
    """Make a site's list the district's: every site screens by it from now on.

    Raises `ConfigError` when there is no such list, or the district has one of that name.
    """
    with set_up(url) as database:
        owner = _owner(database, site)
        if not owner:
            raise ConfigError("Say whose list it is, with --site NAME. Nothing was changed.")
        with database.begin() as session:
            shared = list_desk.share(session, name, owner, _now())
    return f"{shared.name} is the district's now: every site screens by it."


def list_rules(url: str, two_to_remove: bool | None) -> str:
    """Who may remove an entry; changed first when something is asked."""
    with set_up(url) as database:
        if two_to_remove is not None:
            list_desk.set_two_to_remove(database, audit.TERMINAL, _now(), is_on=two_to_remove)
        with database.read() as session:
            needs_two = list_asking.needs_two(session)
    if needs_two:
        return "Removing an entry takes two people: one asks, another confirms."
    return "One person removes an entry alone."


def export_list(url: str, name: str, target: str, site: str = "") -> str:
    """Write a list as a table that imports back to the same list."""
    with existing(url) as database:
        owner = _owner(database, site)
        with database.read() as session:
            known = watchlists.named(session, name, owner)
        if known is None:
            raise StorageError(f'There is no list called "{name}": see vestibule-hub lists show.')
        with database.begin() as session:
            audit.note(
                session,
                audit.TERMINAL,
                Deed.LIST_EXPORTED,
                _now(),
                about=About.LIST,
                about_id=known.list_id,
            )
        lines = list_export.csv_of(database, known.list_id)
        write_to(target, lines, url)
    if target == "-":
        return ""
    return f"{known.entry_count} people of {known.name}, version {known.version}."


class _ProgressLine:
    """How far an import has come, on one line of a terminal that is written again and again."""

    def __init__(self) -> None:
        self._is_written = False
        self._is_stopped = False

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Within it Ctrl-C stops the import at its next step, if not at once.

        Python drops the `KeyboardInterrupt` that comes while an object ends.
        """
        before = signal.signal(signal.SIGINT, self._stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            if self._is_written:
                sys.stderr.write("\r\x1b[K")

    def _stop(self, *_: object) -> None:
        self._is_stopped = True
        raise KeyboardInterrupt

    def __call__(self, progress: Progress) -> None:
        if self._is_stopped:
            raise KeyboardInterrupt
        if sys.stderr.isatty() and progress.total:
            share = 100 * progress.done // progress.total
            words = "reading the file" if progress.phase is Phase.READING else "storing people"
            sys.stderr.write(f"\r{words}: {share} % (Ctrl-C stops, and changes nothing)\x1b[K")
            sys.stderr.flush()
            self._is_written = True


def show_lists(url: str) -> str:
    """The lists in force, with their age and how old each may be."""
    with existing(url) as database, database.read() as session:
        known = watchlists.all_lists(session)
        names = {s.site_id: s.name for s in sites.everyone(session)}
        now = _now()
        coming = list_lock.under_way(session, now)
    is_one = len(names) == 1
    lines = [] if coming is None else [_coming(coming)]
    lines += [
        f"{w.name}  {'' if is_one else names.get(w.site_id, 'the district') + '  '}"
        f"{w.category.value}  version {w.version}  {w.entry_count} people  "
        f"imported {w.imported_at:%Y-%m-%d %H:%M} UTC  {_age(w, now)}"
        + ("" if w.entry_count else "  look: with nobody on it, it finds nobody")
        for w in known
    ]
    return "\n".join(lines) or (
        "There are no lists yet: vestibule-hub lists import FILE --name N --category C"
    )


def _coming(coming: list_lock.UnderWay) -> str:
    return (
        f'"{coming.list_name}" is being imported since {coming.started_at:%H:%M:%S} UTC, and no '
        "other list can be meanwhile; if that import was killed, for half a minute more"
    )


def _age(known: Watchlist, now: datetime) -> str:
    age = now - known.imported_at
    days = "1 day old" if age.days == 1 else f"{age.days} days old"
    if known.max_age_days is None:
        return f"{days}, of any age"
    allowed = f"{days}, {known.max_age_days} allowed"
    is_outdated = age > timedelta(days=known.max_age_days)
    return f"{allowed}  look: outdated, so every visitor is held" if is_outdated else allowed


def import_hosts(url: str, path: Path, site: str = "") -> str:
    """Replace whom a site's visitors can choose; a file with a bad line changes nothing."""
    header, rows = list_table.read_table(_read(path))
    columns = [name.casefold() for name in header]
    if "name" not in columns:
        raise ImportRefusedError(
            "No column is called name. Nothing was changed. The file's first line names its "
            "columns: name,place,role,directions."
        )
    hosts = [_host(row, columns) for row in rows]
    with set_up(url) as database, database.begin() as session:
        site_id = one_site(session, site)
        settings.write(session, HOSTS.format(site_id=site_id), hosts)
        changes.add(session, "hosts", hosts, site_id=site_id)
        audit.note(session, audit.TERMINAL, Deed.HOSTS_CHANGED, _now(), site_id=site_id)
    return f"{len(hosts)} hosts; kiosks learn them at once."


def _host(row: list_table.Row, columns: list[str]) -> Host:
    known = dict(zip(columns, row.cells, strict=False))
    why = row.why_bad or ("" if known.get("name") else "no name")
    if why:
        raise ImportRefusedError(
            f"Line {row.line} cannot be used: {why}. Nothing was changed. Mend it, then try again."
        )
    return Host(
        host_id=f"{known['name'].casefold()}|{known.get('place', '').casefold()}",
        name=known["name"],
        place=known.get("place", ""),
        role=known.get("role", ""),
        directions=known.get("directions", ""),
    )


def settle_policy(url: str, wanted: Mapping[str, object]) -> str:
    """Put other standing rules in force, those that are named, and say what holds."""
    with set_up(url) as database, database.begin() as session:
        try:
            rules = replace(policy.of(session), **wanted)  # type: ignore[arg-type]
        except ValueError as error:
            raise ConfigError(f"{str(error).capitalize()}. Nothing was changed.") from error
        policy.settle(session, rules, audit.TERMINAL, _now())
    audit_days = f"for {rules.audit_keep_days} days" if rules.audit_keep_days else "for ever"
    return (
        f"Not this person holds for {rules.clearance_days} days, unless the entry changes.\n"
        f"When a list changes, visits of {rules.rescreen_days} days are screened again.\n"
        f"Who came is kept for {rules.visit_keep_days} days.\n"
        f"The audit is kept {audit_days}.\n"
        f"At a denial the office is told: {rules.denial_words or '(nothing)'}"
    )


def one_site(session: Session, name: str) -> str:
    """The id of the site that is meant: none needs to be named where there is one.

    Raises `ConfigError` in words.
    """
    if name:
        return sites.named(session, name).site_id
    only = sites.only(session)
    if not only:
        raise ConfigError(
            "This hub has several sites: say which one, with --site NAME. Nothing was changed."
        )
    return only


def _owner(database: Database, name: str) -> str:
    """Whose list is meant: the site's that is named, the only one's, or else the district's."""
    with database.read() as session:
        return sites.named(session, name).site_id if name else sites.only(session)


def _say_whose(database: Database, wanted: ListWanted) -> None:
    """Where there are several schools: whose list an import begins or changes, before it does."""
    with database.read() as session:
        if sites.only(session):
            return
        name = watchlists.name_for(session, wanted.name, wanted.site_id)
        list_before.check_only(session, name, wanted.site_id)
        known = watchlists.named(session, name, wanted.site_id)
        site = sites.get(session, wanted.site_id) if wanted.site_id else None
    whose = "the district's, by which every school screens" if site is None else f"{site.name}'s"
    what = "A new list" if known is None else f"Version {known.version + 1} of a list"
    sys.stderr.write(f'{what} called "{name}": {whose}.\n')


@contextmanager
def existing(url: str) -> Iterator[Database]:
    """The database as it is, for commands that only look. Raises `StorageError` for a kiosk's."""
    database = open_existing(url)
    try:
        with database.read() as session:
            outbox.refuse_kiosk(session)
        yield database
    finally:
        database.close()


@contextmanager
def set_up(url: str) -> Iterator[Database]:
    """The hub's database, for commands that change what it has: where there is none, none is made.

    Else whoever mistypes where it is reads that it was done. Raises `StorageError` in words, also
    when it was moved: what is changed in the old one changes nothing.
    """
    with existing(url):
        pass
    with begun(url) as database:
        yield database


@contextmanager
def begun(url: str) -> Iterator[Database]:
    """As `set_up`, for what may come before the first start: a hub is begun then, which is said."""
    with beginnings.of(database_file(url)):
        database = open_database(url)
    database.refuse_unfit()
    try:
        with database.begin() as session:
            move.refuse_moved(session)
            is_new = hub_site.of(session) is None
            hub_site.ensure(session, hub_site.SiteNames(), _now())
        if is_new:
            sys.stderr.write(f"{beginnings.words_of(database)}\n")
        yield database
    finally:
        database.close()


def _read(path: Path) -> bytes:
    with _opened(path) as file:
        return file.read()


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ImportRefusedError(
            f"{path} cannot be read ({error.strerror}). Nothing was changed."
        ) from error


def _now() -> datetime:
    return datetime.now(UTC)
