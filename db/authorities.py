"""By which authorities (CAs) kiosks know their hub: what it told them, and who has not heard it.

A hub has one CA, and two while it changes from one to the next. What kiosks shall believe travels
in the feed, whose answers the hub signs: neither CA has a say in it. The keys of both are files of
the hub (`admin_console.hub.authority`); here are certificates alone, which anybody may see.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import changes, hub_trust, pairing, settings
from db.domain.kiosks import OwnState
from db.hub_models import DeviceRow

KIND = "authorities"
"""Of the change that kiosks learn it by."""
HASTE = timedelta(minutes=5)
_TOLD = "hub.authorities"
_PROXIED = "hub.is_behind_proxy"


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who vouches for the hub from now on, and nobody else: certificates as PEM, newest last."""

    number: int
    """Of two the one with the higher number counts, whichever comes first."""
    pems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the hub told its kiosks last; `pems` are empty before it ever told them anything."""

    number: int = 0
    pems: tuple[str, ...] = ()
    at: datetime | None = None
    changed_at: datetime | None = None
    """When the hub was first seen to go by the newest of several."""
    in_haste: int = 0
    """How many times in a row, within `HASTE` of one another, one was taken back that was told."""


def told(session: Session) -> Told:
    return settings.read(session, _TOLD, Told) or Told()


def locked(session: Session) -> Told:
    """The same; whoever else wants to change anything of it waits for this transaction's end."""
    settings.write_first(session, _TOLD, Told())
    return settings.locked(session, _TOLD, Told) or Told()


def tell(
    session: Session, pems: tuple[str, ...], now: datetime, *, is_taken_back: bool = False
) -> Told:
    """Have all kiosks believe these, the newest last, and no other. `locked` comes before.

    `is_taken_back`: another hub, or this one before, told them of one that is not here.
    """
    # A hub that was restored does not know what it told since: seconds never come twice.
    before = locked(session)
    number = max(before.number + 1, int(now.timestamp()))
    is_hasty = before.at is not None and abs(now - before.at) < HASTE
    in_haste = before.in_haste + is_taken_back if is_hasty else 0
    value = Told(number, pems, now, in_haste=in_haste)
    settings.write(session, _TOLD, value)
    changes.add(session, KIND, Authorities(number, pems))
    return value


def keep(session: Session, value: Told) -> None:
    settings.write(session, _TOLD, value)


def in_force(session: Session) -> Authorities | None:
    """What a kiosk is told that has read nothing yet; None of a hub that never changed its own."""
    value = told(session)
    return Authorities(value.number, value.pems) if value.pems else None


def does_lack(value: Told, said: OwnState | None) -> bool:
    """Whether a kiosk that said so last does not know the newest that it was told of.

    Older versions say nothing of it: they are counted while both are told of, and no longer, since
    one that is paired afterwards knows the newest.
    """
    known = () if said is None else said.authorities
    is_said = bool(known) or len(value.pems) > 1
    return bool(value.pems) and is_said and hub_trust.mark_of(value.pems[-1]) not in known


def lacking(session: Session, ca: str) -> tuple[str, ...]:
    """The names of the kiosks that have not said that they know this CA; no revoked ones."""
    mark = hub_trust.mark_of(ca)
    rows = session.execute(
        select(DeviceRow.name, DeviceRow.state)
        .where(DeviceRow.revoked_at.is_(None))
        .order_by(DeviceRow.name, DeviceRow.device_id)
    )
    said = [(name, pairing.own_state(text)) for name, text in rows]
    return tuple(name for name, state in said if state is None or mark not in state.authorities)


def is_proxied(session: Session) -> bool:
    """Whether a reverse proxy's certificate vouched for the hub when it was started last.

    An authority that lies in its folder from before vouches for nobody then.
    """
    return settings.read(session, _PROXIED, bool) or False


def note_proxied(session: Session, *, is_proxied: bool) -> None:
    settings.write(session, _PROXIED, is_proxied)
