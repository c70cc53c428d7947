"""How well passports and ID cards are read: ``.venv/bin/python tests/bench/mrz.py [--count 2000]``.

Invented TD3, TD2 and TD1 pages in turn, 1920 x 1080, 60 to 80 % of the picture's width (less where
the page would not fit), printed in inks, sizes and line distances that differ.

easy: level, in focus, evenly lit, noise of 3 grey levels.
mid: turned up to 5 degrees, blur of 0.8 to 1.6 px, motion up to 2 px, noise of 6, a third of the
    light lost towards a corner, a weak reflection on every third page, leaning up to 3 %.
hard: turned up to 15 degrees and a fifth of them upside down, leaning 2 to 10 %, blur of 1.4 to
    3 px, motion up to 4 px, noise of 6 to 14, dim, 60 % of the light lost towards a corner, a
    lamp's reflection somewhere on 60 % of the pages. Where it dazzles the zone nothing can be read.

``--films 50``: two films each of ten frames harder than hard, read by frames alone and together;
then two siblings' pages, one swapped for the other before any frame was read alone.
``--swaps 2000``: such swaps without pictures, from made-up chances of every character: on one
passport the names are dim, on the other the numbers. `mixed` is what must never be: an identity of
lines from both; `wrong` is one page's with a character misread.

`own` is the OCR-B that the net was trained on among others; `--other` names font files that it has
never seen (tests/bench/train_mrz.py says which). Pages without a zone are the misses that cost.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from kiosk.scan.frames import Image
from kiosk.scan.mrz import ALPHABET, layout_of
from kiosk.scan.mrz_cells import Doubles
from kiosk.scan.mrz_net import Floats
from kiosk.scan.mrz_reader import MrzReading, MrzSight, MrzVotes, read_mrz, reading_of
from resources.samples.passport import OCR_B, Print, View, document_page, photographed
from resources.samples.people import sample_people, sample_person
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
    parser.add_argument("--films", type=int, default=0, metavar="PAIRS")
    parser.add_argument("--swaps", type=int, default=0)
    parser.add_argument("--other", type=Path, action="append", default=[], metavar="FONT")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.films or arguments.swaps:
        _films(arguments.films, arguments.seed, (OCR_B, *arguments.other)[-1])
        _swaps(arguments.swaps, arguments.seed)
        return 0
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


# ---- films and swaps -----------------------------------------------------------------------------

FRAMES = 10
ALIKE = (("Anna", "Anne"), ("Maria", "Mario"), ("Jan", "Jana"), ("Luis", "Luisa"), ("Tom", "Tim"))


def siblings(seed: int) -> tuple[list[str], list[str]]:
    """Two passports or cards of one family and issuer: names often alike, numbers side by side."""
    chance = np.random.default_rng([seed, 77])
    first, second = sample_people(2, seed + 500_000)
    given = first.given_name, second.given_name
    if chance.random() < 0.4:
        given = ALIKE[int(chance.integers(len(ALIKE)))]
    born = first.birth_date
    days = 0 if chance.random() < 0.2 else int(chance.integers(400, 2500))
    text = "".join(chance.choice(NUMBER_LETTERS, 5))
    serial = int(chance.integers(10_000))
    numbers = [f"{text}{serial:04}", f"{text}{(serial + 1) % 10_000:04}"]
    if chance.random() < 0.6:
        numbers[1] = "".join(chance.choice(NUMBER_LETTERS, 9))
    state = str(chance.choice(STATES))
    people = (
        sample_person(given[0], first.family_name, born, middle_name=first.middle_name),
        sample_person(given[1], first.family_name, born + timedelta(days)),
    )
    one, other = (
        zone_lines(person, SampleZone(SIZES[seed % 3], state, state, number))
        for person, number in zip(people, numbers, strict=True)
    )
    return one, other


def made_up(lines: list[str], clear: Doubles, chance: np.random.Generator) -> Floats:
    """Chances of characters as clear as `clear` says, lines x columns: 0 nothing, 6 no doubt.

    Each shows itself by so many standard deviations of what all others show by chance, and its
    chances are right: who is sure by half is wrong half the time. Fillers are always clear.
    """
    which = np.array([[ALPHABET.index(c) for c in line] for line in lines])
    clear = np.where(which == ALPHABET.index("<"), np.maximum(clear, 5.5), clear)
    shown = chance.standard_normal((*which.shape, len(ALPHABET)))
    shown += (np.arange(len(ALPHABET)) == which[..., None]) * clear[..., None]
    shown *= clear[..., None]
    shown -= shown.max(axis=2, keepdims=True)
    return np.asarray(shown - np.log(np.exp(shown).sum(axis=2, keepdims=True)), np.float32)


def swap(seed: int) -> str:
    """Siblings' passports swapped, of the one the names dim, of the other the numbers.

    ``first``, ``second``, ``mixed``, or ``wrong`` in a character is what was accepted; empty when
    nothing was.
    """
    chance = np.random.default_rng([seed, 3])
    pages = siblings(seed)
    layout = layout_of(pages[0])
    assert layout is not None
    votes = MrzVotes()
    swapped_at = int(chance.integers(1, 9))
    for number in range(swapped_at + 8):
        page = pages[int(number >= swapped_at)]
        shape = (len(page), len(page[0]))
        clear = chance.uniform(4.5, 6.5) * chance.uniform(0.85, 1.1, shape)
        dim = chance.uniform(0, 3.5) * chance.uniform(0.7, 1.2, shape)
        names = np.zeros(shape, np.bool_)
        names[layout.names.line] = True
        dims = names if (number < swapped_at) ^ (seed % 2 > 0) else ~names
        sight = MrzSight(layout, made_up(page, np.where(dims, dim, clear), chance), ())
        if reading_of(sight) is not None:
            continue  # only what no frame says alone
        reading = votes.add(sight)
        if reading is not None:
            return _whose(reading, pages)
    return ""


def _whose(reading: MrzReading, pages: tuple[list[str], list[str]]) -> str:
    lines = reading.payload.decode().split()
    if lines in pages:
        return ("first", "second")[pages.index(lines)]
    layout = layout_of(lines)
    assert layout is not None
    nearer = []
    for is_name in (True, False):
        places = [n for n in range(len(lines)) if (n == layout.names.line) is is_name]
        one, other = (
            sum(a != b for n in places for a, b in zip(lines[n], page[n], strict=True))
            for page in pages
        )
        nearer.append(np.sign(one - other))
    return "mixed" if nearer[0] * nearer[1] < 0 else "wrong"


def _swaps(count: int, seed: int) -> None:
    if count:
        said = Counter(swap(seed * 100_000 + number) for number in range(count))
        sys.stdout.write(
            f"{count} swaps of made-up chances: first {said['first']}, second {said['second']},"
            f" nothing {said['']}, wrong {said['wrong']}, mixed {said['mixed']}\n"
        )


def _films(pairs: int, seed: int, font: Path) -> None:
    """What films are read, and what the votes make of two that are spliced."""
    films: Counter[str] = Counter()
    spliced: Counter[str] = Counter()
    for number in range(pairs):
        pages = siblings(seed * 100_000 + number)
        unread: list[list[Image]] = []
        for which, lines in enumerate(pages):
            frames = list(film(font, lines, (seed, number, which)))
            alone = [read_mrz(grey) for grey in frames]
            films["frames"] += len(frames)
            films["frames alone"] += sum(r is not None for r in alone)
            unread.append([f for f, r in zip(frames, alone, strict=True) if r is None])
            films[f"film {_voted(frames, (lines, lines))}"] += 1
            films[f"film of unread frames {_voted(unread[-1], (lines, lines))}"] += 1
        for before in range(1, 7):
            for first, second in (unread, unread[::-1]):
                if len(first) >= before and second:
                    spliced[_voted(first[-before:] + second, pages)] += 1
    if pairs:
        sys.stdout.write(f"{2 * pairs} films of {font.stem}: {dict(films)}\n")
        sys.stdout.write(f"{spliced.total()} swaps of films: {dict(spliced)}\n")


def _voted(frames: list[Image], pages: tuple[list[str], list[str]]) -> str:
    votes = MrzVotes()
    reading = next((r for grey in frames if (r := votes.look(grey)) is not None), None)
    return "not read" if reading is None else _whose(reading, pages)


def film(font: Path, lines: list[str], seed: tuple[int, int, int]) -> Iterator[Image]:
    """Frames of a page that a hand moves: each with a lamp, a lean and a blur of its own."""
    chance = np.random.default_rng(seed)
    printed = Print(
        font=font,
        ink=int(chance.integers(20, 75)),
        line_mm=float(chance.uniform(5.6, 6.4)),
        capital_mm=float(chance.uniform(2.3, 2.8)),
    )
    page_shown = document_page(lines, seed[1], printed)
    width, turn = chance.uniform(0.55, 0.75) * 1920, chance.uniform(-12, 12)
    blur, light = chance.uniform(1.6, 3.2), chance.uniform(0.4, 1.1)
    noise = chance.uniform(6, 14)
    for _ in range(FRAMES):
        view = View(
            width=width * chance.uniform(0.97, 1.03),
            turn=turn + chance.uniform(-3, 3),
            lean=chance.uniform(0.02, 0.1),
            blur=max(0.8, blur + chance.normal(0, 0.25)),
            motion=chance.uniform(0, 5),
            noise=noise,
            light=light,
            shade=0.6,
            glare=chance.uniform(0.3, 0.9) if chance.random() < 0.7 else 0.0,
            quality=75,
        )
        yield photographed(page_shown, view, int(chance.integers(1 << 30)))


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
