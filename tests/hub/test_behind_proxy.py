"""A hub behind a reverse proxy: who reads its figures, and a proxy that does not say who asks."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from admin_console.hub.__main__ import main
from admin_console.hub.app import create_app
from db.engine import Database
from tests.hub_of_tests import Clock

FROM_ELSEWHERE = {"X-Forwarded-For": "192.0.2.7"}


def asks(app: FastAPI, port: int, *paths: str, headers: dict[str, str] | None = None) -> list[int]:
    """What a program on the hub's own computer, as which the proxy looks too, gets at a port."""

    async def all_of_them() -> list[int]:
        way = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(transport=way, base_url=url) as client:
            return [(await client.get(path, headers=headers)).status_code for path in paths]

    return asyncio.run(all_of_them())


@pytest.fixture
def app(database: Database, tmp_path: Path) -> FastAPI:
    return create_app(database, tmp_path, Clock(), is_behind_proxy=True, metrics_port=8471)


def test_proxy_that_does_not_say_who_asks_gets_no_figures(app: FastAPI) -> None:
    assert asks(app, 8470, "/metrics") == [403]


def test_figures_are_read_at_a_port_of_their_own(app: FastAPI) -> None:
    assert asks(app, 8471, "/metrics") == [200]
    assert asks(app, 8471, "/metrics", headers=FROM_ELSEWHERE) == [403]


def test_port_of_figures_has_figures_only(app: FastAPI) -> None:
    paths = ("/metrics", "/healthz", "/readyz", "/v1/health", "/v1/ca", "/v1/desk", "/v1/set-up")

    assert asks(app, 8471, *paths) == [200, 200, 200, 404, 404, 404, 404]
    assert asks(app, 8470, "/v1/desk", "/v1/set-up", headers=FROM_ELSEWHERE) == [401, 200]


def test_hub_without_a_proxy_gives_its_own_computer_the_figures(
    database: Database, tmp_path: Path
) -> None:
    app = create_app(database, tmp_path, Clock())

    assert asks(app, 8470, "/metrics") == [200]


def asks_as(app: FastAPI, port: int, *hosts: str) -> list[int]:
    """What a program on the hub's computer gets, a browser too, that asks for it by these names."""
    return [asks(app, port, "/healthz", headers={"Host": host})[0] for host in hosts]


BY_ADDRESS = ("127.0.0.1:8470", "[::1]:8470", "192.0.2.7", "localhost:8470", "LOCALHOST.")


def test_hub_that_was_told_its_names_answers_to_no_other(
    database: Database, tmp_path: Path
) -> None:
    names = frozenset({"hub.school.example", "pc-office", "sch\u00fcle.example"})
    app = create_app(database, tmp_path, Clock(), is_behind_proxy=True, known_as=names)

    assert asks_as(app, 8470, "xn--schle-mva.example") == [200]
    assert asks_as(app, 8470, *BY_ADDRESS) == [200] * len(BY_ADDRESS)
    assert asks_as(app, 8470, "Hub.School.example", "pc-office:8470") == [200, 200]
    led_here = ("elsewhere.example", "elsewhere.example:8470", "127.0.0.1.elsewhere.example", "[x")
    assert asks_as(app, 8470, *led_here) == [421] * len(led_here)


def test_who_asks_by_a_name_that_is_not_the_hub_s_reads_how_it_gets_one(
    database: Database, tmp_path: Path
) -> None:
    names = frozenset({"hub.school.example"})
    app = create_app(database, tmp_path, Clock(), is_behind_proxy=True, known_as=names)

    async def ask() -> httpx.Response:
        way = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=way, base_url="http://elsewhere.example") as client:
            return await client.get("/v1/set-up")

    answer = asyncio.run(ask())

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "serve --name" in answer.json()["detail"]
    assert "elsewhere" not in answer.text


def test_hub_behind_a_proxy_that_was_told_no_name_closes_no_desk(app: FastAPI) -> None:
    assert asks_as(app, 8470, "hub.school.example") == [200]


def test_port_of_figures_is_asked_by_address_or_as_this_computer(app: FastAPI) -> None:
    assert asks_as(app, 8471, *BY_ADDRESS) == [200] * len(BY_ADDRESS)
    assert asks_as(app, 8471, "elsewhere.example:8471") == [421]


def test_proxy_that_does_not_say_who_asks_is_told_of_once(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    asks(app, 8470, "/healthz", "/metrics")
    asks(app, 8470, "/v1/ca", headers=FROM_ELSEWHERE)
    assert "proxy" not in caplog.text

    asks(app, 8470, "/v1/ca", "/v1/ca")

    assert caplog.text.count("The reverse proxy does not say who asks") == 1


def test_figures_are_never_offered_to_other_computers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = f"sqlite:///{tmp_path}/hub.db"

    status = main(["serve", "--metrics-listen", "0.0.0.0:8471", "--database", database])

    assert status == 1
    assert "--metrics-listen 127.0.0.1:8471" in capsys.readouterr().err
    assert not (tmp_path / "hub.db").exists()


def test_figures_need_a_port_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = f"sqlite:///{tmp_path}/hub.db"
    both = ["--listen", "192.0.2.1:8470", "--metrics-listen", "127.0.0.1:8470"]

    assert main(["serve", *both, "--database", database]) == 1

    assert "both say port 8470" in capsys.readouterr().err
