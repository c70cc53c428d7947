"""Who may do what over HTTP: every route of the hub is in one table, and the table is kept."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from admin_console.hub import rights
from admin_console.hub.app import create_app
from db import staff
from db.domain.desk import Role
from db.domain.rights import WHO_MAY, Action, may
from db.engine import open_database
from tests.hub_of_tests import Clock, HubOfTests, hub_at

NOBODYS = UUID(int=7)
AWAY = {
    "visit_id",
    "ticket",
    "list_id",
    "entry_id",
    "clearance_id",
    "notice_id",
    "request_id",
    "kiosk_id",
    "site_id",
    "staff_id",
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubOfTests]:
    folder = tmp_path_factory.mktemp("rights")
    with hub_at(f"sqlite:///{folder}/hub.db", folder) as running:
        for role in Role:
            running.add_staff(f"a-{role.value}", role)
        yield running


def ask(hub: HubOfTests, route: str, headers: dict[str, str]) -> httpx.Response:
    """The route's request, about what is not there."""
    method, path = route.split(" ")
    parts = dict.fromkeys(AWAY, str(NOBODYS)) | {"name": "0" * 64}
    return hub.client.request(method, path.format(**parts), headers=headers)


def test_every_route_of_the_hub_is_named_in_one_table(tmp_path: Path) -> None:
    database = open_database("sqlite://")
    paths = create_app(database, tmp_path).openapi()["paths"]
    database.close()

    found = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}

    tables = (set(rights.STAFF_ROUTES), rights.KIOSK_ROUTES, rights.OPEN_ROUTES)
    assert found == set().union(*tables)
    assert sum(len(table) for table in tables) == len(found)


def test_every_line_of_the_hub_is_named_beside_its_routes(tmp_path: Path) -> None:
    database = open_database("sqlite://")
    routes = list(iter_route_contexts(create_app(database, tmp_path).routes))
    database.close()

    lines = {route.path for route in routes if route.path and not route.methods}

    assert lines == rights.KIOSK_LINES


def test_every_action_has_somebody_who_may_do_it_and_a_route_or_a_reason() -> None:
    assert set(WHO_MAY) == set(Action)
    assert all(WHO_MAY.values())
    assert set(Action) - set(rights.STAFF_ROUTES.values()) == {Action.SEE_ALL_NOTICES}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", sorted(rights.STAFF_ROUTES))
def test_route_is_open_to_those_roles_that_the_table_says(
    hub: HubOfTests, route: str, role: Role
) -> None:
    answer = ask(hub, route, hub.token_of(f"a-{role.value}"))

    if may(role, rights.STAFF_ROUTES[route]):
        assert answer.status_code not in (401, 403, 500), answer.text
    else:
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("Only ")


@pytest.mark.parametrize("route", sorted({*rights.STAFF_ROUTES, *rights.KIOSK_ROUTES}))
def test_nobody_gets_in_anywhere_without_a_token(hub: HubOfTests, route: str) -> None:
    assert ask(hub, route, {}).status_code == 401


@pytest.mark.parametrize("route", sorted(rights.KIOSK_ROUTES))
def test_no_member_of_staff_passes_for_a_kiosk(hub: HubOfTests, route: str) -> None:
    assert ask(hub, route, hub.token_of("a-district")).status_code == 401


def test_auditor_changes_nothing_but_their_own_sign_in() -> None:
    of_auditor = {route for route, action in rights.STAFF_ROUTES.items()
                  if may(Role.AUDITOR, action)}  # fmt: skip

    assert {route for route in of_auditor if not route.startswith("GET ")} == {
        "DELETE /v1/session",
        "PUT /v1/session/password",
        "POST /v1/session/second-factor",
        "PUT /v1/session/second-factor",
        "POST /v1/session/second-factor/end",
    }


# ---- sign-ins --------------------------------------------------------------------------------


def test_removed_member_of_staff_is_out_at_once(hub: HubOfTests) -> None:
    hub.add_staff("leaver", Role.FRONT_DESK)
    headers = hub.token_of("leaver")
    assert hub.client.get("/v1/desk", headers=headers).status_code == 200

    with hub.database.begin() as session:
        staff.remove(session, staff.named(session, "leaver").staff_id, hub.clock())

    assert hub.client.get("/v1/desk", headers=headers).status_code == 401
    with hub.database.read() as session:
        assert staff.find(session, "leaver") is None


@pytest.mark.parametrize("name", ["", "removed:"])
def test_name_of_who_was_removed_opens_nothing_and_may_be_given_again(
    hub: HubOfTests, name: str
) -> None:
    with hub.database.begin() as session:
        gone = staff.add(
            session, "again", staff.hashed("invented pass phrase"), display_name="A",
            role=Role.FRONT_DESK,
            now=hub.clock(),
        )  # fmt: skip
        staff.remove(session, gone.staff_id, hub.clock())

    typed = f"{name}{gone.staff_id.hex}" if name else "again"
    refused = hub.client.post("/v1/session", json={"name": typed, "password": ""})

    assert refused.status_code == 401


def test_sign_in_that_is_used_goes_on_and_an_idle_one_ends(tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as hub:
        used, idle = hub.sign_in(), hub.sign_in()

        for _ in range(3):
            clock.at += timedelta(minutes=20)
            assert hub.client.get("/v1/live", headers=used).status_code == 200

        assert hub.client.get("/v1/live", headers=idle).status_code == 401


def test_no_sign_in_outlives_twelve_hours(tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as hub:
        used = hub.sign_in()
        for _ in range(35):
            clock.at += timedelta(minutes=20)
            assert hub.client.get("/v1/live", headers=used).status_code == 200

        clock.at += timedelta(minutes=20)

        assert hub.client.get("/v1/live", headers=used).status_code == 401


@pytest.mark.parametrize(
    "password", ["whitlock-1", "DanaWhitlock", "Lincoln School", "aaaaaaaaaaaa", "vestibule1"]
)
def test_password_that_is_little_more_than_a_known_name_is_refused(
    hub: HubOfTests, password: str
) -> None:
    with hub.database.begin() as session, pytest.raises(staff.StaffError, match="easy to guess"):
        staff.add(
            session, "dana2", staff.hashed(password), display_name="Dana Whitlock",
            role=Role.FRONT_DESK, now=hub.clock(), names=("Lincoln Elementary School",),
        )  # fmt: skip
