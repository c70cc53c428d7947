"""Ten minutes of nonsense: ``.venv/bin/python tests/bench/fuzz_scan.py [SECONDS] [SEED]``.

Damaged zones of passports to their parser, keys at random times to the scanner that types, damaged
pictures of cards to the frame decoder and to the one that takes its time. Whatever is raised but
our own `UnreadableIdError`, whatever takes long, and every payload that nobody printed is named.
Prints counts; exit status 1 when there was any of these. Payloads of licences: `fuzz_aamva.py`.
"""

import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np

from db.domain.errors import UnreadableIdError
from kiosk.scan.decode import Memory, Wanted, decode
from kiosk.scan.frames import Image
from kiosk.scan.mrz import ALPHABET, lines_of, parse_mrz
from kiosk.scan.patient import decode_patiently
from kiosk.scan.wedge import Typing
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import sample_people
from resources.samples.shot import Shot, photograph

LONG_SECONDS = {"zone": 0.5, "typed": 0.5, "frame": 2.0, "picture": 8.0}
PERSON = sample_people(1, 7)[0]
PAYLOAD = aamva_payload(PERSON)
CARD = licence_back(PAYLOAD)


def zone(chance: random.Random) -> None:
    columns, count = chance.choice([(44, 2), (36, 2), (30, 3), (chance.randrange(60), 3)])
    letters = ALPHABET if chance.random() < 0.8 else ALPHABET + "ÄÖ?\x00 é-"
    lines = ["".join(chance.choices(letters, k=columns)) for _ in range(count)]
    if chance.random() < 0.7 and lines and len(lines[0]) > 2:
        lines[0] = chance.choice(["P<", "I<", "ID", "AC", "V<"]) + lines[0][2:]
    parse_mrz(lines_of("\n".join(lines).encode()))


def typed(chance: random.Random) -> None:
    typing, at = Typing(), 0.0
    for _ in range(chance.randrange(400)):
        at += chance.choice([0.0, 0.001, 0.02, 0.2, -0.1])
        typing.key(chr(chance.choice([10, 13, 30, 65, 233, 0x20AC, 0x1F600])), at)
        if chance.random() < 0.02:
            typing.is_over(at + 1)
            typing.pause()
    typing.pause()


def damaged(chance: random.Random) -> Image:
    """A card's photograph with parts of it moved, mirrored, erased, inverted or cut off."""
    if chance.random() < 0.15:
        size = (chance.randrange(1, 400), chance.randrange(1, 400), 3)
        return (
            np.random.default_rng(chance.randrange(2**32)).integers(0, 256, size).astype(np.uint8)
        )
    shot = Shot(chance.uniform(0.6, 3.0), roll=chance.uniform(0, 360), blur=chance.uniform(0.3, 2))
    picture = photograph(CARD, shot, chance.randrange(10**6))
    for _ in range(chance.randrange(5)):
        high, wide = picture.shape[:2]
        top, left = chance.randrange(high), chance.randrange(wide)
        part = picture[top : top + chance.randrange(1, 500), left : left + chance.randrange(1, 900)]
        match chance.randrange(5):
            case 0:
                part[:] = chance.randrange(256)
            case 1:
                part[:] = 255 - part
            case 2:
                part[:] = part[::-1].copy()
            case 3:
                part[:] = part[:, ::-1].copy()
            case _:
                picture = np.ascontiguousarray(part)
    return picture


def frame(chance: random.Random) -> None:
    _must_be_ours(decode(damaged(chance), chance.choice([Wanted.ID, Wanted.BADGE]), memory=MEMORY))


def picture(chance: random.Random) -> None:
    _must_be_ours(decode_patiently(damaged(chance)))


MEMORY = Memory()


def _must_be_ours(found: object) -> None:
    symbology = getattr(found, "symbology", "")
    if symbology in ("PDF417", "MRZ") and getattr(found, "payload", b"") != PAYLOAD:
        raise AssertionError(f"a payload that nobody printed, by {getattr(found, 'reader', '')}")


WORK: tuple[tuple[str, Callable[[random.Random], None], int], ...] = (
    ("zone", zone, 200),
    ("typed", typed, 20),
    ("frame", frame, 4),
    ("picture", picture, 1),
)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)  # noqa: S311  no secret
    counts: Counter[str] = Counter()
    cv2.setNumThreads(1)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, work, times in WORK:
            for _ in range(times):
                counts[f"{name}: {_outcome(name, work, chance)}"] += 1
    for outcome, count in sorted(counts.items()):
        sys.stdout.write(f"{count:9} {outcome}\n")
    return 1 if any("CRASH" in outcome or "SLOW" in outcome for outcome in counts) else 0


def _outcome(name: str, work: Callable[[random.Random], None], chance: random.Random) -> str:
    began = time.process_time()  # other programs' work is not in it
    try:
        work(chance)
    except UnreadableIdError:
        return "refused"
    except Exception:  # noqa: BLE001  that is what is looked for
        sys.stdout.write(traceback.format_exc())
        return "CRASH"
    spent = time.process_time() - began
    if spent <= LONG_SECONDS[name]:
        return "done"
    sys.stdout.write(f"{name}: {spent:.1f} s\n")
    return "SLOW"


if __name__ == "__main__":
    sys.exit(main())
