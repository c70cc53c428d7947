"""Visits of one state are read newest first, however many there are of it."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OLD, _NEW = "ix_visit_state", "ix_visit_state_started_at_visit_id"


def upgrade() -> None:
    op.create_index(_NEW, "visit", ["state", "started_at", "visit_id"])
    op.drop_index(_OLD, "visit")


def downgrade() -> None:
    op.create_index(_OLD, "visit", ["state"])
    op.drop_index(_NEW, "visit")
