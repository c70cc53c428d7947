"""``vestibule-hub staff`` and ``audit``: who may sign in, and what was done with the records."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from admin_console.hub import pin_desk, staff_desk
from admin_console.hub.commands import begun, existing, set_up
from admin_console.hub.pin_desk import ComparedPin
from admin_console.hub.staff_desk import TERMINAL, NoSitesError
from admin_console.hub.writing import write_to
from db import (
    accounts,
    audit,
    audit_table,
    oidc,
    second_factor,
    sites,
    staff,
    totp,
)
from db.domain.audit import About, Deed
from db.domain.desk import Role, StaffMember
from db.domain.rights import SEES_ALL
from db.domain.staffing import StaffStart
from db.engine import Database


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody who shall be able to sign in."""

    name: str
    display_name: str
    role: Role
    sites: tuple[str, ...] = ()
    """Names or ids of the sites that they see; a hub with one site needs none said."""


def add(url: str, wanted: NewStaff, password: str, pin: str) -> str:
    """Let somebody sign in, and decide at kiosks when there is a PIN."""
    hashed = staff.hashed(password)

    def let_in(session: Session, pin: ComparedPin | None) -> StaffMember:
        staff_desk.check_still(session, TERMINAL)
        ids = _ids(session, wanted.sites)
        start = StaffStart(wanted.name, wanted.display_name, wanted.role, ids)
        with _how_to_say_sites():
            return staff_desk.add(session, TERMINAL, start, hashed, _now(), pin=pin)

    with begun(url) as database:
        member = _with_pin(database, pin, let_in)
    return f"{member.display_name} may sign in as {member.name}."


@contextmanager
def _keeping(url: str) -> Iterator[Session]:
    """A transaction in which nobody else keeps the staff: what is read in it holds."""
    with set_up(url) as database, database.begin() as session:
        staff_desk.check_still(session, TERMINAL)
        yield session


def everybody(url: str) -> str:
    with existing(url) as database, database.read() as session:
        is_one, linked = bool(sites.only(session)), accounts.linked(session)
        people = [
            f"{m.name}  {m.display_name}  {m.role.value}{'' if is_one else _sites_of(session, m)}"
            f"{'  with a linked account' if m.staff_id in linked else ''}"
            for m in staff.everybody(session)
        ]
    return "\n".join(people) or ("Nobody may sign in yet: vestibule-hub staff add NAME")


def remove(url: str, name: str) -> str:
    """Let somebody in no more: console and kiosks. What they did keeps their name."""
    with _keeping(url) as session:
        staff_id = staff.named(session, name).staff_id
        member = staff_desk.remove(session, TERMINAL, staff_id, _now())
        left = _administrators_left(session)
    return (
        f"{member.display_name} may sign in no more and was signed out. Kiosks forget the PIN as "
        f"soon as they reach the hub.{left}"
    )


def _administrators_left(session: Session) -> str:
    """A warning where there is none."""
    if any(m.role in {Role.ADMINISTRATOR, Role.DISTRICT} for m in staff.everybody(session)):
        return ""
    return (
        "\nThere is no administrator any more, so that nobody can change lists, kiosks and rules "
        "at the console: vestibule-hub staff add NAME --role administrator, or staff role NAME "
        "administrator."
    )


def set_password(url: str, name: str, password: str) -> str:
    hashed = staff.hashed(password)
    with _keeping(url) as session:
        staff_id = staff.named(session, name).staff_id
        member = staff_desk.set_password(session, TERMINAL, staff_id, hashed, _now())
    return f"{member.display_name} has another password, and was signed out everywhere."


def link(url: str, name: str, subject: str) -> str:
    """Let an account of the district's provider sign in as somebody."""
    with _keeping(url) as session:
        member, provider = staff.named(session, name), oidc.provider(session)
        if provider is None:
            raise staff.StaffError(
                "This hub knows no provider of accounts yet: vestibule-hub oidc set. Nothing was "
                "changed."
            )
        accounts.link(session, member.staff_id, provider.issuer, subject, _now())
        _note(session, Deed.ACCOUNT_LINKED, member)
    return f"{member.display_name} may sign in with {provider.name} too."


def unlink(url: str, name: str) -> str:
    """Let no account sign in as somebody any more; the password still does."""
    with _keeping(url) as session:
        member = staff.named(session, name)
        accounts.unlink(session, member.staff_id)
        staff.close_sessions(session, member.staff_id)
        _note(session, Deed.ACCOUNT_UNLINKED, member)
    return f"{member.display_name} signs in by password only, and was signed out everywhere."


def set_pin(url: str, name: str, pin: str) -> str:
    """Another PIN for the kiosks; none when it is empty."""

    def give(session: Session, pin: ComparedPin | None) -> StaffMember:
        staff_desk.check_still(session, TERMINAL)
        staff_id = staff.named(session, name).staff_id
        return staff_desk.set_pin(session, TERMINAL, staff_id, pin, _now())

    with set_up(url) as database:
        member = _with_pin(database, pin, give)
    said = "has another PIN" if pin else "has no PIN any more"
    return f"{member.display_name} {said}; kiosks learn it as soon as they reach the hub."


def _with_pin(
    database: Database, pin: str, deed: Callable[[Session, ComparedPin | None], StaffMember]
) -> StaffMember:
    """Do it with this PIN, which must be nobody's; without any when it is empty."""
    if pin:
        return pin_desk.put_in_force(database, pin_desk.everybodys, deed, pin)[0]
    with database.begin() as session:
        return deed(session, None)


def set_role(url: str, name: str, role: Role) -> str:
    with _keeping(url) as session:
        member = staff.named(session, name)
        staff_desk.set_role(session, TERMINAL, member, role, _now())
        sees_nothing = sites.of_staff(session, replace(member, role=role)) == frozenset()
        left = _administrators_left(session)
    said = f"{member.display_name} is {role.value} now, and has to sign in anew.{left}"
    if not sees_nothing:
        return said
    return (
        f"{said}\nThey have no school yet, and cannot sign in before they have one: vestibule-hub "
        f"staff sites {member.name} --site NAME, once for each school."
    )


def set_sites(url: str, name: str, wanted: Sequence[str]) -> str:
    """Let somebody see these sites and no others; they sign in anew."""
    with _keeping(url) as session:
        member = staff.named(session, name)
        with _how_to_say_sites():
            given = staff_desk.given(session, TERMINAL, member.role, _ids(session, wanted))
        staff_desk.set_sites(session, TERMINAL, member, given, _now())
        said = _sites_of(session, member).strip()
    return f"{member.display_name} sees {said} now, and has to sign in anew."


def begin_second_factor(url: str, name: str, ask: Callable[[str], str]) -> str:
    """Ask somebody for codes of their telephone from now on.

    `ask` is given the address that the telephone reads as a QR code, and returns what the
    telephone shows then. Nothing changes unless that is right.
    """
    with set_up(url) as database:
        with database.read() as session:
            member = staff.named(session, name)
        key = totp.new_key()
        code = ask(totp.address(key, member.name, "Vestibule"))
        with database.begin() as session:
            staff_desk.check_still(session, TERMINAL)
            codes = second_factor.begin(session, member.staff_id, key, code, _now())
            staff.close_sessions(session, member.staff_id)
            _note(session, Deed.SECOND_FACTOR_CHANGED, member, detail="on")
    return "\n".join(
        [
            f"{member.display_name} is asked for a code from now on, and was signed out.",
            "Keep these away from the telephone; each lets them in once when it is lost:",
            *codes,
        ]
    )


def end_second_factor(url: str, name: str) -> str:
    with _keeping(url) as session:
        staff_id = staff.named(session, name).staff_id
        member = staff_desk.end_second_factor(session, TERMINAL, staff_id, _now())
    return f"{member.display_name} signs in with the password alone, and was signed out."


def audit_lines(url: str, about_id: str) -> Iterator[str]:
    """The newest deeds as lines to read, newest first."""
    with existing(url) as database, database.read() as session:
        page = audit.page(session, _now(), about_id=about_id)
    for line in page.lines:
        parts = (line.who, str(line.deed), line.about, line.about_id, line.address, line.detail)
        yield "  ".join([f"{line.at:%Y-%m-%d %H:%M:%S} UTC", *filter(None, parts)])
    if page.next_page is not None:
        yield f"... and older ones: vestibule-hub audit --csv FILE (these are {audit.PAGE})"
    if not page.lines:
        yield "Nothing was done yet."


def audit_csv(url: str, target: str) -> None:
    """Write all of the audit as a table, to standard output for ``-``."""
    with existing(url) as database:
        with database.begin() as session:
            audit.note(session, audit.TERMINAL, Deed.AUDIT_EXPORTED, _now())
        with database.read() as session:
            write_to(target, audit_table.csv_lines(session), url)


def _ids(session: Session, names: Sequence[str]) -> tuple[str, ...]:
    """The ids of sites that were named, or told by their ids."""
    return tuple(sites.named(session, name).site_id for name in names)


@contextmanager
def _how_to_say_sites() -> Iterator[None]:
    try:
        yield
    except NoSitesError as error:
        raise staff.StaffError(
            "This hub has several sites: say which ones they see, with --site NAME, once for each. "
            "Nothing was changed."
        ) from error


def _sites_of(session: Session, member: StaffMember) -> str:
    if member.role in SEES_ALL:
        return "  the whole district"
    names = [site.name for site in sites.given_to(session, member.staff_id)]
    return f"  {', '.join(names) or 'no site'}"


def _note(session: Session, deed: Deed, member: StaffMember, detail: str = "") -> None:
    audit.note(
        session,
        audit.TERMINAL,
        deed,
        _now(),
        about=About.STAFF,
        about_id=member.staff_id,
        detail=detail,
    )


def _now() -> datetime:
    return datetime.now(UTC)
