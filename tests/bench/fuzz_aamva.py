"""Ten minutes of damaged licences: ``.venv/bin/python tests/bench/fuzz_aamva.py [SECONDS] [SEED]``.

Builds payloads of every version, jurisdiction and quirk, damages them (bytes changed, lost,
doubled, moved, two cards spliced), and parses them. Whatever is raised but `UnreadableIdError` is
printed with its payload, as is a payload that takes long. Prints counts; exit status 1 when there
was any of these.
"""

import random
import sys
import time
from collections import Counter

from db.domain.errors import UnreadableIdError
from kiosk.scan.aamva import parse_aamva
from resources.samples.payload import ISSUERS, VERSIONS, Quirk, aamva_payload, stripe_payload
from resources.samples.people import sample_people

_LONG_SECONDS = 1.0
_TOKENS = [b"DAC", b"DCS", b"DAA", b"DBB", b"DL", b"ANSI 636015", b"\x1e", b"\0", b"\xff", b"%0A"]
_TOKENS += [b"^", b"$", b";636", b"=", b"?", b"ZVZVA", b"<LF>", b",", b"@", b"9" * 40]


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)  # noqa: S311  no secret
    counts: Counter[str] = Counter()
    longest = 0.0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        payload = _damaged(_built(chance), chance)
        began = time.perf_counter()
        counts[_outcome(payload)] += 1
        spent = time.perf_counter() - began
        longest = max(longest, spent)
        if spent > _LONG_SECONDS:
            counts["slow"] += 1
            sys.stdout.write(f"slow ({spent:.1f} s): {payload!r}\n")
    sys.stdout.write(f"{dict(counts)}, longest {longest * 1000:.0f} ms\n")
    return 1 if counts["crash"] + counts["slow"] else 0


def _built(chance: random.Random) -> bytes:
    (person,) = sample_people(1, chance.randrange(10**6))
    jurisdiction = chance.choice(sorted(ISSUERS))
    if chance.random() < 0.1:
        return stripe_payload(person, jurisdiction)
    quirks = chance.sample(list(Quirk), chance.randrange(4))
    return aamva_payload(person, jurisdiction, chance.choice(VERSIONS), *quirks)


def _damaged(payload: bytes, chance: random.Random) -> bytes:
    data = bytearray(payload)
    for _ in range(chance.randrange(12)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.randrange(1, 30))
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] = chance.randrange(256)
            case 1:
                del data[at:to]
            case 2:
                data[at:at] = data[at:to]
            case 3:
                data[at:at] = chance.choice(_TOKENS)
            case 4:
                data[at:to] = data[at:to][::-1]
            case _:
                data[at:at] = _built(chance)[:to]
    return bytes(data)


def _outcome(payload: bytes) -> str:
    try:
        identity = parse_aamva(payload)
    except UnreadableIdError:
        return "refused"
    except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
        sys.stdout.write(f"{error!r}: {payload!r}\n")
        return "crash"
    return "read" if identity.name.family else "crash"


if __name__ == "__main__":
    sys.exit(main())
