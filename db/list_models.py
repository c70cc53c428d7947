"""The hub's tables behind a list: the import under way, and who changed which entry by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base, InDistrict, Json, Key, Name, OfList, SiteId


class ListImportRow(InDistrict, Base):
    """The one import of a list that is under way; whoever holds it renews it again and again.

    And beside it the previews (`db.list_previews`).
    """

    __tablename__ = "list_import"
    lock_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    import_id: Mapped[UUID]
    list_name: Mapped[Name]
    edition: Mapped[int]
    started_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    phase: Mapped[str] = mapped_column(String(16))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    site_id: Mapped[SiteId]
    """Of the list."""


class EntryHistoryRow(OfList, Base):
    """Who changed an entry, when and how; `fields` is JSON of (field, before, after)."""

    __tablename__ = "watchlist_entry_history"
    change_id: Mapped[Key]
    list_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    what: Mapped[str] = mapped_column(String(24))
    entry_version: Mapped[int]
    list_version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[Name]
    fields: Mapped[Json]
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_watchlist_entry_history_list_id_entry_id", "list_id", "entry_id"),
        Index("ix_watchlist_entry_history_list_id_list_version", "list_id", "list_version"),
    )


class EntryRemovalRow(OfList, Base):
    """Somebody asked that an entry be removed, or changed so that it holds fewer people.

    Another person has yet to confirm it. `draft` is JSON of the `EntryDraft` that is asked for,
    empty for a removal.
    """

    __tablename__ = "watchlist_entry_removal"
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[Key]
    asked_by: Mapped[UUID]
    asked_by_name: Mapped[Name]
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    draft: Mapped[str] = mapped_column(Text, default="", server_default="")


class CustodyRuleRow(OfList, Base):
    """What a custody order says beside the name; `rule` is JSON of a `CustodyRule`."""

    __tablename__ = "custody_rule"
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[Key]
    rule: Mapped[Json]
