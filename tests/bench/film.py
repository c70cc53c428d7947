"""How soon the kiosk reads a card that moves: ``.venv/bin/python tests/bench/film.py``.

Films of cards in an unsteady hand, 1920x1080 at 30 a second, through the real camera and decoder
threads. Prints milliseconds from the first frame in which the code can be seen to its reading, the
rate of the pictures meanwhile, and what of one core it took.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
import psutil
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from kiosk.scan.camera import FilmCamera
from kiosk.scan.decode import Wanted
from kiosk.scan.worker import Picture, Reading, ScanWorker
from resources.samples.film import Hand, held
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import sample_people

CARDS, SECONDS = 20, 3.0


def main() -> int:
    QCoreApplication([])
    latencies, rates, shares = [], [], []
    with tempfile.TemporaryDirectory() as name:
        for number, person in enumerate(sample_people(CARDS, 3)):
            path = Path(name) / f"{number}.avi"
            card = licence_back(aamva_payload(person), number)
            hand = Hand(width=700 + 20 * (number % 12), tilt=10, sway=90, noise=5)
            kind = cv2.VideoWriter_fourcc(*"MJPG")  # type: ignore[attr-defined]  # no stubs
            film = cv2.VideoWriter(str(path), kind, 30.0, (1920, 1080))
            for frame in held(card, 30, number, hand):
                film.write(frame)
            film.release()
            read, pictures, share = _watched(path)
            latencies += [r.milliseconds for r in read[:1]]
            rates.append(pictures / SECONDS)
            shares.append(share)
    sys.stdout.write(
        f"{len(latencies)} of {CARDS} read; first seen to read: median {np.median(latencies):.0f} "
        f"ms, p95 {np.percentile(latencies, 95):.0f} ms; {np.median(rates):.1f} pictures a second; "
        f"{np.median(shares):.0f} % of one core\n"
    )
    return 0


def _watched(path: Path) -> tuple[list[Reading], int, float]:
    """What was read, how many pictures were shown, and the share of one core, over SECONDS."""
    worker = ScanWorker(lambda: FilmCamera(path))
    read: list[Reading] = []
    pictures: list[Picture] = []
    worker.read.connect(read.append)
    worker.picture.connect(pictures.append)
    loop = QEventLoop()
    process = psutil.Process()
    before, began = process.cpu_times(), time.monotonic()
    worker.start()
    worker.want(Wanted.ID)
    QTimer.singleShot(round(SECONDS * 1000), loop.quit)
    loop.exec()
    after, passed = process.cpu_times(), time.monotonic() - began
    worker.stop()
    used = after.user + after.system - before.user - before.system
    return read, len(pictures), 100 * used / passed


if __name__ == "__main__":
    sys.exit(main())
