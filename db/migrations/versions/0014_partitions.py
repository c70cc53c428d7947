"""PostgreSQL keeps events, visits and screenings in pieces of a month. SQLite stays as it is."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from db import partitions

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_EARLIEST = date(2020, 1, 1)
"""Earlier ids come from a clock that was not set."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _make_anew(is_divided=True)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _make_anew(is_divided=False)


def _make_anew(*, is_divided: bool) -> None:
    connection = op.get_bind()
    for name, (table, _, _) in partitions.REFERENCES.items():
        if is_divided:
            op.drop_constraint(op.f(name), table, type_="foreignkey")
    for table in partitions.TABLES:
        _move(connection, table, is_divided=is_divided)
    for name, (table, other, key) in partitions.REFERENCES.items():
        columns = ["district_id", key]
        if not is_divided:
            op.create_foreign_key(op.f(name), table, other, columns, columns)


def _move(connection: sa.Connection, table: str, *, is_divided: bool) -> None:
    """Put the table aside, make it anew and fill it from that."""
    key, old = partitions.TABLES[table], f"{table}_before"
    indexes: Sequence[Any] = sa.inspect(connection).get_indexes(table)
    for index in indexes:
        op.drop_index(op.f(index["name"]), table)
    op.drop_constraint(op.f(f"pk_{table}"), table, type_="primary")
    op.rename_table(table, old)
    divided = f" PARTITION BY RANGE ({key})" if is_divided else ""
    op.execute(sa.text(f"CREATE TABLE {table} (LIKE {old} INCLUDING DEFAULTS){divided}"))
    op.create_primary_key(op.f(f"pk_{table}"), table, ["district_id", key])
    if is_divided:
        partitions.make(connection, table, _months(connection, old, key))
    op.execute(sa.text(f"INSERT INTO {table} SELECT * FROM {old}"))  # noqa: S608  our own names
    op.drop_table(old)
    for index in indexes:
        is_unique = not is_divided and index["name"] in partitions.UNIQUE_ON_SQLITE
        op.create_index(op.f(index["name"]), table, index["column_names"], unique=is_unique)


def _months(connection: sa.Connection, table: str, key: str) -> list[date]:
    """From the first month that has rows to the last one that is made ahead."""
    today = datetime.now(UTC).date()
    first = connection.scalar(
        sa.text(f"SELECT {key} FROM {table} WHERE {key} >= :low ORDER BY {key} LIMIT 1"),  # noqa: S608  our own names
        {"low": partitions.first_id(_EARLIEST)},
    )
    begins = partitions.month_of(UUID(str(first))) if first is not None else None
    ends = partitions.after(today, partitions.MONTHS_AHEAD)
    return list(partitions.months(min(begins or today, today), ends))
