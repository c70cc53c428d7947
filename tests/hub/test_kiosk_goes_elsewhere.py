"""A kiosk that is paired again at another school of the hub: what it was at the first one ends."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from db import pairing, pairing_requests, pairing_secret, signing
from db.domain.audit import Deed
from db.engine import open_database
from kiosk import own_device
from kiosk.config import KioskConfig, KioskPart
from kiosk.own_device import OwnDevice
from kiosk.pairing import pair_with_hub
from kiosk.sync.asking import Asked, ask, collect
from kiosk.sync.client import HubUnpairedError
from kiosk.sync.proving import get_token
from tests.hub_of_tests import hub_at
from tests.makers import NINE
from tests.pairing_of_tests import PUBLIC_KEY, accepts, wire
from tests.two_schools import School, two_schools

OTHER_KEY = bytes(range(1, 33))


@pytest.fixture
def schools(tmp_path: Path) -> Iterator[tuple[School, School]]:
    with two_schools(f"sqlite:///{tmp_path}/hub.db", tmp_path) as both:
        yield both


def new_code(school: School) -> str:
    with school.hub.database.begin() as session:
        return pairing_requests.new_code(session, school.hub.clock(), school.site_id)


def paired(school: School, config: KioskConfig) -> OwnDevice:
    """As `vestibule-kiosk pair` does it."""
    hub = school.hub
    pair_with_hub(config, str(hub.client.base_url), new_code(school), NINE, show=accepts(hub))
    database = open_database(config.database_url)
    with database.begin() as session:
        own = own_device.read(session, NINE)
    database.close()
    return own


def comes_elsewhere(school: School, own: OwnDevice, key: bytes, epoch: int = 0) -> str:
    """Somebody says that they are that kiosk, and is let in. Returns the new id."""
    client, device = school.hub.client, own.device
    asked = ask(
        client, "", new_code(school), "Hall", device.kiosk_id,
        public_key=signing.public_of(OTHER_KEY), epoch=epoch or device.epoch,
        site_id=device.site_id, key=key,
    )  # fmt: skip
    accepts(school.hub)(asked.short_string)
    given = collect(client, asked)
    assert given is not None
    return given.kiosk_id


def is_revoked(school: School, kiosk_id: str) -> bool:
    with school.hub.database.read() as session:
        known = pairing.find(session, kiosk_id)
    return known is not None and known.is_revoked


@pytest.fixture
def config(tmp_path: Path) -> KioskConfig:
    return KioskConfig(kiosk=KioskPart("Hall", str(tmp_path / "kiosk")))


def test_copy_of_its_disk_is_out_at_the_school_that_it_left(
    schools: tuple[School, School], config: KioskConfig
) -> None:
    alder, birch = schools
    before = paired(alder, config)
    get_token(alder.hub.client, before.own_key)

    after = paired(birch, config)

    assert (after.device.site_id, before.device.site_id) == (birch.site_id, alder.site_id)
    assert after.device.kiosk_id != before.device.kiosk_id
    get_token(birch.hub.client, after.own_key)
    with pytest.raises(HubUnpairedError):
        get_token(alder.hub.client, before.own_key)
    (known,) = [k for k in alder.ask("GET", "/v1/kiosks").json()["kiosks"] if k["name"] == "Hall"]
    assert known["revoked_at"]
    lines = alder.ask("GET", "/v1/audit").json()["lines"]
    revoked = [line for line in lines if line["deed"] == Deed.KIOSK_REVOKED]
    assert [line["about_id"] for line in revoked] == [before.device.kiosk_id]


def test_kiosk_that_is_paired_again_at_its_own_school_stays_what_it_is(
    schools: tuple[School, School], config: KioskConfig
) -> None:
    alder, _ = schools
    before = paired(alder, config)

    after = paired(alder, config)

    assert after.device.kiosk_id == before.device.kiosk_id
    get_token(alder.hub.client, after.own_key)


@pytest.mark.parametrize("key", [b"", OTHER_KEY])
def test_nobody_without_its_key_revokes_another_schools_kiosk(
    schools: tuple[School, School], config: KioskConfig, key: bytes
) -> None:
    alder, birch = schools
    own = paired(alder, config)

    new_id = comes_elsewhere(birch, own, key)

    assert new_id != own.device.kiosk_id
    assert not is_revoked(alder, own.device.kiosk_id)


def test_key_of_an_older_pairing_revokes_nothing(
    schools: tuple[School, School], config: KioskConfig
) -> None:
    """A copy of its disk from before it was paired again is no proof of what it is now."""
    alder, birch = schools
    old = paired(alder, config)
    paired(alder, config)

    comes_elsewhere(birch, old, old.signing_key)
    comes_elsewhere(birch, old, old.signing_key, epoch=old.device.epoch + 1)

    assert not is_revoked(alder, old.device.kiosk_id)


def test_kiosk_that_was_turned_away_elsewhere_is_still_at_its_school(
    schools: tuple[School, School], config: KioskConfig
) -> None:
    alder, birch = schools
    own = paired(alder, config)
    device = own.device
    asked = ask(
        birch.hub.client, "", new_code(birch), "Hall", device.kiosk_id,
        public_key=signing.public_of(OTHER_KEY), epoch=device.epoch,
        site_id=device.site_id, key=own.signing_key,
    )  # fmt: skip

    with birch.hub.database.begin() as session:
        pairing_requests.reject(session, asked.request_id, "Dana", birch.hub.clock())

    assert not is_revoked(alder, device.kiosk_id)


def test_what_a_kiosk_signed_for_one_asking_is_none_for_another(
    schools: tuple[School, School], config: KioskConfig
) -> None:
    alder, birch = schools
    own, client = paired(alder, config), birch.hub.client
    device, code = own.device, new_code(birch)
    kept = signing.sign(own.signing_key, signing.Leaving(device.kiosk_id, device.epoch, "00" * 32))
    said = {"leaves": kept.hex(), "epoch": device.epoch, "site_id": alder.site_id}

    answer = client.post("/v1/pairings", json=wire(code, device.kiosk_id) | said)
    secret = pairing_secret.stretch(code, bytes(16), "")
    digits = pairing_secret.short_string(secret, PUBLIC_KEY)
    accepts(birch.hub)(digits)
    given = collect(client, Asked(UUID(answer.json()["request_id"]), digits, secret))

    assert given is not None
    assert given.site_id == birch.site_id
    assert not is_revoked(alder, device.kiosk_id)


def test_who_pairs_a_kiosk_with_another_hub_reads_that_the_old_one_has_to_be_told(
    schools: tuple[School, School],
    config: KioskConfig,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    alder, birch = schools
    with hub_at(f"sqlite:///{tmp_path}/other.db", tmp_path / "other") as hub:
        paired(alder, config)
        paired(birch, config)
        assert "Revoke the kiosk there" not in caplog.text

        there = replace(birch, hub=hub, site_id=hub.site.site_id)
        own = paired(there, config)

    assert own.device.site_id == hub.site.site_id
    assert "does not learn that it is gone" in caplog.text
    assert "Revoke the kiosk there" in caplog.text
