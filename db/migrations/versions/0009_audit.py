"""Who looked at what is kept; staff can be removed, and may have a second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "staff", sa.Column("totp_key", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "staff", sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("staff_session", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "recovery_code",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "attempt",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "attempt_id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_who"), "attempt", ["who"])
    op.create_index(op.f("ix_attempt_at"), "attempt", ["at"])
    op.create_table(
        "audit",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("about_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "audit_id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_about_id"), "audit", ["about_id"])


def downgrade() -> None:
    for name in ("audit", "attempt", "recovery_code"):
        op.drop_table(name)
    with op.batch_alter_table("staff_session") as batch:
        batch.drop_column("seen_at")
    with op.batch_alter_table("staff") as batch:
        for name in ("totp_step", "totp_key", "removed_at"):
            batch.drop_column(name)
