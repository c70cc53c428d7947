"""What whoever revokes a stolen kiosk can end with it, and reads of what is left to do."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from admin_console.hub.__main__ import main
from admin_console.hub.pin_desk import tell_kiosks
from db import applying, audit, pairing, replay, staff, staff_pins
from db.domain.audit import Deed
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade
from db.engine import open_database
from db.ids import new_id
from kiosk.sync.client import HubUnpairedError
from tests.hub_of_tests import HubOfTests
from tests.stolen_kiosks import (
    cleared_at_console,
    cleared_at_kiosk,
    held,
    in_force,
    passes,
    registry_of,
)
from tests.sync_of_tests import KioskOfTests, device_of
from tests.two_schools import School, two_schools

TODAY, YESTERDAY, TOMORROW = "2026-11-23", "2026-11-22", "2026-11-24"
GYM = "019378a0-0000-7000-8000-00000000f409"


@pytest.fixture
def alder(any_url: str, tmp_path: Path) -> Iterator[School]:
    with two_schools(any_url, tmp_path) as (alder, _):
        yield alder


def revoke(school: School, since: str = "") -> dict[str, Any]:
    params = {"end_cleared_since": since} if since else {}
    path = f"/v1/kiosks/{school.kiosk.device.kiosk_id}/revoke"
    said: dict[str, Any] = school.ask("POST", path, params=params).json()
    return said


@contextmanager
def at_the_gym(school: School, tmp_path: Path) -> Iterator[School]:
    """Another kiosk of the school, which hears what becomes of what the first one did."""
    hub = school.hub
    given = hub.pair(GYM, "Gym", site_id=school.site_id)
    database = open_database(f"sqlite:///{tmp_path}/gym.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))
    yield replace(school, kiosk=kiosk)
    database.close()


def test_whom_a_stolen_kiosk_cleared_is_held_again_once_it_is_revoked(
    alder: School, tmp_path: Path
) -> None:
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)
    with at_the_gym(alder, tmp_path) as gym:
        assert passes(gym, registry)

        said = revoke(alder, TODAY)

        assert (said["ended_clearances"], bool(said["revoked_at"])) == (1, True)
        assert not passes(gym, registry)
    with alder.hub.database.read() as session:
        assert replay.differences(session) == []
        deeds = {line.deed for line in audit.every_line(session)}
    assert {Deed.KIOSK_REVOKED, Deed.CLEARANCE_ENDED} <= deeds


def test_what_others_cleared_or_the_kiosk_before_that_day_is_left(
    alder: School, tmp_path: Path
) -> None:
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)
    alder.hub.clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    alder = replace(alder, head=alder.hub.token_of("head-alder"))
    cleared_at_kiosk(alder, registry)
    cleared_at_console(alder, registry)
    with at_the_gym(alder, tmp_path) as gym:
        cleared_at_kiosk(gym, registry)

        said = revoke(alder, TOMORROW)

        assert said["ended_clearances"] == 1
        assert len(in_force(gym)) == 3


def test_decision_that_says_it_is_an_old_one_is_ended_by_when_it_came(alder: School) -> None:
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry, days_ago=90)

    assert revoke(alder, TODAY)["ended_clearances"] == 1


def test_decision_whose_line_names_another_visit_is_ended_too(alder: School) -> None:
    registry = registry_of(alder)
    visit_id, other, now = held(alder, registry), held(alder, registry), alder.hub.clock()
    why = ("Known here", "Nobody at all", now, DecidedAt.KIOSK)
    decision = Decision(new_id(now), visit_id, Verdict.NOT_THIS_PERSON, *why)
    alder.say(DecisionMade(decision, now.date() + timedelta(days=360)), other)

    assert revoke(alder, TODAY)["ended_clearances"] == 1


def test_kiosk_that_was_revoked_at_once_has_what_it_cleared_ended_later(alder: School) -> None:
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)

    counts = [revoke(alder, since)["ended_clearances"] for since in ("", YESTERDAY, YESTERDAY)]

    assert counts == [0, 1, 0]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_any_day_may_be_said(alder: School, day: str) -> None:
    assert revoke(alder, day)["ended_clearances"] == 0


def test_school_ends_nothing_of_another_ones_kiosk(alder: School) -> None:
    registry = registry_of(alder)
    cleared_at_kiosk(alder, registry)
    birch = alder.hub.token_of("head-birch")

    path = f"/v1/kiosks/{alder.kiosk.device.kiosk_id}/revoke"
    refused = alder.hub.client.post(path, params={"end_cleared_since": TODAY}, headers=birch)

    assert refused.status_code == 404
    assert passes(alder, registry)


def give_pin(hub: HubOfTests, name: str, pin: str) -> None:
    with hub.database.begin() as session:
        member = staff.named(session, name)
        staff_pins.add(session, member.staff_id, member.display_name, staff_pins.hash_pin(pin))
        tell_kiosks(session)


def test_whoever_revokes_a_kiosk_reads_whose_pins_it_knew(alder: School) -> None:
    for pin, name in enumerate(("desk-alder", "desk-birch", "district")):
        give_pin(alder.hub, name, f"48291{pin}")

    assert revoke(alder)["knew_pins_of"] == ["Dana Whitlock", "desk Alder", "district"]


def waits_for_a_lock(hub: HubOfTests) -> None:
    ends = time.monotonic() + 20
    question = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while True:
        with hub.database.read() as session:
            if session.scalar(question):
                return
        assert time.monotonic() < ends, "nobody waits"
        time.sleep(0.01)


def test_decision_that_comes_while_its_kiosk_is_revoked_clears_nobody(
    postgres_url: str, tmp_path: Path
) -> None:
    with two_schools(postgres_url, tmp_path) as (alder, _), ThreadPoolExecutor(1) as pool:
        hub, now = alder.hub, alder.hub.clock()
        visit_id = held(alder, registry_of(alder))
        why = ("Known here", "Nobody at all", now, DecidedAt.KIOSK)
        decision = Decision(new_id(now), visit_id, Verdict.NOT_THIS_PERSON, *why)
        event = DecisionMade(decision, now.date() + timedelta(days=360))
        with hub.database.begin() as session:
            applying.hold_order(session)
            comes = pool.submit(alder.say, event, visit_id)
            waits_for_a_lock(hub)
            pairing.revoke(session, alder.kiosk.device.kiosk_id, now)

        with pytest.raises(HubUnpairedError):
            comes.result(20)
        answer = hub.client.get("/v1/clearances", headers=alder.head)
        assert answer.json()["clearances"] == []


def test_command_ends_what_was_cleared_and_says_whose_pins_to_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with two_schools(url, tmp_path) as (alder, _):
        give_pin(alder.hub, "desk-alder", "482913")
        registry = registry_of(alder)
        cleared_at_kiosk(alder, registry)
        asked = ["kiosks", "revoke", "Kiosk Alder", "--database", url]

        assert main(asked) == 0
        first = capsys.readouterr().out
        assert main([*asked, "--end-cleared-since", TODAY]) == 0
        second = capsys.readouterr().out

        assert (
            "give another PIN to Dana Whitlock, desk Alder (vestibule-hub staff pin NAME)" in first
        )
        assert "ended" not in first
        assert f"1 clearance is ended that was given there since {TODAY}" in second
        answer = alder.hub.client.get("/v1/clearances", headers=alder.head).json()
        assert [line["standing"] for line in answer["clearances"]] == ["ended"]
