"""What the console asks about staff is what the hub answers, over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_console.console.answers import PasswordNeededError
from admin_console.console.http_hub import HttpHub
from db.domain.desk import Role
from db.domain.errors import HubRefusedError
from db.domain.staffing import KnownStaff, StaffDraft, StaffStart
from tests.hub_of_tests import PASSWORD, HubOfTests, hub_at

OWN = "a phrase of my own"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


@pytest.fixture
def console(hub: HubOfTests) -> Iterator[HttpHub]:
    """That of Dana, the administrator."""
    asked = HttpHub(str(hub.client.base_url))
    asked.sign_in("dwhitlock", PASSWORD)
    yield asked
    asked.close()


def rosa(console: HttpHub) -> KnownStaff:
    (line,) = console.staff.page("begaye", "", is_signed_in=False).staff
    return line.member


def test_added_member_chooses_their_own_password_and_is_in(
    hub: HubOfTests, console: HttpHub
) -> None:
    added = console.staff.add(StaffStart("nokonkwo", "Ngozi Okonkwo", Role.FRONT_DESK))
    theirs = HttpHub(str(hub.client.base_url))

    with pytest.raises(PasswordNeededError, match="Choose one of your own"):
        theirs.sign_in("nokonkwo", added.first_password)
    signed_in = theirs.sign_in("nokonkwo", added.first_password, new_password=OWN)
    theirs.staff.change_own_password(OWN, "another phrase of mine")
    theirs.close()

    assert signed_in.staff.display_name == "Ngozi Okonkwo"
    assert console.staff.page("", "", is_signed_in=True).total == 2


def test_change_that_somebody_else_made_meanwhile_is_not_lost(console: HttpHub) -> None:
    known, tag = console.staff.one(rosa(console).staff_id)
    console.staff.change(known.staff_id, StaffDraft("Rosa Tso", Role.FRONT_DESK), tag)

    with pytest.raises(HubRefusedError, match="changed this meanwhile"):
        console.staff.change(known.staff_id, StaffDraft("Rosa B.", Role.FRONT_DESK), tag)

    assert console.staff.one(known.staff_id)[0].display_name == "Rosa Tso"


def test_each_deed_reaches_the_hub(console: HttpHub) -> None:
    staff_id = rosa(console).staff_id

    assert len(console.staff.new_pin(staff_id)) == 6
    had_pin = rosa(console).has_pin
    console.staff.end_pin(staff_id)
    console.staff.end_second_factor(staff_id)
    console.staff.sign_out(staff_id)
    assert "-" in console.staff.new_first_password(staff_id)
    now = rosa(console)
    console.staff.remove(staff_id)

    assert (had_pin, now.has_pin, now.must_choose) == (True, False, True)
    assert console.staff.page("begaye", "", is_signed_in=False).staff == ()
