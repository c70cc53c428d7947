"""A hub that just runs, as a process of its own: nobody asks it for what it does by itself."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from admin_console.hub.authority import open_authority
from db import attempts, clock_doubt, hub_trust, inbox, outbox, retention, settings
from db.domain.events import VisitCheckedOut
from db.domain.visit import CheckOutWay
from db.engine import Database, open_database, open_existing
from db.hub_models import AttemptRow
from tests.makers import KIOSK, make_checked_in, make_screened

NAMES = frozenset({"127.0.0.1", "localhost"})
SERVE = """
import sys
from admin_console.hub import authority
authority.LiveCertificate.keep.__defaults__ = (0.2,)  # else it looks once a minute
from admin_console.hub.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port of a hub with this folder."""
    command = [
        sys.executable, "-c", SERVE, "serve", "--listen", "127.0.0.1:0",
        "--database", f"sqlite:///{folder}/hub.db",
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=Path(__file__).parents[2],
    ) as hub:  # fmt: skip
        assert hub.stdout is not None
        try:
            yield int(hub.stdout.readline().split()[-1].rsplit(":", 1)[1])
        finally:
            hub.terminate()
            hub.communicate(timeout=30)


def wait_until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends, "it did not do so"
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a hub that knows who came and left four hundred days ago, and ran yesterday."""
    came_at = datetime.now(UTC) - timedelta(days=400)
    with (
        closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk,
        closing(open_database(f"sqlite:///{tmp_path}/hub/hub.db")) as hub,
    ):
        visit_id = (screened := make_screened(now=came_at)).visit_id
        left = VisitCheckedOut(visit_id, CheckOutWay.BADGE)
        with kiosk.begin() as session:
            for event in (screened, make_checked_in(visit_id), left):
                outbox.add(session, KIOSK, event, came_at, actor="visitor", visit_id=visit_id)
            sent = outbox.pending(session, KIOSK, 0, 10)
        with hub.begin() as session:
            inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, came_at)
            yesterday = datetime.now(UTC) - timedelta(days=1)
            settings.write(session, clock_doubt.LOOKED, clock_doubt.Looked(yesterday))
    return tmp_path / "hub"


def names_kept(database: Database) -> int:
    with database.read() as session:
        return retention.kept(session)[0]


def tries_kept(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(AttemptRow)) or 0


def test_hub_forgets_tries_to_get_in_though_nobody_tries_again(folder: Path) -> None:
    with closing(open_existing(f"sqlite:///{folder}/hub.db")) as database:
        with database.begin() as session:
            attempts.count_try(session, "a name", datetime.now(UTC) - timedelta(minutes=20))
        assert tries_kept(database) == 1

        with serving(folder):
            wait_until(lambda: tries_kept(database) == 0)


def test_hub_makes_its_backup_and_forgets_whose_days_are_over(folder: Path) -> None:
    with closing(open_existing(f"sqlite:///{folder}/hub.db")) as database:
        assert names_kept(database) == 1

    with serving(folder):
        wait_until(lambda: len(list((folder / "backups").glob("*.backup"))) == 1)
        with closing(open_existing(f"sqlite:///{folder}/hub.db")) as database:
            wait_until(lambda: names_kept(database) == 0)


def test_hub_shows_another_certificate_once_the_one_before_is_old(tmp_path: Path) -> None:
    tls = tmp_path / "tls"
    with serving(tmp_path) as port:
        authority = open_authority(tls, datetime.now(UTC))
        first = serial_at(port, authority.ca)

        authority.server_file.unlink()
        long_ago = datetime.now(UTC) - timedelta(days=89)
        authority.renew_if_due(NAMES, long_ago)  # what lies there is nearly over

        wait_until(lambda: serial_at(port, authority.ca) != first)
        now = authority.server_certificate()
        assert now is not None
        assert now.not_valid_after_utc > datetime.now(UTC) + timedelta(days=30)


def serial_at(port: int, ca: str) -> str:
    trusted: ssl.SSLContext = hub_trust.context(ca)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        trusted.wrap_socket(plain, server_hostname="127.0.0.1") as line,
    ):
        said = line.getpeercert()
    assert said is not None
    return str(said["serialNumber"])
