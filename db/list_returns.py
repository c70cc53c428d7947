"""Entries that were removed and come back: whoever was cleared of what one said before.

A clearance binds a version of an entry. One that comes back begins with another version than any
that somebody was cleared of, unless it says to the letter what it said then: a file that lacked
people by mistake costs no visitor the clearance.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import visits
from db.desk_models import ClearanceRow
from db.list_rows import Values, digest_of, in_version

Cleared = dict[str, tuple[int, UUID]]
"""By the digits of an entry's id: the last version that somebody was cleared of, on which visit."""


def cleared_of(session: Session, list_id: UUID) -> Cleared:
    """What visitors were cleared of on this list, ever."""
    rows = session.execute(
        select(ClearanceRow.entry_id, ClearanceRow.entry_version, ClearanceRow.visit_id)
        .where(ClearanceRow.list_id == list_id)
        .order_by(ClearanceRow.entry_version, ClearanceRow.decided_at)
    )
    return {entry_id.hex: (version, visit_id) for entry_id, version, visit_id in rows}


def going_on(
    session: Session, cleared: Cleared, values: Sequence[Values], added: set[str]
) -> list[Values]:
    """The values of a batch with the version that each added entry goes on from."""
    return [
        in_version(v, _version(session, *cleared[v[0]], v[-1]))
        if v[0] in added and v[0] in cleared
        else v
        for v in values
    ]


def _version(session: Session, version: int, visit_id: UUID, digest: bytes) -> int:
    screening = visits.screening_of(session, visit_id)
    matches = () if screening is None else screening.matches
    is_same = any(m.entry.version == version and digest_of(m.entry) == digest for m in matches)
    return version if is_same else version + 1
