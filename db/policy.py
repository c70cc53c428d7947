"""The desk's standing rules as they are kept: by the hub as its own, by a kiosk as the hub's."""

from sqlalchemy.orm import Session

from db import changes, settings
from db.domain.policy import DeskPolicy

POLICY = "policy"
"""The setting's name, and the kind of the change that tells kiosks."""


def of(session: Session) -> DeskPolicy:
    """The rules in force; the usual ones where nobody has settled others."""
    return settings.read(session, POLICY, DeskPolicy) or DeskPolicy()


def keep(session: Session, policy: DeskPolicy) -> None:
    settings.write(session, POLICY, policy)


def settle(session: Session, policy: DeskPolicy) -> None:
    """At the hub: put other rules in force, here and on every kiosk."""
    if policy != of(session):
        keep(session, policy)
        changes.add(session, POLICY, policy)
