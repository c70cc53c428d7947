"""The hub's events stand in one order, under a Merkle tree; what kiosks sign is kept."""

import sqlalchemy as sa
from alembic import op

from db import merkle

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_EVENT = sa.table(
    "event",
    sa.column("district_id", sa.Uuid()),
    sa.column("event_id", sa.Uuid()),
    sa.column("device_id", sa.String()),
    sa.column("epoch", sa.Integer()),
    sa.column("seq", sa.Integer()),
    sa.column("occurred_at", sa.DateTime(timezone=True)),
    sa.column("received_at", sa.DateTime(timezone=True)),
    sa.column("hash", sa.LargeBinary()),
    sa.column("leaf_index", sa.BigInteger()),
)
_TILE = 8
_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("event", sa.Column("leaf_index", sa.BigInteger(), nullable=True))
    op.create_table(
        "signed_head",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "district_id", "device_id", "epoch", "seq", name=op.f("pk_signed_head")
        ),
    )
    op.create_table(
        "device_key",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "device_id", "epoch", name=op.f("pk_device_key")),
    )
    tree = op.create_table(
        "tree",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("tree_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "tree_id", name=op.f("pk_tree")),
    )
    node = op.create_table(
        "tree_node",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "level", "place", name=op.f("pk_tree_node")),
    )
    _take_in_what_is_there(tree, node)
    op.create_index(
        op.f("uq_event_leaf_index"), "event", ["district_id", "leaf_index"], unique=True
    )


def downgrade() -> None:
    op.drop_index(op.f("uq_event_leaf_index"), "event")
    with op.batch_alter_table("event") as batch:
        batch.drop_column("leaf_index")
    for name in ("tree_node", "tree", "device_key", "signed_head"):
        op.drop_table(name)


def _take_in_what_is_there(tree: sa.Table, node: sa.Table) -> None:
    """A hub's events so far, in the order in which it took them in. A kiosk has none of these."""
    connection = op.get_bind()
    at = sa.func.coalesce(_EVENT.c.received_at, _EVENT.c.occurred_at)
    is_hub = sa.or_(_EVENT.c.received_at.is_not(None), _EVENT.c.device_id == "hub")
    columns = (_EVENT.c.district_id, _EVENT.c.event_id, _EVENT.c.hash)
    found = connection.execute(
        sa.select(*columns)
        .where(is_hub)
        .order_by(_EVENT.c.district_id, at, _EVENT.c.device_id, _EVENT.c.epoch, _EVENT.c.seq)
    ).all()
    place = (
        sa.update(_EVENT)
        .where(
            _EVENT.c.district_id == sa.bindparam("district"),
            _EVENT.c.event_id == sa.bindparam("id"),
        )
        .values(leaf_index=sa.bindparam("place"))
    )
    for district in dict.fromkeys(row.district_id for row in found):
        events = [row for row in found if row.district_id == district]
        for start in range(0, len(events), _AT_ONCE):
            some = events[start : start + _AT_ONCE]
            connection.execute(
                place,
                [
                    {"district": district, "id": row.event_id, "place": start + n}
                    for n, row in enumerate(some)
                ],
            )
        grown = merkle.grow(merkle.Frontier(), [row.hash for row in events])
        connection.execute(
            sa.insert(tree).values(
                district_id=district,
                tree_id=1,
                size=grown.frontier.size,
                roots=b"".join(grown.frontier.roots),
            )
        )
        tiles = [
            {"district_id": district, "level": level, "place": at, "hash": digest}
            for level, at, digest in grown.nodes
            if level and level % _TILE == 0
        ]
        if tiles:
            connection.execute(sa.insert(node), tiles)
