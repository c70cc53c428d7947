"""A real CUPS with one label printer, on loopback; only the printer itself is a script of ours.

What the printer gets is put into a file; what is written to `says` is its trouble.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

QUEUE = "labels"
_CUPS = Path("/usr/lib/cups")
_FIND = f"{os.environ.get('PATH', '')}:/usr/sbin"

_BACKEND = """#!/bin/sh
[ $# = 0 ] && exit 0
[ -e "{folder}/says" ] && {{ cat "{folder}/says" >&2; exit 1; }}
echo "$5" >"{folder}/options"
cat "$6" >"{folder}/printed"
"""
_SERVER = """Listen 127.0.0.1:{port}
Browsing No
WebInterface No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow from 127.0.0.1
  </Limit>
</Policy>
"""
_FILES = """ServerRoot {folder}/root
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/temp
ServerBin {folder}/bin
AccessLog {folder}/access_log
ErrorLog {folder}/error_log
PageLog {folder}/page_log
Sandboxing relaxed
"""


@dataclass(frozen=True)
class PrintServer:
    folder: Path
    address: str

    @property
    def printed(self) -> bytes:
        """What came out of the printer last."""
        return (self.folder / "printed").read_bytes()

    @property
    def options(self) -> str:
        return (self.folder / "options").read_text(encoding="utf-8")

    def new_queue(self, trouble: str = "", *, gives_up: bool = False) -> None:
        """A fresh queue; its printer says this trouble and prints nothing, or works.

        `gives_up`: the queue drops such a job, where it would otherwise wait and try again.
        """
        self._call("lpadmin", "-x", QUEUE)
        (self.folder / "says").unlink(missing_ok=True)
        if trouble:
            (self.folder / "says").write_text(f"{trouble}\n", encoding="utf-8")
        policy = "abort-job" if gives_up else "retry-job"
        kind = ("-v", "label:/invented", "-m", "raw", "-o", f"printer-error-policy={policy}")
        self._call("lpadmin", "-p", QUEUE, "-E", *kind)

    def pause(self) -> None:
        self._call("cupsdisable", QUEUE)

    @property
    def waiting(self) -> str:
        return self._call("lpstat", "-W", "not-completed", "-o")

    def wait_until_it_runs(self) -> None:
        began = time.monotonic()
        while "scheduler is running" not in self._call("lpstat", "-r"):
            if time.monotonic() - began > 10:
                pytest.fail("CUPS did not start.")

    def _call(self, command: str, *arguments: str) -> str:
        program = shutil.which(command, path=_FIND)
        assert program is not None, command
        environment = os.environ | {"CUPS_SERVER": self.address, "LC_ALL": "C"}
        done = subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout


@contextmanager
def start_printing(folder: Path) -> Iterator[PrintServer]:
    """Start CUPS; fails the test in words when it is not installed."""
    daemon = shutil.which("cupsd", path=_FIND)
    if daemon is None:
        pytest.fail("CUPS is not installed: run sh packaging/setup.sh --tests, which installs it.")
    folder.chmod(0o777)  # CUPS drives printers as a user of its own
    for part in ("root", "spool", "cache", "state", "temp", "bin/backend"):
        (folder / part).mkdir(parents=True)
    for part in ("daemon", "monitor", "notifier"):
        (folder / "bin" / part).symlink_to(_CUPS / part)
    backend = folder / "bin" / "backend" / "label"
    backend.write_text(_BACKEND.format(folder=folder), encoding="utf-8")
    backend.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "cupsd.conf").write_text(_SERVER.format(port=port), encoding="utf-8")
    (folder / "files.conf").write_text(_FILES.format(folder=folder), encoding="utf-8")
    running = subprocess.Popen(
        [daemon, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "files.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = PrintServer(folder, f"127.0.0.1:{port}")
    try:
        server.wait_until_it_runs()
        yield server
    finally:
        running.terminate()
        running.wait(10)
