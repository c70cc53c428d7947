"""Tables that only a hub fills: its feed, the kiosks that were paired, and its staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
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
    SiteId,
)


class SiteRow(OfSite, Base):
    """A school of the district; a closed one stays, as its visits do."""

    __tablename__ = "site"
    site_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    name: Mapped[Name]
    time_zone: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class StaffSiteRow(InDistrict, Base):
    """One of the sites that a member of staff is limited to."""

    __tablename__ = "staff_site"
    staff_id: Mapped[Key]
    site_id: Mapped[DeviceId] = mapped_column(primary_key=True)


class ChangeRow(OfSiteOrDistrict, Base):
    """Something that kiosks must learn, in commit order."""

    __tablename__ = "change"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[Json]
    site_id: Mapped[SiteId]
    """Whose kiosks must learn it; empty for all."""


class FeedRow(InDistrict, Base):
    """The last version of the feed: its row lock puts versions in commit order."""

    __tablename__ = "feed"
    feed_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=0)


class DeviceRow(OfSite, Base):
    """A kiosk that was paired."""

    __tablename__ = "device"
    device_id: Mapped[DeviceId] = mapped_column(primary_key=True)
    name: Mapped[Name]
    epoch: Mapped[int] = mapped_column(default=1)
    paired_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    fork: Mapped[str | None] = mapped_column(Text)
    """What disagreed when its chain forked; such a kiosk must be paired again."""
    revoked_at: Mapped[datetime | None]
    """Since when its tokens open nothing; its log stays."""
    site_id: Mapped[SiteId]
    state: Mapped[str] = mapped_column(Text, default="", server_default="")
    """JSON of the `OwnState` that it said last; empty before it has said any."""
    state_at: Mapped[datetime | None]
    """When it said that, by the hub's clock."""


class DeviceTokenRow(InDistrict, Base):
    """What a kiosk got for proving its key; the token itself is only with the kiosk."""

    __tablename__ = "device_token"
    token_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    device_id: Mapped[DeviceId] = mapped_column(index=True)
    epoch: Mapped[int]
    """Of the pairing that it belongs to: with the next one it is over."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    is_of_pairing: Mapped[bool] = mapped_column(default=False)
    """Given by an older version at pairing: over once its kiosk has proved its key."""


class DeviceChallengeRow(InDistrict, Base):
    """What a kiosk has to sign to get a token; deleted when it is answered, well or badly."""

    __tablename__ = "device_challenge"
    nonce: Mapped[Hex256] = mapped_column(primary_key=True)
    device_id: Mapped[DeviceId] = mapped_column(index=True)
    made_at: Mapped[datetime]


class PairingCodeRow(InDistrict, Base):
    """A one-time code that lets one kiosk in."""

    __tablename__ = "pairing_code"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    """As it is: a kiosk's proof is checked with it, and it is gone after ten minutes."""
    expires_at: Mapped[datetime]
    tries_left: Mapped[int]
    used_at: Mapped[datetime | None]
    site_id: Mapped[SiteId]


class PairingRequestRow(OfSite, Base):
    """A kiosk that proved that it knows a code, until somebody accepted it and it is in."""

    __tablename__ = "pairing_request"
    request_id: Mapped[Key]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    short_string: Mapped[str] = mapped_column(String(16))
    device_id: Mapped[DeviceId]
    name: Mapped[Name]
    last_epoch: Mapped[int]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[Name]
    replaces: Mapped[str | None] = mapped_column(String(64))
    """Which kiosk ends when this one is let in."""
    leaves: Mapped[str | None] = mapped_column(String(64))
    """As which kiosk of another school it was paired before: that ends too."""
    site_id: Mapped[SiteId]


class StaffRow(InDistrict, Base):
    """Somebody who may sign in to the console."""

    __tablename__ = "staff"
    staff_id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(64))
    display_name: Mapped[Name]
    role: Mapped[str] = mapped_column(String(24))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """Who was removed stays, so that the log and the audit still name them."""
    totp_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Key of the second factor in base32; empty without one."""
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The last step whose code was used, so that none works twice."""
    must_choose: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the password is one that they were given, with which they choose their own."""
    seen_at: Mapped[datetime | None]
    """When they last used a sign-in, to the minute."""

    __table_args__ = (UniqueConstraint("district_id", "name"),)


class StaffSessionRow(InDistrict, Base):
    """A sign-in that has not ended; the token itself is only with the console."""

    __tablename__ = "staff_session"
    token_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When it last asked for something, to the minute; None since it was opened."""

    __table_args__ = (
        ForeignKeyConstraint(["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"]),
    )


class RecoveryCodeRow(InDistrict, Base):
    """Lets somebody in once who has lost the second factor; deleted when it is used."""

    __tablename__ = "recovery_code"
    code_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(index=True)


class StaffAccountRow(InDistrict, Base):
    """An account of the district's provider that signs in as a member of staff."""

    __tablename__ = "staff_account"
    account_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    """Of issuer and subject; a district has one provider."""
    staff_id: Mapped[UUID]
    linked_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("district_id", "staff_id"),)


class OidcSignInRow(InDistrict, Base):
    """A sign-in with the district's provider that is under way; deleted when it is finished."""

    __tablename__ = "oidc_sign_in"
    state_hash: Mapped[Hex256] = mapped_column(primary_key=True)
    ticket_hash: Mapped[Hex256]
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(64))
    port: Mapped[int]
    made_at: Mapped[datetime]


class AttemptRow(InDistrict, Base):
    """A try to get in, counted by all processes of the hub; `who` is hashed, since it names."""

    __tablename__ = "attempt"
    attempt_id: Mapped[Key]
    who: Mapped[Hex256] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(OfSite, Base):
    """What somebody did with records: added to and never changed. It names no visitor."""

    __tablename__ = "audit"
    audit_id: Mapped[Key]
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(64))
    deed: Mapped[str] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(String(16))
    about_id: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(200))
    site_id: Mapped[SiteId]
    """Who oversees this site sees it; empty: who oversees the district."""


class WebhookRow(InDistrict, Base):
    """An address that is told of events by HTTP."""

    __tablename__ = "webhook"
    webhook_id: Mapped[Key]
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    kinds: Mapped[Json]
    made_at: Mapped[datetime]
    next_leaf: Mapped[int] = mapped_column(BigInteger)
    """Events from this place on, in the hub's order of all, are still to be looked at."""
    last_place: Mapped[int] = mapped_column(BigInteger, default=0)
    due_at: Mapped[datetime]
    """Before this moment nothing is sent: it is being tried, or failed a little while ago."""
    tries: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    failed_seconds: Mapped[int] = mapped_column(default=0)
    """So long it was waited between tries since it last took a message, whatever a clock said."""
    problem: Mapped[str] = mapped_column(String(200), default="")
    heard_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    secret_before: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret that was renewed; signs too for a while."""
    renewed_at: Mapped[datetime | None]


class WebhookMessageRow(InDistrict, Base):
    """A message that has not arrived yet; deleted when it has."""

    __tablename__ = "webhook_message"
    webhook_id: Mapped[Key]
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[Json]
    refusals: Mapped[int] = mapped_column(default=0)
    refused: Mapped[str] = mapped_column(String(200), default="")
    """Why it stands aside and is sent no more; empty while it waits."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["district_id", "webhook_id"], ["webhook.district_id", "webhook.webhook_id"]
        ),
    )
