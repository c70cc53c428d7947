"""Whom of the staff somebody keeps who is of some schools only."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from admin_console.hub import site_desk
from db import audit, sites, staff
from db.domain.desk import Role
from tests.hub.staffing import add, names
from tests.hub_of_tests import PASSWORD
from tests.two_schools import School, two_schools

ROSA = {"name": "rbegaye", "display_name": "Rosa Begaye", "role": "front_desk"}


@pytest.fixture
def schools(tmp_path: Path) -> Iterator[tuple[School, School]]:
    with two_schools(f"sqlite:///{tmp_path}/hub.db", tmp_path) as both:
        yield both


def test_administrator_of_one_school_sees_and_gives_that_school_only(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub = birch.hub

    seen = names(hub.client.get("/v1/staff", headers=birch.head))
    own = add(hub, birch.head)
    beyond = add(hub, birch.head, name="other", sites=[alder.site_id, birch.site_id])
    overseer = add(hub, birch.head, name="overseer", role="auditor")

    assert seen == ["desk-birch", "head-birch"]
    assert own.json()["member"]["sites"] == [birch.site_id]
    assert (beyond.status_code, overseer.status_code) == (422, 403)


def test_who_works_at_another_school_too_is_seen_and_left_to_the_district(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub, district = alder.hub, alder.hub.token_of("district")
    both = [alder.site_id, birch.site_id]
    added = add(hub, district, sites=both).json()["member"]
    path = f"/v1/staff/{added['staff_id']}"

    line = next(
        line
        for line in hub.client.get("/v1/staff", headers=alder.head).json()["staff"]
        if line["member"]["name"] == "nokonkwo"
    )
    refused = hub.client.post(f"{path}/first-password", headers=alder.head)
    params = {"site": alder.site_id}
    kept = hub.client.put(
        path,
        params=params,
        json={"display_name": "Ngozi O.", "role": "front_desk", "sites": both},
        headers=district,
    )

    assert "another school" in line["why_not"]
    assert line["member"]["sites"] == [alder.site_id]
    assert refused.status_code == 403
    assert set(kept.json()["sites"]) == set(both), "also while they look at one school"


def test_school_that_is_chosen_limits_whom_the_district_sees(
    schools: tuple[School, School],
) -> None:
    _, birch = schools
    district = birch.hub.token_of("district")

    answer = birch.hub.client.get("/v1/staff", params={"site": birch.site_id}, headers=district)

    assert names(answer) == ["desk-birch", "head-birch"]


def test_page_of_two_hundred_people_asks_the_database_as_often_as_one_of_a_few(
    schools: tuple[School, School],
) -> None:
    alder, _ = schools
    hub, asked = alder.hub, list[str]()
    event.listen(hub.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def page() -> tuple[int, int]:
        asked.clear()
        answer = hub.client.get("/v1/staff", params={"limit": 500}, headers=alder.head)
        return sum("staff" in statement for statement in asked), len(names(answer))

    page()  # what is asked once a minute only
    few, many = page(), 200
    hashed = staff.hashed(PASSWORD)
    with hub.database.begin() as session:
        for number in range(many):
            member = staff.add(
                session, f"p{number}", hashed, display_name=f"Person {number}",
                role=Role.FRONT_DESK, now=hub.clock(),
            )  # fmt: skip
            sites.give(session, member.staff_id, [alder.site_id])

    assert page() == (few[0], few[1] + many)


def test_school_that_alone_is_open_needs_not_be_said(schools: tuple[School, School]) -> None:
    alder, birch = schools
    hub, district = alder.hub, alder.hub.token_of("district")
    several = add(hub, district)
    site_desk.close(hub.database, birch.site_id, audit.TERMINAL, hub.clock())

    added = add(hub, district)

    assert (several.status_code, "say which" in several.text) == (422, True)
    assert added.status_code == 200, added.text
    assert added.json()["member"]["sites"] == [alder.site_id]


def test_names_of_another_schools_staff_are_not_found_out_by_trying_many(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub = birch.hub
    answers = [add(hub, birch.head, name="head-alder").status_code for _ in range(6)]
    own = add(hub, alder.head, name="her-own").status_code

    hub.clock.at += timedelta(minutes=2)
    others = [add(hub, birch.head, name=f"new-{number}").status_code for number in range(7)]

    assert answers == [422] * 5 + [429]
    assert own == 200
    assert others == [200] * 7
