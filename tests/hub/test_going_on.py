"""What one kiosk says stops nothing for the others, and what stumbles at the hub goes on."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from admin_console.hub import applying as hub_applying
from admin_console.hub import upkeep
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import (
    applying,
    audit,
    clock_doubt,
    codec,
    inbox,
    notices,
    number_keys,
    number_lifting,
    photos,
    policy,
    retention,
    settings,
    visits,
    webhooks,
)
from db.chain import Envelope
from db.domain.audit import Deed
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.errors import UnfitError
from db.domain.events import DecisionMade, VisitorScreened
from db.domain.notice import NoticeKind, Notices
from db.domain.policy import DeskPolicy
from db.engine import Database, open_database
from db.ids import new_id
from db.models import VisitRow
from tests.db.backlogs import differences, receive, say
from tests.db.test_number_lifting import HASH, copy_of_visit
from tests.hub_of_tests import Clock, HubOfTests
from tests.makers import NINE, make_match, make_screened
from tests.sync_of_tests import KioskOfTests, device_of

BACK_KIOSK = "019378a0-0000-7000-8000-00000000f408"
SECRET = "Quillfeather"  # noqa: S105  a name
Task = Callable[[Context, Path], Coroutine[Any, Any, None]]


def denied_by_a_list_with_a_zero_byte() -> tuple[VisitorScreened, DecisionMade]:
    held = make_screened(held=True)
    match = replace(make_match(), list_name="No\0trespass")
    screened = replace(held, screening=replace(held.screening, matches=(match,)))
    decision = Decision(
        new_id(NINE), screened.visit_id, Verdict.DENY, "invented", "Dana", NINE, DecidedAt.KIOSK
    )
    return screened, DecisionMade(decision)


def denials(hub: HubOfTests) -> list[str]:
    answer = hub.client.get("/v1/notices", headers=hub.token_of("dwhitlock"))
    found = codec.from_json(answer.content, Notices).notices
    return [n.text for n in found if n.kind is NoticeKind.DENIED]


def waiting(database: Database) -> int:
    with database.read() as session:
        return applying.waiting(session)


def test_denial_by_a_list_with_a_zero_byte_is_taken_and_told(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    say(kiosk.database, *denied_by_a_list_with_a_zero_byte(), device=kiosk.device)

    kiosk.push()

    assert kiosk.waiting() == 0
    assert denials(hub) == ["Dana decided: not admitted. Possible match on No\ufffdtrespass."]
    assert differences(hub.database) == []


def test_backlog_with_such_a_denial_does_not_stop_another_kiosks(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    many = inbox.MOST_AT_ONCE + 1
    events = (*denied_by_a_list_with_a_zero_byte(), *(make_screened() for _ in range(many)))
    say(kiosk.database, *events, device=kiosk.device)
    kiosk.push()
    given = hub.pair(BACK_KIOSK, "Back kiosk")
    with closing(open_database(f"sqlite:///{tmp_path}/back.db")) as database:
        other = KioskOfTests(database, hub.kiosk(given), device_of(given))
        say(other.database, *(make_screened() for _ in range(many)), device=other.device)

        other.push()

    until = time.monotonic() + 30
    while waiting(hub.database) and time.monotonic() < until:
        time.sleep(0.05)
    assert waiting(hub.database) == 0
    assert len(denials(hub)) == 1


def test_event_from_which_nothing_can_follow_is_parked_and_the_others_are_applied(
    any_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 1)
    told = [make_screened(number=number) for number in range(1, 6)]
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk:
        receive(any_database, say(kiosk, *told))

    def follow(_: object, new: Sequence[Envelope]) -> None:
        if any(e.visit_id == told[2].visit_id for e in new):
            raise UnfitError("what follows does not fit")

    with any_database.begin() as session:
        applying.go_on(session, 20, follow)

    with any_database.read() as session:
        known = [visits.get(session, one.visit_id) is not None for one in told]
        assert known == [True, True, False, True, True]
        assert (applying.waiting(session), inbox.quarantined(session)) == (0, 1)
    assert differences(any_database) == []
    with any_database.begin() as session:
        applying.try_again(session)
    assert differences(any_database) == []
    with any_database.read() as session:
        assert inbox.quarantined(session) == 0


class ClockOfFaults:
    """Fails at first, in words that nobody may read in a log."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> datetime:
        self.asked += 1
        if self.asked < 3:
            raise ArithmeticError(SECRET)
        return NINE


TASKS: dict[str, Task] = {
    "photos": lambda c, p: upkeep.delete_old_photos(c.database, p, timedelta(1), c.now, 0.01),
    "visits": lambda c, _: upkeep.forget_old_visits(c, 0.01),
    "lists": lambda c, _: upkeep.tell_of_outdated_lists(c, 0.01),
    "backups": lambda c, _: upkeep.keep_backups(c, 1, 0.01),
    "backlog": lambda c, _: hub_applying.keep_applying(c),
}


@pytest.mark.parametrize("name", TASKS)
def test_work_behind_the_answers_goes_on_whatever_goes_wrong(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(hub_applying, "LOOK_SECONDS", 0.01)
    clock, folder = ClockOfFaults(), tmp_path / "hub"
    with (
        closing(open_database(f"sqlite:///{folder}/hub.db")) as database,
        closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk,
        caplog.at_level(logging.WARNING),
    ):
        receive(database, say(kiosk, make_screened(), make_screened()))
        context = Context(database, folder / "photos", clock, Wake(), Throttle())

        assert asyncio.run(goes_on(TASKS[name](context, folder), lambda: clock.asked >= 3))

    assert [r.levelname for r in caplog.records][:2] == ["ERROR", "ERROR"]
    assert "ArithmeticError, test_going_on.py line" in caplog.text
    assert SECRET not in caplog.text


def test_hub_forgets_all_visits_whose_days_are_over_however_many_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "MOST_A_RUN", 4)
    monkeypatch.setattr(upkeep, "GIVE_WAY_SECONDS", 0.01)
    folder, clock = tmp_path / "hub", Clock(NINE + timedelta(days=400))
    with (
        closing(open_database(f"sqlite:///{folder}/hub.db")) as database,
        closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk,
    ):
        receive(database, say(kiosk, *(make_screened(number=n) for n in range(1, 12))))
        with database.begin() as session:
            settings.write(session, clock_doubt.LOOKED, clock_doubt.Looked(clock.at))
        context = Context(database, folder / "photos", clock, Wake(), Throttle())

        def is_done() -> bool:
            with database.read() as session:
                return retention.kept(session)[0] == 0

        assert asyncio.run(goes_on(upkeep.forget_old_visits(context), is_done))


def test_hub_whose_clock_is_dead_each_morning_forgets_soon_after_it_was_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "SOON_SECONDS", 0.01)
    folder, clock = tmp_path / "hub", Clock(datetime(2000, 1, 1, tzinfo=UTC))
    right = NINE + timedelta(days=400)
    photo = photos.path_of(
        folder / "photos", photos.keep(folder / "photos", b"\xff\xd8\xff\xe0\xff\xd9")
    )
    os.utime(photo, (NINE.timestamp(), NINE.timestamp()))
    with (
        closing(open_database(f"sqlite:///{folder}/hub.db")) as database,
        closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk,
    ):
        receive(database, say(kiosk, make_screened(number=1)))
        with database.begin() as session:
            yesterday = clock_doubt.Looked(right - timedelta(days=1))
            settings.write(session, clock_doubt.LOOKED, yesterday)
        context = Context(database, folder / "photos", clock, Wake(), Throttle())

        def is_done() -> bool:
            with database.read() as session:
                known = settings.read(session, clock_doubt.LOOKED, clock_doubt.Looked)
                if known is not None and known.behind is not None:
                    clock.at = right
                return retention.kept(session)[0] == 0

        assert asyncio.run(goes_on(upkeep.forget_old_visits(context), is_done))
        clock.at = datetime(2000, 1, 1, tzinfo=UTC)
        work = upkeep.delete_old_photos(database, folder / "photos", timedelta(30), clock)
        assert asyncio.run(goes_on(work, lambda: is_done() and not photo.exists()))


def test_hub_deletes_all_of_the_audit_whose_days_are_over_however_much_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "MOST_A_RUN", 4)
    monkeypatch.setattr(upkeep, "GIVE_WAY_SECONDS", 0.01)
    folder, clock = tmp_path / "hub", Clock(NINE + timedelta(days=400))
    with closing(open_database(f"sqlite:///{folder}/hub.db")) as database:
        with database.begin() as session:
            for _ in range(11):
                audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, NINE)
            policy.keep(session, DeskPolicy(audit_keep_days=365))
            settings.write(session, clock_doubt.LOOKED, clock_doubt.Looked(clock.at))
        context = Context(database, folder / "photos", clock, Wake(), Throttle())

        def is_done() -> bool:
            with database.read() as session:
                return not list(audit.every_line(session))

        assert asyncio.run(goes_on(upkeep.forget_old_visits(context), is_done))


def test_nobody_waits_for_the_photos_that_are_deleted_after_a_leap(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, delete = NINE + timedelta(days=400), photos.purge
    with closing(open_database(postgres_url)) as database:
        with database.begin() as session:
            webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)
            settled = clock_doubt.Looked(NINE, now - timedelta(days=1), 1)
            settings.write(session, clock_doubt.LOOKED, settled)

        def delete_while_somebody_decides(*args: Any) -> int:
            with database.begin() as session:
                session.connection().exec_driver_sql("SET LOCAL lock_timeout = '2s'")
                notices.tell(session, NoticeKind.DENIED, "Not admitted.", now, about="a denial")
            return delete(*args)

        monkeypatch.setattr(photos, "purge", delete_while_somebody_decides)

        upkeep._purge(database, tmp_path / "photos", NINE, now)

        with database.read() as session:
            told = {n.kind for n in notices.page(session, now, sees_all=True).notices}
        assert told == {NoticeKind.DENIED, NoticeKind.CLOCK_LEAPT}


def test_consoles_hear_at_once_that_the_hubs_clock_leapt(tmp_path: Path) -> None:
    folder, clock, wake = tmp_path / "hub", Clock(NINE + timedelta(days=400)), Wake()
    with closing(open_database(f"sqlite:///{folder}/hub.db")) as database:
        with database.begin() as session:
            settings.write(session, clock_doubt.LOOKED, clock_doubt.Looked(NINE))
        context = Context(database, folder / "photos", clock, wake, Throttle())

        def is_told() -> bool:
            with database.read() as session:
                return notices.unread(session, sees_all=True) == 1 and wake.count > wake.first

        assert asyncio.run(goes_on(upkeep.forget_old_visits(context), is_told))


@pytest.fixture
def hub_with_a_new_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """Whose visits are brought up to it in four steps, with long pauses in between."""
    monkeypatch.setattr(number_lifting, "_PAUSE_SECONDS", 3.0)
    folder = tmp_path / "hub"
    with closing(open_database(f"sqlite:///{folder}/hub.db")) as database:
        with database.begin() as session:
            number_keys.make(session)
            session.add_all(copy_of_visit(number) for number in range(4 * 500))
            session.flush()
            number_keys.add(session, NINE)
        yield Context(database, folder / "photos", Clock(), Wake(), Throttle())


def still_old(context: Context) -> int:
    with context.database.read() as session:
        old = select(func.count()).select_from(VisitRow).where(VisitRow.number_hash == HASH)
        return session.scalar(old) or 0


def test_hub_that_is_stopped_does_not_wait_until_every_number_has_the_new_key(
    hub_with_a_new_key: Context,
) -> None:
    begun = list[float]()

    def has_begun() -> bool:
        begun.append(time.monotonic())
        return still_old(hub_with_a_new_key) < 4 * 500

    assert asyncio.run(goes_on(upkeep.lift_numbers(hub_with_a_new_key), has_begun))

    assert time.monotonic() - begun[-1] < 5  # it was in a pause, and two more were to come
    assert 0 < still_old(hub_with_a_new_key) < 4 * 500


def test_hub_brings_all_numbers_up_to_a_new_key_without_being_asked(
    hub_with_a_new_key: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "GIVE_WAY_SECONDS", 0.01)
    monkeypatch.setattr(upkeep, "LIFT_SECONDS", 0.0)
    work = upkeep.lift_numbers(hub_with_a_new_key)

    assert asyncio.run(goes_on(work, lambda: still_old(hub_with_a_new_key) == 0))


async def goes_on(work: Coroutine[Any, Any, None], is_reached: Callable[[], bool]) -> bool:
    task = asyncio.create_task(work)
    for _ in range(2000):
        if is_reached() or task.done():
            break
        await asyncio.sleep(0.01)
    was_going_on = is_reached() and not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError, ArithmeticError):
        await task
    return was_going_on
