"""The audit of an invented school, and what a fake hub says of it and of second factors."""

from dataclasses import dataclass, field
from datetime import timedelta

from admin_console.console.answers import CodeNeededError, NotLinkedError
from admin_console.console.client import AccountStart, FirstStaff
from db import inventory
from db.domain.audit import About, AuditLine, AuditPage, Deed
from db.domain.desk import Role, SignedIn
from db.domain.errors import HubRefusedError
from db.domain.inventory import Inventory
from tests.console.fake_staff import FakeStaff
from tests.console.invented import NOW, at, make_id, make_signed_in


def make_line(number: int, who: str, deed: str, about: About, about_id: str) -> AuditLine:
    return AuditLine(
        make_id(number), at(9, number % 60), who, deed, about, about_id, "10.0.0.7", ""
    )


def make_audit() -> dict[str | None, AuditPage]:
    """Two pages: the second is behind ``older``."""
    visit = str(make_id(6))
    newer = (
        make_line(803, "Dana Whitlock", Deed.VISIT_VIEWED, About.VISIT, visit),
        make_line(802, "Priya Raghunathan", Deed.POLICY_CHANGED, About.NOTHING, ""),
        make_line(801, "Priya Raghunathan", "from_a_newer_hub", About.NOTHING, ""),
    )
    older = (make_line(800, "Nobody who is known", Deed.SIGN_IN_REFUSED, About.NOTHING, ""),)
    return {None: AuditPage(NOW, newer, "older"), "older": AuditPage(NOW, older)}


def make_inventory() -> Inventory:
    """Of a school that keeps visits for half a year."""
    days = inventory.Days(visits=180, photos=30, backups=7)
    return Inventory(NOW, days.visits, 4_812, at(8, 2) - timedelta(days=171), inventory.facts(days))


@dataclass
class AuditedHub:
    """The part of a fake hub that oversees staff."""

    audit_pages: dict[str | None, AuditPage] = field(default_factory=make_audit)

    code: str = ""
    """Of the second factor; empty without one."""

    set_up_code: str = ""
    """What lets the first administrator in; empty once there is one."""
    first: list[FirstStaff] = field(default_factory=list)

    account: str = ""
    """What staff may sign in with beside a password; empty without one."""

    def account_name(self) -> str:
        return self.account

    def begin_account(self, port: int) -> AccountStart:
        back = f"https://login.example/realm?state=invented&port={port}"
        return AccountStart(back, "invented ticket", 300)

    def finish_account(self, ticket: str, state: str, code: str) -> SignedIn:
        del ticket, state, code
        raise NotLinkedError("This account is not linked with anybody here.", "2" * 60)

    def waits_for_set_up(self) -> bool:
        return bool(self.set_up_code)

    def set_up(self, first: FirstStaff) -> SignedIn:
        if first.code != self.set_up_code:
            msg = "That is not the set-up code."
            raise HubRefusedError(msg)
        self.first.append(first)
        return make_signed_in(Role.ADMINISTRATOR)

    staff: FakeStaff = field(default_factory=FakeStaff)

    def check_code(self, code: str, new_password: str) -> None:
        self.staff.check_own_password(new_password)
        if self.code and code != self.code:
            msg = "That code is wrong." if code else "Type the code."
            raise CodeNeededError(msg)

    def inventory(self) -> Inventory:
        return make_inventory()

    def audit(self, page: str | None) -> AuditPage:
        return self.audit_pages[page]
