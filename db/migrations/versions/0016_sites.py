"""A district has several sites: all that there is becomes the one site's.

Until now a hub served one school, which a setting named. That school is the first site.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OF_SITE = (
    "device", "pairing_code", "pairing_request", "watchlist", "notice", "audit", "change",
    "list_import",
)  # fmt: skip
_IS_PHOTO = sa.text("photo <> ''")
_SETTING = sa.table(
    "setting", sa.column("district_id", sa.Uuid()), sa.column("name"), sa.column("value")
)
_FEED = sa.table("feed", sa.column("district_id", sa.Uuid()))
_SITE = sa.table(
    "site",
    sa.column("district_id", sa.Uuid()),
    sa.column("site_id"),
    sa.column("name"),
    sa.column("time_zone"),
    sa.column("opened_at", sa.DateTime(timezone=True)),
    sa.column("closed_at", sa.DateTime(timezone=True)),
)
_STAFF_SITE = sa.table(
    "staff_site",
    sa.column("district_id", sa.Uuid()),
    sa.column("staff_id", sa.Uuid()),
    sa.column("site_id"),
)
_STAFF = sa.table(
    "staff",
    sa.column("district_id", sa.Uuid()),
    sa.column("staff_id", sa.Uuid()),
    sa.column("role"),
)


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "site_id", name=op.f("pk_site")),
    )
    op.create_table(
        "staff_site",
        sa.Column("district_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "staff_id", "site_id", name=op.f("pk_staff_site")),
    )
    for table in _OF_SITE:
        site_id = sa.Column("site_id", sa.String(length=64), nullable=False, server_default="")
        op.add_column(table, site_id)
    _name_lists_by(("district_id", "name"), ("district_id", "site_id", "name"))
    op.create_index(
        op.f("ix_visit_site_id_started_at_visit_id"), "visit", ["site_id", "started_at", "visit_id"]
    )
    op.create_index(op.f("ix_visit_photo"), "visit", ["photo"])
    op.create_index(
        op.f("ix_watchlist_entry_photo"),
        "watchlist_entry",
        ["photo"],
        sqlite_where=_IS_PHOTO,
        postgresql_where=_IS_PHOTO,
    )
    for district_id, text in _schools():
        _make_first_site(district_id, json.loads(text))


def downgrade() -> None:
    connection = op.get_bind()
    sites = connection.execute(sa.select(_SITE).order_by(_SITE.c.opened_at)).all()
    if len({site.district_id for site in sites}) != len(sites):
        raise NotImplementedError("an older version cannot hold several sites")
    for site in sites:
        _name_school(site)
    op.drop_index(op.f("ix_watchlist_entry_photo"), "watchlist_entry")
    op.drop_index(op.f("ix_visit_photo"), "visit")
    op.drop_index(op.f("ix_visit_site_id_started_at_visit_id"), "visit")
    _name_lists_by(("district_id", "site_id", "name"), ("district_id", "name"))
    for table in _OF_SITE:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("site_id")
    op.drop_table("staff_site")
    op.drop_table("site")


def _name_lists_by(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("watchlist") as batch:
        batch.drop_constraint(op.f(f"uq_watchlist_{'_'.join(before)}"), type_="unique")
        batch.create_unique_constraint(op.f(f"uq_watchlist_{'_'.join(after)}"), [*after])


def _schools() -> list[tuple[UUID, str]]:
    """Districts and their schools, of hubs only: a kiosk knows its school too, and has no feed."""
    found = op.get_bind().execute(
        sa.select(_SETTING.c.district_id, _SETTING.c.value).where(
            _SETTING.c.name == "site",
            sa.exists().where(_FEED.c.district_id == _SETTING.c.district_id),
        )
    )
    return [(district_id, text) for district_id, text in found]


def _make_first_site(district_id: UUID, school: dict[str, str]) -> None:
    site_id = school["site_id"]
    op.execute(
        sa.insert(_SITE).values(
            district_id=district_id,
            site_id=site_id,
            name=school["name"],
            time_zone=school["time_zone"],
            opened_at=datetime.now(UTC),
            closed_at=None,
        )
    )
    visits = sa.table("visit", sa.column("district_id", sa.Uuid()), sa.column("site_id"))
    of_unpaired = (visits.c.district_id == district_id) & (visits.c.site_id == "")
    op.execute(sa.update(visits).where(of_unpaired).values(site_id=site_id))
    for table in _OF_SITE:
        rows = sa.table(table, sa.column("district_id", sa.Uuid()), sa.column("site_id"))
        ours = sa.update(rows).where(rows.c.district_id == district_id)
        op.execute(ours.values(site_id=site_id))
    limited = sa.select(_STAFF.c.district_id, _STAFF.c.staff_id, sa.literal(site_id)).where(
        _STAFF.c.district_id == district_id, _STAFF.c.role.in_(("front_desk", "administrator"))
    )
    op.execute(sa.insert(_STAFF_SITE).from_select(["district_id", "staff_id", "site_id"], limited))
    is_of_district = _SETTING.c.district_id == district_id
    op.execute(sa.delete(_SETTING).where(is_of_district, _SETTING.c.name == "site"))
    _write(district_id, "district_name", school["district_name"])
    # Kiosks say in their events what they were told at pairing, which is not the rows' own id.
    _write(district_id, "district_id", school["district_id"])
    op.execute(
        sa.update(_SETTING)
        .where(is_of_district, _SETTING.c.name == "hosts")
        .values(name=f"hosts {site_id}")
    )
    _name_columns_by(district_id, lambda name: f"{site_id} {name}")


def _name_columns_by(district_id: UUID, called: Callable[[str], str]) -> None:
    """What columns a list's files have is remembered by the list's name and site."""
    is_meant = (_SETTING.c.district_id == district_id) & (_SETTING.c.name == "lists.columns")
    text = op.get_bind().scalar(sa.select(_SETTING.c.value).where(is_meant))
    if text is not None:
        renamed = {called(name): columns for name, columns in json.loads(text).items()}
        op.execute(sa.delete(_SETTING).where(is_meant))
        _write(district_id, "lists.columns", renamed)


def _name_school(site: sa.Row[tuple[object, ...]]) -> None:
    is_of_district = _SETTING.c.district_id == site.district_id
    kept = {
        name: json.loads(text)
        for name, text in op.get_bind().execute(
            sa.select(_SETTING.c.name, _SETTING.c.value).where(
                is_of_district, _SETTING.c.name.in_(("district_id", "district_name"))
            )
        )
    }
    school = {
        "district_id": kept.get("district_id", str(site.district_id)),
        "district_name": kept.get("district_name", ""),
        "site_id": site.site_id,
        "name": site.name,
        "time_zone": site.time_zone,
    }
    is_kept = _SETTING.c.name.in_(("district_id", "district_name"))
    op.execute(sa.delete(_SETTING).where(is_of_district, is_kept))
    _write(site.district_id, "site", school)
    op.execute(
        sa.update(_SETTING)
        .where(is_of_district, _SETTING.c.name == f"hosts {site.site_id}")
        .values(name="hosts")
    )
    _name_columns_by(site.district_id, lambda name: name.removeprefix(f"{site.site_id} "))


def _write(district_id: UUID, name: str, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    op.execute(sa.insert(_SETTING).values(district_id=district_id, name=name, value=text))
