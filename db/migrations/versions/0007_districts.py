"""Every row belongs to a district, whose id leads every primary and unique key.

PostgreSQL changes its tables where they are. SQLite cannot change a key: its tables are put aside,
made anew and filled from those.
"""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


@dataclass(frozen=True)
class _Keys:
    """What is unique in a table, and what it refers to, without the district."""

    primary: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    refers_to: tuple[str, str] | None = None
    """Another table, and the column that both have."""


_TABLES = {  # what is referred to comes first
    "chain": _Keys(("device_id", "epoch")),
    "event": _Keys(("event_id",)),
    "event_body": _Keys(("event_id",), refers_to=("event", "event_id")),
    "visit": _Keys(("visit_id",)),
    "screening": _Keys(("screening_id",), refers_to=("visit", "visit_id")),
    "decision": _Keys(("decision_id",)),
    "photo": _Keys(("sha256",)),
    "watchlist": _Keys(("list_id",), (("name",), ("edition",))),
    "watchlist_entry": _Keys(("edition", "entry_id")),
    "setting": _Keys(("name",)),
    "staff_pin": _Keys(("staff_id",)),
    "change": _Keys(("version",)),
    "feed": _Keys(("feed_id",)),
    "device": _Keys(("device_id",), (("token_hash",),)),
    "pairing_code": _Keys(("code_hash",)),
    "staff": _Keys(("staff_id",), (("name",),)),
    "staff_session": _Keys(("token_hash",), refers_to=("staff", "staff_id")),
    "list_import": _Keys(("lock_id",)),
    "watchlist_entry_history": _Keys(("change_id",)),
    "watchlist_entry_removal": _Keys(("list_id", "entry_id")),
    "custody_rule": _Keys(("list_id", "entry_id")),
    "clearance": _Keys(("clearance_id",)),
    "notice": _Keys(("notice_id",), (("about",),)),
    "recheck": _Keys(("recheck_id",)),
    "rescreen": _Keys(("list_id", "version")),
    "rescreen_due": _Keys(("visit_id",)),
}
_IN_FORCE = sa.text("NOT superseded")
_UNIQUE_INDEXES = {
    "uq_event_device_id_epoch_seq": ("event", ("device_id", "epoch", "seq"), None),
    "uq_decision_visit_id_in_force": ("decision", ("visit_id",), _IN_FORCE),
}
_INDEXES = {
    "ix_event_visit_id": ("event", ["visit_id"]),
    "ix_visit_state": ("visit", ["state"]),
    "ix_visit_started_at_visit_id": ("visit", ["started_at", "visit_id"]),
    "ix_visit_search_name": ("visit", ["search_name"]),
    "ix_visit_badge_token_hash": ("visit", ["badge_token_hash"]),
    "ix_visit_number_hash": ("visit", ["number_hash"]),
    "ix_screening_visit_id": ("screening", ["visit_id"]),
    "ix_decision_visit_id": ("decision", ["visit_id"]),
    "ix_staff_session_staff_id": ("staff_session", ["staff_id"]),
    "ix_watchlist_entry_history_list_id_entry_id": (
        "watchlist_entry_history",
        ["list_id", "entry_id"],
    ),
    "ix_watchlist_entry_history_list_id_list_version": (
        "watchlist_entry_history",
        ["list_id", "list_version"],
    ),
    "ix_screening_outcome_screened_at": ("screening", ["outcome", "screened_at"]),
    "ix_clearance_visitor_key": ("clearance", ["visitor_key"]),
    "ix_clearance_visit_id": ("clearance", ["visit_id"]),
    "ix_notice_at": ("notice", ["at"]),
    "ix_recheck_visit_id": ("recheck", ["visit_id"]),
}


def upgrade() -> None:
    district = _known_district() or uuid4()
    op.create_table(
        "district",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_district")),
    )
    table = sa.table("district", sa.column("district_id", sa.Uuid()))
    op.execute(sa.insert(table).values(district_id=district))
    _change(("district_id",), district)


def downgrade() -> None:
    _change((), None)
    op.drop_table("district")


def _known_district() -> UUID | None:
    """That of a hub which was set up already."""
    setting = sa.table("setting", sa.column("name"), sa.column("value"))
    text = op.get_bind().scalar(sa.select(setting.c.value).where(setting.c.name == "site"))
    return UUID(json.loads(text)["district_id"]) if text else None


def _change(lead: tuple[str, ...], district: UUID | None) -> None:
    """Let `lead`, nothing or the district's column, come first in every key."""
    for name, (table, *_) in (_UNIQUE_INDEXES | _INDEXES).items():
        op.drop_index(op.f(name), table)
    if op.get_bind().dialect.name == "postgresql":
        _change_in_place(lead, district)
    else:
        _make_anew(lead, district)
    for name, (table, columns, where) in _UNIQUE_INDEXES.items():
        op.create_index(
            op.f(name),
            table,
            [*lead, *columns],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
    for name, (table, plain) in _INDEXES.items():
        op.create_index(op.f(name), table, plain)


# ---- PostgreSQL ------------------------------------------------------------------------------


def _change_in_place(lead: tuple[str, ...], district: UUID | None) -> None:
    before = () if lead else ("district_id",)
    for table, keys in _TABLES.items():
        if keys.refers_to is not None:
            op.drop_constraint(_foreign_name(table, before, keys.refers_to), table)
    for table, keys in _TABLES.items():
        op.drop_constraint(op.f(f"pk_{table}"), table)
        for unique in keys.unique:
            op.drop_constraint(_unique_name(table, (*before, *unique)), table)
        if district is None:
            op.drop_column(table, "district_id")
        else:
            column = sa.Column(
                "district_id", sa.Uuid(), nullable=False, server_default=str(district)
            )
            op.add_column(table, column)
            op.alter_column(table, "district_id", server_default=None)
        op.create_primary_key(op.f(f"pk_{table}"), table, [*lead, *keys.primary])
        for unique in keys.unique:
            columns = (*lead, *unique)
            op.create_unique_constraint(_unique_name(table, columns), table, [*columns])
        if keys.refers_to is not None:
            other, column_name = keys.refers_to
            columns = (*lead, column_name)
            name = _foreign_name(table, lead, keys.refers_to)
            op.create_foreign_key(name, table, other, [*columns], [*columns])


# ---- SQLite ----------------------------------------------------------------------------------


def _make_anew(lead: tuple[str, ...], district: UUID | None) -> None:
    connection = op.get_bind()
    for table in _TABLES:
        op.rename_table(table, _aside(table))
    for table, keys in _TABLES.items():
        found = sa.Table(_aside(table), sa.MetaData(), autoload_with=connection)
        kept = [c for c in found.columns if c.name != "district_id"]
        made = op.create_table(
            table,
            *(sa.Column(name, sa.Uuid(), nullable=False) for name in lead),
            *(
                sa.Column(c.name, c.type, nullable=c.nullable, server_default=c.server_default)
                for c in kept
            ),
            *_constraints(table, lead, keys),
            **({"sqlite_with_rowid": False} if table == "watchlist_entry" else {}),
        )
        new: list[sa.ColumnElement[object]] = [sa.literal(district, sa.Uuid())] if lead else []
        op.execute(
            made.insert().from_select([*lead, *(c.name for c in kept)], sa.select(*new, *kept))
        )
    for table in reversed(_TABLES):
        op.drop_table(_aside(table))


def _aside(table: str) -> str:
    return f"{table}_before"


def _constraints(
    table: str, lead: tuple[str, ...], keys: _Keys
) -> list[sa.PrimaryKeyConstraint | sa.UniqueConstraint | sa.ForeignKeyConstraint]:
    found: list[sa.PrimaryKeyConstraint | sa.UniqueConstraint | sa.ForeignKeyConstraint] = [
        sa.PrimaryKeyConstraint(*lead, *keys.primary, name=op.f(f"pk_{table}"))
    ]
    for unique in keys.unique:
        columns = (*lead, *unique)
        found.append(sa.UniqueConstraint(*columns, name=_unique_name(table, columns)))
    if keys.refers_to is not None:
        other, column = keys.refers_to
        names = [*lead, column]
        found.append(
            sa.ForeignKeyConstraint(
                names,
                [f"{other}.{name}" for name in names],
                name=_foreign_name(table, lead, keys.refers_to),
            )
        )
    return found


def _unique_name(table: str, columns: tuple[str, ...]) -> str:
    return op.f(f"uq_{table}_{'_'.join(columns)}")


def _foreign_name(table: str, lead: tuple[str, ...], refers_to: tuple[str, str]) -> str:
    other, column = refers_to
    return op.f(f"fk_{table}_{'_'.join((*lead, column))}_{other}")
