"""Numbers and days that no database and no calendar holds: refused in words, or nothing found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub_of_tests import HubOfTests, hub_at

LIST = "019378a0-0000-7000-8000-00000000a001"
ENTRY = "019378a0-0000-7000-8000-00000000a002"


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path) as running:
        yield running


@pytest.mark.parametrize("days", ["to=9999-12-31", "from=0001-01-01", "from=9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_days(hub: HubOfTests, days: str) -> None:
    staff = hub.sign_in()

    page = hub.client.get(f"/v1/visits?{days}", headers=staff)
    table = hub.client.get(f"/v1/visits.csv?{days}", headers=staff)

    assert page.status_code == 200
    assert table.status_code == 200
    assert table.text.splitlines()[0].count(",") > 3


@pytest.mark.parametrize(
    "question",
    [
        "log/proof?size=1&seq=10000000000000000000000000",
        "log/proof?size=1&seq=1&epoch=1000000000000000",
        "log/proof?size=1000000000000000&since=1",
        "log/proof?size=1&since=10000000000000000000000000",
        "changes?cursor=1000000000000000",
        "head?epoch=1000000000000000",
    ],
)
def test_kiosk_that_asks_for_too_large_a_number_is_told(hub: HubOfTests, question: str) -> None:
    kiosk = {"Authorization": f"Bearer {hub.pair().token}"}

    answer = hub.client.get(f"/v1/{question}", headers=kiosk)

    assert answer.status_code == 422
    assert "less than or equal to" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"watchlists/{LIST}/people/{ENTRY}?version=1000000000000000"),
        ("POST", "watchlists?name=L&category=alert&max_age_days=1000000000000000"),
        ("POST", "watchlists?name=L&category=alert&current_version=1000000000000000"),
    ],
)
def test_staff_who_ask_for_too_large_a_number_are_told(
    hub: HubOfTests, method: str, path: str
) -> None:
    staff = hub.sign_in()

    answer = hub.client.request(method, f"/v1/{path}", content=b"{}", headers=staff)

    assert answer.status_code == 422


def test_list_that_may_be_older_than_a_century_is_refused(hub: HubOfTests) -> None:
    staff = hub.sign_in()
    wanted = {"name": "L", "category": "alert", "max_age_days": 10**12}

    answer = hub.client.post("/v1/watchlists/new", json=wanted, headers=staff)

    assert answer.status_code == 422
