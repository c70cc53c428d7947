"""The hub announces itself, and whoever pairs a kiosk is told of it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from admin_console.hub.announcing import Announcement
from db import discovery
from kiosk.__main__ import main

HERE = ("127.0.0.1",)


@contextmanager
def announced(name: str, port: int) -> Iterator[None]:
    is_there, over = threading.Event(), threading.Event()

    async def speak() -> None:
        announcement = Announcement(name, port, HERE, HERE)
        await announcement.begin()
        is_there.set()
        await asyncio.to_thread(over.wait, 30)
        await announcement.end()

    thread = threading.Thread(target=lambda: asyncio.run(speak()))
    thread.start()
    assert is_there.wait(20)
    yield
    over.set()
    thread.join(20)


def test_hub_that_announces_itself_is_found() -> None:
    with announced("St. Lincoln School", 8470):
        found = discovery.hubs_here(1.0, HERE)

    assert discovery.FoundHub("St  Lincoln School", "https://127.0.0.1:8470") in found


def test_nobody_is_found_where_nobody_announces_anything() -> None:
    assert discovery.hubs_here(0.2, HERE) == []


def test_pairing_without_an_address_lists_what_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [discovery.FoundHub("Lincoln", "https://192.0.2.5:8470")]
    monkeypatch.setattr(discovery, "hubs_here", lambda: found)

    assert main(["pair"]) == 2

    assert "--hub https://192.0.2.5:8470   (Lincoln)" in capsys.readouterr().err
