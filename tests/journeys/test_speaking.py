"""A kiosk that speaks, from the camera's picture to what is heard."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.config import KioskConfig
from kiosk.flow import Step
from kiosk.scan.camera import put_on_reel
from resources.samples.film import Hand, write_film
from resources.samples.front import licence_front
from tests.lobby import PRIYA, Lobby, OpenLobby
from tests.voices import QUIET, RememberingVoice, put_program


def speaking(config: KioskConfig) -> KioskConfig:
    return replace(config, screen=replace(config.screen, speech=True))


def show_front(lobby: Lobby) -> None:
    film = lobby.folder / "reel" / "front.avi"
    hand = Hand(width=1010, tilt=3, sway=0)
    write_film(film, licence_front(PRIYA), seed=2, seconds=0.5, hand=hand)
    put_on_reel(lobby.folder / "reel", "front.avi")


def test_whoever_shows_the_wrong_side_hears_what_to_do(open_lobby: OpenLobby) -> None:
    voice = RememberingVoice()
    lobby = open_lobby(speaking, voice=voice)
    show_front(lobby)

    lobby.touch("sign_in")
    lobby.qtbot.waitUntil(lambda: voice.now == "Turn the card over, please", timeout=10_000)
    lobby.touch("back")
    lobby.wait_step(Step.WELCOME)

    assert voice.said[-3].startswith("Show the back of your ID. ")
    assert voice.now == QUIET


def test_whole_visit_is_spoken_without_a_name(open_lobby: OpenLobby) -> None:
    voice = RememberingVoice()
    lobby = open_lobby(speaking, voice=voice)

    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.BADGE)

    spoken = " ".join(voice.said)
    for words in ("Is this you?", "What brings you here today?", "A photo for your badge"):
        assert words in spoken
    assert "You are signed in." in spoken
    assert "Priya" not in spoken
    assert "Raghunathan" not in spoken


def test_kiosk_is_silent_unless_it_is_told_to_speak(open_lobby: OpenLobby) -> None:
    voice = RememberingVoice()
    lobby = open_lobby(voice=voice)

    lobby.touch("sign_in")
    lobby.wait_step(Step.SCAN_ID)

    assert voice.said == []


def test_configured_kiosk_speaks_by_the_program_that_it_finds(
    open_lobby: OpenLobby, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard"
    heard.touch()
    put_program(tmp_path, "espeak-ng", f"cat >> {heard}")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    lobby = open_lobby(speaking)

    lobby.touch("sign_in")

    lobby.qtbot.waitUntil(lambda: "Show the back of your ID" in heard.read_text(encoding="utf-8"))
