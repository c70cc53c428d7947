"""Marks of direction and ends of lines are in no name or reason that others read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from admin_console.hub import site as hub_site
from db import sites
from db.domain.sites import SiteDraft
from db.engine import open_database
from db.hub_models import StaffRow
from db.models import WatchlistRow
from tests.hub import staffing
from tests.hub.test_decisions import paired
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE

MARKED = "\u202eOurs\u2066 \n two\u200b"
CLEAN = "Ours two"
LIST_CSV = b"LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n"
CATEGORY = {"category": "trespass"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


@pytest.fixture
def head(hub: HubOfTests) -> dict[str, str]:
    return hub.sign_in()


def lists_of(hub: HubOfTests, head: dict[str, str]) -> list[tuple[str, int]]:
    known = hub.client.get("/v1/watchlists", headers=head).json()["lists"]
    return [(each["name"], each["version"]) for each in known]


def post_file(hub: HubOfTests, head: dict[str, str], name: str, path: str = "") -> int:
    wanted = CATEGORY | {"name": name}
    return hub.client.post(
        f"/v1/watchlists{path}", params=wanted, content=LIST_CSV, headers=head
    ).status_code


def test_list_of_a_file_is_called_by_what_is_seen(hub: HubOfTests, head: dict[str, str]) -> None:
    assert [post_file(hub, head, name) for name in (MARKED, CLEAN)] == [200, 200]
    assert post_file(hub, head, MARKED, "/preview") == 200
    assert post_file(hub, head, "\u200b\u202e") == 422

    assert lists_of(hub, head) == [(CLEAN, 2)]


def test_list_that_was_called_otherwise_before_stays_one_list(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    assert post_file(hub, head, CLEAN) == 200
    with hub.database.begin() as session:
        session.execute(update(WatchlistRow).values(name="Ours\u200b"))

    assert post_file(hub, head, "Ours\u200b") == 200

    assert lists_of(hub, head) == [("Ours\u200b", 2)]


def test_list_kept_by_hand_is_called_by_what_is_seen(hub: HubOfTests, head: dict[str, str]) -> None:
    for name, status in ((MARKED, 200), (CLEAN, 409), ("\u202e", 422)):
        wanted = CATEGORY | {"name": name, "max_age_days": None}
        answer = hub.client.post("/v1/watchlists/new", json=wanted, headers=head)
        assert answer.status_code == status, answer.text

    assert [name for name, _ in lists_of(hub, head)] == [CLEAN]


def test_staff_are_shown_by_what_is_seen(hub: HubOfTests, head: dict[str, str]) -> None:
    assert staffing.add(hub, head, display_name=MARKED).status_code == 200

    assert staffing.add(hub, head, name="other", display_name="\u200b").status_code == 422
    page = hub.client.get("/v1/staff", params={"q": "ours"}, headers=head).json()
    assert [each["member"]["display_name"] for each in page["staff"]] == [CLEAN]


@pytest.mark.parametrize(
    "name",
    [
        "ngozi\u200b", "ng\u200dozi", "\u202engozi", "ngo\u00adzi", "ngozi\ufe0f", "ngozi\u3164",
        "ngo\u034fzi", "\uff4egozi", "ng\u043ezi", "ngo\u00a0zi", "ngo  zi", "ngo\tzi",
        "re\u0301mi",
    ],
)  # fmt: skip
def test_nobody_gets_a_name_to_sign_in_with_that_looks_like_another(
    hub: HubOfTests, head: dict[str, str], name: str
) -> None:
    answer = staffing.add(hub, head, name=name)

    assert answer.status_code == 422
    assert "nobody sees" in answer.json()["detail"]
    assert name not in answer.text


@pytest.mark.parametrize("name", ["Ngozi O'Konkwo", "r\u00e9mi", "\u0390\u03bd\u03b1", "\u00dfen"])
def test_name_to_sign_in_with_may_be_of_any_script(
    hub: HubOfTests, head: dict[str, str], name: str
) -> None:
    assert staffing.add(hub, head, name=name).status_code == 200


def test_who_had_such_a_name_before_signs_in_with_it_as_ever(hub: HubOfTests) -> None:
    with hub.database.begin() as session:
        session.execute(
            update(StaffRow).where(StaffRow.name == "dwhitlock").values(name="dwhit\u200block")
        )

    assert hub.client.get("/v1/desk", headers=hub.sign_in("dwhit\u200block")).status_code == 200


def test_schools_and_the_district_are_called_by_what_is_seen(hub: HubOfTests) -> None:
    with hub.database.begin() as session:
        opened = sites.add(session, SiteDraft(MARKED, "America/Chicago"), NINE)
        changed = sites.change(session, opened.site_id, SiteDraft(f"{MARKED}\u202e!", ""))
        begun = hub_site.ensure(session, hub_site.SiteNames(district_name=MARKED), NINE)

    assert (opened.name, changed.name, begun.district_name) == (CLEAN, f"{CLEAN}!", CLEAN)


def test_reason_of_a_decision_is_what_is_seen(
    hub: HubOfTests, head: dict[str, str], tmp_path: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    visit_id = paired(hub, database).hold()
    database.close()

    asked = {"verdict": "approve", "reason": MARKED}
    path = f"/v1/visits/{visit_id}/decision"
    answer = hub.client.post(path, json=asked | {"reason": "\u202e"}, headers=head)
    assert answer.status_code == 422, answer.text
    answer = hub.client.post(path, json=asked, headers=head)

    assert answer.json()["reason"] == CLEAN
