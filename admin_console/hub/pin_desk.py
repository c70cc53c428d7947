"""PINs for the kiosks: made or typed, compared with those of others, and told to the kiosks.

A PIN is compared with one hash after the other, which takes a second for some thirty of them. So
that is done outside of any transaction; the one that puts a PIN in force asks whether there are
other hashes since.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.orm import Session

from db import changes, sites, staff_pins
from db.domain.desk import StaffMember
from db.domain.staffing import KnownStaff
from db.engine import Database
from db.staff import StaffError

T = TypeVar("T")
Others = Callable[[Session], frozenset[str]]
"""Reads the hashes that a PIN must not be of."""


class _ChangedError(StaffError):
    """There are other hashes since a PIN was compared: it must be compared with these too."""


@dataclass(frozen=True, slots=True)
class ComparedPin:
    """A PIN that is of none of the hashes that there were when it was compared."""

    pin: str = field(repr=False)
    pin_hash: str = field(repr=False)
    _compared: frozenset[str] = field(repr=False)
    _others: Others

    def hold(self, session: Session) -> None:
        """Let no other PIN come until the commit; `put_in_force` begins anew where one has."""
        changes.hold(session)
        if not self._others(session) <= self._compared:
            raise _ChangedError("Somebody else was given a PIN just now. Nothing was changed.")


def put_in_force(
    database: Database, others: Others, deed: Callable[[Session, ComparedPin], T], typed: str = ""
) -> tuple[T, str]:
    """Do `deed` with a PIN of nobody else, in a transaction of its own; it holds the PIN.

    Returns what `deed` does, and the PIN: `typed`, or six digits that are made. At the console
    nobody chooses them: that somebody has those already would tell whoever asks a PIN.

    Raises `StaffError` for what was typed and is no PIN, or somebody's.
    """
    pin, pin_hash, compared = typed, hash_pin(typed) if typed else "", frozenset[str]()
    while True:
        with database.read() as session:
            known = others(session)
        while not pin or staff_pins.is_one_of(pin, known - compared):
            if typed:
                raise StaffError("Somebody has that PIN already. Nothing was changed.")
            pin, compared = _new(), frozenset()
            pin_hash = staff_pins.hash_pin(pin)
        compared |= known
        with suppress(_ChangedError), database.begin() as session:
            return deed(session, ComparedPin(pin, pin_hash, compared, others)), pin


def hash_pin(pin: str) -> str:
    """The hash of a PIN. Raises `StaffError` for what is none."""
    try:
        return staff_pins.hash_pin(pin)
    except ValueError as error:
        raise StaffError(f"{str(error).capitalize()}. Nothing was changed.") from error


def beside(session: Session, known: KnownStaff) -> frozenset[str]:
    """The hashes of all who decide at the same kiosks as this one."""
    member = StaffMember(known.staff_id, known.name, known.display_name, known.role)
    theirs = sites.of_staff(session, member)
    there = theirs or [site.site_id for site in sites.opened(session)]
    pins = sites.pins_at(session, there).values()
    return frozenset(pin["pin_hash"] for of_site in pins for pin in of_site)


def everybodys(session: Session) -> frozenset[str]:
    """The hashes of all PINs."""
    return frozenset(pin["pin_hash"] for pin in staff_pins.everybody(session))


def tell_kiosks(session: Session) -> None:
    """Let the kiosks of each site learn whose PINs work there now, where they know of others."""
    changes.hold(session)
    pins = sites.pins_at(session, [site.site_id for site in sites.opened(session)])
    changes.add_where_new(session, "staff_pins", pins)


def _new() -> str:
    return f"{secrets.randbelow(10**staff_pins.PIN_DIGITS):0{staff_pins.PIN_DIGITS}}"
