"""The hub's description of itself (OpenAPI 3.1): what each operation takes and answers.

Requests and answers are our own values, which FastAPI does not know: their schemas are made here
from the same types that the codec reads and writes. A test holds that no operation is left out.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from admin_console.hub import (
    entry_routes,
    event_routes,
    feed_routes,
    oidc_routes,
    own_routes,
    pairing_routes,
    report_routes,
    session_routes,
    setting_up,
    staff_routes,
    token_routes,
)
from admin_console.hub.answers import JPEG, JSON, NDJSON, PROBLEM
from admin_console.hub.context import asking_kiosk, asking_staff
from admin_console.hub.list_desk import ListSettings, ListStart
from admin_console.hub.metrics import TEXT
from admin_console.hub.schemas import Schemas
from db.domain.audit import AuditPage
from db.domain.clearance import Clearance, Clearances
from db.domain.decision import Decision
from db.domain.desk import (
    Desk,
    ImportPreview,
    ImportProgress,
    Lists,
    OnSite,
    SignedIn,
    VisitPage,
    VisitStory,
)
from db.domain.entry_history import EntryDeeds, EntryDraft, EntryFile, EntryPage
from db.domain.figures import ScreeningFigures
from db.domain.inventory import Inventory
from db.domain.kiosks import Kiosks, PairingCode, PairingRequest, RevokedKiosk, TriedAgain
from db.domain.notice import Notice, Notices
from db.domain.policy import DeskPolicy
from db.domain.sites import KnownSite, SiteDraft, Sites
from db.domain.staffing import (
    FactorStanding,
    FactorStart,
    FirstPassword,
    KnownStaff,
    NewPin,
    RecoveryCodes,
    StaffAdded,
    StaffDraft,
    StaffPage,
    StaffStart,
)
from db.domain.visit import Visit
from db.domain.watchlist import Watchlist, WatchlistEntry
from db.domain.webhook import KINDS

CSV = "text/csv"
FILE = "application/octet-stream"
_SCHEMES = {
    asking_kiosk: ("kiosk", "A token that a kiosk got for its key: `/v1/token`."),
    asking_staff: ("staff", "The token of a sign-in."),
}
_TAGGED = {
    "ETag": {
        "description": "Another one when the answer is another one (RFC 9110, 8.8.3).",
        "required": True,
        "schema": {"type": "string", "pattern": '^(W/)?"[0-9a-f]+"$'},
    }
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "Tags of answers that are known: with one of them 304 comes, without a body.",
    "schema": {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class Health:
    status: str
    version: str


@dataclass(frozen=True, slots=True)
class Readiness:
    status: str
    version: str
    schema: str


@dataclass(frozen=True, slots=True)
class Problem:
    """RFC 9457. `detail` may be shown to a person as it is."""

    title: str
    status: int
    detail: str
    expected_seq: int | None = None
    """With 409 for a batch: send from there on."""
    is_fork: bool | None = None
    """With 422 for a batch: the kiosk's log has forked."""
    needs_code: bool | None = None
    """With 401 at sign-in: the second factor's code is missing."""
    needs_password: bool | None = None
    """With 401 at sign-in: the password is a first one, and an own one is missing."""
    subject: str | None = None
    """With 403 at a sign-in by the district's account that nobody linked: the account."""
    decision: Decision | None = None
    """With 409 for a decision: the one that was first."""


@dataclass(frozen=True, slots=True)
class Says:
    """What an operation answers and takes: types of ours, or `str` and `bytes` for other media."""

    answer: object = None
    takes: object = None
    media: str = JSON
    """Of the answer."""
    takes_media: str = JSON
    status: int = 200
    is_same: bool = True
    """Whether a GET answers the same until there is news, so that it has a tag."""
    waits: object = None
    """What it answers with 202 while there is nothing to say yet."""


_LISTS = "/v1/watchlists"
_PERSON = f"{_LISTS}/{{list_id}}/people/{{entry_id}}"
_ONE = "/v1/staff/{staff_id}"
OPERATIONS: dict[tuple[str, str], Says] = {
    ("GET", "/healthz"): Says(Health),
    ("GET", "/v1/health"): Says(Health),
    ("GET", "/readyz"): Says(Readiness),
    ("GET", "/metrics"): Says(str, media=TEXT.partition(";")[0]),
    ("GET", "/v1/ca"): Says(pairing_routes.OwnAuthority),
    ("POST", "/v1/pairings"): Says(pairing_routes.Asked, pairing_routes.AskRequest, status=202),
    ("GET", "/v1/pairings/{request_id}"): Says(pairing_routes.Paired, waits=pairing_routes.Waiting),
    ("POST", "/v1/token/challenge"): Says(token_routes.Challenge, token_routes.ChallengeRequest),
    ("POST", "/v1/token"): Says(token_routes.KioskToken, token_routes.TokenRequest),
    ("GET", "/v1/kiosks"): Says(Kiosks),
    ("POST", "/v1/kiosks/codes"): Says(PairingCode),
    ("POST", "/v1/kiosks/requests/{request_id}/accept"): Says(PairingRequest),
    ("POST", "/v1/kiosks/requests/{request_id}/reject"): Says(PairingRequest),
    ("POST", "/v1/kiosks/{kiosk_id}/revoke"): Says(RevokedKiosk),
    ("POST", "/v1/kiosks/parked/try-again"): Says(TriedAgain),
    ("GET", "/v1/head"): Says(event_routes.Head),
    ("POST", "/v1/events"): Says(
        event_routes.WireReceipt, event_routes.WireEvent, takes_media=NDJSON
    ),
    ("PUT", "/v1/blobs/{name}"): Says(takes=bytes, takes_media=JPEG, status=204),
    ("GET", "/v1/blobs/{name}"): Says(bytes, media=JPEG),
    ("GET", "/v1/changes"): Says(feed_routes.Changes, is_same=False),
    ("GET", "/v1/log/head"): Says(feed_routes.WireTreeHead),
    ("GET", "/v1/log/proof"): Says(feed_routes.Proof),
    ("GET", "/v1/hub-keys"): Says(feed_routes.HubKeys),
    ("GET", f"{_LISTS}/{{list_id}}/entries"): Says(WatchlistEntry, media=NDJSON),
    ("GET", "/v1/oidc"): Says(oidc_routes.Offered),
    ("POST", "/v1/oidc/start"): Says(oidc_routes.Started, oidc_routes.StartRequest),
    ("POST", "/v1/oidc/session"): Says(SignedIn, oidc_routes.FinishRequest),
    ("POST", "/v1/session"): Says(SignedIn, session_routes.SignInRequest),
    ("DELETE", "/v1/session"): Says(status=204),
    ("PUT", "/v1/session/password"): Says(takes=own_routes.OwnPassword, status=204),
    ("GET", "/v1/session/second-factor"): Says(FactorStanding),
    ("POST", "/v1/session/second-factor"): Says(FactorStart),
    ("PUT", "/v1/session/second-factor"): Says(RecoveryCodes, own_routes.FactorConfirmed),
    ("POST", "/v1/session/second-factor/end"): Says(takes=own_routes.FactorEnded, status=204),
    ("GET", "/v1/set-up"): Says(session_routes.SetUp),
    ("POST", "/v1/set-up"): Says(SignedIn, setting_up.FirstStaff),
    ("GET", "/v1/audit"): Says(AuditPage),
    ("GET", "/v1/audit.csv"): Says(str, media=CSV),
    ("GET", "/v1/inventory"): Says(Inventory),
    ("GET", "/v1/live"): Says(staff_routes.Live),
    ("GET", "/v1/desk"): Says(Desk),
    ("GET", "/v1/on-site"): Says(OnSite),
    ("GET", "/v1/visits"): Says(VisitPage),
    ("GET", "/v1/visits.csv"): Says(str, media=CSV),
    ("GET", "/v1/reports/daily"): Says(bytes, media=report_routes.PDF),
    ("GET", "/v1/reports/visits/{visit_id}"): Says(bytes, media=report_routes.PDF),
    ("GET", "/v1/visits/{visit_id}"): Says(VisitStory),
    ("POST", "/v1/visits/{visit_id}/decision"): Says(Decision, staff_routes.DecisionRequest),
    ("POST", "/v1/visits/{visit_id}/check-out"): Says(Visit),
    ("GET", _LISTS): Says(Lists),
    ("POST", _LISTS): Says(Watchlist, bytes, takes_media=FILE),
    ("POST", f"{_LISTS}/preview"): Says(ImportPreview, bytes, takes_media=FILE),
    ("GET", f"{_LISTS}/preview/{{ticket}}"): Says(ImportProgress),
    ("DELETE", f"{_LISTS}/preview/{{ticket}}"): Says(status=202),
    ("GET", f"{_LISTS}/import"): Says(ImportProgress),
    ("DELETE", f"{_LISTS}/import"): Says(status=202),
    ("GET", f"{_LISTS}/{{list_id}}/export.csv"): Says(str, media=CSV),
    ("POST", f"{_LISTS}/new"): Says(Watchlist, ListStart),
    ("GET", f"{_LISTS}/settings"): Says(ListSettings),
    ("PUT", f"{_LISTS}/settings"): Says(ListSettings, ListSettings),
    ("POST", f"{_LISTS}/photos"): Says(entry_routes.PhotoTaken, bytes, takes_media=FILE),
    ("GET", f"{_LISTS}/{{list_id}}/people"): Says(EntryPage),
    ("POST", f"{_LISTS}/{{list_id}}/people"): Says(EntryFile, EntryDraft),
    ("GET", _PERSON): Says(EntryFile),
    ("PUT", _PERSON): Says(EntryFile, EntryDraft),
    ("GET", f"{_PERSON}/deeds"): Says(EntryDeeds),
    ("POST", f"{_PERSON}/removal"): Says(EntryFile, entry_routes.Removal),
    ("DELETE", f"{_PERSON}/removal"): Says(EntryFile),
    ("GET", "/v1/clearances"): Says(Clearances),
    ("POST", "/v1/clearances/{clearance_id}/end"): Says(Clearance),
    ("GET", "/v1/policy"): Says(DeskPolicy),
    ("PUT", "/v1/policy"): Says(DeskPolicy, DeskPolicy),
    ("GET", "/v1/screening/figures"): Says(ScreeningFigures),
    ("GET", "/v1/sites"): Says(Sites),
    ("POST", "/v1/sites"): Says(KnownSite, SiteDraft),
    ("PUT", "/v1/sites/{site_id}"): Says(KnownSite, SiteDraft),
    ("POST", "/v1/sites/{site_id}/close"): Says(KnownSite),
    ("GET", "/v1/staff"): Says(StaffPage),
    ("POST", "/v1/staff"): Says(StaffAdded, StaffStart),
    ("GET", _ONE): Says(KnownStaff),
    ("PUT", _ONE): Says(KnownStaff, StaffDraft),
    ("DELETE", _ONE): Says(status=204),
    ("POST", f"{_ONE}/first-password"): Says(FirstPassword),
    ("POST", f"{_ONE}/pin"): Says(NewPin),
    ("DELETE", f"{_ONE}/pin"): Says(status=204),
    ("DELETE", f"{_ONE}/second-factor"): Says(status=204),
    ("DELETE", f"{_ONE}/sign-ins"): Says(status=204),
    ("GET", "/v1/notices"): Says(Notices),
    ("POST", "/v1/notices/{notice_id}/read"): Says(Notice),
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description; operations that are not in `OPERATIONS` have no schemas."""
    told = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description="What kiosks, consoles and a district's own programs ask of a hub.",
        license_info={"name": "See the file LICENSE"},
        routes=app.routes,
    )
    schemas = Schemas()
    routes = {
        (method, route.path): route
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            place = (method.upper(), path)
            _describe(operation, OPERATIONS.get(place), schemas, is_get=method == "get")
            if place in routes:
                _secure(operation, routes[place].dependant)
    chosen = {  # what a query may be one of: FastAPI knows these by itself
        name: schema for name, schema in told["components"]["schemas"].items() if "enum" in schema
    }
    told["components"] = {
        "schemas": chosen | schemas.components,
        "securitySchemes": {
            name: {"type": "http", "scheme": "bearer", "description": about}
            for name, about in _SCHEMES.values()
        },
    }
    told["webhooks"] = {kind: {"post": _webhook(kind)} for kind in KINDS}
    return told


def _webhook(kind: str) -> dict[str, Any]:
    """What an address is sent that asked for a kind: see `admin_console.hub.webhook_sender`."""
    said = {
        "webhook-id": "The same for every try.",
        "webhook-timestamp": "Seconds since 1970.",
        "webhook-signature": "v1 and HMAC-SHA256 of id.timestamp.body (Standard Webhooks 1.0); "
        "two, with a space between, for a day after the secret was renewed.",
    }
    text = {"type": "string"}
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {
                "type": "object",
                "description": "Ids and facts. It names nobody; fields may be added.",
            },
        },
    }
    return {
        "summary": f"Told of {kind}",
        "parameters": [
            {"name": n, "in": "header", "required": True, "schema": text, "description": words}
            for n, words in said.items()
        ],
        "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
        "responses": {
            "2XX": {"description": "Taken; it is not sent again."},
            "410": {"description": "Gone: nothing is sent any more."},
            "4XX": {
                "description": "Refused: after five tries in a quarter of an hour, or two in five "
                "seconds while others stand aside, it stands aside until somebody resumes the "
                "receiver. But 408, 425 and 429 ask to come again, as below."
            },
            "default": {"description": "Sent again later, for three days."},
        },
    }


def _describe(
    operation: dict[str, Any], says: Says | None, schemas: Schemas, *, is_get: bool
) -> None:
    answers: dict[str, Any] = {
        "default": {
            "description": "A refusal, in words.",
            "content": {PROBLEM: schemas.content(Problem)},
        }
    }
    operation["responses"] = answers
    if says is None:
        return
    good: dict[str, Any] = {"description": "Done."}
    if says.answer is not None:
        good["content"] = {says.media: schemas.content(says.answer)}
    answers[str(says.status)] = good
    if is_get and says.is_same and says.media in (JSON, JPEG):
        good["headers"] = _TAGGED
        answers["304"] = {"description": "As it was when it had that tag.", "headers": _TAGGED}
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
    if says.waits is not None:
        content = {JSON: schemas.content(says.waits)}
        answers["202"] = {"description": "Not yet: ask again.", "content": content}
    if says.takes is not None:
        operation["requestBody"] = {
            "required": says.takes_media != NDJSON,  # of which nothing is no lines
            "content": {says.takes_media: schemas.content(says.takes)},
        }


def _secure(operation: dict[str, Any], dependant: Dependant) -> None:
    """Who may ask, by what the route depends on."""
    names = {_SCHEMES[call][0] for call in _calls(dependant) if call in _SCHEMES}
    operation["security"] = [{name: []} for name in sorted(names)]


def _calls(dependant: Dependant) -> list[Any]:
    found = [dependant.call]
    for below in dependant.dependencies:
        found += _calls(below)
    return found
