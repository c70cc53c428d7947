"""A password that somebody was given is told from their own, and when they last were there."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "staff",
        sa.Column("must_choose", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("staff", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "seen_at")
    op.drop_column("staff", "must_choose")
