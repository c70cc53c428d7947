"""What whoever runs the hub sees of it: health, readiness, figures, a line for each request."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from db import hub_trust, outbox
from db.domain.people import Identity
from db.engine import Database, open_database
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE, make_identity, make_screened
from tests.sync_of_tests import device_of

VISITOR: Identity = make_identity("Daniel", "Quillfeather")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


def visitor_comes(hub: HubOfTests, own_log: Database) -> None:
    given = hub.pair()
    came = make_screened(identity=VISITOR)
    with own_log.begin() as session:
        outbox.add(session, device_of(given), came, NINE, actor="visitor", visit_id=came.visit_id)
        batch = outbox.pending(session, device_of(given), 0, 10)
    hub.kiosk(given).push(batch, 1, b"")


def figures(answer: httpx.Response) -> dict[str, float]:
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/health"])
def test_hub_that_works_says_so_to_anybody(hub: HubOfTests, path: str) -> None:
    answer = hub.client.get(path)

    assert answer.status_code == 200
    assert "Lincoln" not in answer.text


def test_hub_over_a_database_of_another_version_lives_and_is_not_ready(hub: HubOfTests) -> None:
    with hub.database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert hub.client.get("/healthz").status_code == 200
    answer = hub.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_figures_count_what_happens_and_name_nobody(hub: HubOfTests, tmp_path: Path) -> None:
    own_log = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    visitor_comes(hub, own_log)
    own_log.close()
    headers = hub.sign_in()
    hub.client.get("/v1/visits?q=Quillfeather", headers=headers)
    (visit,) = hub.client.get("/v1/visits", headers=headers).json()["visits"]
    hub.client.get(f"/v1/visits/{visit['visit_id']}", headers=headers)
    hub.client.get("/Quillfeather")

    answer = hub.client.get("/metrics")

    found = figures(answer)
    assert found["vestibule_events_total"] == 1
    assert found["vestibule_kiosks"] == found["vestibule_kiosks_in_touch"] == 1
    assert found["vestibule_events_quarantined"] == found["vestibule_polls_waiting"] == 0
    assert found['vestibule_requests_total{method="GET",route="/v1/visits",status="200"}'] == 2
    assert (
        found['vestibule_requests_total{method="GET",route="/v1/visits/{visit_id}",status="200"}']
        == 1
    )
    assert found['vestibule_requests_total{method="GET",route="none",status="404"}'] == 1
    for told in ("Quillfeather", "Daniel", visit["visit_id"], "Front", "dwhitlock"):
        assert told not in answer.text


def test_figures_are_what_prometheus_reads(hub: HubOfTests) -> None:
    hub.client.get("/healthz")

    answer = hub.client.get("/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert answer.text.endswith("\n")
    sample = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+')
    lines = answer.text.splitlines()
    assert [line for line in lines if not line.startswith("#") and not sample.fullmatch(line)] == []
    found = figures(answer)
    of_health = '{method="GET",route="/healthz"'
    buckets = [
        v for k, v in found.items() if k.startswith(f"vestibule_request_seconds_bucket{of_health}")
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == found[f"vestibule_request_seconds_count{of_health}}}"] == 1


def test_figures_are_for_the_hubs_own_computer(hub: HubOfTests) -> None:
    answer = hub.client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.status_code == 403


def test_each_request_is_a_line_of_json_without_names_or_questions(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
        "--database", f"sqlite:///{tmp_path}/hub.db", "--log-requests",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    ) as hub:  # fmt: skip
        assert hub.stdout is not None
        url = hub.stdout.readline().split()[-1]
        try:
            trusted = hub_trust.context(hub_trust.ca_of(url))
            with httpx.Client(base_url=url, trust_env=False, verify=trusted) as client:
                client.get("/v1/visits?q=Quillfeather", headers={"Authorization": "Bearer secret"})
                client.get("/Quillfeather")
        finally:
            hub.terminate()
        _, said = hub.communicate(timeout=30)

    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [line["route"] for line in lines] == ["/v1/ca", "/v1/visits", "none"]
    first = lines[1]
    assert (first["method"], first["status"]) == ("GET", 401)
    assert first["ms"] >= 0
    assert "Quillfeather" not in said
    assert "secret" not in said
