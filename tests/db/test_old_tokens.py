"""What becomes of the tokens that an older version gave at pairing, at the hub and on a kiosk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, text

from db import kiosk_tokens, pairing, settings
from db.engine import Database, open_database
from db.schema import alembic_config
from db.staff import hash_token
from kiosk import own_device
from kiosk.own_device import HubAccess
from tests.db.test_engine import migrate
from tests.postgres import PostgresServer
from tests.raw import raw_engine

FRONT, GONE = str(UUID(int=1)), str(UUID(int=2))
ACCESS = {"url": "https://hub.invalid:8470", "token": "front's token", "ca": "pem"}
_DEVICE = """
INSERT INTO device (district_id, device_id, name, token_hash, epoch, paired_at, revoked_at, site_id)
SELECT district_id, :id, 'Front', :hash, 2, '2026-11-23 15:00:00+00:00', :revoked_at, ''
FROM district
"""
_SETTING = "INSERT INTO setting (district_id, name, value) SELECT district_id, :n, :v FROM district"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database: an older version makes its tables."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture
def old_url(any_url: str) -> str:
    """A database of the version before, of a hub and of a kiosk in one."""
    migrate(any_url, "0017")
    engine = raw_engine(any_url)
    with engine.begin() as connection:
        for kiosk_id, revoked_at in ((FRONT, None), (GONE, "2026-11-23 16:00:00+00:00")):
            token = "front's token" if kiosk_id == FRONT else "gone's token"
            row = {"id": kiosk_id, "hash": hash_token(token), "revoked_at": revoked_at}
            connection.execute(text(_DEVICE), row)
        connection.execute(text(_SETTING), {"n": "hub.pairing", "v": json.dumps(ACCESS)})
    engine.dispose()
    return any_url


@pytest.fixture
def database(old_url: str) -> Iterator[Database]:
    opened = open_database(old_url)
    yield opened
    opened.close()


def who(database: Database, token: str, days: int = 0) -> str | None:
    with database.read() as session:
        kiosk = kiosk_tokens.kiosk_with(session, token, datetime.now(UTC) + timedelta(days=days))
    return None if kiosk is None else kiosk.kiosk_id


def test_kiosk_that_is_not_updated_yet_goes_on_for_ninety_days(database: Database) -> None:
    assert who(database, "front's token") == FRONT
    assert who(database, "front's token", days=89) == FRONT
    assert who(database, "front's token", days=91) is None
    with database.read() as session:
        front = next(k for k in pairing.kiosks(session) if k.kiosk_id == FRONT)
    assert front.old_token_until is not None
    assert front.old_token_until > datetime.now(UTC) + timedelta(days=89)


def test_revoked_kiosk_stays_out(database: Database) -> None:
    assert who(database, "gone's token") is None


def test_kiosk_itself_keeps_where_its_hub_is_and_no_token(database: Database) -> None:
    with database.read() as session:
        access = settings.read(session, own_device.PAIRING, HubAccess)
        kept = settings.read(session, own_device.PAIRING, dict[str, str])

    assert access == HubAccess(ACCESS["url"], ACCESS["ca"])
    assert kept == {"url": ACCESS["url"], "ca": ACCESS["ca"]}


def test_way_back_keeps_the_old_tokens_that_still_work(old_url: str) -> None:
    open_database(old_url).close()
    engine = raw_engine(old_url)
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0017")
        hashes, access = _hashes(connection), _access(connection)
    engine.dispose()

    assert hashes[FRONT] == hash_token("front's token")
    assert hashes[GONE] not in ("", hash_token("gone's token"))
    assert access == {**ACCESS, "token": ""}


def _hashes(connection: Connection) -> dict[str, str]:
    found = connection.execute(text("SELECT device_id, token_hash FROM device")).all()
    return {row.device_id: row.token_hash for row in found}


def _access(connection: Connection) -> dict[str, str]:
    query = "SELECT value FROM setting WHERE name = 'hub.pairing'"
    kept: dict[str, str] = json.loads(connection.scalar(text(query)) or "{}")
    return kept
