"""A district's server dies under load and its replica is promoted: nothing confirmed is lost."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from admin_console.hub import log_command
from db.columns import Base
from db.log_models import EventRow
from tests.hub_of_tests import hub_at
from tests.postgres import USER, PostgresServer, Replica, start_postgres, start_replica
from tests.signed_log import signing_kiosk
from tests.sync_of_tests import acked, decide, until, visitors_coming


@pytest.fixture
def servers() -> Iterator[tuple[PostgresServer, Replica]]:
    """A primary, and the replica without which it confirms nothing."""
    with tempfile.TemporaryDirectory(prefix="vestibule-postgres-") as place:
        folders = [Path(place) / name for name in ("first", "second")]
        Path(place).chmod(0o755)
        for folder in folders:
            folder.mkdir()
        with (
            start_postgres(folders[0], fsync=True) as primary,
            start_replica(primary, folders[1]) as replica,
        ):
            yield primary, replica


def url_of(primary: PostgresServer, replica: PostgresServer) -> str:
    """Both servers in one address; whichever takes writing is the database."""
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (primary, replica))
    return f"postgresql+psycopg://{USER}@/postgres?{hosts}&target_session_attrs=read-write"


def test_promoted_replica_has_all_that_was_confirmed_and_the_hub_goes_on_by_itself(
    servers: tuple[PostgresServer, Replica], tmp_path: Path
) -> None:
    primary, replica = servers
    url = url_of(primary, replica)
    with hub_at(url, tmp_path) as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        held = kiosk.visitor_comes(held=True)
        kiosk.push()
        decide(hub, held)
        with visitors_coming(kiosk) as confirmed:
            until(confirmed, 10)
            primary.kill()
            before = confirmed[-1]
            replica.take_over()
            until(confirmed, 10)
        kiosk.push()

        with hub.database.read() as session:
            kept = session.scalars(
                select(EventRow.seq)
                .where(EventRow.device_id == kiosk.device.kiosk_id)
                .order_by(EventRow.seq)
            ).all()
        assert list(kept) == list(range(1, acked(kiosk.database) + 1))
        assert before in kept
        assert kiosk.waiting() == 0
        desk = hub.client.get(f"/v1/visits/{held}", headers=hub.sign_in()).json()
        assert [d["verdict"] for d in desk["decisions"]] == ["deny"]
        said, is_good = log_command.verify_log(url, as_json=False)
        assert is_good, said


def test_way_to_citus_names_every_table() -> None:
    written = (Path(__file__).parents[2] / "packaging" / "postgresql.md").read_text("utf-8")
    named = re.findall(r"'([a-z_]+)'", written.partition("ARRAY[")[2].partition("]")[0])

    assert sorted(["district", *named]) == sorted(Base.metadata.tables)
