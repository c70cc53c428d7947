"""Pairing a kiosk with its hub, again with it, and with another school's hub."""

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from db import log, outbox, photos, retention, settings, staff_pins, watchlists
from db.domain.errors import HubAwayError, HubRefusedError
from db.engine import Database, open_database
from db.list_index import ListIndexes
from db.models import VisitRow
from kiosk import own_device, standing
from kiosk.config import KioskConfig, KioskPart
from kiosk.lists import load_index
from kiosk.own_device import OwnDevice
from kiosk.pairing import pair_with_hub
from kiosk.sync import exchange, sending
from kiosk.sync.asking import collect
from kiosk.sync.http import connect
from kiosk.sync.proving import own_token
from tests.hub_of_tests import FRONT_KIOSK, HubOfTests, hub_at
from tests.makers import NINE, make_screened
from tests.pairing_of_tests import accepts, asks, new_code, waiting
from tests.photos_of_tests import sign_in_with

LIST_CSV = b"LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub") as running:
        yield running


@pytest.fixture
def other_hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/other.db", tmp_path / "other") as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> KioskConfig:
    return KioskConfig(kiosk=KioskPart("Front kiosk", str(tmp_path / "kiosk")))


@pytest.fixture
def kiosk(config: KioskConfig) -> Iterator[Database]:
    database = open_database(config.database_url)
    yield database
    database.close()


def pair_at(hub: HubOfTests, config: KioskConfig) -> None:
    pair_with_hub(config, str(hub.client.base_url), new_code(hub), NINE, show=accepts(hub))


def own(kiosk: Database) -> OwnDevice:
    with kiosk.begin() as session:
        return own_device.read(session, NINE)


def visitor_comes(kiosk: Database) -> None:
    with kiosk.begin() as session:
        device = own_device.read(session, NINE).device
        screened = make_screened()
        outbox.add(session, device, screened, NINE, actor="visitor", visit_id=screened.visit_id)


def sync(kiosk: Database) -> sending.Pushed:
    me = own(kiosk)
    assert me.access is not None
    with closing(connect(me.access.url, own_token(me.access.url, me.own_key))) as hub:
        pushed = sending.push(kiosk, me.device, hub)
        exchange.pull(kiosk, hub, 0)
    return pushed


def import_list(hub: HubOfTests) -> None:
    hub.client.post(
        "/v1/watchlists",
        params={"name": "District no-trespass list", "category": "trespass"},
        content=LIST_CSV,
        headers=hub.sign_in(),
    ).raise_for_status()


def test_paired_kiosk_keeps_its_own_name(
    hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    before = own(kiosk).device

    pair_at(hub, config)

    after = own(kiosk)
    assert after.device.kiosk_id == before.kiosk_id
    assert after.device.site_id == hub.site.site_id
    assert after.site == hub.site


def test_wrong_code_leaves_the_kiosk_as_it_was(
    hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    before = own(kiosk)

    with pytest.raises(HubRefusedError, match="pairing code is wrong"):
        pair_with_hub(config, str(hub.client.base_url), "0000-0000", NINE, show=accepts(hub))

    assert own(kiosk) == before


def test_hub_that_does_not_answer_leaves_the_kiosk_as_it_was(
    kiosk: Database, config: KioskConfig
) -> None:
    with pytest.raises(HubAwayError, match="does not answer"):
        pair_with_hub(config, "http://127.0.0.1:9", "0000-0000", NINE, show=print)

    assert own(kiosk).access is None


def test_what_was_not_sent_before_pairing_again_arrives_in_its_order(
    hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    pair_at(hub, config)
    visitor_comes(kiosk)
    pair_at(hub, config)
    visitor_comes(kiosk)
    with kiosk.read() as session:
        assert outbox.waiting(session, own_device.read(session, NINE).device) == 2

    assert sync(kiosk).sent == 2

    device = own(kiosk).device
    assert device.epoch == 2
    with kiosk.read() as here, hub.database.read() as there:
        assert outbox.waiting(here, device) == 0
        assert log.count(there, device.kiosk_id) == 2
        assert all(v.is_good for v in log.verify_log(there))


def test_hub_that_forgot_a_pairing_never_gives_its_number_again(
    hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    for _ in range(3):
        pair_at(hub, config)
    with hub.database.begin() as session:  # as an old backup has it
        session.execute(text("UPDATE device SET epoch = 1"))

    pair_at(hub, config)

    assert own(kiosk).device.epoch == 4


def test_another_school_gets_nothing_of_the_first_one_and_leaves_nothing_of_it(
    hub: HubOfTests,
    other_hub: HubOfTests,
    kiosk: Database,
    config: KioskConfig,
    caplog: pytest.LogCaptureFixture,
) -> None:
    import_list(hub)
    import_list(other_hub)
    pair_at(hub, config)
    sync(kiosk)
    visitor_comes(kiosk)
    first = own(kiosk).device

    with caplog.at_level(logging.WARNING):
        pair_at(other_hub, config)

    assert "1 events were not sent" in caplog.text
    with kiosk.read() as session:
        assert watchlists.all_lists(session) == []
        assert not staff_pins.any_known(session)
        assert settings.read(session, exchange.HOSTS, object) is None
    assert load_index(kiosk, ListIndexes(kiosk, None)) is None
    sync(kiosk)
    assert own(kiosk).device.kiosk_id != first.kiosk_id
    with kiosk.read() as here, other_hub.database.read() as there:
        assert watchlists.all_lists(here) == watchlists.all_lists(there)
        assert log.count(there, first.kiosk_id) == 0


def photo_waits(kiosk: Database, folder: Path, text: bytes = b"face") -> str:
    name = photos.keep(folder, b"\xff\xd8\xff" + text + b"\xff\xd9")
    sign_in_with(kiosk, own(kiosk).device, name)
    return name


def send_photos(kiosk: Database, folder: Path) -> int:
    me = own(kiosk)
    assert me.access is not None
    with closing(connect(me.access.url, own_token(me.access.url, me.own_key))) as hub:
        return sending.push_photos(kiosk, me.device, folder, hub, NINE)


def test_face_that_the_first_school_has_not_got_is_not_sent_to_another(
    hub: HubOfTests, other_hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    pair_at(hub, config)
    of_first = photo_waits(kiosk, config.folder / "photos", b"of the first school")
    pair_at(other_hub, config)
    of_other = photo_waits(kiosk, config.folder / "photos", b"of the other one")

    assert send_photos(kiosk, config.folder / "photos") == 1

    assert photos.read(other_hub.photos, of_first) is None
    assert photos.read(other_hub.photos, of_other) is not None
    with kiosk.read() as session:
        assert standing.read(session, own_device.read(session, NINE).device).photos == 0


def test_photos_from_before_pairing_at_the_same_school_are_sent(
    hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    folder = config.folder / "photos"
    alone = photo_waits(kiosk, folder, b"alone")
    pair_at(hub, config)
    paired = photo_waits(kiosk, folder, b"paired")
    pair_at(hub, config)

    assert send_photos(kiosk, folder) == 2

    assert None not in [photos.read(hub.photos, name) for name in (alone, paired)]


def test_whom_only_another_school_lacks_is_forgotten_once_the_days_are_over(
    hub: HubOfTests, other_hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    pair_at(hub, config)
    visitor_comes(kiosk)
    pair_at(hub, config)
    late, first = NINE + timedelta(days=400), own(kiosk).device
    assert retention.forget_old_visits(kiosk, late, is_kiosk=True) == 0
    pair_at(other_hub, config)
    visitor_comes(kiosk)

    assert retention.forget_old_visits(kiosk, late, is_kiosk=True) == 1

    with kiosk.read() as session:
        names = {row.kiosk_id: row.family_name for row in session.scalars(select(VisitRow))}
    assert names == {first.kiosk_id: "", own(kiosk).device.kiosk_id: "Marlowe"}


@pytest.mark.parametrize("name", ["hub", "front", FRONT_KIOSK.upper(), f"{{{FRONT_KIOSK}}}"])
def test_kiosk_cannot_take_a_name_that_no_kiosk_has(hub: HubOfTests, name: str) -> None:
    code = new_code(hub)

    with pytest.raises(HubRefusedError, match="cannot be called that"):
        asks(hub, code, name)

    assert asks(hub, code, FRONT_KIOSK).short_string == waiting(hub)[0].short_string


def test_kiosk_without_a_name_is_given_one(hub: HubOfTests) -> None:
    asked = asks(hub, new_code(hub), kiosk_id="")
    accepts(hub)(asked.short_string)

    given = collect(hub.client, asked)

    assert given is not None
    assert UUID(given.kiosk_id)


def test_kiosk_that_stands_alone_screens_with_the_lists_that_it_has(kiosk: Database) -> None:
    assert load_index(kiosk, ListIndexes(kiosk, None)) is not None


def test_paired_kiosk_without_its_lists_screens_nobody(
    hub: HubOfTests, kiosk: Database, config: KioskConfig
) -> None:
    import_list(hub)
    pair_at(hub, config)
    assert load_index(kiosk, ListIndexes(kiosk, None)) is None

    sync(kiosk)

    assert load_index(kiosk, ListIndexes(kiosk, None)) is not None
