"""The processes of the morning: the real hub, and console and kiosk with a hand on the mouse."""

import contextlib
import itertools
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from props import CAST, HOSTS_CSV, LIST_CSV, LIST_NAME, SITE, Props

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
TAKEN_OVER = "taken over"
READY_SECONDS = 20.0
PAIRED_SECONDS = 60.0
STAFF_NAME = "dwhitlock"
TIME_ZONE = "America/Chicago"
CARD_SECONDS, EMPTY_SECONDS = 9.0, 3.0
"""How long each licence is held before the camera while a person plays, and the desk is empty."""
LOOK_EVERY_SECONDS = 0.2
STOPS = (signal.SIGINT, signal.SIGTERM)


class PlayerError(Exception):
    """A process did not do what the story asks of it."""


class TakenOverError(PlayerError):
    """A person touched a window: from now on it is theirs."""


class Player:
    """A program that does what it is told, one command at a time, and answers in JSON."""

    def __init__(
        self,
        name: str,
        script: str,
        arguments: list[str],
        env: dict[str, str],
        ended: list[PlayerError],
    ) -> None:
        """`env` names in VESTIBULE_MORNING_LOGS where the program's own messages go.

        `ended` is shared by all: what ended the play, so that nobody waits for the others then.
        """
        self.name = name
        self._ended = ended
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._log = (Path(env["VESTIBULE_MORNING_LOGS"]) / f"{name}.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=env,
            text=True,
            cwd=ROOT,
            start_new_session=True,  # Ctrl-C is for the director, who ends everybody in order
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise PlayerError(f"{name} has no pipes")
        self._commands: IO[str] = self.process.stdin
        self._said: IO[str] = self.process.stdout
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def ask(self, do: str, timeout: float = 20.0, **arguments: Any) -> Any:
        """Have something done and wait for it. Raises `PlayerError` when it cannot be."""
        command = {"do": do, "timeout": timeout, **arguments}
        with contextlib.suppress(OSError):  # closed: the listener says so in a moment
            self._commands.write(json.dumps(command) + "\n")
            self._commands.flush()
        answer = self._answer(timeout + 5.0, f"the {self.name} does not answer to {do}")
        if "error" in answer:
            raise PlayerError(f"{self.name}: {answer['error']}")
        return answer.get("value")

    def wait_ready(self) -> float:
        """Milliseconds from the process's start until its first screen, as it says itself."""
        return float(self._answer(READY_SECONDS, f"the {self.name} did not start")["value"])

    def quit(self) -> None:
        """End the program; nothing when it was ended before."""
        if self._log.closed:
            return
        try:
            self._commands.write('{"do": "quit", "timeout": 5}\n')
            self._commands.flush()
            self.process.wait(8)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(5)
        self._listener.join(5)
        with contextlib.suppress(OSError):  # what it was told last is not heard any more
            self._commands.close()
        self._said.close()
        self._log.close()

    def _answer(self, timeout: float, otherwise: str) -> dict[str, Any]:
        """The next answer. Raises `PlayerError` after the time, or as soon as the play ended."""
        until = time.monotonic() + timeout
        while not self._ended:
            try:
                return self._answers.get(timeout=LOOK_EVERY_SECONDS)
            except queue.Empty:
                if time.monotonic() > until:
                    raise PlayerError(otherwise) from None
        raise self._ended[0]

    def _listen(self) -> None:
        for line in self._said:
            if not line.startswith("{"):
                continue
            answer = json.loads(line)
            if answer.get("error") == TAKEN_OVER:
                self._ended.append(TakenOverError(TAKEN_OVER))
            else:
                self._answers.put(answer)
        status = self.process.wait()
        self._ended.append(
            PlayerError(
                f"the {self.name} ended with status {status}; what it said is in {self._log.name}"
                if status
                else f"the {self.name} was closed"
            )
        )


class Cast:
    """Hub, console, kiosk and camera; all gone at the end, whatever happened."""

    def __init__(self, keep: Path, *, is_headless: bool, camera: str) -> None:
        self.keep = keep
        self.is_headless = is_headless
        self.work = keep / "programs"
        self.pictures = keep / "pictures"
        self.props = Props(self.work / "reel")
        self.camera = camera or str(self.props.reel)
        self.has_own_camera = bool(camera)
        self.password = secrets.token_urlsafe(12)
        self.pin = f"{secrets.randbelow(10**6):06}"
        self.database = f"sqlite:///{self.work / 'hub' / 'hub.db'}"
        self.hub_url = ""
        self.hub_ready_ms = 0.0
        self._hub: subprocess.Popen[str] | None = None
        self.kiosk: Player | None = None
        self.console: Player | None = None
        self._ended: list[PlayerError] = []

    def __enter__(self) -> Self:
        for folder in (self.work, self.pictures, self.keep / "badges"):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for number in STOPS:  # a second Ctrl-C would leave somebody here
            signal.signal(number, signal.SIG_IGN)
        for player in (self.kiosk, self.console):
            if player is not None:
                player.quit()
        self.stop_hub(signal.SIGTERM)

    # ---- hub ---------------------------------------------------------------------------------

    def prepare_hub(self) -> str:
        """Staff, hosts and a list, by the hub's own commands. Returns a pairing code."""
        for name, content in (("hosts.csv", HOSTS_CSV), ("no-trespass.csv", LIST_CSV)):
            (self.work / name).write_text(content, encoding="utf-8")
        self._hub_command(
            ["staff", "add", STAFF_NAME, "--display-name", "Dana Whitlock",
             "--role", "administrator", "--secrets-stdin"],
            f"{self.password}\n{self.pin}\n",
        )  # fmt: skip
        self._hub_command(["hosts", "import", str(self.work / "hosts.csv")])
        self._hub_command(
            ["lists", "import", str(self.work / "no-trespass.csv"), "--name", LIST_NAME,
             "--category", "trespass", "--max-age-days", "30"],
        )  # fmt: skip
        return self._hub_command(["pair"]).splitlines()[0]

    def start_hub(self) -> None:
        """Start the hub and wait until it says that it is ready; always at the same address."""
        listen = self.hub_url.removeprefix("https://") or "127.0.0.1:0"
        began = time.monotonic()
        said = self.work / "hub.log"
        with said.open("a") as log, _undisturbed():
            self._hub = subprocess.Popen(
                [BIN / "vestibule-hub", "serve", "--database", self.database, "--listen", listen,
                 "--district-name", "Marlow Unified", "--site-name", SITE,
                 "--time-zone", TIME_ZONE],
                stdout=subprocess.PIPE, stderr=log, text=True, env=self._env(),
                start_new_session=True,
            )  # fmt: skip
        assert self._hub.stdout is not None  # noqa: S101  for the type checker: PIPE was asked for
        late = threading.Timer(READY_SECONDS, self._hub.kill)
        late.start()
        try:
            line = self._hub.stdout.readline()
        finally:
            late.cancel()
        if "ready" not in line:
            raise PlayerError(f"the hub did not start; what it said is in {said}")
        self.hub_ready_ms = self.hub_ready_ms or (time.monotonic() - began) * 1000
        self.hub_url = line.rsplit(" ", 1)[1].strip()

    def stop_hub(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._hub is not None:
            self._hub.send_signal(how)
            try:
                self._hub.wait(8)
            except subprocess.TimeoutExpired:
                self._hub.kill()
                self._hub.wait(5)
            if self._hub.stdout is not None:
                self._hub.stdout.close()
            self._hub = None

    def need_hub(self) -> None:
        """Start the hub unless it runs."""
        if self._hub is None:
            self.start_hub()

    def export(self) -> None:
        self._hub_command(["export", "--csv", str(self.keep / "log.csv")])

    def hub_verification(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._hub_command(["verify-log", "--json"]))
        return found

    # ---- kiosk and console -------------------------------------------------------------------

    def pair_kiosk(self, code: str) -> None:
        config = self.work / "kiosk.toml"
        config.write_text(
            f"""[kiosk]
name = "Front kiosk"
data_folder = {json.dumps(str(self.work / "kiosk"))}
[site]
name = "{SITE}"
[hub]
url = "{self.hub_url}"
[camera]
source = {json.dumps(self.camera)}
[printer]
kind = "file"
folder = {json.dumps(str(self.keep / "badges"))}
[visit]
valid_until = "23:30"
[screen]
fullscreen = false
""",
            encoding="utf-8",
        )
        with _undisturbed():
            kiosk = subprocess.Popen(
                [BIN / "vestibule-kiosk", "--config", str(config), "pair"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env=self._env(), start_new_session=True,
            )  # fmt: skip
        late = threading.Timer(PAIRED_SECONDS, kiosk.kill)
        late.start()
        try:
            self._compare_and_accept(kiosk, code)
        finally:
            late.cancel()
            kiosk.kill()
            kiosk.communicate()

    def _compare_and_accept(self, kiosk: "subprocess.Popen[str]", code: str) -> None:
        """Type the code at the kiosk, then accept the digits that it shows."""
        assert kiosk.stdin is not None  # noqa: S101  for the type checker: PIPE was asked for
        assert kiosk.stdout is not None  # noqa: S101
        kiosk.stdin.write(f"{code}\n")
        kiosk.stdin.flush()
        digits = kiosk.stdout.readline().removeprefix("This kiosk shows ").strip()
        if digits:
            self._hub_command(["kiosks", "accept", digits])
        _, said = kiosk.communicate()
        if kiosk.returncode:
            raise PlayerError(said.strip() or "the kiosk could not be paired")

    def start_players(self) -> None:
        pace = "0" if self.is_headless else "700"
        shared = ["--pictures", str(self.pictures), "--pace", pace]
        if not self.is_headless:
            shared.append("--on-screen")
        with _undisturbed():
            self.kiosk = Player(
                "kiosk", "kiosk_player.py",
                ["--config", str(self.work / "kiosk.toml"), *shared], self._env(), self._ended,
            )  # fmt: skip
        with _undisturbed():
            self.console = Player(
                "console", "console_player.py", ["--hub", self.hub_url, *shared], self._env(),
                self._ended,
            )  # fmt: skip

    def play_on(self) -> None:
        """Until both windows are closed, everybody's licence comes before the camera in turn."""
        turns = itertools.cycle(
            turn
            for visitor in CAST
            for turn in (("empty", EMPTY_SECONDS), (visitor.key, CARD_SECONDS))
        )
        next_at = time.monotonic()
        while any(p is not None and p.process.poll() is None for p in (self.kiosk, self.console)):
            if not self.has_own_camera and time.monotonic() >= next_at:
                film, seconds = next(turns)
                self.props.show(film)
                next_at += seconds
            time.sleep(LOOK_EVERY_SECONDS)

    def _env(self) -> dict[str, str]:
        env = dict(os.environ)
        if self.is_headless:
            env |= {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
        env["VESTIBULE_MORNING_PASSWORD"] = self.password
        env["VESTIBULE_MORNING_LOGS"] = str(self.work)
        return env

    def _hub_command(self, arguments: list[str], said: str = "") -> str:
        return self._run([BIN / "vestibule-hub", *arguments, "--database", self.database], said)

    def _run(self, command: list[str | Path], said: str = "") -> str:
        done = subprocess.run(
            command, input=said, capture_output=True, text=True, check=False, env=self._env()
        )
        if done.returncode:
            raise PlayerError(done.stderr.strip() or f"{command[1]} failed")
        return done.stdout


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait until a program that is being started is known, and so is ended too."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda at, _: came.append(at)) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt
