"""Who may do what: one table of actions and roles. Pure; the hub checks it, the console reads it.

The hub's routes are named in `admin_console.hub.rights`; whatever is not named is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from db.domain.desk import Role


class Action(StrEnum):
    """What a member of staff may be allowed to do."""

    STAY_SIGNED_IN = "stay_signed_in"
    """Hear what changed, sign out, change the own password."""
    SEE_DESK = "see_desk"
    DECIDE = "decide"
    SIGN_VISITORS_OUT = "sign_visitors_out"
    SEE_VISITS = "see_visits"
    EXPORT_VISITS = "export_visits"
    SEE_LISTS = "see_lists"
    """Which lists and rules are in force, not who is on them."""
    SEE_ENTRIES = "see_entries"
    EDIT_LISTS = "edit_lists"
    EXPORT_LISTS = "export_lists"
    END_CLEARANCES = "end_clearances"
    SETTLE_RULES = "settle_rules"
    SEE_FIGURES = "see_figures"
    SEE_NOTICES = "see_notices"
    SEE_ALL_NOTICES = "see_all_notices"
    """Also those that are not for the front desk."""
    READ_NOTICES = "read_notices"
    """Mark a notice as read, for all."""
    SEE_AUDIT = "see_audit"
    SEE_INVENTORY = "see_inventory"
    """What is kept of people."""
    LET_KIOSKS_IN = "let_kiosks_in"
    """Also revoke them."""
    SEE_SITES = "see_sites"
    SETTLE_SITES = "settle_sites"
    """Open, rename and close the district's sites."""
    SETTLE_STAFF = "settle_staff"
    """Say who may sign in, what for and where, as far as the own `Power` goes."""


_EVERYBODY = frozenset(Role)
_DESK = frozenset({Role.FRONT_DESK, Role.ADMINISTRATOR, Role.DISTRICT})
_OFFICE = frozenset({Role.ADMINISTRATOR, Role.DISTRICT})
_OVERSIGHT = frozenset({Role.ADMINISTRATOR, Role.DISTRICT, Role.AUDITOR})

WHO_MAY: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.STAY_SIGNED_IN: _EVERYBODY,
        Action.SEE_DESK: _EVERYBODY,
        Action.DECIDE: _DESK,
        Action.SIGN_VISITORS_OUT: _DESK,
        Action.SEE_VISITS: _EVERYBODY,
        Action.EXPORT_VISITS: _EVERYBODY,
        Action.SEE_LISTS: _EVERYBODY,
        Action.SEE_ENTRIES: _OVERSIGHT,
        Action.EDIT_LISTS: _OFFICE,
        Action.EXPORT_LISTS: _OFFICE,
        Action.END_CLEARANCES: _OFFICE,
        Action.SETTLE_RULES: _OFFICE,
        Action.SEE_FIGURES: _OVERSIGHT,
        Action.SEE_NOTICES: _EVERYBODY,
        Action.SEE_ALL_NOTICES: _OVERSIGHT,
        Action.READ_NOTICES: _DESK,
        Action.SEE_AUDIT: _OVERSIGHT,
        Action.SEE_INVENTORY: _OVERSIGHT,
        Action.LET_KIOSKS_IN: _OFFICE,
        Action.SEE_SITES: _EVERYBODY,
        Action.SETTLE_SITES: frozenset({Role.DISTRICT}),
        Action.SETTLE_STAFF: _OFFICE,
    }
)


FOR_ALL_SITES = frozenset({Action.SETTLE_RULES, Action.SETTLE_SITES})
"""What holds for every site: not for who is limited to some of several."""


SEES_ALL = frozenset({Role.DISTRICT, Role.AUDITOR})
"""Roles that are the whole district's."""


def may(role: Role, action: Action) -> bool:
    """Whether somebody of this role may do that."""
    return role in WHO_MAY[action]


@dataclass(frozen=True, slots=True)
class Power:
    """What somebody may do, and at which sites; None: at every one."""

    role: Role
    sites: frozenset[str] | None

    def holds(self, other: "Power") -> bool:
        """Whether it is as much as the other one, or more: who has it may give and take that."""
        is_more = any(may(other.role, a) and not may(self.role, a) for a in Action)
        if is_more or self.sites is None:
            return not is_more
        return other.sites is not None and other.sites <= self.sites
