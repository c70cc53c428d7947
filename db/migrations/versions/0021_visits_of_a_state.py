"""Visits of one state are read newest first, however many there are of it.

On PostgreSQL the index is only named here: a hub that runs fills it piece by piece, so that no
kiosk waits meanwhile, and drops the one before then (`db.partitions.index_pieces`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OLD, _NEW = "ix_visit_state", "ix_visit_state_started_at_visit_id"


def upgrade() -> None:
    connection = op.get_bind()
    is_there = sa.select(sa.exists(sa.select(sa.text("1")).select_from(sa.table("visit"))))
    if connection.dialect.name == "postgresql" and connection.scalar(is_there):
        op.execute(sa.text(f"CREATE INDEX {_NEW} ON ONLY visit (state, started_at, visit_id)"))
    else:
        op.create_index(_NEW, "visit", ["state", "started_at", "visit_id"])
        op.drop_index(_OLD, "visit")


def downgrade() -> None:
    op.create_index(_OLD, "visit", ["state"], if_not_exists=True)
    op.drop_index(_NEW, "visit")
