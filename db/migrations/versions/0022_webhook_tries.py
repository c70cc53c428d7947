"""A webhook's tries are counted, a refused message stands aside, and a secret can be renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "webhook", sa.Column("failed_seconds", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("webhook", sa.Column("secret_before", sa.LargeBinary(), nullable=True))
    op.add_column("webhook", sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "webhook_message", sa.Column("refusals", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "webhook_message",
        sa.Column("refused", sa.String(length=200), server_default="", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("webhook_message", "refused")
    op.drop_column("webhook_message", "refusals")
    op.drop_column("webhook", "renewed_at")
    op.drop_column("webhook", "secret_before")
    op.drop_column("webhook", "failed_seconds")
