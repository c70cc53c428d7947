"""How well IDs are read: ``.venv/bin/python tests/bench/scan.py [--count 40] [--only hard film]``.

Prints, for pictures of invented licences in every condition, how many were read and how fast: by
`read-id` as a picture that comes alone, by the kiosk from a single frame, by raw zxing-cpp, by raw
pyzbar, and by pyzbar alone as the first of the two. Then films, wrong payloads, and times. One run,
one seed; nothing else should run on the machine meanwhile.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from kiosk.scan.decode import Decoded, Memory, decode, grey_of
from kiosk.scan.patient import decode_patiently
from resources.samples.licence import Print, aamva_payload, licence_back
from resources.samples.people import SamplePerson, sample_people
from resources.samples.shot import Shot, photograph

Image = NDArray[np.uint8]
FILM_SECONDS, RATE = 3.0, 30.0


def conditions(kind: str, chance: np.random.Generator) -> Shot:
    """One shot of a kind, drawn at random."""
    u = chance.uniform
    level = {"roll": u(-8, 8), "yaw": u(-8, 8), "pitch": u(-8, 8)}
    fair = {"blur": u(0.4, 1.0), "noise": u(2, 5)}
    hard = {
        "roll": u(-15, 15),
        "yaw": u(-18, 18),
        "pitch": u(-15, 15),
        "blur": u(0.8, 1.7),
        "motion": u(0, 2.5),
        "noise": u(4, 10),
        "shade": u(0, 0.4),
        "light": u(0.45, 1),
        "glare": u(0, 0.8) * (chance.random() < 0.6),
    }
    side = float(chance.choice([-1, 1]))
    match kind:
        case "clean, any angle":
            return Shot(2.2, roll=u(0, 360), blur=0.4, noise=1)
        case "mild, 1.4 px a module":
            return Shot(1.4, shade=u(0, 0.2), **level, **(fair | {"blur": u(0.4, 0.7)}))
        case "mild":
            return Shot(u(2.2, 3.2), shade=u(0, 0.2), **level, **fair)
        case "any tilt":
            return Shot(u(1.9, 2.5), **(level | {"roll": u(0, 360)}), **fair)
        case "720p":
            return Shot(u(1.5, 2.1), (1280, 720), **level, **(fair | {"blur": u(0.4, 0.8)}))
        case "bent":
            return Shot(u(2.2, 3.0), bend=u(15, 50) * side, **level, **fair)
        case "thumb":
            return Shot(u(2.2, 3.0), thumb=u(1, 5) * side, **level, **fair)
        case "hard, 2.7 px":
            return Shot(2.7, **hard)
        case "hard, 2.0 px":
            return Shot(2.0, **hard)
    raise ValueError(kind)


KINDS = (
    "clean, any angle",
    "mild, 1.4 px a module",
    "mild",
    "any tilt",
    "720p",
    "bent",
    "thumb",
    "hard, 2.7 px",
    "hard, 2.0 px",
)


@dataclass(frozen=True)
class Card:
    payload: bytes
    image: Image


def cards(count: int, seed: int) -> Iterator[Card]:
    """Cards as different issuers print them: columns, correction, height of rows."""
    chance = np.random.default_rng(seed)
    for number, person in enumerate(sample_people(count, seed)):
        payload = aamva_payload(person)
        prints = [
            Print(int(chance.integers(12, 19)), int(chance.integers(4, 6)), row) for row in (4, 3)
        ]
        printed = (_printed(payload, number, how) for how in (*prints, Print()))
        card = next(image for image in printed if image is not None)
        yield Card(payload, card)


def _printed(payload: bytes, number: int, how: Print) -> Image | None:
    try:
        return licence_back(payload, number, how)
    except ValueError:  # the symbol is taller or wider than its place on the card
        return None


def raw_zxing(grey: Image) -> bytes | None:
    formats = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.PDF417,))
    codes = zxingcpp.read_barcodes(grey, formats=formats)
    return next((bytes(c.bytes) for c in codes if c.valid and c.bytes), None)


def raw_pyzbar(grey: Image) -> bytes | None:
    """ZBar has no PDF417: what it reads on a licence is the stock number's bar code."""
    return next((bytes(c.data) for c in pyzbar.decode(grey)), None)


@dataclass
class Row:
    """One line of the table."""

    kind: str
    patient: list[bool]
    frame: list[bool]
    zxing: list[bool]
    zbar: list[bool]
    hits_ms: list[float]
    misses_ms: list[float]
    wrong: int = 0


def measured(kind: str, count: int, seed: int) -> Row:
    row = Row(kind, [], [], [], [], [], [])
    chance = np.random.default_rng(seed)
    for number, card in enumerate(cards(count, seed)):
        picture = photograph(card.image, conditions(kind, chance), seed * 1000 + number)
        found, spent = timed(picture)
        (row.hits_ms if found else row.misses_ms).append(spent)
        patient = decode_patiently(picture)
        row.frame.append(is_right(found, card))
        row.patient.append(is_right(patient, card))
        row.wrong += sum(is_wrong(d, card) for d in (found, patient))
        grey = grey_of(picture)
        row.zxing.append(raw_zxing(grey) == card.payload)
        row.zbar.append(raw_pyzbar(grey) == card.payload)
    return row


def timed(picture: Image) -> tuple[Decoded | None, float]:
    began = time.perf_counter()
    found = decode(picture)
    return found, (time.perf_counter() - began) * 1000


def is_right(found: Decoded | None, card: Card) -> bool:
    return found is not None and found.payload == card.payload


def is_wrong(found: Decoded | None, card: Card) -> bool:
    return found is not None and found.symbology == "PDF417" and found.payload != card.payload


def film(card: Card, seed: int, px: float) -> Iterator[Image]:
    """Three seconds of a card under hard conditions: hand and lamp move."""
    chance = np.random.default_rng(seed)
    still = replace(
        conditions("hard, 2.0 px", chance), px_per_module=px, glare=chance.uniform(0.4, 0.9)
    )
    roll, yaw, pitch, x, y = chance.uniform(0, 2 * np.pi, 5)
    for number in range(round(FILM_SECONDS * RATE)):
        at = number / RATE
        now = replace(
            still,
            roll=still.roll + 3 * np.sin(2.1 * at + roll),
            yaw=still.yaw + 5 * np.sin(1.7 * at + yaw),
            pitch=still.pitch + 5 * np.sin(1.3 * at + pitch),
            lamp=(25 * np.sin(0.9 * at + x), 11 + 9 * np.sin(1.1 * at + y)),
            motion=abs(still.motion * np.sin(3 * at)),
        )
        yield photograph(card.image, now, seed * 997 + number)


def films(count: int, seed: int, px: float) -> tuple[int, int, list[float], int]:
    """Read, of how many, seconds until then, wrong. A frame is skipped while one is read."""
    read, wrong, seconds = 0, 0, []
    for number, card in enumerate(cards(count, seed)):
        memory, busy_until = Memory(), 0.0
        for at, frame in enumerate(film(card, seed + number, px)):
            now = at / RATE
            if now < busy_until:
                continue
            began = time.perf_counter()
            found = decode(frame, memory=memory)
            busy_until = now + time.perf_counter() - began
            if found is not None and found.symbology == "PDF417":
                wrong += found.payload != card.payload
                read += found.payload == card.payload
                seconds.append(busy_until)
                break
    return read, count, seconds, wrong


def wrong_payloads(count: int, seed: int) -> tuple[int, int]:
    """Hard frames, down to far too small and dark ones: (wrong, read)."""
    chance, wrong, read = np.random.default_rng(seed), 0, 0
    pool: list[SamplePerson] = sample_people(50, seed)
    memory = Memory()
    for number in range(count):
        payload = aamva_payload(pool[number % len(pool)])
        card = Card(payload, licence_back(payload, number % 50))
        shot = conditions("hard, 2.0 px", chance)
        shot = replace(shot, px_per_module=chance.uniform(1.0, 2.6), glare=chance.uniform(0, 1))
        found = decode(photograph(card.image, shot, number), memory=memory)
        memory.forget()
        read += found is not None
        wrong += is_wrong(found, card)
    return wrong, read


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def every_angle(seed: int) -> tuple[int, int]:
    """A clean card at every whole degree: read from a single frame, and from a picture alone."""
    card = next(cards(1, seed))
    alone = frame = 0
    for degrees in range(360):
        picture = photograph(card.image, Shot(2.2, roll=degrees, blur=0.4, noise=1), seed)
        frame += is_right(decode(picture), card)
        alone += is_right(decode_patiently(picture), card)
    return frame, alone


def share(right: list[bool]) -> str:
    return f"{100 * sum(right) / max(1, len(right)):5.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="pictures of each kind")
    parser.add_argument("--films", type=int, default=20)
    parser.add_argument(
        "--wrong", type=int, default=200, help="hard frames tried for wrong payloads"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=(), metavar="WORD")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)

    def is_asked(kind: str) -> bool:
        return not arguments.only or any(word in kind for word in arguments.only)

    heads = " ".join(f"{word:>8}" for word in ("read-id", "frame", "zxing", "pyzbar"))
    say(f"{'condition':24} {heads}  hit ms  miss ms p95  wrong")
    decode(np.zeros((1080, 1920, 3), np.uint8))
    for kind in filter(is_asked, KINDS):
        row = measured(kind, arguments.count, arguments.seed)
        hit = f"{median(row.hits_ms):6.1f}" if row.hits_ms else "     -"
        miss = f"{np.percentile(row.misses_ms, 95):10.1f}" if row.misses_ms else "         -"
        shares = " ".join(f"{share(v):>8}" for v in (row.patient, row.frame, row.zxing, row.zbar))
        say(f"{kind:24} {shares}  {hit}  {miss}  {row.wrong:5d}")
    if is_asked("every angle"):
        frame, alone = every_angle(arguments.seed)
        say(f"every angle of 360: {frame} from one frame, {alone} as a picture alone")
    if is_asked("film"):
        read, count, seconds, wrong = films(arguments.films, arguments.seed, 2.3)
        say(
            f"hard film, 2.3 px: {read} of {count} read within {FILM_SECONDS:.0f} s, median after "
            f"{median(seconds or [0]):.2f} s, p95 {np.percentile(seconds or [0], 95):.2f} s, "
            f"{wrong} wrong"
        )
    if is_asked("wrong"):
        wrong, read = wrong_payloads(arguments.wrong, arguments.seed)
        say(f"wrong payloads: {wrong} in {arguments.wrong} hard frames ({read} read)")
    if is_asked("empty"):
        desk = [np.full((1080, 1920, 3), grey, np.uint8) for grey in (20, 90, 128, 200, 250)]
        misses = [timed(picture)[1] for picture in desk * 4]
        say(f"empty desk: {median(misses):.1f} ms a frame")


if __name__ == "__main__":
    main()
