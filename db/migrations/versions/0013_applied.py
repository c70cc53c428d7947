"""The hub knows up to where its log was applied to the visits; until now all of it was."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    applied = op.create_table(
        "applied",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("applied_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "applied_id", name=op.f("pk_applied")),
    )
    op.create_table(
        "applied_ahead",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "leaf_index", name=op.f("pk_applied_ahead")),
    )
    tree = sa.table("tree", sa.column("district_id", sa.Uuid()), sa.column("size"))
    op.execute(
        sa.insert(applied).from_select(
            ["district_id", "applied_id", "upto"],
            sa.select(tree.c.district_id, sa.literal(1), tree.c.size),
        )
    )


def downgrade() -> None:
    for name in ("applied_ahead", "applied"):
        op.drop_table(name)
