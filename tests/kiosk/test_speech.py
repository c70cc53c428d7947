"""A voice is a program: what it is given, how it is interrupted, and what happens when it fails."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from kiosk.config import ScreenPart
from kiosk.doctor_finding import Finding, Verdict
from kiosk.doctor_speech import look
from kiosk.speech import ProgramVoice, arguments_for, find_program, open_voice
from tests.voices import put_program

WORDS = "Tilt the card away from the light"
GOES_ON = "exec tail -f /dev/null"
"""What a program does that still speaks."""


@pytest.fixture
def voices() -> Iterator[list[ProgramVoice]]:
    opened: list[ProgramVoice] = []
    yield opened
    for voice in opened:
        voice.close()


def make_voice(voices: list[ProgramVoice], program: Path | str) -> ProgramVoice:
    voice = ProgramVoice(str(program), arguments_for("linux"))
    voices.append(voice)
    return voice


def content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_text_comes_by_stdin_and_never_on_the_command_line(
    voices: list[ProgramVoice], tmp_path: Path, qtbot: QtBot
) -> None:
    heard, called = tmp_path / "heard", tmp_path / "called"
    program = put_program(tmp_path, "espeak-ng", f'echo "$@" > {called}', f"cat > {heard}")
    voice = make_voice(voices, program)

    voice.say("Gire la tarjeta, por favor. ¿Más tiempo?", "es")

    qtbot.waitUntil(lambda: content(heard) == "Gire la tarjeta, por favor. ¿Más tiempo?\n")
    assert content(called).split()[:2] == ["-v", "es-419"]
    assert "tarjeta" not in content(called)


def test_next_text_interrupts_the_last(
    voices: list[ProgramVoice], tmp_path: Path, qtbot: QtBot
) -> None:
    heard, running = tmp_path / "heard", tmp_path / "running"
    lines = (f"echo $$ >> {running}", f"cat >> {heard}", GOES_ON)
    voice = make_voice(voices, put_program(tmp_path, "espeak-ng", *lines))
    voice.say("A little closer", "en")
    qtbot.waitUntil(lambda: content(heard) == "A little closer\n")
    first = int(content(running).split()[0])

    voice.say(WORDS, "en")

    qtbot.waitUntil(lambda: not psutil.pid_exists(first))
    qtbot.waitUntil(lambda: content(heard) == f"A little closer\n{WORDS}\n")


def test_quiet_voice_is_silent_at_once_and_no_program_is_left(
    voices: list[ProgramVoice], tmp_path: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    heard, running = tmp_path / "heard", tmp_path / "running"
    lines = (f"echo $$ > {running}", f"cat > {heard}", GOES_ON)
    voice = make_voice(voices, put_program(tmp_path, "espeak-ng", *lines))
    voice.say(WORDS, "en")
    qtbot.waitUntil(lambda: content(heard) != "")

    voice.be_quiet()
    voice.close()

    assert not psutil.pid_exists(int(content(running)))
    assert caplog.records == []


@pytest.mark.parametrize("lines", [None, ("exit 3",), ("kill -9 $$",)])
def test_voice_that_fails_is_told_once_without_its_text(
    voices: list[ProgramVoice],
    tmp_path: Path,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
    lines: tuple[str, ...] | None,
) -> None:
    if lines is not None:
        put_program(tmp_path, "espeak-ng", *lines)
    voice = make_voice(voices, tmp_path / "espeak-ng")

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            voice.say(WORDS, "en")
            qtbot.waitUntil(lambda: not voice.is_speaking)

    (record,) = caplog.records
    assert "does not speak" in record.getMessage()
    assert WORDS not in record.getMessage()


def test_computer_without_a_voice_stays_silent_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert open_voice() is None
    assert "this computer has no voice" in caplog.text


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("language", ["en", "es", "ar", "vi", "zh"])
def test_real_espeak_speaks_every_language_of_the_screens(
    voices: list[ProgramVoice], tmp_path: Path, qtbot: QtBot, language: str
) -> None:
    program, sound = find_program("linux"), tmp_path / "sound.wav"
    spoken = lambda name: [*arguments_for("linux")(name), "-w", str(sound)]  # noqa: E731  to a file
    voice = ProgramVoice(str(program), spoken)
    voices.append(voice)

    voice.say("A little closer", language)

    qtbot.waitUntil(lambda: not voice.is_speaking, timeout=10_000)
    assert sound.stat().st_size > 10_000
    assert not voice._has_complained


def test_windows_speaks_by_its_own_voice_and_gets_the_text_by_stdin_too() -> None:
    *_, command, script = arguments_for("win32")("es")

    assert command == "-Command"
    assert "System.Speech" in script
    assert "OpenStandardInput" in script
    assert "'es'" in script


# ---- doctor ----------------------------------------------------------------------------------


def found(folder: Path, *, speech: bool = True) -> list[Finding]:
    return list(look(ScreenPart(speech=speech), platform="linux", sound=folder / "snd"))


def test_doctor_says_that_speech_is_off(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, speech=False)

    assert (finding.verdict, finding.found) == (Verdict.GOOD, "off, as configured")


def test_doctor_says_what_to_install_when_nothing_can_speak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    (finding,) = found(tmp_path)

    assert finding.verdict is Verdict.LOOK
    assert "Debian package espeak-ng" in finding.to_do


def test_doctor_finds_the_voice_and_the_loudspeaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path, "espeak-ng", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "snd").mkdir()
    (tmp_path / "snd" / "pcmC0D0p").touch()

    (finding,) = found(tmp_path)

    assert finding.verdict is Verdict.GOOD
    assert finding.found.startswith("espeak-ng speaks")


def test_doctor_says_that_nobody_hears_a_computer_without_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path, "espeak-ng", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert [f.verdict for f in found(tmp_path)] == [Verdict.GOOD, Verdict.LOOK]


def test_doctor_says_when_the_voice_has_lost_its_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path, "espeak-ng", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))

    (finding,) = found(tmp_path)

    assert finding.verdict is Verdict.LOOK
    assert "does not speak English" in finding.found
