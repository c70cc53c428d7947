"""A change of an entry by which somebody would pass waits for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "watchlist_entry_removal", sa.Column("draft", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("watchlist_entry_removal", "draft")
