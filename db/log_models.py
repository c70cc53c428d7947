"""Tables of the log: chains, their events, and the personal facts apart from them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base, DeviceId, InDistrict, Key


class ChainRow(InDistrict, Base):
    """How far one device's chain of events has come: its own on a kiosk, all on the hub."""

    __tablename__ = "chain"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    head_seq: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[bytes]
    acked_seq: Mapped[int] = mapped_column(default=0)
    """On a kiosk: the last event that the hub has confirmed."""


class EventRow(InDistrict, Base):
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
    leaf_index: Mapped[int | None] = mapped_column(BigInteger)
    """Its place in the order of all events that the hub took in; None on a kiosk."""
    line: Mapped[bytes]
    hash: Mapped[bytes]
    parked: Mapped[str | None] = mapped_column(Text)
    """Why the hub could not apply it; it is kept and shown, never dropped."""

    __table_args__ = (
        Index(
            "uq_event_device_id_epoch_seq", "district_id", "device_id", "epoch", "seq", unique=True
        ),
        Index("uq_event_leaf_index", "district_id", "leaf_index", unique=True),
        Index("ix_event_visit_id", "visit_id"),
        Index(
            "ix_event_parked",
            "device_id",
            "received_at",
            sqlite_where=text("parked IS NOT NULL"),
            postgresql_where=text("parked IS NOT NULL"),
        ),
    )


class EventBodyRow(InDistrict, Base):
    """An event's personal facts, apart from its line, so that retention can erase them.

    On a kiosk only those that the hub has confirmed (`ChainRow.acked_seq`): the others are still to
    be sent.
    """

    __tablename__ = "event_body"
    event_id: Mapped[Key]
    salt: Mapped[bytes]
    body: Mapped[bytes]

    __table_args__ = (
        ForeignKeyConstraint(["district_id", "event_id"], ["event.district_id", "event.event_id"]),
    )


class SignedHeadRow(InDistrict, Base):
    """The head of a batch, as the kiosk signed it and the hub kept it: see `db.signing`."""

    __tablename__ = "signed_head"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]
    signature: Mapped[bytes]


class DeviceKeyRow(InDistrict, Base):
    """The public key that signs one epoch of a device's chain. It stays when the kiosk goes."""

    __tablename__ = "device_key"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]


class TreeRow(InDistrict, Base):
    """The hub's Merkle tree over all events: one row, whose lock gives leaves their order."""

    __tablename__ = "tree"
    tree_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    roots: Mapped[bytes]
    """Those of `db.merkle.Frontier`, 32 bytes each."""


class TreeNodeRow(InDistrict, Base):
    """A complete subtree of 256, 65,536, ... leaves: the others are computed from these."""

    __tablename__ = "tree_node"
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class AppliedRow(InDistrict, Base):
    """How far the hub has applied its log to the visits: one row, locked by who applies."""

    __tablename__ = "applied"
    applied_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    upto: Mapped[int] = mapped_column(BigInteger)
    """Every event with a smaller `EventRow.leaf_index` was applied, or is parked."""


class AppliedAheadRow(InDistrict, Base):
    """An event behind `AppliedRow.upto` that was applied before its turn: see `db.applying`."""

    __tablename__ = "applied_ahead"
    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
