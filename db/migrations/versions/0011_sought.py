"""Entries of a list keep the words by which they are found, folded."""

import json

import sqlalchemy as sa
from alembic import op

from db.domain.people import PersonName
from db.sought import sought_in

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ENTRY = sa.table(
    "watchlist_entry",
    sa.column("district_id", sa.Uuid()),
    sa.column("edition", sa.Integer()),
    sa.column("entry_id", sa.Uuid()),
    *(sa.column(name, sa.Text()) for name in ("given_name", "middle_name", "family_name")),
    *(sa.column(name, sa.Text()) for name in ("suffix", "aliases", "reference", "sought")),
)
_AT_ONCE = 5_000


def upgrade() -> None:
    op.add_column(
        "watchlist_entry", sa.Column("sought", sa.Text(), server_default="", nullable=False)
    )
    _fill()


def downgrade() -> None:
    op.drop_column("watchlist_entry", "sought")


def _fill() -> None:
    """A few thousand entries at a time, in the order of the table."""
    connection = op.get_bind()
    key = sa.tuple_(_ENTRY.c.district_id, _ENTRY.c.edition, _ENTRY.c.entry_id)
    some = sa.select(_ENTRY).order_by(*key).limit(_AT_ONCE)
    keep = (
        sa.update(_ENTRY)
        .where(
            _ENTRY.c.district_id == sa.bindparam("of_district"),
            _ENTRY.c.edition == sa.bindparam("of_edition"),
            _ENTRY.c.entry_id == sa.bindparam("of_entry"),
        )
        .values(sought=sa.bindparam("words"))
    )
    rows = connection.execute(some).all()
    while rows:
        connection.execute(
            keep,
            [
                {
                    "of_district": row.district_id,
                    "of_edition": row.edition,
                    "of_entry": row.entry_id,
                    "words": sought_in(_names_of(row), row.reference),
                }
                for row in rows
            ],
        )
        last = rows[-1]
        beyond = sa.tuple_(
            sa.literal(last.district_id, sa.Uuid()),
            last.edition,
            sa.literal(last.entry_id, sa.Uuid()),
        )
        rows = connection.execute(some.where(key > beyond)).all()


def _names_of(row: sa.Row[tuple[object, ...]]) -> list[PersonName]:
    own = PersonName(row.given_name, row.family_name, row.middle_name, row.suffix)
    return [own, *(PersonName(**alias) for alias in json.loads(row.aliases or "[]"))]
