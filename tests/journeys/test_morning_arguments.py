"""The morning of ``try.sh``: what it refuses, how it is stopped, and that each check can fail."""

import copy
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QRect

MORNING = Path(__file__).parents[2] / "packaging" / "morning"

GOOD: dict[str, Any] = {
    "counts": {"visits": 3, "badges": 2, "denials": 1, "sign_outs_by_badge": 1},
    "visits": [
        {"number": 1, "name": "Priya Raghunathan", "outcome": "departed", "ms_per_step": {"X": 1}},
        {"number": 2, "name": "Marcus Fennimore", "outcome": "denied", "ms_per_step": {"X": 1}},
        {"number": 3, "name": "Helen Marlowe", "outcome": "on_site", "ms_per_step": {"X": 1}},
    ],
    "events": {"on_the_kiosk": 8, "missing": 0, "doubled": 0, "unknown": 0},
    "verification": {"kiosk": True, "hub": True, "kiosk_and_hub_agree": True},
    "readings": 3,
    "milliseconds": {"median_first_frame_to_identity": 90.0},
    "files": {"pictures/kiosk-01-welcome.png": 130_000, "badges/visit-1.pdf": 40_000},
}


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """One of the morning's files: they lie in a folder of scripts, not in a package."""
    monkeypatch.syspath_prepend(str(MORNING))
    return importlib.import_module


def refusal(
    part: Callable[[str], Any], capsys: pytest.CaptureFixture[str], *words: str | Path
) -> str:
    with pytest.raises(SystemExit) as ended:
        part("arguments").read_arguments([str(word) for word in words])
    assert ended.value.code == 2
    return capsys.readouterr().err


def is_alive(program: psutil.Process) -> bool:
    """Not so for one that has ended and was not counted yet."""
    return program.is_running() and program.status() != psutil.STATUS_ZOMBIE


# ---- what was asked --------------------------------------------------------------------------


def test_folder_in_use_is_refused_before_anything_starts(
    part: Callable[[str], Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "summary.json").write_text("{}")

    said = refusal(part, capsys, "--headless", "--keep", tmp_path)

    assert said == f"{tmp_path} is not empty. Nothing was started; choose another folder.\n"


def test_file_in_place_of_the_folder_is_refused(
    part: Callable[[str], Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "proof"
    file.write_text("kept")

    assert "is a file. Nothing was started" in refusal(part, capsys, "--keep", file)
    assert "Nothing was started" in refusal(part, capsys, "--keep", file / "below")
    assert file.read_text() == "kept"


def test_new_folder_is_made(part: Callable[[str], Any], tmp_path: Path) -> None:
    arguments = part("arguments").read_arguments(["--headless", "--keep", str(tmp_path / "a/b")])

    assert (arguments.is_headless, arguments.camera) == (True, "")
    assert (tmp_path / "a/b").is_dir()


def test_camera_without_a_screen_is_refused(
    part: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "person at a screen" in refusal(part, capsys, "--headless", "--camera", "0")


@pytest.mark.parametrize("number", ["first", "-1", "", "0x1", "/dev/video0"])
def test_camera_that_is_no_number_is_refused(
    part: Callable[[str], Any], capsys: pytest.CaptureFixture[str], number: str
) -> None:
    assert "wants a camera's number" in refusal(part, capsys, f"--camera={number}")


@pytest.mark.parametrize("number", ["77", "9999"])
def test_camera_that_is_not_there_is_refused(
    part: Callable[[str], Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: str,
) -> None:
    monkeypatch.setenv("DISPLAY", ":77")

    said = refusal(part, capsys, "--camera", number)

    assert said.startswith(f"Camera {number} gives no picture: ")
    assert said.endswith(" Nothing was started.\n")


# ---- on a screen -----------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440), (3840, 2160)])
def test_kiosk_and_console_share_a_screen_side_by_side(
    part: Callable[[str], Any], width: int, height: int
) -> None:
    screen = QRect(0, 30, width, height - 30)

    kiosk, console = part("player").side_by_side(screen)

    assert not kiosk.intersects(console)
    assert screen.contains(kiosk)
    assert screen.contains(console)
    assert kiosk.width() >= 560
    assert console.width() >= 1280


def test_narrow_screen_shows_both_as_far_as_it_can(part: Callable[[str], Any]) -> None:
    screen = QRect(0, 0, 1366, 768)

    kiosk, console = part("player").side_by_side(screen)

    assert screen.contains(kiosk)
    assert screen.contains(console)


# ---- stopped ---------------------------------------------------------------------------------


def test_stopped_morning_says_where_things_lie_and_leaves_no_program(tmp_path: Path) -> None:
    keep = tmp_path / "proof"
    morning = subprocess.Popen(
        [sys.executable, str(MORNING), "--headless", "--keep", str(keep)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    me = psutil.Process(morning.pid)
    assert morning.stdout is not None
    morning.stdout.readline()
    assert morning.stdout.readline().startswith("The school opens")
    while not (children := me.children(recursive=True)):
        assert morning.poll() is None
        time.sleep(0.02)

    morning.terminate()
    said, trouble = morning.communicate(timeout=60)

    assert morning.returncode == 130
    assert said.endswith(f"Stopped. What was kept lies in {keep}\n")
    assert trouble == ""
    assert [child for child in children if is_alive(child)] == []


def test_closed_window_ends_the_wait_for_it_at_once(
    part: Callable[[str], Any], tmp_path: Path
) -> None:
    cast = part("cast")
    (tmp_path / "closing.py").write_text("import sys; sys.stdin.readline()")
    ended: list[Exception] = []
    env = {**os.environ, "VESTIBULE_MORNING_LOGS": str(tmp_path)}
    player = cast.Player("console", str(tmp_path / "closing.py"), [], env, ended)

    began = time.monotonic()
    with pytest.raises(cast.PlayerError, match=r"^the console was closed$"):
        player.ask("click", widget="go_desk")

    assert time.monotonic() - began < 10
    player.quit()


def test_touch_in_one_window_ends_the_wait_for_the_other(
    part: Callable[[str], Any], tmp_path: Path
) -> None:
    cast = part("cast")
    touched = 'print(\'{"error": "taken over"}\', flush=True); input()'
    (tmp_path / "touched.py").write_text(touched)
    (tmp_path / "busy.py").write_text("import sys\nfor _ in sys.stdin: pass")
    ended: list[Exception] = []
    env = {**os.environ, "VESTIBULE_MORNING_LOGS": str(tmp_path)}
    console = cast.Player("console", str(tmp_path / "busy.py"), [], env, ended)
    kiosk = cast.Player("kiosk", str(tmp_path / "touched.py"), [], env, ended)

    with pytest.raises(cast.TakenOverError):
        console.ask("wait_widget", widget="matchCard")

    kiosk.quit()
    console.process.kill()
    console.quit()


# ---- what must have happened -----------------------------------------------------------------


def test_morning_as_it_should_be_has_no_problems(part: Callable[[str], Any]) -> None:
    assert part("checks").problems(GOOD) == []


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("counts.visits", 4, "4 visits instead of 3"),
        ("counts.badges", 1, "1 badges instead of 2"),
        ("counts.denials", 0, "0 denials instead of 1"),
        ("counts.sign_outs_by_badge", 0, "0 sign outs by badge instead of 1"),
        ("visits.1.outcome", "on_site", "the visits are not those of the story"),
        ("visits.2.name", "Helena Marlow", "the visits are not those of the story"),
        ("visits.0.ms_per_step", {}, "how long the steps of visit 1 took is not known"),
        ("events.on_the_kiosk", 0, "the kiosk has kept no events"),
        ("events.missing", 1, "events of the kiosk that the hub does not hold: 1"),
        ("events.doubled", 2, "events of the kiosk that the hub holds twice: 2"),
        ("events.unknown", 1, "events at the hub that the kiosk never wrote: 1"),
        ("verification.kiosk", False, "the log of the kiosk was changed"),
        ("verification.hub", False, "the log of the hub was changed"),
        (
            "verification.kiosk_and_hub_agree",
            False,
            "kiosk and hub tell the same visit differently",
        ),
        ("readings", 2, "2 IDs were read instead of 3"),
        (
            "milliseconds.median_first_frame_to_identity",
            500.0,
            "an ID took half a second or more to be read",
        ),
        (
            "files.pictures/kiosk-01-welcome",
            0,
            "pictures/kiosk-01-welcome.png is missing or as good as empty",
        ),
        (
            "files.pictures/kiosk-01-welcome",
            2_000,
            "pictures/kiosk-01-welcome.png is missing or as good as empty",
        ),
        ("files.badges/visit-1", 0, "badges/visit-1.pdf is missing or as good as empty"),
    ],
)
def test_every_rule_can_fail(
    part: Callable[[str], Any], place: str, value: object, said: str
) -> None:
    told = copy.deepcopy(GOOD)
    *way, last = place.split(".")
    at: Any = told
    for name in way:
        at = at[int(name) if name.isdecimal() else name]
    at[next((key for key in at if key.startswith(last)), last)] = value

    assert part("checks").problems(told) == [said]


def test_morning_with_a_problem_does_not_end_well(
    part: Callable[[str], Any], tmp_path: Path
) -> None:
    summary = part("summary")
    told = summary.Summary(
        time_zone="America/Chicago",
        visits=[],
        counts={"visits": 3, "badges": 2, "denials": 1, "sign_outs_by_badge": 1},
        events=dict.fromkeys(
            ("on_the_kiosk", "of_the_kiosk_at_the_hub", "of_the_office_at_the_hub",
             "missing", "doubled", "unknown"), 1
        ),
        verification={"kiosk": True, "hub": True, "kiosk_and_hub_agree": True},
        readings=3,
        milliseconds={"median_first_frame_to_identity": 86.1, "whole_morning": 57_532},
        files={"log.csv": 900},
        problems=["the log of the hub was changed"],
    )  # fmt: skip

    text, is_good = summary.write_summary(told, tmp_path)

    assert not is_good
    assert "Visits (times in America/Chicago)" in text
    assert "first frame to identity 86 ms\n        whole morning 57.5 s" in text
    assert "3 visits, 2 badges, 1 denial, 1 sign out by badge; 1 file" in text
    assert text.endswith("Not as it should be:\n  the log of the hub was changed")
