"""What tables are made of: the base class, the kinds of columns, and the district of every row."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, MetaData, String, Text, TypeDecorator
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. SQLite forgets time zones: refuse naive values, always return UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Key = Annotated[UUID, mapped_column(primary_key=True)]
DeviceId = Annotated[str, mapped_column(String(64))]
Hex256 = Annotated[str, mapped_column(String(64))]
"""A SHA-256 in hex."""
SiteId = Annotated[str, mapped_column(String(64), default="", server_default="")]
"""A site of the district; empty for the whole district."""
Name = Annotated[str, mapped_column(String(200), default="")]
Json = Annotated[str, mapped_column(Text)]
"""A value of `db.domain` as `db.codec` writes it."""


class Base(DeclarativeBase):
    """Names every constraint, since a migration can only drop what has a name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime}  # noqa: RUF012  SQLAlchemy reads it as is


LARGEST_INTEGER = 2**31 - 1
"""What an `INTEGER` column holds (PostgreSQL): no larger number may be asked for."""
DISTRICT_OPTION = "district_id"
"""The execution option of an engine that says whose rows it reads and writes."""


def _of_engine(context: DefaultExecutionContext) -> Any:
    return context.execution_options[DISTRICT_OPTION]


class InDistrict:
    """A row of one district, whose id leads its primary key and every unique key.

    So a cluster can spread the tables by district (Citus distributes by one column, which every
    unique key must hold), and no two districts ever meet in a query: `db.districts` sees to it.
    """

    district_id: Mapped[UUID] = mapped_column(primary_key=True, default=_of_engine, sort_order=-1)


class OfSite(InDistrict):
    """A row of one site: who is limited to other sites never meets it (`db.scopes`)."""

    site_id: Mapped[str] = mapped_column(String(64), default="", server_default="")


class OfSiteOrDistrict(InDistrict):
    """A row of one site, or of the district, whose rows concern all sites."""

    site_id: Mapped[str] = mapped_column(String(64), default="", server_default="")


class OfVisit(InDistrict):
    """A row that belongs to a visit, and so to the visit's site."""

    visit_id: Mapped[UUID] = mapped_column()


class OfList(InDistrict):
    """A row that belongs to a list, and is seen by who sees the list."""

    list_id: Mapped[UUID] = mapped_column()
