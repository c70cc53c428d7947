"""A hub at a time that the test moves, on each server that we support, and a kiosk's pairing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import signing
from tests.hub_of_tests import Clock, HubOfTests, PairedOfTests, hub_at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(any_url: str, tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub", clock) as running:
        yield running


@pytest.fixture
def given(hub: HubOfTests) -> PairedOfTests:
    return hub.pair(key=signing.new_key())
