"""Tables of what the hub finds out by itself, and of what it tells the office. Hub only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base, Json, Key, Name


class NoticeRow(Base):
    """Something the office should know; `about` lets nothing be told twice."""

    __tablename__ = "notice"
    notice_id: Mapped[Key]
    about: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    visit_id: Mapped[UUID | None]
    list_id: Mapped[UUID | None]
    read_at: Mapped[datetime | None]
    read_by: Mapped[Name]


class RecheckRow(Base):
    """A visit that was screened again and may be on a list now; `decision` is JSON."""

    __tablename__ = "recheck"
    recheck_id: Mapped[Key]
    visit_id: Mapped[UUID] = mapped_column(index=True)
    screened_at: Mapped[datetime]
    screening: Mapped[Json]
    verdict: Mapped[str | None] = mapped_column(String(24))
    decision: Mapped[str | None] = mapped_column(Text)


class RescreenRow(Base):
    """How far visits were compared with one version of a list, newest visits first."""

    __tablename__ = "rescreen"
    list_id: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    before_at: Mapped[datetime | None]
    """Visits that began before this one are still to be compared."""
    before_id: Mapped[UUID | None]
    compared: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class RescreenDueRow(Base):
    """A visit whose kiosk did not have the lists in force yet when it screened the visitor."""

    __tablename__ = "rescreen_due"
    visit_id: Mapped[Key]
