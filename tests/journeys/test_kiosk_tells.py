"""A kiosk as it runs says of itself how it stands, while visitors come."""

from pytestqt.qtbot import QtBot

from db import codec, settings
from db.domain.kiosks import Kiosks, KioskState
from kiosk.sync.exchange import HEARD_AT
from tests.lobby import Lobby, OpenLobby


def state(lobby: Lobby) -> KioskState | None:
    answer = lobby.hub.client.get("/v1/kiosks", headers=lobby.hub.token_of("dwhitlock"))
    (kiosk,) = codec.from_json(answer.content, Kiosks).kiosks
    return kiosk.state


def test_running_kiosk_tells_its_lists_and_that_nothing_waits(
    open_lobby: OpenLobby, qtbot: QtBot
) -> None:
    lobby = open_lobby()

    def is_told() -> bool:
        said = state(lobby)
        return said is not None and said.has_all_lists and bool(said.lists)

    qtbot.waitUntil(is_told, timeout=20_000)

    said = state(lobby)
    assert said is not None
    assert said.waiting == 0
    assert abs(said.clock_ahead_seconds) < 5
    assert [(known.name, known.version, known.behind_since) for known in said.lists] == [
        ("District no-trespass list", 1, None)
    ]
    with lobby.kiosk.database.read() as session:
        assert settings.read(session, HEARD_AT, str) is not None
