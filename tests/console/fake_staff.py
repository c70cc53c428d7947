"""What an invented hub says of its staff, and what was done with them."""

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from admin_console.console.answers import PasswordNeededError
from db.domain.desk import Role
from db.domain.errors import HubRefusedError
from db.domain.staffing import (
    FactorStanding,
    FactorStart,
    KnownStaff,
    RecoveryCodes,
    StaffAdded,
    StaffDraft,
    StaffLine,
    StaffPage,
    StaffStart,
)
from tests.console import invented
from tests.console.fake_rules import set_event
from tests.console.invented import NOW, at, make_id

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODES = tuple(f"{letter * 4}-2MZX-9RTA-E4LP" for letter in "ABCDEFGH")
FIRST = "river-candle-otter-plum-sunset"
YOURSELF = "Nobody changes what they may do themselves: somebody else who keeps the staff does."


def make_known(number: int, shown: str, role: Role = Role.FRONT_DESK, **more: bool) -> KnownStaff:
    """Somebody who was let in some years ago."""
    name = shown.split(maxsplit=1)[0][0].casefold() + shown.rsplit(maxsplit=1)[-1].casefold()
    added = at(8, 0, days_ago=1200 - number)
    return KnownStaff(make_id(2000 + number), name, shown, role, added, **more)


def make_staff_lines() -> tuple[StaffLine, ...]:
    """Of every role and every way to sign in, by name; Dana, who looks, is the second."""
    return (
        StaffLine(make_known(1, "Amara Diallo-Finch", has_pin=True), at(15, 2, days_ago=25)),
        StaffLine(
            replace(
                make_known(2, "Dana Whitlock", Role.ADMINISTRATOR, has_pin=True),
                staff_id=invented.make_staff().staff_id,
            ),
            NOW,
            1,
            YOURSELF,
        ),
        StaffLine(make_known(3, "Edda Gu\u00f0mundsd\u00f3ttir", must_choose=True)),
        StaffLine(
            make_known(4, "Inspector Reyes", Role.AUDITOR, has_second_factor=True),
            at(9, 0, days_ago=12),
        ),
        StaffLine(
            make_known(5, "Kahu Paraone", has_pin=True, has_account=True), at(9, 5, days_ago=400)
        ),
        StaffLine(make_known(6, "Ngozi Okonkwo", has_pin=True, has_second_factor=True), at(8, 2)),
        StaffLine(
            make_known(7, "Priya Raghunathan", Role.ADMINISTRATOR, has_second_factor=True), NOW, 2
        ),
        StaffLine(make_known(8, "Tomasz Wr\u00f3blewski", has_pin=True), at(12, 0, days_ago=1)),
    )


@dataclass
class FakeStaff:
    """The part of an invented hub that keeps the staff."""

    lines: tuple[StaffLine, ...] = field(default_factory=make_staff_lines)
    page_size: int = 100
    deeds: list[tuple[str, object]] = field(default_factory=list)
    drafts: list[tuple[StaffDraft, str]] = field(default_factory=list)
    refuses: Exception | None = None
    own: str = ""
    """What somebody has to choose who has a first password; empty when they have their own."""
    own_passwords: list[tuple[str, str]] = field(default_factory=list)
    factor: FactorStanding = field(default_factory=lambda: FactorStanding(is_on=False))
    confirmed: list[tuple[str, str, str]] = field(default_factory=list)
    turns: list[tuple[threading.Event, Exception | None]] = field(default_factory=list)
    """What the next questions for a page wait for, one after the other, and why they fail."""
    may_tell: threading.Event = field(default_factory=set_event)
    """Until then nobody is told a password, a PIN or recovery codes."""

    def check_own_password(self, new_password: str) -> None:
        if self.own and not new_password:
            msg = "That password was made for you. Choose one of your own now."
            raise PasswordNeededError(msg)
        if self.own and new_password != self.own:
            msg = "That password is easy to guess. Nothing was changed."
            raise HubRefusedError(msg)

    def page(self, text: str, page: str, *, is_signed_in: bool) -> StaffPage:
        self._refuse()
        if self.turns:
            turn, error = self.turns.pop(0)
            assert turn.wait(10)
            if error is not None:
                raise error
        found = [
            line
            for line in self.lines
            if text.casefold() in line.member.display_name.casefold()
            and (line.sign_ins or not is_signed_in)
        ]
        begin = int(page or 0)
        end = begin + self.page_size
        signed_in = sum(line.sign_ins > 0 for line in self.lines)
        following = str(end) if end < len(found) else None
        return StaffPage(NOW, tuple(found[begin:end]), len(found), signed_in, following)

    def one(self, staff_id: UUID) -> tuple[KnownStaff, str]:
        return self._line(staff_id).member, f'"{staff_id.hex}"'

    def add(self, start: StaffStart) -> StaffAdded:
        self._refuse()
        assert self.may_tell.wait(10)
        self.deeds.append(("add", start))
        known = KnownStaff(
            make_id(2900), start.name, start.display_name, start.role, NOW, start.sites, True
        )
        self.lines = (StaffLine(known), *self.lines)
        return StaffAdded(known, FIRST)

    def change(self, staff_id: UUID, draft: StaffDraft, tag: str) -> KnownStaff:
        self._refuse()
        self.drafts.append((draft, tag))
        line = self._line(staff_id)
        known = replace(
            line.member, display_name=draft.display_name, role=draft.role, sites=draft.sites
        )
        self.lines = tuple(
            replace(each, member=known) if each is line else each for each in self.lines
        )
        return known

    def remove(self, staff_id: UUID) -> None:
        self._did("remove", staff_id)
        self.lines = tuple(line for line in self.lines if line.member.staff_id != staff_id)

    def new_first_password(self, staff_id: UUID) -> str:
        assert self.may_tell.wait(10)
        self._did("first password", staff_id)
        return FIRST

    def new_pin(self, staff_id: UUID) -> str:
        assert self.may_tell.wait(10)
        self._did("pin", staff_id)
        return "482913"

    def end_pin(self, staff_id: UUID) -> None:
        self._did("no pin", staff_id)

    def end_second_factor(self, staff_id: UUID) -> None:
        self._did("no second factor", staff_id)

    def sign_out(self, staff_id: UUID) -> None:
        self._did("sign out", staff_id)

    def change_own_password(self, password: str, new_password: str) -> None:
        self._refuse()
        self.own_passwords.append((password, new_password))

    def own_factor(self) -> FactorStanding:
        self._refuse()
        return self.factor

    def begin_own_factor(self) -> FactorStart:
        self._refuse()
        return FactorStart(
            KEY, f"otpauth://totp/Vestibule%3Adwhitlock?secret={KEY}&issuer=Vestibule"
        )

    def confirm_own_factor(self, password: str, key: str, code: str) -> RecoveryCodes:
        self._refuse()
        assert self.may_tell.wait(10)
        self.confirmed.append((password, key, code))
        self.factor = FactorStanding(is_on=True, recovery_codes=len(CODES))
        return RecoveryCodes(CODES)

    def end_own_factor(self, password: str) -> None:
        self._refuse()
        self.confirmed.append((password, "", ""))
        self.factor = FactorStanding(is_on=False)

    def _did(self, deed: str, staff_id: UUID) -> None:
        self._refuse()
        self.deeds.append((deed, self._line(staff_id).member.display_name))

    def _line(self, staff_id: UUID) -> StaffLine:
        return next(line for line in self.lines if line.member.staff_id == staff_id)

    def _refuse(self) -> None:
        if self.refuses is not None:
            raise self.refuses


def make_many(count: int) -> tuple[StaffLine, ...]:
    """So many of them, for pages."""
    return tuple(
        StaffLine(make_known(100 + n, f"Person {n:03}"), NOW - timedelta(days=n))
        for n in range(count)
    )
