"""What was cleared at a kiosk holds at that kiosk's school only.

Who decided there is known by the kiosk's word alone. What was given so before is told from what was
decided at the console by the log, as `verify-log` will.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_HUB = "hub"
_AT_ONCE = 200
_CLEARANCE = sa.table(
    "clearance",
    sa.column("district_id", sa.Uuid()),
    sa.column("clearance_id", sa.Uuid()),
    sa.column("visit_id", sa.Uuid()),
    sa.column("list_id", sa.Uuid()),
    sa.column("entry_id", sa.Uuid()),
    sa.column("site_id", sa.String()),
)
_VISIT = sa.table(
    "visit",
    sa.column("district_id", sa.Uuid()),
    sa.column("visit_id", sa.Uuid()),
    sa.column("site_id", sa.String()),
)
_EVENT = sa.table(
    "event",
    sa.column("district_id", sa.Uuid()),
    sa.column("event_id", sa.Uuid()),
    sa.column("visit_id", sa.Uuid()),
    sa.column("device_id", sa.String()),
    sa.column("event_type", sa.String()),
)
_BODY = sa.table(
    "event_body",
    sa.column("district_id", sa.Uuid()),
    sa.column("event_id", sa.Uuid()),
    sa.column("body", sa.LargeBinary()),
)


class _Said(NamedTuple):
    """A decision: who says it, and what, as long as that is kept."""

    device_id: str
    body: bytes | None


def upgrade() -> None:
    op.add_column(
        "clearance",
        sa.Column("site_id", sa.String(length=64), server_default="", nullable=False),
    )
    connection, after = op.get_bind(), UUID(int=0)
    while True:
        given = connection.execute(
            sa.select(_CLEARANCE, _VISIT.c.site_id.label("school"))
            .join_from(
                _CLEARANCE,
                _VISIT,
                (_VISIT.c.district_id == _CLEARANCE.c.district_id)
                & (_VISIT.c.visit_id == _CLEARANCE.c.visit_id),
            )
            .where(_CLEARANCE.c.clearance_id > after)
            .order_by(_CLEARANCE.c.clearance_id)
            .limit(_AT_ONCE)
        ).all()
        if not given:
            return
        decided = _decisions(connection, {row.visit_id for row in given})
        for row in given:
            if _is_kiosks(row, decided.get(row.visit_id, [])):
                connection.execute(
                    sa.update(_CLEARANCE)
                    .where(
                        _CLEARANCE.c.district_id == row.district_id,
                        _CLEARANCE.c.clearance_id == row.clearance_id,
                    )
                    .values(site_id=row.school)
                )
        after = given[-1].clearance_id


def _decisions(connection: sa.Connection, visit_ids: set[UUID]) -> dict[UUID, list[_Said]]:
    """Who decided on these visits, with what they said as far as it is kept."""
    found: dict[UUID, list[_Said]] = {}
    rows = connection.execute(
        sa.select(_EVENT.c.visit_id, _EVENT.c.device_id, _BODY.c.body)
        .outerjoin_from(
            _EVENT,
            _BODY,
            (_BODY.c.district_id == _EVENT.c.district_id) & (_BODY.c.event_id == _EVENT.c.event_id),
        )
        .where(
            _EVENT.c.visit_id.in_(visit_ids),
            _EVENT.c.event_type.in_(["decision.made", "recheck.decided"]),
        )
    )
    for row in rows:
        found.setdefault(row.visit_id, []).append(_Said(row.device_id, row.body))
    return found


def _is_kiosks(clearance: sa.Row[Any], decided: list[_Said]) -> bool:
    """Whether a kiosk's decision gave it: what is not kept can be told only by who else decided."""
    pair = f"{clearance.list_id} {clearance.entry_id}"
    by_kiosks = [row for row in decided if row.device_id != _HUB]
    if any(uuid5(each, pair) == clearance.clearance_id for each in _ids(by_kiosks)):
        return True
    is_erased = any(row.body is None for row in by_kiosks)
    return is_erased and len(by_kiosks) == len(decided)


def _ids(decided: list[_Said]) -> Iterator[UUID]:
    for said in decided:
        try:
            yield UUID(json.loads(said.body or b"")["decision"]["decision_id"])
        except (ValueError, TypeError, KeyError):
            continue  # nothing follows from what cannot be read


def downgrade() -> None:
    op.drop_column("clearance", "site_id")
