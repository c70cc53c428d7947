"""Where programs keep what they must not lose, on each platform. No Qt: the hub asks too."""

import os
import sys
from pathlib import Path


def data_folder(program: str) -> Path:
    """The folder for a program's data, e.g. ``~/.local/share/vestibule/hub``; not made here."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "vestibule" / program
