"""Refused sign-ins of somebody stand in the audit of each school where they work, and no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from db import sites, staff, totp
from db.domain.desk import Role
from db.hub_models import StaffRow
from tests.hub_of_tests import PASSWORD
from tests.two_schools import School, two_schools


@pytest.fixture
def schools(any_url: str, tmp_path: Path) -> Iterator[tuple[School, School]]:
    with two_schools(any_url, tmp_path) as both:
        yield both


def refused(school: School, headers: dict[str, str]) -> list[str]:
    """About whom the audit tells its reader of refused sign-ins, and what else."""
    answer = school.hub.client.get("/v1/audit", headers=headers)
    assert answer.is_success, answer.text
    lines = [line for line in answer.json()["lines"] if line["deed"] == "sign_in_refused"]
    return [line["detail"] for line in lines if line["about"] == "staff"]


def try_in(school: School, name: str, code: str = "") -> None:
    """With a wrong code where one is given, else with a wrong password."""
    asked = {"name": name, "password": PASSWORD if code else "not theirs", "code": code}
    assert school.hub.client.post("/v1/session", json=asked).status_code == 401


def test_administrator_sees_wrong_passwords_for_their_own_schools_staff_alone(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools

    try_in(alder, "desk-alder")

    assert refused(alder, alder.head) == [""]
    assert refused(birch, birch.head) == []
    assert refused(alder, alder.hub.token_of("district")) == [""]


def test_administrator_sees_wrong_codes_too(schools: tuple[School, School]) -> None:
    alder, birch = schools
    with alder.hub.database.begin() as session:
        member = staff.named(session, "desk-alder")
        row = session.scalars(select(StaffRow).where(StaffRow.staff_id == member.staff_id)).one()
        row.totp_key = totp.new_key()

    try_in(alder, "desk-alder", code="000001")

    assert refused(alder, alder.head) == [""]
    assert refused(birch, birch.head) == []


def test_each_school_of_somebody_who_has_several_sees_it(schools: tuple[School, School]) -> None:
    alder, birch = schools
    with alder.hub.database.begin() as session:
        member = staff.add(
            session, "both", staff.hashed(PASSWORD), display_name="Both", role=Role.FRONT_DESK,
            now=alder.hub.clock(),
        )  # fmt: skip
        sites.give(session, member.staff_id, [alder.site_id, birch.site_id])

    try_in(alder, "both")

    assert refused(alder, alder.head) == refused(birch, birch.head) == [""]


def test_wrong_passwords_of_who_is_signed_in_are_seen_where_they_work(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    asked = {"password": "not hers", "new_password": "a wholly new invented phrase"}

    answer = alder.hub.client.put("/v1/session/password", headers=alder.desk, json=asked)

    assert answer.status_code == 403
    assert refused(alder, alder.head) == ["their own password, while signed in"]
    assert refused(birch, birch.head) == []


def test_who_sees_the_whole_district_is_the_districts_to_see(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools

    try_in(alder, "auditor")

    assert refused(alder, alder.head) == refused(birch, birch.head) == []
    assert refused(alder, alder.hub.token_of("district")) == [""]
