"""A kiosk that goes to another school of the hub proves which pairing it leaves: that ends."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pairing_request", sa.Column("leaves", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("pairing_request", "leaves")
