"""At most one decision on a visit is in force, and names are searched as they are screened."""

from itertools import pairwise

import sqlalchemy as sa
from alembic import op

from db.screening.names import letters

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEX = "uq_decision_visit_id_in_force"
_IN_FORCE = sa.text("NOT superseded")
_BATCH = 1_000

_DECISION = sa.table(
    "decision",
    sa.column("decision_id", sa.Uuid()),
    sa.column("visit_id", sa.Uuid()),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("superseded", sa.Boolean()),
)
_VISIT = sa.table(
    "visit",
    sa.column("visit_id", sa.Uuid()),
    sa.column("given_name", sa.String()),
    sa.column("middle_name", sa.String()),
    sa.column("family_name", sa.String()),
    sa.column("search_name", sa.String()),
)


def upgrade() -> None:
    _supersede_all_but_the_first()
    op.create_index(
        _INDEX,
        "decision",
        ["visit_id"],
        unique=True,
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    )
    _fold_search_names()


def downgrade() -> None:
    op.drop_index(_INDEX, "decision")


def _supersede_all_but_the_first() -> None:
    """Two may be in force where two were made at the same moment; the earlier one stays."""
    connection = op.get_bind()
    in_force = connection.execute(
        sa.select(_DECISION.c.visit_id, _DECISION.c.decision_id)
        .where(_DECISION.c.superseded.is_(False))
        .order_by(_DECISION.c.visit_id, _DECISION.c.decided_at, _DECISION.c.decision_id)
    ).all()
    later = [this[1] for before, this in pairwise(in_force) if before[0] == this[0]]
    for decision_id in later:
        connection.execute(
            sa.update(_DECISION)
            .where(_DECISION.c.decision_id == decision_id)
            .values(superseded=True)
        )


def _fold_search_names() -> None:
    connection = op.get_bind()
    change = (
        sa.update(_VISIT)
        .where(_VISIT.c.visit_id == sa.bindparam("which"))
        .values(search_name=sa.bindparam("folded"))
    )
    rows = connection.execute(sa.select(_VISIT)).mappings()
    changed = [
        {"which": r["visit_id"], "folded": folded}
        for r in rows
        if (folded := letters(f"{r['family_name']} {r['given_name']} {r['middle_name']}"))
        != r["search_name"]
    ]
    for start in range(0, len(changed), _BATCH):
        connection.execute(change, changed[start : start + _BATCH])
