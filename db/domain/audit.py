"""Who looked at what and who changed what, as it is told. Pure values: ids, no visitor's name.

The log says what happened to a visit; this says what staff did with the records of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Deed(StrEnum):
    """What was done."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    VISIT_VIEWED = "visit_viewed"
    PHOTO_VIEWED = "photo_viewed"
    HISTORY_VIEWED = "history_viewed"
    VISITS_SEARCHED = "visits_searched"
    VISITS_EXPORTED = "visits_exported"
    DECIDED = "decided"
    VISITOR_SIGNED_OUT = "visitor_signed_out"
    ENTRIES_VIEWED = "entries_viewed"
    ENTRY_VIEWED = "entry_viewed"
    ENTRY_ADDED = "entry_added"
    ENTRY_CHANGED = "entry_changed"
    ENTRY_REMOVED = "entry_removed"
    REMOVAL_ASKED = "removal_asked"
    CHANGE_ASKED = "change_asked"
    REMOVAL_TAKEN_BACK = "removal_taken_back"
    LIST_BEGUN = "list_begun"
    LIST_IMPORTED = "list_imported"
    IMPORT_STOPPED = "import_stopped"
    LIST_EXPORTED = "list_exported"
    LIST_SHARED = "list_shared"
    LIST_RULES_CHANGED = "list_rules_changed"
    CLEARANCES_VIEWED = "clearances_viewed"
    CLEARANCE_ENDED = "clearance_ended"
    POLICY_CHANGED = "policy_changed"
    HOSTS_CHANGED = "hosts_changed"
    SITE_OPENED = "site_opened"
    SITE_CHANGED = "site_changed"
    SITE_CLOSED = "site_closed"
    STAFF_ADDED = "staff_added"
    STAFF_REMOVED = "staff_removed"
    STAFF_RENAMED = "staff_renamed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of a deed
    ROLE_CHANGED = "role_changed"
    STAFF_SITES_CHANGED = "staff_sites_changed"
    PIN_CHANGED = "pin_changed"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    OIDC_CHANGED = "oidc_changed"
    PAIRING_CODE_MADE = "pairing_code_made"
    KIOSK_ACCEPTED = "kiosk_accepted"
    KIOSK_REJECTED = "kiosk_rejected"
    KIOSK_PAIRED = "kiosk_paired"
    KIOSK_REVOKED = "kiosk_revoked"
    EVENTS_TRIED_AGAIN = "events_tried_again"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_RESUMED = "webhook_resumed"
    WEBHOOK_RENEWED = "webhook_renewed"
    LOG_EXPORTED = "log_exported"
    HUB_RESTORED = "hub_restored"
    NUMBER_KEY_CHANGED = "number_key_changed"
    BACKUP_KEY_CHANGED = "backup_key_changed"
    SIGNING_KEY_CHANGED = "signing_key_changed"
    AUTHORITY_MADE = "authority_made"
    AUTHORITY_CHANGED = "authority_changed"
    AUDIT_EXPORTED = "audit_exported"


class About(StrEnum):
    """What a deed was done to; an id says which."""

    NOTHING = ""
    VISIT = "visit"
    PHOTO = "photo"
    LIST = "list"
    ENTRY = "entry"
    CLEARANCE = "clearance"
    KIOSK = "kiosk"
    STAFF = "staff"
    WEBHOOK = "webhook"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One deed."""

    audit_id: UUID
    at: datetime
    who: str
    """The display name of a member of staff, or where it was done without one."""
    deed: str
    """A `Deed`, or what a newer version wrote."""
    about: str
    about_id: str
    address: str
    """Network address that it came from; empty for what was done at the hub's own terminal."""
    detail: str
    """What more there is to say, without names: e.g. days of an export."""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The newest deeds first. `next_page` is opaque; None at the end."""

    as_of: datetime
    lines: tuple[AuditLine, ...]
    next_page: str | None = None
