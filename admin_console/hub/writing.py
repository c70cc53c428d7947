"""Writing a file so that it is there whole, or the one before is."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from db.domain.errors import StorageError

OWN = 0o600


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write beside, then replace: an export that fails leaves the one before as it was.

    Who came and when stands in most of them: a new file is for this account alone, and one that
    was there stays open to those to whom it was. What is no file and can be written to, a pipe or
    ``/dev/null``, gets the lines as they come.
    """
    beside = path.with_name(f"{path.name}.part")
    try:
        if path.is_fifo() or path.is_char_device():
            with path.open("wb") as taker:
                taker.writelines(lines)
            return
        if path.exists() and not path.is_file():
            raise StorageError(f"{path} is no file. Nothing was written. Name another one.")
        beside.unlink(missing_ok=True)  # of an export that was killed
        mode = path.stat().st_mode & 0o777 if path.exists() else OWN
        beside.touch(OWN, exist_ok=False)
        beside.chmod(mode)
        with beside.open("wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror}). What was there before is kept. Free "
            "some space, or name another place."
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
