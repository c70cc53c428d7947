"""A hub on SQLite, a small provider over real HTTP, and the commands at that hub."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from tests.hub.oidc.steps import FIRST, link, offer
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.provider_of_tests import (
    ProviderOfTests,
)


@pytest.fixture
def provider(clock: Clock) -> Iterator[ProviderOfTests]:
    running = ProviderOfTests(clock, FIRST)
    yield running
    running.close()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as running:
        yield running


@pytest.fixture
def command(
    hub: HubOfTests, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """`vestibule-hub` with these words; what it said."""
    url = hub.database.engine.url.render_as_string(hide_password=False)

    def run(*words: str, typed: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        main([*words, "--database", url])
        said = capsys.readouterr()
        return said.out + said.err

    return run


@pytest.fixture
def rosa(hub: HubOfTests, provider: ProviderOfTests) -> HubOfTests:
    """A hub where Rosa's account is linked."""
    offer(hub, provider)
    link(hub, provider)
    return hub
