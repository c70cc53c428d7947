"""Tables of kiosk and hub: one schema, so that both sides apply the same events the same way.

Rows stay inside `db`; what leaves a transaction is a value of `db.domain`.
"""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
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


# ---- the log ---------------------------------------------------------------------------------


class ChainRow(Base):
    """How far one device's chain of events has come: its own on a kiosk, all on the hub."""

    __tablename__ = "chain"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    head_seq: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[bytes]
    acked_seq: Mapped[int] = mapped_column(default=0)
    """On a kiosk: the last event that the hub has confirmed."""


class EventRow(Base):
    """One event as its exact line; `hash` chains it to the one before."""

    __tablename__ = "event"
    event_id: Mapped[Key]
    device_id: Mapped[DeviceId]
    epoch: Mapped[int]
    seq: Mapped[int]
    event_type: Mapped[str] = mapped_column(String(64))
    visit_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    """When the hub stored it; None on the device that made it."""
    line: Mapped[bytes]
    hash: Mapped[bytes]
    parked: Mapped[str | None] = mapped_column(Text)
    """Why the hub could not apply it; it is kept and shown, never dropped."""

    __table_args__ = (
        Index("uq_event_device_id_epoch_seq", "device_id", "epoch", "seq", unique=True),
        Index("ix_event_visit_id", "visit_id"),
    )


class EventBodyRow(Base):
    """An event's personal facts, apart from its line, so that retention can erase them.

    On a kiosk only those that the hub has confirmed (`ChainRow.acked_seq`): the others are still to
    be sent.
    """

    __tablename__ = "event_body"
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.event_id"), primary_key=True)
    salt: Mapped[bytes]
    body: Mapped[bytes]


# ---- visits ----------------------------------------------------------------------------------


class VisitRow(Base):
    """A visit as its events left it."""

    __tablename__ = "visit"
    visit_id: Mapped[Key]
    number: Mapped[int]
    site_id: Mapped[DeviceId]
    kiosk_id: Mapped[DeviceId]
    state: Mapped[str] = mapped_column(String(16))
    given_name: Mapped[Name]
    middle_name: Mapped[Name]
    family_name: Mapped[Name]
    suffix: Mapped[str] = mapped_column(String(40), default="")
    search_name: Mapped[str] = mapped_column(String(420), default="")
    """``family given middle`` as `db.screening.names.letters` folds them, for search."""
    birth_date: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(16))
    document: Mapped[str | None] = mapped_column(Text)
    number_hash: Mapped[Hex256] = mapped_column(default="")
    visitor_key: Mapped[Hex256] = mapped_column(default="", server_default="")
    """Who this is for clearances: see `db.clearances.visitor_key`."""
    started_at: Mapped[datetime]
    visitor_type: Mapped[str | None] = mapped_column(String(16))
    details: Mapped[str | None] = mapped_column(Text)
    with_escort: Mapped[bool] = mapped_column(default=False)
    photo: Mapped[Hex256] = mapped_column(default="")
    badge_token_hash: Mapped[Hex256] = mapped_column(default="")
    badge_code: Mapped[str] = mapped_column(String(16), default="")
    valid_until: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    checked_out_by: Mapped[str | None] = mapped_column(String(16))
    sticker: Mapped[str] = mapped_column(String(16), default="")

    __table_args__ = (
        Index("ix_visit_state", "state"),
        Index("ix_visit_started_at_visit_id", "started_at", "visit_id"),
        Index("ix_visit_search_name", "search_name"),
        Index("ix_visit_badge_token_hash", "badge_token_hash"),
        Index("ix_visit_number_hash", "number_hash"),
    )


class ScreeningRow(Base):
    """One screening of a visit, whole, as staff saw it."""

    __tablename__ = "screening"
    screening_id: Mapped[Key]
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.visit_id"), index=True)
    screened_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    screening: Mapped[Json]

    __table_args__ = (Index("ix_screening_outcome_screened_at", "outcome", "screened_at"),)


class DecisionRow(Base):
    """A verdict. The first one on a hold is in force, later ones are kept as superseded."""

    __tablename__ = "decision"
    decision_id: Mapped[Key]
    visit_id: Mapped[UUID] = mapped_column(index=True)
    verdict: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[Name]
    decided_at: Mapped[datetime]
    where: Mapped[str] = mapped_column("decided_where", String(16))
    superseded: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "uq_decision_visit_id_in_force",
            "visit_id",
            unique=True,
            sqlite_where=text("NOT superseded"),
            postgresql_where=text("NOT superseded"),
        ),
    )


class PhotoRow(Base):
    """A photo's file, named by its hash; `sent_at` once the hub has it."""

    __tablename__ = "photo"
    sha256: Mapped[Hex256] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


# ---- lists and settings ----------------------------------------------------------------------


class WatchlistRow(Base):
    """A list in the version in force."""

    __tablename__ = "watchlist"
    list_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200), unique=True)
    category: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    imported_at: Mapped[datetime]
    entry_count: Mapped[int]
    max_age_days: Mapped[int | None]
    content_hash: Mapped[Hex256]
    edition: Mapped[int] = mapped_column(unique=True)
    """Which set of `WatchlistEntryRow` is in force."""


class WatchlistEntryRow(Base):
    """One person of one edition of a list; `aliases` is JSON.

    An edition that no list names is one that is still coming in, or was left by who was stopped.
    """

    __tablename__ = "watchlist_entry"
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[Key]
    given_name: Mapped[Name]
    middle_name: Mapped[Name]
    family_name: Mapped[Name]
    suffix: Mapped[str] = mapped_column(String(40), default="")
    born: Mapped[str | None] = mapped_column(String(10))
    """A `PartialDate` as text."""
    sex: Mapped[str] = mapped_column(String(16))
    aliases: Mapped[str | None] = mapped_column(Text)
    jurisdiction: Mapped[str] = mapped_column(String(40), default="")
    number_hash: Mapped[Hex256] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    instructions: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    photo: Mapped[Hex256] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    digest: Mapped[bytes]
    """SHA-256 of what the entry says: see `db.list_rows.digest_of`."""

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy reads it as is


class SettingRow(Base):
    """One setting as JSON, by name: who this kiosk is, its cursor, hosts, the site."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Json]


class StaffPinRow(Base):
    """A PIN that works on the kiosk, as its argon2id hash."""

    __tablename__ = "staff_pin"
    staff_id: Mapped[Key]
    display_name: Mapped[Name]
    pin_hash: Mapped[str] = mapped_column(String(200))


# ---- hub only --------------------------------------------------------------------------------


class ChangeRow(Base):
    """Something that kiosks must learn, in commit order."""

    __tablename__ = "change"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[Json]


class FeedRow(Base):
    """The last version of the feed: its row lock puts versions in commit order."""

    __tablename__ = "feed"
    feed_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=0)


class DeviceRow(Base):
    """A kiosk that was paired."""

    __tablename__ = "device"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    name: Mapped[Name]
    token_hash: Mapped[Hex256] = mapped_column(unique=True)
    epoch: Mapped[int] = mapped_column(default=1)
    paired_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    fork: Mapped[str | None] = mapped_column(Text)
    """What disagreed when its chain forked; such a kiosk must be paired again."""


class PairingCodeRow(Base):
    """A one-time code that lets one kiosk in."""

    __tablename__ = "pairing_code"
    code_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
    tries_left: Mapped[int]
    used_at: Mapped[datetime | None]


class StaffRow(Base):
    """Somebody who may sign in to the console."""

    __tablename__ = "staff"
    staff_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[Name]
    role: Mapped[str] = mapped_column(String(24))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class StaffSessionRow(Base):
    """A sign-in that has not ended; the token itself is only with the console."""

    __tablename__ = "staff_session"
    token_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
