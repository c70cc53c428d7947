"""Custody orders say when they count and about whom; holds are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_HELD = "ix_screening_outcome_screened_at"
_HISTORY = "ix_watchlist_entry_history_list_id_list_version"


def upgrade() -> None:
    op.create_table(
        "custody_rule",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "entry_id", name=op.f("pk_custody_rule")),
    )
    op.create_index(_HELD, "screening", ["outcome", "screened_at"])
    op.create_index(_HISTORY, "watchlist_entry_history", ["list_id", "list_version"])


def downgrade() -> None:
    op.drop_index(_HISTORY, table_name="watchlist_entry_history")
    op.drop_index(_HELD, table_name="screening")
    op.drop_table("custody_rule")
