"""Kiosks say how they stand, and parked events are found at once.

On PostgreSQL the index is only named here: a hub that runs fills it piece by piece, so that no
kiosk waits for millions of events to be read (`db.partitions.index_pieces`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_IS_PARKED = "parked IS NOT NULL"


def upgrade() -> None:
    op.add_column("device", sa.Column("state", sa.Text(), nullable=False, server_default=""))
    op.add_column("device", sa.Column("state_at", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    is_there = sa.select(sa.exists(sa.select(sa.text("1")).select_from(sa.table("event"))))
    if connection.dialect.name == "postgresql" and connection.scalar(is_there):
        op.execute(
            sa.text(
                "CREATE INDEX ix_event_parked ON ONLY event (device_id, received_at) "
                f"WHERE {_IS_PARKED}"
            )
        )
    else:
        op.create_index(
            op.f("ix_event_parked"),
            "event",
            ["device_id", "received_at"],
            sqlite_where=sa.text(_IS_PARKED),
            postgresql_where=sa.text(_IS_PARKED),
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_event_parked"), "event")
    with op.batch_alter_table("device") as batch:
        batch.drop_column("state_at")
        batch.drop_column("state")
