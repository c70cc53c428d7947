"""What a log may say of an error that nobody expected: where it came from, and not its words.

Its words may hold a name, or what somebody typed.
"""

import traceback
from pathlib import Path

_SHOWN = 12
"""Lines of the program, the last ones."""


def where(error: BaseException) -> str:
    """What kind of error, and at which lines of the program: nothing of what it says."""
    lines = traceback.extract_tb(error.__traceback__)[-_SHOWN:]
    way = " < ".join(f"{Path(line.filename).name} line {line.lineno}" for line in reversed(lines))
    return f"{type(error).__name__}, {way}"
