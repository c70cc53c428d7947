"""SQL that somebody types where words are expected: it is only words, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from db.domain.desk import Role
from db.engine import open_database
from db.hub_models import StaffRow
from db.models import VisitRow
from tests.hub_of_tests import PASSWORD, HubOfTests, hub_at
from tests.sync_of_tests import KioskOfTests, device_of

SQL = (
    "' OR '1'='1",
    "x'); DROP TABLE staff; --",
    '" UNION SELECT name, password_hash FROM staff --',
    "\\' OR 1=1; SELECT pg_sleep(60) --",
    "%",
)
HARMFUL_NAME = "Robert'); DROP TABLE staff;--"


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    """With one visitor."""
    with hub_at(any_url, tmp_path) as running:
        given = running.pair()
        with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as database:
            kiosk = KioskOfTests(database, running.kiosk(given), device_of(given))
            kiosk.visitor_comes()
            kiosk.push()
        yield running


def counts(hub: HubOfTests) -> tuple[int, int]:
    with hub.database.read() as session:
        visits = session.scalar(select(func.count()).select_from(VisitRow))
        people = session.scalar(select(func.count()).select_from(StaffRow))
    return visits or 0, people or 0


def takes_text(schema: dict[str, Any]) -> bool:
    kinds = [schema, *schema.get("anyOf", [])]
    return any(kind.get("type") == "string" or "$ref" in kind for kind in kinds)


def questions(hub: HubOfTests) -> Iterator[tuple[str, str]]:
    """Each address that is asked with GET, and each text that it takes beside its path's ids."""
    for path, methods in hub.client.get("/openapi.json").json()["paths"].items():
        for said in methods.get("get", {}).get("parameters", []):
            if said["in"] in {"query", "path"} and takes_text(said["schema"]):
                yield path, said["name"]


def test_every_text_of_every_question_is_only_text(hub: HubOfTests) -> None:
    staff, before, asked = hub.sign_in(), counts(hub), set[str]()
    for path, name in questions(hub):
        asked.add(f"{path} {name}")
        for sql in SQL:
            where = path.replace(f"{{{name}}}", quote(sql, safe=""))
            params = {} if where != path else {name: sql}
            answer = hub.client.get(where, params=params, headers=staff)
            assert answer.status_code < 500, (path, name, sql, answer.text)

    assert {"/v1/visits q", "/v1/visits state", "/v1/visits page", "/v1/audit page"} <= asked
    assert counts(hub) == before


@pytest.mark.parametrize("sql", SQL)
def test_sql_as_a_search_finds_nobody(hub: HubOfTests, sql: str) -> None:
    staff = hub.sign_in()

    def found(**asked: str) -> int:
        answer = hub.client.get("/v1/visits", params=asked, headers=staff)
        return len(answer.json()["visits"]) if answer.status_code == 200 else 0

    assert found() == 1
    assert found(state=sql) == 0
    assert found(visitor_type=sql) == 0
    assert found(page=sql) == 0
    assert found(q=f"Nobody {sql}") == 0


@pytest.mark.parametrize("sql", SQL)
def test_sql_as_a_name_signs_nobody_in(hub: HubOfTests, sql: str) -> None:
    for said in ({"name": sql, "password": PASSWORD}, {"name": "dwhitlock", "password": sql}):
        assert hub.client.post("/v1/session", json=said).status_code == 401
    headers = {"Authorization": f"Bearer {sql}"}
    assert hub.client.get("/v1/desk", headers=headers).status_code == 401


def test_names_that_are_sql_are_kept_as_they_are(hub: HubOfTests) -> None:
    hub.add_staff("robert", Role.ADMINISTRATOR, HARMFUL_NAME)
    staff = hub.sign_in("robert")

    made = hub.client.post(
        "/v1/watchlists/new", json={"name": HARMFUL_NAME, "category": "alert"}, headers=staff
    )
    lists = hub.client.get("/v1/watchlists", headers=staff).json()["lists"]

    assert made.status_code == 200, made.text
    assert [one["name"] for one in lists] == [HARMFUL_NAME]
    assert counts(hub) == (1, 3)
