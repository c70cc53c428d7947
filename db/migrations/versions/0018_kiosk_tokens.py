"""Kiosks prove their key and get a token for an hour; what pairing once gave them runs out.

A kiosk of the version before knows only the token from its pairing. It works for `_OLD_TOKENS_FOR`
more, or until its kiosk has proved its key, so that kiosks can be updated one by one.
"""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OLD_TOKENS_FOR = timedelta(days=90)
"""A summer long: a kiosk that was switched off over it is updated by then."""
_DEVICE = sa.table(
    "device",
    sa.column("district_id", sa.Uuid()),
    sa.column("device_id"),
    sa.column("token_hash"),
    sa.column("epoch"),
    sa.column("revoked_at", sa.DateTime(timezone=True)),
)
_SETTING = sa.table(
    "setting", sa.column("district_id", sa.Uuid()), sa.column("name"), sa.column("value")
)
_IS_PAIRING = _SETTING.c.name == "hub.pairing"


def upgrade() -> None:
    token = op.create_table(
        "device_token",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_of_pairing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "token_hash", name=op.f("pk_device_token")),
    )
    op.create_index(op.f("ix_device_token_device_id"), "device_token", ["device_id"])
    op.create_table(
        "device_challenge",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "nonce", name=op.f("pk_device_challenge")),
    )
    op.create_index(op.f("ix_device_challenge_device_id"), "device_challenge", ["device_id"])
    now = datetime.now(UTC)
    kept = sa.select(
        _DEVICE.c.district_id,
        _DEVICE.c.token_hash,
        _DEVICE.c.device_id,
        _DEVICE.c.epoch,
        sa.literal(now, sa.DateTime(timezone=True)),
        sa.literal(now + _OLD_TOKENS_FOR, sa.DateTime(timezone=True)),
        sa.true(),
    ).where(_DEVICE.c.revoked_at.is_(None))
    columns = [c.name for c in token.columns]
    op.execute(sa.insert(token).from_select(columns, kept))
    with op.batch_alter_table("device") as batch:
        batch.drop_constraint(op.f("uq_device_district_id_token_hash"), type_="unique")
        batch.drop_column("token_hash")
    _write_pairings(lambda kept: kept.pop("token", None))


def downgrade() -> None:
    token = sa.table(
        "device_token",
        sa.column("district_id", sa.Uuid()),
        sa.column("token_hash"),
        sa.column("device_id"),
        sa.column("is_of_pairing"),
    )
    op.add_column("device", sa.Column("token_hash", sa.String(length=64), nullable=True))
    connection = op.get_bind()
    old: dict[tuple[UUID, str], str] = {
        (row.district_id, row.device_id): row.token_hash
        for row in connection.execute(sa.select(token).where(token.c.is_of_pairing))
    }
    for district_id, device_id in connection.execute(
        sa.select(_DEVICE.c.district_id, _DEVICE.c.device_id)
    ).all():
        # Whose token has run out is paired again: nobody knows what this is the hash of.
        nobodys = sha256(secrets.token_bytes(32)).hexdigest()
        op.execute(
            sa.update(_DEVICE)
            .where(_DEVICE.c.district_id == district_id, _DEVICE.c.device_id == device_id)
            .values(token_hash=old.get((district_id, device_id), nobodys))
        )
    with op.batch_alter_table("device") as batch:
        batch.alter_column("token_hash", existing_type=sa.String(length=64), nullable=False)
        batch.create_unique_constraint(
            op.f("uq_device_district_id_token_hash"), ["district_id", "token_hash"]
        )
    op.drop_table("device_challenge")
    op.drop_table("device_token")
    _write_pairings(lambda kept: kept.update(token=""))


def _write_pairings(change: Callable[[dict[str, str]], object]) -> None:
    """A kiosk's own row says where its hub is, and once held its token."""
    found = op.get_bind().execute(sa.select(_SETTING).where(_IS_PAIRING)).all()
    for row in found:
        kept = json.loads(row.value)
        change(kept)
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        is_own = _IS_PAIRING & (_SETTING.c.district_id == row.district_id)
        op.execute(sa.update(_SETTING).where(is_own).values(value=text))
