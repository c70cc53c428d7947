"""A long answer that is broken off, since whoever asked may not hear the rest, is no fault."""

import logging
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from admin_console.hub import streams
from admin_console.hub.app import create_app
from admin_console.hub.door import Door, speaks_through
from tests.hub_of_tests import Clock, HubOfTests, PromptServer


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """As the hub serves it, but for what works behind the answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(
            app, http=speaks_through(Door(100)), log_config=None, lifespan="off",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = PromptServer(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=url, trust_env=False, timeout=10) as client:
            yield client
        server.end()
        thread.join(30)
        assert not thread.is_alive()


def with_long_answer(hub: HubOfTests, clock: Clock, lines: Generator[str]) -> FastAPI:
    app = create_app(hub.database, hub.photos, clock)
    token = hub.token_of("rbegaye")["Authorization"].removeprefix("Bearer ")

    def long() -> StreamingResponse:
        told = streams.while_signed_in(app.state.context, token, lines)
        return StreamingResponse(streams.in_one_thread(told))

    app.add_api_route("/long", long)
    return app


@pytest.fixture
def at_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(streams, "LINES_AT_ONCE", 1)


@pytest.mark.usefixtures("at_each_line")
def test_export_of_who_is_signed_out_meanwhile_breaks_off_and_is_no_fault(
    hub: HubOfTests, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def lines() -> Generator[str]:
        yield "one"
        hub.remove_staff("rbegaye")
        yield "two"

    heard = list[str]()
    with caplog.at_level(logging.INFO), served(with_long_answer(hub, clock, lines())) as client:
        with (
            pytest.raises(httpx.RemoteProtocolError),
            client.stream("GET", "/long") as answer,
        ):
            heard.extend(answer.iter_text())
        assert client.get("/healthz").status_code == 200

    assert heard == ["one"]
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
    assert "broken off" in caplog.text


@pytest.mark.usefixtures("at_each_line")
def test_export_that_stumbles_is_a_fault_as_ever(
    hub: HubOfTests, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def lines() -> Generator[str]:
        yield "one"
        raise LookupError

    with (
        served(with_long_answer(hub, clock, lines())) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.get("/long")

    assert "Exception in ASGI application" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/visits.csv",
        "/v1/audit.csv",
        "/v1/watchlists/019378a0-0000-7000-8000-000000000001/export.csv",
    ],
)
def test_table_is_not_begun_for_a_client_that_would_take_a_part_of_it_for_the_whole(
    hub: HubOfTests, clock: Clock, path: str
) -> None:
    """As nginx asks that is not told to speak HTTP/1.1 to the hub."""
    with served(create_app(hub.database, hub.photos, clock)) as client:
        asked = f"GET {path} HTTP/1.0\r\nHost: {client.base_url.netloc.decode()}\r\n"
        token = hub.token_of("dwhitlock")["Authorization"]
        with socket.create_connection((client.base_url.host, client.base_url.port)) as line:
            line.sendall(f"{asked}Authorization: {token}\r\n\r\n".encode())
            answer = b"".join(iter(lambda: line.recv(9999), b"")).decode()

    assert answer.startswith("HTTP/1.1 426")
    assert "upgrade: HTTP/1.1" in answer
    assert "have it speak HTTP/1.1" in answer
    assert "exported" not in hub.client.get("/v1/audit", headers={"Authorization": token}).text
