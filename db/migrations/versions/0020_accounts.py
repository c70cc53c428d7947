"""Staff sign in with accounts of the district's OpenID provider too."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_account",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "account_hash", name=op.f("pk_staff_account")),
        sa.UniqueConstraint(
            "district_id", "staff_id", name=op.f("uq_staff_account_district_id_staff_id")
        ),
    )
    op.create_table(
        "oidc_sign_in",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("ticket_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=64), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "state_hash", name=op.f("pk_oidc_sign_in")),
    )


def downgrade() -> None:
    op.drop_table("oidc_sign_in")
    op.drop_table("staff_account")
