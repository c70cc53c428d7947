"""What it costs that a list of a million comes signed: beside the work of sending it at all.

.. code-block:: sh

    python tests/bench/signed_lists.py                  # a million entries
    python tests/bench/signed_lists.py --people 100000

Pages as kiosks ask for them, without network and databases: written by the hub as JSON, hashed and
signed there; hashed and checked by the kiosk, and read. All people are invented.
"""

import argparse
import random
import secrets
import sys
import time
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from db import codec, signing
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry
from db.ids import new_id
from kiosk.sync.known_hub import KnownHub
from kiosk.sync.list_pull import PAGE

KIOSK = "019378a0-0000-7000-8000-00000000f407"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
_PARTS = "Al Ba Bel Cor Da Del El Fen Gar Hal Is Jo Kel Lor Ma Mor Na Ol Quill Ra Sa Tha Van"


def invented(count: int, chance: random.Random) -> list[WatchlistEntry]:
    first, parts = date(1935, 1, 1), _PARTS.split()
    return [
        WatchlistEntry(
            new_id(NOW),
            PersonName("".join(chance.choices(parts, k=2)), "".join(chance.choices(parts, k=3))),
            PartialDate.read((first + timedelta(days=chance.randrange(26_000))).isoformat()),
            chance.choice([Sex.FEMALE, Sex.MALE]),
            jurisdiction="IL",
            reference=f"R-{chance.randrange(10**7):07}",
            note="seen again",
        )
        for _ in range(count)
    ]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=1_000_000)
    people = asked.parse_args().people
    page = invented(PAGE, random.Random(7))  # noqa: S311  no secret
    key = signing.new_key()
    known = KnownHub(KIOSK, signing.public_of(key))
    spent = dict.fromkeys(("write", "sign", "check", "read"), 0.0)
    size = 0
    for number in range(-(-people // PAGE)):
        question, nonce = (
            f"/v1/watchlists/x/entries?version=1&after={number}",
            secrets.token_hex(16),
        )
        marks = [time.process_time()]
        content = b"\n".join(codec.to_json(entry) for entry in page)
        marks.append(time.process_time())
        said = signing.Answer(KIOSK, question, nonce, sha256(content).hexdigest())
        signature = signing.sign(key, said).hex()
        marks.append(time.process_time())
        known.check(question, nonce, content, signature)
        marks.append(time.process_time())
        for line in content.split(b"\n"):
            codec.from_json(line, WatchlistEntry)
        marks.append(time.process_time())
        for step, began, ended in zip(spent, marks, marks[1:], strict=False):
            spent[step] += ended - began
        size += len(content)
    sys.stdout.write(
        f"{people} entries in pages of {PAGE}, {size / 1e6:.0f} MB, processor time:\n"
        f"  hub: written as JSON {spent['write']:.2f} s, hashed and signed {spent['sign']:.2f} s\n"
        f"  kiosk: hashed and checked {spent['check']:.2f} s, read {spent['read']:.2f} s\n"
    )


if __name__ == "__main__":
    main()
