"""The desk's standing rules as they are kept: by the hub as its own, by a kiosk as the hub's."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session

from db import audit, changes, settings
from db.domain.audit import Deed
from db.domain.policy import DeskPolicy

POLICY = "policy"
"""The setting's name, and the kind of the change that tells kiosks."""


def of(session: Session) -> DeskPolicy:
    """The rules in force; the usual ones where nobody has settled others."""
    return settings.read(session, POLICY, DeskPolicy) or DeskPolicy()


def locked(session: Session) -> DeskPolicy:
    """The same, and nobody else settles others before this transaction ends."""
    return settings.locked(session, POLICY, DeskPolicy) or DeskPolicy()


def keep(session: Session, policy: DeskPolicy) -> None:
    settings.write(session, POLICY, policy)


def settle(session: Session, policy: DeskPolicy, by: audit.By, now: datetime) -> None:
    """At the hub: put other rules in force, here and on every kiosk."""
    before = of(session)
    if policy != before:
        keep(session, policy)
        changes.add(session, POLICY, policy)
        names = [f.name for f in fields(policy)]
        other = [n for n in names if getattr(policy, n) != getattr(before, n)]
        audit.note(session, by, Deed.POLICY_CHANGED, now, detail=", ".join(other)[:200])
