"""What was asked of the morning, looked at before anything starts."""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from db.domain.errors import CameraError
from kiosk.scan.camera import open_camera


@dataclass(frozen=True, slots=True)
class Arguments:
    """What can be done; `keep` is None for a new folder, `camera` empty for the films."""

    is_headless: bool
    keep: Path | None
    camera: str


def read_arguments(words: list[str]) -> Arguments:
    """Exits with status 2 and a sentence when it cannot be done; nothing was started then."""
    parser = argparse.ArgumentParser(prog="try.sh", description="Run a school morning.")
    parser.add_argument("--headless", action="store_true", help="without a screen")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="where the proof goes; a new or an empty folder"
    )
    parser.add_argument("--camera", metavar="N", help="a real camera's number, for a morning alone")
    asked = parser.parse_args(words)
    is_headless = asked.headless or not _has_screen()
    trouble = _trouble_with_folder(asked.keep) if asked.keep is not None else ""
    if not trouble and asked.camera is not None:
        trouble = _trouble_with_camera(asked.camera, is_headless=is_headless)
    if trouble:
        parser.exit(2, f"{trouble}\n")
    # Absolute: the programs run in a folder of their own.
    keep = asked.keep.absolute() if asked.keep is not None else None
    return Arguments(is_headless, keep, asked.camera or "")


def _trouble_with_folder(keep: Path) -> str:
    try:
        if keep.exists() and not keep.is_dir():
            return f"{keep} is a file. Nothing was started; choose another name for the folder."
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            return f"{keep} is not empty. Nothing was started; choose another folder."
    except OSError as error:
        return f"{keep}: {error.strerror}. Nothing was started; choose another folder."
    return ""


def _trouble_with_camera(number: str, *, is_headless: bool) -> str:
    if not (number.isascii() and number.isdecimal()):
        return f"--camera wants a camera's number, such as 0, not {number!r}. Nothing was started."
    if is_headless:
        return (
            "--camera is for a person at a screen, and there is none (or --headless was given). "
            "Nothing was started; leave out one of them."
        )
    try:
        camera = open_camera(number)
        try:
            camera.read()
        finally:
            camera.close()
    except CameraError as error:
        return f"Camera {number} gives no picture: {error} Nothing was started."
    return ""


def _has_screen() -> bool:
    is_always_there = not sys.platform.startswith("linux")
    return is_always_there or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
