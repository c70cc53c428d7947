"""Tables of kiosk and hub: one schema, so that both sides apply the same events the same way.

Rows stay inside `db`; what leaves a transaction is a value of `db.domain`.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import (
    Base,
    DeviceId,
    Hex256,
    InDistrict,
    Json,
    Key,
    Name,
    OfSite,
    OfSiteOrDistrict,
    OfVisit,
    SiteId,
)


class VisitRow(OfSite, Base):
    """A visit as its events left it."""

    __tablename__ = "visit"
    visit_id: Mapped[Key]
    number: Mapped[int]
    site_id: Mapped[str] = mapped_column(String(64))
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
        Index("ix_visit_state_started_at_visit_id", "state", "started_at", "visit_id"),
        Index("ix_visit_started_at_visit_id", "started_at", "visit_id"),
        Index("ix_visit_site_id_started_at_visit_id", "site_id", "started_at", "visit_id"),
        Index("ix_visit_photo", "photo"),
        Index("ix_visit_search_name", "search_name"),
        Index("ix_visit_badge_token_hash", "badge_token_hash"),
        Index("ix_visit_number_hash", "number_hash"),
    )


class ScreeningRow(OfVisit, Base):
    """One screening of a visit, whole, as staff saw it."""

    __tablename__ = "screening"
    screening_id: Mapped[Key]
    visit_id: Mapped[UUID] = mapped_column(index=True)
    screened_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    screening: Mapped[Json]

    __table_args__ = (
        ForeignKeyConstraint(["district_id", "visit_id"], ["visit.district_id", "visit.visit_id"]),
        Index("ix_screening_outcome_screened_at", "outcome", "screened_at"),
    )


class DecisionRow(OfVisit, Base):
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
            "district_id",
            "visit_id",
            unique=True,
            sqlite_where=text("NOT superseded"),
            postgresql_where=text("NOT superseded"),
        ),
    )


class PhotoRow(InDistrict, Base):
    """A photo's file, named by its hash; `sent_at` once the hub has it."""

    __tablename__ = "photo"
    sha256: Mapped[Hex256] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class WatchlistRow(OfSiteOrDistrict, Base):
    """A list in the version in force."""

    __tablename__ = "watchlist"
    list_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    imported_at: Mapped[datetime]
    entry_count: Mapped[int]
    max_age_days: Mapped[int | None]
    content_hash: Mapped[Hex256]
    edition: Mapped[int]
    """Which set of `WatchlistEntryRow` is in force."""
    site_id: Mapped[SiteId]
    """Whose list it is: one site's, or the district's, by which all sites screen."""

    __table_args__ = (
        UniqueConstraint("district_id", "site_id", "name"),
        UniqueConstraint("district_id", "edition"),
    )


class WatchlistEntryRow(InDistrict, Base):
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
    sought: Mapped[str] = mapped_column(Text, default="")
    """The words by which it is found: see `db.sought`."""

    __table_args__ = (
        Index(
            "ix_watchlist_entry_photo",
            "photo",
            sqlite_where=text("photo <> ''"),
            postgresql_where=text("photo <> ''"),
        ),
        {"sqlite_with_rowid": False},
    )


class SettingRow(InDistrict, Base):
    """One setting as JSON, by name: who this kiosk is, its cursor, hosts, the site."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Json]


class StaffPinRow(InDistrict, Base):
    """A PIN that works on the kiosk, as its argon2id hash."""

    __tablename__ = "staff_pin"
    staff_id: Mapped[Key]
    display_name: Mapped[Name]
    pin_hash: Mapped[str] = mapped_column(String(200))


class DistrictRow(Base):
    """A district whose rows are in this database."""

    __tablename__ = "district"
    district_id: Mapped[Key]
