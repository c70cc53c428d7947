"""Staff's word that a visitor is not the person of a list entry is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_HEX256 = sa.String(length=64)


def upgrade() -> None:
    op.create_table(
        "clearance",
        sa.Column("clearance_id", sa.Uuid(), nullable=False),
        sa.Column("visitor_key", _HEX256, nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("entry_mark", _HEX256, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("clearance_id", name=op.f("pk_clearance")),
    )
    op.create_index(op.f("ix_clearance_visitor_key"), "clearance", ["visitor_key"])
    op.create_index(op.f("ix_clearance_visit_id"), "clearance", ["visit_id"])
    # Visits from before have none: only their kiosk saw the number and has the key.
    op.add_column("visit", sa.Column("visitor_key", _HEX256, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("visit", "visitor_key")
    op.drop_table("clearance")
