"""What each route is, in one table: what staff need to be allowed for it, or whom else it is for.

Every request of staff passes `context.asking_staff`, which looks here and nowhere else. A route
that is not named is refused to everybody; a test walks all routes of the application.
"""

from collections.abc import Mapping
from types import MappingProxyType

from db.domain.desk import Role
from db.domain.rights import WHO_MAY, Action

STAFF_ROUTES: Mapping[str, Action] = MappingProxyType(
    {
        "DELETE /v1/session": Action.STAY_SIGNED_IN,
        "PUT /v1/session/password": Action.STAY_SIGNED_IN,
        "GET /v1/session/second-factor": Action.STAY_SIGNED_IN,
        "POST /v1/session/second-factor": Action.STAY_SIGNED_IN,
        "PUT /v1/session/second-factor": Action.STAY_SIGNED_IN,
        "POST /v1/session/second-factor/end": Action.STAY_SIGNED_IN,
        "GET /v1/live": Action.STAY_SIGNED_IN,
        "GET /v1/desk": Action.SEE_DESK,
        "GET /v1/on-site": Action.SEE_DESK,
        "GET /v1/visits": Action.SEE_VISITS,
        "GET /v1/visits.csv": Action.EXPORT_VISITS,
        "GET /v1/reports/daily": Action.EXPORT_VISITS,
        "GET /v1/reports/visits/{visit_id}": Action.SEE_VISITS,
        "GET /v1/visits/{visit_id}": Action.SEE_VISITS,
        "POST /v1/visits/{visit_id}/decision": Action.DECIDE,
        "POST /v1/visits/{visit_id}/check-out": Action.SIGN_VISITORS_OUT,
        "GET /v1/blobs/{name}": Action.SEE_VISITS,
        "GET /v1/watchlists": Action.SEE_LISTS,
        "POST /v1/watchlists": Action.EDIT_LISTS,
        "POST /v1/watchlists/preview": Action.EDIT_LISTS,
        "GET /v1/watchlists/preview/{ticket}": Action.EDIT_LISTS,
        "DELETE /v1/watchlists/preview/{ticket}": Action.EDIT_LISTS,
        "GET /v1/watchlists/import": Action.EDIT_LISTS,
        "DELETE /v1/watchlists/import": Action.EDIT_LISTS,
        "GET /v1/watchlists/{list_id}/export.csv": Action.EXPORT_LISTS,
        "POST /v1/watchlists/new": Action.EDIT_LISTS,
        "GET /v1/watchlists/settings": Action.SEE_ENTRIES,
        "PUT /v1/watchlists/settings": Action.SETTLE_RULES,
        "POST /v1/watchlists/photos": Action.EDIT_LISTS,
        "GET /v1/watchlists/{list_id}/people": Action.SEE_ENTRIES,
        "POST /v1/watchlists/{list_id}/people": Action.EDIT_LISTS,
        "GET /v1/watchlists/{list_id}/people/{entry_id}": Action.SEE_ENTRIES,
        "PUT /v1/watchlists/{list_id}/people/{entry_id}": Action.EDIT_LISTS,
        "GET /v1/watchlists/{list_id}/people/{entry_id}/deeds": Action.SEE_ENTRIES,
        "POST /v1/watchlists/{list_id}/people/{entry_id}/removal": Action.EDIT_LISTS,
        "DELETE /v1/watchlists/{list_id}/people/{entry_id}/removal": Action.EDIT_LISTS,
        "GET /v1/clearances": Action.SEE_LISTS,
        "POST /v1/clearances/{clearance_id}/end": Action.END_CLEARANCES,
        "GET /v1/policy": Action.SEE_LISTS,
        "PUT /v1/policy": Action.SETTLE_RULES,
        "GET /v1/screening/figures": Action.SEE_FIGURES,
        "GET /v1/notices": Action.SEE_NOTICES,
        "POST /v1/notices/{notice_id}/read": Action.READ_NOTICES,
        "GET /v1/audit": Action.SEE_AUDIT,
        "GET /v1/audit.csv": Action.SEE_AUDIT,
        "GET /v1/inventory": Action.SEE_INVENTORY,
        "GET /v1/kiosks": Action.LET_KIOSKS_IN,
        "POST /v1/kiosks/codes": Action.LET_KIOSKS_IN,
        "POST /v1/kiosks/requests/{request_id}/accept": Action.LET_KIOSKS_IN,
        "POST /v1/kiosks/requests/{request_id}/reject": Action.LET_KIOSKS_IN,
        "POST /v1/kiosks/{kiosk_id}/revoke": Action.LET_KIOSKS_IN,
        "POST /v1/kiosks/parked/try-again": Action.LET_KIOSKS_IN,
        "GET /v1/sites": Action.SEE_SITES,
        "POST /v1/sites": Action.SETTLE_SITES,
        "PUT /v1/sites/{site_id}": Action.SETTLE_SITES,
        "POST /v1/sites/{site_id}/close": Action.SETTLE_SITES,
        "GET /v1/staff": Action.SETTLE_STAFF,
        "POST /v1/staff": Action.SETTLE_STAFF,
        "GET /v1/staff/{staff_id}": Action.SETTLE_STAFF,
        "PUT /v1/staff/{staff_id}": Action.SETTLE_STAFF,
        "DELETE /v1/staff/{staff_id}": Action.SETTLE_STAFF,
        "POST /v1/staff/{staff_id}/first-password": Action.SETTLE_STAFF,
        "POST /v1/staff/{staff_id}/pin": Action.SETTLE_STAFF,
        "DELETE /v1/staff/{staff_id}/pin": Action.SETTLE_STAFF,
        "DELETE /v1/staff/{staff_id}/second-factor": Action.SETTLE_STAFF,
        "DELETE /v1/staff/{staff_id}/sign-ins": Action.SETTLE_STAFF,
    }
)
KIOSK_ROUTES = frozenset(
    {
        "GET /v1/head",
        "POST /v1/events",
        "PUT /v1/blobs/{name}",
        "GET /v1/changes",
        "GET /v1/log/head",
        "GET /v1/log/proof",
        "GET /v1/hub-keys",
        "GET /v1/watchlists/{list_id}/entries",
    }
)
"""For paired kiosks and nobody else."""
KIOSK_LINES = frozenset({"/v1/changes/live"})
"""WebSockets, for paired kiosks too. Staff and strangers have none."""
OPEN_ROUTES = frozenset(
    {
        "GET /v1/health",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /v1/ca",
        "POST /v1/pairings",
        "GET /v1/pairings/{request_id}",
        "POST /v1/token/challenge",
        "POST /v1/token",
        "POST /v1/session",
        "GET /v1/oidc",
        "POST /v1/oidc/start",
        "POST /v1/oidc/session",
        "GET /v1/set-up",
        "POST /v1/set-up",
    }
)
"""For anybody: whoever comes has no token yet. (Of ``/metrics`` only the hub's own computer.)"""


_WORDS = {
    Role.FRONT_DESK: "the front desk",
    Role.ADMINISTRATOR: "administrators",
    Role.DISTRICT: "the district",
    Role.AUDITOR: "auditors",
}


def only_words(action: Action | None) -> str:
    """Who may do it, said to somebody who may not."""
    if action is None:
        return "Nobody may do this."
    allowed = [_WORDS[role] for role in Role if role in WHO_MAY[action]]
    return f"Only {' and '.join([', '.join(allowed[:-1]), allowed[-1]])} may do this."


def action_of(method: str, path: str) -> Action | None:
    """What staff need to be allowed for this route, None when it is not for staff.

    `path` is the route's own, with its parameters in braces.
    """
    return STAFF_ROUTES.get(f"{method} {path}")
