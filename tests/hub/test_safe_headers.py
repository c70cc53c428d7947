"""Nothing that the hub says is kept on the way, or taken for something else, whoever asks."""

import asyncio
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from admin_console.hub.app import create_app
from db.engine import Database
from tests.hub_of_tests import Clock


@pytest.fixture
def app(database: Database, tmp_path: Path) -> FastAPI:
    return create_app(
        database, tmp_path, Clock(), is_behind_proxy=True, metrics_port=8471,
        known_as=frozenset({"hub.school.example"}),
    )  # fmt: skip


def asks(app: FastAPI, path: str, host: str = "hub.school.example") -> httpx.Response:
    async def ask() -> httpx.Response:
        way = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=way, base_url=f"http://{host}") as client:
            return await client.get(path)

    return asyncio.run(ask())


def a_fault(app: FastAPI) -> httpx.Response:
    @app.get("/v1/stumbles")
    def stumble() -> None:
        raise RuntimeError

    return asks(app, "/v1/stumbles")


def another_name(app: FastAPI) -> httpx.Response:
    return asks(app, "/v1/set-up", "elsewhere.example")


def the_port_of_figures(app: FastAPI) -> httpx.Response:
    return asks(app, "/v1/set-up", "127.0.0.1:8471")


def a_zero_byte(app: FastAPI) -> httpx.Response:
    return asks(app, "/v1/visits?q=%00")


def nothing_there(app: FastAPI) -> httpx.Response:
    return asks(app, "/v1/nothing")


def a_line_of_nobody(app: FastAPI) -> httpx.Response:
    """As a server says it that can answer a WebSocket by HTTP."""
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "websocket",
        "path": "/v1/changes/live",
        "query_string": b"",
        "headers": [(b"host", b"hub.school.example")],
        "extensions": {"websocket.http.response": {}},
    }
    asyncio.run(app(scope, receive, send))
    return httpx.Response(told[0]["status"], headers=told[0]["headers"])


@pytest.mark.parametrize(
    ("way", "status"),
    [
        (a_fault, 500),
        (another_name, 421),
        (the_port_of_figures, 404),
        (a_zero_byte, 422),
        (nothing_there, 404),
        (a_line_of_nobody, 401),
    ],
)
def test_every_refusal_is_a_problem_that_nobody_keeps_and_nobody_guesses_at(
    app: FastAPI, way: Callable[[FastAPI], httpx.Response], status: int
) -> None:
    answer = way(app)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
