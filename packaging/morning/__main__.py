"""A school morning with the real programs: who is in it, and what must come of it.

Run by ``sh packaging/try.sh``. Hub, console and kiosk are processes of their own; the camera is a
film of invented licences in an unsteady hand. Exit status 0 only if all of it happened.
"""

import argparse
import os
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from cast import TAKEN_OVER, Cast, PlayerError
from story import Story, tell
from summary import Summary, write_summary


def main() -> int:
    arguments = _arguments()
    keep = arguments.keep or _new_folder()
    keep.mkdir(parents=True, exist_ok=True)
    is_headless = arguments.headless or not _has_screen()
    say(f"A school morning, {'without a screen' if is_headless else 'on this screen'}.")
    began = time.monotonic()
    with Cast(keep, is_headless=is_headless, camera=arguments.camera) as cast:
        story = Story(cast, say)
        try:
            tell(story)
        except PlayerError as error:
            if str(error) == TAKEN_OVER:
                say("You have taken over. Close both windows to end the morning.")
                cast.wait_until_closed()
                return 0
            say(f"It did not happen as it should: {error}")
            say(f"What was kept lies in {keep}")
            return 1
        summary = Summary.gathered(story, seconds=time.monotonic() - began)
    text, is_good = write_summary(summary, keep)
    say(text)
    say(f"\nPictures, badges, log and summary.json: {keep}")
    return 0 if is_good else 1


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="try.sh", description="Run a school morning.")
    parser.add_argument("--headless", action="store_true", help="without a screen")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the proof goes")
    parser.add_argument("--camera", default="", metavar="N", help="a real camera's number")
    return parser.parse_args()


def _has_screen() -> bool:
    if sys.platform == "linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def _new_folder() -> Path:
    now = datetime.now().astimezone()
    return Path(tempfile.mkdtemp(prefix=f"vestibule-morning-{now:%Y%m%d-%H%M}-"))


if __name__ == "__main__":
    sys.exit(main())
