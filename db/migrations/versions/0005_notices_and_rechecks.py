"""Visits are screened again when a list changes, and the office is told of what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", _MOMENT, nullable=True),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
        sa.UniqueConstraint("about", name=op.f("uq_notice_about")),
    )
    op.create_index(op.f("ix_notice_at"), "notice", ["at"])
    op.create_table(
        "recheck",
        sa.Column("recheck_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("screened_at", _MOMENT, nullable=False),
        sa.Column("screening", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("recheck_id", name=op.f("pk_recheck")),
    )
    op.create_index(op.f("ix_recheck_visit_id"), "recheck", ["visit_id"])
    op.create_table(
        "rescreen",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("before_at", _MOMENT, nullable=True),
        sa.Column("before_id", sa.Uuid(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("list_id", "version", name=op.f("pk_rescreen")),
    )
    op.create_table(
        "rescreen_due",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_rescreen_due")),
    )


def downgrade() -> None:
    for name in ("rescreen_due", "rescreen", "recheck", "notice"):
        op.drop_table(name)
