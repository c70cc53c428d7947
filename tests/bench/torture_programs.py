"""The programs of `tests.bench.torture`: processes that are started again whenever they are killed.

They are forked from one process that has imported all of it already: half of what a kill would cost
otherwise is Python importing. A process killed shares nothing with the next but its code.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from admin_console.hub.__main__ import main as hub_main
from tests.bench import torture_kiosk

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["tests.bench.torture_kiosk", "admin_console.hub.serving", "kiosk.pairing"]
)

Main = Callable[[list[str]], int]


@dataclass
class Program:
    """One of them. Ends with the status that `main` returns for `arguments`; says it to `log`."""

    main: Main
    arguments: list[str]
    log: Path
    process: ForkServerProcess | None = None
    kills: int = 0

    def start(self) -> None:
        told = (self.main, self.arguments, self.log)
        self.process = _FORKS.Process(target=_run, args=told, daemon=True)
        self.process.start()

    def status(self) -> int | None:
        assert self.process is not None
        return self.process.exitcode

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join()
        self.kills += 1
        self.start()

    def end(self) -> None:
        if self.process is not None and self.process.pid is not None:
            self.process.kill()
            self.process.join()


def hub(arguments: list[str], log: Path) -> Program:
    return Program(hub_main, arguments, log)


def kiosk(arguments: list[str], log: Path) -> Program:
    return Program(torture_kiosk.main, arguments, log)


def _run(main: Main, arguments: list[str], log: Path) -> None:
    with log.open("ab") as said:
        os.dup2(said.fileno(), sys.stdout.fileno())
        os.dup2(said.fileno(), sys.stderr.fileno())
    sys.exit(main(arguments))
