"""The hubs and the kiosks that journeys start from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.app import Kiosk, build_kiosk
from kiosk.badge.printer import BadgePrinter
from kiosk.clock import KioskClock
from kiosk.config import KioskConfig
from kiosk.front_desk import ANSWER_SECONDS
from kiosk.scan.camera import put_on_reel
from kiosk.speech import Voice
from tests import films
from tests.district import District, QuietKiosk
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.journeys.lists_of_tests import FIRST, settle
from tests.lobby import LIST_CSV, Lobby, OpenLobby, knows_list, make_config, now, pair


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub", now) as running:
        running.client.post(
            "/v1/watchlists",
            params={"name": "District no-trespass list", "category": "trespass"},
            content=LIST_CSV,
            headers=running.sign_in(),
        ).raise_for_status()
        yield running


@pytest.fixture
def open_lobby(hub: HubOfTests, tmp_path: Path, qtbot: QtBot) -> Iterator[OpenLobby]:
    """Opens the kiosk; `hub_is_away` gives it an address where nobody answers."""
    opened: list[Kiosk] = []

    def open_one(
        change: Callable[[KioskConfig], KioskConfig] = lambda c: c,
        *,
        hub_is_away: bool = False,
        printer: BadgePrinter | None = None,
        voice: Voice | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        clock: KioskClock | None = None,
    ) -> Lobby:
        films.put_empty_desk(tmp_path / "reel" / "empty.avi")
        put_on_reel(tmp_path / "reel", "empty.avi")
        config = change(make_config(tmp_path))
        pair(config, hub, hub_is_away=hub_is_away)
        kiosk = build_kiosk(
            config,
            is_still=True,
            listen_seconds=0.3,
            printer=printer,
            voice=voice,
            answer_seconds=answer_seconds,
            clock=clock,
        )
        opened.append(kiosk)
        kiosk.start()
        qtbot.waitUntil(kiosk.window.view.isExposed)
        lobby = Lobby(kiosk, hub, tmp_path, qtbot)
        if not hub_is_away:
            qtbot.waitUntil(lambda: knows_list(kiosk), timeout=10_000)
        return lobby

    yield open_one
    for kiosk in opened:
        kiosk.stop()


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """A hub at a time that the test moves, without kiosks yet."""
    clock = Clock()
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub", clock) as hub:
        opened = District(hub, clock, tmp_path)
        yield opened
        opened.close()


@pytest.fixture
def front(district: District) -> QuietKiosk:
    """The first kiosk; the list's first version is there and compared."""
    kiosk = district.open_kiosk("front")
    district.import_list(FIRST)
    settle(district)
    return kiosk
