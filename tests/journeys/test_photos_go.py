"""The kiosk tells visitors when their photos are deleted, and keeps that promise."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from db import clock_doubt, photos, settings
from db.clock_doubt import Looked
from kiosk import app
from kiosk.app import DAY_MS, PHOTOS
from kiosk.clock import KioskClock
from kiosk.config import KioskConfig
from tests.lobby import OpenLobby, now


def photo(folder: Path, text: bytes, days_ago: int) -> Path:
    path = photos.path_of(folder, photos.keep(folder, b"\xff\xd8\xff" + text + b"\xff\xd9"))
    taken = (now() - timedelta(days=days_ago)).timestamp()
    os.utime(path, (taken, taken))
    return path


def test_photos_go_after_the_promised_days_when_the_kiosk_starts_and_each_day(
    open_lobby: OpenLobby, qtbot: QtBot
) -> None:
    made: list[Path] = []

    def keeps_a_week(config: KioskConfig) -> KioskConfig:
        folder = config.folder / PHOTOS
        made.extend(photo(folder, text, age) for text, age in ((b"old", 8), (b"new", 6)))
        return replace(config, visit=replace(config.visit, photo_keep_days=7))

    kiosk = open_lobby(keeps_a_week, hub_is_away=True).kiosk
    old, new = made

    qtbot.waitUntil(lambda: not old.exists())
    assert new.exists()
    assert kiosk.daily.isActive()
    assert kiosk.daily.interval() == DAY_MS

    later = photo(old.parent, b"old", 8)
    kiosk.daily.start(0)  # the next day
    qtbot.waitUntil(lambda: not later.exists())
    assert kiosk.daily.interval() == DAY_MS


def test_photos_go_soon_after_a_dead_clock_was_mended(
    open_lobby: OpenLobby, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SOON_MS", 50)
    shows, keeps = [datetime.now(UTC)], list[Path]()

    def keeps_a_week(config: KioskConfig) -> KioskConfig:
        keeps.append(config.folder / PHOTOS)
        return replace(config, visit=replace(config.visit, photo_keep_days=7))

    clock = KioskClock(lambda: shows[0])
    kiosk = open_lobby(keeps_a_week, hub_is_away=True, clock=clock).kiosk

    def looked() -> Looked | None:
        with kiosk.database.read() as session:
            return settings.read(session, clock_doubt.LOOKED, Looked)

    qtbot.waitUntil(lambda: looked() is not None)
    shows[0] = datetime(2000, 1, 1, tzinfo=UTC)
    kiosk.daily.start(0)  # the next morning
    qtbot.waitUntil(lambda: (known := looked()) is not None and known.behind is not None)
    old = photo(keeps[0], b"old", 8)

    shows[0] = datetime.now(UTC)

    qtbot.waitUntil(lambda: not old.exists())
