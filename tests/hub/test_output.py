"""What the hub says while it runs: as JSON every line is one object, and names nobody."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

ROOT = Path(__file__).parents[2]
FAULTS = """
import asyncio, gc, logging, threading, warnings

def stumbles():
    raise ValueError("Quillfeather")

async def forgets():
    task = asyncio.create_task(asyncio.to_thread(stumbles))
    await asyncio.sleep(0.2)
    del task
    gc.collect()

{begin}
logging.getLogger("db").warning("two\\nlines")
warnings.warn("an old way")
try:
    stumbles()
except ValueError as error:
    logging.exception("telling stumbled and goes on")
thread = threading.Thread(target=stumbles)
thread.start()
thread.join()
asyncio.run(forgets())

class Ends:
    def __del__(self):
        stumbles()

Ends()
try:
    stumbles()
except ValueError as error:
    raise KeyError("Quillfeather") from error
"""

STUMBLES = """
import logging, sys
from admin_console.hub import log_command
from {module} import main

def stumbles(*_, **named):
    try:
        int("Quillfeather")
    except ValueError:
        logging.getLogger("some.library").exception("goes on")
    raise ValueError("Quillfeather")

{place} = stumbles
sys.argv = ["vestibule", {command}]
sys.exit(main())
"""
AS_TEXT = "from admin_console.hub import output; output.begin(output.Form.TEXT)"
AS_JSON = "from admin_console.hub import output; output.begin(output.Form.JSON)"
OF_KIOSK = "from kiosk.__main__ import begin_log; begin_log()"
ASKS_SOMEBODY = """
import socket, threading
import httpx
{begin}
listening = socket.create_server(("127.0.0.1", 0))
port = listening.getsockname()[1]
def answers():
    line, _ = listening.accept()
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
threading.Thread(target=answers).start()
print(httpx.post(f"http://127.0.0.1:{{port}}/services/k3y?token=k3y", trust_env=False).text)
"""


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[str, list[str]]]:
    """The real program behind no TLS; gives its address, and afterwards what it said."""
    command = [
        sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
        "--behind-proxy", "--database", f"sqlite:///{folder}/hub.db", *options,
    ]  # fmt: skip
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as hub:
        assert hub.stdout is not None
        url = hub.stdout.readline().split()[-1]
        try:
            yield url, said
        finally:
            hub.send_signal(signal.SIGTERM)
            said += hub.communicate(timeout=60)[1].splitlines()


def speaks_nonsense(url: str) -> None:
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), 30) as line:
        line.sendall(b"Quillfeather\r\n\r\n")
        while line.recv(1024):
            pass


def test_every_line_of_a_running_hub_is_json_for_whoever_collects_logs(tmp_path: Path) -> None:
    with serving(tmp_path, "--log", "json", "--log-requests") as (url, said):
        speaks_nonsense(url)
        httpx.get(f"{url}/v1/visits?q=Quillfeather", trust_env=False, timeout=30)

    lines: list[dict[str, Any]] = [json.loads(line) for line in said]
    assert "uvicorn.error" in {line.get("from") for line in lines}
    assert "/v1/visits" in {line.get("route") for line in lines}
    assert all("at" in line for line in lines)
    assert "Quillfeather" not in "".join(said)


def test_what_a_person_reads_is_plain_text(tmp_path: Path) -> None:
    with serving(tmp_path) as (url, said):
        speaks_nonsense(url)

    assert any("WARNING Invalid HTTP request" in line for line in said)


def test_hub_that_cannot_start_says_so_in_json_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "admin_console.hub", "serve", "--log", "json",
            "--listen", "nowhere", "--database", f"sqlite:///{tmp_path}/hub.db",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert json.loads(line)["message"].startswith("--listen 'nowhere' is not HOST:PORT")


def test_faults_are_told_by_kind_and_place_and_never_by_words_that_may_name_somebody() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", FAULTS.format(begin=AS_JSON)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = [(line["from"], line["level"], line.get("errors")) for line in lines]
    assert told == [
        ("db", "warning", None),
        ("py.warnings", "warning", None),
        ("root", "error", ["ValueError"]),
        ("db.faults", "error", ["ValueError"]),
        ("asyncio", "error", ["ValueError"]),
        ("db.faults", "error", ["ValueError"]),
        ("db.faults", "critical", ["KeyError", "ValueError"]),
    ]
    assert lines[2]["where"][-1].endswith("stumbles")
    assert "Quillfeather" not in done.stderr


@pytest.mark.parametrize("begin", [AS_TEXT, OF_KIOSK])
def test_plain_text_names_nobody_over_a_fault_either_at_the_hub_and_at_a_kiosk(begin: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULTS.format(begin=begin)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    lines = done.stderr.splitlines()
    kinds = [line.strip() for line in lines if line.startswith("  ") and "Error" in line]
    assert kinds == ["ValueError"] * 4 + ["KeyError, from ValueError"]
    assert sum(line.endswith(" stumbles") for line in lines) == 4
    assert "ERROR telling stumbled and goes on" in done.stderr
    assert "CRITICAL a fault that nobody caught" in done.stderr
    assert "Quillfeather" not in done.stderr


@pytest.mark.parametrize("begin", [AS_TEXT, AS_JSON, OF_KIOSK])
def test_no_address_that_is_asked_stands_in_a_log_since_it_may_hold_a_secret(begin: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKS_SOMEBODY.format(begin=begin)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("ok\n", "")


@pytest.mark.parametrize(
    ("module", "place", "command"),
    [
        ("admin_console.hub.__main__", "log_command.verify_log", '"verify-log"'),
        ("kiosk.__main__", "sys.modules[main.__module__].load_config", '"verify-log"'),
    ],
)
def test_command_that_stumbles_tells_kind_and_place_and_never_words(
    module: str, place: str, command: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUMBLES.format(module=module, place=place, command=command)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "a fault that nobody caught" in done.stderr
    assert done.stderr.count("  ValueError") == 2
    assert " stumbles" in done.stderr
    assert "Quillfeather" not in done.stderr
    assert done.stdout == ""


def test_warning_of_a_command_is_a_line_without_more() -> None:
    asked = STUMBLES.replace('exception("goes on")', 'warning("look at this")').format(
        module="admin_console.hub.__main__", place="log_command.verify_log", command='"verify-log"'
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.stderr.splitlines()[0] == "look at this"
