"""A list's entries lie in editions; a birth date is kept as the list has it, and entries say more.

Also: the one import under way, who changed an entry, and who asked that one be removed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 5_000
_MOMENT = sa.DateTime(timezone=True)
_SAME = (
    "entry_id", "given_name", "middle_name", "family_name", "suffix", "sex", "aliases",
    "jurisdiction", "number_hash", "reference", "note",
)  # fmt: skip
"""What an entry says before and after."""
_LIST = sa.table(
    "watchlist",
    sa.column("list_id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("edition", sa.Integer()),
)


def upgrade() -> None:
    lists = op.get_bind().execute(sa.select(_LIST.c.list_id).order_by(_LIST.c.name)).scalars()
    editions: dict[object, int] = {list_id: number for number, list_id in enumerate(lists, 1)}
    _put_aside("watchlist_entry_0002")
    op.create_table(
        "watchlist_entry",
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        *_same_columns(),
        sa.Column("born", sa.String(length=10), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("photo", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "entry_id", name=op.f("pk_watchlist_entry")),
        sqlite_with_rowid=False,
    )
    before = _entry("watchlist_entry_0002", "list_id", "birth_date", "birth_year")
    after = _entry(
        "watchlist_entry", "edition", "born", "instructions", "photo", "version", "digest"
    )
    _copy(before, after, lambda row: _up(row, editions[row["list_id"]]))
    op.drop_table("watchlist_entry_0002")
    _number_editions(editions)
    _create_tables()


def downgrade() -> None:
    for name in ("watchlist_entry_removal", "watchlist_entry_history", "list_import"):
        op.drop_table(name)
    query = sa.select(_LIST.c.edition, _LIST.c.list_id)
    lists: dict[object, object] = {row[0]: row[1] for row in op.get_bind().execute(query)}
    with op.batch_alter_table("watchlist", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_watchlist_edition"), type_="unique")
        batch_op.drop_column("edition")
    _put_aside("watchlist_entry_0003")
    op.create_table(
        "watchlist_entry",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        *_same_columns(),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"], ["watchlist.list_id"], name=op.f("fk_watchlist_entry_list_id_watchlist")
        ),
        sa.PrimaryKeyConstraint("list_id", "entry_id", name=op.f("pk_watchlist_entry")),
    )
    before = _entry("watchlist_entry_0003", "edition", "born")
    after = _entry("watchlist_entry", "list_id", "birth_date", "birth_year")
    _copy(before, after, lambda row: _down(row, lists.get(row["edition"])))
    op.drop_table("watchlist_entry_0003")


def _number_editions(editions: Mapping[object, int]) -> None:
    with op.batch_alter_table("watchlist", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edition", sa.Integer(), nullable=True))
    for list_id, edition in editions.items():
        op.execute(sa.update(_LIST).where(_LIST.c.list_id == list_id).values(edition=edition))
    with op.batch_alter_table("watchlist", schema=None) as batch_op:
        batch_op.alter_column("edition", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_watchlist_edition"), ["edition"])


def _put_aside(name: str) -> None:
    """Rename the table of entries; PostgreSQL's constraints have names of their own."""
    op.rename_table("watchlist_entry", name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {name} RENAME CONSTRAINT pk_watchlist_entry TO pk_{name}")


def _same_columns() -> list["sa.Column[Any]"]:
    return [
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=False),
        sa.Column("middle_name", sa.String(length=200), nullable=False),
        sa.Column("family_name", sa.String(length=200), nullable=False),
        sa.Column("suffix", sa.String(length=40), nullable=False),
        sa.Column("sex", sa.String(length=16), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=40), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    ]


def _entry(name: str, *more: str) -> sa.TableClause:
    types: dict[str, sa.types.TypeEngine[Any]] = {
        "entry_id": sa.Uuid(),
        "list_id": sa.Uuid(),
        "birth_date": sa.Date(),
        "digest": sa.LargeBinary(),
        **dict.fromkeys(("edition", "birth_year", "version"), sa.Integer()),
    }
    return sa.table(name, *(sa.column(n, types.get(n, sa.String())) for n in (*_SAME, *more)))


def _copy(
    before: sa.TableClause,
    after: sa.TableClause,
    convert: Callable[[Mapping[str, Any]], dict[str, object] | None],
) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(before).execution_options(yield_per=_BATCH))
    after_rows = (convert(row._asdict()) for row in rows)
    for batch in _batches(row for row in after_rows if row is not None):
        connection.execute(sa.insert(after), batch)


def _batches(rows: Iterable[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _up(row: Mapping[str, Any], edition: int) -> dict[str, object]:
    born = row["birth_date"].isoformat() if row["birth_date"] else None
    if born is None and row["birth_year"] is not None:
        born = f"{row['birth_year']:04}"
    return {
        **{name: row[name] for name in _SAME},
        "edition": edition,
        "born": born,
        "instructions": "",
        "photo": "",
        "version": 1,
        "digest": _digest(row, born or ""),
    }


def _down(row: Mapping[str, Any], list_id: object) -> dict[str, object] | None:
    if list_id is None:  # of an edition that never came into force
        return None
    born = row["born"]
    try:
        birth_date = date.fromisoformat(born) if born and len(born) == 10 else None  # YYYY-MM-DD
    except ValueError:  # on no calendar
        birth_date = None
    return {
        **{name: row[name] for name in _SAME},
        "list_id": list_id,
        "birth_date": birth_date,
        "birth_year": int(born[:4]) if born else None,
    }


def _digest(row: Mapping[str, Any], born: str) -> bytes:
    """As `db.list_rows.digest_of` of that time."""
    said = (
        row["given_name"], row["middle_name"], row["family_name"], row["suffix"], born,
        row["sex"], row["aliases"] or "", row["jurisdiction"], row["number_hash"],
        row["reference"], row["note"],
    )  # fmt: skip
    return sha256("\x1f".join(said).rstrip("\x1f").encode()).digest()


def _create_tables() -> None:
    op.create_table(
        "list_import",
        sa.Column("lock_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("renewed_at", _MOMENT, nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("lock_id", name=op.f("pk_list_import")),
    )
    op.create_table(
        "watchlist_entry_history",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_watchlist_entry_history")),
    )
    with op.batch_alter_table("watchlist_entry_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_watchlist_entry_history_list_id_entry_id", ["list_id", "entry_id"], unique=False
        )
    op.create_table(
        "watchlist_entry_removal",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "entry_id", name=op.f("pk_watchlist_entry_removal")),
    )
