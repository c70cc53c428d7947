"""Which time zone a kiosk lives in when nobody has told it. No Qt.

The names are the IANA's, like ``America/Chicago``: a badge that runs out at 15:30 must know when
clocks change, which an offset does not.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOG = logging.getLogger(__name__)

_FOLDER = "zoneinfo/"
"""Where every system keeps its zones; a zone's name is what follows."""


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this name; None, said in the log, when this computer knows none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        LOG.warning("There is no time zone %r on this computer; the next best is taken.", name)
        return None


def system_zone(
    environment: Mapping[str, str] = os.environ, folder: Path = Path("/etc")
) -> ZoneInfo:
    """This computer's own zone, by the first that names one: TZ, localtime, timezone; else UTC.

    `environment` holds the variable TZ; in `folder` are the link `localtime` and the file
    `timezone`.
    """
    for name in _names(environment, folder):
        zone = zone_named(name) if name else None
        if zone is not None:
            return zone
    return ZoneInfo("UTC")


def _names(environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    # POSIX allows a colon before a name, and the path of a zone's file.
    told = environment.get("TZ", "").removeprefix(":")
    yield _after_folder(told) or told
    try:
        yield _after_folder((folder / "localtime").readlink().as_posix())
    except OSError:  # no link: a copy, which bears no name, or nothing
        LOG.debug("localtime is no link")
    try:
        yield (folder / "timezone").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        LOG.debug("no file names the time zone")


def _after_folder(path: str) -> str:
    """The name in a path of a zone's file, or nothing."""
    _, found, name = path.rpartition(_FOLDER)
    return name if found else ""
