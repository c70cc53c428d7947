"""How long a log of a million events takes to check: ``python -m tests.bench.verify``.

    python -m tests.bench.verify [--events 1000000] [--postgresql]

Writes the log of twelve kiosks, signed every 200 events, into a database as a hub would have it,
exports it, and prints the seconds of each check: on the clock, in which what the machine does
besides is too, and of the processor.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert

from admin_console.hub import site as hub_site
from admin_console.hub.log_command import export_log
from db import chain, codec, log, merkle, pairing, signing, tree
from db.engine import Database, open_database
from db.ids import new_id
from db.log_models import ChainRow, EventBodyRow, EventRow, SignedHeadRow, TreeNodeRow, TreeRow
from tests.makers import NINE, make_screened
from tests.postgres import start_postgres

KIOSKS = 12
SIGNED_EVERY = 200
AT_ONCE = 10_000
VERIFIER = Path(__file__).parents[2] / "packaging" / "verify_exported_log.py"


class Made(NamedTuple):
    """An event and what stands beside it."""

    kiosk_id: str
    seq: int
    event_id: UUID
    visit_id: UUID
    at: datetime
    line: bytes
    hash: bytes
    salt: bytes
    body: bytes


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true", help="in PostgreSQL, not in SQLite")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-bench-")))
        url = f"sqlite:///{folder}/hub.db"
        if asked.postgresql:
            server = stack.enter_context(start_postgres(folder))
            url = stack.enter_context(server.new_database())
        database = open_database(url)
        stack.callback(database.close)
        _fill(database, asked.events)
        _timed("export", lambda: export_log(url, str(folder / "log"), is_bare=False))
        _timed("the stand-alone verifier", lambda: _verify_alone(folder / "log"))
        _time_links(folder / "log")
        with database.read() as session:
            _timed("log.verify_log", lambda: all(v.is_good for v in log.verify_log(session)))
            _timed("log.verify_signatures", lambda: not log.verify_signatures(session))
            _timed("log.verify_tree", lambda: not log.verify_tree(session))
    return 0


def _timed(what: str, work: Callable[[], object]) -> None:
    began, spent = time.perf_counter(), _spent()
    result = work()
    seconds, spent = time.perf_counter() - began, _spent() - spent
    bad = "" if result in (None, True) else "   NOT WHOLE"
    sys.stdout.write(f"{what:32} {seconds:8.2f} s, {spent:8.2f} s of the processor{bad}\n")
    sys.stdout.flush()


def _spent() -> float:
    """Seconds of the processor so far, those of programs that have ended too."""
    times = os.times()
    return sum(times[:4])


def _verify_alone(file: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(file)], check=False, stdout=subprocess.DEVNULL
    )
    return done.returncode == 0


def _time_links(file: Path) -> None:
    with file.open("rb") as rows:
        lines = [row.partition(b"\t")[0] for row in rows]
    _timed("links of the hash chain alone", lambda: _links(lines))


def _links(lines: Sequence[bytes]) -> None:
    digest = chain.GENESIS
    for line in lines:
        digest = hashlib.sha256(digest + line).digest()


def _fill(database: Database, count: int) -> None:
    with database.begin() as session:
        site = hub_site.ensure(
            session, hub_site.SiteNames("Marlow Unified", "Lincoln", "UTC"), NINE
        )
    kiosks = [str(new_id(NINE)) for _ in range(KIOSKS)]
    keys = {kiosk_id: signing.new_key() for kiosk_id in kiosks}
    with database.begin() as session:
        for kiosk_id, key in keys.items():
            public = signing.public_of(key)
            pairing.let_in(session, kiosk_id, "Front", NINE, public_key=public)
    heads = dict.fromkeys(kiosks, (0, chain.GENESIS))
    frontier = merkle.Frontier()
    made = _events(site.district_id, site.site_id, kiosks, heads, count)
    district = {"district_id": database.district_id}
    while some := [event for _, event in zip(range(AT_ONCE), made, strict=False)]:
        grown = merkle.grow(frontier, [event.hash for event in some])
        with database.begin() as session:
            session.execute(
                insert(EventRow),
                [
                    {
                        "event_id": e.event_id, "device_id": e.kiosk_id, "epoch": 1, "seq": e.seq,
                        "event_type": "visitor.screened", "visit_id": e.visit_id,
                        "occurred_at": e.at, "received_at": NINE, "line": e.line, "hash": e.hash,
                        "leaf_index": index, "parked": None,
                    } | district
                    for index, e in enumerate(some, frontier.size)
                ],
            )  # fmt: skip
            session.execute(
                insert(EventBodyRow),
                [{"event_id": e.event_id, "salt": e.salt, "body": e.body} | district for e in some],
            )
            signed = [e for e in some if e.seq % SIGNED_EVERY == 0]
            session.add_all(_signed(keys[e.kiosk_id], e.kiosk_id, e.seq, e.hash) for e in signed)
            session.add_all(
                TreeNodeRow(level=level, place=place, hash=digest)
                for level, place, digest in grown.nodes
                if level and level % tree.TILE == 0
            )
        frontier = grown.frontier
    with database.begin() as session:
        for kiosk_id, (seq, digest) in heads.items():
            session.add(
                ChainRow(device_id=kiosk_id, epoch=1, head_seq=seq, head_hash=digest, acked_seq=seq)
            )
            if seq % SIGNED_EVERY:
                session.add(_signed(keys[kiosk_id], kiosk_id, seq, digest))
        session.add(TreeRow(tree_id=1, size=frontier.size, roots=b"".join(frontier.roots)))


def _signed(key: bytes, kiosk_id: str, seq: int, digest: bytes) -> SignedHeadRow:
    signature = signing.sign(key, signing.ChainHead(kiosk_id, 1, seq, digest))
    return SignedHeadRow(device_id=kiosk_id, epoch=1, seq=seq, hash=digest, signature=signature)


def _events(
    district_id: str,
    site_id: str,
    kiosks: Sequence[str],
    heads: dict[str, tuple[int, bytes]],
    count: int,
) -> Iterator[Made]:
    """Events of all kiosks in turn; `heads` is kept up to date."""
    _, body = codec.event_to_json(make_screened(new_id(NINE)))
    for number in range(count):
        kiosk_id = kiosks[number % len(kiosks)]
        seq, prev = heads[kiosk_id][0] + 1, heads[kiosk_id][1]
        at = NINE.astimezone(UTC) + timedelta(seconds=number)
        visit_id, salt = new_id(at), number.to_bytes(chain.SALT_BYTES)
        envelope = chain.Envelope(
            v=1, type="visitor.screened", type_v=1, event_id=new_id(at), district_id=district_id,
            site_id=site_id, kiosk_id=kiosk_id, epoch=1, seq=seq, occurred_at=at, clock_offset=0,
            actor="visitor", visit_id=visit_id, cause_id=None, refs=chain.Refs({}),
            body_commit=chain.commit(salt, body),
        )  # fmt: skip
        line = codec.to_json(envelope)
        digest = chain.link(prev, line)
        heads[kiosk_id] = (seq, digest)
        yield Made(kiosk_id, seq, envelope.event_id, visit_id, at, line, digest, salt, body)


if __name__ == "__main__":
    sys.exit(main())
