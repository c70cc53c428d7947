"""A kiosk's own clock is days off: the office sees its visitors when they come."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from db import clearances, clock_doubt, codec, settings
from db.chain import Envelope
from db.domain.kiosks import Kiosks
from db.domain.policy import DeskPolicy
from db.log_models import EventRow
from kiosk.clock import KioskClock
from kiosk.flow import Step
from kiosk.sync import exchange, trust
from tests.district import District
from tests.hub_of_tests import FRONT_KIOSK
from tests.journeys.test_pin_verdicts import decide_with_pin
from tests.journeys.test_service_page import open_page, wait_for
from tests.lobby import MARCUS, PRIYA, Lobby, OpenLobby
from tests.makers import NINE

OFF = [timedelta(days=-2), timedelta(days=-366), timedelta(days=366)]
A_MOMENT = timedelta(minutes=2)
DEAD = datetime(2019, 1, 1, tzinfo=UTC)
"""Where the clock of a hub with a dead battery begins."""


def wrong(off: timedelta) -> KioskClock:
    return KioskClock(lambda: datetime.now(UTC) + off)


def hold_somebody(lobby: Lobby) -> None:
    lobby.qtbot.waitUntil(lambda: abs(lobby.kiosk.visit.now() - datetime.now(UTC)) < A_MOMENT)
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.qtbot.waitUntil(lambda: bool(lobby.desk().holds), timeout=10_000)


@pytest.mark.parametrize("off", OFF)
def test_whoever_is_held_there_stands_on_the_offices_desk(
    open_lobby: OpenLobby, off: timedelta
) -> None:
    lobby = open_lobby(clock=wrong(off))

    hold_somebody(lobby)

    (hold,) = lobby.desk().holds
    assert abs(hold.held_since - datetime.now(UTC)) < A_MOMENT
    with lobby.kiosk.database.read() as session:
        line = session.scalars(select(EventRow.line).where(EventRow.seq == 1)).one()
    envelope = codec.from_json(line, Envelope)
    assert abs(timedelta(milliseconds=envelope.clock_offset) + off) < A_MOMENT
    assert abs(envelope.occurred_at - datetime.now(UTC)) < A_MOMENT


def test_hub_whose_clock_is_ahead_ends_no_order_at_a_kiosk_whose_own_is_right(
    open_lobby: OpenLobby,
) -> None:
    lobby = open_lobby(clock=wrong(timedelta(days=-366)))
    last_day = f"{datetime.now(UTC) - timedelta(days=300):%m/%d/%Y}"
    lobby.hub.client.post(
        "/v1/watchlists",
        params={"name": "Orders", "category": "custody"},
        content=f"LNAME,FNAME,DOB,END_DATE\nRaghunathan,Priya,09/14/1988,{last_day}\n".encode(),
        headers=lobby.hub.sign_in(),
    ).raise_for_status()
    lobby.qtbot.waitUntil(lambda: abs(lobby.kiosk.visit.now() - datetime.now(UTC)) < A_MOMENT)
    lobby.wait_for_list("Orders")

    lobby.identify(PRIYA)

    lobby.wait_step(Step.WAIT_FOR_STAFF)


def off_all_summer(lobby: Lobby) -> None:
    """Its clock was believed two months ago; the hub, which is heard by now, bears it out."""
    lobby.import_list("Orders of the year", "custody")
    with lobby.kiosk.database.begin() as session:
        before = datetime.now(UTC) - timedelta(days=60)
        settings.write(session, clock_doubt.LOOKED, clock_doubt.Looked(before))


def test_order_that_ended_in_summer_holds_nobody_at_a_kiosk_that_has_heard_its_hub(
    open_lobby: OpenLobby,
) -> None:
    lobby = open_lobby()
    off_all_summer(lobby)
    last_day = f"{datetime.now(UTC) - timedelta(days=30):%m/%d/%Y}"
    lobby.hub.client.post(
        "/v1/watchlists",
        params={"name": "Orders", "category": "custody"},
        content=f"LNAME,FNAME,DOB,END_DATE\nRaghunathan,Priya,09/14/1988,{last_day}\n".encode(),
        headers=lobby.hub.sign_in(),
    ).raise_for_status()
    lobby.wait_for_list("Orders")

    lobby.identify(PRIYA)

    lobby.wait_step(Step.VISIT_DETAILS)


def test_pin_clears_for_all_the_days_of_the_rules_at_a_kiosk_that_has_heard_its_hub(
    open_lobby: OpenLobby,
) -> None:
    lobby = open_lobby()
    off_all_summer(lobby)
    today = datetime.now(lobby.kiosk.front_desk.desk.zone).date()

    visit_id = decide_with_pin(lobby, "decide_approve", "reason_0")

    lobby.wait_step(Step.VISIT_DETAILS)
    with lobby.kiosk.database.read() as session:
        given = clearances.of_visits(session, [visit_id])
    assert {c.expires_on for c in given} == {DeskPolicy().clears_until(today)}


def test_console_is_told_how_wrong_the_clock_is_and_staff_that_the_hub_was_heard(
    open_lobby: OpenLobby,
) -> None:
    lobby = open_lobby(clock=wrong(timedelta(days=-366)))
    hold_somebody(lobby)

    def ahead() -> float:
        answer = lobby.hub.client.get("/v1/kiosks", headers=lobby.hub.sign_in())
        (one,) = codec.from_json(answer.content, Kiosks).kiosks
        assert one.kiosk_id == FRONT_KIOSK
        return 0.0 if one.state is None else one.state.clock_ahead_seconds

    lobby.qtbot.waitUntil(lambda: abs(ahead() + 366 * 86_400) < 120, timeout=10_000)
    lobby.kiosk.window.next_person_chosen.emit()
    lobby.wait_step(Step.WELCOME)

    open_page(lobby)

    wait_for(lobby, "In touch with the hub")
    wait_for(lobby, "This computer's clock is 36")


@pytest.mark.parametrize(("slept", "is_heard"), [(0.0, True), (8 * 3600.0, False), (-60.0, False)])
def test_answer_that_lay_there_while_the_computer_slept_tells_no_time(
    district: District, monkeypatch: pytest.MonkeyPatch, slept: float, *, is_heard: bool
) -> None:
    kiosk = district.open_kiosk("front")
    with kiosk.database.begin() as session:
        settings.write(session, trust.HUB_KEY, district.hub.pair().hub_key)
    said: list[datetime] = []
    clock = iter([1_000.0, 1_000.0 + slept])
    monkeypatch.setattr(exchange, "time", SimpleNamespace(time=lambda: next(clock)))

    exchange.pull(kiosk.database, kiosk.hub, 0, tell_time=said.append)

    assert bool(said) is is_heard


@pytest.fixture
def hear(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> Callable[[datetime, datetime], bool]:
    """Whether a kiosk, whose own clock says another time, goes by what the hub's says."""
    kiosk = district.open_kiosk("front")
    with kiosk.database.begin() as session:
        settings.write(session, trust.HUB_KEY, district.hub.pair().hub_key)

    def is_heard(hub_at: datetime, own_at: datetime) -> bool:
        district.clock.at, said = hub_at, list[datetime]()
        monkeypatch.setattr(exchange, "time", SimpleNamespace(time=own_at.timestamp))
        exchange.pull(kiosk.database, kiosk.hub, 0, tell_time=said.append)
        assert said in ([], [hub_at])
        return bool(said)

    return is_heard


Hear = Callable[[datetime, datetime], bool]


@pytest.mark.parametrize("off", [0, 3, -3])
def test_hub_whose_clock_was_set_back_takes_no_kiosk_along(hear: Hear, off: int) -> None:
    own = NINE + timedelta(days=off)
    later = timedelta(hours=2)

    assert hear(NINE, own)
    assert not hear(DEAD, own)
    assert not hear(DEAD + timedelta(hours=1), own + timedelta(hours=1))
    assert hear(NINE + later, own + later)
    assert not hear(NINE - timedelta(days=7), own + later)


@pytest.mark.parametrize("years_off", [3, 1, -1])
def test_hub_whose_clock_was_ahead_and_is_right_now_is_heard_whatever_the_kiosks_own_says(
    hear: Hear, years_off: int
) -> None:
    ahead, a_minute = timedelta(days=2 * 365), timedelta(minutes=1)
    own = NINE + timedelta(days=years_off * 365)
    assert hear(NINE - a_minute, NINE - a_minute)
    assert hear(NINE + ahead, own)

    assert hear(NINE, own)


def test_hub_that_was_ahead_together_with_the_kiosk_is_heard_once_both_are_right(
    hear: Hear,
) -> None:
    ahead, some_days = timedelta(days=2 * 365), timedelta(days=3)
    assert hear(NINE + ahead, NINE + ahead)
    assert hear(NINE, NINE)

    assert hear(NINE, NINE + some_days)


def test_kiosk_whose_clock_is_worse_goes_by_a_hub_that_was_set_back(hear: Hear) -> None:
    own = datetime(1970, 1, 1, tzinfo=UTC)

    assert hear(NINE, own)
    assert hear(DEAD, own)
