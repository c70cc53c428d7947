"""Whom a slow receiver delays, when one is given up, and which secrets sign."""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin_console.hub import webhook_sender
from admin_console.hub.__main__ import main
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import codec, notices, webhook_tries, webhooks
from db.domain.notice import NoticeKind, Notices
from db.domain.webhook import Failure, Message
from db.engine import Database, open_database
from db.hub_models import WebhookRow
from tests.hub_of_tests import Clock, HubOfTests
from tests.makers import NINE
from tests.receivers import Receiver, everyone, put_notices, state, tell, wait_until


@pytest.fixture
def other() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


def test_receiver_that_hangs_delays_no_other_one(
    hub: HubOfTests, receiver: Receiver, other: Receiver
) -> None:
    receiver.answers.clear()
    for one in (receiver, other):
        tell(hub, one, "notice.told")
    put_notices(hub.database, 1)
    wait_until(lambda: len(receiver.got) == 1)

    begun = time.monotonic()
    for number in range(2, 5):
        put_notices(hub.database, 1, number)
        wait_until(lambda so_many=number: len(other.got) == so_many)  # type: ignore[misc]

    assert time.monotonic() - begun < webhook_sender.TRY_SECONDS - 2
    assert len(receiver.got) == 1


def test_slow_receivers_wait_for_each_other_and_leave_room(
    hub: HubOfTests, receiver: Receiver, other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(webhook_sender, "SLOW_AT_ONCE", 2)
    for _ in range(4):
        tell(hub, receiver, "notice.told")
    put_notices(hub.database, 1)
    wait_until(lambda: len(receiver.got) == 4)
    wait_until(lambda: not any(webhook.waiting for webhook in everyone(hub.database)))

    receiver.answers.clear()
    tell(hub, other, "notice.told")
    put_notices(hub.database, 1, 2)

    wait_until(lambda: len(other.got) == 1)
    assert len(receiver.got) <= 4 + 2
    receiver.answers.set()
    wait_until(lambda: len(receiver.got) == 8)


def test_message_that_is_always_refused_stands_aside_and_the_next_arrives(
    hub: HubOfTests, receiver: Receiver, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.status = 422
    webhook, _ = tell(hub, receiver, "notice.told")
    put_notices(hub.database, 1)
    for tries in range(1, webhook_tries.REFUSALS):
        wait_until(lambda so_many=tries: len(receiver.got) == so_many)  # type: ignore[misc]
        wait_until(lambda so_many=tries: tried(hub.database) == so_many)  # type: ignore[misc]
        if tries == webhook_tries.REFUSALS - 1:
            put_notices(hub.database, 1, 2)
        clock.at += webhook_tries.PAUSES[tries - 1]
    wait_until(lambda: len(state(hub.database).aside) == 1)

    receiver.status = 200
    clock.at += webhook_tries.PAUSES[0]  # the second may have been refused once by then
    wait_until(lambda: state(hub.database).waiting == 0)

    (aside,) = state(hub.database).aside
    assert aside.message_id == receiver.got[0][0]["webhook-id"]
    assert aside.why == "it answered 422"
    assert state(hub.database).heard_at is not None
    assert main(["webhooks", "list", "--database", hub.database.engine.url.render_as_string()]) == 0
    assert "1 REFUSED and sent no more" in capsys.readouterr().out
    (notice,) = told(hub)  # its own message is refused too, which is no news
    assert notice.startswith("127.0.0.1 refuses some of what happens here: it answered 422")

    with hub.database.begin() as session:
        webhooks.resume(session, webhook.webhook_id, clock.at)
    wait_until(lambda: not state(hub.database).aside and not state(hub.database).waiting)


def test_each_address_that_begins_to_refuse_is_told_until_it_is_resumed(
    hub: HubOfTests, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 422
    webhook, _ = tell(hub, receiver, "notice.told")
    put_notices(hub.database, 1)
    refuse_until_aside(hub, clock, 2)
    assert len(told(hub)) == 1

    with hub.database.begin() as session:
        webhooks.resume(session, webhook.webhook_id, clock.at)
    refuse_until_aside(hub, clock, 3)

    assert len(told(hub)) == 2


def refuse_until_aside(hub: HubOfTests, clock: Clock, messages: int) -> None:
    """So many: those that were put down, and the notices of the refusals."""
    while len(state(hub.database).aside) < messages:
        before = tried(hub.database)
        clock.at += max(webhook_tries.PAUSES)
        wait_until(lambda so_often=before: tried(hub.database) > so_often)  # type: ignore[misc]


def told(hub: HubOfTests) -> list[str]:
    answer = hub.client.get("/v1/notices", headers=hub.sign_in())
    found = codec.from_json(answer.content, Notices).notices
    return [notice.text for notice in found if notice.kind is NoticeKind.WEBHOOK_ASIDE]


def test_messages_refused_in_a_row_hold_up_the_rest_hardly_longer_than_one(
    any_database: Database,
) -> None:
    with any_database.begin() as session:
        webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)
    put_notices(any_database, 9)

    came = [arrives_at(any_database, refused={1, 2, 3, 4, 5, 6, 8}) for _ in range(2)]

    one = sum(webhook_tries.PAUSES[: webhook_tries.REFUSALS - 1], timedelta())
    assert came == [
        (7, NINE + one + 5 * webhook_tries.PAUSES[0]),
        (9, NINE + one),  # what arrived shows that the receiver is well: the next may be it again
    ]


def arrives_at(database: Database, refused: set[int]) -> tuple[int, datetime]:
    """Which message is the next to arrive, and when."""
    at = NINE
    while True:
        with database.begin() as session:
            while due := webhook_tries.claim(session, at):
                (message,) = due
                if message.place not in refused:
                    webhook_tries.arrived(session, message, NINE)
                    return message.place, at
                webhook_tries.failed(session, message, "it answered 422", at, Failure.REFUSED)
        at = next_look(database, at)


def next_look(database: Database, at: datetime) -> datetime:
    """When the sender, who looks again and again, next finds that something is due."""
    with database.read() as session:
        (due_at,) = session.scalars(select(WebhookRow.due_at)).all()
    return max(at + webhook_tries.PAUSES[0], due_at)


def test_nothing_is_dropped_that_an_address_refuses_before_it_is_given_up(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_tries, "MOST_ASIDE", 3)
    with any_database.begin() as session:
        webhook, _ = webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)
    put_notices(any_database, 9)

    at = NINE
    while at < NINE + timedelta(hours=12):  # its key was changed, say: 401 to everything
        with any_database.begin() as session:
            for message in webhook_tries.claim(session, at):
                webhook_tries.failed(session, message, "it answered 401", at, Failure.REFUSED)
        at = next_look(any_database, at)

    assert len(state(any_database).aside) == 3
    assert state(any_database).waiting == 6
    with any_database.begin() as session:
        webhooks.resume(session, webhook.webhook_id, at)
    assert [arrives_at(any_database, set())[0] for _ in range(9)] == list(range(1, 10))


def test_address_that_refuses_some_takes_the_others_however_many_stand_aside(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_tries, "MOST_ASIDE", 3)
    with any_database.begin() as session:
        webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)
    put_notices(any_database, 20)

    at, came = NINE, list[int]()
    while at < NINE + timedelta(days=1):  # it knows no badge of one type of visitor, say
        with any_database.begin() as session:
            while due := webhook_tries.claim(session, at):
                (message,) = due
                if message.place % 2:
                    webhook_tries.arrived(session, message, at)
                    came.append(message.place)
                else:
                    webhook_tries.failed(session, message, "it answered 422", at, Failure.REFUSED)
        at += max(webhook_tries.PAUSES[: webhook_tries.REFUSALS - 1])

    assert came == list(range(1, 20, 2))
    assert (state(any_database).waiting, len(state(any_database).aside)) == (0, 3)


def test_two_addresses_that_are_gone_at_once_are_both_given_up_and_told_of(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(postgres_url)
    with database.begin() as session:
        for name in ("doors", "sirens"):
            webhooks.add(session, f"https://{name}.example/told", ["notice.told"], NINE)
    put_notices(database, 1)
    with database.begin() as session:
        messages = webhook_tries.claim(session, NINE)
    both, failed = threading.Barrier(2), webhook_tries.failed

    def failed_with_the_other(*args: Any) -> bool:
        is_over = failed(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait(3)
        return is_over

    monkeypatch.setattr(webhook_tries, "failed", failed_with_the_other)
    context = Context(database, tmp_path, Clock(), Wake(), Throttle())

    def give_up(message: Message) -> None:
        webhook_sender._note_problem(context, message, "it answered 410", Failure.GONE)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(give_up, messages))

    assert all(webhook.ended_at is not None for webhook in everyone(database))
    with database.read() as session:
        told = notices.page(session, NINE, sees_all=True).notices
    assert sorted(n.kind for n in told) == [NoticeKind.DENIED, *[NoticeKind.WEBHOOK_ENDED] * 2]
    database.close()


def test_clock_that_was_a_year_ahead_neither_silences_nor_ends_an_address(
    any_database: Database, receiver: Receiver
) -> None:
    ahead = NINE + timedelta(days=365)
    with any_database.begin() as session:
        webhooks.add(session, receiver.url, ["notice.told"], NINE)
    put_notices(any_database, 3)

    with any_database.begin() as session:
        (first,) = webhook_tries.claim(session, NINE)
        assert not webhook_tries.failed(session, first, "it answered 500", NINE)
        (again,) = webhook_tries.claim(session, ahead)
        is_over = webhook_tries.failed(session, again, "it answered 500", ahead)
        (third,) = webhook_tries.claim(session, ahead + webhook_tries.PAUSES[1])
        webhook_tries.arrived(session, third, ahead)
    with any_database.begin() as session:
        (after,) = webhook_tries.claim(session, NINE + timedelta(minutes=5))

    assert not is_over
    assert after.place == 2
    assert state(any_database).ended_at is None
    assert state(any_database).waiting == 2


def test_address_ends_after_three_days_of_tries(any_database: Database, receiver: Receiver) -> None:
    with any_database.begin() as session:
        webhooks.add(session, receiver.url, ["notice.told"], NINE)
    put_notices(any_database, 1)

    at, is_over = NINE, False
    with any_database.begin() as session:
        while not is_over:
            (message,) = webhook_tries.claim(session, at)
            is_over = webhook_tries.failed(session, message, "it answered 500", at)
            at += webhook_tries.PAUSES[-1]

    assert abs(at - NINE - webhook_tries.GIVES_UP) < timedelta(hours=8)


def test_renewed_secret_signs_and_for_a_day_the_one_before_too(
    hub: HubOfTests, receiver: Receiver, clock: Clock
) -> None:
    webhook, before = tell(hub, receiver, "notice.told")
    with hub.database.begin() as session:
        new = webhooks.renew(session, webhook.webhook_id, clock.at)

    put_notices(hub.database, 1)
    wait_until(lambda: state(hub.database).waiting == 0)
    clock.at += webhook_tries.BOTH_SIGN
    put_notices(hub.database, 1, 2)
    wait_until(lambda: len(receiver.got) == 2)

    assert new != before
    assert signatures(receiver, 0) == expected(receiver, 0, new, before)
    assert signatures(receiver, 1) == expected(receiver, 1, new)


def signatures(receiver: Receiver, place: int) -> list[str]:
    return receiver.got[place][0]["webhook-signature"].split(" ")


def expected(receiver: Receiver, place: int, *known: bytes) -> list[str]:
    headers, body = receiver.got[place]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in known)
    return [f"v1,{base64.b64encode(digest).decode()}" for digest in made]


def test_two_hub_processes_tell_each_thing_once(any_database: Database, receiver: Receiver) -> None:
    with any_database.begin() as session:
        webhooks.add(session, receiver.url, ["notice.told"], NINE)
    put_notices(any_database, 3)

    with any_database.begin() as session:
        first = webhook_tries.claim(session, NINE)
    with any_database.begin() as session:
        second = webhook_tries.claim(session, NINE)
        later = webhook_tries.claim(session, NINE + webhook_tries.LEASE)

    assert [m.place for m in first] == [1]
    assert second == []
    assert [m.place for m in later] == [1]  # whoever had it never came back


def tried(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(WebhookRow)).one().tries
