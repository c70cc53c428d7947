"""Which hubs this account knows: the authority (CA) of each, pinned when somebody compared it.

And the devices that hubs gave, by which they know this account again when somebody signs in.
"""

import json
import logging
import os
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from db.domain.errors import ConfigError
from db.private_files import make_private_folder
from resources.folders import data_folder

LOG = logging.getLogger(__name__)


class KnownHubs:
    """Kept in a file; in memory only without one."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known = _read(file) if file is not None else {}

    def ca_of(self, url: str) -> str | None:
        """The CA of the hub at this address as PEM (empty: the computer's own), None if unknown."""
        return self._known.get(_key(url))

    def keep(self, url: str, ca: str) -> None:
        """Know it from now on. Raises `ConfigError` when that cannot be kept."""
        self._keep(_key(url), ca)

    def device_of(self, url: str, name: str) -> str:
        """What the hub gave when somebody of this name signed in last; empty if it never did."""
        return self._known.get(_device_key(url, name), "")

    def keep_device(self, url: str, name: str, device: str) -> None:
        """Send it with the next sign-in of this name. Who signed in is in, kept or not."""
        try:
            self._keep(_device_key(url, name), device)
        except ConfigError as error:
            LOG.warning("the hub will not know this computer again: %s", error)

    def _keep(self, key: str, value: str) -> None:
        self._known[key] = value
        if self._file is None:
            return
        # Another console of this account may have written meanwhile.
        self._known = _read(self._file) | {key: value}
        part = self._file.with_name(f"{self._file.name}.part")
        try:
            make_private_folder(self._file.parent)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as new:
                json.dump(self._known, new, indent=1)
            part.replace(self._file)
        except OSError as error:
            raise ConfigError(
                f"{self._file}, where known hubs are kept, cannot be written ({error.strerror})."
            ) from error


def of_this_account() -> KnownHubs:
    return KnownHubs(data_folder("console") / "hubs.json")


def _key(url: str) -> str:
    return urlsplit(url).netloc.casefold()


def _device_key(url: str, name: str) -> str:
    """Says nobody's name to who reads the file."""
    return f"device {sha256(f'{_key(url)} {name.strip().casefold()}'.encode()).hexdigest()}"


def _read(file: Path) -> dict[str, str]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{file}, where known hubs are kept, cannot be read. Remove it: each hub's number is "
            "then compared once more."
        ) from error
    return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}
