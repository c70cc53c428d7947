"""Letting kiosks in and out: at the console's routes, and by the hub's commands."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from uuid import UUID

import pytest

from db import audit, codec, log
from db.domain.audit import Deed
from db.domain.errors import HubRefusedError
from db.domain.kiosks import Kiosks, PairingCode
from db.engine import open_database
from kiosk.sync.asking import Asked, collect
from kiosk.sync.client import HubUnpairedError
from tests.hub_of_tests import FRONT_KIOSK, Clock, HubOfTests, PairedOfTests, hub_at
from tests.makers import NINE
from tests.pairing_of_tests import KEY, accepts, asks, new_code, waiting, wrong
from tests.sync_of_tests import KioskOfTests, device_of

OTHER = "019378a0-0000-7000-8000-00000000f408"


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub", clock) as running:
        yield running


def page(hub: HubOfTests) -> Kiosks:
    answer = hub.client.get("/v1/kiosks", headers=hub.sign_in())
    return codec.from_json(answer.content, Kiosks)


def press(hub: HubOfTests, path: str, who: str = "dwhitlock") -> int:
    return hub.client.post(f"/v1/kiosks/{path}", headers=hub.sign_in(who)).status_code


def collected(hub: HubOfTests, asked: Asked) -> PairedOfTests:
    given = collect(hub.client, asked)
    assert given is not None
    return PairedOfTests(**{f.name: getattr(given, f.name) for f in fields(given)}, key=KEY)


def test_kiosk_waits_until_an_administrator_has_accepted_it(hub: HubOfTests) -> None:
    made = hub.client.post("/v1/kiosks/codes", headers=hub.sign_in())
    asked = asks(hub, codec.from_json(made.content, PairingCode).code)
    assert collect(hub.client, asked) is None

    (request,) = page(hub).requests
    assert request.short_string == asked.short_string
    assert press(hub, f"requests/{request.request_id}/accept") == 200

    given = collected(hub, asked)
    assert hub.kiosk(given).head(given.epoch).seq == 0
    assert [k.name for k in page(hub).kiosks] == ["Front"]
    assert page(hub).requests == ()


def test_kiosk_that_was_turned_away_gets_nothing(hub: HubOfTests) -> None:
    asked = asks(hub, new_code(hub))
    (request,) = waiting(hub)

    assert press(hub, f"requests/{request.request_id}/reject") == 200

    with pytest.raises(HubRefusedError, match="turned this kiosk away"):
        collect(hub.client, asked)
    assert page(hub).kiosks == ()
    assert press(hub, f"requests/{request.request_id}/accept") == 404


def test_kiosk_that_nobody_accepts_in_ten_minutes_gets_nothing(
    hub: HubOfTests, clock: Clock
) -> None:
    asked = asks(hub, new_code(hub))
    clock.at = NINE.replace(minute=NINE.minute + 11)

    with pytest.raises(HubRefusedError, match="ten minutes"):
        collect(hub.client, asked)


@pytest.mark.parametrize(
    "path", ["codes", f"requests/{UUID(int=9)}/accept", f"{FRONT_KIOSK}/revoke"]
)
def test_front_desk_lets_no_kiosk_in_or_out(hub: HubOfTests, path: str) -> None:
    assert press(hub, path, "rbegaye") == 403


def test_only_the_kiosk_that_proved_the_code_is_told_who_it_is(hub: HubOfTests) -> None:
    asked = asks(hub, new_code(hub))
    accepts(hub)(asked.short_string)
    address = f"/v1/pairings/{asked.request_id}"

    assert hub.client.get(address).status_code == 404
    assert hub.client.get(address, headers={"Authorization": "Bearer 00"}).status_code == 404
    assert collected(hub, asked).epoch == 1


def test_answer_that_was_lost_is_fetched_again(hub: HubOfTests) -> None:
    asked = asks(hub, new_code(hub))
    accepts(hub)(asked.short_string)

    lost, given = collected(hub, asked), collected(hub, asked)

    assert hub.kiosk(given).head(given.epoch).seq == 0
    with pytest.raises(HubUnpairedError):
        hub.kiosk(lost).head(lost.epoch)


def test_code_that_is_guessed_five_times_is_worthless(hub: HubOfTests, clock: Clock) -> None:
    code = new_code(hub)
    for _ in range(5):
        with pytest.raises(HubRefusedError, match="code is wrong"):
            asks(hub, wrong(code))
    clock.at = NINE.replace(minute=NINE.minute + 2)  # the address may try again

    with pytest.raises(HubRefusedError, match="tried too often"):
        asks(hub, code)


def test_one_pairing_costs_the_other_open_codes_nothing(hub: HubOfTests) -> None:
    codes = [new_code(hub) for _ in range(4)]

    for number, code in enumerate(codes):
        assert asks(hub, code, f"019378a0-0000-7000-8000-00000000000{number}")

    assert len(waiting(hub)) == 4


def test_revoked_kiosk_gets_nothing_more_and_its_log_stays(hub: HubOfTests, tmp_path: Path) -> None:
    given = hub.pair()
    device = device_of(given)
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device)
    kiosk.visitor_comes()
    assert kiosk.push().sent == 1

    assert press(hub, f"{given.kiosk_id}/revoke") == 200

    with pytest.raises(HubUnpairedError):
        kiosk.hub.head(given.epoch)
    with hub.database.read() as session:
        assert log.count(session, given.kiosk_id) == 1
    (told,) = page(hub).kiosks
    assert told.revoked_at is not None
    database.close()


def test_acceptance_that_is_still_fresh_does_not_undo_a_revocation(hub: HubOfTests) -> None:
    asked = asks(hub, new_code(hub))
    accepts(hub)(asked.short_string)
    given = collected(hub, asked)

    assert press(hub, f"{given.kiosk_id}/revoke") == 200

    with pytest.raises(HubRefusedError):
        collect(hub.client, asked)


def test_new_disk_takes_the_place_of_the_old_one(hub: HubOfTests) -> None:
    old = hub.pair(name="Front")
    asked = asks(hub, new_code(hub), OTHER, "Front")
    (request,) = waiting(hub)
    assert request.replaces == old.kiosk_id

    assert press(hub, f"requests/{request.request_id}/accept?replace=true") == 200
    hub.kiosk(old).head(old.epoch)  # until the new one is in
    given = collected(hub, asked)

    assert given.kiosk_id == OTHER
    with pytest.raises(HubUnpairedError):
        hub.kiosk(old).head(old.epoch)
    assert [(k.kiosk_id, k.revoked_at is None) for k in page(hub).kiosks] == [
        (OTHER, True),
        (old.kiosk_id, False),
    ]
    with hub.database.read() as session:
        lines = audit.page(session, hub.clock(), about_id=old.kiosk_id).lines
    assert Deed.KIOSK_REVOKED in {line.deed for line in lines}


def test_second_kiosk_of_a_name_may_stand_beside_the_first(hub: HubOfTests) -> None:
    first = hub.pair(name="Front")
    asked = asks(hub, new_code(hub), OTHER, "Front")
    accepts(hub)(asked.short_string)

    collected(hub, asked)

    assert hub.kiosk(first).head(first.epoch).seq == 0


def test_revoked_kiosk_is_let_in_again_by_pairing_it(hub: HubOfTests) -> None:
    given = hub.pair()
    press(hub, f"{given.kiosk_id}/revoke")

    asked = asks(hub, new_code(hub), given.kiosk_id)
    accepts(hub)(asked.short_string)

    again = collected(hub, asked)
    assert again.epoch == given.epoch + 1
    assert [k.revoked_at for k in page(hub).kiosks] == [None]
