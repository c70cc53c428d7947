"""Values for the examples in the hub's description of itself: an invented school and its people."""

from types import MappingProxyType

HASH = "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de"
TEXTS = MappingProxyType(
    {
        # People, none of whom there is.
        "given": "Daniel",
        "middle": "",
        "family": "Quillfeather",
        "by": "Dana Whitlock",
        "changed_by": "Dana Whitlock",
        "decided_by": "Dana Whitlock",
        "display_name": "Dana Whitlock",
        "ended_by": "",
        "read_by": "",
        "who": "Dana Whitlock",
        "reason": "The photo shows another person",
        "instructions": "Call the principal",
        "note": "Order of the county court",
        "reference": "2026-0413",
        "jurisdiction": "IL",
        "denial_words": "Tell the principal. Do not say why.",
        "BadRow.name": "Quillfeather, Daniel",
        "BadRow.why": "There is no such day: 1984-02-30",
        "ClearanceLine.entry_name": "Daniel Quillfeather",
        "ClearanceLine.visitor_name": "Daniel Quillfeather",
        "EntryChange.birth_date": "1984-03-07",
        "EntryChange.name": "Quillfeather, Daniel",
        "EntryChange.what": "birth date",
        "FirstStaff.name": "dwhitlock",
        "Happening.destination": "Mr. Okafor, room 12",
        "Happening.name": "Daniel Quillfeather",
        "Happening.visitor_type": "parent",
        "Happening.what": "checked_in",
        "SignInRequest.name": "dwhitlock",
        "StaffMember.name": "dwhitlock",
        # The school and its computers.
        "address": "10.0.0.7",
        "district_name": "Marlow Unified",
        "site_name": "Lincoln Elementary School",
        "time_zone": "America/Chicago",
        "kiosk_id": "019378a0-0000-7000-8000-00000000a5c5",
        "kiosk_name": "Front kiosk",
        "list_name": "Custody orders",
        "code": "7305-4829-1376",
        "password": "invented pass phrase",
        "short_string": "482 913",
        "status": "ok",
        "token": "Zm9yLW5vYm9keS1pbnZlbnRlZA",
        "version": "1.0.0",
        "hub_version": "1.0.0",
        "AuditLine.about": "visit",
        "AuditLine.about_id": "019378a0-0000-7000-8000-00000000f407",
        "AuditLine.deed": "visit_viewed",
        "AuditLine.detail": "",
        "FirstStaff.code": "QD7K-2MZX-9RTA-E4LP",
        "ImportPreview.columns": "LNAME",
        "ImportProgress.phase": "reading",
        "KeptFacts.how_long": "365 days from the sign-in; then blanked",
        "KeptFacts.protection": "encrypted database",
        "KeptFacts.what": "Who decided on a visitor, and why",
        "KeptFacts.where": "kiosk and hub",
        "KeptFacts.who_sees": "all staff, of a visit that they look at",
        "Kiosk.fork": "event 812 differs",
        "Kiosk.name": "Front kiosk",
        "KioskList.name": "Custody orders",
        "ParkedEvents.to_do": "Update the hub: it applies them by itself when it starts.",
        "ParkedEvents.why": "its facts cannot be read by this version",
        "ListFigures.name": "Custody orders",
        "ListGap.name": "Custody orders",
        "ListStart.name": "Custody orders",
        "ListVersion.name": "Custody orders",
        "LogLine.event_type": "visit.checked_in",
        "LogLine.words": "Signed in",
        "Notice.text": "Somebody was not admitted at the front kiosk.",
        "OwnAuthority.ca": "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n",
        "PairingRequest.name": "Front kiosk",
        "PairingRequest.replaces": "019378a0-0000-7000-8000-00000000f407",
        "Readiness.schema": "0020",
        "Screening.engine_version": "1",
        "SignInRequest.code": "",
        "SignInRequest.device": "",
        "FinishRequest.code": "SplxlOBeZQQYbYS6WxSbIA",
        "Offered.name": "Marlow account",
        "Started.address": "https://login.marlow.example/authorize?response_type=code",
        "state": "af0ifjsldkj",
        "subject": "248289761001",
        "ticket": "Zm9yLW5vYm9keS1pbnZlbnRlZA",
        "KnownSite.name": "Lincoln Elementary School",
        "Site.name": "Lincoln Elementary School",
        "SiteDraft.name": "Lincoln Elementary School",
        "Watchlist.name": "Custody orders",
        "WireChange.kind": "policy",
        "WireEvent.body": '{"badge_code":"47K-29F"}',
        "WireEvent.line": '{"v":1,"type":"visit.checked_in","seq":1}',
        "SignedChange.log_id": "019378a0-0000-7000-8000-00000000f407",
        "WireTreeHead.log_id": "019378a0-0000-7000-8000-00000000f407",
        "district_id": "019378a0-0000-7000-8000-00000000d157",
        "site_id": "019378a0-0000-7000-8000-0000000051fe",
        # Bytes in hex.
        "Clearance.entry_mark": HASH,
        "Clearance.visitor_key": HASH,
        "Challenge.nonce": HASH,
        "TokenRequest.nonce": HASH,
        "Paired.number_key": HASH,
        "PhotoTaken.photo": HASH,
        "Proof.hashes": HASH,
        "WireChange.mark": HASH,
        "content_hash": HASH,
        "hash": HASH,
        "hub_key": HASH,
        "old_key": HASH,
        "new_key": HASH,
        "nonce": HASH[:32],
        "photo": "",
        "proof": HASH,
        "public_key": HASH,
        "root": HASH,
        "salt": HASH[:32],
        "signature": HASH * 2,
        # What is no JSON.
        ".": "(text)",
        # Refusals.
        "title": "Conflict",
        "detail": "Somebody changed this entry since you opened it. Nothing of yours was saved.",
    }
)
"""By the name of the field, or ``Type.field`` where it is another thing there."""
FORMATS = MappingProxyType(
    {
        "uuid": "019378a0-0000-7000-8000-00000000f407",
        "date-time": "2026-11-23T15:00:00Z",
        "date": "2026-11-23",
    }
)


def is_known(owner: str, name: str) -> bool:
    return name in TEXTS or f"{owner}.{name}" in TEXTS


def text(owner: str, name: str) -> str:
    """What stands for a text. Raises KeyError for a field that has nothing here yet."""
    there = f"{owner}.{name}"
    if there not in TEXTS and name not in TEXTS:
        raise KeyError(f"write an example for {there} into {__name__}")
    return TEXTS[there] if there in TEXTS else TEXTS[name]
