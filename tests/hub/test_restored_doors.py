"""Who was removed or revoked after a backup comes in by nothing that was open at its moment."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from admin_console.hub.__main__ import main
from db import kiosk_tokens, oidc, pairing_requests
from db.columns import Base
from db.domain.desk import Role
from db.hub_models import (
    DeviceChallengeRow,
    DeviceTokenRow,
    OidcSignInRow,
    PairingCodeRow,
    PairingRequestRow,
    StaffSessionRow,
)
from db.ids import new_id
from db.pairing_requests import Asking
from kiosk.sync.proving import get_token
from tests.hub_of_tests import PASSWORD, HubOfTests, PairedOfTests, hub_at
from tests.postgres import PostgresServer

OPEN: tuple[type[Base], ...] = (
    StaffSessionRow, OidcSignInRow, DeviceTokenRow, DeviceChallengeRow, PairingCodeRow,
    PairingRequestRow,
)  # fmt: skip


def as_in(hub: HubOfTests, headers: dict[str, str], path: str = "/v1/desk") -> int:
    return hub.client.get(path, headers=headers).status_code


def counts(hub: HubOfTests) -> list[int]:
    with hub.database.read() as session:
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in OPEN]


def open_everything(hub: HubOfTests) -> tuple[dict[str, str], PairedOfTests, dict[str, str]]:
    """Somebody is signed in, a kiosk is in, and others are about to be."""
    hub.add_staff("mallory", Role.ADMINISTRATOR)
    signed_in = hub.token_of("mallory")
    kiosk = hub.pair(key=bytes(range(32)))
    token = get_token(hub.client, kiosk.own_key).text
    with hub.database.begin() as session:
        kiosk_tokens.challenge(session, kiosk.kiosk_id, hub.clock())
        oidc.begin(session, 50_000, hub.clock())
        code = pairing_requests.new_code(session, hub.clock(), hub.site.site_id).replace("-", "")
        asking = Asking(str(new_id(hub.clock())), "New kiosk", 0, b"", b"secret", hub.site.site_id)
        assert pairing_requests.ask(session, code, asking, hub.clock()) is not None
        pairing_requests.new_code(session, hub.clock(), hub.site.site_id)
    assert all(counts(hub))
    return signed_in, kiosk, {"Authorization": f"Bearer {token}"}


def test_nothing_that_was_open_at_the_backup_lets_anybody_in_after_a_restore(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, file = f"sqlite:///{tmp_path}/hub/hub.db", tmp_path / "one.backup"
    with hub_at(url, tmp_path / "hub") as hub:
        signed_in, kiosk, token = open_everything(hub)
        assert main(["backup", "--to", str(file), "--database", url]) == 0
        hub.remove_staff("mallory")
        assert as_in(hub, signed_in) == 401
    capsys.readouterr()

    assert main(["restore", str(file), "--database", url]) == 0

    said = capsys.readouterr().out
    assert "mallory (administrator)" in said
    assert "kiosks are paired: Front kiosk" in said
    with hub_at(url, tmp_path / "hub") as hub:
        assert counts(hub) == [0] * len(OPEN)
        assert as_in(hub, signed_in) == 401
        assert as_in(hub, token, "/v1/head") == 401
        assert get_token(hub.client, kiosk.own_key).text, "its key counts as it did then"
        again: httpx.Response = hub.client.post(
            "/v1/session", json={"name": "mallory", "password": PASSWORD}
        )
        assert again.status_code == 200, "so do passwords, which is why they are named"


def test_nor_does_it_where_another_log_is_begun_by_hand(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(postgres_url, tmp_path) as hub:
        signed_in, _, _ = open_everything(hub)
    with postgres.new_database(postgres_url.rpartition("/")[2]) as recovered:
        assert main(["log", "begin-anew", "--database", recovered]) == 0

        assert "mallory (administrator)" in capsys.readouterr().out
        with hub_at(recovered, tmp_path) as hub:
            assert counts(hub) == [0] * len(OPEN)
            assert as_in(hub, signed_in) == 401


def test_token_that_an_older_version_gave_at_pairing_is_a_key_and_stays(
    any_url: str, tmp_path: Path
) -> None:
    with hub_at(any_url, tmp_path) as hub:
        kiosk = hub.pair()
        with hub.database.begin() as session:
            for row in session.scalars(select(DeviceTokenRow)):
                row.is_of_pairing = True

    assert main(["log", "begin-anew", "--database", any_url]) == 0

    with hub_at(any_url, tmp_path) as hub:
        assert as_in(hub, {"Authorization": f"Bearer {kiosk.token}"}, "/v1/head") == 200
