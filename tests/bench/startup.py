"""How soon the programs are there and what they cost: ``.venv/bin/python tests/bench/startup.py``.

Prints, from several runs: milliseconds from process start to the kiosk's welcome screen and to the
hub's ready line; memory and CPU of the kiosk on its welcome screen, and on the scan screen with a
1080p film. Medians; the machine's other work is in them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import psutil

from kiosk.__main__ import WELCOME_SHOWN
from resources.samples.film import Hand, write_film
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import sample_person

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
RUNS = 5
WATCH_SECONDS = 6.0


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = folder / "blank.avi"
        # A licence whose symbol is seen and cannot be read: every frame is tried in every way.
        blurred = Hand(width=560, blur=2.2)
        card = licence_back(aamva_payload(sample_person("Nobody", "Nowhere", date(1980, 1, 1))))
        write_film(film, card, seed=1, seconds=2, hand=blurred)
        config = folder / "kiosk.toml"
        config.write_text(
            f"""[kiosk]
data_folder = {json.dumps(str(folder / "kiosk"))}
[camera]
source = {json.dumps(str(film))}
[printer]
kind = "none"
[screen]
fullscreen = false
""",
            encoding="utf-8",
        )
        kiosk = [_kiosk(config, folder) for _ in range(RUNS)]
        hub = [_hub(folder / "hub" / "hub.db") for _ in range(RUNS)]
    rows = {
        "kiosk: start to welcome screen": (median(k["welcome_ms"] for k in kiosk), "ms", 1500),
        "hub: start to ready": (median(hub), "ms", 2000),
        "kiosk on welcome: memory": (median(k["welcome_mb"] for k in kiosk), "MB", 250),
        "kiosk on welcome: CPU of one core": (median(k["welcome_cpu"] for k in kiosk), "%", 10),
        "kiosk scanning 1080p: CPU of one core": (median(k["scan_cpu"] for k in kiosk), "%", 100),
    }
    for what, (value, unit, most) in rows.items():
        verdict = "ok" if value <= most else "OVER"
        sys.stdout.write(f"{what:42} {value:8.0f} {unit:3} (at most {most}) {verdict}\n")
    return 0


def _kiosk(config: Path, folder: Path) -> dict[str, float]:
    env = dict(os.environ) | {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "packaging/morning/kiosk_player.py"),
         "--config", str(config), "--pictures", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=env,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    watched = psutil.Process(process.pid)
    time.sleep(1.5)
    welcome_mb = watched.memory_info().rss / 1e6
    welcome_cpu = _cpu(watched)
    process.stdin.write('{"do": "touch", "item": "sign_in", "timeout": 5}\n')
    process.stdin.flush()
    process.stdout.readline()
    time.sleep(1.0)
    scan_cpu = _cpu(watched)
    process.stdin.write('{"do": "quit", "timeout": 1}\n')
    process.stdin.flush()
    process.wait(10)
    return {
        "welcome_ms": _welcome(config, env),
        "welcome_mb": welcome_mb,
        "welcome_cpu": welcome_cpu,
        "scan_cpu": scan_cpu,
    }


def _welcome(config: Path, env: dict[str, str]) -> float:
    """Milliseconds until the program itself says that its first picture is on the screen."""
    began = time.monotonic()
    process = subprocess.Popen(
        [BIN / "vestibule-kiosk", "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if WELCOME_SHOWN in line:
            break
    passed = (time.monotonic() - began) * 1000
    process.terminate()
    process.wait(10)
    process.stderr.close()
    return passed


def _cpu(process: psutil.Process) -> float:
    """Share of one core that the process took while it was watched."""
    before, began = process.cpu_times(), time.monotonic()
    time.sleep(WATCH_SECONDS)
    after, passed = process.cpu_times(), time.monotonic() - began
    return 100 * (after.user + after.system - before.user - before.system) / passed


def _hub(path: Path) -> float:
    began = time.monotonic()
    process = subprocess.Popen(
        [BIN / "vestibule-hub", "serve", "--listen", "127.0.0.1:0",
         "--database", f"sqlite:///{path}"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    ready = (time.monotonic() - began) * 1000
    process.terminate()
    process.wait(10)
    return ready


if __name__ == "__main__":
    sys.exit(main())
