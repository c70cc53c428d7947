"""Tables that only a hub fills: its feed, the kiosks that were paired, and its staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base, DeviceId, Hex256, InDistrict, Json, Key, Name


class ChangeRow(InDistrict, Base):
    """Something that kiosks must learn, in commit order."""

    __tablename__ = "change"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[Json]


class FeedRow(InDistrict, Base):
    """The last version of the feed: its row lock puts versions in commit order."""

    __tablename__ = "feed"
    feed_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=0)


class DeviceRow(InDistrict, Base):
    """A kiosk that was paired."""

    __tablename__ = "device"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    name: Mapped[Name]
    token_hash: Mapped[Hex256]
    epoch: Mapped[int] = mapped_column(default=1)
    paired_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    fork: Mapped[str | None] = mapped_column(Text)
    """What disagreed when its chain forked; such a kiosk must be paired again."""

    __table_args__ = (UniqueConstraint("district_id", "token_hash"),)


class PairingCodeRow(InDistrict, Base):
    """A one-time code that lets one kiosk in."""

    __tablename__ = "pairing_code"
    code_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
    tries_left: Mapped[int]
    used_at: Mapped[datetime | None]


class StaffRow(InDistrict, Base):
    """Somebody who may sign in to the console."""

    __tablename__ = "staff"
    staff_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(64))
    display_name: Mapped[Name]
    role: Mapped[str] = mapped_column(String(24))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("district_id", "name"),)


class StaffSessionRow(InDistrict, Base):
    """A sign-in that has not ended; the token itself is only with the console."""

    __tablename__ = "staff_session"
    token_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"]),
    )
