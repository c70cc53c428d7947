"""Tables beside the visits: clearances, and at the hub what it finds out later and tells."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import (
    Base,
    Hex256,
    Json,
    Key,
    Name,
    OfList,
    OfSiteOrDistrict,
    OfVisit,
    SiteId,
)


class ClearanceRow(OfList, Base):
    """A pair that staff cleared: this visitor is not the person of this version of an entry."""

    __tablename__ = "clearance"
    clearance_id: Mapped[Key]
    visitor_key: Mapped[Hex256] = mapped_column(index=True)
    visit_id: Mapped[UUID] = mapped_column(index=True)
    list_id: Mapped[UUID]
    list_name: Mapped[Name]
    entry_id: Mapped[UUID]
    entry_version: Mapped[int]
    entry_mark: Mapped[Hex256]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[Name]
    decided_at: Mapped[datetime]
    expires_on: Mapped[date]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[Name]
    site_id: Mapped[SiteId]


class NoticeRow(OfSiteOrDistrict, Base):
    """Something the office should know; `about` lets nothing be told twice."""

    __tablename__ = "notice"
    notice_id: Mapped[Key]
    about: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    visit_id: Mapped[UUID | None]
    list_id: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
    read_by: Mapped[Name]
    site_id: Mapped[SiteId]

    __table_args__ = (UniqueConstraint("district_id", "about"),)


class RecheckRow(OfVisit, Base):
    """A visit that was screened again and may be on a list now; `decision` is JSON."""

    __tablename__ = "recheck"
    recheck_id: Mapped[Key]
    visit_id: Mapped[UUID] = mapped_column(index=True)
    screened_at: Mapped[datetime]
    screening: Mapped[Json]
    verdict: Mapped[str | None] = mapped_column(String(24))
    decision: Mapped[str | None] = mapped_column(Text)


class RescreenRow(OfList, Base):
    """How far visits were compared with one version of a list, newest visits first."""

    __tablename__ = "rescreen"
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    before_at: Mapped[datetime | None]
    """Visits that began before this one are still to be compared."""
    before_id: Mapped[UUID | None]
    compared: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class RescreenDueRow(OfVisit, Base):
    """A visit whose kiosk did not have the lists in force yet when it screened the visitor."""

    __tablename__ = "rescreen_due"
    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
