"""What ends when a hub goes on from an earlier moment, and what has to be looked through then.

Who was removed or revoked since is in again, as the backup has it. Nothing lets them in but what
they know and have (passwords and keys): what was open at that moment is not.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import pairing, staff
from db.hub_models import (
    DeviceChallengeRow,
    DeviceRow,
    DeviceTokenRow,
    OidcSignInRow,
    PairingCodeRow,
    PairingRequestRow,
    StaffSessionRow,
)

NAMED = 30
"""So many are named of each; a district has more, and a command for them."""


def end_what_was_open(session: Session) -> None:
    """Sign everybody out, and end kiosks' tokens, open codes for pairing and who asked with one.

    A token that an older version gave at pairing stays: it is what such a kiosk has for a key.
    """
    for kind in (
        StaffSessionRow,
        OidcSignInRow,
        DeviceChallengeRow,
        PairingCodeRow,
        PairingRequestRow,
    ):
        session.execute(delete(kind))
    session.execute(delete(DeviceTokenRow).where(~DeviceTokenRow.is_of_pairing))


def who_is_in(session: Session) -> str:
    """Who may sign in and which kiosks are paired, as lines for whoever restored the hub."""
    members = [f"{member.name} ({member.role.value})" for member in staff.everybody(session)]
    live = select(DeviceRow).where(DeviceRow.revoked_at.is_(None)).order_by(DeviceRow.name)
    kiosks = [pairing.value_of(row).name for row in session.scalars(live)]
    return (
        f"These may sign in: {_named(members, 'staff list')}.\n"
        f"These kiosks are paired: {_named(kiosks, 'kiosks list')}.\n"
        "Who was removed or revoked since is in again, with the password or key of then. Before "
        "the hub starts, remove whom you do not know (vestibule-hub staff remove) and revoke what "
        "should not be there (vestibule-hub kiosks revoke). Everybody was signed out."
    )


def _named(names: list[str], command: str) -> str:
    if not names:
        return "none"
    more = len(names) - NAMED
    rest = f" and {more} more, see vestibule-hub {command}" if more > 0 else ""
    return ", ".join(names[:NAMED]) + rest
