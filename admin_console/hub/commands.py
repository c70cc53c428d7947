"""What ``vestibule-hub`` does besides serving. Each opens the database, which may be in use."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from admin_console.hub import actions
from admin_console.hub import site as hub_site
from admin_console.hub.actions import ListWanted
from db import changes, codec, export, log, pairing, settings, staff, staff_pins, watchlists
from db.domain.desk import Role
from db.domain.errors import ImportRefusedError, StorageError
from db.domain.visit import Host
from db.engine import Database, open_database
from db.history import Filters


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody who shall be able to sign in."""

    name: str
    display_name: str
    role: Role


def pair(url: str) -> str:
    with _set_up(url) as database, database.begin() as session:
        code = pairing.new_code(session, _now())
    return f"{code}\nGive this code to one kiosk within ten minutes: vestibule-kiosk pair"


def add_staff(url: str, wanted: NewStaff, password: str, pin: str) -> str:
    """Let somebody sign in, and decide at kiosks when there is a PIN."""
    pin_hash = ""
    if pin:
        try:
            pin_hash = staff_pins.hash_pin(pin)
        except ValueError as error:
            raise staff.StaffError(f"Nobody was added: {error}.") from error
    with _set_up(url) as database, database.begin() as session:
        if pin and staff_pins.whose(session, pin) is not None:
            raise staff.StaffError("Somebody has that PIN already. Nobody was added.")
        member = staff.add(
            session,
            wanted.name,
            password,
            display_name=wanted.display_name,
            role=wanted.role,
            now=_now(),
        )
        if pin_hash:
            staff_pins.add(session, member.staff_id, member.display_name, pin_hash)
            changes.add(session, "staff_pins", staff_pins.everybody(session))
    return f"{member.display_name} may sign in as {member.name}."


def list_staff(url: str) -> str:
    with _opened(url) as database, database.read() as session:
        people = staff.everybody(session)
    return "\n".join(f"{m.name}  {m.display_name}  {m.role.value}" for m in people) or (
        "Nobody may sign in yet: vestibule-hub staff add NAME"
    )


def import_list(url: str, path: Path, wanted: ListWanted) -> str:
    content = _read(path)
    with _set_up(url) as database:
        before = actions.preview_list(database, content, wanted, _now())
        done = actions.import_list(database, content, wanted, "hub", _now())
    bad = f", {before.bad} bad rows left out" if before.bad else ""
    return (
        f"{done.name}, version {done.version}: {done.entry_count} people "
        f"({before.added} added, {before.changed} changed, {before.removed} removed{bad})."
    )


def show_lists(url: str) -> str:
    with _opened(url) as database, database.read() as session:
        known = watchlists.all_lists(session)
    return "\n".join(
        f"{w.name}  {w.category.value}  version {w.version}  {w.entry_count} people  "
        f"imported {w.imported_at:%Y-%m-%d %H:%M} UTC"
        for w in known
    ) or ("There are no lists yet: vestibule-hub lists import FILE --name N --category C")


def import_hosts(url: str, path: Path) -> str:
    """Replace whom visitors can choose; a file with a bad line changes nothing."""
    text = _read(path).decode("utf-8-sig", errors="replace")
    hosts: list[Host] = []
    for line in csv.DictReader(io.StringIO(text)):
        row = {str(k).strip().casefold(): str(v or "").strip() for k, v in line.items() if k}
        name = row.get("name", "")
        if not name:
            raise ImportRefusedError(
                f"Line {len(hosts) + 2} has no name. Nothing was changed. The file's first line "
                "names its columns: name,place,role,directions."
            )
        hosts.append(
            Host(
                host_id=f"{name.casefold()}|{row.get('place', '').casefold()}",
                name=name,
                place=row.get("place", ""),
                role=row.get("role", ""),
                directions=row.get("directions", ""),
            )
        )
    with _set_up(url) as database, database.begin() as session:
        settings.write(session, "hosts", hosts)
        changes.add(session, "hosts", hosts)
    return f"{len(hosts)} hosts; kiosks learn them at once."


def export_csv(url: str, target: str, first: date | None, last: date | None) -> None:
    """Write the log as a table to a file, or to standard output for ``-``."""
    with _opened(url) as database, database.read() as session:
        site = hub_site.of(session)
        zone = ZoneInfo(site.time_zone if site else "UTC")
        lines = export.csv_lines(session, Filters(first_day=first, last_day=last), zone, _now())
        if target == "-":
            sys.stdout.writelines(lines)
            return
        try:
            with Path(target).open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        except OSError as error:
            raise StorageError(f"{target} cannot be written ({error.strerror}).") from error


def verify_log(url: str, *, as_json: bool) -> tuple[str, bool]:
    """Recompute every chain. Returns what to print, and whether all are whole."""
    with _opened(url) as database, database.read() as session:
        found = log.verify_log(session)
    is_good = all(v.is_good for v in found)
    if as_json:
        chains = [
            {
                "device": v.device_id,
                "epoch": v.epoch,
                "events": v.events,
                "head": v.head.hex(),
                "broken": v.broken,
            }
            for v in found
        ]
        return codec.to_json({"good": is_good, "chains": chains}).decode(), is_good
    lines = [
        f"{v.device_id} epoch {v.epoch}: {v.events} events, "
        + ("unbroken" if v.is_good else f"BROKEN: {v.broken}")
        for v in found
    ]
    verdict = (
        "The log is whole." if is_good else "The log was changed. Keep this database as it is."
    )
    return "\n".join([*lines, verdict]), is_good


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _set_up(url: str) -> Iterator[Database]:
    """The database with a site in it, so that commands may come before the first start."""
    with _opened(url) as database:
        with database.begin() as session:
            hub_site.ensure(session, hub_site.SiteNames(), _now())
        yield database


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(
            f"{path} cannot be read ({error.strerror}). Nothing was changed."
        ) from error


def _now() -> datetime:
    return datetime.now(UTC)
