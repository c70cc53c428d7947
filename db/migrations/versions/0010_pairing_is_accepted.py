"""A kiosk waits until somebody accepts it, and a kiosk can be revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    # Codes are good for ten minutes: those of before are not worth moving.
    op.drop_table("pairing_code")
    _make_codes(sa.Column("code", sa.String(length=16), nullable=False))
    op.create_table(
        "pairing_request",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("short_string", sa.String(length=16), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("last_epoch", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("replaces", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "request_id", name=op.f("pk_pairing_request")),
    )


def downgrade() -> None:
    op.drop_table("pairing_request")
    op.drop_table("pairing_code")
    _make_codes(sa.Column("code_hash", sa.String(length=64), nullable=False))
    with op.batch_alter_table("device") as batch:
        batch.drop_column("revoked_at")


def _make_codes(code: sa.Column[str]) -> None:
    op.create_table(
        "pairing_code",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        code,
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", code.name, name=op.f("pk_pairing_code")),
    )
