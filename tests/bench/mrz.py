"""How well passports and ID cards are read: ``.venv/bin/python tests/bench/mrz.py [--count 2000]``.

Invented TD3, TD2 and TD1 pages in turn, 1920 x 1080, 60 to 80 % of the picture's width (less where
the page would not fit), printed in inks, sizes and line distances that differ.

easy: level, in focus, evenly lit, noise of 3 grey levels.
mid: turned up to 5 degrees, blur of 0.8 to 1.6 px, motion up to 2 px, noise of 6, a third of the
    light lost towards a corner, a weak reflection on every third page, leaning up to 3 %.
hard: turned up to 15 degrees and a fifth of them upside down, leaning 2 to 10 %, blur of 1.4 to
    3 px, motion up to 4 px, noise of 6 to 14, dim, 60 % of the light lost towards a corner, a
    lamp's reflection somewhere on 60 % of the pages. Where it dazzles the zone nothing can be read.

`own` is the OCR-B that the net was trained on among others; `--other` names font files that it has
never seen (tests/bench/train_mrz.py says which). Pages without a zone are the misses that cost.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from kiosk.scan.frames import Image
from kiosk.scan.mrz_reader import read_mrz
from resources.samples.passport import OCR_B, Print, View, document_page, photographed
from resources.samples.people import sample_people
from resources.samples.scene import room, somebody
from resources.samples.zone import SIZES, SampleZone, zone_lines

GOALS = {"easy": 95, "mid": 85, "hard": 50}
STATES = ("UTO", "D", "FRA", "USA", "MEX", "IND", "BRA", "NLD", "POL", "GBR", "PHL", "NGA")
NUMBER_LETTERS = list("ABCDEFGHJKLMNPRSTUVWXYZ0123456789")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="pages for each line of the table")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--level", choices=GOALS, action="append")
    parser.add_argument("--other", type=Path, action="append", default=[], metavar="FONT")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    sys.stdout.write(
        "font                      level   read    goal  wrong  hit ms  p95  miss ms\n"
    )
    for font in (OCR_B, *arguments.other):
        for level in arguments.level or GOALS:
            _line(font, level, arguments.count, arguments.seed)
    _misses()
    return 0


def _line(font: Path, level: str, count: int, seed: int) -> None:
    hits: list[float] = []
    misses: list[float] = []
    wrong = 0
    for number in range(count):
        lines, grey = page(font, level, seed, number)
        began = time.process_time()
        reading = read_mrz(grey)
        spent = (time.process_time() - began) * 1000
        (misses if reading is None else hits).append(spent)
        if reading is not None and reading.payload.decode().split() != lines:
            wrong += 1
            sys.stdout.write(f"WRONG {level} {number}: {lines} {reading.payload!r}\n")
    name = "own" if font == OCR_B else font.stem[:24]
    read = 100 * (len(hits) - wrong) / count
    late = float(np.quantile(hits, 0.95)) if hits else 0.0
    missed = median(misses) if misses else 0.0
    sys.stdout.write(
        f"{name:25} {level:6} {read:5.1f} % {GOALS[level]:4} % {wrong:4}"
        f" {median(hits or [0.0]):8.0f} {late:4.0f} {missed:8.0f}\n"
    )
    sys.stdout.flush()


def page(font: Path, level: str, seed: int, number: int) -> tuple[list[str], Image]:
    """A page of the level: its lines, and its picture."""
    chance = np.random.default_rng([seed, number, len(level)])
    size = SIZES[number % 3]
    (person,) = sample_people(1, seed * 10_000 + number)
    state = str(chance.choice(STATES))
    optional = "".join(chance.choice(list("0123456789AB"), 5)) if chance.random() < 0.4 else ""
    text = "".join(chance.choice(NUMBER_LETTERS, 9))
    lines = zone_lines(person, SampleZone(size, state, state, text, optional))
    printed = Print(
        font=font,
        ink=int(chance.integers(20, 75)),
        line_mm=float(chance.uniform(5.6, 6.4)),
        capital_mm=float(chance.uniform(2.3, 2.8)),
    )
    view = _view(level, chance.uniform(0.6, 0.8) * 1920, chance)
    return lines, photographed(document_page(lines, number, printed), view, number)


def _view(level: str, width: float, chance: np.random.Generator) -> View:
    if level == "easy":
        return View(width=width, turn=chance.uniform(-2, 2), blur=0.7, noise=3, shade=0.1)
    if level == "mid":
        return View(
            width=width,
            turn=chance.uniform(-5, 5),
            lean=chance.uniform(0, 0.03),
            blur=chance.uniform(0.8, 1.6),
            motion=chance.uniform(0, 2),
            noise=6,
            light=chance.uniform(0.6, 1.05),
            shade=0.35,
            glare=0.3 if chance.random() < 0.3 else 0.0,
        )
    return View(
        width=width,
        turn=chance.uniform(-15, 15) + (180 if chance.random() < 0.2 else 0),
        lean=chance.uniform(0.02, 0.1),
        blur=chance.uniform(1.4, 3.0),
        motion=chance.uniform(0, 4),
        noise=chance.uniform(6, 14),
        light=chance.uniform(0.4, 1.1),
        shade=0.6,
        glare=chance.uniform(0.3, 0.9) if chance.random() < 0.6 else 0.0,
        quality=75,
    )


def _misses() -> None:
    """What it costs to find that there is no zone."""
    chance = np.random.default_rng(1)
    pictures = {"entrance": room(), "somebody": somebody()}
    for name, picture in pictures.items():
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) + chance.normal(0, 5, picture.shape[:2])
        seen = np.clip(grey, 0, 255).astype(np.uint8)
        times = []
        for _ in range(9):
            began = time.process_time()
            assert read_mrz(seen) is None
            times.append((time.process_time() - began) * 1000)
        sys.stdout.write(f"no zone, {name}: {median(times):.1f} ms (at most 15)\n")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
