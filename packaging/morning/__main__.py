"""A school morning with the real programs: who is in it, and what must come of it.

Run by ``sh packaging/try.sh``. Hub, console and kiosk are processes of their own; the camera is a
film of invented licences in an unsteady hand. Exit status: 0 only if all of it happened, 1 if
something did not, 2 if it cannot be done as asked, 3 if a person played it, 130 if it was stopped.
"""

import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from arguments import Arguments, read_arguments
from cast import Cast, PlayerError, TakenOverError
from story import Story, hand_over, open_the_school, tell
from summary import Summary, write_summary

DID_NOT_HAPPEN, PLAYED_BY_A_PERSON, STOPPED = 1, 3, 130


def main() -> int:
    arguments = read_arguments(sys.argv[1:])
    keep = arguments.keep or _new_folder()
    _end_well_when_told()
    try:
        return _play(arguments, keep)
    except KeyboardInterrupt:
        say(f"\nStopped. What was kept lies in {keep}")
        return STOPPED


def _play(arguments: Arguments, keep: Path) -> int:
    say(f"A school morning, {'without a screen' if arguments.is_headless else 'on this screen'}.")
    began = time.monotonic()
    with Cast(keep, is_headless=arguments.is_headless, camera=arguments.camera) as cast:
        story = Story(cast, say)
        try:
            if not _is_told(story):
                hand_over(story)
                say(f"Both windows are closed. Visits, log and badges lie in {keep}")
                say("You played it, and not the story: there is no summary (exit status 3).")
                return PLAYED_BY_A_PERSON
            summary = Summary.gathered(story, seconds=time.monotonic() - began)
        except PlayerError as error:
            say(f"It did not happen as it should: {error}")
            say(f"What was kept lies in {keep}")
            return DID_NOT_HAPPEN
    text, is_good = write_summary(summary, keep)
    say(text)
    say(f"\nPictures, badges, log and summary.json: {keep}")
    return 0 if is_good else DID_NOT_HAPPEN


def _is_told(story: Story) -> bool:
    """Play the story to its end. False when a person plays instead."""
    if story.cast.has_own_camera:
        open_the_school(story)
        return False
    try:
        tell(story)
    except TakenOverError:
        return False
    return True


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _end_well_when_told() -> None:
    """A closed terminal or an order to end is taken as Ctrl-C is: no program stays behind."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):  # the second is not known to Windows
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


def _new_folder() -> Path:
    now = datetime.now().astimezone()
    return Path(tempfile.mkdtemp(prefix=f"vestibule-morning-{now:%Y%m%d-%H%M}-"))


if __name__ == "__main__":
    sys.exit(main())
